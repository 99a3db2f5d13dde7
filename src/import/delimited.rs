//! Text to rows: commas, tabs or semicolons, quoted cells with line breaks, any line ends.
//!
//! A quotation mark that is never closed swallows everything behind it. The row where it stands is
//! given up and reading goes on at the next line, so that one bad row costs one row.

use csv::ReaderBuilder;
use csv::StringRecord;

use crate::import::error::ImportError;
use crate::import::reason::Refusal;
use crate::import::table::BrokenRow;
use crate::import::table::Rows;

/// How often reading starts again behind a broken quotation mark: each time costs at most one more
/// pass over the rest, so this bounds the work on a file made of such marks.
const RESTARTS_MAX: usize = 50;

/// Where reading stands in the text.
struct Place {
    /// Byte offset.
    byte: usize,
    /// Physical line, first = 1.
    line: u32,
    /// Line breaks inside cells so far: by so much a spreadsheet's row number lags behind.
    inside: u32,
}

/// Reads all rows; those that cannot be cut into cells come back with the reason.
pub(crate) fn read(text: &str, rows: &mut Rows) -> Result<Vec<BrokenRow>, ImportError> {
    let unified;
    let text = if text.contains('\r') && !text.contains('\n') {
        unified = text.replace('\r', "\n");
        &unified
    } else {
        text
    };
    let delimiter = delimiter(text);
    let mut broken = Vec::new();
    let mut place = Place { byte: 0, line: 1, inside: 0 };
    while let Some(row) = read_until_broken(text, delimiter, &mut place, rows)? {
        if broken.len() >= RESTARTS_MAX {
            return Err(ImportError::QuotesBroken { row: row.number });
        }
        broken.push(row);
    }
    Ok(broken)
}

/// The separator that occurs most in the first line with any.
fn delimiter(text: &str) -> u8 {
    let head = text.lines().find(|line| line.contains([',', '\t', ';'])).unwrap_or_default();
    let count = |separator: char| head.chars().filter(|one| *one == separator).count();
    let (commas, tabs, semicolons) = (count(','), count('\t'), count(';'));
    if commas >= tabs && commas >= semicolons {
        b','
    } else if tabs >= semicolons {
        b'\t'
    } else {
        b';'
    }
}

/// Reads on from `place` up to the end (`None`) or over the first line of a broken row.
fn read_until_broken(
    text: &str,
    delimiter: u8,
    place: &mut Place,
    rows: &mut Rows,
) -> Result<Option<BrokenRow>, ImportError> {
    let rest = text.get(place.byte..).unwrap_or_default();
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(rest.as_bytes());
    let mut record = StringRecord::new();
    let mut from = 0;
    while reader.read_record(&mut record).unwrap_or(false) {
        let upto = usize::try_from(reader.position().byte()).unwrap_or(rest.len());
        let raw = rest.get(from..upto).unwrap_or_default();
        // Blank lines, and the second half of the last line end, stand before the record.
        let body = raw.trim_start_matches(['\r', '\n']);
        let begins = raw.len() - body.len();
        place.line = place.line.saturating_add(breaks(raw.get(..begins).unwrap_or_default()));
        let number = place.line.saturating_sub(place.inside);
        let inside = record.iter().map(breaks).fold(0, u32::saturating_add);
        let open = upto >= rest.len() && is_quote_open(body, char::from(delimiter));
        let ragged = record.len() != rows.widest() && rows.widest() > 0;
        if open || (inside > 0 && ragged) {
            let line = body.find('\n').map_or(body.len(), |end| end + 1);
            place.byte += from + begins + line;
            place.line = place.line.saturating_add(1);
            let text = body.lines().next().unwrap_or_default().chars().take(80).collect();
            return Ok(Some(BrokenRow { number, text, refusal: Refusal::QuoteNotClosed }));
        }
        rows.push(number, record.iter())?;
        place.line = place.line.saturating_add(breaks(body));
        place.inside = place.inside.saturating_add(inside);
        from = upto;
    }
    Ok(None)
}

/// Line breaks in a piece of text.
fn breaks(text: &str) -> u32 {
    let count = text.bytes().filter(|byte| *byte == b'\n').count();
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Whether a record ends inside a quoted cell.
fn is_quote_open(record: &str, delimiter: char) -> bool {
    let (mut at_start, mut quoted, mut just_closed) = (true, false, false);
    for character in record.chars() {
        if quoted {
            quoted = character != '"';
            just_closed = !quoted;
        } else if character == '"' && (at_start || just_closed) {
            quoted = true;
            just_closed = false;
        } else {
            just_closed = false;
        }
        at_start = !quoted && !just_closed && (character == delimiter || character == '\n');
    }
    quoted
}
