//! Bytes to text: byte order marks, UTF-8, else cp932, the two encodings Japanese lists come in.
//!
//! A file with a few broken characters is still read: what could not be decoded becomes U+FFFD, and
//! the cells that hold one are reported. Not here: anything about rows.

use encoding_rs::Encoding;
use encoding_rs::SHIFT_JIS;
use encoding_rs::UTF_8;
use encoding_rs::UTF_16BE;
use encoding_rs::UTF_16LE;

use crate::import::error::ImportError;
use crate::import::table::TextEncoding;

/// Text with the encoding it was in.
pub(crate) struct Decoded {
    pub(crate) text: String,
    pub(crate) encoding: TextEncoding,
}

/// Broken characters in a hundred beyond which a file is no text at all.
const BROKEN_PERCENT_MAX: usize = 5;

/// Decodes a whole file.
pub(crate) fn decode(bytes: &[u8]) -> Result<Decoded, ImportError> {
    if let Some((encoding, mark_bytes)) = Encoding::for_bom(bytes) {
        let (text, _) =
            encoding.decode_without_bom_handling(bytes.get(mark_bytes..).unwrap_or(&[]));
        let known = match encoding {
            _ if encoding == UTF_16LE || encoding == UTF_16BE => TextEncoding::Utf16,
            _ => TextEncoding::Utf8Bom,
        };
        return checked(text.into_owned(), known);
    }
    for (encoding, known) in [(UTF_8, TextEncoding::Utf8), (SHIFT_JIS, TextEncoding::Cp932)] {
        if let Some(text) = encoding.decode_without_bom_handling_and_without_replacement(bytes) {
            return checked(text.into_owned(), known);
        }
    }
    // Neither is clean: the one with fewer broken characters is the one it was written in.
    let (utf8, _) = UTF_8.decode_without_bom_handling(bytes);
    let (cp932, _) = SHIFT_JIS.decode_without_bom_handling(bytes);
    if broken(&utf8) <= broken(&cp932) {
        checked(utf8.into_owned(), TextEncoding::Utf8)
    } else {
        checked(cp932.into_owned(), TextEncoding::Cp932)
    }
}

/// NUL bytes and heaps of broken characters are a picture or a program, not a list.
fn checked(text: String, encoding: TextEncoding) -> Result<Decoded, ImportError> {
    if text.contains('\0') || broken(&text) * 100 > text.chars().count() * BROKEN_PERCENT_MAX {
        return Err(ImportError::NotATable);
    }
    Ok(Decoded { text, encoding })
}

fn broken(text: &str) -> usize {
    text.chars().filter(|character| *character == char::REPLACEMENT_CHARACTER).count()
}
