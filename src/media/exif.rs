//! Reads the few EXIF fields that the product uses: orientation, time and place.
//! Why by hand: a general reader lists every field of every directory, and a file of 64 kB can
//! make it list gigabytes; this one follows three pointers, looks for named fields and
//! allocates nothing. Damaged directories give what can be read before the damage.
//! Not here: what a time or a position means (`media::taken`, `media::position`).

use crate::media::position::Position;
use crate::media::read::index;
use crate::media::read::part;
use crate::media::taken::TakenAt;

/// How the stored picture must be turned to be upright: EXIF's numbers 1 (not at all) to 8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Orientation(u8);

impl Default for Orientation {
    fn default() -> Self {
        Self(1)
    }
}

impl Orientation {
    /// From EXIF's number; one that does not exist means 1.
    pub fn from_exif(number: u32) -> Self {
        u8::try_from(number)
            .ok()
            .filter(|number| (1..=8).contains(number))
            .map_or_else(Self::default, Self)
    }

    /// EXIF's number, 1 to 8.
    pub fn exif(self) -> u8 {
        self.0
    }

    /// The upright size of a picture that is stored with this size.
    pub fn upright_size(self, width: u32, height: u32) -> (u32, u32) {
        if self.0 >= 5 { (height, width) } else { (width, height) }
    }

    /// Where the pixel that stands upright at `(x, y)` is stored in a picture of that size.
    pub(super) fn stored_place(self, (x, y): (u32, u32), stored: (u32, u32)) -> (u32, u32) {
        let (right, bottom) = (stored.0.saturating_sub(1), stored.1.saturating_sub(1));
        match self.0 {
            2 => (right.saturating_sub(x), y),
            3 => (right.saturating_sub(x), bottom.saturating_sub(y)),
            4 => (x, bottom.saturating_sub(y)),
            5 => (y, x),
            6 => (y, bottom.saturating_sub(x)),
            7 => (right.saturating_sub(y), bottom.saturating_sub(x)),
            8 => (right.saturating_sub(y), x),
            _ => (x, y),
        }
    }
}

/// What one EXIF block says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Facts {
    pub(super) orientation: Orientation,
    pub(super) taken: Option<TakenAt>,
    pub(super) position: Option<Position>,
}

/// Reads a block that begins with its TIFF header; None if it is no such block.
pub(super) fn facts(block: &[u8]) -> Option<Facts> {
    let file = Tiff::new(block)?;
    let first = file.directory(file.u32_at(4)?)?;
    let pointed = |tag: u16| first.field(tag).and_then(|field| field.pointer());
    let camera = pointed(0x8769).and_then(|at| file.directory(at));
    let receiver = pointed(0x8825).and_then(|at| file.directory(at));
    Some(Facts {
        orientation: Orientation::from_exif(
            first.field(0x0112).and_then(|field| field.number()).unwrap_or(1),
        ),
        taken: camera.as_ref().and_then(TakenAt::read),
        position: receiver.as_ref().and_then(Position::read),
    })
}

/// A TIFF structure: offsets are distances from its start.
struct Tiff<'a> {
    bytes: &'a [u8],
    is_little_endian: bool,
}

/// One directory of fields.
pub(super) struct Directory<'a> {
    bytes: &'a [u8],
    is_little_endian: bool,
    entries: &'a [u8],
}

/// One field: its kind and the bytes of its value.
pub(super) struct Field<'a> {
    kind: u16,
    count: u32,
    value: &'a [u8],
    is_little_endian: bool,
}

/// A fraction as stored; the parts may have any sign and be zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fraction {
    pub(super) numerator: i64,
    pub(super) denominator: i64,
}

const ASCII: u16 = 2;
const SHORT: u16 = 3;
const LONG: u16 = 4;
const RATIONAL: u16 = 5;
const SIGNED_RATIONAL: u16 = 10;
const DIRECTORY: u16 = 13;

const ENTRY_BYTES: usize = 12;

impl<'a> Tiff<'a> {
    fn new(bytes: &'a [u8]) -> Option<Self> {
        let is_little_endian = match bytes.get(..4)? {
            b"II*\0" => true,
            b"MM\0*" => false,
            _ => return None,
        };
        Some(Self { bytes, is_little_endian })
    }

