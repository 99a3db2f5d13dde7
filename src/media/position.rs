//! Where a photo was taken, as its camera's receiver says.
//! No place is better than a wrong one on a map: whatever is incomplete, impossible or stands
//! at 0, 0 (a receiver without a fix) is no place.

use crate::media::exif::Directory;
use crate::media::exif::Field;
use crate::media::exif::Fraction;

/// A place on the map, WGS 84.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// Latitude in ten-millionths of a degree, north positive.
    pub latitude_e7: i32,
    /// Longitude in ten-millionths of a degree, east positive.
    pub longitude_e7: i32,
    /// Radius in metres in which the receiver believed itself, where it says so.
    pub accuracy_m: Option<u32>,
    /// What the numbers were measured against.
    pub datum: Datum,
}

/// The geodetic datum of the stored numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Datum {
    /// WGS 84, or what differs from it by less than a metre, or not stated.
    Wgs84,
    /// The old Japanese datum; the position was converted, which is good to about 10 m.
    ConvertedFromTokyo,
    /// Another one, by the name in the file: the place may be off by hundreds of metres.
    Unknown(String),
}

/// Longest name of an unknown datum that is kept, in characters.
const DATUM_CHARS_MAX: usize = 32;

impl Position {
    /// From the receiver's directory of an EXIF block.
    pub(super) fn read(receiver: &Directory<'_>) -> Option<Self> {
        let latitude = degrees(&receiver.field(2)?, &receiver.field(1)?, ["N", "S"], 90.0)?;
        let longitude = degrees(&receiver.field(4)?, &receiver.field(3)?, ["E", "W"], 180.0)?;
        let datum = datum(receiver.field(0x12).and_then(|field| field.text()));
        let (latitude, longitude) = match datum {
            Datum::ConvertedFromTokyo => from_tokyo(latitude, longitude),
            Datum::Wgs84 | Datum::Unknown(_) => (latitude, longitude),
        };
        let (latitude_e7, longitude_e7) = (e7(latitude)?, e7(longitude)?);
        let accuracy = receiver.field(0x1F).and_then(|field| field.fractions::<1>());
        let is_fix = latitude_e7 != 0 || longitude_e7 != 0;
        is_fix.then_some(Self {
            latitude_e7,
            longitude_e7,
            accuracy_m: accuracy.and_then(|[radius]| metres(radius)),
            datum,
        })
    }
}

/// Degrees, minutes and seconds with the letter of the hemisphere, as signed degrees.
fn degrees(parts: &Field<'_>, letter: &Field<'_>, letters: [&str; 2], most: f64) -> Option<f64> {
    let [positive, negative] = letters;
    let letter = letter.text()?.trim();
    let sign = if letter.eq_ignore_ascii_case(positive) {
        1.0
    } else if letter.eq_ignore_ascii_case(negative) {
        -1.0
    } else {
        return None;
    };
    let [degrees, minutes, seconds] = parts.fractions::<3>()?;
    let (minutes, seconds) = (quotient(minutes)?, quotient(seconds)?);
    let total = quotient(degrees)? + minutes / 60.0 + seconds / 3_600.0;
    let is_possible = minutes <= 60.0 && seconds <= 60.0 && total <= most;
    is_possible.then_some(sign * total)
}

/// A fraction that is not negative; its parts have at most 32 bits and so fit exactly.
fn quotient(fraction: Fraction) -> Option<f64> {
    let numerator = u32::try_from(fraction.numerator).ok()?;
    let denominator = u32::try_from(fraction.denominator).ok().filter(|parts| *parts != 0)?;
    Some(f64::from(numerator) / f64::from(denominator))
}

/// Rounded up to whole metres; more than the Earth's circumference says nothing.
fn metres(radius: Fraction) -> Option<u32> {
    let numerator = u32::try_from(radius.numerator).ok()?;
    let denominator = u32::try_from(radius.denominator).ok().filter(|parts| *parts != 0)?;
    Some(numerator.div_ceil(denominator)).filter(|metres| (1..40_000_000).contains(metres))
}

/// To ten-millionths, through decimal text: the exact way without a lossy cast.
fn e7(degrees: f64) -> Option<i32> {
    format!("{:.0}", degrees * 1e7).parse().ok()
}

fn datum(name: Option<&str>) -> Datum {
    let name = name.unwrap_or_default().trim();
    let plain = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>();
    match plain.to_ascii_uppercase().as_str() {
        "" | "WGS84" | "JGD2000" | "JGD2011" | "ITRF" | "GRS80" => Datum::Wgs84,
        "TOKYO" => Datum::ConvertedFromTokyo,
        _ => {
            let shown = name.chars().filter(|letter| !letter.is_ascii_control());
            Datum::Unknown(shown.take(DATUM_CHARS_MAX).collect())
        }
    }
}

/// The usual linear approximation between the old Japanese datum and WGS 84.
fn from_tokyo(latitude: f64, longitude: f64) -> (f64, f64) {
    (
        latitude - 0.000_106_95 * latitude + 0.000_017_464 * longitude + 0.004_601_7,
        longitude - 0.000_046_038 * latitude - 0.000_083_043 * longitude + 0.010_040,
    )
}
