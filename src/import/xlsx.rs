//! Workbooks (.xlsx) to rows: the first visible sheet that holds a list.
//!
//! Own reading over `zip` and `quick-xml` rather than a spreadsheet crate: cells come as stored
//! (`62014.0`), an empty shared string does not shift the others, an index that does not exist is a
//! refusal instead of a panic, and nothing is unpacked beyond the limit, whatever the directory of
//! the archive claims. Not here: formulas (their stored result is read), dates, styles.

use std::io::Cursor;
use std::io::Read;

use quick_xml::Reader;
use quick_xml::events::BytesStart;
use quick_xml::events::Event;
use zip::ZipArchive;

use crate::import::error::ImportError;
use crate::import::table::CELLS_MAX;
use crate::import::table::COLUMNS_MAX;
use crate::import::table::FileFormat;
use crate::import::table::Rows;
use crate::import::table::Table;
use crate::import::table::TableRow;
use crate::import::table::TextEncoding;

/// Most bytes of XML that are unpacked in all: Yamagata's 354 places are 0.26 MB.
const UNPACKED_BYTES_MAX: usize = 32 << 20;
/// Most bytes of one shared text: Excel itself stops at 32,767 characters. Without it a thousand
/// cells could each repeat megabytes.
const SHARED_TEXT_BYTES_MAX: usize = 3 * 32_767;
/// Most files in the archive: Excel writes about a dozen.
const MEMBERS_MAX: usize = 2_000;

/// A sheet as the workbook lists it.
struct Sheet {
    name: String,
    relation: String,
    is_visible: bool,
}

/// The archive with what may still be unpacked.
struct Workbook<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    budget_bytes: usize,
}

/// Reads the first visible sheet that `is_list` accepts, else the first visible one.
pub(crate) fn read(bytes: &[u8], is_list: fn(&[TableRow]) -> bool) -> Result<Table, ImportError> {
    if bytes.windows(4).filter(|four| four == b"PK\x01\x02").count() > MEMBERS_MAX {
        return Err(broken("too many files inside"));
    }
    let archive = ZipArchive::new(Cursor::new(bytes)).map_err(broken)?;
    let mut workbook = Workbook { archive, budget_bytes: UNPACKED_BYTES_MAX };
    let sheets = sheets(&workbook.part("xl/workbook.xml")?.ok_or(ImportError::NotATable)?)?;
    let relations = relations(&workbook.part("xl/_rels/workbook.xml.rels")?.unwrap_or_default())?;
    let strings = match workbook.part("xl/sharedStrings.xml")? {
        Some(xml) => shared_strings(&xml)?,
        None => Vec::new(),
    };
    let mut first = None;
    for sheet in sheets.iter().filter(|sheet| sheet.is_visible) {
        let Some((_, path)) = relations.iter().find(|(id, _)| *id == sheet.relation) else {
            return Err(broken(format!("sheet {:?} leads nowhere", sheet.name)));
        };
        let Some(xml) = workbook.part(path)? else { continue };
        let (rows, blank_rows) = sheet_rows(&xml, &strings)?.into_parts();
        let is_found = is_list(&rows);
        if is_found || first.is_none() {
            let others = sheets.iter().filter(|other| other.relation != sheet.relation);
            first = Some(Table {
                format: FileFormat::Xlsx,
                encoding: TextEncoding::Utf8,
                rows,
                broken: Vec::new(),
                blank_rows,
                sheets_left: others.map(|other| other.name.clone()).collect(),
            });
        }
        if is_found {
            break;
        }
    }
    first.ok_or(ImportError::Empty)
}

impl Workbook<'_> {
    /// Unpacks one part as text. Names are compared as Excel does: without case.
    fn part(&mut self, path: &str) -> Result<Option<String>, ImportError> {
        let same = |name: &&str| name.replace('\\', "/").eq_ignore_ascii_case(path);
        let Some(name) = self.archive.file_names().find(same).map(str::to_owned) else {
            return Ok(None);
        };
        let member = self.archive.by_name(&name).map_err(broken)?;
        let mut unpacked = Vec::new();
        // One byte more than allowed tells "exactly full" from "too much".
        let limit = u64::try_from(self.budget_bytes.saturating_add(1)).unwrap_or(u64::MAX);
        member.take(limit).read_to_end(&mut unpacked).map_err(broken)?;
        let Some(left) = self.budget_bytes.checked_sub(unpacked.len()) else {
            return Err(ImportError::SwollenWorkbook { bytes_max: UNPACKED_BYTES_MAX });
        };
        self.budget_bytes = left;
        let text = String::from_utf8(unpacked).map_err(broken)?;
        Ok(Some(text.trim_start_matches('\u{feff}').to_owned()))
    }
}

