//! Shelter lists: every real file imports as it should, damage is repaired or said row by row, and
//! no file a stranger sends brings the node down.
//!
//! Real lists lie in the shared data folder (`NOROSHI_SHARED`, else `../shared`); without it those
//! tests are skipped with a line that says so. Own fixtures always run.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::PathBuf;

use noroshi::domain::evacuation_site::EvacuationSite;
use noroshi::domain::evacuation_site::Hazard;
use noroshi::domain::evacuation_site::MunicipalityCode;
use noroshi::domain::evacuation_site::SiteKind;
use noroshi::domain::evacuation_site::SitePosition;
use noroshi::domain::evacuation_site::SiteRef;
use noroshi::import::DEMO_CITY;
use noroshi::import::Difference;
use noroshi::import::FileFormat;
use noroshi::import::ImportError;
use noroshi::import::Language;
use noroshi::import::ListNote;
use noroshi::import::ReadList;
use noroshi::import::ReadOptions;
use noroshi::import::TextEncoding;
use noroshi::import::difference;
use noroshi::import::read_shelter_list;

#[path = "shelter_import/changes.rs"]
mod changes;
#[path = "shelter_import/damage.rs"]
mod damage;
#[path = "shelter_import/hostile.rs"]
mod hostile;

const HEADER: &str = "全国地方公共団体コード,ID,名称,所在地_連結表記,緯度,経度,電話番号,\
    災害種別_洪水,災害種別_地震,想定収容人数";

/// A stored place under its name.
type Stored = (SiteRef, EvacuationSite);

/// Bytes of a real list; `None`, said loudly, where the shared folder is absent.
fn real(name: &str) -> Option<Vec<u8>> {
    let shared = std::env::var_os("NOROSHI_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let path = shared.join("data/shelters").join(name);
    let bytes = std::fs::read(&path).ok();
    if bytes.is_none() {
        eprintln!("SKIPPED: {name} is not in {}", path.display());
    }
    bytes
}

fn read(bytes: &[u8]) -> ReadList {
    read_shelter_list(bytes, &ReadOptions::default()).expect("the list is read")
}

fn read_only(bytes: &[u8], code: &str) -> Result<ReadList, ImportError> {
    let only_municipality = MunicipalityCode::parse(code).ok();
    read_shelter_list(bytes, &ReadOptions { only_municipality })
}

/// Reads rows under [`HEADER`].
fn rows(body: &str) -> ReadList {
    read(format!("{HEADER}\n{body}").as_bytes())
}

/// How many cells carry each reason.
fn reasons(list: &ReadList) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for reason in list.reports.iter().flat_map(|report| &report.reasons) {
        *counts.entry(reason.code()).or_default() += 1;
    }
    counts
}

/// Rows of the file with a reason.
fn rows_with(list: &ReadList, code: &str) -> Vec<u32> {
    let reports = list.reports.iter();
    let found = reports.filter(|report| report.reasons.iter().any(|one| one.code() == code));
    let rows: BTreeSet<u32> = found.map(|report| report.row).collect();
    rows.into_iter().collect()
}

/// What a node holds after an import of `difference`.
fn stored(have: &[Stored], change: &Difference) -> Vec<Stored> {
    let mut places: BTreeMap<SiteRef, EvacuationSite> = have.iter().cloned().collect();
    for write in &change.writes {
        // As in an event: only what survives encoding comes back.
        let bytes = minicbor::to_vec(&write.site).expect("a site is encoded");
        let site = minicbor::decode(&bytes).expect("a site is decoded");
        assert_eq!(site, write.site, "bytes keep the whole site");
        let old = places.insert(write.site_ref.clone(), site);
        assert_eq!(old.is_none(), write.is_new, "{:?}", write.site_ref);
    }
    places.into_iter().collect()
}

fn site(list: &ReadList, row: u32) -> &EvacuationSite {
    let found = list.sites.iter().find(|site| site.row == row);
    &found.unwrap_or_else(|| panic!("row {row} was not read: {:?}", list.reports)).site
}

/// A small list of our own.
fn fixture(name: &str) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/shelters");
    std::fs::read(folder.join(name)).unwrap_or_else(|error| panic!("fixture {name}: {error}"))
}

/// Imports into an empty node, then once more: everything is new, then nothing is.
fn imports_once(name: &str, list: &ReadList) -> Vec<Stored> {
    let first = difference(&[], list);
    assert_eq!(first.counts.added, list.sites.len(), "{name}: every place is new");
    let have = stored(&[], &first);
    assert_eq!(have.len(), list.sites.len(), "{name}: no two places share a name");
    let again = difference(&have, list);
    assert!(again.writes.is_empty(), "{name}: importing again changes {:?}", again.writes.first());
    assert_eq!(again.counts.unchanged, list.sites.len(), "{name}: all are recognised");
    assert_eq!(again.counts.missing, 0, "{name}: none is missing");
    have
}

