//! The difference as text for a terminal (`noroshi shelter import FILE --dry-run`).
//!
//! Same columns as the desk's screen. Japanese letters take two columns on a terminal; padding
//! counts that. Not here: JSON (`http`).

use crate::import::Language;
use crate::import::difference::Change;
use crate::import::difference::Difference;
use crate::import::difference::DifferenceRow;
use crate::import::field::Shown;

/// Widest a cell gets, in terminal columns; the reason stands last and is never cut.
const CELL_COLUMNS_MAX: usize = 32;

/// Counts, remarks, and one line per row that is not simply the same.
#[must_use]
pub fn render_text(difference: &Difference, language: Language) -> String {
    let mut lines = vec![counts(difference, language)];
    for note in &difference.notes {
        lines.push(format!("* {}", note.sentence(language)));
    }
    let heads = language.pick(
        ["どうなる", "行", "避難所", "項目", "いま", "取り込むと", "わけ"],
        ["What", "Row", "Place", "Field", "Now", "After import", "Why"],
    );
    let mut table = vec![heads.map(str::to_owned)];
    let shown = difference.rows.iter().filter(|row| row.what != Change::Unchanged);
    table.extend(shown.map(|row| cells(row, language)));
    if table.len() > 1 {
        lines.push(String::new());
        lines.extend(aligned(&table));
    }
    let unreadable = difference.counts.unreadable;
    if unreadable > 0 {
        lines.push(String::new());
        lines.push(language.pick(
            format!("読めない{unreadable}行は取り込みません。残りは止まりません。"),
            format!("{unreadable} unreadable rows are skipped; the rest goes on."),
        ));
    }
    lines.push(String::new());
    lines.join("\n")
}

fn counts(difference: &Difference, language: Language) -> String {
    let of = difference.counts;
    let rows = difference.file_rows;
    let encoding = difference.encoding.name();
    language.pick(
        format!(
            "{encoding}・{rows}行: 追加 {}・変更 {}・同じ {}・一覧にない(残す) {}・直した値 {}・\
             確かめる値 {}・読めない行 {}",
            of.added, of.changed, of.unchanged, of.missing, of.repaired, of.doubtful, of.unreadable
        ),
        format!(
            "{encoding}, {rows} rows: {} to add, {} to change, {} the same, {} not in the file \
             (kept), {} values repaired, {} values to check, {} rows unreadable",
            of.added, of.changed, of.unchanged, of.missing, of.repaired, of.doubtful, of.unreadable
        ),
    )
}

fn cells(row: &DifferenceRow, language: Language) -> [String; 7] {
    let shown = |value: &Option<Shown>| value.as_ref().map(|value| value.words(language));
    let dash = || "—".to_owned();
    let after = match row.what {
        Change::Unreadable => language.pick("取り込まない", "not taken").to_owned(),
        Change::Added => language.pick("新しい避難所", "new place").to_owned(),
        Change::Missing => language.pick("そのまま残す", "kept").to_owned(),
        Change::Changed | Change::Doubtful | Change::Repaired | Change::Unchanged => {
            shown(&row.after).unwrap_or_else(|| language.pick("空欄", "empty").to_owned())
        }
    };
    let name = match row.site.is_empty() {
        true => language.pick("(名前なし)", "(no name)").to_owned(),
        false => row.site.clone(),
    };
    [
        row.what.word(language).to_owned(),
        row.row.map_or_else(dash, |row| row.to_string()),
        name,
        row.field.clone().unwrap_or_else(dash),
        shown(&row.before).unwrap_or_else(dash),
        after,
        row.why(language),
    ]
}

/// Pads all cells but the last of each row to the widest of their column.
fn aligned(table: &[[String; 7]]) -> Vec<String> {
    let mut widths = [0_usize; 7];
    for row in table {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(columns(cell).min(CELL_COLUMNS_MAX));
        }
    }
    let line = |row: &[String; 7]| {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(widths).take(6) {
            let cut = cut(cell);
            line.push_str(&cut);
            line.push_str(&" ".repeat(width.saturating_sub(columns(&cut)) + 2));
        }
        line.push_str(&row.last().map(|cell| one_line(cell)).unwrap_or_default());
        line.trim_end().to_owned()
    };
    table.iter().map(line).collect()
}

/// What a stranger's file holds must not steer a terminal.
fn one_line(text: &str) -> String {
    text.chars().map(|one| if one.is_control() { ' ' } else { one }).collect()
}

/// At most [`CELL_COLUMNS_MAX`] columns, with an ellipsis where something is cut.
fn cut(text: &str) -> String {
    let text = one_line(text);
    if columns(&text) <= CELL_COLUMNS_MAX {
        return text;
    }
    let mut kept = String::new();
    let mut used = 0;
    for one in text.chars() {
        used += column_width(one);
        if used >= CELL_COLUMNS_MAX {
            break;
        }
        kept.push(one);
    }
    kept.push('…');
    kept
}

fn columns(text: &str) -> usize {
    text.chars().map(column_width).sum()
}

/// Two columns for the wide blocks that Japanese lists use, one for the rest.
fn column_width(one: char) -> usize {
    let is_wide = matches!(one,
        '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{303e}' | '\u{3041}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe6f}'
        | '\u{ff00}'..='\u{ff60}' | '\u{ffe0}'..='\u{ffe6}' | '\u{1f300}'..='\u{1faff}'
        | '\u{20000}'..='\u{3fffd}');
    if is_wide { 2 } else { 1 }
}
