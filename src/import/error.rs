//! Why a whole file is refused, with the way out.
//!
//! Only what makes every row unreadable is an error; a bad row is a report (`reason`).

use crate::import::Language;

/// A file that cannot be read as a shelter list. Nothing of it was stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.sentence(Language::English))]
pub enum ImportError {
    /// Zero bytes, or blanks only.
    Empty,
    /// More bytes than a list can have.
    TooLarge {
        /// Size of the file in bytes.
        bytes: usize,
        /// Largest size that is read, in bytes.
        bytes_max: usize,
    },
    /// Neither text nor a workbook.
    NotATable,
    /// The old `.xls` format, or a workbook with a password: both are the same kind of container.
    OldOrLockedWorkbook,
    /// A workbook that cannot be opened.
    BrokenWorkbook {
        /// What its reader said.
        detail: String,
    },
    /// A workbook that swells beyond the limit when unpacked.
    SwollenWorkbook {
        /// Largest unpacked size, in bytes.
        bytes_max: usize,
    },
    /// More rows than a list can have.
    TooManyRows {
        /// Most rows that are read.
        rows_max: usize,
    },
    /// A row with more columns than a list can have.
    TooManyColumns {
        /// The row, header = 1.
        row: u32,
        /// Most columns that are read.
        columns_max: usize,
    },
    /// Rows times columns beyond the limit.
    TooManyCells {
        /// Most cells that are read.
        cells_max: usize,
    },
    /// Quotation marks are broken in more places than can be mended.
    QuotesBroken {
        /// The row where reading was given up.
        row: u32,
    },
    /// No row names the columns that are needed.
    HeaderNotUnderstood {
        /// The names found in the likeliest row, cut to twelve.
        found: Vec<String>,
    },
    /// Two columns with one name and different contents.
    ColumnTwice {
        /// The name.
        header: String,
        /// First row where they differ.
        row: u32,
    },
    /// A municipality was asked for that the list does not have.
    MunicipalityNotInList {
        /// The code that was asked for.
        code: String,
        /// The codes the list has, cut to twelve.
        found: Vec<String>,
    },
}

