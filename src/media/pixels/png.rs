//! PNG, row by row: a picture of any allowed size takes the memory of a few rows.
//! An interlaced one comes as seven pictures; where it is large, the first of them, an eighth
//! of its size, stands for the whole.

use crate::media::limits::PhotoLimits;
use crate::media::pixels::colour::Layout;
use crate::media::pixels::colour::in_srgb;
use crate::media::raster::Raster;
use crate::media::raster::Reducer;
use crate::media::read::index;
use crate::media::refused::PhotoRefused;
use crate::media::refused::broken;
use crate::media::structure::Outline;
use png::BitDepth;
use png::ColorType;
use png::Decoder;
use png::DecodingError;
use png::Limits;
use png::Reader;
use png::Transformations;
use std::io::Cursor;

/// Most memory of the decoder itself: rows, and a colour profile.
const DECODER_BYTES_MAX: usize = 8 << 20;

pub(super) fn decode(
    bytes: &[u8],
    outline: &Outline<'_>,
    limits: &PhotoLimits,
) -> Result<Raster, PhotoRefused> {
    rows(bytes, outline, limits).map_err(|_damaged| broken("its picture data are damaged"))?
}

type Rows<'a> = Reader<Cursor<&'a [u8]>>;

fn rows(
    bytes: &[u8],
    outline: &Outline<'_>,
    limits: &PhotoLimits,
) -> Result<Result<Raster, PhotoRefused>, DecodingError> {
    let mut decoder =
        Decoder::new_with_limits(Cursor::new(bytes), Limits { bytes: DECODER_BYTES_MAX });
    decoder.set_transformations(Transformations::normalize_to_color8());
    decoder.set_ignore_text_chunk(true);
    let mut reader = decoder.read_info()?;
    let (width, height) = reader.info().size();
    let layout = match reader.output_color_type() {
        (ColorType::Grayscale, BitDepth::Eight) => Layout::Grey,
        (ColorType::GrayscaleAlpha, BitDepth::Eight) => Layout::GreyAlpha,
        (ColorType::Rgb, BitDepth::Eight) => Layout::Rgb,
        (ColorType::Rgba, BitDepth::Eight) => Layout::Rgba,
        (_, _) => return Ok(Err(broken("its kind of pixels is unknown"))),
    };
    if (width, height) != (outline.width, outline.height) {
        return Ok(Err(broken("its headers contradict each other")));
    }
    let side_max = limits.preview_side_max;
    let raster = if reader.info().interlaced {
        let whole_bytes = reader.output_buffer_size().and_then(|size| u64::try_from(size).ok());
        if whole_bytes.is_some_and(|size| size <= limits.decode_bytes_max) {
            interlaced_whole(&mut reader, layout, side_max)?
        } else {
            interlaced_first(&mut reader, layout, side_max)?
        }
    } else {
        let mut reducer = Reducer::new(width, height, side_max);
        reduce(&mut reader, layout, &mut reducer, height)?;
        reducer.finish()
    };
    reader.finish()?;
    Ok(Ok(in_srgb(raster, reader.info().icc_profile.as_deref())))
}

/// Reads all rows, so that all data are verified, and reduces the first `count` of them.
fn reduce(
    reader: &mut Rows<'_>,
    layout: Layout,
    reducer: &mut Reducer,
    count: u32,
) -> Result<(), DecodingError> {
    let mut rgb = Vec::new();
    let mut read = 0;
    while let Some(row) = reader.next_row()? {
        if read < count {
            rgb.clear();
            layout.extend(&mut rgb, row.data());
            reducer.add_row(&rgb);
            read += 1;
        }
    }
    Ok(())
}

fn interlaced_whole(
    reader: &mut Rows<'_>,
    layout: Layout,
    side_max: u32,
) -> Result<Raster, DecodingError> {
    let (width, height) = reader.info().size();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap_or(0)];
    reader.next_frame(&mut pixels)?;
    let mut reducer = Reducer::new(width, height, side_max);
    let mut rgb = Vec::new();
    for row in pixels.chunks_exact(index(width) * layout.channels()) {
        rgb.clear();
        layout.extend(&mut rgb, row);
        reducer.add_row(&rgb);
    }
    Ok(reducer.finish())
}

/// The first pass holds every eighth pixel of every eighth row.
fn interlaced_first(
    reader: &mut Rows<'_>,
    layout: Layout,
    side_max: u32,
) -> Result<Raster, DecodingError> {
    let (width, height) = reader.info().size();
    let (width, height) = (width.div_ceil(8), height.div_ceil(8));
    let mut reducer = Reducer::new(width, height, side_max);
    reduce(reader, layout, &mut reducer, height)?;
    Ok(reducer.finish())
}
