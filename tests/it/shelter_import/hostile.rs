//! Files that are no lists, or are made to hurt: a clear refusal or row reports, never a panic.

use std::io::Cursor;
use std::io::Write;

use noroshi::import::DEMO_CITY;
use noroshi::import::ImportError;
use noroshi::import::Language;
use noroshi::import::ListNote;
use noroshi::import::ReadOptions;
use noroshi::import::difference;
use noroshi::import::read_shelter_list;
use noroshi::import::render_text;
use proptest::prelude::ProptestConfig;
use proptest::prelude::any;
use proptest::prelude::prop;
use proptest::proptest;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::shelter_import::HEADER;
use crate::shelter_import::imports_once;
use crate::shelter_import::read;

const WORKBOOK: &str = r#"<workbook xmlns:r="r"><sheets>
    <sheet name="説明" sheetId="1" r:id="a"/><sheet name="隠し" state="hidden" sheetId="2" r:id="b"/>
    <sheet name="一覧" sheetId="3" r:id="c"/></sheets></workbook>"#;
const RELATIONS: &str = r#"<Relationships><Relationship Id="a" Target="worksheets/sheet1.xml"/>
    <Relationship Id="b" Target="worksheets/sheet2.xml"/>
    <Relationship Id="c" Target="/xl/worksheets/sheet3.xml"/></Relationships>"#;
const COVER: &str = r#"<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>説明</t></is></c></row></sheetData></worksheet>"#;
/// The third text is empty: the fourth must stay the fourth.
const STRINGS: &str = "<sst><si><t>名称</t></si><si><t>緯度</t></si><si/><si><r><t>経</t></r><r><t>度</t></r>\
    <rPh><t>けいど</t></rPh></si><si><t>青葉&amp;小学校</t></si></sst>";
const LIST: &str = r#"<worksheet><sheetData>
    <row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="s"><v>3</v></c></row>
    <row r="5"><c r="A5" t="s"><v>4</v></c><c r="B5"><v>35.7</v></c><c r="C5"><f>B5*4</f><v>1.399E2</v></c><c r="AA5" s="1"/></row>
    </sheetData></worksheet>"#;

fn zip(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        archive.start_file(*name, SimpleFileOptions::default()).expect("a part begins");
        archive.write_all(bytes).expect("a part is written");
    }
    archive.finish().expect("an archive").into_inner()
}

fn workbook(strings: &str, list: &str) -> Vec<u8> {
    zip(&[
        ("xl/workbook.xml", WORKBOOK.as_bytes()),
        ("xl/_rels/workbook.xml.rels", RELATIONS.as_bytes()),
        ("xl/worksheets/sheet1.xml", COVER.as_bytes()),
        ("xl/worksheets/sheet2.xml", LIST.as_bytes()),
        ("xl/worksheets/sheet3.xml", list.as_bytes()),
        ("xl/sharedStrings.xml", strings.as_bytes()),
    ])
}

fn refusal(name: &str, bytes: &[u8]) -> ImportError {
    let error = match read_shelter_list(bytes, &ReadOptions::default()) {
        Err(error) => error,
        Ok(list) => panic!("{name} was read: {} sites", list.sites.len()),
    };
    let (japanese, english) = (error.sentence(Language::Japanese), error.to_string());
    assert!(japanese.contains('。') || japanese.contains(':'), "{name}: {japanese}");
    assert!(english.contains(':') && !japanese.is_empty(), "{name} names no remedy: {english}");
    error
}

#[test]
fn what_is_no_list_is_refused_with_the_reason() {
    let with_header = |body: &str| format!("{HEADER}\n{body}").into_bytes();
    let wide = with_header(&"a,".repeat(1_000_000));
    let tall = with_header(&"122033,1,a,b,35,139,,1,1,1\n".repeat(20_001));
    let quotes = with_header(&"\"a\n".repeat(201));
    let huge = vec![b'a'; 100 << 20];
    let old = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, 0, 0];
    let noise: Vec<u8> =
        (0..4_096_u32).map(|at| (at.wrapping_mul(167) >> 3).to_le_bytes()[0]).collect();
    let cases: [(&str, &[u8], &str); 14] = [
        ("nothing", b"", "import_empty"),
        ("blanks", b" \r\n\n", "import_empty"),
        ("100 MB", &huge, "import_too_large"),
        ("NUL bytes", b"\0\0\0\0,\0\0", "import_not_a_table"),
        ("noise", &noise, "import_not_a_table"),
        ("PDF", b"%PDF-1.7 ...", "import_not_a_table"),
        ("old Excel", &old, "import_old_or_locked_workbook"),
        ("cut workbook", &DEMO_CITY[..20_000], "import_broken_workbook"),
        ("a letter", "拝啓、避難所の件です。".as_bytes(), "import_header_not_understood"),
        ("another table", b"date,amount\n2024-01-01,100\n", "import_header_not_understood"),
        ("a zip of something", &zip(&[("a.txt", b"a")]), "import_not_a_table"),
        ("a million columns", &wide, "import_too_many_columns"),
        ("more rows than a list has", &tall, "import_too_many_rows"),
        ("quotes everywhere", &quotes, "import_quotes_broken"),
    ];
    for (name, bytes, code) in cases {
        assert_eq!(refusal(name, bytes).code(), code, "{name}");
    }
    let sentence = refusal("another table", b"date,amount\n1,2\n").sentence(Language::Japanese);
    assert!(sentence.contains("名称") && sentence.contains("date / amount"), "{sentence}");
}

