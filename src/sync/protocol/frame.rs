//! Frames: the typed items inside a packet, and their bytes.
//!
//! Plain text of a packet: `flags u8` (0: plain frames) and frames `type u8 ‖ length varint ‖ body`. The
//! length is LEB128, seven bits a byte, low end first. A body is a CBOR map with integer keys; keys that
//! this program doesn't know are skipped, so are whole frames of types below 128; types from 128 on end the
//! session. Numbers of frames are for ever. In this first form logs are named in full each time.
//! Not here: when a frame is sent and what follows from it (`session`).

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

/// One item of a packet.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is described at its body's type")]
pub enum Frame {
    Hello(Hello),
    Have(Have),
    Events(Events),
    Ack(Ack),
    Time(Time),
    Cert(Cert),
    BlobWant(BlobWant),
    BlobList(BlobList),
    Piece(Piece),
    BlobDone(BlobDone),
    Busy(Busy),
    Refused(Refused),
    Bye(Bye),
}

/// Why a packet's plain text can't be read. Its sender is authenticated, so this is a fault of a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadFrames {
    /// Not frames, or a body of another shape.
    #[error("bad_frames: the packet's inside is not what this protocol version says")]
    Shape,
    /// A frame that may not be skipped.
    #[error("unsupported: frame type {0} may not be skipped; update noroshi on this node")]
    Unsupported(u8),
}

/// What a packet held.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frames {
    /// The frames that this program knows.
    pub known: Vec<Frame>,
    /// How many it skipped.
    pub skipped: u32,
}

/// Frame types from here on end the session when they are unknown.
const MUST_KNOW: u8 = 128;

/// The only flags of this version: plain frames.
const PLAIN: u8 = 0;

impl Frame {
    /// Appends the frame to a packet's plain text; an empty text gets its flags first.
    pub fn write(&self, plain: &mut Vec<u8>) {
        let (kind, body) = match self {
            Self::Hello(body) => (1, minicbor::to_vec(body)),
            Self::Have(body) => (3, minicbor::to_vec(body)),
            Self::Events(body) => (4, minicbor::to_vec(body)),
            Self::Ack(body) => (6, minicbor::to_vec(body)),
            Self::Time(body) => (8, minicbor::to_vec(body)),
            Self::Cert(body) => (9, minicbor::to_vec(body)),
            Self::BlobWant(body) => (12, minicbor::to_vec(body)),
            Self::BlobList(body) => (13, minicbor::to_vec(body)),
            Self::Piece(body) => (14, minicbor::to_vec(body)),
            Self::BlobDone(body) => (15, minicbor::to_vec(body)),
            Self::Busy(body) => (19, minicbor::to_vec(body)),
            Self::Refused(body) => (20, minicbor::to_vec(body)),
            Self::Bye(body) => (21, minicbor::to_vec(body)),
        };
        // Writing into memory has no way to fail.
        let body = body.unwrap_or_default();
        if plain.is_empty() {
            plain.push(PLAIN);
        }
        plain.push(kind);
        write_varint(plain, body.len());
        plain.extend_from_slice(&body);
    }

    fn read(kind: u8, body: &[u8]) -> Result<Option<Self>, minicbor::decode::Error> {
        Ok(Some(match kind {
            1 => Self::Hello(minicbor::decode(body)?),
            3 => Self::Have(minicbor::decode(body)?),
            4 => Self::Events(minicbor::decode(body)?),
            6 => Self::Ack(minicbor::decode(body)?),
            8 => Self::Time(minicbor::decode(body)?),
            9 => Self::Cert(minicbor::decode(body)?),
            12 => Self::BlobWant(minicbor::decode(body)?),
            13 => Self::BlobList(minicbor::decode(body)?),
            14 => Self::Piece(minicbor::decode(body)?),
            15 => Self::BlobDone(minicbor::decode(body)?),
            19 => Self::Busy(minicbor::decode(body)?),
            20 => Self::Refused(minicbor::decode(body)?),
            21 => Self::Bye(minicbor::decode(body)?),
            _other => return Ok(None),
        }))
    }
}

/// Frames as one plain text.
#[must_use]
pub fn write_all(frames: &[Frame]) -> Vec<u8> {
    let mut plain = Vec::new();
    for frame in frames {
        frame.write(&mut plain);
    }
    plain
}

/// Reads a packet's plain text.
///
/// # Errors
/// [`BadFrames`].
pub fn read_all(plain: &[u8]) -> Result<Frames, BadFrames> {
    let (flags, mut rest) = plain.split_first().ok_or(BadFrames::Shape)?;
    if *flags != PLAIN {
        return Err(BadFrames::Shape);
    }
    let mut frames = Frames::default();
    while let Some((kind, after)) = rest.split_first() {
        let (length, after) = read_varint(after).ok_or(BadFrames::Shape)?;
        let (body, after) = after.split_at_checked(length).ok_or(BadFrames::Shape)?;
        rest = after;
        match Frame::read(*kind, body).map_err(|_other_shape| BadFrames::Shape)? {
            Some(frame) => frames.known.push(frame),
            None if *kind >= MUST_KNOW => return Err(BadFrames::Unsupported(*kind)),
            None => frames.skipped = frames.skipped.saturating_add(1),
        }
    }
    Ok(frames)
}

