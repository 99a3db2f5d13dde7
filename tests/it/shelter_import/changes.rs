//! What a later import changes, keeps and leaves alone.

use noroshi::domain::evacuation_site::Hazard;
use noroshi::domain::evacuation_site::HazardSet;
use noroshi::import::Change;
use noroshi::import::Language;
use noroshi::import::Shown;
use noroshi::import::difference;
use noroshi::import::render_text;

use crate::shelter_import::Stored;
use crate::shelter_import::fixture;
use crate::shelter_import::read;
use crate::shelter_import::rows;
use crate::shelter_import::stored;

const GOLDEN_SITE: &str = "aa0166303632303134026131036ce5b882e6b091e4bc9ae9a4a80570\
    e5b1b1e5bda2e5b882e69cace794ba3106a2011a16cc7ca0021a53a62f40086c\
    3032332d3630302d3030303109090a18f60ca10118b41001";

const CITY: &str = "062014,1,市民会館,山形市本町1,38.25,140.34,023-600-0001,1,1,180\n\
    062014,2,第一小学校（体育館）,山形市二の丸2,38.26,140.33,,,1,300\n\
    062014,3,第一小学校（グラウンド）,山形市二の丸2,38.26,140.331,,,1,900\n";

fn city() -> Vec<Stored> {
    stored(&[], &difference(&[], &rows(CITY)))
}

/// Kind, row, field, before, after of every row that is not simply the same.
fn told(have: &[Stored], body: &str) -> Vec<String> {
    let change = difference(have, &rows(body));
    let rows = change.rows.iter().filter(|row| row.what != Change::Unchanged);
    let words = |value: &Option<Shown>| {
        value.as_ref().map_or_else(|| "-".to_owned(), |value| value.words(Language::English))
    };
    rows.map(|row| {
        let number = row.row.map_or_else(|| "-".to_owned(), |row| row.to_string());
        let field = row.field.as_deref().unwrap_or("-");
        let (before, after) = (words(&row.before), words(&row.after));
        format!("{} {number} {} {field}: {before} > {after}", row.what.code(), row.site)
    })
    .collect()
}

#[test]
fn a_changed_number_is_one_row_with_before_and_after() {
    let changed = CITY.replace(",180", ",210").replace("0001,1,1,", "0001,,1,");
    assert_eq!(
        told(&city(), &changed),
        [
            "changed 2 市民会館 災害種別_洪水: usable > not usable",
            "changed 2 市民会館 想定収容人数: 180 > 210",
        ]
    );
    let change = difference(&city(), &rows(&changed));
    assert_eq!((change.counts.changed, change.counts.unchanged), (1, 2));
    let after = stored(&city(), &change);
    assert_eq!(difference(&after, &rows(&changed)).writes, [], "and then nothing changes");
}

#[test]
fn a_repaired_value_that_changes_says_both_in_one_row() {
    let changed = CITY.replace(",180", ",\"1,210 \"");
    let change = difference(&city(), &rows(&changed));
    let row = change.rows.first().expect("a row");
    assert_eq!(row.what, Change::Changed);
    assert_eq!(row.written.as_deref(), Some("1,210 "));
    let why = row.why(Language::Japanese);
    assert_eq!(why, "前後の空白をとった。桁区切りのコンマをとった(1,210 )");
    assert_eq!(change.counts.repaired, 1);
    assert!(change.rows.iter().all(|row| row.what != Change::Repaired), "not told twice");
}

#[test]
fn a_place_that_the_file_lacks_is_kept() {
    let shorter: String = CITY.lines().skip(1).flat_map(|line| [line, "\n"]).collect();
    assert_eq!(told(&city(), &shorter), ["missing - 市民会館 -: - > -"]);
    let change = difference(&city(), &rows(&shorter));
    assert_eq!(stored(&city(), &change).len(), 3, "nothing is removed by an import");
}

#[test]
fn an_unreadable_row_is_not_a_missing_place() {
    let broken = CITY.replace("38.25,140.34", "382.5,140.34");
    assert_eq!(told(&city(), &broken), ["unreadable 2 市民会館 緯度: - > -"]);
    let row = difference(&city(), &rows(&broken)).rows.swap_remove(0);
    assert_eq!(row.why(Language::Japanese), "緯度 382.5 は日本の外。38.25 か？");
}

