//! When a photo was taken, as its camera says, and what speaks against it.
//! Rules: DateTimeOriginal, else DateTimeDigitized; never ModifyDate, which is an editor's.
//! An impossible or blank time is none. A possible but unlikely one is kept and doubted: shown
//! with its doubt, never used for sorting.

use crate::media::exif::Directory;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// When a photo was taken by its camera's clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenAt {
    /// The clock's face, `2026-11-23T20:15:00`: local time of wherever the camera was set to.
    pub civil: String,
    /// Distance of that clock from UTC in minutes, east positive, where the file states it.
    pub offset_minutes: Option<i16>,
    /// Why the clock may be wrong.
    pub doubt: Option<ClockDoubt>,
}

/// Why a camera's clock may be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockDoubt {
    /// Before digital cameras: the clock was never set.
    NeverSet,
    /// The first minute after midnight or noon of a new year, where clocks begin when their
    /// battery was empty.
    FactoryTime,
    /// After the photo arrived here, or far in the future.
    Future,
}

/// Earlier photos are from clocks that were never set (1970, 1980).
const FIRST_YEAR: i16 = 1995;
/// Later photos are doubted even where the time of arrival is not known.
const LAST_YEAR: i16 = 2089;
/// A camera's clock may run ahead of the node's by this much without being doubted.
const AHEAD_S_MAX: i64 = 86_400;
/// Clocks furthest ahead of UTC, for a time without a stated offset.
const EASTERNMOST_S: i64 = 14 * 3_600;

impl TakenAt {
    /// From the camera's directory of an EXIF block.
    pub(super) fn read(camera: &Directory<'_>) -> Option<Self> {
        let original = (0x9003, 0x9011);
        let digitized = (0x9004, 0x9012);
        [original, digitized].into_iter().find_map(|(time, offset)| {
            let civil = civil(camera.field(time)?.text()?)?;
            let offset = camera.field(offset).and_then(|field| field.text());
            Some(Self {
                civil: civil.to_string(),
                offset_minutes: offset.and_then(offset_minutes),
                doubt: doubt(civil),
            })
        })
    }

    /// The same, doubted if it lies after the time of arrival.
    pub(super) fn judged(self, received_unix_s: Option<i64>) -> Self {
        let earliest_s = self.civil.parse::<DateTime>().ok().and_then(|civil| {
            let at = civil.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second();
            let offset_s = self.offset_minutes.map(|minutes| i64::from(minutes) * 60);
            Some(at - offset_s.unwrap_or(EASTERNMOST_S))
        });
        let is_future = earliest_s
            .zip(received_unix_s)
            .is_some_and(|(taken, received)| taken > received.saturating_add(AHEAD_S_MAX));
        let doubt = if is_future { Some(ClockDoubt::Future) } else { self.doubt };
        Self { doubt, ..self }
    }
}

fn doubt(civil: DateTime) -> Option<ClockDoubt> {
    let is_first_of_year = civil.month() == 1 && civil.day() == 1;
    if civil.year() < FIRST_YEAR {
        Some(ClockDoubt::NeverSet)
    } else if civil.year() > LAST_YEAR {
        Some(ClockDoubt::Future)
    } else if is_first_of_year && matches!(civil.hour(), 0 | 12) && civil.minute() == 0 {
        Some(ClockDoubt::FactoryTime)
    } else {
        None
    }
}

/// `2026:11:23 20:15:00`; some writers use other separators, blanks mean unknown.
fn civil(text: &str) -> Option<DateTime> {
    let text = text.trim().as_bytes();
    if text.len() < 19 || !matches!(text.get(10), Some(b' ' | b'T')) {
        return None;
    }
    let separators = [(4, [b':', b'-', b'/']), (7, [b':', b'-', b'/']), (13, [b':'; 3])];
    let is_date = separators
        .iter()
        .all(|(at, allowed)| text.get(*at).is_some_and(|separator| allowed.contains(separator)));
    if !is_date || text.get(16) != Some(&b':') {
        return None;
    }
    let two =
        |at: usize| digits(text.get(at..at + 2)?).and_then(|number| i8::try_from(number).ok());
    let year = digits(text.get(..4)?).filter(|year| *year > 0)?;
    DateTime::new(year, two(5)?, two(8)?, two(11)?, two(14)?, two(17)?, 0).ok()
}

/// `+09:00` or `-03:30`; anything else (NULs, blanks, `Z`) is none.
fn offset_minutes(text: &str) -> Option<i16> {
    let (sign, text) = text.trim().as_bytes().split_first()?;
    let [h1, h2, b':', m1, m2] = text else { return None };
    let (hours, minutes) = (digits(&[*h1, *h2])?, digits(&[*m1, *m2])?);
    let distance = hours * 60 + minutes;
    match sign {
        _ if minutes > 59 || distance > 14 * 60 => None,
        b'+' => Some(distance),
        b'-' => Some(-distance),
        _ => None,
    }
}

fn digits(text: &[u8]) -> Option<i16> {
    text.iter().try_fold(0_i16, |number, byte| {
        let digit = byte.checked_sub(b'0').filter(|digit| *digit < 10)?;
        number.checked_mul(10)?.checked_add(i16::from(digit))
    })
}
