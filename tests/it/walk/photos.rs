//! A photo with its place goes through shelter 2; what is broken, huge or no picture is refused in words.

use std::path::Path;

use serde_json::json;

use crate::nodes::Demo;
use crate::nodes::SOON;
use crate::nodes::node_info;
use crate::nodes::until;
use crate::nodes::when;

/// What the whole demo, three nodes, may ever have had.
const MEMORY_KIB: u64 = 300 * 1024;

fn fixture(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/photos");
    std::fs::read(folder.join(name)).unwrap()
}

/// A real camera file where the shared folder is present, else our own.
fn camera_file() -> Vec<u8> {
    let root = std::env::var_os("NOROSHI_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        std::path::PathBuf::from,
    );
    std::fs::read(root.join("data/exif/gps_pixel_2018.jpg")).unwrap_or_else(|_| {
        eprintln!("SKIPPED: the real camera file is absent; our own takes its place.");
        fixture("place_and_time.jpg")
    })
}

#[tokio::test]
async fn a_photo_reaches_headquarters_with_place_and_time_and_then_whole() {
    let demo = Demo::start().await;
    let (officer, desk) = (demo.person(2, "genba-1").await, demo.person(0, "honbu-1").await);
    for file in [fixture("place_and_time.jpg"), camera_file()] {
        let (status, seen) = officer.upload("image/jpeg", file.clone()).await;
        assert_eq!(status, 201, "{seen}");
        assert!(seen["position"]["lat"].is_number(), "no place in {seen}");
        assert!(seen["taken"]["civil"].is_string(), "no time in {seen}");
        let report = json!({
            "photos": [seen["hash"]], "what": "flood", "depth": 2, "place": null,
            "remark": "道路冠水",
        });
        let sent = officer.post("/reports", report).await;
        let path = format!("/photos/{}", seen["hash"].as_str().unwrap());
        until("the report with its thumbnail at headquarters", SOON, async || {
            let all = desk.get("/reports").await;
            let found =
                all["reports"].as_array().unwrap().iter().find(|one| one["id"] == sent["id"]);
            let found = found.ok_or("no such report yet")?;
            let photo = &found["photos"][0];
            when(photo["thumbnail"] == true, found)?;
            assert_eq!(photo["taken"], seen["taken"], "{found}");
            assert_eq!(found["place"]["lat"], seen["position"]["lat"], "{found}");
            assert_eq!(found["place"]["source"], "photo", "{found}");
            Ok(())
        })
        .await;
        let small = desk.get_bytes(&format!("{path}/thumbnail")).await;
        assert!(small.status == 200 && small.bytes.starts_with(&[0xFF, 0xD8]), "no JPEG");
        let whole = until("the original at headquarters", SOON, async || {
            let whole = desk.get_bytes(&format!("{path}/original")).await;
            if whole.status == 200 { Ok(whole.bytes) } else { Err(whole.json().to_string()) }
        })
        .await;
        assert!(whole == file, "the original is not the file that was sent, byte for byte");
        let id = sent["id"].as_str().unwrap();
        desk.post(&format!("/reports/{id}/status"), json!({ "seen": true })).await;
        until("本部が確認 on the officer's screen", SOON, async || {
            let report = officer.get(&format!("/reports/{id}")).await;
            when(report["seen"]["by"] == desk.name() && report["hq"] == true, report)
        })
        .await;
    }
    demo.stop_and_examine().await;
}

#[tokio::test]
async fn what_is_no_good_photo_is_refused_in_words_and_the_node_stays_small() {
    let demo = Demo::start().await;
    let officer = demo.person(2, "genba-1").await;
    let good = fixture("place_and_time.jpg");
    // A PNG's head that claims 60,000 x 60,000 pixels.
    let mut claims = fixture("palette.png");
    claims[16..24].copy_from_slice(&[0, 0, 0xEA, 0x60, 0, 0, 0xEA, 0x60]);
    let cases: [(&str, Vec<u8>, &[&str]); 6] = [
        ("nothing", Vec::new(), &["not_image", "photo_broken"]),
        ("half a file", good[..good.len() / 2].to_vec(), &["photo_broken"]),
        ("a web page", b"<html><script>alert(1)</script>".to_vec(), &["not_image"]),
        ("a GIF", fixture("still.gif"), &["photo_unsupported"]),
        ("too many pixels", claims, &["photo_too_many_pixels", "photo_broken"]),
        ("too many bytes", [good.clone(), vec![0; 30_000_000]].concat(), &["photo_too_big"]),
    ];
    for (what, file, codes) in cases {
        let (status, said) = officer.upload("image/jpeg", file).await;
        assert!((400..500).contains(&status), "{what}: {status} {said}");
        assert!(codes.contains(&said["code"].as_str().unwrap_or_default()), "{what}: {said}");
        assert!(said["detail"].as_str().is_some_and(|text| !text.is_empty()), "{what}: {said}");
    }
    node_info(demo.address(2)).await.expect("the node still answers");
    assert_eq!(officer.upload("image/jpeg", good).await.0, 201, "a good photo is still taken");
    let peak = demo.program.peak_memory_kib();
    assert!(peak < MEMORY_KIB, "{peak} KiB at its peak");
}
