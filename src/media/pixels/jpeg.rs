//! JPEG: whole by zune-jpeg while the memory for that is allowed and the picture is not far
//! larger than its preview, else coarse.

use crate::media::limits::PhotoLimits;
use crate::media::pixels::coarse;
use crate::media::pixels::colour::Layout;
use crate::media::pixels::colour::in_srgb;
use crate::media::raster::Raster;
use crate::media::raster::Reducer;
use crate::media::read::index;
use crate::media::refused::PhotoRefused;
use crate::media::refused::broken;
use crate::media::structure::jpeg::Colours;
use crate::media::structure::jpeg::Frame;
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

/// A picture this many times its preview loses nothing by being decoded at a quarter.
const COARSE_FROM: u32 = 4;

pub(super) fn decode(
    bytes: &[u8],
    frame: &Frame,
    limits: &PhotoLimits,
) -> Result<Raster, PhotoRefused> {
    let side = frame.width.max(frame.height);
    let is_large = side >= limits.preview_side_max.saturating_mul(COARSE_FROM);
    let is_costly = whole_bytes(frame) > limits.decode_bytes_max;
    let raster = if is_costly || is_large && !frame.is_progressive {
        coarse::decode(bytes, frame, limits.preview_side_max)?
    } else {
        whole(bytes, frame, limits.preview_side_max)?
    };
    Ok(in_srgb(raster, frame.profile.as_deref()))
}

/// What decoding whole takes: the picture, and for several scans all coefficients of 2 bytes.
fn whole_bytes(frame: &Frame) -> u64 {
    let pixels = u64::from(frame.width) * u64::from(frame.height);
    let components = u64::try_from(frame.components.len()).unwrap_or(u64::MAX);
    let picture = pixels * components;
    if !frame.is_progressive && frame.scans == 1 {
        return picture;
    }
    let blocks = |own: u32, most: u32| pixels * u64::from(own) / u64::from(most.max(1));
    let (most_h, most_v) = frame.most_sampled();
    let coefficients = frame
        .components
        .iter()
        .map(|component| blocks(component.horizontal * component.vertical, most_h * most_v) * 2);
    picture + coefficients.sum::<u64>()
}

fn whole(bytes: &[u8], frame: &Frame, side_max: u32) -> Result<Raster, PhotoRefused> {
    let (colour_space, layout) = match frame.colours {
        Colours::Grey => (ColorSpace::Luma, Layout::Grey),
        Colours::YCbCr | Colours::Rgb | Colours::Ycck => (ColorSpace::RGB, Layout::Rgb),
        Colours::Cmyk { inverted } => (ColorSpace::CMYK, Layout::Cmyk { inverted }),
    };
    let options = DecoderOptions::default()
        .set_strict_mode(false)
        .set_max_width(index(frame.width))
        .set_max_height(index(frame.height))
        .jpeg_set_max_scans(index(frame.scans))
        .jpeg_set_out_colorspace(colour_space);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    let undecodable = || broken("its picture data are damaged");
    decoder.decode_headers().map_err(|_damaged| undecodable())?;
    // Both readers must mean the same picture, or the memory was counted for another one.
    if decoder.dimensions() != Some((index(frame.width), index(frame.height))) {
        return Err(undecodable());
    }
    let row_bytes = index(frame.width) * layout.channels();
    if decoder.output_buffer_size() != Some(row_bytes * index(frame.height)) {
        return Err(undecodable());
    }
    let pixels = decoder.decode().map_err(|_damaged| undecodable())?;
    let mut reducer = Reducer::new(frame.width, frame.height, side_max);
    let mut rgb = Vec::with_capacity(index(frame.width) * 3);
    for row in pixels.chunks_exact(row_bytes) {
        rgb.clear();
        layout.extend(&mut rgb, row);
        reducer.add_row(&rgb);
    }
    Ok(reducer.finish())
}
