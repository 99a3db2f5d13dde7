//! Repairs of single cells: each a small function that says what it did and why.
//!
//! A repair is made only where it is proved (a check digit) or changes no meaning (blanks, widths,
//! `.0`). What fits neither is left to the caller to doubt. Not here: telephone numbers.

use unicode_normalization::UnicodeNormalization;

use crate::domain::evacuation_site::MunicipalityCode;
use crate::import::reason::Repair;

/// A value with what was done to get it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Mended<T> {
    pub(crate) value: T,
    pub(crate) repairs: Vec<Repair>,
}

impl<T> Mended<T> {
    fn new(value: T, repairs: Vec<Repair>) -> Self {
        Self { value, repairs }
    }
}

/// Text of a cell without what nobody meant to write: blanks at the ends, line breaks, invisible
/// characters, ideographic spaces.
pub(crate) fn tidy(written: &str) -> Mended<String> {
    let mut repairs = Vec::new();
    let visible: String = written.chars().filter(|character| !is_invisible(*character)).collect();
    if visible != written {
        repairs.push(Repair::ControlCharacter);
    }
    let trimmed = visible.trim();
    if trimmed.is_empty() {
        return Mended::new(String::new(), Vec::new());
    }
    if trimmed.len() != visible.len() {
        repairs.push(Repair::SpacesTrimmed);
    }
    let mut text = trimmed.to_owned();
    if text.contains(['\n', '\r', '\t']) {
        repairs.push(Repair::LineBreak);
        text = text.split(['\n', '\r', '\t']).filter(|piece| !piece.is_empty()).fold(
            String::new(),
            |mut line, piece| {
                if !line.is_empty() {
                    line.push(' ');
                }
                line.push_str(piece);
                line
            },
        );
    }
    if text.contains('\u{3000}') {
        repairs.push(Repair::IdeographicSpace);
        text = text.replace('\u{3000}', " ");
    }
    Mended::new(text, repairs)
}

/// Control characters except line breaks and tabs, and characters of no width.
fn is_invisible(character: char) -> bool {
    let is_break = matches!(character, '\n' | '\r' | '\t');
    let has_no_width = matches!(character, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}');
    (character.is_control() && !is_break) || has_no_width
}

/// Digits and signs of a number in their ordinary width.
pub(crate) fn ordinary_width(text: &str) -> Mended<String> {
    let narrow: String = text.nfkc().collect();
    // NFKC leaves the minus signs that Japanese input methods write.
    let narrow = narrow.replace(['\u{2212}', '\u{2010}', '\u{2011}'], "-");
    let repairs = if narrow == text { Vec::new() } else { vec![Repair::FullWidth] };
    Mended::new(narrow, repairs)
}

/// A reading in full-width katakana; the rest of the text stays as it is.
pub(crate) fn full_width_katakana(text: &str) -> Mended<String> {
    let is_half = |character: char| matches!(character, '\u{ff61}'..='\u{ff9f}');
    if !text.contains(is_half) {
        return Mended::new(text.to_owned(), Vec::new());
    }
    // Voicing marks join the kana before them, so runs are widened as a whole.
    let mut wide = String::new();
    let mut run = String::new();
    for character in text.chars() {
        if is_half(character) {
            run.push(character);
        } else {
            wide.extend(std::mem::take(&mut run).nfkc());
            wide.push(character);
        }
    }
    wide.extend(run.nfkc());
    Mended::new(wide, vec![Repair::HalfWidthKatakana])
}

/// `62014.0` or `370.0` without its zero: the mark of a spreadsheet that took text for a number.
pub(crate) fn without_decimal_zero(text: &str) -> Mended<String> {
    let whole = text.split_once('.').filter(|(whole, rest)| {
        let is_number = !whole.is_empty() && whole.bytes().all(|byte| byte.is_ascii_digit());
        is_number && !rest.is_empty() && rest.bytes().all(|byte| byte == b'0')
    });
    match whole {
        Some((whole, _)) => Mended::new(whole.to_owned(), vec![Repair::DecimalZero]),
        None => Mended::new(text.to_owned(), Vec::new()),
    }
}

/// `50,700` without its commas, if they stand between thousands and nowhere else.
pub(crate) fn without_commas(text: &str) -> Mended<String> {
    let mut groups = text.split(',');
    let head = groups.next().unwrap_or_default();
    let is_group = |group: &str, lengths: std::ops::RangeInclusive<usize>| {
        lengths.contains(&group.len()) && group.bytes().all(|byte| byte.is_ascii_digit())
    };
    let has_commas = text.contains(',');
    if has_commas && is_group(head, 1..=3) && groups.all(|group| is_group(group, 3..=3)) {
        return Mended::new(text.replace(',', ""), vec![Repair::ThousandsComma]);
    }
    Mended::new(text.to_owned(), Vec::new())
}

/// A whole number of people.
pub(crate) fn whole_number(text: &str) -> Option<Mended<u32>> {
    let narrow = ordinary_width(text);
    let plain = without_commas(narrow.value.trim());
    let whole = without_decimal_zero(&plain.value);
    if !whole.value.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let value = whole.value.parse().ok()?;
    let repairs = [narrow.repairs, plain.repairs, whole.repairs].concat();
    Some(Mended::new(value, repairs))
}