fn broken(detail: impl std::fmt::Display) -> ImportError {
    ImportError::BrokenWorkbook { detail: detail.to_string().chars().take(120).collect() }
}

fn reader(xml: &str) -> Reader<&[u8]> {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().expand_empty_elements = true;
    reader
}

/// An attribute by its local name, unescaped.
fn attribute(element: &BytesStart<'_>, name: &[u8]) -> Result<Option<String>, ImportError> {
    for attribute in element.attributes() {
        let attribute = attribute.map_err(broken)?;
        if attribute.key.local_name().as_ref() == name {
            return Ok(Some(attribute.unescape_value().map_err(broken)?.into_owned()));
        }
    }
    Ok(None)
}

/// The sheets in the order of their tabs.
fn sheets(xml: &str) -> Result<Vec<Sheet>, ImportError> {
    let mut sheets = Vec::new();
    each_start(xml, b"sheet", |element| {
        let state = attribute(element, b"state")?;
        sheets.push(Sheet {
            name: attribute(element, b"name")?.unwrap_or_default(),
            relation: attribute(element, b"id")?.unwrap_or_default(),
            is_visible: state.is_none_or(|state| state == "visible"),
        });
        Ok(())
    })?;
    Ok(sheets)
}

/// Relation id and the part it leads to.
fn relations(xml: &str) -> Result<Vec<(String, String)>, ImportError> {
    let mut relations = Vec::new();
    each_start(xml, b"Relationship", |element| {
        let target = attribute(element, b"Target")?.unwrap_or_default();
        let path = match target.strip_prefix('/') {
            Some(absolute) => absolute.to_owned(),
            None => format!("xl/{target}"),
        };
        relations.push((attribute(element, b"Id")?.unwrap_or_default(), path));
        Ok(())
    })?;
    Ok(relations)
}

fn each_start(
    xml: &str,
    name: &[u8],
    mut take: impl FnMut(&BytesStart<'_>) -> Result<(), ImportError>,
) -> Result<(), ImportError> {
    let mut reader = reader(xml);
    loop {
        match next(&mut reader)? {
            Piece::Start(element) if element.local_name().as_ref() == name => take(&element)?,
            Piece::Eof => return Ok(()),
            Piece::Start(_) | Piece::End(_) | Piece::Text(_) => {}
        }
    }
}

/// What matters of an XML event.
enum Piece<'a> {
    Start(BytesStart<'a>),
    End(Vec<u8>),
    Text(String),
    Eof,
}

fn next<'a>(reader: &mut Reader<&'a [u8]>) -> Result<Piece<'a>, ImportError> {
    loop {
        return Ok(match reader.read_event().map_err(broken)? {
            Event::Start(element) => Piece::Start(element),
            Event::End(element) => Piece::End(element.local_name().as_ref().to_vec()),
            Event::Text(text) => Piece::Text(text.unescape().map_err(broken)?.into_owned()),
            Event::CData(text) => Piece::Text(text.decode().map_err(broken)?.into_owned()),
            Event::Eof => Piece::Eof,
            Event::Empty(_)
            | Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_)
            | Event::DocType(_) => continue,
        });
    }
}

/// The text of an element up to its end: all `<t>` and `<v>` in it, without reading aids.
fn text_until(reader: &mut Reader<&[u8]>, end: &[u8]) -> Result<String, ImportError> {
    let (mut text, mut inside, mut is_reading_aid) = (String::new(), false, false);
    loop {
        match next(reader)? {
            Piece::Start(element) => match element.local_name().as_ref() {
                b"rPh" => is_reading_aid = true,
                b"t" | b"v" => inside = true,
                _ => {}
            },
            Piece::Text(piece) if inside && !is_reading_aid => text.push_str(&piece),
            Piece::Text(_) => {}
            Piece::End(name) if name == end => return Ok(text.replace("_x000D_", "")),
            Piece::End(name) => match name.as_slice() {
                b"rPh" => is_reading_aid = false,
                b"t" | b"v" => inside = false,
                _ => {}
            },
            Piece::Eof => return Err(broken("it ends in the middle of a cell")),
        }
    }
}

