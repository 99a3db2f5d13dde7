//! The own set: one drawn picture in many clothings, each of which must look the same.

use crate::photos::check;
use crate::photos::fixture;
use crate::photos::limits;
use crate::photos::rendition_faults;
use image::ExtendedColorType;
use image::ImageEncoder;
use image::RgbImage;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use noroshi::media::Datum;
use noroshi::media::Format;
use noroshi::media::PhotoLimits;
use noroshi::media::PhotoRefused;
use noroshi::media::Position;
use noroshi::media::Rendition;
use noroshi::media::TakenAt;
use noroshi::media::examine;

/// The drawn picture: 96 × 64, four fields and a dark disc.
const RED: [u8; 3] = [220, 40, 40];
const GREEN: [u8; 3] = [40, 180, 60];
const BLUE: [u8; 3] = [40, 70, 210];
const SAND: [u8; 3] = [240, 230, 200];
const WHITE: [u8; 3] = [255, 255, 255];

/// Fields clockwise from the upper left.
type Fields = [[u8; 3]; 4];
const PLAIN: Fields = [RED, GREEN, SAND, BLUE];
const ON_WHITE: Fields = [RED, GREEN, WHITE, BLUE];
const GREY: Fields = [[94; 3], [124; 3], [230; 3], [77; 3]];
/// Stored lying on its side, orientation 6.
const TURNED: Fields = [BLUE, RED, GREEN, SAND];

const CLOTHINGS: [(&str, Format, Fields); 15] = [
    ("progressive.jpg", Format::Jpeg, PLAIN),
    ("restarts.jpg", Format::Jpeg, PLAIN),
    ("full_colour.jpg", Format::Jpeg, PLAIN),
    ("cmyk.jpg", Format::Jpeg, PLAIN),
    ("grey.jpg", Format::Jpeg, GREY),
    ("display_p3.jpg", Format::Jpeg, PLAIN),
    ("display_p3.png", Format::Png, PLAIN),
    ("palette.png", Format::Png, PLAIN),
    ("alpha_16_bit_interlaced.png", Format::Png, ON_WHITE),
    ("lossy_alpha.webp", Format::WebP, ON_WHITE),
    ("lossless_alpha.webp", Format::WebP, ON_WHITE),
    ("place_and_time.jpg", Format::Jpeg, TURNED),
    ("place_and_time.png", Format::Png, TURNED),
    ("place_and_time.webp", Format::WebP, TURNED),
    ("place_and_time.heic", Format::Heic, TURNED),
];

#[test]
fn one_picture_looks_the_same_in_every_clothing() {
    for (name, format, fields) in CLOTHINGS {
        let seen = check(&fixture(name)).expect(name);
        assert_eq!(seen.format, format, "{name}");
        let Some(renditions) = seen.renditions.clone() else {
            assert_eq!(format, Format::Heic, "{name} has no renditions");
            assert_eq!((seen.width, seen.height), (3_000, 4_000), "{name}");
            continue;
        };
        let upright = if fields == TURNED { (64, 96) } else { (96, 64) };
        assert_eq!((seen.width, seen.height), upright, "{name}");
        for rendition in [&renditions.thumbnail, &renditions.preview] {
            let faults = rendition_faults(rendition, &seen, 12_288, 320);
            assert!(faults.is_empty(), "{name}: {faults:?}");
            assert_looks(name, rendition, fields, 14);
        }
    }
}

#[test]
fn a_picture_that_would_cost_too_much_is_decoded_coarsely_and_looks_the_same() {
    let limits = PhotoLimits { decode_bytes_max: 0, ..limits() };
    for (name, format, fields) in CLOTHINGS {
        let seen = examine(&fixture(name), &limits).expect(name);
        match (format, &seen.renditions) {
            (Format::Jpeg | Format::Png, Some(renditions)) => {
                // Twelve pixels wide, and each edge beside its field rings.
                assert_looks(name, &renditions.preview, fields, 30);
            }
            (Format::WebP | Format::Heic, None) => {}
            (Format::Jpeg | Format::Png | Format::WebP | Format::Heic, renditions) => {
                panic!("{name} has {renditions:?}");
            }
        }
    }
}

/// Compares the middle of each field's outer quarter.
fn assert_looks(name: &str, rendition: &Rendition, fields: Fields, tolerance: u8) {
    let picture = image::load_from_memory(&rendition.jpeg).map(|picture| picture.to_rgb8());
    let size = picture.as_ref().map_or((0, 0), |picture| picture.dimensions());
    assert_eq!(size, (rendition.width, rendition.height), "{name}");
    let picture = picture.unwrap_or_default();
    let (width, height) = picture.dimensions();
    let (left, right) = (width / 8, width - 1 - width / 8);
    let (top, bottom) = (height / 8, height - 1 - height / 8);
    let places = [(left, top), (right, top), (right, bottom), (left, bottom)];
    for ((x, y), want) in places.into_iter().zip(fields) {
        let got = picture.get_pixel(x, y).0;
        let is_near = got.iter().zip(want).all(|(got, want)| got.abs_diff(want) <= tolerance);
        assert!(is_near, "{name} is {got:?} at {x}, {y} of {width} x {height}, wanted {want:?}");
    }
}