impl ImportError {
    /// Stable word for interfaces.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty => "import_empty",
            Self::TooLarge { .. } => "import_too_large",
            Self::NotATable => "import_not_a_table",
            Self::OldOrLockedWorkbook => "import_old_or_locked_workbook",
            Self::BrokenWorkbook { .. } => "import_broken_workbook",
            Self::SwollenWorkbook { .. } => "import_swollen_workbook",
            Self::TooManyRows { .. } => "import_too_many_rows",
            Self::TooManyColumns { .. } => "import_too_many_columns",
            Self::TooManyCells { .. } => "import_too_many_cells",
            Self::QuotesBroken { .. } => "import_quotes_broken",
            Self::HeaderNotUnderstood { .. } => "import_header_not_understood",
            Self::ColumnTwice { .. } => "import_column_twice",
            Self::MunicipalityNotInList { .. } => "import_municipality_not_in_list",
        }
    }

    /// One sentence for the person who chose the file, with the remedy.
    #[must_use]
    pub fn sentence(&self, language: Language) -> String {
        match language {
            Language::Japanese => self.japanese(),
            Language::English => self.english(),
        }
    }

    fn japanese(&self) -> String {
        match self {
            Self::Empty => "ファイルが空です。表の入ったファイルを選んでください。".to_owned(),
            Self::TooLarge { bytes, bytes_max } => format!(
                "ファイルが大きすぎます({}MB)。{}MBまで読めます。避難所一覧だけを保存し直してください。",
                bytes.div_ceil(1 << 20),
                bytes_max >> 20
            ),
            Self::NotATable => {
                "表のファイルではありません。CSV か .xlsx を選んでください。".to_owned()
            }
            Self::OldOrLockedWorkbook => {
                "古い形式(.xls)か、パスワードのかかったブックです。Excel で開き、\
                 パスワードなしの .xlsx か CSV で保存し直してください。"
                    .to_owned()
            }
            Self::BrokenWorkbook { detail } => format!(
                "ブックが壊れていて開けません({detail})。Excel で開いて保存し直してください。"
            ),
            Self::SwollenWorkbook { bytes_max } => format!(
                "ブックを広げると{}MBをこえます。避難所一覧のシートだけを CSV で保存してください。",
                bytes_max >> 20
            ),
            Self::TooManyRows { rows_max } => {
                format!("{rows_max}行をこえています。市区町村ごとに分けて取り込んでください。")
            }
            Self::TooManyColumns { row, columns_max } => format!(
                "{row}行の列が{columns_max}をこえています。避難所一覧の表だけを保存し直してください。"
            ),
            Self::TooManyCells { cells_max } => format!(
                "セルが{cells_max}をこえています。避難所一覧の表だけを保存し直してください。"
            ),
            Self::QuotesBroken { row } => format!(
                "引用符「\"」が閉じていない所が多すぎて、{row}行から先を読めません。\
                 CSV を保存し直してください。"
            ),
            Self::HeaderNotUnderstood { found } => format!(
                "見出しの行がわかりません。「名称」と「所在地_連結表記」(または「緯度」「経度」)の列が要ります。\
                 見つけた見出し: {}",
                list(found, "なし")
            ),
            Self::ColumnTwice { header, row } => {
                format!("列「{header}」が二つあり、{row}行で中身がちがいます。一つにしてください。")
            }
            Self::MunicipalityNotInList { code, found } => format!(
                "市区町村コード {code} の行がありません。一覧にあるコード: {}",
                list(found, "なし")
            ),
        }
    }

    fn english(&self) -> String {
        match self {
            Self::Empty => "The file is empty: choose a file with a table in it.".to_owned(),
            Self::TooLarge { bytes, bytes_max } => format!(
                "The file is too large ({} MB): up to {} MB are read; save the shelter list alone.",
                bytes.div_ceil(1 << 20),
                bytes_max >> 20
            ),
            Self::NotATable => "This is no table: choose a CSV or .xlsx file.".to_owned(),
            Self::OldOrLockedWorkbook => "This is an old .xls workbook or one with a password: \
                 open it in Excel and save it as .xlsx without a password, or as CSV."
                .to_owned(),
            Self::BrokenWorkbook { detail } => {
                format!("The workbook is broken ({detail}): open it in Excel and save it again.")
            }
            Self::SwollenWorkbook { bytes_max } => format!(
                "The workbook unpacks to more than {} MB: save the sheet with the list as CSV.",
                bytes_max >> 20
            ),
            Self::TooManyRows { rows_max } => {
                format!(
                    "The list has more than {rows_max} rows: import one municipality at a time."
                )
            }
            Self::TooManyColumns { row, columns_max } => format!(
                "Row {row} has more than {columns_max} columns: save the table of the list alone."
            ),
            Self::TooManyCells { cells_max } => format!(
                "The table has more than {cells_max} cells: save the table of the list alone."
            ),
            Self::QuotesBroken { row } => format!(
                "Too many quotation marks are never closed, rows from {row} on cannot be read: \
                 save the CSV again."
            ),
            Self::HeaderNotUnderstood { found } => format!(
                "No header row was recognised: columns 名称 and 所在地_連結表記 (or 緯度 and 経度) \
                 are needed; found: {}",
                list(found, "nothing")
            ),
            Self::ColumnTwice { header, row } => format!(
                "Column {header:?} occurs twice with different contents in row {row}: leave one."
            ),
            Self::MunicipalityNotInList { code, found } => {
                format!("No row has municipality code {code}: the list has {}", list(found, "none"))
            }
        }
    }
}

/// Names side by side.
fn list(names: &[String], none: &str) -> String {
    if names.is_empty() { none.to_owned() } else { names.join(" / ") }
}