/// A municipality code, if exactly one can be meant: six digits as they are; with its leading zero
/// lost; or with its check digit left off.
pub(crate) fn municipality_code(text: &str) -> Option<Mended<MunicipalityCode>> {
    let narrow = ordinary_width(text);
    let whole = without_decimal_zero(narrow.value.trim());
    let digits = whole.value;
    let done = [narrow.repairs, whole.repairs].concat();
    if let Ok(code) = MunicipalityCode::parse(&digits) {
        return Some(Mended::new(code, done));
    }
    let mut readings = Vec::new();
    for (zero, is_checked) in [("0", true), ("", false), ("0", false)] {
        let mut full = format!("{zero}{digits}");
        let mut repairs = done.clone();
        let added = if is_checked { None } else { MunicipalityCode::check_digit(&full) };
        if added.is_none() != is_checked {
            continue; // No check digit belongs to this; as it stands it was tried above.
        }
        full.extend(added);
        let Ok(code) = MunicipalityCode::parse(&full) else { continue };
        let check_digit = full.chars().last().unwrap_or_default();
        if !zero.is_empty() {
            repairs.push(Repair::LeadingZero { check_digit });
        }
        if added.is_some() {
            repairs.push(Repair::CheckDigitAdded { check_digit });
        }
        readings.push(Mended::new(code, repairs));
    }
    // Two readings (Sapporo or Saitama) are none.
    if readings.len() == 1 { readings.pop() } else { None }
}

/// What a hazard cell says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Flag {
    /// The place is meant for it.
    Yes,
    /// It is not.
    No,
    /// A sign whose meaning is not stated.
    Unclear,
}

/// Reads a flag: `1` and empty by the national format; signs people write; never △ as yes.
pub(crate) fn flag(text: &str) -> Mended<Flag> {
    let narrow = ordinary_width(text);
    let whole = without_decimal_zero(&narrow.value);
    let repairs = [narrow.repairs, whole.repairs].concat();
    let written = text.to_owned();
    match whole.value.to_ascii_uppercase().as_str() {
        "1" => Mended::new(Flag::Yes, repairs),
        "" => Mended::new(Flag::No, repairs),
        "○" | "〇" | "◯" | "TRUE" => Mended::new(Flag::Yes, vec![Repair::FlagYes { written }]),
        "0" | "×" | "✕" | "✖" | "X" | "FALSE" => {
            Mended::new(Flag::No, vec![Repair::FlagNo { written }])
        }
        _ => Mended::new(Flag::Unclear, Vec::new()),
    }
}

/// A decimal number in units of the last of `decimals` places, rounded; exact, without floats.
pub(crate) fn fixed_point(text: &str, decimals: usize) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_number(whole) || !is_number(fraction) {
        return None;
    }
    let kept: String =
        fraction.chars().chain("0".repeat(decimals).chars()).take(decimals).collect();
    let value: i64 = format!("{whole}{kept}").parse().ok()?;
    let rounds_up = fraction.chars().nth(decimals).is_some_and(|digit| digit >= '5');
    value.checked_add(i64::from(rounds_up))?.checked_mul(sign)
}

/// What words say about how many people a place takes.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct People {
    pub(crate) total: Option<u32>,
    pub(crate) indoor: Option<u32>,
    pub(crate) outdoor: Option<u32>,
}

/// Numbers out of words: 「屋内191人／屋外0人(面積の1/2)」, 「約300名」; nothing from anything else.
pub(crate) fn people_in_words(text: &str) -> Option<Mended<People>> {
    let narrow: String = text.nfkc().collect();
    let indoor = number_after(&narrow, "屋内");
    let outdoor = number_after(&narrow, "屋外");
    if indoor.is_some() || outdoor.is_some() {
        let people = People { total: None, indoor, outdoor };
        return Some(Mended::new(people, vec![Repair::CapacitySplit]));
    }
    let rest = ["約", "およそ"].iter().find_map(|about| narrow.strip_prefix(about));
    let rest = rest.unwrap_or(&narrow).trim();
    let digits = rest.trim_end_matches("程度").trim_end_matches(['人', '名']);
    if digits.len() == rest.len() && rest.len() == narrow.len() {
        return None;
    }
    let total = Some(whole_number(digits)?.value);
    let people = People { total, ..People::default() };
    Some(Mended::new(people, vec![Repair::CapacityFromWords]))
}

/// The number that follows a word at once or behind a colon: 「屋内1,371人」.
fn number_after(text: &str, word: &str) -> Option<u32> {
    let (_, rest) = text.split_once(word)?;
    let rest = rest.trim_start_matches([':', ' ', '約']);
    let digits: String =
        rest.chars().take_while(|one| one.is_ascii_digit() || *one == ',').collect();
    let unit = rest.get(digits.len()..)?.chars().next()?;
    if digits.is_empty() || !matches!(unit, '人' | '名') {
        return None;
    }
    without_commas(&digits).value.parse().ok()
}
