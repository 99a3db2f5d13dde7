//! What cameras write about time and place, odd forms included, and what becomes of it.

use crate::photos::check;
use crate::photos::fixture;
use noroshi::media::ClockDoubt;
use noroshi::media::Datum;
use noroshi::media::Position;
use noroshi::media::TakenAt;

/// A field: tag, kind, count, bytes (big-endian).
type Field = (u16, u16, u32, Vec<u8>);

fn text(tag: u16, text: &str) -> Field {
    let bytes = [text.as_bytes(), b"\0"].concat();
    (tag, 2, u32::try_from(bytes.len()).unwrap_or(0), bytes)
}

/// Fractions of kind 5 (unsigned) or 10 (signed).
fn fractions(tag: u16, kind: u16, parts: &[(i32, i32)]) -> Field {
    let whole = |(above, below): &(i32, i32)| [above.to_be_bytes(), below.to_be_bytes()].concat();
    (tag, kind, u32::try_from(parts.len()).unwrap_or(0), parts.iter().flat_map(whole).collect())
}

fn long(tag: u16, value: usize) -> Field {
    (tag, 4, 1, u32::try_from(value).unwrap_or(0).to_be_bytes().to_vec())
}

fn directory(fields: &[Field], at: usize) -> Vec<u8> {
    let mut entries = u16::try_from(fields.len()).unwrap_or(0).to_be_bytes().to_vec();
    let mut behind = Vec::new();
    let base = at + 2 + fields.len() * 12 + 4;
    for (tag, kind, count, bytes) in fields {
        entries.extend([tag.to_be_bytes(), kind.to_be_bytes()].concat());
        entries.extend(count.to_be_bytes());
        let mut value = bytes.clone();
        if bytes.len() > 4 {
            let offset = u32::try_from(base + behind.len()).unwrap_or(0);
            behind.extend(bytes);
            value = offset.to_be_bytes().to_vec();
        }
        value.resize(4, 0);
        entries.extend(value);
    }
    [entries, vec![0; 4], behind].concat()
}

/// A JPEG whose EXIF block holds these fields of the camera, the receiver and the first
/// directory.
fn photo(camera: &[Field], receiver: &[Field], first: &[Field]) -> Seen {
    let pointers = |camera: usize, receiver: usize| {
        [first, &[long(0x8769, camera), long(0x8825, receiver)]].concat()
    };
    let camera_at = 8 + directory(&pointers(0, 0), 8).len();
    let camera_bytes = directory(camera, camera_at);
    let receiver_at = camera_at + camera_bytes.len();
    let receiver_bytes = directory(receiver, receiver_at);
    let first_bytes = directory(&pointers(camera_at, receiver_at), 8);
    let tiff = [b"MM\0*\0\0\0\x08".to_vec(), first_bytes, camera_bytes, receiver_bytes].concat();
    seen(&with_exif(&tiff))
}

fn with_exif(tiff: &[u8]) -> Vec<u8> {
    let jpeg = fixture("full_colour.jpg");
    let (start, rest) = jpeg.split_at(2);
    let length = u16::try_from(tiff.len() + 8).unwrap_or(u16::MAX).to_be_bytes();
    [start, &[0xFF, 0xE1], &length, b"Exif\0\0", tiff, rest].concat()
}

/// What the tables ask for.
struct Seen {
    taken: Option<TakenAt>,
    position: Option<Position>,
    orientation: u8,
}

fn seen(jpeg: &[u8]) -> Seen {
    let outcome = check(jpeg);
    assert!(outcome.is_ok(), "odd EXIF must not refuse a photo: {outcome:?}");
    let seen = outcome.ok();
    let orientation = seen.as_ref().map_or(0, |seen| seen.orientation.exif());
    let (taken, position) = seen.map(|seen| (seen.taken, seen.position)).unwrap_or_default();
    Seen { taken, position, orientation }
}

const ORIGINAL: u16 = 0x9003;
const DIGITIZED: u16 = 0x9004;
const OFFSET_ORIGINAL: u16 = 0x9011;
const OFFSET_DIGITIZED: u16 = 0x9012;
const MODIFIED: u16 = 0x0132;
const EVENING: &str = "2026:11:23 20:15:00";

