//! What an import would change, before anything is written.
//!
//! Pure and deterministic: the same stored places and the same list give the same rows. A list only
//! speaks about the fields it has columns for, and about its own municipalities; what it lacks is
//! kept. Not here: reading (`shelter_list`), showing (`render`), storing.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::domain::evacuation_site::EvacuationSite;
use crate::domain::evacuation_site::MunicipalityCode;
use crate::domain::evacuation_site::SiteKey;
use crate::domain::evacuation_site::SiteKind;
use crate::domain::evacuation_site::SiteRef;
use crate::domain::evacuation_site::comparable;
use crate::import::Language;
use crate::import::field::Shown;
use crate::import::field::SiteField;
use crate::import::field::TextField;
use crate::import::note::ListNote;
use crate::import::reason::Reason;
use crate::import::shelter_list::Outcome;
use crate::import::shelter_list::ReadList;
use crate::import::shelter_list::ReadRow;
use crate::import::shelter_list::RowReport;
use crate::import::table::TextEncoding;

/// What a row of the difference is about, in the order in which people should look at them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// The row of the file is not taken.
    Unreadable,
    /// A field of a stored place gets another value.
    Changed,
    /// Taken as written, to be looked at.
    Doubtful,
    /// Put right while reading.
    Repaired,
    /// A new place.
    Added,
    /// A stored place that the file lacks; it is kept.
    Missing,
    /// A place that is stored just so.
    Unchanged,
}

impl Change {
    /// Stable word for interfaces.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::Changed => "changed",
            Self::Doubtful => "doubtful",
            Self::Repaired => "repaired",
            Self::Added => "added",
            Self::Missing => "missing",
            Self::Unchanged => "unchanged",
        }
    }

    /// The word on screens.
    #[must_use]
    pub fn word(self, language: Language) -> &'static str {
        match self {
            Self::Unreadable => language.pick("読めない", "Unreadable"),
            Self::Changed => language.pick("変更", "Change"),
            Self::Doubtful => language.pick("確かめる", "Check"),
            Self::Repaired => language.pick("直した", "Repaired"),
            Self::Added => language.pick("追加", "Add"),
            Self::Missing => language.pick("なくなる", "Missing"),
            Self::Unchanged => language.pick("同じ", "Same"),
        }
    }
}

/// One row of the difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DifferenceRow {
    /// What it is about.
    pub what: Change,
    /// Row of the file as a spreadsheet shows it; `None` for missing places.
    pub row: Option<u32>,
    /// Name of the place; empty when it has none.
    pub site: String,
    /// Name of the column as in the file.
    pub field: Option<String>,
    /// What is stored; `None` is empty or nothing.
    pub before: Option<Shown>,
    /// What will be stored; `None` is empty or nothing.
    pub after: Option<Shown>,
    /// What stands in the file, where that differs from `after`.
    pub written: Option<String>,
    /// Why.
    pub reasons: Vec<Reason>,
}

impl DifferenceRow {
    /// All reasons as one line, with what stands in the file.
    #[must_use]
    pub fn why(&self, language: Language) -> String {
        let sentences: Vec<String> =
            self.reasons.iter().map(|reason| reason.sentence(language)).collect();
        let why = sentences.join(language.pick("。", ". "));
        match &self.written {
            Some(written) if !written.is_empty() && !why.contains(written.as_str()) => {
                let one_line = written.split(['\n', '\r']).collect::<Vec<_>>().join("⏎");
                format!("{why}({one_line})")
            }
            Some(_) | None => why,
        }
    }
}

/// A place that will be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteWrite {
    /// Under which name: that of the stored place, or a new one.
    pub site_ref: SiteRef,
    /// Whether the place is new.
    pub is_new: bool,
    /// The whole place: the stored one with what the list says.
    pub site: EvacuationSite,
}

/// How many of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// New places.
    pub added: usize,
    /// Stored places that change.
    pub changed: usize,
    /// Stored places that stay as they are.
    pub unchanged: usize,
    /// Stored places that the file lacks.
    pub missing: usize,
    /// Values that were put right while reading.
    pub repaired: usize,
    /// Values to be looked at.
    pub doubtful: usize,
    /// Rows that are not taken.
    pub unreadable: usize,
}

/// What an import would change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Row by row, what needs eyes first.
    pub rows: Vec<DifferenceRow>,
    /// What will be stored.
    pub writes: Vec<SiteWrite>,
    /// How many of each.
    pub counts: Counts,
    /// Rows of the file below its header.
    pub file_rows: usize,
    /// Remarks about the list.
    pub notes: Vec<ListNote>,
    /// How the characters of the file were stored.
    pub encoding: TextEncoding,
}

