//! From header to meaning: columns go by name, never by position.
//!
//! Known are the national 39 columns, the two nationwide lists with other names for them, and
//! relatives whose names leave no doubt. A name that leaves doubt is said, not taken.
//! Not here: reading cells (`shelter_list`).

use crate::domain::evacuation_site::Hazard;
use crate::domain::evacuation_site::SiteKind;
use crate::domain::evacuation_site::comparable;
use crate::import::error::ImportError;
use crate::import::field::TextField;
use crate::import::note::ListNote;
use crate::import::table::TableRow;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// Code of the municipality the place lies in.
    CodeOfPlace,
    /// Code of the municipality, again.
    CodeAgain,
    /// Code of the body that publishes the list.
    CodeOfPublisher,
    /// Plain text.
    Text(TextField),
    /// Part of the address: prefecture.
    Prefecture,
    /// Part of the address: city.
    City,
    /// Part of the address: town.
    Town,
    /// Part of the address: lot.
    Lot,
    /// Latitude in degrees.
    Latitude,
    /// Longitude in degrees.
    Longitude,
    /// Height in metres.
    Elevation,
    /// Whether the place is meant for a hazard.
    Hazard(Hazard),
    /// Probably about this hazard, but not certainly.
    DoubtfulHazard(Hazard),
    /// Whether it is a designated shelter as well.
    Overlap,
    /// How many people it takes.
    Capacity,
    /// The second of two columns that say the same.
    Twin,
    /// Nothing that is known.
    Unknown,
}

/// The name columns have in the nationwide list of places to stay at, and in no other.
const SHELTER_MARKS: [&str; 2] = ["避難所_名称", "指定緊急避難場所との住所同一"];

/// Names of text columns.
const TEXTS: &[(&str, TextField)] = &[
    ("ID", TextField::ListId),
    ("共通ID", TextField::ListId),
    ("名称", TextField::Name),
    ("施設・場所名", TextField::Name),
    ("避難所_名称", TextField::Name),
    ("name", TextField::Name),
    ("名称_カナ", TextField::Kana),
    ("名称_英字", TextField::NameEnglish),
    ("所在地_連結表記", TextField::Address),
    ("住所", TextField::Address),
    ("address", TextField::Address),
    ("建物名等(方書)", TextField::Building),
    ("町字ID", TextField::TownId),
    ("電話番号", TextField::Phone),
    ("telephoneNumber", TextField::Phone),
    ("内線番号", TextField::PhoneExtension),
    ("連絡先メールアドレス", TextField::Email),
    ("連絡先FormURL", TextField::FormUrl),
    ("連絡先備考(その他、SNSなど)", TextField::ContactNote),
    ("郵便番号", TextField::PostalCode),
    ("地方公共団体名", TextField::MunicipalityName),
    ("都道府県名及び市町村名", TextField::MunicipalityName),
    ("対象となる町会・自治会", TextField::Neighbourhoods),
    ("residentsAssociation", TextField::Neighbourhoods),
    ("URL", TextField::Url),
    ("画像", TextField::ImageUrl),
    ("画像_ライセンス", TextField::ImageLicence),
    ("備考", TextField::Note),
];

/// Names of the other columns.
const OTHERS: &[(&str, Meaning)] = &[
    ("所在地_全国地方公共団体コード", Meaning::CodeOfPlace),
    ("地方公共団体コード", Meaning::CodeOfPlace),
    ("市区町村コード", Meaning::CodeAgain),
    ("全国地方公共団体コード", Meaning::CodeOfPublisher),
    ("所在地_都道府県", Meaning::Prefecture),
    ("都道府県", Meaning::Prefecture),
    ("所在地_市区町村", Meaning::City),
    ("指定区市町村名", Meaning::City),
    ("所在地_町字", Meaning::Town),
    ("所在地_番地以下", Meaning::Lot),
    ("緯度", Meaning::Latitude),
    ("latitude", Meaning::Latitude),
    ("経度", Meaning::Longitude),
    ("longitude", Meaning::Longitude),
    ("標高", Meaning::Elevation),
    ("elevation", Meaning::Elevation),
    ("指定避難所との重複", Meaning::Overlap),
    ("指定避難所との住所同一", Meaning::Overlap),
    ("想定収容人数", Meaning::Capacity),
    ("capacity", Meaning::Capacity),
];