#[test]
fn a_time_is_kept_doubted_or_absent() {
    use ClockDoubt::FactoryTime;
    use ClockDoubt::Future;
    use ClockDoubt::NeverSet;
    /// As shown, and why not.
    type Want = Option<(&'static str, Option<ClockDoubt>)>;
    let table: [(&str, Want); 16] = [
        (EVENING, Some(("2026-11-23T20:15:00", None))),
        ("2026-11-23T20:15:00", Some(("2026-11-23T20:15:00", None))),
        ("2024:02:29 23:59:59", Some(("2024-02-29T23:59:59", None))),
        ("1970:01:01 00:00:07", Some(("1970-01-01T00:00:07", Some(NeverSet)))),
        ("1980:01:01 00:00:00", Some(("1980-01-01T00:00:00", Some(NeverSet)))),
        ("2007:01:01 12:00:00", Some(("2007-01-01T12:00:00", Some(FactoryTime)))),
        // The earthquake of Noto was on a New Year's Day: no doubt.
        ("2024:01:01 16:10:00", Some(("2024-01-01T16:10:00", None))),
        ("2026:11:27 12:00:00", Some(("2026-11-27T12:00:00", Some(Future)))),
        ("2099:08:12 19:59:29", Some(("2099-08-12T19:59:29", Some(Future)))),
        ("0000:00:00 00:00:00", None),
        ("    :  :     :  :  ", None),
        ("2024:13:45 25:61:61", None),
        ("2023:02:29 12:00:00", None),
        ("2026:11:23", None),
        ("", None),
        ("yesterday at eight", None),
    ];
    for (written, want) in table {
        let taken = photo(&[text(ORIGINAL, written)], &[], &[]).taken;
        let got = taken.as_ref().map(|taken| (taken.civil.as_str(), taken.doubt));
        assert_eq!(got, want, "{written:?}");
    }
}

#[test]
fn the_offset_belongs_to_its_time_and_only_plain_ones_count() {
    let table = [
        ("+09:00", Some(540)),
        ("-03:30", Some(-210)),
        ("+00:00", Some(0)),
        ("+14:00", Some(840)),
        ("\0\0\0\0\0\0", None),
        ("      ", None),
        ("   :  ", None),
        ("Z", None),
        ("+9", None),
        ("+25:00", None),
        ("+09:75", None),
    ];
    for (written, want) in table {
        let camera = [text(ORIGINAL, EVENING), text(OFFSET_ORIGINAL, written)];
        let taken = photo(&camera, &[], &[]).taken.expect("the time is whole");
        assert_eq!(taken.offset_minutes, want, "{written:?}");
    }
    let digitized_only = [
        text(ORIGINAL, "0000:00:00 00:00:00"),
        text(OFFSET_ORIGINAL, "+09:00"),
        text(DIGITIZED, EVENING),
        text(OFFSET_DIGITIZED, "+08:00"),
    ];
    let taken = photo(&digitized_only, &[], &[]).taken.expect("the second time stands in");
    assert_eq!((taken.civil.as_str(), taken.offset_minutes), ("2026-11-23T20:15:00", Some(480)));
    let modified_only = photo(&[], &[], &[text(MODIFIED, EVENING)]);
    assert_eq!(modified_only.taken, None, "the time of an editor is not when it was seen");
}

const NORTH: [(i32, i32); 3] = [(38, 1), (15, 1), (1_812, 100)];
const EAST: [(i32, i32); 3] = [(140, 1), (20, 1), (2_340, 100)];

fn place(latitude: Field, longitude: Field, letters: [&str; 2], more: &[Field]) -> Seen {
    let [north, east] = letters;
    let fields = [&[text(1, north), latitude, text(3, east), longitude], more].concat();
    photo(&[], &fields, &[])
}

#[test]
fn a_position_is_whole_or_absent() {
    let here = Some((382_550_333, 1_403_398_333));
    let mirrored = Some((-382_550_333, -1_403_398_333));
    let unsigned = |parts: &[(i32, i32)]| (5, parts.to_vec());
    let signed = |parts: &[(i32, i32)]| (10, parts.to_vec());
    let table = [
        ("as usual", unsigned(&NORTH), unsigned(&EAST), ["N", "E"], here),
        ("south and west", unsigned(&NORTH), unsigned(&EAST), ["S", "W"], mirrored),
        ("signed fractions", signed(&NORTH), signed(&EAST), ["N", "E"], here),
        ("small letters", unsigned(&NORTH), unsigned(&EAST), ["n", "e"], here),
        ("no hemisphere", unsigned(&NORTH), unsigned(&EAST), ["", "E"], None),
        ("other letters", unsigned(&NORTH), unsigned(&EAST), ["E", "N"], None),
        ("latitude 95", unsigned(&[(95, 1), (0, 1), (0, 1)]), unsigned(&EAST), ["N", "E"], None),
        (
            "longitude 181",
            unsigned(&NORTH),
            unsigned(&[(181, 1), (0, 1), (0, 1)]),
            ["N", "E"],
            None,
        ),
        ("61 minutes", unsigned(&[(38, 1), (61, 1), (0, 1)]), unsigned(&EAST), ["N", "E"], None),
        ("0/0", unsigned(&[(0, 0); 3]), unsigned(&[(0, 0); 3]), ["N", "E"], None),
        ("seconds 0/0", unsigned(&[(38, 1), (15, 1), (0, 0)]), unsigned(&EAST), ["N", "E"], None),
        ("below zero", signed(&[(-38, 1), (15, 1), (0, 1)]), unsigned(&EAST), ["N", "E"], None),
        ("no fix", unsigned(&[(0, 1); 3]), unsigned(&[(0, 1); 3]), ["N", "E"], None),
        ("two parts", unsigned(&[(38, 1), (15, 1)]), unsigned(&EAST), ["N", "E"], None),
        ("whole numbers", (4, NORTH.to_vec()), unsigned(&EAST), ["N", "E"], None),
    ];
    for (name, (north_kind, north), (east_kind, east), letters, want) in table {
        let latitude = fractions(2, north_kind, &north);
        let longitude = fractions(4, east_kind, &east);
        let position = place(latitude, longitude, letters, &[]).position;
        let got = position.map(|place| (place.latitude_e7, place.longitude_e7));
        assert_eq!(got, want, "{name}");
    }
    let degrees_as_text = place(text(2, "38,15,18"), text(4, "140,20,23"), ["N", "E"], &[]);
    assert_eq!(degrees_as_text.position, None, "text is no position");
}

#[test]
fn the_datum_is_converted_or_named_and_the_accuracy_kept() {
    let table = [
        ("WGS-84", Datum::Wgs84, (382_550_333, 1_403_398_333)),
        ("JGD2011", Datum::Wgs84, (382_550_333, 1_403_398_333)),
        ("TOKYO", Datum::ConvertedFromTokyo, (382_579_945, 1_403_364_579)),
        ("PULKOVO 1942", Datum::Unknown("PULKOVO 1942".to_owned()), (382_550_333, 1_403_398_333)),
    ];
    for (name, datum, (latitude, longitude)) in table {
        let more = [text(0x12, name), fractions(0x1F, 5, &[(651, 100)])];
        let (north, east) = (fractions(2, 5, &NORTH), fractions(4, 5, &EAST));
        let position = place(north, east, ["N", "E"], &more).position.expect(name);
        assert_eq!(position.datum, datum, "{name}");
        assert_eq!(position.accuracy_m, Some(7), "{name}");
        // A metre is about 90 ten-millionths.
        let off =
            (position.latitude_e7 - latitude).abs() + (position.longitude_e7 - longitude).abs();
        assert!(off < 100, "{name}: {position:?}");
    }
}

#[test]
fn an_orientation_that_does_not_exist_is_none() {
    for (written, want) in [(1, 1), (3, 3), (6, 6), (8, 8), (0, 1), (9, 1), (0x0600, 1)] {
        let field = (0x0112, 3, 1, u16::to_be_bytes(written).to_vec());
        assert_eq!(photo(&[], &[], &[field]).orientation, want, "{written}");
    }
}

#[test]
fn a_block_that_points_at_itself_or_nowhere_is_read_at_once() {
    // As many pointers as fit, each to another place in the block: a reader that follows and
    // lists them all needs gigabytes.
    let fields = (0..5_000_usize).map(|number| long(0x8769, 8 + number * 12)).collect::<Vec<_>>();
    let pointers = [b"MM\0*\0\0\0\x08".to_vec(), directory(&fields, 8)].concat();
    let enormous = [b"MM\0*\0\0\0\x08".to_vec(), directory(&[(0x9003, 2, u32::MAX, vec![])], 8)];
    let table: [(&str, &[u8]); 6] = [
        ("pointers", &pointers),
        ("a count of 4 Gi", &enormous.concat()),
        ("a first directory far away", b"MM\0*\xFF\xFF\xFF\xFF"),
        ("a first directory at the start", b"II*\0\0\0\0\0"),
        ("no header", b"what is this?"),
        ("nothing", b""),
    ];
    for (name, tiff) in table {
        let seen = seen(&with_exif(tiff));
        assert_eq!((seen.taken, seen.position), (None, None), "{name}");
    }
}
