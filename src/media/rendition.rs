//! The two small pictures of a photo: JPEG, upright, sRGB, nothing of the original's metadata.
//! Each has a hard limit in bytes, because on a thin line a thumbnail is a second of silence
//! for everything else: first quality gives way, then size.

use crate::media::limits::PhotoLimits;
use crate::media::raster::Raster;
use crate::media::refused::PhotoRefused;
use crate::media::refused::broken;
use image::ExtendedColorType;
use image::codecs::jpeg::JpegEncoder;

/// One small picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendition {
    /// A whole JPEG file.
    pub jpeg: Vec<u8>,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
}

/// The small pictures of one photo, neither larger than the photo itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renditions {
    /// For lists: at most [`PhotoLimits::thumbnail_bytes_max`] bytes.
    pub thumbnail: Rendition,
    /// For looking: at most [`PhotoLimits::preview_bytes_max`] bytes.
    pub preview: Rendition,
}

/// Below this JPEG quality a smaller picture looks better.
const QUALITY_MIN: u8 = 44;
/// Better qualities that are tried, rising.
const QUALITIES: [u8; 7] = [50, 56, 62, 68, 74, 80, 86];

/// Makes both from the upright picture.
pub(super) fn make(raster: Raster, limits: &PhotoLimits) -> Result<Renditions, PhotoRefused> {
    let thumbnail = fitting(raster.reduced(limits.thumbnail_side_max), limits.thumbnail_bytes_max)?;
    let preview = fitting(raster, limits.preview_bytes_max)?;
    Ok(Renditions { thumbnail, preview })
}

fn fitting(mut raster: Raster, bytes_max: usize) -> Result<Rendition, PhotoRefused> {
    loop {
        let smallest = encoded(&raster, QUALITY_MIN)?;
        if smallest.len() <= bytes_max {
            let jpeg = best(&raster, bytes_max)?.unwrap_or(smallest);
            return Ok(Rendition { jpeg, width: raster.width, height: raster.height });
        }
        let side = raster.width.max(raster.height);
        if side <= 1 {
            return Err(broken("no small picture of it is small enough"));
        }
        raster = raster.reduced(side - (side / 5).max(1));
    }
}

/// The best of the tried qualities that fits, found by halving: each try costs an encoding.
fn best(raster: &Raster, bytes_max: usize) -> Result<Option<Vec<u8>>, PhotoRefused> {
    let mut best = None;
    let mut open = QUALITIES.as_slice();
    while let Some((quality, worse, better)) = halved(open) {
        let jpeg = encoded(raster, quality)?;
        if jpeg.len() <= bytes_max {
            best = Some(jpeg);
            open = better;
        } else {
            open = worse;
        }
    }
    Ok(best)
}

/// The middle one with those before and behind it.
fn halved(ascending: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (before, rest) = ascending.split_at_checked(ascending.len() / 2)?;
    let (middle, behind) = rest.split_first()?;
    Some((*middle, before, behind))
}

fn encoded(raster: &Raster, quality: u8) -> Result<Vec<u8>, PhotoRefused> {
    let mut jpeg = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut jpeg, quality);
    encoder
        .encode(&raster.pixels, raster.width, raster.height, ExtendedColorType::Rgb8)
        .map_err(|_unwritable| broken("no small picture of it can be made"))?;
    Ok(jpeg)
}
