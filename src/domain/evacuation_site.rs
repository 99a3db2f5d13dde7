//! A place people run to (指定緊急避難場所) or stay at (指定避難所), as a municipality lists it.
//!
//! Plain values of the national 39-column list: what a place is, by what it is recognised again,
//! and the bytes it becomes in an event (`site.put`). Invariant: gym and ground of one school are
//! two places, and a name alone never identifies one.
//! Not here: reading files and comparing lists (`import`).

use minicbor::Decode;
use minicbor::Encode;
use minicbor::decode::Decoder;
use unicode_normalization::UnicodeNormalization;

/// Largest encoded site: it fits into one packet of the exchange (20,000 bytes) with room to spare.
pub const SITE_BYTES_MAX: usize = 12_000;

/// Text that is no municipality code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{found:?} is no municipality code: write all six digits, for example 062014, \
     the last one is a check digit"
)]
pub struct BadMunicipalityCode {
    /// What was found, cut to 20 characters.
    pub found: String,
}

/// 全国地方公共団体コード: five digits and the check digit of JIS X 0402, always as text, because a
/// number loses the leading zero of nine prefectures.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Encode)]
#[cbor(transparent)]
pub struct MunicipalityCode(#[n(0)] String);

impl MunicipalityCode {
    /// Takes six digits whose prefecture exists and whose check digit is right.
    ///
    /// # Errors
    /// [`BadMunicipalityCode`] for anything else.
    pub fn parse(text: &str) -> Result<Self, BadMunicipalityCode> {
        let bad = || BadMunicipalityCode { found: text.chars().take(20).collect() };
        let (five, last) = text.split_at_checked(5).ok_or_else(bad)?;
        let digit = Self::check_digit(five).ok_or_else(bad)?;
        if last.len() != 1 || !last.starts_with(digit) {
            return Err(bad());
        }
        Ok(Self(text.to_owned()))
    }

    /// The check digit that belongs to five digits, if they can be a municipality or a prefecture:
    /// prefectures are 01 to 47, and below 100 only 000 (the prefecture itself) is given out.
    #[must_use]
    pub fn check_digit(five: &str) -> Option<char> {
        if five.len() != 5 || !five.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let (prefecture, number) = five.split_at_checked(2)?;
        let exists = matches!(prefecture.parse().ok()?, 1_u8..=47);
        if !exists || matches!(number.parse().ok()?, 1_u16..=99) {
            return None;
        }
        let weighed = five.chars().zip([6_u32, 5, 4, 3, 2]);
        let sum = weighed
            .filter_map(|(digit, weight)| digit.to_digit(10)?.checked_mul(weight))
            .fold(0_u32, u32::saturating_add);
        let rest = 11_u32.saturating_sub(sum.checked_rem(11)?);
        char::from_digit(rest.checked_rem(10)?, 10)
    }

    /// The six digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for MunicipalityCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'b, C> Decode<'b, C> for MunicipalityCode {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        Self::parse(d.str()?).map_err(minicbor::decode::Error::custom)
    }
}

/// 災害種別: what a place is or is not meant for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hazard {
    /// 洪水
    Flood,
    /// 崖崩れ、土石流及び地滑り
    SlopeFailure,
    /// 高潮
    StormSurge,
    /// 地震
    Earthquake,
    /// 津波
    Tsunami,
    /// 大規模な火事
    LargeFire,
    /// 内水氾濫
    InlandFlood,
    /// 火山現象
    Volcano,
}

impl Hazard {
    /// All eight, in the order of the national list.
    pub const ALL: [Self; 8] = [
        Self::Flood,
        Self::SlopeFailure,
        Self::StormSurge,
        Self::Earthquake,
        Self::Tsunami,
        Self::LargeFire,
        Self::InlandFlood,
        Self::Volcano,
    ];