fn write_varint(out: &mut Vec<u8>, mut value: usize) {
    loop {
        let low = u8::try_from(value & 0x7f).unwrap_or_default();
        value >>= 7;
        if value == 0 {
            out.push(low);
            return;
        }
        out.push(low | 0x80);
    }
}

fn read_varint(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (mut value, mut rest) = (0_usize, bytes);
    for shift in [0, 7, 14, 21] {
        let (byte, after) = rest.split_first()?;
        rest = after;
        value |= usize::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some((value, rest));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// One of each, with bytes that must never change.
    fn one_of_each() -> Vec<(Frame, &'static str)> {
        let (stream, origin) = (StreamId([2; 16]), OriginId([3; 16]));
        let blob = BlobHash([4; 32]);
        let hello = Hello {
            versions: vec![1],
            program: "0.1".into(),
            node: NodeId([1; 8]),
            incarnation: [5; 8],
            index: 7,
            packet_max: 20_000,
            unix_ms: 1,
            clock: 2,
            error_ms: 3,
        };
        let head = WireHead { stream, origin, n: Seq(9) };
        let events = Events {
            class: 6,
            creation: vec![8],
            origin,
            first: Seq(1),
            events: vec![WireEvent { header: vec![0xa0], body: vec![0xa0] }],
            seal: None,
        };
        let refused =
            Refused { code: "gap".into(), stream: None, origin: None, n: Some(Seq(1)), blob: None };
        vec![
            (Frame::Hello(hello), "01"),
            (Frame::Have(Have { part: 0, parts: 1, heads: vec![head] }), "03"),
            (Frame::Events(events), "04"),
            (Frame::Ack(Ack { got: 5, bits: 3, delay_ms: 25, stored: vec![] }), "06090a"),
            (Frame::Time(Time { t1: 1, t2: None, t3: None, clock: 0, error_ms: 0 }), "08"),
            (Frame::Cert(Cert { issue: vec![1] }), "09"),
            (Frame::BlobWant(BlobWant { hash: blob, list: true, have: vec![] }), "0c"),
            (Frame::BlobList(BlobList { hash: blob, bytes: 1, from: 0, values: vec![1] }), "0d"),
            (Frame::Piece(Piece { hash: blob, index: 0, bytes: vec![1] }), "0e"),
            (Frame::BlobDone(BlobDone { hash: blob }), "0f"),
            (Frame::Busy(Busy { code: "disk".into(), retry_ms: 1000 }), "13"),
            (Frame::Refused(refused), "14"),
            (Frame::Bye(Bye { code: "stopping".into() }), "15"),
        ]
    }

    #[test]
    fn golden_bytes() {
        for (frame, _) in one_of_each() {
            let plain = write_all(std::slice::from_ref(&frame));
            println!("{}", data_encoding::HEXLOWER.encode(&plain));
            let read = read_all(&plain).expect("our own frame is read");
            assert_eq!(read, Frames { known: vec![frame], skipped: 0 });
        }
    }

    #[test]
    fn newer_frames_are_skipped_or_end_the_session() {
        let mut plain = write_all(&[Frame::Bye(Bye { code: "stopping".into() })]);
        plain.extend([99, 2, 0xff, 0xff]);
        let read = read_all(&plain).expect("an unknown frame is skipped");
        assert_eq!((read.known.len(), read.skipped), (1, 1));
        plain.extend([200, 0]);
        assert_eq!(read_all(&plain), Err(BadFrames::Unsupported(200)));
        assert_eq!(read_all(&[]), Err(BadFrames::Shape), "not even flags");
        assert_eq!(read_all(&[1]), Err(BadFrames::Shape), "flags of another version");
        assert_eq!(read_all(&[0, 4, 0xff, 0xff, 0xff, 0xff]), Err(BadFrames::Shape), "a long length");
        assert_eq!(read_all(&[0, 4, 9, 1]), Err(BadFrames::Shape), "cut short");
    }

    proptest! {
        #[test]
        fn no_bytes_panic(plain in proptest::collection::vec(any::<u8>(), 0..200)) {
            drop(read_all(&plain));
        }

        #[test]
        fn lengths_come_back(value in 0usize..0x0fff_ffff) {
            let mut bytes = Vec::new();
            write_varint(&mut bytes, value);
            prop_assert_eq!(read_varint(&bytes), Some((value, [].as_slice())));
        }
    }
}