/// Checks counts and what was repaired or doubted, for a real list.
fn check(name: &str, sites: usize, encoding: TextEncoding, want: &[(&str, usize)]) {
    let Some(bytes) = real(name) else { return };
    let list = read(&bytes);
    assert_eq!(list.sites.len(), sites, "{name}: {:?}", list.reports.first());
    assert_eq!(list.file_rows, sites, "{name}: rows of the file");
    assert_eq!(list.encoding, encoding, "{name}");
    let want: BTreeMap<&str, usize> = want.iter().copied().collect();
    assert_eq!(reasons(&list), want, "{name}: cells by reason");
    imports_once(name, &list);
}

#[test]
fn every_real_list_imports_whole_and_only_once() {
    let as_stored = [
        ("leading_zero", 1_062),
        ("decimal_zero", 1_062 + 705 + 354),
        ("phone_hyphens", 154),
        ("ideographic_space", 3),
        ("capacity_implausible", 2),
        ("position_same", 2),
    ];
    let as_saved: Vec<_> =
        as_stored.iter().copied().filter(|(code, _)| *code != "decimal_zero").collect();
    check("yamagata_062014.xlsx", 354, TextEncoding::Utf8, &as_stored);
    check("yamagata_062014_evacuation_space.csv", 354, TextEncoding::Utf8, &as_stored);
    check("yamagata_062014_saved_from_excel_cp932.csv", 354, TextEncoding::Cp932, &as_saved);
    check(
        "matsuyama_382019_evacuation_space.csv",
        390,
        TextEncoding::Utf8Bom,
        &[
            ("spaces_trimmed", 390),
            ("thousands_comma", 342),
            ("capacity_zero", 2),
            ("capacity_implausible", 4),
            ("ideographic_space", 1),
        ],
    );
    check(
        "ichikawa_122033_evacuation_space.csv",
        121,
        TextEncoding::Cp932,
        &[("half_width_katakana", 121), ("phone_signs", 104)],
    );
    check(
        "tokyo_130001_evacuation_center.csv",
        2_636,
        TextEncoding::Utf8Bom,
        &[("ideographic_space", 2), ("position_same", 13)],
    );
    check(
        "takamatsu_372013_shelters.csv",
        193,
        TextEncoding::Utf8,
        &[
            ("flag_yes", 750),
            ("flag_no", 125),
            ("flag_unclear", 185),
            ("dash_is_empty", 14),
            ("ideographic_space", 3),
            ("position_same", 3),
        ],
    );
    check(
        "nanao_172022_reference.csv",
        112,
        TextEncoding::Utf8,
        &[
            ("capacity_split", 109),
            ("decimal_zero", 618),
            ("line_break", 1),
            ("ideographic_space", 11),
            ("code_missing", 3),
            ("capacity_implausible", 1),
        ],
    );
}

#[test]
fn the_demo_city_comes_from_the_shipped_workbook() {
    let list = read(DEMO_CITY);
    assert_eq!(list.format, FileFormat::Xlsx);
    assert_eq!(list.sites.len(), 354);
    assert_eq!(list.notes, [], "nothing is left unsaid or unread");
    let first = site(&list, 2);
    assert_eq!(first.municipality_code.as_ref().map(|code| code.as_str()), Some("062014"));
    assert_eq!(first.list_id.as_deref(), Some("E0620140000001"));
    assert_eq!(first.name, "鈴川コミュニティセンター");
    assert_eq!(first.address.as_deref(), Some("山形県山形市山家町二丁目448"));
    assert_eq!(first.phone.as_deref(), Some("023-641-3275"));
    let position = SitePosition { latitude_e7: 382_652_100, longitude_e7: 1_403_608_737 };
    assert_eq!(first.position, Some(position));
    let hazards: Vec<Hazard> = first.hazards.iter().collect();
    let designated = [Hazard::Flood, Hazard::SlopeFailure, Hazard::Earthquake, Hazard::Volcano];
    assert_eq!(hazards, designated);
    assert_eq!(first.is_meant_for(Hazard::Tsunami), Some(false));
    assert_eq!(first.overlaps_designated_shelter, Some(true));
    assert_eq!(first.capacity.as_ref().and_then(|capacity| capacity.total), Some(370));
    assert_eq!(first.kind, Some(SiteKind::EvacuationSite));
    let people = rows_with(&list, "capacity_implausible");
    assert_eq!(people, [157, 305], "a castle park and a park by the river");
}

#[test]
fn one_list_in_three_clothings_is_one_list() {
    let names =
        ["yamagata_062014_evacuation_space.csv", "yamagata_062014_saved_from_excel_cp932.csv"];
    let have = stored(&[], &difference(&[], &read(DEMO_CITY)));
    for name in names {
        let Some(bytes) = real(name) else { continue };
        let list = read(&bytes);
        let change = difference(&have, &list);
        assert_eq!(change.counts.unchanged, 354, "{name}");
        assert!(change.writes.is_empty(), "{name} changes {:?}", change.writes.first());
        let places: Vec<&EvacuationSite> = list.sites.iter().map(|row| &row.site).collect();
        let workbook = read(DEMO_CITY);
        let others: Vec<&EvacuationSite> = workbook.sites.iter().map(|row| &row.site).collect();
        assert_eq!(places, others, "{name}: the very same 354 places");
    }
}