    /// The word of the HTTP interface.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Flood => "flood",
            Self::SlopeFailure => "slope_failure",
            Self::StormSurge => "storm_surge",
            Self::Earthquake => "earthquake",
            Self::Tsunami => "tsunami",
            Self::LargeFire => "large_fire",
            Self::InlandFlood => "inland_flood",
            Self::Volcano => "volcano",
        }
    }

    /// Its bit in a stored [`HazardSet`]; never given another meaning.
    const fn bit(self) -> u16 {
        match self {
            Self::Flood => 1,
            Self::SlopeFailure => 2,
            Self::StormSurge => 4,
            Self::Earthquake => 8,
            Self::Tsunami => 16,
            Self::LargeFire => 32,
            Self::InlandFlood => 64,
            Self::Volcano => 128,
        }
    }
}

/// A set of hazards. Bits that a newer node knows are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Encode, Decode)]
#[cbor(transparent)]
pub struct HazardSet(#[n(0)] u16);

impl HazardSet {
    /// Puts the hazard in.
    pub fn insert(&mut self, hazard: Hazard) {
        self.0 |= hazard.bit();
    }

    /// Takes the hazard out.
    pub fn remove(&mut self, hazard: Hazard) {
        self.0 &= !hazard.bit();
    }

    /// Whether the hazard is in.
    #[must_use]
    pub const fn contains(self, hazard: Hazard) -> bool {
        self.0 & hazard.bit() != 0
    }

    /// Whether nothing is in.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0 == 0
    }

    /// The hazards, in the order of the national list.
    pub fn iter(self) -> impl Iterator<Item = Hazard> {
        Hazard::ALL.into_iter().filter(move |hazard| self.contains(*hazard))
    }
}

impl FromIterator<Hazard> for HazardSet {
    fn from_iter<I: IntoIterator<Item = Hazard>>(hazards: I) -> Self {
        let mut set = Self::default();
        for hazard in hazards {
            set.insert(hazard);
        }
        set
    }
}

/// Run there now, or stay there: the two lists of a municipality; one school is often on both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum SiteKind {
    /// 指定緊急避難場所
    #[n(1)]
    EvacuationSite,
    /// 指定避難所
    #[n(2)]
    DesignatedShelter,
}

/// Where a place lies (WGS 84), in units of 1e-7 degree: about 1 cm, and exact for every list seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(map)]
pub struct SitePosition {
    /// Latitude, north positive.
    #[n(1)]
    pub latitude_e7: i32,
    /// Longitude, east positive.
    #[n(2)]
    pub longitude_e7: i32,
}

/// 想定収容人数. A number that is not given is unknown, never zero.
#[derive(Debug, Clone, PartialEq, Eq, Default, Encode, Decode)]
#[cbor(map)]
pub struct SiteCapacity {
    /// People in all, when the list gives one number.
    #[n(1)]
    pub total: Option<u32>,
    /// People indoors, when the list tells indoors and outdoors apart.
    #[n(2)]
    pub indoor: Option<u32>,
    /// People outdoors; 0 means that there is no ground.
    #[n(3)]
    pub outdoor: Option<u32>,
    /// The words of the list, when they were more than a number.
    #[n(4)]
    pub text: Option<String>,
}

impl SiteCapacity {
    /// The number for places people can stay at: the total, else indoors, else outdoors.
    #[must_use]
    pub fn people(&self) -> Option<u32> {
        self.total.or(self.indoor).or(self.outdoor)
    }
}

