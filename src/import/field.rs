//! The fields of an evacuation site by name: what a column fills, and what a difference compares.
//!
//! One list of fields serves reading, comparing and taking over, so that none can be forgotten in
//! one of the three. Not here: how columns are called (`columns`) and how cells are read
//! (`shelter_list`).

use crate::domain::evacuation_site::EvacuationSite;
use crate::domain::evacuation_site::Hazard;
use crate::domain::evacuation_site::SiteCapacity;
use crate::domain::evacuation_site::SitePosition;
use crate::domain::evacuation_site::comparable;
use crate::import::Language;

/// A field that is plain text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TextField {
    /// ID
    ListId,
    /// 名称
    Name,
    /// 名称_カナ
    Kana,
    /// 名称_英字
    NameEnglish,
    /// 所在地_連結表記
    Address,
    /// 建物名等(方書)
    Building,
    /// 町字ID
    TownId,
    /// 電話番号
    Phone,
    /// 内線番号
    PhoneExtension,
    /// 連絡先メールアドレス
    Email,
    /// 連絡先FormURL
    FormUrl,
    /// 連絡先備考
    ContactNote,
    /// 郵便番号
    PostalCode,
    /// 地方公共団体名
    MunicipalityName,
    /// 対象となる町会・自治会
    Neighbourhoods,
    /// URL
    Url,
    /// 画像
    ImageUrl,
    /// 画像_ライセンス
    ImageLicence,
    /// 備考
    Note,
}

impl TextField {
    /// Longest text that is taken, in characters. Longer cells are broken files, not places.
    #[must_use]
    pub const fn chars_max(self) -> usize {
        match self {
            Self::ListId | Self::TownId | Self::PhoneExtension | Self::PostalCode => 60,
            Self::Name | Self::Kana | Self::NameEnglish | Self::Address => 250,
            Self::Building | Self::Phone | Self::Email | Self::MunicipalityName => 250,
            Self::FormUrl | Self::ContactNote | Self::Neighbourhoods | Self::Url => 1000,
            Self::ImageUrl | Self::ImageLicence | Self::Note => 1000,
        }
    }

    /// The text of this field.
    #[must_use]
    pub fn of(self, site: &EvacuationSite) -> Option<&str> {
        match self {
            Self::ListId => site.list_id.as_deref(),
            Self::Name => Some(&site.name),
            Self::Kana => site.kana.as_deref(),
            Self::NameEnglish => site.name_english.as_deref(),
            Self::Address => site.address.as_deref(),
            Self::Building => site.building.as_deref(),
            Self::TownId => site.town_id.as_deref(),
            Self::Phone => site.phone.as_deref(),
            Self::PhoneExtension => site.phone_extension.as_deref(),
            Self::Email => site.email.as_deref(),
            Self::FormUrl => site.form_url.as_deref(),
            Self::ContactNote => site.contact_note.as_deref(),
            Self::PostalCode => site.postal_code.as_deref(),
            Self::MunicipalityName => site.municipality_name.as_deref(),
            Self::Neighbourhoods => site.neighbourhoods.as_deref(),
            Self::Url => site.url.as_deref(),
            Self::ImageUrl => site.image_url.as_deref(),
            Self::ImageLicence => site.image_licence.as_deref(),
            Self::Note => site.note.as_deref(),
        }
    }

    /// Fills this field.
    pub fn fill(self, site: &mut EvacuationSite, text: Option<String>) {
        let place = match self {
            Self::Name => {
                site.name = text.unwrap_or_default();
                return;
            }
            Self::ListId => &mut site.list_id,
            Self::Kana => &mut site.kana,
            Self::NameEnglish => &mut site.name_english,
            Self::Address => &mut site.address,
            Self::Building => &mut site.building,
            Self::TownId => &mut site.town_id,
            Self::Phone => &mut site.phone,
            Self::PhoneExtension => &mut site.phone_extension,
            Self::Email => &mut site.email,
            Self::FormUrl => &mut site.form_url,
            Self::ContactNote => &mut site.contact_note,
            Self::PostalCode => &mut site.postal_code,
            Self::MunicipalityName => &mut site.municipality_name,
            Self::Neighbourhoods => &mut site.neighbourhoods,
            Self::Url => &mut site.url,
            Self::ImageUrl => &mut site.image_url,
            Self::ImageLicence => &mut site.image_licence,
            Self::Note => &mut site.note,
        };
        *place = text;
    }
}

/// A field of a site that a list can state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SiteField {
    /// Municipality code.
    MunicipalityCode,
    /// One of the plain texts.
    Text(TextField),
    /// Latitude and longitude together.
    Position,
    /// Height above sea level.
    Elevation,
    /// Whether the place is meant for a hazard.
    Hazard(Hazard),
    /// 指定避難所との重複
    Overlap,
    /// 想定収容人数
    Capacity,
}

/// A value of a field, for people to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// As it is stored.
    Text(String),
    /// People indoors and outdoors, told apart.
    InAndOut {
        /// Indoors.
        indoor: Option<u32>,
        /// Outdoors.
        outdoor: Option<u32>,
    },
    /// The place is meant for this hazard.
    Usable,
    /// It is not.
    NotUsable,
    /// The list does not say so that it can be understood.
    Unclear,
}

