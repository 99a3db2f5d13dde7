//! The chunks of a WebP file: one still picture, its canvas and its metadata.

use crate::media::ExifBlock;
use crate::media::limits::PhotoLimits;
use crate::media::read::index;
use crate::media::read::part;
use crate::media::read::u8_at;
use crate::media::read::u16_le;
use crate::media::read::u24_le;
use crate::media::read::u32_le;
use crate::media::refused::PhotoRefused;
use crate::media::refused::broken;
use crate::media::structure::Kind;
use crate::media::structure::Outline;
use crate::media::structure::WebPKind;
use crate::media::structure::keep_exif;

/// Bit of VP8X that says the file is animated.
const ANIMATION: u8 = 0x02;

#[derive(Default)]
struct Collected<'a> {
    canvas: Option<(u32, u32)>,
    picture: Option<(u32, u32, WebPKind)>,
    has_alpha: bool,
    exif: Vec<ExifBlock<'a>>,
}

/// Walks all chunks inside the length that the file states for itself.
pub(super) fn outline<'a>(
    bytes: &'a [u8],
    limits: &PhotoLimits,
) -> Result<Outline<'a>, PhotoRefused> {
    let cut_off = broken("its end is missing");
    let length = u32_le(bytes, 4).map(index).ok_or(cut_off.clone())?;
    let body = part(bytes, 8, length).ok_or(cut_off.clone())?;
    let mut collected = Collected::default();
    // The body begins with `WEBP`; what is left over at the end is at most padding.
    let mut at = 4;
    while body.len().saturating_sub(at) >= 8 {
        let size = u32_le(body, at + 4).map(index).ok_or(cut_off.clone())?;
        let kind = part(body, at, 4).ok_or(cut_off.clone())?;
        let data = part(body, at + 8, size).ok_or(cut_off.clone())?;
        collected.take(kind, data, limits)?;
        at = at.saturating_add(8).saturating_add(size).saturating_add(size % 2);
    }
    let Some((width, height, kind)) = collected.picture else {
        return Err(broken("it holds no picture"));
    };
    if collected.canvas.is_some_and(|canvas| canvas != (width, height)) {
        return Err(broken("its picture does not fit its canvas"));
    }
    let kind = match kind {
        WebPKind::Lossy if collected.has_alpha => WebPKind::LossyWithAlpha,
        WebPKind::Lossy | WebPKind::LossyWithAlpha | WebPKind::Lossless => kind,
    };
    Ok(Outline { width, height, exif: collected.exif, kind: Kind::WebP(kind) })
}

impl<'a> Collected<'a> {
    fn take(
        &mut self,
        kind: &[u8],
        data: &'a [u8],
        limits: &PhotoLimits,
    ) -> Result<(), PhotoRefused> {
        match kind {
            b"VP8X" => {
                if u8_at(data, 0).is_some_and(|flags| flags & ANIMATION != 0) {
                    return Err(PhotoRefused::Animated { format: "WebP" });
                }
                let (Some(width), Some(height)) = (u24_le(data, 4), u24_le(data, 7)) else {
                    return Err(broken("its header is too short"));
                };
                limits.check_pixels(width + 1, height + 1)?;
                self.canvas = Some((width + 1, height + 1));
            }
            b"ANIM" | b"ANMF" => return Err(PhotoRefused::Animated { format: "WebP" }),
            b"VP8 " | b"VP8L" => {
                if self.picture.is_some() {
                    return Err(broken("it holds two pictures"));
                }
                let size = if kind == b"VP8L" { lossless(data) } else { lossy(data) };
                let (width, height, kind) = size.ok_or(broken("its picture has no header"))?;
                limits.check_pixels(width, height)?;
                self.picture = Some((width, height, kind));
            }
            b"ALPH" => self.has_alpha = true,
            b"EXIF" => {
                // Some writers keep the prefix that belongs to JPEG.
                let block = data.strip_prefix(b"Exif\0\0".as_slice()).unwrap_or(data);
                keep_exif(&mut self.exif, block);
            }
            _ => {}
        }
        Ok(())
    }
}

/// RFC 6386 §9.1: frame tag, start code, then 14 bits each, the upper two being scaling.
fn lossy(data: &[u8]) -> Option<(u32, u32, WebPKind)> {
    let is_key_frame = u8_at(data, 0)? & 1 == 0;
    let starts = part(data, 3, 3)? == [0x9D, 0x01, 0x2A];
    let (width, height) = (u16_le(data, 6)? & 0x3FFF, u16_le(data, 8)? & 0x3FFF);
    (is_key_frame && starts).then_some((u32::from(width), u32::from(height), WebPKind::Lossy))
}

/// RFC 9649 §3.4: signature, then 14 bits each, both less one.
fn lossless(data: &[u8]) -> Option<(u32, u32, WebPKind)> {
    let bits = u32_le(data, 1)?;
    let (width, height) = ((bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1);
    (u8_at(data, 0)? == 0x2F).then_some((width, height, WebPKind::Lossless))
}
