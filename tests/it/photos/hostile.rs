//! Arbitrary and damaged bytes: no panic, not even one that is caught, and no rule broken.

use crate::photos::check;
use crate::photos::fixture;
use crate::photos::rendition_faults;
use noroshi::media::PhotoRefused;
use proptest::collection::vec;
use proptest::prelude::Just;
use proptest::prelude::ProptestConfig;
use proptest::prelude::Strategy;
use proptest::prelude::any;
use proptest::prelude::prop_oneof;
use proptest::proptest;
use proptest::sample::Index;
use proptest::sample::select;

const FILES: [&str; 17] = [
    "alpha_16_bit_interlaced.png",
    "animated.webp",
    "cmyk.jpg",
    "display_p3.jpg",
    "display_p3.png",
    "full_colour.jpg",
    "grey.jpg",
    "lossless_alpha.webp",
    "lossy_alpha.webp",
    "palette.png",
    "place_and_time.heic",
    "place_and_time.jpg",
    "place_and_time.png",
    "place_and_time.webp",
    "progressive.jpg",
    "restarts.jpg",
    "still.gif",
];

/// First bytes that lead into each reader.
const MAGIC: [&[u8]; 6] = [
    b"\xFF\xD8\xFF",
    b"\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR",
    b"RIFF\x40\0\0\0WEBPVP8L",
    b"RIFF\x40\0\0\0WEBPVP8X",
    b"\0\0\0\x14ftypheic\0\0\0\0mif1",
    b"",
];

/// One thing that happens to a file on its way.
#[derive(Debug, Clone)]
enum Damage {
    Byte(Index, u8),
    Bit(Index, u8),
    Cut(Index),
    Removed(Index, usize),
    Inserted(Index, Vec<u8>),
    Repeated(Index, usize),
}

fn damage() -> impl Strategy<Value = Damage> {
    let at = any::<Index>;
    let telling = prop_oneof![Just(0), Just(1), Just(0x7F), Just(0x80), Just(0xFF), any::<u8>()];
    prop_oneof![
        4 => (at(), telling).prop_map(|(at, byte)| Damage::Byte(at, byte)),
        4 => (at(), 0..8_u8).prop_map(|(at, bit)| Damage::Bit(at, bit)),
        1 => at().prop_map(Damage::Cut),
        1 => (at(), 1..64_usize).prop_map(|(at, length)| Damage::Removed(at, length)),
        1 => (at(), vec(any::<u8>(), 1..16)).prop_map(|(at, bytes)| Damage::Inserted(at, bytes)),
        1 => (at(), 1..64_usize).prop_map(|(at, length)| Damage::Repeated(at, length)),
    ]
}

fn damaged(mut bytes: Vec<u8>, damages: &[Damage]) -> Vec<u8> {
    for damage in damages {
        if bytes.is_empty() {
            return bytes;
        }
        let size = bytes.len();
        match damage {
            Damage::Byte(at, byte) => *at.get_mut(&mut bytes) = *byte,
            Damage::Bit(at, bit) => *at.get_mut(&mut bytes) ^= 1 << bit,
            Damage::Cut(at) => bytes.truncate(at.index(size)),
            Damage::Removed(at, length) => {
                let at = at.index(size);
                bytes.drain(at..size.min(at + length));
            }
            Damage::Inserted(at, new) => {
                let at = at.index(size);
                bytes.splice(at..at, new.iter().copied());
            }
            Damage::Repeated(at, length) => {
                let at = at.index(size);
                bytes.extend_from_within(at..size.min(at + length));
            }
        }
    }
    bytes
}

/// Panics that are caught count as faults here: each is worth a look.
fn assert_lawful(bytes: &[u8]) {
    match check(bytes) {
        Ok(seen) => {
            if let Some(renditions) = &seen.renditions {
                // A coarse picture may have another size by less than a block on each side.
                let thumbnail = rendition_faults(&renditions.thumbnail, &seen, 12_288, 320);
                let preview = rendition_faults(&renditions.preview, &seen, 120_000, 1_280);
                assert!(thumbnail.is_empty() && preview.is_empty(), "{thumbnail:?} {preview:?}");
            }
        }
        Err(PhotoRefused::Broken { why }) => assert!(!why.contains("gave up"), "a panic"),
        Err(
            PhotoRefused::TooLarge { .. }
            | PhotoRefused::NotAnImage
            | PhotoRefused::Unsupported { .. }
            | PhotoRefused::Animated { .. }
            | PhotoRefused::TooManyPixels { .. },
        ) => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1_500) })]

    #[test]
    fn damaged_photos_are_seen_or_refused(
        name in select(&FILES[..]),
        damages in vec(damage(), 1..5),
    ) {
        assert_lawful(&damaged(fixture(name), &damages));
    }

    #[test]
    fn arbitrary_bytes_are_refused(
        magic in select(&MAGIC[..]),
        bytes in vec(any::<u8>(), 0..300),
    ) {
        assert_lawful(&[magic, &bytes].concat());
    }
}
