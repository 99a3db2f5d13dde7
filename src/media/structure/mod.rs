//! What kind of file this is, by its first bytes, and whether its outside is whole.
//! Each format's file walks the container without decoding: size, metadata, end marker.
//! Not here: pixels (`media::pixels`), meaning of the EXIF block (`media::exif`).

mod heif;
pub(super) mod jpeg;
mod png;
mod webp;

use crate::media::ExifBlock;
use crate::media::Format;
use crate::media::limits::PhotoLimits;
use crate::media::refused::PhotoRefused;
use jpeg::Frame;

/// A file whose container is whole and whose claimed size is within the limits.
pub(super) struct Outline<'a> {
    /// Stored width in pixels; for HEIC as displayed.
    pub(super) width: u32,
    /// Stored height in pixels; for HEIC as displayed.
    pub(super) height: u32,
    /// EXIF blocks in file order.
    pub(super) exif: Vec<ExifBlock<'a>>,
    /// What the decoder of this format must know.
    pub(super) kind: Kind,
}

/// Blocks of EXIF that are looked at; one is usual, two occur.
const EXIF_BLOCKS_MAX: usize = 4;

/// Keeps a block unless there are enough.
fn keep_exif<'a>(kept: &mut Vec<ExifBlock<'a>>, block: &'a [u8]) {
    if kept.len() < EXIF_BLOCKS_MAX {
        kept.push(ExifBlock::Borrowed(block));
    }
}

/// The format with what its decoding needs.
pub(super) enum Kind {
    Jpeg(Frame),
    Png,
    WebP(WebPKind),
    Heic,
}

/// How the one picture of a WebP is coded: decides what decoding costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WebPKind {
    Lossy,
    LossyWithAlpha,
    Lossless,
}

impl Outline<'_> {
    pub(super) fn format(&self) -> Format {
        match self.kind {
            Kind::Jpeg(_) => Format::Jpeg,
            Kind::Png => Format::Png,
            Kind::WebP(_) => Format::WebP,
            Kind::Heic => Format::Heic,
        }
    }
}

/// Recognises the format and walks the container.
pub(super) fn outline<'a>(
    bytes: &'a [u8],
    limits: &PhotoLimits,
) -> Result<Outline<'a>, PhotoRefused> {
    if bytes.starts_with(&[0xFF, 0xD8, 0xFF]) {
        jpeg::outline(bytes, limits)
    } else if bytes.starts_with(png::SIGNATURE) {
        png::outline(bytes, limits)
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        webp::outline(bytes, limits)
    } else if bytes.get(4..8) == Some(b"ftyp") {
        heif::outline(bytes, limits)
    } else {
        Err(foreign(bytes))
    }
}

/// First bytes of formats that are known and not taken, with the name for a person.
const FOREIGN: &[(&[u8], &str)] = &[
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
    (b"BM", "BMP"),
    (b"%PDF-", "PDF"),
    (b"\0\0\x01\0", "ICO"),
    (b"8BPS", "Photoshop"),
    (b"\xFF\x0A", "JPEG XL"),
    (b"\0\0\0\x0CJXL ", "JPEG XL"),
    (b"\0\0\0\x0CjP  ", "JPEG 2000"),
    (b"P1\n", "PNM"),
    (b"P2\n", "PNM"),
    (b"P3\n", "PNM"),
    (b"P4\n", "PNM"),
    (b"P5\n", "PNM"),
    (b"P6\n", "PNM"),
];

fn foreign(bytes: &[u8]) -> PhotoRefused {
    let known = FOREIGN.iter().find(|(magic, _)| bytes.starts_with(magic));
    if let Some((_, format)) = known {
        return PhotoRefused::Unsupported { format };
    }
    let head = bytes.get(..bytes.len().min(1_024)).unwrap_or_default();
    if head.windows(4).any(|word| word == b"<svg") {
        return PhotoRefused::Unsupported { format: "SVG" };
    }
    PhotoRefused::NotAnImage
}