/// Compares a list with what is stored.
#[must_use]
pub fn difference(have: &[(SiteRef, EvacuationSite)], read: &ReadList) -> Difference {
    let matches = recognise(have, &read.sites);
    let reports = by_row(&read.reports);
    let mut taken: BTreeSet<SiteRef> = have.iter().map(|(site_ref, _)| site_ref.clone()).collect();
    let mut found = Difference {
        rows: Vec::new(),
        writes: Vec::new(),
        counts: Counts::default(),
        file_rows: read.file_rows,
        notes: read.notes.clone(),
        encoding: read.encoding,
    };
    for (row, stored) in read.sites.iter().zip(&matches) {
        let stored = stored.and_then(|index| have.get(index));
        let changed = match stored {
            Some((site_ref, site)) => compare(&mut found, site_ref, site, row, read, &reports),
            None => {
                found.counts.added += 1;
                found.rows.push(plain_row(Change::Added, Some(row.row), &row.site.name));
                let site_ref = new_ref(&row.site, &mut taken);
                found.writes.push(SiteWrite { site_ref, is_new: true, site: row.site.clone() });
                Vec::new()
            }
        };
        let reports = reports.get(&row.row).into_iter().flatten();
        for report in reports {
            let is_shown = report.field.is_some_and(|field| changed.contains(&field));
            if !(is_shown && report.outcome == Outcome::Repaired) {
                found.rows.push(report_row(report, stored.map(|(_, site)| site)));
            }
        }
    }
    let is_unreadable = |report: &&RowReport| report.outcome == Outcome::Unreadable;
    found.rows.extend(read.reports.iter().filter(is_unreadable).map(|of| report_row(of, None)));
    count_reports(&mut found.counts, &read.reports);
    for (_, site) in missing(have, &matches, read) {
        found.counts.missing += 1;
        let mut row = plain_row(Change::Missing, None, &site.name);
        row.reasons.push(Reason::NotInFile);
        found.rows.push(row);
    }
    found.rows.sort_by_key(|row| (row.what, row.row));
    found
}

/// For each row of the list the index of the stored place it is about.
fn recognise(have: &[(SiteRef, EvacuationSite)], rows: &[ReadRow]) -> Vec<Option<usize>> {
    let mut by_key: BTreeMap<SiteKey, usize> = BTreeMap::new();
    let mut by_name: BTreeMap<SiteKey, Vec<usize>> = BTreeMap::new();
    for (index, (_, site)) in have.iter().enumerate() {
        by_key.entry(site.key()).or_insert(index);
        by_name.entry(site.name_key()).or_default().push(index);
    }
    let mut used = BTreeSet::new();
    let mut matches: Vec<Option<usize>> = Vec::new();
    for row in rows {
        let index = by_key.get(&row.site.key()).copied().filter(|index| used.insert(*index));
        matches.push(index);
    }
    // One of two lists has no ids: name and address are left. Two different ids are two places.
    for (row, place) in rows.iter().zip(&mut matches).filter(|(_, place)| place.is_none()) {
        let candidates = by_name.get(&row.site.name_key()).into_iter().flatten().copied();
        *place = candidates
            .filter(|index| {
                let has_id = have.get(*index).is_some_and(|(_, site)| site.list_id.is_some());
                !(has_id && row.site.list_id.is_some())
            })
            .find(|index| used.insert(*index));
    }
    matches
}

fn by_row(reports: &[RowReport]) -> BTreeMap<u32, Vec<&RowReport>> {
    let mut rows: BTreeMap<u32, Vec<&RowReport>> = BTreeMap::new();
    for report in reports.iter().filter(|report| report.outcome != Outcome::Unreadable) {
        rows.entry(report.row).or_default().push(report);
    }
    rows
}

