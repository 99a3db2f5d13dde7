//! Telephone numbers: hyphens where the area code says they belong.
//!
//! Why: a spreadsheet or a form puts them anywhere (`02-3641-3275` for Yamagata's `023-641-3275`),
//! and such a number looks like another city's. Moved only where the area code is known for
//! certain; else the number stays as written and is doubted. Not here: who may see numbers.

use crate::import::reason::Doubt;
use crate::import::reason::Repair;
use crate::import::repair::ordinary_width;

/// What became of a telephone number.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Telephone {
    /// No number: the cell holds a dash.
    None,
    /// As it should be dialled, with what was mended (perhaps nothing).
    Number(String, Vec<Repair>),
    /// As written, with the doubt.
    Doubtful(String, Doubt),
}

/// Area codes of which every number that begins so has this length: leading digits, digits of the
/// area code. Cities that share their first three digits with four-digit neighbours are told apart
/// by the fourth (0236 is Yamagata, 023-6…, 0237 is Murayama). Not complete, on purpose: what is
/// missing here is left as written.
const AREA_CODES: &[(&str, usize)] = &[
    ("03", 2),
    ("06", 2),
    ("011", 3),
    ("0177", 3),
    ("0188", 3),
    ("0196", 3),
    ("0222", 3),
    ("0227", 3),
    ("0225", 4),
    ("0226", 4),
    ("0228", 4),
    ("0229", 4),
    ("0233", 4),
    ("0234", 4),
    ("0235", 4),
    ("0236", 3),
    ("0237", 4),
    ("0238", 4),
    ("0245", 3),
    ("0249", 3),
    ("0252", 3),
    ("0262", 3),
    ("0272", 3),
    ("0273", 3),
    ("0286", 3),
    ("0292", 3),
    ("0298", 3),
    ("0432", 3),
    ("0433", 3),
    ("0434", 3),
    ("0436", 4),
    ("0438", 4),
    ("0439", 4),
    ("044", 3),
    ("045", 3),
    ("0470", 4),
    ("0473", 3),
    ("0474", 3),
    ("0475", 4),
    ("0476", 4),
    ("0478", 4),
    ("0479", 4),
    ("0486", 3),
    ("0487", 3),
    ("0488", 3),
    ("052", 3),
    ("0532", 4),
    ("0534", 3),
    ("0542", 3),
    ("0552", 3),
    ("0582", 3),
    ("0592", 3),
    ("0593", 3),
    ("0734", 3),
    ("0742", 4),
    ("075", 3),
    ("0761", 4),
    ("0762", 3),
    ("0763", 4),
    ("0764", 3),
    ("0765", 4),
    ("0766", 4),
    ("0767", 4),
    ("0768", 4),
    ("0775", 3),
    ("0776", 4),
    ("078", 3),
    ("0822", 3),
    ("0832", 3),
    ("0839", 3),
    ("0849", 3),
    ("0852", 4),
    ("0857", 4),
    ("0862", 3),
    ("0864", 3),
    ("0875", 4),
    ("0877", 4),
    ("0878", 3),
    ("0879", 4),
    ("0886", 3),
    ("0888", 3),
    ("0892", 4),
    ("0893", 4),
    ("0894", 4),
    ("0895", 4),
    ("0896", 4),
    ("0897", 4),
    ("0898", 4),
    ("0899", 3),
    ("0928", 3),
    ("0936", 3),
    ("0952", 4),
    ("0958", 3),
    ("0962", 3),
    ("0963", 3),
    ("0975", 3),
    ("0980", 4),
    ("0985", 4),
    ("0988", 3),
    ("0992", 3),
];

/// Area codes of two digits; any other two digits in front are a misplaced hyphen.
const TWO_DIGIT_AREA_CODES: [&str; 3] = ["03", "04", "06"];

/// Reads one telephone number.
pub(crate) fn telephone(written: &str) -> Telephone {
    let narrow = ordinary_width(written).value.replace(['ー', '―', '‐', '–', '—'], "-");
    let plain: String = narrow.chars().filter(|one| !one.is_whitespace()).collect();
    if !plain.is_empty() && plain.chars().all(|one| one == '-') {
        return Telephone::None;
    }
    let parts: Vec<&str> =
        plain.split(['-', '(', ')', '.']).filter(|part| !part.is_empty()).collect();
    let digits = parts.concat();
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Telephone::Doubtful(written.to_owned(), Doubt::PhoneUnusual);
    }
    let has_signs = !digits.is_empty() && parts.join("-") != written;
    match split(&digits) {
        Some(right) if right == parts => number(&right, has_signs.then_some(Repair::PhoneSigns)),
        Some(right) if right.concat() != digits => {
            number(&right, Some(Repair::PhoneLeadingZero { area_code: first(&right) }))
        }
        // Without hyphens nothing is misplaced, but they make it readable.
        Some(right) => number(&right, Some(Repair::PhoneHyphens { area_code: first(&right) })),
        None => unknown_area(written, &parts, &digits, has_signs),
    }
}

fn first(parts: &[String]) -> String {
    parts.first().cloned().unwrap_or_default()
}

fn number(parts: &[String], repair: Option<Repair>) -> Telephone {
    Telephone::Number(parts.join("-"), repair.into_iter().collect())
}

/// A number whose area code is not in the table: right as written, or doubtful.
fn unknown_area(written: &str, parts: &[&str], digits: &str, has_signs: bool) -> Telephone {
    let is_length = matches!(digits.len(), 10 | 11) && digits.starts_with('0');
    if !is_length {
        return Telephone::Doubtful(written.to_owned(), Doubt::PhoneUnusual);
    }
    let [area, _, last] = parts else {
        return match parts.len() {
            1 => Telephone::Number(digits.to_owned(), Vec::new()),
            _ => Telephone::Doubtful(written.to_owned(), Doubt::PhoneHyphens),
        };
    };
    let is_area = match area.len() {
        2 => TWO_DIGIT_AREA_CODES.contains(area),
        length => (3..=5).contains(&length),
    };
    if !is_area || last.len() != 4 {
        return Telephone::Doubtful(written.to_owned(), Doubt::PhoneHyphens);
    }
    let repairs = if has_signs { vec![Repair::PhoneSigns] } else { Vec::new() };
    Telephone::Number(parts.join("-"), repairs)
}

/// Where the hyphens belong, if that is certain; a zero that is missing in front is put back when
/// the area code then exists.
fn split(digits: &str) -> Option<Vec<String>> {
    let zero = format!("0{digits}");
    let digits = if digits.starts_with('0') { digits } else { &zero };
    let lengths = match digits.len() {
        10 if digits.starts_with("0120") || digits.starts_with("0570") => [4, 3, 3],
        11 if digits.starts_with("0800") => [4, 3, 4],
        11 if ["050", "070", "080", "090"].iter().any(|mobile| digits.starts_with(mobile)) => {
            [3, 4, 4]
        }
        10 => {
            let area = AREA_CODES.iter().find(|(leading, _)| digits.starts_with(leading));
            let (_, area_digits) = area?;
            [*area_digits, 6_usize.checked_sub(*area_digits)?, 4]
        }
        _ => return None,
    };
    let mut parts = Vec::new();
    let mut rest = digits;
    for length in lengths {
        let (part, after) = rest.split_at_checked(length)?;
        parts.push(part.to_owned());
        rest = after;
    }
    Some(parts)
}