    fn u32_at(&self, at: usize) -> Option<u32> {
        number(self.bytes, at, 4, self.is_little_endian)
    }

    /// The directory at this offset, as many of its entries as are there.
    fn directory(&self, offset: u32) -> Option<Directory<'a>> {
        let at = index(offset);
        let count = index(number(self.bytes, at, 2, self.is_little_endian)?);
        let rest = self.bytes.get(at.checked_add(2)?..)?;
        let length = rest.len().min(count * ENTRY_BYTES);
        Some(Directory {
            bytes: self.bytes,
            is_little_endian: self.is_little_endian,
            entries: rest.get(..length)?,
        })
    }
}

impl<'a> Directory<'a> {
    /// The first field with this tag whose value lies inside the block.
    pub(super) fn field(&self, tag: u16) -> Option<Field<'a>> {
        let entries = self.entries.chunks_exact(ENTRY_BYTES);
        entries.filter(|entry| self.tag(entry) == Some(u32::from(tag))).find_map(|entry| {
            let kind = u16::try_from(number(entry, 2, 2, self.is_little_endian)?).ok()?;
            let count = number(entry, 4, 4, self.is_little_endian)?;
            let length = index(count).checked_mul(size_of(kind)?)?;
            let value = if length <= 4 {
                part(entry, 8, length)?
            } else {
                part(self.bytes, index(number(entry, 8, 4, self.is_little_endian)?), length)?
            };
            Some(Field { kind, count, value, is_little_endian: self.is_little_endian })
        })
    }

    fn tag(&self, entry: &[u8]) -> Option<u32> {
        number(entry, 0, 2, self.is_little_endian)
    }
}

impl<'a> Field<'a> {
    /// The text before the first NUL, if it is ASCII text at all.
    pub(super) fn text(&self) -> Option<&'a str> {
        let text = self.value.split(|&byte| byte == 0).next().filter(|_| self.kind == ASCII)?;
        std::str::from_utf8(text).ok().filter(|text| text.is_ascii())
    }

    /// A single whole number.
    pub(super) fn number(&self) -> Option<u32> {
        match self.kind {
            SHORT => number(self.value, 0, 2, self.is_little_endian),
            LONG => number(self.value, 0, 4, self.is_little_endian),
            _ => None,
        }
    }

    /// Fractions, signed or not: phones write both for the same field.
    pub(super) fn fractions<const COUNT: usize>(&self) -> Option<[Fraction; COUNT]> {
        let is_signed = match self.kind {
            RATIONAL => false,
            SIGNED_RATIONAL => true,
            _ => return None,
        };
        if index(self.count) != COUNT {
            return None;
        }
        let whole = |at: usize| {
            let bits = number(self.value, at, 4, self.is_little_endian)?;
            Some(if is_signed { i64::from(bits.cast_signed()) } else { i64::from(bits) })
        };
        let mut fractions = [Fraction { numerator: 0, denominator: 0 }; COUNT];
        for (fraction, at) in fractions.iter_mut().zip((0..).step_by(8)) {
            *fraction = Fraction { numerator: whole(at)?, denominator: whole(at + 4)? };
        }
        Some(fractions)
    }

    fn pointer(&self) -> Option<u32> {
        let is_pointer = matches!(self.kind, LONG | DIRECTORY) && self.count == 1;
        is_pointer.then(|| number(self.value, 0, 4, self.is_little_endian)).flatten()
    }
}

/// Bytes of one value of a kind.
fn size_of(kind: u16) -> Option<usize> {
    match kind {
        1 | 2 | 6 | 7 => Some(1),
        3 | 8 => Some(2),
        4 | 9 | 11 | 13 => Some(4),
        5 | 10 | 12 => Some(8),
        _ => None,
    }
}

/// A number of 2 or 4 bytes in the block's byte order.
fn number(bytes: &[u8], at: usize, size: usize, is_little_endian: bool) -> Option<u32> {
    let own = part(bytes, at, size)?;
    let join = |number: u32, byte: &u8| (number << 8) | u32::from(*byte);
    Some(if is_little_endian { own.iter().rev().fold(0, join) } else { own.iter().fold(0, join) })
}
