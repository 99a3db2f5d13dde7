//! Where a place lies: municipality code, position, address, each read from several columns.
//!
//! Not here: cells that stand alone (`row`).

use crate::domain::evacuation_site::MunicipalityCode;
use crate::domain::evacuation_site::SitePosition;
use crate::import::columns::Columns;
use crate::import::columns::Meaning;
use crate::import::field::SiteField;
use crate::import::field::TextField;
use crate::import::reason::Doubt;
use crate::import::reason::Reason;
use crate::import::reason::Refusal;
use crate::import::reason::Repair;
use crate::import::repair::fixed_point;
use crate::import::repair::municipality_code;
use crate::import::repair::ordinary_width;
use crate::import::repair::tidy;
use crate::import::row::Draft;
use crate::import::row::clipped;
use crate::import::table::TableRow;

/// Japan with its far islands, in units of 1e-7 degree: south, north, west, east.
/// Okinotorishima lies at 20.4 north, Minamitorishima at 154.0 east.
const JAPAN_E7: [i64; 4] = [200_000_000, 460_000_000, 1_220_000_000, 1_550_000_000];

/// Up to three columns hold the code. Which one says where the place lies comes first; a prefecture
/// that publishes for its cities is not where a place lies.
pub(crate) fn read_codes(draft: &mut Draft, columns: &Columns, row: &TableRow) {
    let field = SiteField::MunicipalityCode;
    let order = [Meaning::CodeOfPlace, Meaning::CodeAgain, Meaning::CodeOfPublisher];
    let mut found: Option<MunicipalityCode> = None;
    let mut read = Vec::new();
    let mut wrong = Vec::new();
    for meaning in order {
        let Some((column, written)) = cell(columns, row, meaning) else { continue };
        let tidied = tidy(written);
        let Some(code) = municipality_code(&tidied.value) else {
            wrong.push((column, written));
            continue;
        };
        let is_prefecture = code.value.as_str().get(2..5) == Some("000");
        if found.is_none() && !(meaning == Meaning::CodeOfPublisher && is_prefecture) {
            found = Some(code.value.clone());
        }
        read.push((column, written, code.value, [tidied.repairs, code.repairs].concat()));
    }
    read.sort_by_key(|(column, ..)| *column);
    for (column, written, code, repairs) in read {
        draft.site.municipality_code = Some(code);
        draft.repaired(column, field, written, repairs);
    }
    draft.site.municipality_code = found;
    for (column, written) in wrong {
        let is_known = draft.site.municipality_code.is_some();
        if is_known {
            draft.doubt(column, field, written, Doubt::CodeIgnored);
        } else {
            let refusal = Refusal::CodeWrong { written: clipped(written) };
            draft.refuse(column, field, written, refusal);
        }
    }
}

/// The first non-blank cell of a meaning.
fn cell<'a>(columns: &Columns, row: &'a TableRow, meaning: Meaning) -> Option<(usize, &'a str)> {
    let column = columns.meanings.iter().position(|other| *other == meaning)?;
    let written = row.cells.get(column)?;
    (!written.trim().is_empty()).then_some((column, written.as_str()))
}

pub(crate) fn read_position(draft: &mut Draft, columns: &Columns, row: &TableRow) {
    let field = SiteField::Position;
    let latitude = cell(columns, row, Meaning::Latitude);
    let longitude = cell(columns, row, Meaning::Longitude);
    let (latitude, longitude) = match (latitude, longitude) {
        (Some(latitude), Some(longitude)) => (latitude, longitude),
        (Some((column, written)), None) | (None, Some((column, written))) => {
            draft.unread.push(field);
            return draft.doubt(column, field, written, Doubt::PositionHalf);
        }
        (None, None) => {
            let is_column = |meaning: &Meaning| *meaning == Meaning::Latitude;
            let column = columns.meanings.iter().position(is_column);
            let reasons = vec![Reason::Doubt(Doubt::PositionMissing)];
            return draft.find(column, Some(field), "", reasons);
        }
    };
    let degrees = |written: &str| {
        let narrow = ordinary_width(&tidy(written).value);
        (fixed_point(&narrow.value, 7), narrow)
    };
    let [south, north, west, east] = JAPAN_E7;
    let (north_e7, latitude_text) = degrees(latitude.1);
    let (east_e7, longitude_text) = degrees(longitude.1);
    if let (Some(y), Some(x)) = (north_e7, east_e7)
        && (south..north).contains(&x)
        && (west..east).contains(&y)
    {
        let both = format!("{}, {}", latitude.1, longitude.1);
        return draft.refuse(latitude.0, field, &both, Refusal::PositionSwapped);
    }
    let y = coordinate(draft, columns, latitude, north_e7, south..north);
    let x = coordinate(draft, columns, longitude, east_e7, west..east);
    if let (Some(latitude_e7), Some(longitude_e7)) = (y, x) {
        draft.site.position = Some(SitePosition { latitude_e7, longitude_e7 });
        draft.repaired(latitude.0, field, latitude.1, latitude_text.repairs);
        draft.repaired(longitude.0, field, longitude.1, longitude_text.repairs);
    }
}

/// One coordinate, or the refusal that says what is wrong with it.
fn coordinate(
    draft: &mut Draft,
    columns: &Columns,
    (at, written): (usize, &str),
    e7: Option<i64>,
    japan: std::ops::Range<i64>,
) -> Option<i32> {
    let column = columns.headers.get(at).cloned().unwrap_or_default();
    let written = clipped(&tidy(written).value);
    let refusal = match e7 {
        Some(value) if japan.contains(&value) => return i32::try_from(value).ok(),
        Some(_) => {
            let perhaps = point_elsewhere(&written, &japan);
            Refusal::OutsideJapan { column, written: written.clone(), perhaps }
        }
        None => Refusal::NotACoordinate { column, written: written.clone() },
    };
    draft.refuse(at, SiteField::Position, &written, refusal);
    None
}

/// The same digits with the point where it makes a coordinate in Japan; only ever a question.
fn point_elsewhere(written: &str, japan: &std::ops::Range<i64>) -> Option<String> {
    let digits: String = written.chars().filter(char::is_ascii_digit).collect();
    let whole = if japan.start < 1_000_000_000 { 2 } else { 3 };
    let (head, tail) = digits.split_at_checked(whole)?;
    let moved = format!("{head}.{tail}");
    let is_inside = !tail.is_empty() && japan.contains(&fixed_point(&moved, 7)?);
    is_inside.then_some(moved)
}

/// An address that stands only in its parts is put together.
pub(crate) fn complete_address(draft: &mut Draft, columns: &Columns, row: &TableRow) {
    let field = SiteField::Text(TextField::Address);
    if draft.site.address.is_some() || draft.unread.contains(&field) {
        return;
    }
    let parts = [Meaning::Prefecture, Meaning::City, Meaning::Town, Meaning::Lot];
    let cells = parts.map(|part| cell(columns, row, part));
    let [_, _, town, lot] = cells;
    let joined: String = cells.iter().flatten().map(|(_, text)| tidy(text).value).collect();
    let is_address = (town.is_some() || lot.is_some())
        && joined.chars().count() <= TextField::Address.chars_max()
        && !joined.contains(char::REPLACEMENT_CHARACTER);
    let reason = if is_address {
        draft.site.address = Some(joined);
        Reason::Repair(Repair::AddressJoined)
    } else {
        Reason::Doubt(Doubt::AddressMissing)
    };
    let is_column = |meaning: &Meaning| *meaning == Meaning::Text(TextField::Address);
    let column = columns.meanings.iter().position(is_column);
    draft.find(column, Some(field), "", vec![reason]);
}
