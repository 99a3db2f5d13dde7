//! The items of a HEIF file (ISO 14496-12 §8.11): their kinds and where their bytes lie.

use crate::media::read::part;
use crate::media::structure::heif::boxes;
use crate::media::structure::heif::find;
use std::borrow::Cow;

/// Largest EXIF item that is put together; phones' maker notes reach some hundred kB.
const EXIF_BYTES_MAX: usize = 4 << 20;

/// Most items of one file: a grid of 50 Mpx in tiles of 512 pixels has about 200.
const ITEMS_MAX: usize = 10_000;

struct Item {
    id: u32,
    kind: [u8; 4],
}

/// Where one piece of an item's bytes lies.
struct Extent {
    item: u32,
    is_in_meta: bool,
    offset: u64,
    /// 0 means until the end.
    length: u64,
}

/// What the file lists.
pub(super) struct Items<'a> {
    /// The item that is shown.
    pub(super) primary: u32,
    items: Vec<Item>,
    extents: Vec<Extent>,
    homes: Homes<'a>,
}

/// Where pieces lie: in the file, or in a box of the meta box.
#[derive(Clone, Copy)]
struct Homes<'a> {
    file: &'a [u8],
    meta: Option<&'a [u8]>,
}

impl<'a> Items<'a> {
    /// Reads the lists out of the meta box's content; None where they make no sense.
    pub(super) fn read(file: &'a [u8], meta: &'a [u8]) -> Option<Self> {
        let mut primary = Fields::of_box(find(meta, b"pitm")?)?;
        let width = if primary.version == 0 { 2 } else { 4 };
        let items = items(find(meta, b"iinf")?)?;
        let extents = extents(find(meta, b"iloc")?)?;
        let primary = u32::try_from(primary.take(width)?).ok()?;
        let homes = Homes { file, meta: find(meta, b"idat") };
        Some(Self { primary, items, extents, homes })
    }

    /// The four letters of an item's kind.
    pub(super) fn kind(&self, id: u32) -> Option<&[u8; 4]> {
        self.items.iter().find(|item| item.id == id).map(|item| &item.kind)
    }

    /// Whether every piece of every item lies inside the file.
    pub(super) fn all_inside(&self) -> bool {
        let primary_is_there = self.extents.iter().any(|extent| extent.item == self.primary);
        primary_is_there && self.extents.iter().all(|one| one.of(self.homes).is_some())
    }

    /// The bytes of the first EXIF item.
    pub(super) fn exif(&self) -> Option<Cow<'a, [u8]>> {
        let id = self.items.iter().find(|item| &item.kind == b"Exif")?.id;
        let pieces = self.extents.iter().filter(|extent| extent.item == id);
        let mut pieces = pieces.filter_map(|extent| extent.of(self.homes)).peekable();
        let first = pieces.next()?;
        if pieces.peek().is_none() {
            return Some(Cow::Borrowed(first)).filter(|item| item.len() <= EXIF_BYTES_MAX);
        }
        let mut joined = first.to_vec();
        for piece in pieces {
            if joined.len().saturating_add(piece.len()) > EXIF_BYTES_MAX {
                return None;
            }
            joined.extend_from_slice(piece);
        }
        Some(Cow::Owned(joined))
    }
}

impl Extent {
    fn of<'a>(&self, homes: Homes<'a>) -> Option<&'a [u8]> {
        let home = if self.is_in_meta { homes.meta? } else { homes.file };
        let offset = usize::try_from(self.offset).ok()?;
        if self.length == 0 {
            return home.get(offset..);
        }
        part(home, offset, usize::try_from(self.length).ok()?)
    }
}

fn items(list: &[u8]) -> Option<Vec<Item>> {
    let mut fields = Fields::of_box(list)?;
    let count = fields.take(if fields.version == 0 { 2 } else { 4 })?;
    let mut items = Vec::new();
    for entry in boxes(fields.rest).take(ITEMS_MAX) {
        let mut entry = Fields::of_box(entry.filter(|entry| entry.kind == b"infe")?.data)?;
        // Versions 0 and 1 name no kind and describe no picture.
        if entry.version >= 2 {
            let id = entry.take(if entry.version == 2 { 2 } else { 4 })?;
            let _protection = entry.take(2)?;
            let kind = *entry.rest.first_chunk::<4>()?;
            items.push(Item { id: u32::try_from(id).ok()?, kind });
        }
    }
    (u64::try_from(items.len()).ok()? <= count).then_some(items)
}

fn extents(list: &[u8]) -> Option<Vec<Extent>> {
    let mut fields = Fields::of_box(list)?;
    let version = fields.version;
    let sizes = fields.take(2)?;
    let size = |shift: u32| usize::try_from((sizes >> shift) & 15).unwrap_or(0);
    let (offset_size, length_size, base_size) = (size(12), size(8), size(4));
    let index_size = if version == 0 { 0 } else { size(0) };
    let count = fields.take(if version < 2 { 2 } else { 4 })?;
    let mut extents = Vec::new();
    for _ in 0..count {
        let id = u32::try_from(fields.take(if version < 2 { 2 } else { 4 })?).ok()?;
        let method = if version == 0 { 0 } else { fields.take(2)? & 15 };
        let _data_reference = fields.take(2)?;
        let base = fields.take(base_size)?;
        for _ in 0..fields.take(2)? {
            let _index = fields.take(index_size)?;
            let offset = base.checked_add(fields.take(offset_size)?)?;
            let length = fields.take(length_size)?;
            // Method 2 builds an item out of other items, whose own pieces are checked.
            if method < 2 {
                extents.push(Extent { item: id, is_in_meta: method == 1, offset, length });
            }
            if extents.len() > ITEMS_MAX {
                return None;
            }
        }
    }
    Some(extents)
}

/// Takes big-endian numbers off the front of a box with version and flags.
pub(super) struct Fields<'a> {
    pub(super) version: u8,
    pub(super) flags: u8,
    pub(super) rest: &'a [u8],
}

impl<'a> Fields<'a> {
    pub(super) fn of_box(data: &'a [u8]) -> Option<Self> {
        let ([version, _, _, flags], rest) = data.split_first_chunk::<4>()?;
        Some(Self { version: *version, flags: *flags, rest })
    }

    /// A number of 0 to 8 bytes.
    pub(super) fn take(&mut self, size: usize) -> Option<u64> {
        let (taken, rest) = self.rest.split_at_checked(size).filter(|_| size <= 8)?;
        self.rest = rest;
        Some(taken.iter().fold(0, |number, &byte| (number << 8) | u64::from(byte)))
    }
}
