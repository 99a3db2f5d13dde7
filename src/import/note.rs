//! What is said once about a whole list: what was understood differently, or not at all.
//!
//! Not here: single cells and rows (`reason`).

use crate::domain::evacuation_site::MunicipalityCode;
use crate::import::Language;

/// One remark about the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListNote {
    /// A column whose name is not known: nothing of it is taken.
    UnknownColumn {
        /// Its name in the file.
        header: String,
    },
    /// A column without a name and without values: left out.
    UnnamedColumnEmpty {
        /// Its number, first = 1.
        number: usize,
    },
    /// A column without a name but with values: nothing of it is taken.
    UnnamedColumnWithValues {
        /// Its number, first = 1.
        number: usize,
        /// How many rows have a value there.
        values: usize,
    },
    /// Columns that are probably about one hazard, but not certainly: read as unclear, never as
    /// usable.
    HazardColumnsDoubtful {
        /// Their names in the file.
        headers: Vec<String>,
        /// Rows with a sign that is neither yes nor no in one of them.
        doubtful_rows: usize,
    },
    /// A name that stands over two columns with the same contents (or an empty second one).
    ColumnTwice {
        /// The name.
        header: String,
    },
    /// The header stands below other rows.
    HeaderBelowTop {
        /// Its row.
        row: u32,
    },
    /// No column has ids, or it is empty: places are recognised by municipality, name, address.
    NoIds,
    /// No column has municipality codes.
    NoCodes {
        /// The code that was asked for and taken for all rows.
        taken: Option<MunicipalityCode>,
    },
    /// Several municipalities in one list, all taken.
    ManyMunicipalities {
        /// How many.
        count: usize,
    },
    /// Rows of other municipalities, left out as asked for.
    OthersLeftOut {
        /// How many rows.
        rows: usize,
        /// The municipality asked for.
        code: MunicipalityCode,
    },
    /// Wholly empty rows were passed over.
    BlankRows {
        /// How many.
        count: usize,
    },
    /// Sheets of the workbook that were not read.
    SheetsLeftOut {
        /// Their names.
        names: Vec<String>,
    },
    /// Some characters could not be decoded.
    BrokenCharacters,
    /// The list has more repairs than are listed.
    ReportsCut {
        /// How many are not listed.
        count: usize,
    },
}

impl ListNote {
    /// One sentence about it.
    #[must_use]
    pub fn sentence(&self, language: Language) -> String {
        match language {
            Language::Japanese => self.japanese(),
            Language::English => self.english(),
        }
    }

    fn japanese(&self) -> String {
        match self {
            Self::UnknownColumn { header } => {
                format!("列「{header}」は何の列かわからないので、取り込みません。")
            }
            Self::UnnamedColumnEmpty { number } => {
                format!("{number}列目は見出しも中身も空なので、とばしました。")
            }
            Self::UnnamedColumnWithValues { number, values } => {
                format!("{number}列目は見出しがなく、{values}行に値があります。取り込みません。")
            }
            Self::HazardColumnsDoubtful { headers, doubtful_rows } => format!(
                "列「{}」は国の様式のどの災害にあたるか決められません。「わからない」とし、使えるとは読みません\
                 (○×以外の記号 {doubtful_rows}行)。",
                headers.join("」「")
            ),
            Self::ColumnTwice { header } => {
                format!("列「{header}」が二つあります。中身が同じなので先の列を使います。")
            }
            Self::HeaderBelowTop { row } => format!("見出しは{row}行にありました。"),
            Self::NoIds => {
                "ID がないので、市区町村・名称・住所で同じ避難所かを見分けます。".to_owned()
            }
            Self::NoCodes { taken: Some(code) } => {
                format!("市区町村コードの列がないので、すべての行を指定された {code} とします。")
            }
            Self::NoCodes { taken: None } => {
                "市区町村コードの列がありません。どの市区町村か指定できます。".to_owned()
            }
            Self::ManyMunicipalities { count } => format!(
                "{count}の市区町村が入っています。一つだけ取り込むには市区町村を指定してください。"
            ),
            Self::OthersLeftOut { rows, code } => {
                format!("{code} だけを取り込みます。ほかの市区町村の{rows}行は取り込みません。")
            }
            Self::BlankRows { count } => format!("空の行を{count}行とばしました。"),
            Self::SheetsLeftOut { names } => {
                format!("シート「{}」は読んでいません。", names.join("」「"))
            }
            Self::BrokenCharacters => {
                "読めない文字がありました。その欄は取り込みません。".to_owned()
            }
            Self::ReportsCut { count } => {
                format!("直した所が多いので、{count}件は一覧に出していません。")
            }
        }
    }

    fn english(&self) -> String {
        match self {
            Self::UnknownColumn { header } => {
                format!("Column {header:?} is not known: nothing of it is taken.")
            }
            Self::UnnamedColumnEmpty { number } => {
                format!("Column {number} has neither name nor values: passed over.")
            }
            Self::UnnamedColumnWithValues { number, values } => {
                format!("Column {number} has no name but values in {values} rows: not taken.")
            }
            Self::HazardColumnsDoubtful { headers, doubtful_rows } => format!(
                "Which hazard of the national format {headers:?} stand for is not certain: read as \
                 unclear, never as usable (signs other than ○ and × in {doubtful_rows} rows)."
            ),
            Self::ColumnTwice { header } => {
                format!("Column {header:?} occurs twice with the same contents: the first is read.")
            }
            Self::HeaderBelowTop { row } => format!("The header stands in row {row}."),
            Self::NoIds => {
                "No ids: places are recognised by municipality, name and address.".to_owned()
            }
            Self::NoCodes { taken: Some(code) } => {
                format!("No column with municipality codes: all rows are taken as {code}.")
            }
            Self::NoCodes { taken: None } => {
                "No column with municipality codes: you can name the municipality.".to_owned()
            }
            Self::ManyMunicipalities { count } => {
                format!("The list has {count} municipalities: name one to import only its places.")
            }
            Self::OthersLeftOut { rows, code } => {
                format!(
                    "Only {code} is imported: {rows} rows of other municipalities are left out."
                )
            }
            Self::BlankRows { count } => format!("{count} empty rows were passed over."),
            Self::SheetsLeftOut { names } => format!("Sheets not read: {}.", names.join(", ")),
            Self::BrokenCharacters => {
                "Some characters could not be read: those cells are not taken.".to_owned()
            }
            Self::ReportsCut { count } => format!("{count} further repairs are not listed."),
        }
    }
}
