//! What the API says and takes about rooms and messages: plain shapes, no rules.

use serde::Deserialize;
use serde::Serialize;
use utoipa::IntoParams;
use utoipa::ToSchema;

use crate::app::link::HqLink;
use crate::app::people::Person;
use crate::app::photo::Photo;

/// A room in one's list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Room {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The room of everybody.
    pub all: bool,
    /// All members sit on this node.
    pub local: bool,
    /// Who is in it.
    pub members: Vec<Person>,
    /// Messages of others that I have not read.
    pub unread: u32,
    /// 本部 ⇄ own shelter stands on top.
    pub pinned: bool,
    /// Whose room: colour of its glyph.
    pub place_role: String,
    /// Newest message.
    pub last: Option<LastMessage>,
}

/// The newest message of a room.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LastMessage {
    /// Its text.
    pub text: String,
    /// Name of its author.
    pub author: String,
    /// Unix ms.
    pub at_ms: i64,
    /// With a photo.
    pub photo: bool,
    /// Mine.
    pub mine: bool,
    /// Who has read it.
    pub read_count: u32,
    /// Taken back.
    pub withdrawn: bool,
}

/// My rooms.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Rooms {
    /// By last message.
    pub rooms: Vec<Room>,
}

/// A page of a room.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MessagePage {
    /// The room.
    pub room: Room,
    /// Oldest first (display order); with `after` in order of arrival.
    pub messages: Vec<Message>,
    /// For the next `after`, and for 既読.
    pub cursor: i64,
    /// Older ones exist.
    pub more_before: bool,
    /// Where 「ここから新しいメッセージ」 stands.
    pub first_unread: Option<String>,
    /// When the line went and came back.
    pub lines: Vec<LineNote>,
}

/// A line that went or came back.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LineNote {
    /// Unix ms.
    pub at_ms: i64,
    /// `cut`, `back`.
    pub kind: String,
    /// What arrived with it.
    pub arrived: u32,
}

/// A message.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Message {
    /// Its id.
    pub id: String,
    /// The outbox item it was.
    pub client_id: String,
    /// The room.
    pub room: String,
    /// Who wrote it.
    pub author: Person,
    /// I wrote it.
    pub mine: bool,
    /// Its text; empty when taken back.
    pub text: String,
    /// Its photo.
    pub photo: Option<Photo>,
    /// What it replies to.
    pub reply_to: Option<Quote>,
    /// Unix ms, corrected.
    pub at_ms: i64,
    /// When it was written, if it waited.
    pub written_ms: Option<i64>,
    /// 時刻不確か.
    pub time_doubtful: bool,
    /// Taken back.
    pub withdrawn: bool,
    /// Until when I may take it back.
    pub can_withdraw_until_ms: Option<i64>,
    /// How far it got.
    pub delivery: Delivery,
    /// Who has read it, without me.
    pub read_count: u32,
    /// Who could.
    pub reader_total: u32,
    /// Arrival number here.
    pub cursor: i64,
}

/// A quoted message.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Quote {
    /// Its id.
    pub id: String,
    /// Name of its author.
    pub author: String,
    /// Its text.
    pub text: String,
}

/// How far a message got.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Delivery {
    /// Headquarters has it on disk.
    pub hq: bool,
    /// Other nodes of the room that have it.
    pub reached: u32,
    /// Other nodes of the room that this node knows of.
    pub total: u32,
    /// Name of the other node, if there is just one.
    pub place: Option<String>,
    /// Nobody else's node takes part.
    pub local: bool,
}

/// How far a message got, in full.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DeliveryDetail {
    /// Its text.
    pub text: String,
    /// With a photo.
    pub photo: bool,
    /// When it was written, if it waited.
    pub written_ms: Option<i64>,
    /// When the accepting node stored it, Unix ms.
    pub stored_ms: i64,
    /// That node.
    pub stored_at: String,
    /// The other nodes.
    pub nodes: Vec<NodeDelivery>,
    /// Who has read it.
    pub readers: Vec<Reader>,
    /// Who hasn't.
    pub unread: Vec<NotRead>,
}

/// One other node.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NodeDelivery {
    /// Its name.
    pub name: String,
    /// Its role.
    pub role: String,
    /// Has it on disk.
    pub reached: bool,
    /// Since when, Unix ms.
    pub reached_ms: Option<i64>,
    /// The line to it.
    pub link: HqLink,
}

/// Somebody who has read it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Reader {
    /// Who.
    #[serde(flatten)]
    pub person: Person,
    /// Unix ms.
    pub at_ms: i64,
}

/// Somebody who hasn't.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NotRead {
    /// Who.
    #[serde(flatten)]
    pub person: Person,
    /// It lies on a node where this account may log in.
    pub delivered: bool,
}

/// A new message.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewMessage {
    /// 16 characters base64url.
    pub client_id: String,
    /// May be empty with a photo.
    pub text: String,
    /// Hash of an uploaded photo.
    pub photo: Option<String>,
    /// Id of a message.
    pub reply_to: Option<String>,
    /// When it was written, Unix ms by the node's clock.
    pub written_ms: Option<i64>,
}

/// A new room.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewRoom {
    /// 16 characters base64url.
    pub client_id: String,
    /// Its name.
    pub name: String,
    /// Numbers of accounts.
    pub members: Vec<u32>,
    /// The room of everybody.
    #[serde(default)]
    pub all: bool,
}

/// Everything that arrived up to here is read.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ReadUpto {
    /// 16 characters base64url.
    pub client_id: String,
    /// A cursor of a page.
    pub upto: i64,
}

/// Takes one's own message back.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Withdraw {
    /// 16 characters base64url.
    pub client_id: String,
}

/// Which messages.
#[derive(Debug, Default, Deserialize, IntoParams)]
pub struct MessageQuery {
    /// Arrived after this cursor.
    pub after: Option<i64>,
    /// Older than this message.
    pub before: Option<String>,
    /// At most so many.
    pub limit: Option<u32>,
}
