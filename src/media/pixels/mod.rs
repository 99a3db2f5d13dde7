//! From a checked file to one reduced RGB picture, never holding more than allowed.
//! PNG comes in rows. JPEG is decoded whole while that is cheap, else coarsely from its low
//! frequencies. WebP can only be decoded whole. HEIC is not decoded.

mod coarse;
mod colour;
mod huffman;
mod jpeg;
mod png;
mod webp;

use crate::media::limits::PhotoLimits;
use crate::media::raster::Raster;
use crate::media::refused::PhotoRefused;
use crate::media::structure::Kind;
use crate::media::structure::Outline;

/// The picture as stored (not yet upright), longest side at most that of a preview.
/// None where no decoder exists or decoding would cost more memory than allowed.
pub(super) fn decode(
    bytes: &[u8],
    outline: &Outline<'_>,
    limits: &PhotoLimits,
) -> Result<Option<Raster>, PhotoRefused> {
    match &outline.kind {
        Kind::Jpeg(frame) => jpeg::decode(bytes, frame, limits).map(Some),
        Kind::Png => png::decode(bytes, outline, limits).map(Some),
        Kind::WebP(kind) => webp::decode(bytes, outline, *kind, limits),
        Kind::Heic => Ok(None),
    }
}