impl Shown {
    /// The words for it.
    #[must_use]
    pub fn words(&self, language: Language) -> String {
        let (japanese, english) = match self {
            Self::Text(text) => return text.clone(),
            Self::InAndOut { indoor, outdoor } => {
                let number = |people: &Option<u32>| {
                    people.map_or_else(|| "?".to_owned(), |people| people.to_string())
                };
                let (indoor, outdoor) = (number(indoor), number(outdoor));
                return language.pick(
                    format!("屋内{indoor}・屋外{outdoor}"),
                    format!("indoors {indoor}, outdoors {outdoor}"),
                );
            }
            Self::Usable => ("使える", "usable"),
            Self::NotUsable => ("使えない", "not usable"),
            Self::Unclear => ("わからない", "unclear"),
        };
        language.pick(japanese, english).to_owned()
    }
}

impl SiteField {
    /// What a site holds in this field; `None` when it is empty.
    #[must_use]
    pub fn shown(self, site: &EvacuationSite) -> Option<Shown> {
        let text = match self {
            Self::MunicipalityCode => site.municipality_code.as_ref()?.to_string(),
            Self::Text(field) => field.of(site)?.to_owned(),
            Self::Position => position(site.position?),
            Self::Elevation => metres(site.elevation_cm?),
            Self::Hazard(hazard) => {
                return Some(match site.is_meant_for(hazard) {
                    Some(true) => Shown::Usable,
                    Some(false) => Shown::NotUsable,
                    None => Shown::Unclear,
                });
            }
            Self::Overlap => if site.overlaps_designated_shelter? { "1" } else { "0" }.to_owned(),
            Self::Capacity => return Some(capacity(site.capacity.as_ref()?)),
        };
        Some(Shown::Text(text))
    }

    /// Whether two sites say the same in this field, apart from widths and blanks.
    #[must_use]
    pub fn is_same(self, one: &EvacuationSite, other: &EvacuationSite) -> bool {
        let same = |one: Option<&str>, other: Option<&str>| {
            comparable(one.unwrap_or_default()) == comparable(other.unwrap_or_default())
        };
        match self {
            Self::MunicipalityCode => one.municipality_code == other.municipality_code,
            Self::Text(field) => same(field.of(one), field.of(other)),
            Self::Position => one.position == other.position,
            Self::Elevation => one.elevation_cm == other.elevation_cm,
            Self::Hazard(hazard) => one.is_meant_for(hazard) == other.is_meant_for(hazard),
            Self::Overlap => one.overlaps_designated_shelter == other.overlaps_designated_shelter,
            Self::Capacity => {
                let (one, other) = (one.capacity.as_ref(), other.capacity.as_ref());
                let numbers = |c: &SiteCapacity| (c.total, c.indoor, c.outdoor);
                one.map(numbers) == other.map(numbers)
                    && same(
                        one.and_then(|c| c.text.as_deref()),
                        other.and_then(|c| c.text.as_deref()),
                    )
            }
        }
    }

    /// Takes this field over from another site.
    pub fn take_over(self, site: &mut EvacuationSite, from: &EvacuationSite) {
        match self {
            Self::MunicipalityCode => site.municipality_code.clone_from(&from.municipality_code),
            Self::Text(field) => field.fill(site, field.of(from).map(str::to_owned)),
            Self::Position => site.position = from.position,
            Self::Elevation => site.elevation_cm = from.elevation_cm,
            Self::Hazard(hazard) => set_hazard(site, hazard, from.is_meant_for(hazard)),
            Self::Overlap => site.overlaps_designated_shelter = from.overlaps_designated_shelter,
            Self::Capacity => site.capacity.clone_from(&from.capacity),
        }
    }
}

/// Says of a site whether it is meant for a hazard; `None` is unclear.
pub(crate) fn set_hazard(site: &mut EvacuationSite, hazard: Hazard, meant: Option<bool>) {
    site.hazards.remove(hazard);
    site.hazards_unclear.remove(hazard);
    match meant {
        Some(true) => site.hazards.insert(hazard),
        Some(false) => {}
        None => site.hazards_unclear.insert(hazard),
    }
}

/// Latitude and longitude in degrees.
fn position(at: SitePosition) -> String {
    format!("{}, {}", degrees(at.latitude_e7), degrees(at.longitude_e7))
}

fn degrees(e7: i32) -> String {
    let sign = if e7 < 0 { "-" } else { "" };
    let (whole, rest) = (e7.unsigned_abs() / 10_000_000, e7.unsigned_abs() % 10_000_000);
    let text = format!("{sign}{whole}.{rest:07}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Metres with up to two decimals.
fn metres(centimetres: i32) -> String {
    let sign = if centimetres < 0 { "-" } else { "" };
    let (whole, rest) = (centimetres.unsigned_abs() / 100, centimetres.unsigned_abs() % 100);
    let text = format!("{sign}{whole}.{rest:02}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// The numbers; where there are none, the list's words.
fn capacity(capacity: &SiteCapacity) -> Shown {
    let (indoor, outdoor) = (capacity.indoor, capacity.outdoor);
    match (capacity.total, &capacity.text) {
        (Some(total), _) => Shown::Text(total.to_string()),
        (None, _) if indoor.is_some() || outdoor.is_some() => Shown::InAndOut { indoor, outdoor },
        (None, text) => Shown::Text(text.clone().unwrap_or_default()),
    }
}
