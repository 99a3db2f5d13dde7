//! Talk: rooms, messages, 既読.
//!
//! Conflict rules: of messages with one (author, client id) the lowest (origin, n) stands, twins are hidden;
//! a withdrawal wins for ever; a read mark is {origin: n}, merged by maximum; of membership changes the later
//! wins.

use minicbor::Decode;
use minicbor::Encode;

use crate::domain::ids::AccountNo;
use crate::domain::ids::BlobHash;
use crate::domain::ids::ClientId;
use crate::domain::ids::NodeId;
use crate::domain::ids::OriginId;
use crate::domain::ids::Seq;
use crate::domain::report::PhotoRef;

/// How long an author may take a message back, in ms.
pub const WITHDRAW_WITHIN_MS: i64 = 10 * 60 * 1000;

/// Most members a room may name at once.
pub const MEMBERS_MAX: usize = 1_000;

/// `message.post`. Its parent in the header is the message it replies to.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct MessagePost {
    /// Drawn by the browser with the outbox item.
    #[n(0)]
    pub client_id: ClientId,
    /// May be empty only with a photo.
    #[n(1)]
    pub text: String,
    /// One photo.
    #[n(2)]
    pub photo: Option<PhotoRef>,
    /// Writer's time by the node's clock, Unix ms, when it differs from acceptance by more than 2 s.
    #[n(3)]
    pub written_ms: Option<i64>,
}

/// `message.delete`: the author takes the parent back.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct MessageDelete {
    /// Drawn by the browser.
    #[n(0)]
    pub client_id: ClientId,
}

/// `read.mark`: what somebody has read of a room, only entries that rose.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ReadMark {
    /// Drawn by the browser.
    #[n(0)]
    pub client_id: ClientId,
    /// Per origin: read up to and with this number.
    #[n(1)]
    pub upto: Vec<OriginMark>,
}

/// One entry of a read mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct OriginMark {
    /// Whose events.
    #[n(0)]
    pub origin: OriginId,
    /// Up to and with.
    #[n(1)]
    pub n: Seq,
}

/// `room.open`: first event of a room's stream.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct RoomOpen {
    /// Drawn by whoever made it.
    #[n(0)]
    pub client_id: ClientId,
    /// Creation bytes of the stream.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub creation: [u8; 16],
    /// Name on screens.
    #[n(2)]
    pub name: String,
    /// Nodes that take part; headquarters always does.
    #[n(3)]
    pub nodes: Vec<NodeId>,
    /// First members.
    #[n(4)]
    pub members: Vec<AccountNo>,
    /// The room of everybody (全避難所).
    #[n(5)]
    pub everybody: bool,
}

/// `room.grant`: a node takes part from now on.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct RoomGrant {
    /// Drawn by whoever granted.
    #[n(0)]
    pub client_id: ClientId,
    /// Which node.
    #[n(1)]
    pub node: NodeId,
}

/// `room.member`: an account joins or leaves.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct RoomMember {
    /// Drawn by whoever changed it.
    #[n(0)]
    pub client_id: ClientId,
    /// Who.
    #[n(1)]
    pub account: AccountNo,
    /// In or out.
    #[n(2)]
    pub is_member: bool,
}

/// The photo of a message, if it names one.
#[must_use]
pub fn photo_hashes(photo: Option<&PhotoRef>) -> Vec<BlobHash> {
    photo.map(PhotoRef::hashes).unwrap_or_default()
}
