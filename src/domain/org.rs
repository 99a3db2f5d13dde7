//! The organisation: nodes and their certificates, accounts and their roles, settings.
//!
//! Payload types of the kinds in `org`, `cred/<node>` and `nodes`. Conflict rule of accounts: per account
//! the later `account.put` wins, `account.disable` wins over any concurrent change.

use minicbor::Decode;
use minicbor::Encode;

use crate::domain::ids::AccountNo;
use crate::domain::ids::ClientId;
use crate::domain::ids::ExchangePublic;
use crate::domain::ids::Link;
use crate::domain::ids::NodeId;
use crate::domain::ids::OrgId;
use crate::domain::ids::OriginId;
use crate::domain::ids::Seq;
use crate::domain::ids::Signature;
use crate::domain::ids::SigningPublic;
use crate::domain::ids::StreamId;

/// What a node is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum NodeRole {
    /// Headquarters 災害対策本部.
    #[n(1)]
    Headquarters,
    /// A shelter 避難所.
    #[n(2)]
    Shelter,
    /// Carries for others.
    #[n(3)]
    Relay,
}

impl NodeRole {
    /// Word of the API and the configuration.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Headquarters => "hq",
            Self::Shelter => "shelter",
            Self::Relay => "relay",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Headquarters, Self::Shelter, Self::Relay]
            .into_iter()
            .find(|role| role.word() == word)
    }
}

/// What an account may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Role {
    /// 管理: accounts, nodes, import; no talk.
    #[n(1)]
    Admin,
    /// 本部(発信できる人): bulletins, safety checks, reports of all.
    #[n(2)]
    Publisher,
    /// 避難所: staff of one shelter.
    #[n(3)]
    Shelter,
    /// 現場: field officer.
    #[n(4)]
    Field,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 4] = [Self::Admin, Self::Publisher, Self::Shelter, Self::Field];

    /// Word of the API.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Publisher => "publisher",
            Self::Shelter => "shelter",
            Self::Field => "field",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.word() == word)
    }

    /// Is this role asked by safety checks? Everybody but 管理.
    #[must_use]
    pub fn is_asked(self) -> bool {
        self != Self::Admin
    }
}

/// Certificate of a node: signed by the root (headquarters) or by a headquarters node. No expiry: a box that
/// wakes in 1970 must not refuse its headquarters.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Certificate {
    /// 1.
    #[n(1)]
    pub version: u8,
    /// The organisation.
    #[n(2)]
    pub org: OrgId,
    /// Signs runs.
    #[n(3)]
    pub signing: SigningPublic,
    /// Opens sessions.
    #[n(4)]
    pub exchange: ExchangePublic,
    /// What it is for.
    #[n(5)]
    pub role: NodeRole,
    /// Counts up per issuer.
    #[n(6)]
    pub serial: u32,
    /// Name on screens.
    #[n(7)]
    pub name: String,
    /// Who signed; absent: the root.
    #[n(8)]
    pub issuer: Option<NodeId>,
    /// Event-scale ms, informative.
    #[n(9)]
    pub issued_ms: u64,
}

impl Certificate {
    /// The node it names.
    #[must_use]
    pub fn node(&self) -> NodeId {
        NodeId::of(&self.signing)
    }
}

/// `cert.issue`: the certificate's bytes as signed, and the signature over
/// `"noroshi 1 certificate" ‖ bytes`.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct CertIssue {
    /// Drawn by the issuing node.
    #[n(0)]
    pub client_id: ClientId,
    /// CBOR of [`Certificate`].
    #[cbor(n(1), with = "minicbor::bytes")]
    pub certificate: Vec<u8>,
    /// Root's or headquarters' signature.
    #[n(2)]
    pub signature: Signature,
}

/// `origin.open`: first event of an origin's log in `nodes`.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct OriginOpen {
    /// Drawn by the node.
    #[n(0)]
    pub client_id: ClientId,
    /// Whose life this is.
    #[n(1)]
    pub node: NodeId,
    /// Redrawn by restore and detected rollback.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub incarnation: [u8; 8],
    /// Program version, informative.
    #[n(3)]
    pub program: String,
    /// Envelope version of this origin's logs.
    #[n(4)]
    pub envelope: u8,
    /// `ClockState` number at start.
    #[n(5)]
    pub clock: u8,
    /// The life before, as this database knows it.
    #[n(6)]
    pub previous: Option<OriginId>,
    /// Its final heads.
    #[n(7)]
    pub heads: Vec<FinalHead>,
}