/// Names of hazard columns; the national list puts 災害種別_ before the Japanese ones.
const HAZARDS: &[(&str, Meaning)] = &[
    ("洪水", Meaning::Hazard(Hazard::Flood)),
    ("崖崩れ、土石流及び地滑り", Meaning::Hazard(Hazard::SlopeFailure)),
    ("高潮", Meaning::Hazard(Hazard::StormSurge)),
    ("地震", Meaning::Hazard(Hazard::Earthquake)),
    ("津波", Meaning::Hazard(Hazard::Tsunami)),
    ("大規模な火事", Meaning::Hazard(Hazard::LargeFire)),
    ("内水氾濫", Meaning::Hazard(Hazard::InlandFlood)),
    ("火山現象", Meaning::Hazard(Hazard::Volcano)),
    ("sedimentDisaster", Meaning::Hazard(Hazard::SlopeFailure)),
    ("stormSurge", Meaning::Hazard(Hazard::StormSurge)),
    ("tsunami", Meaning::Hazard(Hazard::Tsunami)),
    // Takamatsu's spelling.
    ("tunami", Meaning::Hazard(Hazard::Tsunami)),
    ("earthquake", Meaning::Hazard(Hazard::Earthquake)),
    ("fire", Meaning::Hazard(Hazard::LargeFire)),
    // Two depths of one flood, where the national list has one column.
    ("flood_L1", Meaning::DoubtfulHazard(Hazard::Flood)),
    ("flood_L2", Meaning::DoubtfulHazard(Hazard::Flood)),
    // From a river or from a drain: the word says neither.
    ("inundation", Meaning::DoubtfulHazard(Hazard::InlandFlood)),
];

/// How many rows from the top may be titles and remarks.
const ROWS_ABOVE_HEADER_MAX: usize = 10;

/// The header of a list, understood.
pub(crate) struct Columns {
    /// Where in the table it stands, first = 0.
    pub(crate) index: usize,
    /// Names as in the file, without blanks at the ends.
    pub(crate) headers: Vec<String>,
    /// What each column means, in the same order.
    pub(crate) meanings: Vec<Meaning>,
    /// Which of the two lists of a municipality this is, if the names tell.
    pub(crate) kind: Option<SiteKind>,
}

/// Whether one of the first rows is a header that is understood.
pub(crate) fn has_header(rows: &[TableRow]) -> bool {
    find(rows).is_some()
}

/// Finds the header, and what is to be said about it.
pub(crate) fn understand(rows: &[TableRow]) -> Result<(Columns, Vec<ListNote>), ImportError> {
    let Some(mut columns) = find(rows) else {
        let top = rows.iter().take(ROWS_ABOVE_HEADER_MAX);
        // Of equally wide rows the first: `max_by_key` alone would name the last.
        let likeliest = top.rev().max_by_key(|row| row.cells.len());
        let cells = likeliest.map(|row| row.cells.as_slice()).unwrap_or_default();
        let names = cells.iter().map(|cell| cell.trim().chars().take(30).collect::<String>());
        let found = names.filter(|name| !name.is_empty()).take(12).collect();
        return Err(ImportError::HeaderNotUnderstood { found });
    };
    let mut notes = Vec::new();
    let body = rows.get(columns.index.saturating_add(1)..).unwrap_or_default();
    if let Some(row) = rows.get(columns.index).filter(|row| row.number > 1) {
        notes.push(ListNote::HeaderBelowTop { row: row.number });
    }
    drop_twins(&mut columns, body, &mut notes)?;
    for (number, (header, meaning)) in (1..).zip(columns.headers.iter().zip(&columns.meanings)) {
        let values = || body.iter().filter(|row| has_value(row, number - 1)).count();
        if *meaning != Meaning::Unknown {
            continue;
        }
        if !header.is_empty() {
            notes.push(ListNote::UnknownColumn { header: header.clone() });
        } else if values() == 0 {
            notes.push(ListNote::UnnamedColumnEmpty { number });
        } else {
            notes.push(ListNote::UnnamedColumnWithValues { number, values: values() });
        }
    }
    Ok((columns, notes))
}