/// Every `<si>` counts, empty ones too: cells point to them by number.
fn shared_strings(xml: &str) -> Result<Vec<String>, ImportError> {
    let mut strings = Vec::new();
    let mut reader = reader(xml);
    loop {
        match next(&mut reader)? {
            Piece::Start(element) if element.local_name().as_ref() == b"si" => {
                if strings.len() >= CELLS_MAX {
                    return Err(ImportError::TooManyCells { cells_max: CELLS_MAX });
                }
                let text = text_until(&mut reader, b"si")?;
                if text.len() > SHARED_TEXT_BYTES_MAX {
                    return Err(broken("a text is longer than a cell can be"));
                }
                strings.push(text);
            }
            Piece::Eof => return Ok(strings),
            Piece::Start(_) | Piece::End(_) | Piece::Text(_) => {}
        }
    }
}

fn sheet_rows(xml: &str, strings: &[String]) -> Result<Rows, ImportError> {
    let mut rows = Rows::default();
    let mut reader = reader(xml);
    let (mut number, mut cells) = (0_u32, Vec::<String>::new());
    loop {
        match next(&mut reader)? {
            Piece::Start(element) => match element.local_name().as_ref() {
                b"row" => {
                    let given = attribute(&element, b"r")?.and_then(|text| text.parse().ok());
                    number = given.unwrap_or_else(|| number.saturating_add(1));
                    cells = Vec::new();
                }
                b"c" => {
                    let place = attribute(&element, b"r")?;
                    let column = place.map_or(Some(cells.len()), |place| column(&place));
                    let kind = attribute(&element, b"t")?.unwrap_or_default();
                    let text = value(text_until(&mut reader, b"c")?, &kind, strings)?;
                    put(&mut cells, column, text, number)?;
                }
                _ => {}
            },
            Piece::End(name) if name == b"row" => {
                rows.push(number, cells.iter().map(String::as_str))?;
                cells.clear();
            }
            Piece::Eof => return Ok(rows),
            Piece::End(_) | Piece::Text(_) => {}
        }
    }
}

/// Puts a value into its column; empty cells far to the right are formatting, not content.
fn put(
    cells: &mut Vec<String>,
    column: Option<usize>,
    text: String,
    row: u32,
) -> Result<(), ImportError> {
    if text.is_empty() {
        return Ok(());
    }
    let column = column.filter(|column| *column < COLUMNS_MAX);
    let Some(column) = column else {
        return Err(ImportError::TooManyColumns { row, columns_max: COLUMNS_MAX });
    };
    if cells.len() <= column {
        cells.resize(column + 1, String::new());
    }
    if let Some(cell) = cells.get_mut(column) {
        *cell = text;
    }
    Ok(())
}

/// Column number of a cell name (`AM2` is 38), first = 0.
fn column(place: &str) -> Option<usize> {
    let letters = place.bytes().take_while(u8::is_ascii_alphabetic);
    let number = letters.fold(0_usize, |number, letter| {
        let digit = usize::from(letter.to_ascii_uppercase() - b'A') + 1;
        number.saturating_mul(26).saturating_add(digit)
    });
    number.checked_sub(1)
}

/// The stored text of a cell by its type.
fn value(text: String, kind: &str, strings: &[String]) -> Result<String, ImportError> {
    match kind {
        "s" if text.is_empty() => Ok(text),
        "s" => {
            let string = text.trim().parse().ok().and_then(|index: usize| strings.get(index));
            string.cloned().ok_or_else(|| broken(format!("shared text {text} does not exist")))
        }
        "b" => Ok(if text == "1" { "TRUE" } else { "FALSE" }.to_owned()),
        "inlineStr" | "str" | "e" | "d" => Ok(text),
        // Numbers come as stored, except that nobody should read 1.4036E2.
        _ => match text.parse::<f64>() {
            Ok(number) if text.contains(['e', 'E']) && number.is_finite() => Ok(number.to_string()),
            Ok(_) | Err(_) => Ok(text),
        },
    }
}
