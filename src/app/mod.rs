//! Use cases: one function per thing that a person or a peer can ask for.
//!
//! Each reads like this: rights → limits → event → commit → result. `http`, `demo` and most of `cli` call
//! these and nothing below. The results are the API's shapes (`docs/decisions/0004-answers-in-app.md`).
//! Not here: HTTP, MQTT, SQL.

pub mod board;
pub mod bulletin;
pub mod demo;
pub mod device;
pub mod error;
pub mod found;
pub mod home;
pub mod link;
pub mod live;
pub mod org;
pub mod password;
pub mod people;
pub mod photo;
pub mod report;
pub mod safety;
pub mod session;
pub mod shelter;
pub mod talk;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::Mutex;

use tokio::sync::Semaphore;
use tokio::sync::watch;

use crate::app::error::AppError;
use crate::app::session::Attempts;
use crate::domain::access;
use crate::domain::access::Action;
use crate::domain::access::Actor;
use crate::domain::access::Scope;
use crate::domain::ids::AccountNo;
use crate::domain::ids::ClientId;
use crate::domain::ids::NodeId;
use crate::domain::org::NodeRole;
use crate::domain::org::Role;
use crate::identity::keys::NodeKeys;
use crate::media::PhotoLimits;
use crate::store::Store;
use crate::sync::exchange::PeerState;

/// What `node` builds an [`App`] from.
pub struct Parts {
    /// Log, views and files.
    pub store: Store,
    /// The node's keys: for invitations and certificates.
    pub keys: Arc<NodeKeys>,
    /// The organisation's root public key, which joining nodes are given.
    pub root: crate::domain::ids::SigningPublic,
    /// State of the lines, from the exchange.
    pub peers: watch::Receiver<Vec<PeerState>>,
    /// Address that goes into tickets, for instance `http://10.0.0.1:8080`.
    pub base_url: String,
    /// Headquarters' door for nodes, `host:port`.
    pub mqtt_address: String,
    /// Set by the demo only.
    pub demo: Option<demo::Demo>,
    /// Limits of photos.
    pub photos: PhotoLimits,
}

/// The use cases of one node. Clones share it.
#[derive(Clone)]
pub struct App {
    inner: Arc<Inner>,
}

struct Inner {
    parts: Parts,
    attempts: Mutex<BTreeMap<(String, IpAddr), Attempts>>,
    verifying: Semaphore,
    memory: Arc<password::Memory>,
    looking: Semaphore,
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("store", &self.inner.parts.store).finish_non_exhaustive()
    }
}

impl App {
    /// Puts the parts together.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self {
            inner: Arc::new(Inner {
                parts,
                attempts: Mutex::default(),
                // Argon2 takes 19 MiB each, a photo up to 150: two of each at once.
                verifying: Semaphore::new(2),
                memory: Arc::default(),
                looking: Semaphore::new(2),
            }),
        }
    }

    pub(crate) fn parts(&self) -> &Parts {
        &self.inner.parts
    }

    pub(crate) fn store(&self) -> &Store {
        &self.inner.parts.store
    }

    /// This node.
    #[must_use]
    pub fn node_id(&self) -> NodeId {
        self.store().who().node
    }

    /// Does the store still take writes?
    #[must_use]
    pub fn is_writing(&self) -> bool {
        self.store().is_writing()
    }

    /// The organisation.
    #[must_use]
    pub fn org_id(&self) -> crate::domain::ids::OrgId {
        self.store().who().org
    }

    /// The node's corrected time, Unix ms.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        self.store().now_ms()
    }

    /// May the actor do this, and how far?
    ///
    /// # Errors
    /// [`AppError::NotAllowed`].
    pub fn check(&self, actor: &Actor, action: Action) -> Result<Scope, AppError> {
        access::may(actor.role, actor.node_role, action).ok_or(AppError::NotAllowed)
    }

    /// The person at this machine, who comes through the control socket: an administrator without account.
    #[must_use]
    pub fn operator(&self) -> Actor {
        let who = self.store().who();
        Actor { account: AccountNo(0), role: Role::Admin, node: who.node, node_role: who.role }
    }

    pub(crate) fn is_headquarters(&self) -> bool {
        self.store().who().role == NodeRole::Headquarters
    }
}

/// The author that an event carries: the operator of the machine writes as the node itself.
pub(crate) fn author(actor: &Actor) -> Option<AccountNo> {
    (actor.account.0 > 0).then_some(actor.account)
}

/// Random bytes from the system.
///
/// # Errors
/// [`AppError::Store`] as busy when the system has none.
pub fn random<const N: usize>() -> Result<[u8; N], AppError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)
        .map_err(|_no_entropy| AppError::Store(crate::store::error::StoreError::Busy))?;
    Ok(bytes)
}

/// A client id for the node's own events.
pub(crate) fn fresh_client_id() -> Result<ClientId, AppError> {
    Ok(ClientId(random()?))
}
