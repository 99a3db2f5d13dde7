//! The bodies of frames: what each says, and under which keys.
//!
//! Keys are for ever; a new field gets a new key and must be optional. Not here: the frames' own bytes.

use minicbor::Decode;
use minicbor::Encode;

use crate::domain::event::run::RawEvent;
use crate::domain::ids::BlobHash;
use crate::domain::ids::NodeId;
use crate::domain::ids::OriginId;
use crate::domain::ids::Seq;
use crate::domain::ids::Signature;
use crate::domain::ids::StreamId;

/// First thing each side says, as payload of the handshake.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Hello {
    /// Versions of the protocol that it speaks.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub versions: Vec<u8>,
    /// Version of its program, for people.
    #[n(1)]
    pub program: String,
    /// Who it is; must be the owner of the key that shook hands.
    #[n(2)]
    pub node: NodeId,
    /// Redrawn by restore and detected rollback.
    #[cbor(n(3), with = "minicbor::bytes")]
    pub incarnation: [u8; 8],
    /// Under which index it receives this session's packets; 24 bits.
    #[n(4)]
    pub index: u32,
    /// Largest packet it takes, bytes.
    #[n(5)]
    pub packet_max: u32,
    /// Its wall clock, Unix ms.
    #[n(6)]
    pub unix_ms: i64,
    /// Number of its `ClockState`.
    #[n(7)]
    pub clock: u8,
    /// How wrong its clock may be, ms.
    #[n(8)]
    pub error_ms: u64,
}

/// How far one log reaches at the sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct WireHead {
    /// The stream.
    #[n(0)]
    pub stream: StreamId,
    /// The process life.
    #[n(1)]
    pub origin: OriginId,
    /// Its last event there.
    #[n(2)]
    pub n: Seq,
}

/// Everything the sender holds of what the receiver may read, in parts that fit into packets.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Have {
    /// Which part, from 0.
    #[n(0)]
    pub part: u32,
    /// How many there are.
    #[n(1)]
    pub parts: u32,
    /// The logs of this part.
    #[n(2)]
    pub heads: Vec<WireHead>,
}

/// One event as it travels.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct WireEvent {
    /// Verbatim.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub header: Vec<u8>,
    /// Verbatim.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub body: Vec<u8>,
}

impl From<RawEvent> for WireEvent {
    fn from(event: RawEvent) -> Self {
        Self { header: event.header, body: event.body }
    }
}

impl From<WireEvent> for RawEvent {
    fn from(event: WireEvent) -> Self {
        Self { header: event.header, body: event.body }
    }
}

/// Consecutive events of one log. Without a seal the run goes on in a later frame, and nothing of it may be
/// stored before its seal has come.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Events {
    /// Class of the stream.
    #[n(0)]
    pub class: u8,
    /// Creation bytes of the stream.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub creation: Vec<u8>,
    /// The process life.
    #[n(2)]
    pub origin: OriginId,
    /// Number of the first event.
    #[n(3)]
    pub first: Seq,
    /// The events.
    #[n(4)]
    pub events: Vec<WireEvent>,
    /// Signature over the last link.
    #[n(5)]
    pub seal: Option<Signature>,
}

/// What arrived, and what is committed.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Ack {
    /// Highest counter that arrived.
    #[n(0)]
    pub got: u64,
    /// Bit k: counter `got − 1 − k` arrived too.
    #[n(1)]
    pub bits: u64,
    /// How long `got` waited for this answer, ms.
    #[n(2)]
    pub delay_ms: u32,
    /// Committed with fsync: the only thing that moves what we believe of the peer.
    #[n(3)]
    pub stored: Vec<WireHead>,
}

/// Asks for the time (`t1` alone) or tells it. A sign of life as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Time {
    /// The asker's own stopwatch, ms; comes back as it went.
    #[n(0)]
    pub t1: u64,
    /// The answerer's wall clock when the question came, Unix ms.
    #[n(1)]
    pub t2: Option<i64>,
    /// The answerer's wall clock when the answer left, Unix ms.
    #[n(2)]
    pub t3: Option<i64>,
    /// Number of the sender's `ClockState`.
    #[n(3)]
    pub clock: u8,
    /// How wrong the sender's clock may be, ms.
    #[n(4)]
    pub error_ms: u64,
}

/// Asks for a blob, or for what is missing of it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct BlobWant {
    /// Which.
    #[n(0)]
    pub hash: BlobHash,
    /// Is the piece list wanted first?
    #[n(1)]
    pub list: bool,
    /// Bit k of byte k/8: piece k is here already. Empty: nothing is.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub have: Vec<u8>,
}

/// Part of a blob's piece list.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct BlobList {
    /// Which blob.
    #[n(0)]
    pub hash: BlobHash,
    /// Its size in bytes.
    #[n(1)]
    pub bytes: u64,
    /// Number of the first piece named here.
    #[n(2)]
    pub from: u32,
    /// Chaining values, 32 bytes each.
    #[cbor(n(3), with = "minicbor::bytes")]
    pub values: Vec<u8>,
}

/// One piece of a blob.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Piece {
    /// Which blob.
    #[n(0)]
    pub hash: BlobHash,
    /// Which piece, from 0.
    #[n(1)]
    pub index: u32,
    /// 16 KiB, the last one less.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub bytes: Vec<u8>,
}

/// The sender holds the whole blob, synced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct BlobDone {
    /// Which.
    #[n(0)]
    pub hash: BlobHash,
}

/// Come back later.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Busy {
    /// Stable code, for instance `disk`.
    #[n(0)]
    pub code: String,
    /// When to try again, ms.
    #[n(1)]
    pub retry_ms: u32,
}

/// Something that will not be taken, or not be given.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(map)]
pub struct Refused {
    /// Stable code: `gap`, `not_here`, or what the store said.
    #[n(0)]
    pub code: String,
    /// The stream, if a log is meant.
    #[n(1)]
    pub stream: Option<StreamId>,
    /// The process life, if a log is meant.
    #[n(2)]
    pub origin: Option<OriginId>,
    /// For `gap` the last event that is here; else where the refused run ended.
    #[n(3)]
    pub n: Option<Seq>,
    /// The blob, if one is meant.
    #[n(4)]
    pub blob: Option<BlobHash>,
}

/// The session ends.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Bye {
    /// Stable code: `stopping`, `version`, `revoked`.
    #[n(0)]
    pub code: String,
}

/// A certificate, as body of `cert.issue`.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Cert {
    /// CBOR of `CertIssue`.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub issue: Vec<u8>,
}
