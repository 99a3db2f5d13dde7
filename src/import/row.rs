//! One row of a list to one place, cell by cell, with everything that was found on the way.
//!
//! Not here: what only the whole list can tell (`shelter_list`), and the repairs themselves
//! (`repair`, `telephone`), nor where a place lies (`place`).

use crate::domain::evacuation_site::EvacuationSite;
use crate::domain::evacuation_site::Hazard;
use crate::domain::evacuation_site::HazardSet;
use crate::domain::evacuation_site::SITE_BYTES_MAX;
use crate::domain::evacuation_site::SiteCapacity;
use crate::import::columns::Columns;
use crate::import::columns::Meaning;
use crate::import::field::Shown;
use crate::import::field::SiteField;
use crate::import::field::TextField;
use crate::import::field::set_hazard;
use crate::import::place::complete_address;
use crate::import::place::read_codes;
use crate::import::place::read_position;
use crate::import::reason::Doubt;
use crate::import::reason::Reason;
use crate::import::reason::Refusal;
use crate::import::reason::Repair;
use crate::import::repair::Flag;
use crate::import::repair::Mended;
use crate::import::repair::fixed_point;
use crate::import::repair::flag;
use crate::import::repair::full_width_katakana;
use crate::import::repair::ordinary_width;
use crate::import::repair::people_in_words;
use crate::import::repair::tidy;
use crate::import::repair::whole_number;
use crate::import::repair::without_decimal_zero;
use crate::import::table::TableRow;
use crate::import::telephone::Telephone;
use crate::import::telephone::telephone;

/// What was found in one cell (or in the row as a whole).
pub(crate) struct Finding {
    /// Column number, first = 0; `None` for the whole row.
    pub(crate) column: Option<usize>,
    pub(crate) field: Option<SiteField>,
    pub(crate) written: String,
    pub(crate) after: Option<Shown>,
    pub(crate) reasons: Vec<Reason>,
}

/// A row as far as it could be read.
pub(crate) struct Draft {
    pub(crate) number: u32,
    pub(crate) site: EvacuationSite,
    pub(crate) findings: Vec<Finding>,
    /// Fields whose cell was not understood: a later comparison leaves them alone.
    pub(crate) unread: Vec<SiteField>,
    /// Hazards whose doubtful column holds a sign that is neither yes nor no.
    pub(crate) doubtful_signs: HazardSet,
}

impl Draft {
    /// A row of which nothing is read yet.
    pub(crate) fn empty(number: u32, site: EvacuationSite) -> Self {
        let doubtful_signs = HazardSet::default();
        Self { number, site, findings: Vec::new(), unread: Vec::new(), doubtful_signs }
    }

    /// Whether something makes the row unreadable.
    pub(crate) fn is_refused(&self) -> bool {
        let mut reasons = self.findings.iter().flat_map(|finding| &finding.reasons);
        reasons.any(|reason| matches!(reason, Reason::Refusal(_)))
    }

    /// Adds a finding about a field, with what the site now holds there.
    pub(crate) fn find(
        &mut self,
        column: Option<usize>,
        field: Option<SiteField>,
        written: &str,
        reasons: Vec<Reason>,
    ) {
        if reasons.is_empty() {
            return;
        }
        let after = field.and_then(|field| field.shown(&self.site));
        let written = written.chars().take(200).collect();
        self.findings.push(Finding { column, field, written, after, reasons });
    }

    pub(crate) fn repaired(
        &mut self,
        column: usize,
        field: SiteField,
        written: &str,
        repairs: Vec<Repair>,
    ) {
        let reasons = repairs.into_iter().map(Reason::Repair).collect();
        self.find(Some(column), Some(field), written, reasons);
    }

    pub(crate) fn doubt(&mut self, column: usize, field: SiteField, written: &str, doubt: Doubt) {
        self.find(Some(column), Some(field), written, vec![Reason::Doubt(doubt)]);
    }

    pub(crate) fn refuse(
        &mut self,
        column: usize,
        field: SiteField,
        written: &str,
        refusal: Refusal,
    ) {
        self.find(Some(column), Some(field), written, vec![Reason::Refusal(refusal)]);
    }
}