/// How far a closed log reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct FinalHead {
    /// The stream.
    #[n(0)]
    pub stream: StreamId,
    /// Its last event.
    #[n(1)]
    pub n: Seq,
    /// The link after it.
    #[n(2)]
    pub link: Link,
}

/// `origin.close`: somebody's former life reaches further than its successor knew.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct OriginClose {
    /// Drawn by the node.
    #[n(0)]
    pub client_id: ClientId,
    /// The life that ended.
    #[n(1)]
    pub origin: OriginId,
    /// Its final heads.
    #[n(2)]
    pub heads: Vec<FinalHead>,
}

/// `clock.note`.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ClockNoteBody {
    /// Drawn by the node.
    #[n(0)]
    pub client_id: ClientId,
    /// Own time, ms on the event scale.
    #[n(1)]
    pub at_ms: i64,
    /// What must be added to own times, ms.
    #[n(2)]
    pub offset_ms: i64,
    /// How wrong that may be, ms.
    #[n(3)]
    pub error_ms: u64,
    /// `ClockState` number it brings the origin to.
    #[n(4)]
    pub state: u8,
}

/// `account.put`: an account as it is from then on.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct AccountPut {
    /// Drawn by headquarters or the administrator's browser.
    #[n(0)]
    pub client_id: ClientId,
    /// Its number.
    #[n(1)]
    pub account: AccountNo,
    /// What is typed at log in.
    #[n(2)]
    pub login: String,
    /// Name on screens: a role, rarely a person.
    #[n(3)]
    pub name: String,
    /// What it may do.
    #[n(4)]
    pub role: Role,
    /// Nodes where it may log in.
    #[n(5)]
    pub nodes: Vec<NodeId>,
    /// Responsible for its shelter (責任者).
    #[n(6)]
    pub responsible: bool,
}

/// `account.disable`.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct AccountDisable {
    /// Drawn by the administrator's browser.
    #[n(0)]
    pub client_id: ClientId,
    /// Which account.
    #[n(1)]
    pub account: AccountNo,
}

/// `account.credential`: Argon2id verifier (PHC text) for the stream's node.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct AccountCredential {
    /// Drawn by the administrator's browser, one per node.
    #[n(0)]
    pub client_id: ClientId,
    /// Which account.
    #[n(1)]
    pub account: AccountNo,
    /// PHC string.
    #[n(2)]
    pub verifier: String,
}

/// `account.contact`: telephone number, for the stream's node.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct AccountContact {
    /// Drawn by the administrator's browser, one per node.
    #[n(0)]
    pub client_id: ClientId,
    /// Which account.
    #[n(1)]
    pub account: AccountNo,
    /// As dialled; empty takes it away.
    #[n(2)]
    pub phone: String,
}

/// `node.place`: which site a node stands at, and its name.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct NodePlace {
    /// Drawn by headquarters.
    #[n(0)]
    pub client_id: ClientId,
    /// Which node.
    #[n(1)]
    pub node: NodeId,
    /// Key of the site in the shelter list.
    #[n(2)]
    pub site: Option<String>,
    /// Name on screens.
    #[n(3)]
    pub name: String,
}

/// `org.setting`: later wins per key.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct OrgSetting {
    /// Drawn by headquarters.
    #[n(0)]
    pub client_id: ClientId,
    /// `name`, `demo`.
    #[n(1)]
    pub key: String,
    /// Its value as text.
    #[n(2)]
    pub value: String,
}

/// `device.said`: what a local device published to its topic, up to 4 KiB.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct DeviceSaid {
    /// Drawn by the node.
    #[n(0)]
    pub client_id: ClientId,
    /// Login of the device.
    #[n(1)]
    pub device: String,
    /// As published.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub payload: Vec<u8>,
}

/// First account number that headquarters with this serial gives.
#[must_use]
pub fn first_account(issuer_serial: u32) -> AccountNo {
    AccountNo(issuer_serial.saturating_mul(1 << 20).saturating_add(1))
}