/// One place of a list. Key 0 is left to the event around it, 15 to the incident.
#[derive(Debug, Clone, PartialEq, Eq, Default, Encode, Decode)]
#[cbor(map)]
pub struct EvacuationSite {
    /// Municipality the place lies in; absent when the list does not say.
    #[n(1)]
    pub municipality_code: Option<MunicipalityCode>,
    /// ID of the list.
    #[n(2)]
    pub list_id: Option<String>,
    /// 名称, never empty.
    #[n(3)]
    pub name: String,
    /// 名称_カナ
    #[n(4)]
    pub kana: Option<String>,
    /// Address in one line, as written.
    #[n(5)]
    pub address: Option<String>,
    /// Where it lies.
    #[n(6)]
    pub position: Option<SitePosition>,
    /// Height above sea level in centimetres.
    #[n(7)]
    pub elevation_cm: Option<i32>,
    /// Telephone number.
    #[n(8)]
    pub phone: Option<String>,
    /// Hazards the place is designated for.
    #[cbor(n(9), skip_if = "HazardSet::is_empty")]
    pub hazards: HazardSet,
    /// Hazards about which the list says nothing, or nothing that can be understood. A hazard in
    /// neither set is one the place is not designated for.
    #[cbor(n(10), skip_if = "HazardSet::is_empty")]
    pub hazards_unclear: HazardSet,
    /// 指定避難所との重複: the place is also a designated shelter; absent when the list has no such
    /// column.
    #[n(11)]
    pub overlaps_designated_shelter: Option<bool>,
    /// How many people it takes.
    #[n(12)]
    pub capacity: Option<SiteCapacity>,
    /// Web page.
    #[n(13)]
    pub url: Option<String>,
    /// 備考
    #[n(14)]
    pub note: Option<String>,
    /// Which of the two lists it is from; absent when the header does not tell.
    #[n(16)]
    pub kind: Option<SiteKind>,
    /// 建物名等(方書)
    #[n(17)]
    pub building: Option<String>,
    /// 名称_英字, sometimes a machine's transliteration.
    #[n(18)]
    pub name_english: Option<String>,
    /// 内線番号
    #[n(19)]
    pub phone_extension: Option<String>,
    /// 連絡先メールアドレス
    #[n(20)]
    pub email: Option<String>,
    /// 連絡先FormURL
    #[n(21)]
    pub form_url: Option<String>,
    /// 連絡先備考
    #[n(22)]
    pub contact_note: Option<String>,
    /// 郵便番号
    #[n(23)]
    pub postal_code: Option<String>,
    /// 地方公共団体名
    #[n(24)]
    pub municipality_name: Option<String>,
    /// 対象となる町会・自治会
    #[n(25)]
    pub neighbourhoods: Option<String>,
    /// 画像
    #[n(26)]
    pub image_url: Option<String>,
    /// 画像_ライセンス
    #[n(27)]
    pub image_licence: Option<String>,
    /// 町字ID
    #[n(28)]
    pub town_id: Option<String>,
}

/// Name of a stored place for good: what events and later imports point to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct SiteRef(#[n(0)] pub String);

/// By what a place is recognised in a later import.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SiteKey {
    /// The list gives ids: municipality and id.
    ListId(Option<SiteKind>, Option<MunicipalityCode>, String),
    /// It gives none: municipality, name and address, all compared by [`comparable`].
    NameAndAddress(Option<SiteKind>, Option<MunicipalityCode>, String, String),
}

impl EvacuationSite {
    /// What recognises this place: its id where there is one, else name and address.
    #[must_use]
    pub fn key(&self) -> SiteKey {
        match &self.list_id {
            Some(id) => SiteKey::ListId(self.kind, self.municipality_code.clone(), comparable(id)),
            None => self.name_key(),
        }
    }

    /// Name and address, the key that is left when one of two lists has no ids.
    #[must_use]
    pub fn name_key(&self) -> SiteKey {
        let address = comparable(self.address.as_deref().unwrap_or_default());
        let code = self.municipality_code.clone();
        SiteKey::NameAndAddress(self.kind, code, comparable(&self.name), address)
    }

    /// What the list says about one hazard: `None` when that is unclear.
    #[must_use]
    pub fn is_meant_for(&self, hazard: Hazard) -> Option<bool> {
        (!self.hazards_unclear.contains(hazard)).then(|| self.hazards.contains(hazard))
    }
}

/// Text as it is compared: NFKC (full width, half-width katakana), runs of blanks as one, trimmed.
/// Two lists that differ only in these say the same.
#[must_use]
pub fn comparable(text: &str) -> String {
    let folded: String = text.nfkc().collect();
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}
