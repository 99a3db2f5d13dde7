//! The chunks of a PNG file from IHDR to IEND.
//! Checksums are verified by the decoder, which reads every chunk again; compressed comments
//! are never inflated by either.

use crate::media::limits::PhotoLimits;
use crate::media::read::index;
use crate::media::read::part;
use crate::media::read::u32_be;
use crate::media::refused::PhotoRefused;
use crate::media::refused::broken;
use crate::media::structure::Kind;
use crate::media::structure::Outline;
use crate::media::structure::keep_exif;

pub(super) const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1A\n";

/// Walks all chunks.
pub(super) fn outline<'a>(
    bytes: &'a [u8],
    limits: &PhotoLimits,
) -> Result<Outline<'a>, PhotoRefused> {
    let cut_off = broken("its end is missing");
    let (kind, header) = chunk(bytes, SIGNATURE.len()).ok_or(cut_off.clone())?;
    if kind != b"IHDR" || header.len() != 13 {
        return Err(broken("its header is missing"));
    }
    let (Some(width), Some(height)) = (u32_be(header, 0), u32_be(header, 4)) else {
        return Err(broken("its header is missing"));
    };
    limits.check_pixels(width, height)?;

    let mut at = SIGNATURE.len() + CHUNK_BYTES + header.len();
    let mut exif = Vec::new();
    let mut has_pixels = false;
    loop {
        let (kind, data) = chunk(bytes, at).ok_or(cut_off.clone())?;
        match kind {
            b"IDAT" => has_pixels = true,
            b"eXIf" => keep_exif(&mut exif, data),
            b"IEND" => break,
            _ => {}
        }
        at += CHUNK_BYTES + data.len();
    }
    if !has_pixels {
        return Err(broken("it holds no picture"));
    }
    Ok(Outline { width, height, exif, kind: Kind::Png })
}

/// Length, type and checksum around the data of a chunk.
const CHUNK_BYTES: usize = 12;

/// Type and data of the chunk at `at`, if all of it is there.
fn chunk(bytes: &[u8], at: usize) -> Option<(&[u8], &[u8])> {
    let length = index(u32_be(bytes, at)?);
    let whole = part(bytes, at, length.checked_add(CHUNK_BYTES)?)?;
    Some((whole.get(4..8)?, whole.get(8..8 + length)?))
}
