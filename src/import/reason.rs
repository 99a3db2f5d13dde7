//! Why a cell was repaired, doubted or not read, as a code with what belongs to it.
//!
//! The sentence is made here and nowhere else, so that command line and screens speak alike.
//! Not here: what is said once about a whole list (`note`) and files that are refused (`error`).

use crate::import::Language;

/// One reason; its group says what became of the cell or row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// Put right, and proved or harmless.
    Repair(Repair),
    /// Kept as written (or left empty), for a person to look at.
    Doubt(Doubt),
    /// The row is not taken.
    Refusal(Refusal),
    /// The file lacks a stored place; it stays.
    NotInFile,
}

/// What was put right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Repair {
    /// A number lost its leading zero; the check digit proves it.
    LeadingZero {
        /// The digit that verified the code.
        check_digit: char,
    },
    /// A code was written with five digits; the check digit was computed.
    CheckDigitAdded {
        /// The digit.
        check_digit: char,
    },
    /// A whole number carried `.0`.
    DecimalZero,
    /// Blanks at either end.
    SpacesTrimmed,
    /// An ideographic space became an ordinary one.
    IdeographicSpace,
    /// A line break inside the cell became a blank.
    LineBreak,
    /// Invisible control characters were dropped.
    ControlCharacter,
    /// Commas between thousands.
    ThousandsComma,
    /// Full-width digits or signs in a number.
    FullWidth,
    /// Half-width katakana in a reading.
    HalfWidthKatakana,
    /// A sign that means yes.
    FlagYes {
        /// The sign.
        written: String,
    },
    /// A sign that means no.
    FlagNo {
        /// The sign.
        written: String,
    },
    /// Indoors and outdoors were told apart; the words are kept.
    CapacitySplit,
    /// One number was taken out of words; the words are kept.
    CapacityFromWords,
    /// 0 people: unknown, not none.
    CapacityZero,
    /// Hyphens stood in the wrong places.
    PhoneHyphens {
        /// The area code that says where they belong.
        area_code: String,
    },
    /// A telephone number lost its leading zero.
    PhoneLeadingZero {
        /// The area code that shows it.
        area_code: String,
    },
    /// Brackets around the area code, or other signs where hyphens stand.
    PhoneSigns,
    /// A dash that stands for nothing.
    DashIsEmpty,
    /// The row has no code; the municipality asked for was taken.
    CodeFromOption,
    /// The address was put together from its parts.
    AddressJoined,
}

/// What is kept but should be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Doubt {
    /// Where the hyphens belong is not known.
    PhoneHyphens,
    /// Not the length or the signs of one telephone number.
    PhoneUnusual,
    /// Far more people than the other places take.
    CapacityImplausible {
        /// The list's median.
        median: u32,
    },
    /// No number can be read out of it; the words are kept.
    CapacityNotNumber,
    /// A sign whose meaning the list does not state: never read as yes.
    FlagUnclear {
        /// The sign.
        written: String,
    },
    /// Latitude and longitude are empty.
    PositionMissing,
    /// One of the two is missing.
    PositionHalf,
    /// Another row has exactly the same position.
    PositionSame {
        /// That row.
        row: u32,
    },
    /// No municipality code in this row.
    CodeMissing,
    /// This column's code is wrong; another column of the row has a right one.
    CodeIgnored,
    /// No address in this row.
    AddressMissing,
    /// A height that is no number.
    ElevationNotNumber,
    /// The cell is longer than the field can be; the field stays empty.
    TooLong {
        /// Most characters.
        chars_max: usize,
    },
    /// Characters that could not be decoded; the field stays empty.
    Undecodable,
}

/// Why a row is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The place has no name.
    NameMissing {
        /// Its address, to find the row by.
        address: String,
    },
    /// The name holds characters that could not be decoded.
    NameUndecodable,
    /// The name, or the id, is longer than one can be.
    NameTooLong {
        /// Most characters.
        chars_max: usize,
    },
    /// A code whose check digit or prefecture is wrong.
    CodeWrong {
        /// What stands there.
        written: String,
    },
    /// A row without code in a list of many municipalities.
    CodeUndecidable,
    /// A position outside Japan.
    OutsideJapan {
        /// Which coordinate, as the file calls it.
        column: String,
        /// What stands there.
        written: String,
        /// The same digits with the point elsewhere, if that lies in Japan.
        perhaps: Option<String>,
    },
    /// A position that is no number.
    NotACoordinate {
        /// Which coordinate, as the file calls it.
        column: String,
        /// What stands there.
        written: String,
    },
    /// Latitude and longitude have changed places.
    PositionSwapped,
    /// Fewer cells than the header: which are missing cannot be told.
    TooFewCells {
        /// Cells in the row.
        found: usize,
        /// Cells in the header.
        expected: usize,
    },
    /// More cells than the header: which are too many cannot be told.
    TooManyCells {
        /// Cells in the row.
        found: usize,
        /// Cells in the header.
        expected: usize,
    },
    /// A quotation mark is never closed.
    QuoteNotClosed,
    /// The same place stands in an earlier row.
    SameAsRow {
        /// That row.
        row: u32,
    },
    /// All cells together are larger than a place can be.
    RowTooLarge {
        /// Most bytes.
        bytes_max: usize,
    },
}