/// Compares one place, field by field as far as the list states them; tells which change.
fn compare(
    found: &mut Difference,
    site_ref: &SiteRef,
    stored: &EvacuationSite,
    row: &ReadRow,
    read: &ReadList,
    reports: &BTreeMap<u32, Vec<&RowReport>>,
) -> Vec<SiteField> {
    let mut merged = stored.clone();
    let mut changed = Vec::new();
    for (field, column) in &read.columns {
        let is_kept =
            row.unread.contains(field) || (is_identity(*field) && field.shown(&row.site).is_none());
        if is_kept || field.is_same(stored, &row.site) {
            continue;
        }
        field.take_over(&mut merged, &row.site);
        changed.push(*field);
        let mine = reports.get(&row.row).into_iter().flatten();
        let mine = mine
            .filter(|report| report.field == Some(*field) && report.outcome == Outcome::Repaired);
        found.rows.push(DifferenceRow {
            what: Change::Changed,
            row: Some(row.row),
            site: row.site.name.clone(),
            field: Some(column.clone()),
            before: field.shown(stored),
            after: field.shown(&row.site),
            written: mine.clone().map(|report| report.written.clone()).next(),
            reasons: mine.flat_map(|report| report.reasons.clone()).collect(),
        });
    }
    if changed.is_empty() {
        found.counts.unchanged += 1;
        found.rows.push(plain_row(Change::Unchanged, Some(row.row), &row.site.name));
    } else {
        found.counts.changed += 1;
        let site_ref = site_ref.clone();
        found.writes.push(SiteWrite { site_ref, is_new: false, site: merged });
    }
    changed
}

/// What a place is recognised by is never emptied by a list that lacks it.
fn is_identity(field: SiteField) -> bool {
    matches!(field, SiteField::MunicipalityCode | SiteField::Text(TextField::ListId))
}

fn plain_row(what: Change, row: Option<u32>, site: &str) -> DifferenceRow {
    DifferenceRow {
        what,
        row,
        site: site.to_owned(),
        field: None,
        before: None,
        after: None,
        written: None,
        reasons: Vec::new(),
    }
}

fn report_row(report: &RowReport, stored: Option<&EvacuationSite>) -> DifferenceRow {
    let what = match report.outcome {
        Outcome::Repaired => Change::Repaired,
        Outcome::Doubtful => Change::Doubtful,
        Outcome::Unreadable => Change::Unreadable,
    };
    let before = report.field.zip(stored).and_then(|(field, site)| field.shown(site));
    DifferenceRow {
        what,
        row: Some(report.row),
        site: report.site.clone(),
        field: report.column.clone(),
        before,
        after: report.after.clone().filter(|_| what != Change::Unreadable),
        written: Some(report.written.clone())
            .filter(|written| report.after != Some(Shown::Text(written.clone()))),
        reasons: report.reasons.clone(),
    }
}

fn count_reports(counts: &mut Counts, reports: &[RowReport]) {
    let mut unreadable = BTreeSet::new();
    for report in reports {
        match report.outcome {
            Outcome::Repaired => counts.repaired += 1,
            Outcome::Doubtful => counts.doubtful += 1,
            Outcome::Unreadable => {
                unreadable.insert(report.row);
            }
        }
    }
    counts.unreadable = unreadable.len();
}

/// Stored places of the list's own municipalities and kind that no row is about.
fn missing<'a>(
    have: &'a [(SiteRef, EvacuationSite)],
    matches: &'a [Option<usize>],
    read: &'a ReadList,
) -> impl Iterator<Item = &'a (SiteRef, EvacuationSite)> {
    let scope: BTreeSet<(Option<SiteKind>, Option<&MunicipalityCode>)> =
        read.sites.iter().map(|row| (row.site.kind, row.site.municipality_code.as_ref())).collect();
    let matched: BTreeSet<usize> = matches.iter().flatten().copied().collect();
    have.iter().enumerate().filter_map(move |(index, stored)| {
        let site = &stored.1;
        let is_listed = scope.contains(&(site.kind, site.municipality_code.as_ref()));
        let is_unreadable =
            read.unreadable.contains(&site.key()) || read.unreadable.contains(&site.name_key());
        (is_listed && !matched.contains(&index) && !is_unreadable).then_some(stored)
    })
}

/// A name for a new place: readable, the same on every node that imports the same list.
fn new_ref(site: &EvacuationSite, taken: &mut BTreeSet<SiteRef>) -> SiteRef {
    let kind = match site.kind {
        Some(SiteKind::EvacuationSite) => "site",
        Some(SiteKind::DesignatedShelter) => "shelter",
        None => "place",
    };
    let code = site.municipality_code.as_ref().map_or("-", MunicipalityCode::as_str);
    let cut = |text: &str| comparable(text).chars().take(80).collect::<String>();
    let rest = match &site.list_id {
        Some(id) => cut(id),
        None => format!("{}/{}", cut(&site.name), cut(site.address.as_deref().unwrap_or("-"))),
    };
    let mut site_ref = SiteRef(format!("{kind}/{code}/{rest}"));
    let mut number = 2_u32;
    while !taken.insert(site_ref.clone()) {
        site_ref = SiteRef(format!("{kind}/{code}/{rest}#{number}"));
        number = number.saturating_add(1);
    }
    site_ref
}
