//! Uploaded photos: whatever arrives, the node says what it is or why it is refused, and stays
//! small. Real camera files stand in the shared folder (`NOROSHI_SHARED`), with a manifest of
//! what must come out; a small own set (`tests/fixtures/photos`) always runs.

mod exif;
mod hostile;
mod manifest;
mod memory;
mod own;

use noroshi::media::Examined;
use noroshi::media::PhotoLimits;
use noroshi::media::PhotoRefused;
use noroshi::media::Rendition;
use noroshi::media::examine;
use std::path::Path;

/// 2026-11-24 12:00 UTC, when every photo of these tests arrives.
const RECEIVED_UNIX_S: i64 = 1_795_521_600;

/// The call under test, with the limits of the product.
fn check(bytes: &[u8]) -> Result<Examined, PhotoRefused> {
    examine(bytes, &limits())
}

fn limits() -> PhotoLimits {
    PhotoLimits { received_unix_s: Some(RECEIVED_UNIX_S), ..PhotoLimits::default() }
}

/// A file of the own set.
fn fixture(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/photos");
    let bytes = std::fs::read(folder.join(name));
    assert!(bytes.is_ok(), "the fixture {name} cannot be read: {bytes:?}");
    bytes.unwrap_or_default()
}

/// What a rendition must always be: a plain JPEG within its limits, of the picture's shape.
fn rendition_faults(
    rendition: &Rendition,
    seen: &Examined,
    bytes_max: usize,
    side_max: u32,
) -> Vec<String> {
    let mut faults = Vec::new();
    if rendition.jpeg.len() > bytes_max {
        faults.push(format!("{} bytes of {bytes_max}", rendition.jpeg.len()));
    }
    if rendition.width.max(rendition.height) > side_max.min(seen.width.max(seen.height)) {
        faults.push(format!("{}x{} is too large", rendition.width, rendition.height));
    }
    let again = image::load_from_memory(&rendition.jpeg).map(|picture| picture.to_rgb8());
    let size = again.as_ref().map(|picture| picture.dimensions());
    if size.as_ref().ok() != Some(&(rendition.width, rendition.height)) {
        faults.push(format!("is no whole JPEG of its size: {size:?}"));
    }
    // APP1 holds EXIF and XMP, APP2 profiles, COM remarks: none may follow the picture around.
    let carries = |marker: u8| rendition.jpeg.windows(2).any(|pair| pair == [0xFF, marker]);
    if [0xE1, 0xE2, 0xFE].into_iter().any(carries) {
        faults.push("carries metadata".to_owned());
    }
    // Both shapes as width × other height; one pixel of rounding on the shorter side.
    let wide = f64::from(rendition.width) * f64::from(seen.height);
    let high = f64::from(rendition.height) * f64::from(seen.width);
    let slack = f64::from(seen.width.max(seen.height));
    if (wide - high).abs() > slack {
        faults.push(format!("{}x{} changes the shape", rendition.width, rendition.height));
    }
    faults
}
