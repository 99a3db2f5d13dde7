//! The strict reader's first look at bytes: core deterministic CBOR (RFC 8949 §4.2.1), nothing else.
//!
//! Why: common decoders accept over-long integers, indefinite lengths, duplicate or unordered keys and
//! trailing bytes. Two spellings of one event would have two hashes, so all but one are refused here.
//! Not here: what the fields mean (`header`, and the payload types of each feature).

/// Why bytes are not the one allowed spelling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("event bytes are not deterministic CBOR ({what} at byte {at}): the run is refused")]
pub struct BadEncoding {
    /// What was wrong.
    pub what: &'static str,
    /// Offset in bytes.
    pub at: usize,
}

/// Deepest nesting of arrays and maps.
const DEPTH_MAX: u8 = 8;

/// Refuses everything but one complete, deterministically encoded map with unsigned integer keys.
///
/// # Errors
/// [`BadEncoding`] names the first offence and where it stands.
pub fn check_map(bytes: &[u8]) -> Result<(), BadEncoding> {
    let mut reader = Reader { bytes, at: 0 };
    let start = reader.head()?;
    if start.major != 5 {
        return Err(BadEncoding { what: "not a map", at: 0 });
    }
    reader.map(start.value, 1, true)?;
    if reader.at == bytes.len() { Ok(()) } else { Err(reader.bad("trailing bytes")) }
}

struct Head {
    major: u8,
    value: u64,
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn bad(&self, what: &'static str) -> BadEncoding {
        BadEncoding { what, at: self.at }
    }

    fn take(&mut self, count: usize) -> Result<&[u8], BadEncoding> {
        let end = self.at.checked_add(count).ok_or_else(|| self.bad("length overflow"))?;
        let Some(taken) = self.bytes.get(self.at..end) else { return Err(self.bad("cut short")) };
        self.at = end;
        Ok(taken)
    }

    /// Initial byte and argument; refuses indefinite lengths and arguments longer than needed.
    fn head(&mut self) -> Result<Head, BadEncoding> {
        let first = self.take(1)?.first().copied().unwrap_or_default();
        let (major, info) = (first >> 5, first & 0x1f);
        let (value, least) = match info {
            0..=23 => (u64::from(info), 0),
            24 => (self.argument(1)?, 24),
            25 => (self.argument(2)?, 1 << 8),
            26 => (self.argument(4)?, 1 << 16),
            27 => (self.argument(8)?, 1 << 32),
            _ => return Err(self.bad("indefinite length or reserved form")),
        };
        if major != 7 && value < least {
            return Err(self.bad("integer longer than needed"));
        }
        if major == 7 && !matches!(info, 20..=22 | 27) {
            return Err(self.bad("simple value that is not false, true, null or a double"));
        }
        Ok(Head { major, value })
    }

    fn argument(&mut self, count: usize) -> Result<u64, BadEncoding> {
        Ok(self.take(count)?.iter().fold(0, |sum, byte| (sum << 8) | u64::from(*byte)))
    }

    fn item(&mut self, depth: u8) -> Result<(), BadEncoding> {
        let head = self.head()?;
        let deeper = depth.saturating_add(1);
        if matches!(head.major, 4..=6) && depth >= DEPTH_MAX {
            return Err(self.bad("nested too deep"));
        }
        match head.major {
            0 | 1 | 7 => Ok(()),
            2 => self.take(clamp(head.value)).map(|_| ()),
            3 => {
                let at = self.at;
                let text = self.take(clamp(head.value))?;
                std::str::from_utf8(text)
                    .map(|_| ())
                    .map_err(|_invalid| BadEncoding { what: "text that is not UTF-8", at })
            }
            4 => (0..head.value).try_for_each(|_| self.item(deeper)),
            5 => self.map(head.value, deeper, false),
            _ => Err(self.bad("tag")),
        }
    }

    /// Entries of a map: keys strictly ascending by their bytes.
    fn map(&mut self, count: u64, depth: u8, unsigned_keys: bool) -> Result<(), BadEncoding> {
        let mut last: Option<(usize, usize)> = None;
        for _ in 0..count {
            let from = self.at;
            let is_unsigned = self.bytes.get(from).is_some_and(|byte| byte >> 5 == 0);
            if unsigned_keys && !is_unsigned {
                return Err(self.bad("key that is not an unsigned integer"));
            }
            self.item(depth)?;
            let key = self.bytes.get(from..self.at);
            if last.is_some_and(|(a, b)| self.bytes.get(a..b) >= key) {
                return Err(self.bad("keys not strictly ascending"));
            }
            last = Some((from, self.at));
            self.item(depth)?;
        }
        Ok(())
    }
}

/// A stranger's length: larger than memory can hold ends as "cut short".
fn clamp(value: u64) -> usize {
    usize::try_from(value).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_spelling_and_no_other() {
        let good: &[(&str, &[u8])] = &[
            ("empty map", &[0xa0]),
            ("two keys", &[0xa2, 0x01, 0x06, 0x02, 0x18, 0x18]),
            ("text and array", &[0xa2, 0x00, 0x61, 0x61, 0x01, 0x82, 0x01, 0xf5]),
        ];
        for (name, bytes) in good {
            assert_eq!(check_map(bytes), Ok(()), "{name}");
        }
        let bad: &[(&str, &[u8])] = &[
            ("nothing", &[]),
            ("an array", &[0x80]),
            ("over-long integer", &[0xa1, 0x18, 0x01, 0x06]),
            ("over-long length", &[0xa1, 0x01, 0x58, 0x01, 0x00]),
            ("indefinite map", &[0xbf, 0x01, 0x06, 0xff]),
            ("indefinite text", &[0xa1, 0x01, 0x7f, 0x61, 0x61, 0xff]),
            ("duplicate key", &[0xa2, 0x01, 0x06, 0x01, 0x07]),
            ("descending keys", &[0xa2, 0x02, 0x06, 0x01, 0x07]),
            ("trailing byte", &[0xa1, 0x01, 0x06, 0x00]),
            ("cut short", &[0xa1, 0x01, 0x43, 0x00]),
            ("text key on top", &[0xa1, 0x61, 0x61, 0x01]),
            ("not UTF-8", &[0xa1, 0x01, 0x61, 0xff]),
            ("tag", &[0xa1, 0x01, 0xc0, 0x00]),
            ("undefined", &[0xa1, 0x01, 0xf7]),
            ("huge announced length", &[0xa1, 0x01, 0x5b, 255, 255, 255, 255, 255, 255, 255, 255]),
            ("nine levels", &[0xa1, 1, 0x81, 0x81, 0x81, 0x81, 0x81, 0x81, 0x81, 0x81, 0x81, 0x80]),
        ];
        for (name, bytes) in bad {
            assert!(check_map(bytes).is_err(), "{name} must be refused");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(check_map(&bytes).map_or_else(|bad| bad.at <= bytes.len(), |()| true));
        }

        /// Whatever passes is read by the ordinary decoder to its very end.
        #[test]
        fn what_passes_is_complete(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            if check_map(&bytes).is_ok() {
                let mut decoder = minicbor::Decoder::new(&bytes);
                prop_assert!(decoder.skip().is_ok());
                prop_assert_eq!(decoder.position(), bytes.len());
            }
        }
    }
}
