//! The header of an event: never erased, so nothing personal is in it.
//!
//! CBOR map: 1 kind, 2 time, 3 counter (if > 0), 4 author (absent: the node itself), 5 parent,
//! 6 must (if true). Unknown keys are ignored here and kept in the bytes.

use minicbor::Decoder;
use minicbor::Encoder;

use crate::domain::event::codec;
use crate::domain::event::codec::BadEncoding;
use crate::domain::hlc::Stamp;
use crate::domain::ids::AccountNo;
use crate::domain::ids::EventRef;
use crate::domain::ids::LogId;
use crate::domain::ids::OriginId;
use crate::domain::ids::Seq;
use crate::domain::ids::StreamId;

/// What every event says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Number of the kind (`kind::Kind`).
    pub kind: u16,
    /// Time on the origin's own scale, with its tie-breaker.
    pub stamp: Stamp,
    /// The person; absent: the node itself.
    pub author: Option<AccountNo>,
    /// What it answers, edits, marks or succeeds.
    pub parent: Option<EventRef>,
    /// A node that does not know the kind shows a placeholder row.
    pub must: bool,
}

impl Header {
    /// Bytes for an event that will stand in `log`; the parent is written as short as position allows.
    #[must_use]
    pub fn encode(&self, log: &LogId) -> Vec<u8> {
        let mut out = Encoder::new(Vec::with_capacity(48));
        let done = self.write(&mut out, log);
        debug_assert!(done.is_ok(), "writing into memory can't fail");
        out.into_writer()
    }

    fn write(
        &self,
        out: &mut Encoder<Vec<u8>>,
        log: &LogId,
    ) -> Result<(), minicbor::encode::Error<std::convert::Infallible>> {
        let optional =
            [self.stamp.counter > 0, self.author.is_some(), self.parent.is_some(), self.must];
        let fields = optional.iter().filter(|present| **present).count() as u64;
        out.map(fields.saturating_add(2))?;
        out.u8(1)?.u16(self.kind)?.u8(2)?.u64(self.stamp.time_ms)?;
        if self.stamp.counter > 0 {
            out.u8(3)?.u32(self.stamp.counter)?;
        }
        if let Some(author) = self.author {
            out.u8(4)?.u32(author.0)?;
        }
        if let Some(parent) = self.parent {
            out.u8(5)?;
            match (parent.stream == log.stream, parent.origin == log.origin) {
                (true, true) => out.array(1)?,
                (true, false) => out.array(2)?.bytes(&parent.origin.0)?,
                (false, _) => out.array(3)?.bytes(&parent.stream.0)?.bytes(&parent.origin.0)?,
            };
            out.u64(parent.n.0)?;
        }
        if self.must {
            out.u8(6)?.bool(true)?;
        }
        Ok(())
    }

    /// Reads a header that stands in `log`.
    ///
    /// # Errors
    /// [`BadEncoding`] when the bytes are not deterministic CBOR or lack kind or time.
    pub fn decode(bytes: &[u8], log: &LogId) -> Result<Self, BadEncoding> {
        codec::check_map(bytes)?;
        let mut decoder = Decoder::new(bytes);
        read(&mut decoder, log).map_err(|_wrong_type| BadEncoding {
            what: "header field of a wrong type, or kind or time missing",
            at: decoder.position(),
        })
    }
}

fn read(input: &mut Decoder<'_>, log: &LogId) -> Result<Header, minicbor::decode::Error> {
    let (mut kind, mut time_ms) = (None, None);
    let mut header = Header {
        kind: 0,
        stamp: Stamp { time_ms: 0, counter: 0 },
        author: None,
        parent: None,
        must: false,
    };
    for _ in 0..input.map()?.unwrap_or_default() {
        match input.u64()? {
            1 => kind = Some(input.u16()?),
            2 => time_ms = Some(input.u64()?),
            3 => header.stamp.counter = input.u32()?,
            4 => header.author = Some(AccountNo(input.u32()?)),
            5 => header.parent = Some(read_parent(input, log)?),
            6 => header.must = input.bool()?,
            _ => input.skip()?,
        }
    }
    header.kind = kind.ok_or_else(|| minicbor::decode::Error::message("no kind"))?;
    header.stamp.time_ms = time_ms.ok_or_else(|| minicbor::decode::Error::message("no time"))?;
    Ok(header)
}

fn read_parent(input: &mut Decoder<'_>, log: &LogId) -> Result<EventRef, minicbor::decode::Error> {
    let count = input.array()?.unwrap_or_default();
    let mut parent = EventRef { stream: log.stream, origin: log.origin, n: Seq(0) };
    let wrong = || minicbor::decode::Error::message("parent");
    if count == 3 {
        parent.stream = StreamId::from_slice(input.bytes()?).ok_or_else(wrong)?;
    }
    if count == 3 || count == 2 {
        parent.origin = OriginId::from_slice(input.bytes()?).ok_or_else(wrong)?;
    }
    if !(1..=3).contains(&count) {
        return Err(wrong());
    }
    parent.n = Seq(input.u64()?);
    Ok(parent)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn log() -> LogId {
        LogId { stream: StreamId([1; 16]), origin: OriginId([2; 16]) }
    }

    /// Golden bytes: whoever changes these breaks every log on every disk.
    #[test]
    fn golden_bytes() {
        let header = Header {
            kind: 6,
            stamp: Stamp { time_ms: 217_000_000_000, counter: 3 },
            author: Some(AccountNo(1_048_577)),
            parent: Some(EventRef {
                stream: StreamId([1; 16]),
                origin: OriginId([2; 16]),
                n: Seq(4),
            }),
            must: true,
        };
        let want = "a60106021b0000003286353a000303041a0010000105810406f5";
        let bytes = header.encode(&log());
        assert_eq!(data_encoding::HEXLOWER.encode(&bytes), want);
        assert_eq!(Header::decode(&bytes, &log()), Ok(header));
    }

    #[test]
    fn unknown_keys_are_ignored_and_missing_ones_refused() {
        // {1: 6, 2: 1, 16: "x"}
        let known = Header::decode(&[0xa3, 1, 6, 2, 1, 0x10, 0x61, 0x78], &log());
        assert_eq!(known.map(|header| header.kind), Ok(6));
        assert!(Header::decode(&[0xa1, 1, 6], &log()).is_err(), "time is missing");
        assert!(Header::decode(&[0xa2, 1, 6, 2, 0x61, 0x78], &log()).is_err(), "time is text");
    }

    proptest! {
        #[test]
        fn comes_back(
            kind in 0u16.., time_ms in 0u64.., counter in 0u32..,
            author in proptest::option::of(0u32..),
            parent in proptest::option::of((any::<bool>(), any::<bool>(), 0u64..)),
            must in any::<bool>(),
        ) {
            let header = Header {
                kind,
                stamp: Stamp { time_ms, counter },
                author: author.map(AccountNo),
                parent: parent.map(|(same_stream, same_origin, n)| EventRef {
                    stream: if same_stream { log().stream } else { StreamId([8; 16]) },
                    origin: if same_origin { log().origin } else { OriginId([9; 16]) },
                    n: Seq(n),
                }),
                must,
            };
            prop_assert_eq!(Header::decode(&header.encode(&log()), &log()), Ok(header));
        }
    }
}
