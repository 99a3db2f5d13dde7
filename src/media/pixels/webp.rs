//! WebP: decoded whole or, where that would cost too much, not at all.

use crate::media::limits::PhotoLimits;
use crate::media::pixels::colour::Layout;
use crate::media::pixels::colour::in_srgb;
use crate::media::raster::Raster;
use crate::media::raster::Reducer;
use crate::media::read::index;
use crate::media::refused::PhotoRefused;
use crate::media::refused::broken;
use crate::media::structure::Outline;
use crate::media::structure::WebPKind;
use image::ColorType;
use image::ImageDecoder;
use image::ImageError;
use image::codecs::webp::WebPDecoder;
use std::io::Cursor;

pub(super) fn decode(
    bytes: &[u8],
    outline: &Outline<'_>,
    kind: WebPKind,
    limits: &PhotoLimits,
) -> Result<Option<Raster>, PhotoRefused> {
    let pixels = u64::from(outline.width) * u64::from(outline.height);
    // In half bytes per pixel: brightness 2, colours 1, output 6 (8 with alpha, and alpha 2);
    // lossless holds 8 for itself beside the output, and 2 for the meanings of its colours.
    let half_bytes = match kind {
        WebPKind::Lossy => 9,
        WebPKind::LossyWithAlpha => 13,
        WebPKind::Lossless => 18,
    };
    if pixels * half_bytes / 2 > limits.decode_bytes_max {
        return Ok(None);
    }
    let decoded = whole(bytes, outline, limits.preview_side_max);
    let raster = decoded.map_err(|_damaged| broken("its picture data are damaged"))?;
    raster.map(Some).ok_or(broken("its headers contradict each other"))
}

fn whole(bytes: &[u8], outline: &Outline<'_>, side_max: u32) -> Result<Option<Raster>, ImageError> {
    let mut decoder = WebPDecoder::new(Cursor::new(bytes))?;
    if decoder.dimensions() != (outline.width, outline.height) {
        return Ok(None);
    }
    let layout = if decoder.color_type() == ColorType::Rgba8 { Layout::Rgba } else { Layout::Rgb };
    let profile = decoder.icc_profile()?;
    let row_bytes = index(outline.width) * layout.channels();
    let mut pixels = vec![0; row_bytes * index(outline.height)];
    if decoder.total_bytes() != u64::try_from(pixels.len()).unwrap_or(u64::MAX) {
        return Ok(None);
    }
    decoder.read_image(&mut pixels)?;
    let mut reducer = Reducer::new(outline.width, outline.height, side_max);
    let mut rgb = Vec::new();
    for row in pixels.chunks_exact(row_bytes) {
        rgb.clear();
        layout.extend(&mut rgb, row);
        reducer.add_row(&rgb);
    }
    Ok(Some(in_srgb(reducer.finish(), profile.as_deref())))
}
