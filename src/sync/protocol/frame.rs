//! Frames: the typed items inside a packet, and their bytes.
//!
//! Plain text of a packet: `flags u8` (0: plain frames) and frames `type u8 ‖ length varint ‖ body`. The
//! length is LEB128, seven bits a byte, low end first. A body is a CBOR map with integer keys; keys that
//! this program doesn't know are skipped, so are whole frames of types below 128; types from 128 on end the
//! session. Numbers of frames are for ever. In this first form logs are named in full each time.
//! Not here: when a frame is sent and what follows from it (`session`).

mod body;

pub use body::Ack;
pub use body::BlobDone;
pub use body::BlobList;
pub use body::BlobWant;
pub use body::Busy;
pub use body::Bye;
pub use body::Cert;
pub use body::Events;
pub use body::Have;
pub use body::Hello;
pub use body::Piece;
pub use body::Refused;
pub use body::Time;
pub use body::WireEvent;
pub use body::WireHead;

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
    use crate::domain::ids::BlobHash;
    use crate::domain::ids::NodeId;
    use crate::domain::ids::OriginId;
    use crate::domain::ids::Seq;
    use crate::domain::ids::StreamId;
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
            (
                Frame::Hello(hello),
                "000129a90041010163302e310248010101010101010103480505050505050505040705194e20060107020803",
            ),
            (
                Frame::Have(Have { part: 0, parts: 1, heads: vec![head] }),
                "00032ba3000001010281835002020202020202020202020202020202500303030303030303030303030303030309",
            ),
            (
                Frame::Events(events),
                "000421a50006014108025003030303030303030303030303030303030104818241a041a0",
            ),
            (
                Frame::Ack(Ack { got: 5, bits: 3, delay_ms: 25, stored: vec![] }),
                "00060aa4000501030218190380",
            ),
            (
                Frame::Time(Time { t1: 1, t2: None, t3: None, clock: 0, error_ms: 0 }),
                "000807a3000103000400",
            ),
            (Frame::Cert(Cert { issue: vec![1] }), "000904a1004101"),
            (
                Frame::BlobWant(BlobWant { hash: blob, list: true, have: vec![] }),
                "000c28a3005820040404040404040404040404040404040404040404040404040404040404040401f50240",
            ),
            (
                Frame::BlobList(BlobList { hash: blob, bytes: 1, from: 0, values: vec![1] }),
                "000d2ba4005820040404040404040404040404040404040404040404040404040404040404040401010200034101",
            ),
            (
                Frame::Piece(Piece { hash: blob, index: 0, bytes: vec![1] }),
                "000e29a300582004040404040404040404040404040404040404040404040404040404040404040100024101",
            ),
            (
                Frame::BlobDone(BlobDone { hash: blob }),
                "000f24a10058200404040404040404040404040404040404040404040404040404040404040404",
            ),
            (
                Frame::Busy(Busy { code: "disk".into(), retry_ms: 1000 }),
                "00130ba200646469736b011903e8",
            ),
            (Frame::Refused(refused), "001408a200636761700301"),
            (Frame::Bye(Bye { code: "stopping".into() }), "00150ba1006873746f7070696e67"),
        ]
    }

    #[test]
    fn golden_bytes() {
        for (frame, want) in one_of_each() {
            let plain = write_all(std::slice::from_ref(&frame));
            let read = read_all(&plain).expect("our own frame is read");
            let hex = data_encoding::HEXLOWER.encode(&plain);
            assert_eq!(hex, want, "the bytes of {frame:?}");
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
        assert_eq!(
            read_all(&[0, 4, 0xff, 0xff, 0xff, 0xff]),
            Err(BadFrames::Shape),
            "a long length"
        );
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
