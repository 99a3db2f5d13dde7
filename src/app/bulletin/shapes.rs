//! What the API says and takes about bulletins: plain shapes, no rules.

use serde::Deserialize;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::link::HqLink;
use crate::app::people::Person;
use crate::app::people::PersonPhone;

/// Whom it is for.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Recipients {
    /// Everybody.
    pub all: bool,
    /// Names of shelters.
    pub names: Vec<String>,
}

/// How many acknowledged, and why others have not.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct BulletinTotals {
    /// Asked.
    pub total: u32,
    /// 了解.
    pub acked: u32,
    /// Read, not acknowledged.
    pub read_only: u32,
    /// Delivered, not read.
    pub unread: u32,
    /// Not delivered.
    pub not_delivered: u32,
    /// Shelters that it has not reached.
    pub nodes_not_delivered: u32,
}

/// A bulletin in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Bulletin {
    /// Its id.
    pub id: String,
    /// 第n号.
    pub no: u32,
    /// 0 for the original, 1 for 訂正1 …
    pub correction: u32,
    /// `confirmed`, `notice`.
    pub kind: String,
    /// Its title.
    pub title: String,
    /// 警戒レベル.
    pub level: Option<u8>,
    /// The level's word.
    pub level_word: Option<String>,
    /// 必読.
    pub must_read: bool,
    /// 訓練.
    pub drill: bool,
    /// On the board for evacuees.
    pub public: bool,
    /// Unix ms.
    pub issued_ms: i64,
    /// When it came to this node, Unix ms.
    pub arrived_ms: i64,
    /// When 了解 is due, Unix ms.
    pub due_ms: Option<i64>,
    /// Who issued it.
    pub issuer: String,
    /// For whom.
    pub recipients: Recipients,
    /// `current`, `superseded`, `withdrawn`.
    pub state: String,
    /// Its correction.
    pub successor: Option<String>,
    /// 同時に改訂.
    pub concurrent: bool,
    /// When I read it, Unix ms.
    pub read_ms: Option<i64>,
    /// When I acknowledged it, Unix ms.
    pub acked_ms: Option<i64>,
    /// 了解 is asked of me.
    pub asked_me: bool,
    /// For those who may know.
    pub totals: Option<BulletinTotals>,
}

/// The list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Bulletins {
    /// Newest first.
    pub bulletins: Vec<Bulletin>,
}

/// One bulletin.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BulletinDetail {
    /// As in the list.
    #[serde(flatten)]
    pub bulletin: Bulletin,
    /// One point per line.
    pub points: Vec<String>,
    /// What it corrects.
    pub correction_from: Option<CorrectedFrom>,
    /// Why it was withdrawn.
    pub withdrawn_reason: Option<String>,
    /// This shelter's people, for its staff.
    pub here: Option<Here>,
}

/// The bulletin before the correction.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CorrectedFrom {
    /// Its id.
    pub id: String,
    /// Its number.
    pub no: u32,
    /// Its title.
    pub title: String,
    /// Its points.
    pub points: Vec<String>,
}

/// This shelter's people.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Here {
    /// Acknowledged.
    pub acked: Vec<AckedBy>,
    /// Read, not acknowledged.
    pub read_only: Vec<PersonPhone>,
    /// Not read.
    pub unread: Vec<PersonPhone>,
}

/// Somebody who acknowledged.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AckedBy {
    /// Who.
    #[serde(flatten)]
    pub person: Person,
    /// Unix ms.
    pub at_ms: i64,
}

/// Who has and who hasn't.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BulletinStatus {
    /// The bulletin.
    pub bulletin: BulletinDetail,
    /// Over everybody.
    pub totals: BulletinTotals,
    /// Per node: those without first.
    pub nodes: Vec<BulletinNodeStatus>,
}

/// One node's people.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BulletinNodeStatus {
    /// Its id.
    pub node: String,
    /// Its name.
    pub name: String,
    /// It lies on that node's disk.
    pub delivered: bool,
    /// Since when, Unix ms.
    pub delivered_ms: Option<i64>,
    /// The line to it.
    pub link: HqLink,
    /// Asked.
    pub total: u32,
    /// 了解.
    pub acked: u32,
    /// Read only.
    pub read_only: u32,
    /// Not read.
    pub unread: u32,
    /// 責任者.
    pub responsible: Option<Responsible>,
    /// Everybody there.
    pub people: Vec<PersonStatus>,
}

/// 責任者 of a shelter.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Responsible {
    /// Unix ms.
    pub acked_ms: Option<i64>,
    /// Unix ms.
    pub phoned_ms: Option<i64>,
}

/// One person.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PersonStatus {
    /// Number of the account.
    pub account: u32,
    /// Name on screens.
    pub name: String,
    /// Role.
    pub role: String,
    /// `acked`, `read`, `unread`, `not_delivered`.
    pub state: String,
    /// Unix ms of that state.
    pub at_ms: Option<i64>,
    /// As dialled.
    pub phone: Option<String>,
    /// Told by telephone.
    pub phoned: Option<PhonedBy>,
}

/// Told by telephone.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PhonedBy {
    /// Unix ms.
    pub at_ms: i64,
    /// Who called.
    pub by: String,
}

/// A new bulletin, or the correction of one.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewBulletin {
    /// 16 characters base64url.
    pub client_id: String,
    /// `confirmed`, `notice`.
    pub kind: String,
    /// Up to 40 characters.
    pub title: String,
    /// One point per line.
    pub points: Vec<String>,
    /// 1 to 5.
    pub level: Option<u8>,
    /// 必読.
    pub must_read: bool,
    /// Minutes until 了解 is due.
    pub due_minutes: Option<u32>,
    /// On the board.
    pub public: bool,
    /// 訓練.
    pub drill: bool,
    /// Ids of shelters; absent: everybody.
    pub nodes: Option<Vec<String>>,
}

/// Takes a bulletin back.
#[derive(Debug, Deserialize, ToSchema)]
pub struct WithdrawBulletin {
    /// 16 characters base64url.
    pub client_id: String,
    /// Shown to everybody.
    pub reason: String,
}

/// A write that says nothing but that it happened.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ClientIdOnly {
    /// 16 characters base64url.
    pub client_id: String,
}

/// 了解, or its undo.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Ack {
    /// 16 characters base64url.
    pub client_id: String,
    /// Taken back.
    #[serde(default)]
    pub undo: bool,
    /// When it was tapped, if it waited.
    pub written_ms: Option<i64>,
}

/// Told by telephone.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Phoned {
    /// 16 characters base64url.
    pub client_id: String,
    /// Who was told.
    pub account: u32,
}
