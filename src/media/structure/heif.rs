//! The boxes of a HEIC/HEIF file: which picture is shown, how large, where its EXIF lies.
//! Read by hand because no pure-Rust decoder exists and the container alone tells what is
//! needed; a file is whole when every part of every picture lies inside it.

use crate::media::ExifBlock;
use crate::media::limits::PhotoLimits;
use crate::media::read::index;
use crate::media::read::part;
use crate::media::read::u32_be;
use crate::media::read::u64_be;
use crate::media::refused::PhotoRefused;
use crate::media::refused::broken;
use crate::media::structure::Kind;
use crate::media::structure::Outline;
use crate::media::structure::heif::items::Items;
use std::borrow::Cow;

mod items;
mod properties;

/// Walks the boxes and finds the picture that is shown.
pub(super) fn outline<'a>(
    bytes: &'a [u8],
    limits: &PhotoLimits,
) -> Result<Outline<'a>, PhotoRefused> {
    let damaged = broken("its boxes are damaged or cut off");
    let file_type = boxes(bytes).next().flatten().ok_or(damaged.clone())?;
    check_brands(file_type.data)?;
    let mut meta = None;
    for found in boxes(bytes) {
        let found = found.ok_or(damaged.clone())?;
        if found.kind == b"meta" && meta.is_none() {
            meta = Some(found.data.get(4..).ok_or(damaged.clone())?);
        }
    }
    let meta = meta.ok_or(broken("it holds no picture"))?;
    let items = Items::read(bytes, meta).ok_or(damaged.clone())?;
    match items.kind(items.primary) {
        Some(b"hvc1" | b"grid" | b"iden" | b"iovl") => {}
        Some(b"av01") => return Err(PhotoRefused::Unsupported { format: "AVIF" }),
        Some(_) => return Err(PhotoRefused::Unsupported { format: "this rare kind of HEIF" }),
        None => return Err(broken("it holds no picture")),
    }
    let size = properties::displayed_size(meta, items.primary, limits)?;
    let (width, height) = size.ok_or(broken("its picture has no size"))?;
    if !items.all_inside() {
        return Err(broken("a part of its picture is missing"));
    }
    let exif = items.exif().and_then(tiff_of).into_iter().collect();
    Ok(Outline { width, height, exif, kind: Kind::Heic })
}

/// A box: its four letters and what it holds.
#[derive(Clone, Copy)]
struct Box4<'a> {
    kind: &'a [u8],
    data: &'a [u8],
}

/// The boxes that lie one behind the other in `bytes`; a None is a damaged box, and the last.
fn boxes(bytes: &[u8]) -> impl Iterator<Item = Option<Box4<'_>>> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        // Fewer than eight bytes at the end are padding.
        if rest.len() < 8 {
            return None;
        }
        let Some((found, behind)) = first_box(rest) else {
            rest = &[];
            return Some(None);
        };
        rest = behind;
        Some(Some(found))
    })
}

fn first_box(bytes: &[u8]) -> Option<(Box4<'_>, &[u8])> {
    let (head, size) = match u32_be(bytes, 0)? {
        0 => (8, bytes.len()),
        1 => (16, usize::try_from(u64_be(bytes, 8)?).ok()?),
        size => (8, index(size)),
    };
    let data = bytes.get(head..size)?;
    Some((Box4 { kind: part(bytes, 4, 4)?, data }, bytes.get(size..)?))
}

/// The first box of this kind among `bytes`.
fn find<'a>(bytes: &'a [u8], kind: &[u8]) -> Option<&'a [u8]> {
    boxes(bytes).flatten().find(|found| found.kind == kind).map(|found| found.data)
}

/// The file type box: brand, version, compatible brands.
fn check_brands(file_type: &[u8]) -> Result<(), PhotoRefused> {
    const HEIC: [&[u8]; 6] = [b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"];
    let mut brands = file_type.chunks_exact(4);
    let major = brands.next().unwrap_or_default();
    let has =
        |wanted: &[u8]| major == wanted || brands.clone().skip(1).any(|brand| brand == wanted);
    if HEIC.iter().any(|brand| has(brand)) {
        Ok(())
    } else if has(b"avif") || has(b"avis") {
        Err(PhotoRefused::Unsupported { format: "AVIF" })
    } else if has(b"mif1") {
        Ok(())
    } else if has(b"msf1") {
        Err(PhotoRefused::Animated { format: "HEIF" })
    } else {
        Err(PhotoRefused::Unsupported { format: "this film or container" })
    }
}

/// An EXIF item begins with the distance to the TIFF header; some writers misstate it.
fn tiff_of(item: Cow<'_, [u8]>) -> Option<ExifBlock<'_>> {
    let stated = u32_be(&item, 0).and_then(|skip| index(skip).checked_add(4));
    let begins = |at: &usize| {
        let head = part(&item, *at, 4);
        head == Some(b"II*\0") || head == Some(b"MM\0*")
    };
    let at = stated.filter(begins).or_else(|| (0..16).find(begins))?;
    match item {
        Cow::Borrowed(bytes) => bytes.get(at..).map(Cow::Borrowed),
        Cow::Owned(bytes) => bytes.get(at..).map(|tiff| Cow::Owned(tiff.to_vec())),
    }
}
