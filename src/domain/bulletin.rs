//! Bulletins 知らせ: what headquarters confirmed or instructs, with number, 了解 and correction.
//!
//! Conflict rules: a correction names its predecessor; two corrections of one stand both, flagged; a
//! withdrawal wins for ever; of 了解 set and undone the later wins; 既読 counts from the earliest.

use minicbor::Decode;
use minicbor::Encode;

use crate::domain::ids::AccountNo;
use crate::domain::ids::ClientId;
use crate::domain::ids::NodeId;

/// Most points (lines) of a bulletin.
pub const POINTS_MAX: usize = 20;

/// How firm a bulletin is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum BulletinKind {
    /// 確定: confirmed information or instruction.
    #[n(1)]
    Confirmed,
    /// お知らせ.
    #[n(2)]
    Notice,
}

impl BulletinKind {
    /// Word of the API.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Notice => "notice",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Confirmed, Self::Notice].into_iter().find(|kind| kind.word() == word)
    }
}

/// `bulletin.post` and `bulletin.supersede` (whose parent is the bulletin it replaces).
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct BulletinPost {
    /// Drawn by the publisher's browser.
    #[n(0)]
    pub client_id: ClientId,
    /// 第n号; a correction keeps the number.
    #[n(1)]
    pub number: u32,
    /// 0 for the original, 1 for 訂正1 …
    #[n(2)]
    pub correction: u32,
    /// How firm.
    #[n(3)]
    pub kind: BulletinKind,
    /// Up to 40 characters.
    #[n(4)]
    pub title: String,
    /// One point per line.
    #[n(5)]
    pub points: Vec<String>,
    /// 警戒レベル 1 to 5.
    #[n(6)]
    pub level: Option<u8>,
    /// 必読: 了解 is asked.
    #[n(7)]
    pub must_read: bool,
    /// When 了解 is due, Unix ms.
    #[n(8)]
    pub due_ms: Option<i64>,
    /// Shown on the board for evacuees.
    #[n(9)]
    pub public: bool,
    /// Shelters it is meant for; absent: everybody.
    #[n(10)]
    pub nodes: Option<Vec<NodeId>>,
    /// 訓練; absent: real.
    #[n(11)]
    pub drill: Option<bool>,
}

/// `bulletin.withdraw`.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct BulletinWithdraw {
    /// Drawn by the publisher's browser.
    #[n(0)]
    pub client_id: ClientId,
    /// Shown to everybody.
    #[n(1)]
    pub reason: String,
}

/// `bulletin.ack` 了解; its parent is the version that was acknowledged.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct BulletinAck {
    /// Drawn by the browser.
    #[n(0)]
    pub client_id: ClientId,
    /// True: taken back within the screen's undo.
    #[n(1)]
    pub undone: bool,
    /// Writer's time, as in messages.
    #[n(2)]
    pub written_ms: Option<i64>,
}

/// `notice.read` 既読 of the parent (bulletin or safety check).
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct NoticeRead {
    /// Drawn by the browser.
    #[n(0)]
    pub client_id: ClientId,
}

/// `bulletin.phoned`: somebody was told the parent by telephone; counted apart from 了解.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct BulletinPhoned {
    /// Drawn by the desk's browser.
    #[n(0)]
    pub client_id: ClientId,
    /// Who was told.
    #[n(1)]
    pub account: AccountNo,
}

/// The word of an alert level, as the municipality sets it (levels 3 to 5) or the weather agency.
#[must_use]
pub fn level_word(level: u8) -> Option<&'static str> {
    match level {
        1 => Some("早期注意情報"),
        2 => Some("注意報"),
        3 => Some("高齢者等避難"),
        4 => Some("避難指示"),
        5 => Some("緊急安全確保"),
        _ => None,
    }
}
