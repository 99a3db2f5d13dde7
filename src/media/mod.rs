//! Looks at an uploaded photo: is it one, when and where was it taken, how does it look small.
//! Why here: whatever a phone, a damaged card or an attacker sends, the node answers with a
//! reason and stays small; nothing else in the crate touches foreign picture bytes.
//! Order is the safety: bytes, then structure, then pixels. Size and shape are read and refused
//! before any decoder allocates; decoding then happens in rows or scaled down.
//! Memory: beside the file itself one call takes at most [`PhotoLimits::decode_bytes_max`] and
//! some 20 MB for small pictures and tables, so two workers need no further gate.
//! Not here: storing the original (it is kept byte for byte), threads, time limits.

mod exif;
mod limits;
mod pixels;
mod position;
mod raster;
mod read;
mod refused;
mod rendition;
mod structure;
mod taken;

use std::borrow::Cow;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;

pub use exif::Orientation;
pub use limits::PhotoLimits;
pub use position::Datum;
pub use position::Position;
pub use refused::PhotoRefused;
pub use rendition::Rendition;
pub use rendition::Renditions;
pub use taken::ClockDoubt;
pub use taken::TakenAt;

/// A picture format that is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// JPEG, baseline or progressive.
    Jpeg,
    /// PNG; of an animated one the still picture.
    Png,
    /// WebP, lossy or lossless, not animated.
    WebP,
    /// HEIC/HEIF with HEVC pictures: kept and read, but not decoded.
    Heic,
}

impl Format {
    /// The media type to serve the original with, whatever its name or sender said.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::WebP => "image/webp",
            Self::Heic => "image/heic",
        }
    }
}

/// What was seen in an accepted photo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Examined {
    /// The format by its bytes.
    pub format: Format,
    /// Width in pixels of the upright picture, as a person sees it.
    pub width: u32,
    /// Height in pixels of the upright picture.
    pub height: u32,
    /// How the original must still be turned by a viewer; HEIC turns itself, so 1.
    pub orientation: Orientation,
    /// When the camera says the picture was taken.
    pub taken: Option<TakenAt>,
    /// Where the camera says it stood.
    pub position: Option<Position>,
    /// Small upright pictures. None for HEIC, and for a WebP whose decoding would need more
    /// than [`PhotoLimits::decode_bytes_max`].
    pub renditions: Option<Renditions>,
}

/// Examines one uploaded file. Blocking: up to some seconds of work for the largest pictures.
///
/// # Errors
/// A [`PhotoRefused`] says why the file is not taken; nothing needs to be cleaned up.
pub fn examine(bytes: &[u8], limits: &PhotoLimits) -> Result<Examined, PhotoRefused> {
    // The decoders are other people's code on hostile input: should one panic, that is a
    // broken photo for its sender and nothing more.
    catch_unwind(AssertUnwindSafe(|| look(bytes, limits)))
        .unwrap_or(Err(PhotoRefused::Broken { why: refused::DECODER_PANICKED }))
}

fn look(bytes: &[u8], limits: &PhotoLimits) -> Result<Examined, PhotoRefused> {
    limits.check_bytes(bytes)?;
    let outline = structure::outline(bytes, limits)?;
    let facts = outline.exif.iter().find_map(|block| exif::facts(block)).unwrap_or_default();
    // The container of HEIC already turns the picture: turning it again would be wrong.
    let orientation = match outline.format() {
        Format::Jpeg | Format::Png | Format::WebP => facts.orientation,
        Format::Heic => Orientation::default(),
    };
    let raster = pixels::decode(bytes, &outline, limits)?;
    let renditions = raster.map(|raster| rendition::make(raster.upright(orientation), limits));
    let (width, height) = orientation.upright_size(outline.width, outline.height);
    Ok(Examined {
        format: outline.format(),
        width,
        height,
        orientation,
        taken: facts.taken.map(|taken| taken.judged(limits.received_unix_s)),
        position: facts.position,
        renditions: renditions.transpose()?,
    })
}

/// One EXIF block of a file, without its container's prefix: begins with `II` or `MM`.
type ExifBlock<'a> = Cow<'a, [u8]>;