/// Reads one row under the header's meanings.
pub(crate) fn read_row(columns: &Columns, row: &TableRow) -> Draft {
    let site = EvacuationSite {
        kind: columns.kind,
        hazards_unclear: Hazard::ALL.into_iter().collect(),
        ..EvacuationSite::default()
    };
    let mut draft = Draft::empty(row.number, site);
    for (column, meaning) in columns.meanings.iter().enumerate() {
        let written = row.cells.get(column).map(String::as_str).unwrap_or_default();
        read_cell(&mut draft, column, *meaning, written);
    }
    read_codes(&mut draft, columns, row);
    read_position(&mut draft, columns, row);
    complete_address(&mut draft, columns, row);
    require_name(&mut draft, columns);
    let size = minicbor::to_vec(&draft.site).map_or(usize::MAX, |bytes| bytes.len());
    if size > SITE_BYTES_MAX {
        let refusal = Refusal::RowTooLarge { bytes_max: SITE_BYTES_MAX };
        draft.find(None, None, "", vec![Reason::Refusal(refusal)]);
    }
    draft
}

fn read_cell(draft: &mut Draft, column: usize, meaning: Meaning, written: &str) {
    match meaning {
        Meaning::Text(field) => read_text(draft, column, field, written),
        Meaning::Elevation => read_elevation(draft, column, written),
        Meaning::Hazard(hazard) => {
            let field = SiteField::Hazard(hazard);
            let cell = tidy(written);
            let read = flag(&cell.value);
            let meant = match read.value {
                Flag::Yes => Some(true),
                Flag::No => Some(false),
                Flag::Unclear => None,
            };
            set_hazard(&mut draft.site, hazard, meant);
            if meant.is_none() {
                let sign = clipped(&cell.value);
                draft.doubt(column, field, written, Doubt::FlagUnclear { written: sign });
            }
            draft.repaired(column, field, written, [cell.repairs, read.repairs].concat());
        }
        Meaning::DoubtfulHazard(hazard) => {
            // The column is said once for the list; a sign nobody may read as yes also here.
            let sign = tidy(written).value;
            if flag(&sign).value == Flag::Unclear {
                draft.doubtful_signs.insert(hazard);
                let doubt = Doubt::FlagUnclear { written: clipped(&sign) };
                draft.doubt(column, SiteField::Hazard(hazard), written, doubt);
            }
        }
        Meaning::Overlap => read_overlap(draft, column, written),
        Meaning::Capacity => read_capacity(draft, column, written),
        // Read together with their neighbours.
        Meaning::CodeOfPlace | Meaning::CodeAgain | Meaning::CodeOfPublisher => {}
        Meaning::Latitude | Meaning::Longitude => {}
        Meaning::Prefecture | Meaning::City | Meaning::Town | Meaning::Lot => {}
        Meaning::Twin | Meaning::Unknown => {}
    }
}

/// What was not understood, short enough for a sentence.
pub(crate) fn clipped(text: &str) -> String {
    text.chars().take(30).collect()
}

fn read_text(draft: &mut Draft, column: usize, field: TextField, written: &str) {
    let of = SiteField::Text(field);
    let cell = tidy(written);
    if cell.value.is_empty() {
        return;
    }
    if let Some(reason) = unfit(field, &cell.value) {
        draft.unread.push(of);
        return draft.find(Some(column), Some(of), written, vec![reason]);
    }
    let more = mend(field, &cell.value);
    let repairs = [cell.repairs, more.repairs].concat();
    if field != TextField::Phone {
        field.fill(&mut draft.site, Some(more.value));
        return draft.repaired(column, of, written, repairs);
    }
    let (phone, phone_repairs, doubt) = match telephone(&more.value) {
        Telephone::None => (None, vec![Repair::DashIsEmpty], None),
        Telephone::Number(number, repairs) => (Some(number), repairs, None),
        Telephone::Doubtful(number, doubt) => (Some(number), Vec::new(), Some(doubt)),
    };
    draft.site.phone = phone;
    draft.repaired(column, of, written, [repairs, phone_repairs].concat());
    if let Some(doubt) = doubt {
        draft.doubt(column, of, written, doubt);
    }
}

/// Why a text cannot be taken; without its name or id the whole row cannot.
fn unfit(field: TextField, text: &str) -> Option<Reason> {
    let is_key = matches!(field, TextField::Name | TextField::ListId);
    let chars_max = field.chars_max();
    let is_broken = text.contains(char::REPLACEMENT_CHARACTER);
    let is_long = text.chars().count() > chars_max;
    match (is_key, is_broken, is_long) {
        (true, true, _) => Some(Reason::Refusal(Refusal::NameUndecodable)),
        (true, false, true) => Some(Reason::Refusal(Refusal::NameTooLong { chars_max })),
        (false, true, _) => Some(Reason::Doubt(Doubt::Undecodable)),
        (false, false, true) => Some(Reason::Doubt(Doubt::TooLong { chars_max })),
        (_, false, false) => None,
    }
}