/// Code, Japanese, English.
type Words = (&'static str, String, String);

impl Reason {
    /// Stable word for interfaces.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.words().0
    }

    /// One short sentence for the person who checks the difference.
    #[must_use]
    pub fn sentence(&self, language: Language) -> String {
        let (_, japanese, english) = self.words();
        language.pick(japanese, english)
    }

    fn words(&self) -> Words {
        match self {
            Self::Repair(repair) => repair.words(),
            Self::Doubt(doubt) => doubt.words(),
            Self::Refusal(refusal) => refusal.words(),
            Self::NotInFile => words(
                "not_in_file",
                "ファイルにない。消すには1か所ずつ",
                "Not in the file; remove places one by one",
            ),
        }
    }
}

#[rustfmt::skip] // One line per reason reads as the table it is.
impl Repair {
    fn words(&self) -> Words {
        match self {
            Self::LeadingZero { check_digit: d } => words("leading_zero",
                format!("先頭の0が欠けていた(検査数字 {d} で確かめた)"),
                format!("The leading zero was lost (verified by check digit {d})")),
            Self::CheckDigitAdded { check_digit: d } => words("check_digit_added",
                format!("検査数字 {d} がなかった"), format!("Check digit {d} was missing")),
            Self::DecimalZero => words("decimal_zero", "「.0」がついていた", "It carried \".0\""),
            Self::SpacesTrimmed => words("spaces_trimmed", "前後の空白をとった", "Blanks at the ends removed"),
            Self::IdeographicSpace => words("ideographic_space", "全角の空白を半角にした", "Ideographic space made an ordinary one"),
            Self::LineBreak => words("line_break", "セルの中の改行を空白にした", "Line break made a blank"),
            Self::ControlCharacter => words("control_character", "見えない制御文字をとった", "Control characters removed"),
            Self::ThousandsComma => words("thousands_comma", "桁区切りのコンマをとった", "Thousands commas removed"),
            Self::FullWidth => words("full_width", "全角の数字や記号を半角にした", "Full-width digits or signs made ordinary"),
            Self::HalfWidthKatakana => words("half_width_katakana", "半角カナを全角にした", "Half-width katakana made full width"),
            Self::FlagYes { written } => words("flag_yes",
                format!("「{written}」を 1 と読んだ"), format!("\"{written}\" read as 1")),
            Self::FlagNo { written } => words("flag_no",
                format!("「{written}」を空欄(使えない)と読んだ"), format!("\"{written}\" read as empty (not usable)")),
            Self::CapacitySplit => words("capacity_split", "屋内と屋外の数を分けた。文は残す", "Indoors and outdoors told apart, words kept"),
            Self::CapacityFromWords => words("capacity_from_words", "文から数だけ。文は残す", "The number alone, words kept"),
            Self::CapacityZero => words("capacity_zero", "0人は「わからない」とした", "0 taken as unknown"),
            Self::PhoneHyphens { area_code } => words("phone_hyphens",
                format!("ハイフンを入れ直した(市外局番 {area_code})"),
                format!("Hyphens put where they belong (area code {area_code})")),
            Self::PhoneLeadingZero { area_code } => words("phone_leading_zero",
                format!("先頭の0が欠けていた(市外局番 {area_code})"),
                format!("The leading zero was lost (area code {area_code})")),
            Self::PhoneSigns => words("phone_signs", "かっこなどをハイフンにした", "Brackets or other signs made hyphens"),
            Self::DashIsEmpty => words("dash_is_empty", "横線は空欄とした", "A dash taken as empty"),
            Self::CodeFromOption => words("code_from_option", "コードが空なので、指定された市区町村とした", "No code: the municipality asked for was taken"),
            Self::AddressJoined => words("address_joined", "分かれた欄から住所をつないだ", "Address joined from its parts"),
        }
    }
}

