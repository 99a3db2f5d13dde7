//! Bytes to rows of cells, whatever the clothing: CSV, tab-separated text or a workbook.
//!
//! Every limit stands here, because a stranger's file decides none of our memory. Row numbers are
//! those a spreadsheet shows (header = 1): a line break inside a cell does not shift them.
//! Not here: what a cell means (`columns`, `shelter_list`).

use crate::import::delimited;
use crate::import::encoding;
use crate::import::error::ImportError;
use crate::import::reason::Refusal;
use crate::import::xlsx;

/// Largest file: a list of one prefecture is 0.3 MB, one of the whole country about 16 MiB.
pub(crate) const FILE_BYTES_MAX: usize = 16 << 20;
/// Most rows: seven times the largest list seen (Tokyo, 2,636).
pub(crate) const ROWS_MAX: usize = 20_000;
/// Most columns: the national list has 39.
pub(crate) const COLUMNS_MAX: usize = 256;
/// Most cells: together with the file limit this bounds a table to about 50 MB of memory.
pub(crate) const CELLS_MAX: usize = 1_000_000;

/// Most text in all cells: 16 MiB of cp932 as UTF-8, or a workbook whose cells all point to one long
/// shared text.
pub(crate) const TEXT_BYTES_MAX: usize = 48 << 20;

/// Most bytes of one cell that are kept: four times the longest text any field takes, so a longer
/// cell is still seen to be too long.
const CELL_BYTES_MAX: usize = 4_096;

/// In what the rows came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileFormat {
    /// Text with commas, semicolons or tabs.
    Csv,
    /// A workbook of Office Open XML.
    Xlsx,
}

/// How the characters were stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextEncoding {
    /// UTF-8 without byte order mark; also inside workbooks.
    Utf8,
    /// UTF-8 with byte order mark.
    Utf8Bom,
    /// UTF-16 with byte order mark ("Unicode text" of spreadsheets).
    Utf16,
    /// Windows' Shift_JIS.
    Cp932,
}

impl TextEncoding {
    /// Its usual name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf8Bom => "UTF-8 (BOM)",
            Self::Utf16 => "UTF-16",
            Self::Cp932 => "cp932",
        }
    }
}

/// A row that holds at least one value.
pub(crate) struct TableRow {
    /// Number as a spreadsheet shows it, header = 1.
    pub(crate) number: u32,
    /// Its cells as written.
    pub(crate) cells: Vec<String>,
}

/// A row that could not even be cut into cells.
pub(crate) struct BrokenRow {
    /// Number as a spreadsheet shows it.
    pub(crate) number: u32,
    /// The beginning of what stands there.
    pub(crate) text: String,
    /// Why.
    pub(crate) refusal: Refusal,
}

/// Rows of one list.
pub(crate) struct Table {
    pub(crate) format: FileFormat,
    pub(crate) encoding: TextEncoding,
    pub(crate) rows: Vec<TableRow>,
    pub(crate) broken: Vec<BrokenRow>,
    pub(crate) blank_rows: usize,
    /// Other sheets of the workbook.
    pub(crate) sheets_left: Vec<String>,
}

/// Reads the rows of a file.
///
/// Of a workbook the first sheet that `is_list` accepts is read.
pub(crate) fn read_table(
    bytes: &[u8],
    is_list: fn(&[TableRow]) -> bool,
) -> Result<Table, ImportError> {
    if bytes.len() > FILE_BYTES_MAX {
        return Err(ImportError::TooLarge { bytes: bytes.len(), bytes_max: FILE_BYTES_MAX });
    }
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(ImportError::Empty);
    }
    match container(bytes) {
        Container::Zip => xlsx::read(bytes, is_list),
        Container::Compound => Err(ImportError::OldOrLockedWorkbook),
        Container::Other => Err(ImportError::NotATable),
        Container::Text => {
            let decoded = encoding::decode(bytes)?;
            let mut rows = Rows::default();
            let broken = delimited::read(&decoded.text, &mut rows)?;
            let (rows, blank_rows) = rows.into_parts();
            Ok(Table {
                format: FileFormat::Csv,
                encoding: decoded.encoding,
                rows,
                broken,
                blank_rows,
                sheets_left: Vec::new(),
            })
        }
    }
}

enum Container {
    Zip,
    Compound,
    Other,
    Text,
}

/// What the first bytes say.
fn container(bytes: &[u8]) -> Container {
    let begins = |magic: &[u8]| bytes.starts_with(magic);
    if begins(b"PK\x03\x04") || begins(b"PK\x05\x06") {
        Container::Zip
    } else if begins(&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]) {
        Container::Compound
    } else if begins(b"%PDF") || begins(b"\x89PNG") || begins(&[0xff, 0xd8, 0xff]) {
        Container::Other
    } else {
        Container::Text
    }
}

/// Collects rows under the limits; both readers go through here.
#[derive(Default)]
pub(crate) struct Rows {
    rows: Vec<TableRow>,
    cells: usize,
    text_bytes: usize,
    blank_rows: usize,
}

impl Rows {
    /// Takes one row; blank ones are only counted.
    pub(crate) fn push<'c>(
        &mut self,
        number: u32,
        cells: impl Iterator<Item = &'c str>,
    ) -> Result<(), ImportError> {
        let kept = |cell: &'c str| cell.get(..cell.floor_char_boundary(CELL_BYTES_MAX));
        let cells: Vec<String> = cells
            .take(COLUMNS_MAX + 1)
            .map(|cell| kept(cell).unwrap_or_default().to_owned())
            .collect();
        if cells.iter().all(|cell| cell.trim().is_empty()) {
            self.blank_rows = self.blank_rows.saturating_add(1);
            return Ok(());
        }
        if cells.len() > COLUMNS_MAX {
            return Err(ImportError::TooManyColumns { row: number, columns_max: COLUMNS_MAX });
        }
        self.cells = self.cells.saturating_add(cells.len());
        if self.cells > CELLS_MAX {
            return Err(ImportError::TooManyCells { cells_max: CELLS_MAX });
        }
        let text_bytes = cells.iter().map(String::len).fold(0, usize::saturating_add);
        self.text_bytes = self.text_bytes.saturating_add(text_bytes);
        if self.text_bytes > TEXT_BYTES_MAX {
            return Err(ImportError::SwollenWorkbook { bytes_max: TEXT_BYTES_MAX });
        }
        if self.rows.len() >= ROWS_MAX {
            return Err(ImportError::TooManyRows { rows_max: ROWS_MAX });
        }
        self.rows.push(TableRow { number, cells });
        Ok(())
    }

    /// Most cells of a row so far: what a whole row has.
    pub(crate) fn widest(&self) -> usize {
        self.rows.iter().take(10).map(|row| row.cells.len()).max().unwrap_or(0)
    }

    /// The rows and how many blank ones there were.
    pub(crate) fn into_parts(self) -> (Vec<TableRow>, usize) {
        (self.rows, self.blank_rows)
    }
}
