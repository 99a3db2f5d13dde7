//! A whole list: its rows as places, its reports row by row, its remarks.
//!
//! Not here: one row (`row`), what only all rows together tell (`whole_list`), the comparison with
//! what is stored (`difference`).

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::domain::evacuation_site::EvacuationSite;
use crate::domain::evacuation_site::MunicipalityCode;
use crate::domain::evacuation_site::SiteKey;
use crate::import::columns::Columns;
use crate::import::columns::Meaning;
use crate::import::columns::has_header;
use crate::import::columns::understand;
use crate::import::error::ImportError;
use crate::import::field::Shown;
use crate::import::field::SiteField;
use crate::import::field::TextField;
use crate::import::note::ListNote;
use crate::import::reason::Reason;
use crate::import::reason::Refusal;
use crate::import::row::Draft;
use crate::import::row::Finding;
use crate::import::row::read_row;
use crate::import::table::BrokenRow;
use crate::import::table::FileFormat;
use crate::import::table::Table;
use crate::import::table::TableRow;
use crate::import::table::TextEncoding;
use crate::import::table::read_table;
use crate::import::whole_list::doubt_hazard_columns;
use crate::import::whole_list::doubt_people;
use crate::import::whole_list::doubt_positions;
use crate::import::whole_list::refuse_twins;
use crate::import::whole_list::settle_municipality;

/// Most reports that are listed; Tokyo's 2,636 rows in the worst clothing seen give 20,000.
const REPORTS_MAX: usize = 50_000;
/// What the person at the desk chose.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// Take only the rows of this municipality; rows without code in a list of one municipality,
    /// and lists without codes, are taken as its own.
    pub only_municipality: Option<MunicipalityCode>,
}

/// A row that could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadRow {
    /// Row number as a spreadsheet shows it, header = 1.
    pub row: u32,
    /// The place.
    pub site: EvacuationSite,
    /// Fields whose cell was not understood: a stored value is left alone.
    pub unread: Vec<SiteField>,
}

/// What became of a cell or row that was not plain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Put right and taken.
    Repaired,
    /// Taken as written (or left empty), to be looked at.
    Doubtful,
    /// The row is not taken.
    Unreadable,
}

/// One report about a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowReport {
    /// Row number as a spreadsheet shows it, header = 1.
    pub row: u32,
    /// What became of it.
    pub outcome: Outcome,
    /// Name of the place; empty when it has none.
    pub site: String,
    /// Name of the column as in the file; `None` for the row as a whole.
    pub column: Option<String>,
    /// The field it fills.
    pub field: Option<SiteField>,
    /// What stands in the file, at most 200 characters.
    pub written: String,
    /// What was made of it; `None` is empty.
    pub after: Option<Shown>,
    /// Why, in the order in which things were done.
    pub reasons: Vec<Reason>,
}

/// A list as read; nothing is stored yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadList {
    /// The places, in the order of the file.
    pub sites: Vec<ReadRow>,
    /// What was repaired, doubted, not read, in the order of the file.
    pub reports: Vec<RowReport>,
    /// Remarks about the list.
    pub notes: Vec<ListNote>,
    /// How the characters were stored.
    pub encoding: TextEncoding,
    /// Text or workbook.
    pub format: FileFormat,
    /// Rows below the header that are not blank.
    pub file_rows: usize,
    /// The fields that the list states, with the name of the column as in the file. Others are left
    /// alone in stored places.
    pub columns: Vec<(SiteField, String)>,
    /// By what the places of unreadable rows would be recognised: those are not missing.
    pub(crate) unreadable: BTreeSet<SiteKey>,
}

/// Reads a list of evacuation sites from the bytes of a CSV or .xlsx file.
///
/// # Errors
/// [`ImportError`] when the file as a whole cannot be read as such a list; a bad row is a report.
pub fn read_shelter_list(bytes: &[u8], options: &ReadOptions) -> Result<ReadList, ImportError> {
    let mut table = read_table(bytes, has_header)?;
    if table.format == FileFormat::Xlsx {
        widen_top(&mut table.rows);
    }
    let (columns, mut notes) = understand(&table.rows)?;
    notes.extend(remarks_of_table(&table));
    let body = table.rows.get(columns.index.saturating_add(1)..).unwrap_or_default();
    let mut drafts: Vec<Draft> =
        body.iter().map(|row| draft(&columns, row, table.format)).collect();
    drafts.extend(table.broken.into_iter().map(broken_draft));
    drafts.sort_by_key(|draft| draft.number);
    let file_rows = drafts.len();
    settle_municipality(&mut drafts, &columns, options, &mut notes)?;
    doubt_hazard_columns(&drafts, &columns, &mut notes);
    refuse_twins(&mut drafts);
    doubt_people(&mut drafts, &columns);
    doubt_positions(&mut drafts, &columns);
    let has_ids = drafts.iter().any(|draft| draft.site.list_id.is_some());
    if !has_ids && !drafts.is_empty() {
        notes.push(ListNote::NoIds);
    }
    let stated = stated(&columns);
    let mut list = ReadList {
        sites: Vec::new(),
        reports: Vec::new(),
        notes,
        encoding: table.encoding,
        format: table.format,
        file_rows,
        columns: stated,
        unreadable: BTreeSet::new(),
    };
    take(&mut list, drafts, &columns);
    Ok(list)
}