#[rustfmt::skip] // One line per reason reads as the table it is.
impl Doubt {
    fn words(&self) -> Words {
        match self {
            Self::PhoneHyphens => words("phone_doubtful", "ハイフンの位置を確かめられない。書かれたまま", "Where the hyphens belong is not known; kept as written"),
            Self::PhoneUnusual => words("phone_unusual", "一つの電話番号として読めない。書かれたまま", "Not readable as one telephone number; kept as written"),
            Self::CapacityImplausible { median } => words("capacity_implausible",
                format!("ほか(中央の値 {median}人)に比べて大きすぎる。書かれたまま"),
                format!("Far above the others (median {median}); kept as written")),
            Self::CapacityNotNumber => words("capacity_not_number", "数を読み取れない。文だけ残す", "No number can be read; the words are kept"),
            Self::FlagUnclear { written } => words("flag_unclear",
                format!("「{written}」の意味がわからない。使えるとは読まない"),
                format!("The meaning of \"{written}\" is not known: not read as usable")),
            Self::PositionMissing => words("position_missing", "緯度と経度が空。地図に出ない", "No position: it will not be on the map"),
            Self::PositionHalf => words("position_half", "緯度か経度の片方だけ。位置なしとした", "Only one coordinate: no position taken"),
            Self::PositionSame { row } => words("position_same",
                format!("{row}行とまったく同じ位置"), format!("Exactly the position of row {row}")),
            Self::CodeMissing => words("code_missing", "市区町村コードが空", "No municipality code"),
            Self::CodeIgnored => words("code_ignored", "検査数字が合わない。ほかの欄のコードを使った", "Wrong check digit; the code of another column was taken"),
            Self::AddressMissing => words("address_missing", "住所が空", "No address"),
            Self::ElevationNotNumber => words("elevation_not_number", "標高の数を読み取れない。この欄は取り込まない", "Not a height; this field is not taken"),
            Self::TooLong { chars_max } => words("too_long",
                format!("長すぎる({chars_max}字まで)。この欄は取り込まない"),
                format!("Too long (up to {chars_max} characters); this field is not taken")),
            Self::Undecodable => words("undecodable", "文字が壊れている。この欄は取り込まない", "Broken characters; this field is not taken"),
        }
    }
}

#[rustfmt::skip] // One line per reason reads as the table it is.
impl Refusal {
    fn words(&self) -> Words {
        match self {
            Self::NameMissing { address } if address.is_empty() => words("name_missing", "名称が空", "No name"),
            Self::NameMissing { address } => words("name_missing",
                format!("名称が空。住所は「{address}」"), format!("No name; the address is \"{address}\"")),
            Self::NameUndecodable => words("name_undecodable", "名称の文字が壊れている", "Broken characters in the name"),
            Self::NameTooLong { chars_max } => words("name_too_long",
                format!("名称かIDが長すぎる({chars_max}字まで)"), format!("Name or id too long (up to {chars_max} characters)")),
            Self::CodeWrong { written } => words("code_wrong",
                format!("市区町村コード「{written}」は検査数字が合わない"), format!("Municipality code \"{written}\" fails its check digit")),
            Self::CodeUndecidable => words("code_undecidable", "コードが空で、どの市区町村か決められない", "No code: the municipality cannot be told"),
            Self::OutsideJapan { column, written, perhaps: Some(perhaps) } => words("outside_japan",
                format!("{column} {written} は日本の外。{perhaps} か？"), format!("{column} {written} is outside Japan; {perhaps}?")),
            Self::OutsideJapan { column, written, perhaps: None } => words("outside_japan",
                format!("{column} {written} は日本の外"), format!("{column} {written} is outside Japan")),
            Self::NotACoordinate { column, written } => words("not_a_coordinate",
                format!("{column}「{written}」は数ではない"), format!("{column} \"{written}\" is no number")),
            Self::PositionSwapped => words("position_swapped", "緯度と経度が入れかわっている", "Latitude and longitude have changed places"),
            Self::TooFewCells { found, expected } => words("too_few_cells",
                format!("列が足りない({expected}列のはずが{found}列)"), format!("Too few cells ({found} of {expected})")),
            Self::TooManyCells { found, expected } => words("too_many_cells",
                format!("列が多い({expected}列のはずが{found}列)"), format!("Too many cells ({found} for {expected})")),
            Self::QuoteNotClosed => words("quote_not_closed", "引用符「\"」が閉じていない", "A quotation mark is never closed"),
            Self::SameAsRow { row } => words("same_as_row",
                format!("{row}行と同じ避難所"), format!("The same place as row {row}")),
            Self::RowTooLarge { bytes_max } => words("row_too_large",
                format!("中身が大きすぎる({bytes_max}バイトまで)"), format!("The row is too large (up to {bytes_max} bytes)")),
        }
    }
}

fn words(code: &'static str, japanese: impl Into<String>, english: impl Into<String>) -> Words {
    (code, japanese.into(), english.into())
}
