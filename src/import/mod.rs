//! Files people have: lists of evacuation sites as CSV or .xlsx, in whatever clothing they come.
//!
//! Pure: bytes in, places and reports out; nothing is written here. One bad row never stops the
//! rest, what is not understood is said, and nothing is guessed silently.
//! Way through: `table` (bytes to rows) → `columns` (header to meaning) → `shelter_list` (rows to
//! places, cell by cell with `repair` and `telephone`) → `difference` (what would change).
//! Not here: storing (`app`), the place itself (`domain/evacuation_site`).

mod columns;
mod delimited;
mod difference;
mod encoding;
mod error;
mod field;
mod note;
mod place;
mod reason;
mod render;
mod repair;
mod row;
mod shelter_list;
mod table;
mod telephone;
mod whole_list;
mod xlsx;

pub use difference::Change;
pub use difference::Counts;
pub use difference::Difference;
pub use difference::DifferenceRow;
pub use difference::SiteWrite;
pub use difference::difference;
pub use error::ImportError;
pub use field::Shown;
pub use field::SiteField;
pub use field::TextField;
pub use note::ListNote;
pub use reason::Doubt;
pub use reason::Reason;
pub use reason::Refusal;
pub use reason::Repair;
pub use render::render_text;
pub use shelter_list::Outcome;
pub use shelter_list::ReadList;
pub use shelter_list::ReadOptions;
pub use shelter_list::ReadRow;
pub use shelter_list::RowReport;
pub use shelter_list::read_shelter_list;
pub use table::FileFormat;
pub use table::TextEncoding;

/// Yamagata's list of evacuation sites, the demo city. 「山形市指定緊急避難場所一覧」、山形市、CC BY 4.0;
/// the whole credit stands beside the file.
pub const DEMO_CITY: &[u8] = include_bytes!("data/yamagata_062014.xlsx");

/// In which language a sentence is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Japanese, the default everywhere.
    Japanese,
    /// English.
    English,
}

impl Language {
    /// The one of two that is in this language.
    fn pick<T>(self, japanese: T, english: T) -> T {
        match self {
            Self::Japanese => japanese,
            Self::English => english,
        }
    }
}