/// A workbook's rows end with their last value; a value beyond the header then belongs to a column
/// without name.
fn widen_top(rows: &mut [TableRow]) {
    let widest = rows.iter().map(|row| row.cells.len()).max().unwrap_or(0);
    for row in rows.iter_mut().take(10) {
        row.cells.resize(widest, String::new());
    }
}

fn remarks_of_table(table: &Table) -> Vec<ListNote> {
    let mut notes = Vec::new();
    if table.blank_rows > 0 {
        notes.push(ListNote::BlankRows { count: table.blank_rows });
    }
    if !table.sheets_left.is_empty() {
        notes.push(ListNote::SheetsLeftOut { names: table.sheets_left.clone() });
    }
    let is_broken = |cell: &String| cell.contains(char::REPLACEMENT_CHARACTER);
    if table.rows.iter().any(|row| row.cells.iter().any(is_broken)) {
        notes.push(ListNote::BrokenCharacters);
    }
    notes
}

/// Reads a row, unless its cells cannot be matched with the header.
fn draft(columns: &Columns, row: &TableRow, format: FileFormat) -> Draft {
    let mut draft = read_row(columns, row);
    let (found, expected) = (row.cells.len(), columns.meanings.len());
    let surplus = row.cells.get(expected..).unwrap_or_default();
    let refusal = if found < expected && format == FileFormat::Csv {
        Refusal::TooFewCells { found, expected }
    } else if surplus.iter().any(|cell| !cell.trim().is_empty()) {
        Refusal::TooManyCells { found, expected }
    } else {
        return draft;
    };
    // Whatever the shifted cells say is noise.
    draft.findings.clear();
    draft.find(None, None, "", vec![Reason::Refusal(refusal)]);
    draft
}

fn broken_draft(row: BrokenRow) -> Draft {
    let mut draft = Draft::empty(row.number, EvacuationSite::default());
    draft.find(None, None, &row.text, vec![Reason::Refusal(row.refusal)]);
    draft
}

/// The fields a list states, each with the column that names it.
fn stated(columns: &Columns) -> Vec<(SiteField, String)> {
    let mut fields: BTreeMap<SiteField, String> = BTreeMap::new();
    for (meaning, header) in columns.meanings.iter().zip(&columns.headers) {
        let field = match meaning {
            Meaning::CodeOfPlace | Meaning::CodeAgain | Meaning::CodeOfPublisher => {
                SiteField::MunicipalityCode
            }
            Meaning::Text(field) => SiteField::Text(*field),
            Meaning::Town | Meaning::Lot => SiteField::Text(TextField::Address),
            Meaning::Latitude | Meaning::Longitude => SiteField::Position,
            Meaning::Elevation => SiteField::Elevation,
            Meaning::Hazard(hazard) => SiteField::Hazard(*hazard),
            Meaning::Overlap => SiteField::Overlap,
            Meaning::Capacity => SiteField::Capacity,
            Meaning::Prefecture | Meaning::City | Meaning::DoubtfulHazard(_) => continue,
            Meaning::Twin | Meaning::Unknown => continue,
        };
        fields.entry(field).or_insert_with(|| header.clone());
    }
    fields.into_iter().collect()
}

/// Readable rows become places, findings become reports.
fn take(list: &mut ReadList, drafts: Vec<Draft>, columns: &Columns) {
    let mut cut = 0_usize;
    for mut draft in drafts {
        let is_refused = draft.is_refused();
        draft.findings.sort_by_key(|finding| finding.column);
        for finding in draft.findings {
            let report = report(draft.number, &draft.site.name, finding, columns);
            let is_needed = report.outcome == Outcome::Unreadable;
            if is_refused && !is_needed {
                continue; // What was repaired in a row that is not taken is of no use.
            }
            if list.reports.len() < REPORTS_MAX || is_needed {
                list.reports.push(report);
            } else {
                cut = cut.saturating_add(1);
            }
        }
        if is_refused {
            list.unreadable.extend([draft.site.key(), draft.site.name_key()]);
        } else {
            let (row, site, unread) = (draft.number, draft.site, draft.unread);
            list.sites.push(ReadRow { row, site, unread });
        }
    }
    if cut > 0 {
        list.notes.push(ListNote::ReportsCut { count: cut });
    }
}

fn report(row: u32, site: &str, finding: Finding, columns: &Columns) -> RowReport {
    let outcome =
        finding.reasons.iter().fold(Outcome::Repaired, |outcome, reason| match (reason, outcome) {
            (Reason::Refusal(_), _) | (_, Outcome::Unreadable) => Outcome::Unreadable,
            (Reason::Doubt(_), _) | (_, Outcome::Doubtful) => Outcome::Doubtful,
            (Reason::Repair(_) | Reason::NotInFile, Outcome::Repaired) => Outcome::Repaired,
        });
    let column = finding.column.and_then(|column| columns.headers.get(column)).cloned();
    RowReport {
        row,
        outcome,
        site: site.to_owned(),
        column,
        field: finding.field,
        written: finding.written,
        after: finding.after,
        reasons: finding.reasons,
    }
}