#[test]
fn widths_and_blanks_are_no_change() {
    let wide = CITY.replace("本町1", "本町１").replace("（体育館）", "(体育館)");
    assert_eq!(told(&city(), &wide), Vec::<String>::new());
}

#[test]
fn a_list_that_loses_its_ids_is_recognised_by_name_and_address() {
    let without: String = CITY
        .lines()
        .map(|line| {
            format!(
                "{}\n",
                line.replacen(",1,", ",,", 1).replacen(",2,", ",,", 1).replacen(",3,", ",,", 1)
            )
        })
        .collect();
    let change = difference(&city(), &rows(&without));
    assert_eq!(change.counts.added, 0, "{:?}", change.rows);
    assert!(change.writes.iter().all(|write| write.site.list_id.is_some()), "ids are kept");
    // With its ids back nothing is new either, and two ids are two places.
    let have = stored(&[], &difference(&[], &rows(&without)));
    let back = difference(&have, &rows(CITY));
    assert_eq!((back.counts.added, back.counts.changed), (0, 3));
    let renumbered = CITY.replace("062014,1,", "062014,9,");
    assert_eq!(
        told(&city(), &renumbered),
        ["added 2 市民会館 -: - > -", "missing - 市民会館 -: - > -"]
    );
}

#[test]
fn columns_that_a_list_lacks_leave_stored_values_alone() {
    let few = "全国地方公共団体コード,ID,名称,所在地_連結表記,災害種別_地震\n\
        062014,1,市民会館,山形市本町1,1\n062014,2,第一小学校（体育館）,山形市二の丸2,\n\
        062014,3,第一小学校（グラウンド）,山形市二の丸2,1\n";
    let change = difference(&city(), &read(few.as_bytes()));
    assert_eq!(change.counts.changed, 1, "only the gym's earthquake flag: {:?}", change.rows);
    let gym = &change.writes.first().expect("the gym").site;
    assert_eq!(gym.hazards, HazardSet::default());
    assert_eq!(gym.is_meant_for(Hazard::Flood), Some(false));
    assert_eq!(gym.capacity.as_ref().and_then(|capacity| capacity.total), Some(300));
    assert!(gym.position.is_some());
}

#[test]
fn another_municipalitys_places_are_not_missing() {
    let other = "382019,1,市民会館,松山市二番町1,33.84,132.76,,,1,100\n";
    let change = difference(&city(), &rows(other));
    assert_eq!((change.counts.added, change.counts.missing), (1, 0));
}

#[test]
fn the_order_of_rows_and_of_stored_places_does_not_matter() {
    let mut turned: Vec<&str> = CITY.lines().collect();
    turned.reverse();
    let change = difference(&city(), &rows(&turned.join("\n")));
    assert_eq!(change.counts.unchanged, 3);
    let mut have = city();
    have.reverse();
    let body = CITY.replace(",180", ",181");
    assert_eq!(difference(&have, &rows(&body)), difference(&city(), &rows(&body)));
}

#[test]
fn the_dry_run_reads_like_the_screen() {
    let list = read(&fixture("made_up_odd.csv"));
    let text = render_text(&difference(&[], &list), Language::Japanese);
    for line in [
        "UTF-8 (BOM)・11行: 追加 5・変更 0・同じ 0・一覧にない(残す) 0",
        "* 列「メモ」は何の列かわからないので、取り込みません。",
        "どうなる",
        "名称が空。住所は「本町1-」",
        "緯度 370.4 は日本の外。37.04 か？",
        "文から数だけ。文は残す(約80名)",
        "新しい避難所",
        "読めない6行は取り込みません。残りは止まりません。",
    ] {
        assert!(text.contains(line), "{line:?} is missing in\n{text}");
    }
    let english = render_text(&difference(&[], &list), Language::English);
    assert!(english.contains("6 unreadable rows are skipped"), "{english}");
    assert!(!text.contains('\u{1b}'), "a file does not steer the terminal");
}

#[test]
fn a_site_keeps_its_bytes() {
    let (name, site) = city().swap_remove(0);
    assert_eq!(name.0, "site/062014/1");
    let bytes = minicbor::to_vec(&site).expect("a site is encoded");
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    // Map; 1 code, 2 id, 3 name, 5 address, 6 position, 8 phone, 9 hazards, 10 unclear hazards,
    // 12 capacity, 16 kind. What is empty is left out; 0 and 15 are never used.
    assert_eq!(hex, GOLDEN_SITE);
}