#[test]
fn gym_and_ground_of_one_school_stay_two_places() {
    let list = read(DEMO_CITY);
    let mut halves: BTreeMap<String, Vec<&EvacuationSite>> = BTreeMap::new();
    for row in &list.sites {
        let base = row.site.name.split('（').next().unwrap_or_default();
        halves.entry(base.to_owned()).or_default().push(&row.site);
    }
    let pairs: Vec<_> = halves.values().filter(|sites| sites.len() == 2).collect();
    assert_eq!(pairs.len(), 60, "schools with gym and ground");
    for pair in pairs {
        assert_ne!(pair[0].name_key(), pair[1].name_key(), "{}", pair[0].name);
    }
    // Also when the list loses its ids.
    let mut without_ids = list.clone();
    for row in &mut without_ids.sites {
        row.site.list_id = None;
    }
    imports_once("Yamagata without ids", &without_ids);
}

#[test]
fn a_city_takes_its_own_rows_out_of_a_prefectures_list() {
    let Some(bytes) = real("tokyo_130001_evacuation_center.csv") else { return };
    let all = read(&bytes);
    assert!(all.notes.contains(&ListNote::ManyMunicipalities { count: 62 }), "{:?}", all.notes);
    assert_eq!(all.sites[0].site.kind, Some(SiteKind::DesignatedShelter));
    let name = "第一中学校";
    let same = all.sites.iter().filter(|row| row.site.name == name).count();
    assert_eq!(same, 6, "one name in six municipalities is six places");
    let koto = read_only(&bytes, "131083").expect("Koto is in the list");
    assert_eq!(koto.sites.len(), 195);
    let left_out = |note: &ListNote| matches!(note, ListNote::OthersLeftOut { rows: 2_441, .. });
    assert!(koto.notes.iter().any(left_out), "{:?}", koto.notes);
    // The city's import says nothing about the others' places.
    let have = stored(&[], &difference(&[], &all));
    assert_eq!(difference(&have, &koto).counts.missing, 0);
    let error = read_only(&bytes, "062014").expect_err("Yamagata is not in Tokyo");
    assert!(matches!(error, ImportError::MunicipalityNotInList { .. }), "{error}");
}

#[test]
fn signs_without_a_stated_meaning_are_never_read_as_usable() {
    let Some(bytes) = real("takamatsu_372013_shelters.csv") else { return };
    let list = read_only(&bytes, "372013").expect("a list without codes is the city's own");
    let triangles: BTreeSet<u32> = list
        .reports
        .iter()
        .filter(|report| report.written == "△")
        .map(|report| report.row)
        .collect();
    assert_eq!(triangles.len(), 93, "rows with △");
    for row in &list.sites {
        // Two flood columns where the national list has one, and a word that says neither.
        assert_eq!(row.site.is_meant_for(Hazard::Flood), None, "row {}", row.row);
        assert_eq!(row.site.is_meant_for(Hazard::InlandFlood), None, "row {}", row.row);
        assert_eq!(row.site.is_meant_for(Hazard::Volcano), None, "no such column");
    }
    let dashes = site(&list, 121);
    assert!(
        dashes.hazards.is_empty() && Hazard::ALL.iter().all(|h| dashes.is_meant_for(*h).is_none())
    );
    let deaf_school = site(&list, 166);
    assert_eq!(deaf_school.is_meant_for(Hazard::Earthquake), Some(true));
    assert_eq!(deaf_school.is_meant_for(Hazard::Tsunami), None, "U+2212 is no cross");
    let said: Vec<String> = list.notes.iter().map(|n| n.sentence(Language::English)).collect();
    for word in ["flood_L1", "inundation", "evacuationSpace", "jurisdiction", "372013"] {
        assert!(said.iter().any(|sentence| sentence.contains(word)), "{word} in {said:?}");
    }
}

#[test]
fn capacities_in_prose_keep_their_words_and_give_their_numbers() {
    let Some(bytes) = real("nanao_172022_reference.csv") else { return };
    let list = read(&bytes);
    let want = [
        (2, Some(191), Some(0)),
        (3, Some(1_371), Some(5_470)),
        (4, Some(2_736), Some(11_700)),
        (36, Some(990), Some(0)),
    ];
    for (row, indoor, outdoor) in want {
        let capacity = site(&list, row).capacity.clone().expect("a capacity");
        assert_eq!((capacity.indoor, capacity.outdoor), (indoor, outdoor), "row {row}");
        assert!(capacity.text.is_some_and(|text| text.contains("屋内")), "row {row}");
    }
    let park = site(&list, 61);
    assert_eq!(
        park.name_english.as_deref(),
        Some("wakuraonsenundokoen （tamokutekiguraundo、yottohaba）")
    );
    assert_eq!(site(&list, 62).list_id.as_deref(), Some("CC0000000564"), "rows, not lines");
    assert_eq!(site(&list, 2).elevation_cm, Some(270));
    assert_eq!(site(&list, 111).municipality_code, None, "added by hand, without a code");
    let own = read_only(&bytes, "172022").expect("Nanao's own list");
    assert_eq!(site(&own, 111).municipality_code.as_ref().map(|c| c.as_str()), Some("172022"));
}