/// What a spreadsheet does to readings and to numbers that are names.
fn mend(field: TextField, text: &str) -> Mended<String> {
    match field {
        TextField::Kana => full_width_katakana(text),
        TextField::ListId
        | TextField::TownId
        | TextField::PostalCode
        | TextField::PhoneExtension
        | TextField::Phone => without_decimal_zero(text),
        TextField::Name
        | TextField::NameEnglish
        | TextField::Address
        | TextField::Building
        | TextField::Email
        | TextField::FormUrl
        | TextField::ContactNote
        | TextField::MunicipalityName
        | TextField::Neighbourhoods
        | TextField::Url
        | TextField::ImageUrl
        | TextField::ImageLicence
        | TextField::Note => Mended { value: text.to_owned(), repairs: Vec::new() },
    }
}

fn read_elevation(draft: &mut Draft, column: usize, written: &str) {
    let cell = tidy(written);
    if cell.value.is_empty() {
        return;
    }
    let narrow = ordinary_width(&cell.value);
    let centimetres = fixed_point(&narrow.value, 2).and_then(|value| i32::try_from(value).ok());
    draft.site.elevation_cm = centimetres;
    let field = SiteField::Elevation;
    if centimetres.is_none() {
        draft.unread.push(field);
        draft.doubt(column, field, written, Doubt::ElevationNotNumber);
    } else {
        draft.repaired(column, field, written, [cell.repairs, narrow.repairs].concat());
    }
}

fn read_overlap(draft: &mut Draft, column: usize, written: &str) {
    let cell = tidy(written);
    let read = flag(&cell.value);
    let field = SiteField::Overlap;
    draft.site.overlaps_designated_shelter = match read.value {
        Flag::Yes => Some(true),
        Flag::No => Some(false),
        Flag::Unclear => {
            let sign = clipped(&cell.value);
            draft.unread.push(field);
            draft.doubt(column, field, written, Doubt::FlagUnclear { written: sign });
            return;
        }
    };
    draft.repaired(column, field, written, [cell.repairs, read.repairs].concat());
}

fn read_capacity(draft: &mut Draft, column: usize, written: &str) {
    let field = SiteField::Capacity;
    let cell = tidy(written);
    if cell.value.is_empty() {
        return;
    }
    if cell.value.chars().count() > 250 {
        draft.unread.push(field);
        draft.doubt(column, field, written, Doubt::TooLong { chars_max: 250 });
        return;
    }
    let mut repairs = cell.repairs;
    let mut doubt = None;
    if let Some(number) = whole_number(&cell.value) {
        repairs.extend(number.repairs);
        if number.value == 0 {
            repairs.push(Repair::CapacityZero);
        } else {
            let total = Some(number.value);
            draft.site.capacity = Some(SiteCapacity { total, ..SiteCapacity::default() });
        }
    } else if matches!(telephone(&cell.value), Telephone::None) {
        repairs.push(Repair::DashIsEmpty);
    } else {
        let words = people_in_words(&cell.value);
        let mut capacity = SiteCapacity { text: Some(cell.value), ..SiteCapacity::default() };
        match words {
            Some(words) => {
                repairs.extend(words.repairs);
                capacity.total = words.value.total;
                capacity.indoor = words.value.indoor;
                capacity.outdoor = words.value.outdoor;
            }
            None => doubt = Some(Doubt::CapacityNotNumber),
        }
        draft.site.capacity = Some(capacity);
    }
    draft.repaired(column, field, written, repairs);
    if let Some(doubt) = doubt {
        draft.doubt(column, field, written, doubt);
    }
}

fn require_name(draft: &mut Draft, columns: &Columns) {
    let field = SiteField::Text(TextField::Name);
    if !draft.site.name.is_empty() || draft.unread.contains(&field) {
        return;
    }
    let is_column = |meaning: &Meaning| *meaning == Meaning::Text(TextField::Name);
    let column = columns.meanings.iter().position(is_column);
    let address: String =
        draft.site.address.iter().flat_map(|address| address.chars()).take(60).collect();
    draft.find(column, Some(field), "", vec![Reason::Refusal(Refusal::NameMissing { address })]);
}
