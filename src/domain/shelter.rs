//! The shelter list in the log: a place put on it, a place taken off.
//!
//! Conflict rule: per key the later statement wins; a list never removes what it lacks.

use minicbor::Decode;
use minicbor::Encode;

use crate::domain::evacuation_site::EvacuationSite;
use crate::domain::evacuation_site::SiteRef;
use crate::domain::ids::ClientId;

/// `site.put`.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct SitePut {
    /// Drawn by headquarters.
    #[n(0)]
    pub client_id: ClientId,
    /// Which place of the list.
    #[n(1)]
    pub key: SiteRef,
    /// The place as it is from then on; absent in `site.remove`.
    #[n(2)]
    pub site: Option<EvacuationSite>,
}