fn find(rows: &[TableRow]) -> Option<Columns> {
    rows.iter().take(ROWS_ABOVE_HEADER_MAX).enumerate().find_map(|(index, row)| {
        let headers: Vec<String> = row.cells.iter().map(|cell| comparable(cell)).collect();
        let meanings: Vec<Meaning> = headers.iter().map(|header| meaning(header)).collect();
        let has = |meaning: Meaning| meanings.contains(&meaning);
        let has_place = has(Meaning::Text(TextField::Address))
            || (has(Meaning::Latitude) && has(Meaning::Longitude))
            || (has(Meaning::City) && has(Meaning::Lot));
        let is_header = has(Meaning::Text(TextField::Name)) && has_place;
        is_header.then(|| Columns { index, kind: kind(&headers), headers: shown(row), meanings })
    })
}

/// Names as people know them from the file.
fn shown(row: &TableRow) -> Vec<String> {
    let one_line = |cell: &String| cell.split_whitespace().collect::<Vec<_>>().join(" ");
    row.cells.iter().map(one_line).collect()
}

fn has_value(row: &TableRow, column: usize) -> bool {
    row.cells.get(column).is_some_and(|cell| !cell.trim().is_empty())
}

fn meaning(header: &str) -> Meaning {
    let is = |name: &str| comparable(name).eq_ignore_ascii_case(header);
    if let Some((_, field)) = TEXTS.iter().find(|(name, _)| is(name)) {
        return Meaning::Text(*field);
    }
    let hazard = header.strip_prefix("災害種別_").unwrap_or(header);
    let is_hazard = |name: &str| comparable(name).eq_ignore_ascii_case(hazard);
    let found = OTHERS.iter().find(|(name, _)| is(name));
    let found = found.or_else(|| HAZARDS.iter().find(|(name, _)| is_hazard(name)));
    found.map_or(Meaning::Unknown, |(_, meaning)| *meaning)
}

/// Only lists of places to run to have hazards under their Japanese names.
fn kind(headers: &[String]) -> Option<SiteKind> {
    let is_hazard =
        |header: &String| !header.is_ascii() && matches!(meaning(header), Meaning::Hazard(_));
    let has_mark = headers.iter().any(|header| SHELTER_MARKS.contains(&header.as_str()));
    if headers.iter().any(is_hazard) {
        Some(SiteKind::EvacuationSite)
    } else {
        has_mark.then_some(SiteKind::DesignatedShelter)
    }
}

/// Two columns for one thing: harmless when they agree, refused when they do not, because which one
/// is right cannot be told.
fn drop_twins(
    columns: &mut Columns,
    body: &[TableRow],
    notes: &mut Vec<ListNote>,
) -> Result<(), ImportError> {
    let mut seen: Vec<(Meaning, usize)> = Vec::new();
    for (column, meaning) in columns.meanings.iter_mut().enumerate() {
        if matches!(meaning, Meaning::Unknown | Meaning::DoubtfulHazard(_)) {
            continue;
        }
        let Some((_, first)) = seen.iter().find(|(other, _)| other == meaning) else {
            seen.push((*meaning, column));
            continue;
        };
        let header = columns.headers.get(column).cloned().unwrap_or_default();
        let cell = |row: &TableRow, column: usize| {
            row.cells.get(column).map(|cell| comparable(cell)).unwrap_or_default()
        };
        let differs =
            |row: &&TableRow| has_value(row, column) && cell(row, column) != cell(row, *first);
        if let Some(row) = body.iter().find(differs) {
            return Err(ImportError::ColumnTwice { header, row: row.number });
        }
        notes.push(ListNote::ColumnTwice { header });
        *meaning = Meaning::Twin;
    }
    Ok(())
}