#[test]
fn place_and_time_are_read_from_every_format() {
    let taken =
        TakenAt { civil: "2026-11-23T20:15:00".to_owned(), offset_minutes: Some(540), doubt: None };
    let position = Position {
        latitude_e7: 382_550_333,
        longitude_e7: 1_403_398_333,
        accuracy_m: Some(8),
        datum: Datum::Wgs84,
    };
    for name in ["jpg", "png", "webp", "heic"].map(|end| format!("place_and_time.{end}")) {
        let seen = check(&fixture(&name)).expect(&name);
        assert_eq!(seen.taken.as_ref(), Some(&taken), "{name}");
        assert_eq!(seen.position.as_ref(), Some(&position), "{name}");
        let turn = if seen.format == Format::Heic { 1 } else { 6 };
        assert_eq!(seen.orientation.exif(), turn, "{name}");
    }
}

#[test]
fn a_file_that_lost_its_end_is_refused_wherever_it_was_cut() {
    for (name, _, _) in CLOTHINGS {
        let whole = fixture(name);
        for length in 0..whole.len() {
            let outcome = check(&whole[..length]);
            let code = outcome.map_err(|refused| refused.code());
            let is_refused = matches!(code, Err("not_image" | "photo_broken"));
            assert!(is_refused, "{name} cut to {length} of {} bytes: {code:?}", whole.len());
        }
    }
}

#[test]
fn what_is_no_photo_is_refused_by_its_bytes_with_a_stable_code() {
    let huge_png = |width: u32, height: u32| {
        let mut bytes = b"\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR".to_vec();
        bytes.extend_from_slice(&width.to_be_bytes());
        bytes.extend_from_slice(&height.to_be_bytes());
        bytes.extend_from_slice(&[8, 2, 0, 0, 0, 0, 0, 0, 0]);
        bytes
    };
    let mut too_big = fixture("grey.jpg");
    too_big.resize(30_000_001, 0);
    let table: [(&str, &[u8], &str); 13] = [
        ("nothing", b"", "not_image"),
        ("text", b"this is a shopping list", "not_image"),
        ("a page", b"<!doctype html><img src=x>", "not_image"),
        ("a drawing", b"<?xml version='1.0'?>\n<svg onload='x'/>", "photo_unsupported"),
        ("a GIF", &fixture("still.gif"), "photo_unsupported"),
        ("an animated WebP", &fixture("animated.webp"), "photo_unsupported"),
        ("a TIFF", b"II*\0\x08\0\0\0", "photo_unsupported"),
        ("a PDF", b"%PDF-1.7\n", "photo_unsupported"),
        ("a film", b"\0\0\0\x18ftypisom\0\0\0\0isommp42", "photo_unsupported"),
        ("an AVIF", b"\0\0\0\x18ftypavif\0\0\0\0avifmif1", "photo_unsupported"),
        ("200 Mpx", &huge_png(16_000, 12_500), "photo_too_many_pixels"),
        ("a thin line", &huge_png(4_000_000_000, 1), "photo_too_many_pixels"),
        ("30 MB and a byte", &too_big, "photo_too_big"),
    ];
    for (name, bytes, want) in table {
        let outcome = check(bytes).map_err(|refused| refused.code());
        assert_eq!(outcome, Err(want), "{name}");
    }
}

#[test]
fn a_picture_stays_a_picture_whatever_hangs_behind_its_end() {
    for name in ["full_colour.jpg", "palette.png", "lossy_alpha.webp"] {
        let mut bytes = fixture(name);
        bytes.extend_from_slice(b"<script>alert(1)</script>");
        let seen = check(&bytes).expect(name);
        assert_eq!(seen.format.media_type().split('/').next(), Some("image"), "{name}");
    }
}

#[test]
fn renditions_keep_their_limits_and_the_shape_of_the_worst_pictures() {
    // Noise compresses worst; a narrow strip is the worst shape.
    for (width, height) in [(1_400, 900), (3_000, 7), (1, 1), (5, 2_000)] {
        let picture = noise(width, height);
        let mut jpeg = Vec::new();
        JpegEncoder::new_with_quality(&mut jpeg, 90).encode_image(&picture).unwrap();
        let mut png = Vec::new();
        let encoder = PngEncoder::new(&mut png);
        encoder.write_image(&picture, width, height, ExtendedColorType::Rgb8).unwrap();
        for bytes in [jpeg, png] {
            let seen = check(&bytes).expect("noise is a picture");
            let renditions = seen.renditions.clone().expect("JPEG and PNG have renditions");
            let mut faults = rendition_faults(&renditions.thumbnail, &seen, 12_288, 320);
            faults.extend(rendition_faults(&renditions.preview, &seen, 120_000, 1_280));
            assert!(faults.is_empty(), "{width} x {height} {:?}: {faults:?}", seen.format);
        }
    }
}

#[test]
fn more_passes_than_a_photo_needs_are_refused_before_decoding() {
    let jpeg = fixture("progressive.jpg");
    // The last scan again and again, before the end marker.
    let at = jpeg.windows(2).rposition(|marker| marker == [0xFF, 0xDA]).unwrap();
    let (scan, end) = (&jpeg[at..jpeg.len() - 2], &jpeg[jpeg.len() - 2..]);
    let repeated = [&jpeg[..at], &scan.repeat(100), end].concat();
    let outcome = check(&repeated);
    assert!(matches!(outcome, Err(PhotoRefused::Broken { .. })), "{outcome:?}");
}

fn noise(width: u32, height: u32) -> RgbImage {
    let mut state = 1_u64;
    RgbImage::from_fn(width, height, |_, _| {
        // Knuth's MMIX generator; its upper bytes are the random ones.
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let [red, green, blue, ..] = state.to_be_bytes();
        image::Rgb([red, green, blue])
    })
}
