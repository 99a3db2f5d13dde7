//! Photo reports from the field, and what an event says about a photo.
//!
//! Conflict rule of `report.status`: headquarters only, per field the later wins, history kept.

use minicbor::Decode;
use minicbor::Encode;

use crate::domain::ids::BlobHash;
use crate::domain::ids::ClientId;

/// Most photos of one report.
pub const PHOTOS_MAX: usize = 10;

/// A blob with its size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct BlobRef {
    /// Its name.
    #[n(0)]
    pub hash: BlobHash,
    /// Its size in bytes.
    #[n(1)]
    pub bytes: u64,
}

/// A place on earth in 1e-7 degrees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Point {
    /// North positive.
    #[n(0)]
    pub latitude_e7: i32,
    /// East positive.
    #[n(1)]
    pub longitude_e7: i32,
}

/// A photo as an event names it: the original and its renditions, each a blob.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct PhotoRef {
    /// The file as it came.
    #[n(0)]
    pub original: BlobRef,
    /// `jpeg`, `png`, `webp`, `heic`.
    #[n(1)]
    pub format: String,
    /// Upright width in pixels.
    #[n(2)]
    pub width: u32,
    /// Upright height in pixels.
    #[n(3)]
    pub height: u32,
    /// ≤ 12 KB; absent where no preview could be made (HEIC).
    #[n(4)]
    pub thumbnail: Option<BlobRef>,
    /// ≤ 120 KB.
    #[n(5)]
    pub preview: Option<BlobRef>,
    /// Camera's civil time `2026-11-23T20:15:00`.
    #[n(6)]
    pub taken: Option<String>,
    /// Its offset from UTC in minutes.
    #[n(7)]
    pub taken_offset: Option<i16>,
    /// The camera's clock is doubtful.
    #[n(8)]
    pub taken_doubtful: bool,
    /// Where it was taken.
    #[n(9)]
    pub position: Option<Point>,
    /// How wrong that may be, in metres.
    #[n(10)]
    pub accuracy_m: Option<u32>,
}

impl PhotoRef {
    /// All blobs that it names: thumbnail, preview, original.
    #[must_use]
    pub fn hashes(&self) -> Vec<BlobHash> {
        [self.thumbnail, self.preview, Some(self.original)]
            .into_iter()
            .flatten()
            .map(|blob| blob.hash)
            .collect()
    }
}

/// What there was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum What {
    /// 冠水.
    #[n(1)]
    Flood,
    /// 川の増水.
    #[n(2)]
    River,
    /// 土砂.
    #[n(3)]
    Slide,
    /// ほか.
    #[n(4)]
    Other,
}

impl What {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Flood, Self::River, Self::Slide, Self::Other];

    /// Word of the API.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Flood => "flood",
            Self::River => "river",
            Self::Slide => "slide",
            Self::Other => "other",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|what| what.word() == word)
    }
}

/// How a place was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum PlaceSource {
    /// The photo's own position.
    #[n(1)]
    Photo,
    /// Chosen from a list.
    #[n(2)]
    List,
    /// Shown on a map.
    #[n(3)]
    Finger,
    /// Set by headquarters.
    #[n(4)]
    Headquarters,
}

impl PlaceSource {
    /// Word of the API.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Photo => "photo",
            Self::List => "list",
            Self::Finger => "finger",
            Self::Headquarters => "hq",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Photo, Self::List, Self::Finger, Self::Headquarters]
            .into_iter()
            .find(|source| source.word() == word)
    }
}

/// Where something was seen.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Place {
    /// The point.
    #[n(0)]
    pub point: Point,
    /// Name, may be empty.
    #[n(1)]
    pub name: String,
    /// How it was found.
    #[n(2)]
    pub source: PlaceSource,
}

/// `report.post`.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ReportPost {
    /// Drawn by the browser with the outbox item.
    #[n(0)]
    pub client_id: ClientId,
    /// 0 to 10 photos (none: 文字だけ送る).
    #[n(1)]
    pub photos: Vec<PhotoRef>,
    /// What there was.
    #[n(2)]
    pub what: What,
    /// 0 no water, 1 ankle, 2 knee, 3 hip, 4 chest and more.
    #[n(3)]
    pub depth: Option<u8>,
    /// Where.
    #[n(4)]
    pub place: Option<Place>,
    /// One remark.
    #[n(5)]
    pub remark: String,
    /// Writer's time, as in messages.
    #[n(6)]
    pub written_ms: Option<i64>,
    /// 訓練; absent: real.
    #[n(7)]
    pub drill: Option<bool>,
}

/// `report.status` of the parent report.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ReportStatus {
    /// Drawn by the desk's browser.
    #[n(0)]
    pub client_id: ClientId,
    /// 本部が確認.
    #[n(1)]
    pub seen: Option<bool>,
    /// A better place.
    #[n(2)]
    pub place: Option<Place>,
    /// Originals are asked for.
    #[n(3)]
    pub wants_originals: Option<bool>,
}
