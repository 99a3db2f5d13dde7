//! What only all rows together tell: to which municipality a row without code belongs, which place
//! stands there twice, which number of people is out of all proportion.
//!
//! Not here: one row (`row`).

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::domain::evacuation_site::EvacuationSite;
use crate::domain::evacuation_site::Hazard;
use crate::domain::evacuation_site::MunicipalityCode;
use crate::domain::evacuation_site::SiteCapacity;
use crate::domain::evacuation_site::SiteKey;
use crate::import::columns::Columns;
use crate::import::columns::Meaning;
use crate::import::error::ImportError;
use crate::import::field::SiteField;
use crate::import::note::ListNote;
use crate::import::reason::Doubt;
use crate::import::reason::Reason;
use crate::import::reason::Refusal;
use crate::import::reason::Repair;
use crate::import::row::Draft;
use crate::import::shelter_list::ReadOptions;

/// A number of people from here on is doubted whatever the others are: a stadium holds 70,000.
const PEOPLE_DOUBTFUL: u32 = 100_000;
/// From here on it is doubted when it is also a hundred times the list's median.
const PEOPLE_DOUBTFUL_BESIDE_OTHERS: u32 = 10_000;

/// Leaves out other municipalities if one was asked for, and settles rows without a code.
pub(crate) fn settle_municipality(
    drafts: &mut Vec<Draft>,
    columns: &Columns,
    options: &ReadOptions,
    notes: &mut Vec<ListNote>,
) -> Result<(), ImportError> {
    let codes: BTreeSet<MunicipalityCode> =
        drafts.iter().filter_map(|draft| draft.site.municipality_code.clone()).collect();
    let is_code = |meaning: &Meaning| {
        matches!(meaning, Meaning::CodeOfPlace | Meaning::CodeAgain | Meaning::CodeOfPublisher)
    };
    let code_column = columns.meanings.iter().position(is_code);
    let only = options.only_municipality.as_ref();
    if code_column.is_none() {
        notes.push(ListNote::NoCodes { taken: only.cloned() });
    }
    let Some(only) = only else {
        if codes.len() > 1 {
            notes.push(ListNote::ManyMunicipalities { count: codes.len() });
        }
        for draft in drafts.iter_mut().filter(|_| code_column.is_some()) {
            find_code_missing(draft, code_column, Reason::Doubt(Doubt::CodeMissing));
        }
        return Ok(());
    };
    if !codes.is_empty() && !codes.contains(only) {
        let found = codes.iter().take(12).map(ToString::to_string).collect();
        return Err(ImportError::MunicipalityNotInList { code: only.to_string(), found });
    }
    let before = drafts.len();
    drafts.retain(|draft| draft.site.municipality_code.as_ref().is_none_or(|code| code == only));
    let rows = before - drafts.len();
    if rows > 0 {
        notes.push(ListNote::OthersLeftOut { rows, code: only.clone() });
    }
    for draft in drafts.iter_mut().filter(|draft| draft.site.municipality_code.is_none()) {
        if codes.len() > 1 {
            let refusal = Reason::Refusal(Refusal::CodeUndecidable);
            find_code_missing(draft, code_column, refusal);
        } else if !draft.is_refused() {
            draft.site.municipality_code = Some(only.clone());
            let reason = Reason::Repair(Repair::CodeFromOption);
            let reasons = if code_column.is_some() { vec![reason] } else { Vec::new() };
            draft.find(code_column, Some(SiteField::MunicipalityCode), "", reasons);
        }
    }
    Ok(())
}

fn find_code_missing(draft: &mut Draft, column: Option<usize>, reason: Reason) {
    if draft.site.municipality_code.is_none() && !draft.is_refused() {
        draft.find(column, Some(SiteField::MunicipalityCode), "", vec![reason]);
    }
}

/// Columns that are probably about a hazard are named once, with how many rows hold other signs.
pub(crate) fn doubt_hazard_columns(drafts: &[Draft], columns: &Columns, notes: &mut Vec<ListNote>) {
    let mut headers: BTreeMap<Hazard, Vec<String>> = BTreeMap::new();
    for (meaning, header) in columns.meanings.iter().zip(&columns.headers) {
        if let Meaning::DoubtfulHazard(hazard) = meaning {
            headers.entry(*hazard).or_default().push(header.clone());
        }
    }
    for (hazard, headers) in headers {
        let has_sign = |draft: &&Draft| draft.doubtful_signs.contains(hazard);
        let doubtful_rows = drafts.iter().filter(has_sign).count();
        notes.push(ListNote::HazardColumnsDoubtful { headers, doubtful_rows });
    }
}

/// The second row of one place is not taken: which of the two is right cannot be told.
pub(crate) fn refuse_twins(drafts: &mut [Draft]) {
    let mut seen: BTreeMap<SiteKey, u32> = BTreeMap::new();
    for draft in drafts.iter_mut().filter(|draft| !draft.is_refused()) {
        let key = draft.site.key();
        if let Some(row) = seen.get(&key).copied() {
            let refusal = Reason::Refusal(Refusal::SameAsRow { row });
            draft.find(None, None, "", vec![refusal]);
        } else {
            seen.insert(key, draft.number);
        }
    }
}

/// The largest number of people a site states.
fn most_people(site: &EvacuationSite) -> Option<u32> {
    let numbers = |of: &SiteCapacity| [of.total, of.indoor, of.outdoor];
    site.capacity.as_ref().map(numbers)?.into_iter().flatten().max()
}

pub(crate) fn doubt_people(drafts: &mut [Draft], columns: &Columns) {
    let mut all: Vec<u32> = drafts.iter().filter_map(|draft| most_people(&draft.site)).collect();
    all.sort_unstable();
    let Some(median) = all.get(all.len() / 2).copied() else { return };
    let column = position(columns, Meaning::Capacity);
    for draft in drafts.iter_mut() {
        let Some(people) = most_people(&draft.site) else { continue };
        let beside_others = people >= PEOPLE_DOUBTFUL_BESIDE_OTHERS && people / 100 > median;
        if people >= PEOPLE_DOUBTFUL || beside_others {
            let reason = Reason::Doubt(Doubt::CapacityImplausible { median });
            draft.find(column, Some(SiteField::Capacity), &people.to_string(), vec![reason]);
        }
    }
}

/// Two places at one point to the centimetre: one of the two was probably copied.
pub(crate) fn doubt_positions(drafts: &mut [Draft], columns: &Columns) {
    let mut seen = BTreeMap::new();
    let column = position(columns, Meaning::Latitude);
    for draft in drafts.iter_mut().filter(|draft| !draft.is_refused()) {
        let Some(at) = draft.site.position else { continue };
        if let Some(row) = seen.get(&at).copied() {
            let reason = Reason::Doubt(Doubt::PositionSame { row });
            draft.find(column, Some(SiteField::Position), "", vec![reason]);
        } else {
            seen.insert(at, draft.number);
        }
    }
}

fn position(columns: &Columns, meaning: Meaning) -> Option<usize> {
    columns.meanings.iter().position(|other| *other == meaning)
}