#[test]
fn a_workbook_is_read_cell_by_cell() {
    let list = read(&workbook(STRINGS, LIST));
    let row = &list.sites[0];
    assert_eq!((row.row, row.site.name.as_str()), (5, "青葉&小学校"));
    let position = row.site.position.expect("a position");
    assert_eq!((position.latitude_e7, position.longitude_e7), (357_000_000, 1_399_000_000));
    let names = vec!["説明".to_owned(), "隠し".to_owned()];
    assert!(list.notes.contains(&ListNote::SheetsLeftOut { names }), "{:?}", list.notes);
    imports_once("workbook", &list);
}

#[test]
fn broken_workbooks_are_refused() {
    let far = LIST.replace("<v>4</v>", "<v>999999999999</v>");
    let wide = LIST.replace(r#"<c r="AA5" s="1"/>"#, r#"<c r="XFD5"><v>1</v></c>"#);
    let wider = LIST.replace("\"B5\"", "\"ZZZZZZZZZZZZZZZZZZZZ99999999999999999999\"");
    let open = LIST.replace("</row>", "");
    let long = format!("<sst><si><t>{}</t></si></sst>", "長".repeat(40_000));
    let cases = [
        ("a text that does not exist", workbook(STRINGS, &far), "import_broken_workbook"),
        ("a value in the last column", workbook(STRINGS, &wide), "import_too_many_columns"),
        ("a column beyond counting", workbook(STRINGS, &wider), "import_too_many_columns"),
        ("unclosed rows", workbook(STRINGS, &open), "import_broken_workbook"),
        ("a text longer than a cell", workbook(&long, LIST), "import_broken_workbook"),
        (
            "an unknown entity",
            workbook("<sst><si><t>&x;</t></si></sst>", LIST),
            "import_broken_workbook",
        ),
    ];
    for (name, bytes, code) in cases {
        assert_eq!(refusal(name, &bytes).code(), code, "{name}");
    }
}

#[test]
fn a_workbook_that_swells_is_refused_whatever_its_directory_says() {
    let bomb = format!("<sst>{}</sst>", " ".repeat(200 << 20));
    let mut bytes = workbook(&bomb, LIST);
    assert!(bytes.len() < 1 << 20, "a small file: {}", bytes.len());
    assert_eq!(refusal("bomb", &bytes).code(), "import_swollen_workbook");
    // The same with a directory that claims ten bytes.
    let size = u32::try_from(bomb.len()).expect("below 4 GiB").to_le_bytes();
    let places: Vec<usize> =
        bytes.windows(4).enumerate().filter(|(_, four)| *four == size).map(|(at, _)| at).collect();
    assert!(!places.is_empty(), "the size stands in the archive");
    for at in places {
        bytes[at..at + 4].copy_from_slice(&10_u32.to_le_bytes());
    }
    assert_eq!(refusal("lying bomb", &bytes).code(), "import_swollen_workbook");
    // One long text that a million cells point to.
    let text = format!("<sst><si><t>{}</t></si></sst>", "a".repeat(30_000));
    let row = r#"<row>C</row>"#.replace('C', &r#"<c t="s"><v>0</v></c>"#.repeat(200));
    let many = format!("<worksheet><sheetData>{}</sheetData></worksheet>", row.repeat(2_000));
    assert_eq!(
        refusal("one text, many cells", &workbook(&text, &many)).code(),
        "import_swollen_workbook"
    );
}

/// Whatever comes in, something sensible comes out, and reading it again says the same.
fn survives(bytes: &[u8]) {
    let Ok(list) = read_shelter_list(bytes, &ReadOptions::default()) else { return };
    let change = difference(&[], &list);
    assert!(!render_text(&change, Language::Japanese).is_empty());
    imports_once("arbitrary", &list);
    assert_eq!(read_shelter_list(bytes, &ReadOptions::default()), Ok(list));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        survives(&bytes);
    }

    #[test]
    fn arbitrary_text_under_a_real_header_never_panics(
        body in r#"([0-9０-９a○×△,"'\n\r\t 屋内人約名青葉.\-−ー(){}\u{0}-\u{1f}]{0,12}[,\n]?){0,60}"#,
    ) {
        survives(format!("{HEADER}\n{body}").as_bytes());
    }

    #[test]
    fn rows_of_likely_cells_never_panic(
        cells in prop::collection::vec(
            prop::sample::select(vec![
                "", "1", "1.0", "62014", "122033", "青葉小学校", "35.7", "139.9", "○", "△", "\"", "\"\"",
                "\"a\nb\"", "023-641-3275", "02-3641-3275", "(047)371-6100", "370.0", "50,700 ", "\"50,700 \"",
                "屋内10人／屋外", "約", "人", "\n", ",", "-", "９９９９９９９９９９９",
            ]),
            0..120,
        ),
    ) {
        survives(format!("{HEADER}\n{}", cells.join(",")).as_bytes());
    }

    #[test]
    fn damaged_workbooks_never_panic(at in any::<prop::sample::Index>(), length in 0_usize..40, patch in "[<>/a-z0-9\"= &;]{0,12}") {
        let mut list = LIST.to_owned();
        let places: Vec<usize> = list.char_indices().map(|(at, _)| at).collect();
        let from = places[at.index(places.len())];
        let upto = list.char_indices().map(|(at, _)| at).filter(|at| *at >= from).nth(length);
        list.replace_range(from..upto.unwrap_or(list.len()), &patch);
        survives(&workbook(STRINGS, &list));
    }

    #[test]
    fn damaged_archives_never_panic(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = workbook(STRINGS, LIST);
        let at = at.index(bytes.len());
        bytes[at] = byte;
        survives(&bytes);
    }
}
