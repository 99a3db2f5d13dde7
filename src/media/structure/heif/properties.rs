//! The size of a HEIF picture as it is displayed (ISO 23008-12 §6.5): the stored size, cut to
//! the clean aperture, turned by the container's own rotation.

use crate::media::limits::PhotoLimits;
use crate::media::read::u8_at;
use crate::media::read::u32_be;
use crate::media::refused::PhotoRefused;
use crate::media::structure::heif::Box4;
use crate::media::structure::heif::boxes;
use crate::media::structure::heif::find;
use crate::media::structure::heif::items::Fields;

/// Width and height of an item; every property is checked against the limits as it is read.
pub(super) fn displayed_size(
    meta: &[u8],
    item: u32,
    limits: &PhotoLimits,
) -> Result<Option<(u32, u32)>, PhotoRefused> {
    let mut size = None;
    for property in of_item(meta, item).unwrap_or_default() {
        match property.kind {
            b"ispe" => {
                let stored = u32_be(property.data, 4).zip(u32_be(property.data, 8));
                if let Some((width, height)) = stored {
                    limits.check_pixels(width, height)?;
                }
                size = stored;
            }
            b"clap" => size = size.map(|stored| clean_aperture(property.data, stored)),
            b"irot" => {
                let quarters = u8_at(property.data, 0).unwrap_or(0) & 3;
                size = size.map(|(w, h)| if quarters % 2 == 1 { (h, w) } else { (w, h) });
            }
            _ => {}
        }
    }
    Ok(size)
}

/// An aperture that makes no sense is none.
fn clean_aperture(data: &[u8], (width, height): (u32, u32)) -> (u32, u32) {
    let side = |at: usize, stored: u32| {
        let (numerator, denominator) = u32_be(data, at).zip(u32_be(data, at + 4))?;
        numerator.checked_div(denominator).filter(|side| (1..=stored).contains(side))
    };
    side(0, width).zip(side(8, height)).unwrap_or((width, height))
}

/// The highest number that can name a property has 15 bits.
const PROPERTIES_MAX: usize = 0x7FFF;

/// The properties of one item, in the order in which they are to be applied.
fn of_item(meta: &[u8], item: u32) -> Option<Vec<Box4<'_>>> {
    let properties = find(meta, b"iprp")?;
    let listed =
        boxes(find(properties, b"ipco")?).flatten().take(PROPERTIES_MAX).collect::<Vec<_>>();
    let mut fields = Fields::of_box(find(properties, b"ipma")?)?;
    let is_wide = fields.flags & 1 == 1;
    for _ in 0..fields.take(4)? {
        let id = fields.take(if fields.version == 0 { 2 } else { 4 })?;
        let mut own = Vec::new();
        for _ in 0..fields.take(1)? {
            // The first bit says that a reader must know the property; numbers begin at 1.
            let number = if is_wide { fields.take(2)? & 0x7FFF } else { fields.take(1)? & 0x7F };
            let place = usize::try_from(number).ok()?.checked_sub(1);
            own.extend(place.and_then(|place| listed.get(place)).copied());
        }
        if id == u64::from(item) {
            return Some(own);
        }
    }
    None
}
