//! Every real file against the manifest that lies beside it.

use crate::photos::check;
use crate::photos::rendition_faults;
use noroshi::media::Datum;
use noroshi::media::Examined;
use noroshi::media::Format;
use noroshi::media::PhotoRefused;
use serde::Deserialize;
use std::path::Path;
use std::path::PathBuf;
use std::time::Instant;

#[derive(Deserialize)]
struct Manifest {
    images: Vec<Expected>,
}

#[derive(Deserialize)]
struct Expected {
    path: String,
    format: Option<String>,
    display_width: Option<u32>,
    display_height: Option<u32>,
    orientation_to_apply: Option<u8>,
    lat: Option<f64>,
    lon: Option<f64>,
    gps_datum: Option<String>,
    gps_firm: bool,
    taken: Option<String>,
    offset: Option<String>,
    taken_note: Option<String>,
    expect: String,
    firm: bool,
    preview: Option<String>,
}

fn shared_data() -> Option<PathBuf> {
    let root = std::env::var_os("NOROSHI_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    Some(root.join("data")).filter(|data| data.join("image_manifest.json").is_file())
}

#[test]
fn every_real_file_gives_what_the_manifest_says() {
    let Some(data) = shared_data() else {
        eprintln!("SKIPPED: the real photos are absent: set NOROSHI_SHARED to their folder.");
        return;
    };
    let text = std::fs::read_to_string(data.join("image_manifest.json")).unwrap();
    let manifest: Manifest = serde_json::from_str(&text).unwrap();
    assert!(manifest.images.len() > 100, "the manifest is nearly empty");
    let mut wrong = Vec::new();
    for expected in &manifest.images {
        let bytes = std::fs::read(data.join(&expected.path)).unwrap();
        let begun = Instant::now();
        let outcome = check(&bytes);
        let took = begun.elapsed();
        let faults = faults(expected, &outcome);
        wrong.extend(faults.into_iter().map(|fault| format!("{:46} {fault}", expected.path)));
        if std::env::var_os("NOROSHI_PHOTO_TABLE").is_some() {
            let shown = outcome.map(|seen| shown(&seen));
            eprintln!("{:46} {:5} ms {shown:?}", expected.path, took.as_millis());
        }
    }
    assert!(wrong.is_empty(), "{} answers are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

fn shown(seen: &Examined) -> String {
    let renditions = seen.renditions.as_ref().map(|renditions| {
        [&renditions.thumbnail, &renditions.preview]
            .map(|one| (one.width, one.height, one.jpeg.len()))
    });
    format!(
        "{:?} {}x{} o{} {:?} {:?} {renditions:?}",
        seen.format,
        seen.width,
        seen.height,
        seen.orientation.exif(),
        seen.taken,
        seen.position
    )
}

fn faults(expected: &Expected, outcome: &Result<Examined, PhotoRefused>) -> Vec<String> {
    match (outcome, expected.expect.as_str()) {
        (Ok(seen), "accept") => faults_of_seen(expected, seen),
        (Err(PhotoRefused::Broken { why }), _) if why.contains("gave up") => {
            vec!["a decoder panicked".to_owned()]
        }
        (Err(refused), "accept") if expected.firm => vec![format!("refused: {refused}")],
        (Ok(seen), "refuse") if expected.firm => vec![format!("taken as {:?}", seen.format)],
        (Ok(_) | Err(_), _) => Vec::new(),
    }
}

fn faults_of_seen(expected: &Expected, seen: &Examined) -> Vec<String> {
    let mut faults = Vec::new();
    let mut differ = |what: &str, got: String, want: String| {
        if got != want {
            faults.push(format!("{what}: {got}, wanted {want}"));
        }
    };
    let format = match seen.format {
        Format::Jpeg => "jpeg",
        Format::Png => "png",
        Format::WebP => "webp",
        Format::Heic => "heif",
    };
    differ("format", format!("{:?}", Some(format)), format!("{:?}", expected.format));
    differ(
        "size",
        format!("{:?}", (Some(seen.width), Some(seen.height))),
        format!("{:?}", (expected.display_width, expected.display_height)),
    );
    differ(
        "orientation",
        format!("{:?}", Some(seen.orientation.exif())),
        format!("{:?}", expected.orientation_to_apply),
    );
    let taken = seen.taken.as_ref();
    differ(
        "taken",
        format!("{:?}", taken.map(|taken| &taken.civil)),
        format!("{:?}", expected.taken.as_ref()),
    );
    differ(
        "offset",
        format!("{:?}", taken.and_then(|taken| taken.offset_minutes)),
        format!("{:?}", expected.offset.as_deref().map(minutes)),
    );
    let is_doubtful = expected.taken_note.is_some() && expected.taken.is_some();
    differ(
        "doubt",
        taken.is_some_and(|taken| taken.doubt.is_some()).to_string(),
        is_doubtful.to_string(),
    );
    differ("place", place_fault(expected, seen), String::new());
    let preview = expected.preview.as_deref() == Some("required");
    if preview && seen.renditions.is_none() {
        faults.push("no renditions".to_owned());
    }
    if let Some(renditions) = &seen.renditions {
        faults.extend(rendition_faults(&renditions.thumbnail, seen, 12_288, 320));
        faults.extend(rendition_faults(&renditions.preview, seen, 120_000, 1_280));
    }
    faults
}

fn minutes(offset: &str) -> i16 {
    let (hours, minutes) = offset.split_once(':').unwrap_or_default();
    let (hours, minutes) = (hours.parse().unwrap_or(99), minutes.parse().unwrap_or(99));
    hours * 60 + minutes * i16::signum(hours)
}

fn place_fault(expected: &Expected, seen: &Examined) -> String {
    let (Some(latitude), Some(longitude)) = (expected.lat, expected.lon) else {
        return match &seen.position {
            Some(position) => format!("{position:?} where none is right"),
            None => String::new(),
        };
    };
    let Some(position) = &seen.position else {
        return if expected.gps_firm { "none".to_owned() } else { String::new() };
    };
    // The manifest's note names where the old Japanese datum lies on a WGS 84 map.
    let is_tokyo = expected.gps_datum.as_deref() == Some("TOKYO");
    let want = if is_tokyo { (35.257_08, 140.382_06) } else { (latitude, longitude) };
    let is_converted = position.datum == Datum::ConvertedFromTokyo;
    let off = (f64::from(position.latitude_e7) / 1e7 - want.0)
        .abs()
        .max((f64::from(position.longitude_e7) / 1e7 - want.1).abs());
    if off > 0.000_01 || is_converted != is_tokyo {
        return format!("{position:?}, wanted {want:?}");
    }
    String::new()
}
