//! The one table of every address: method, path, who may, what it takes, what it is for.
//!
//! The guard enforces it, OpenAPI takes its words from it, the rights test walks it. Handlers stand in
//! `api/v1/<feature>.rs`; one that has no row here can't be reached. The rights themselves: `domain::access`.

use std::time::Duration;

use axum::http::Method;

use crate::domain::access::Action;

/// Bytes of a JSON body.
pub(crate) const JSON_MAX: usize = 64 * 1024;
/// Bytes of a shelter list.
pub(crate) const IMPORT_MAX: usize = 16 * 1024 * 1024;

/// A method that the table knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// Read.
    Get,
    /// Write.
    Post,
    /// End.
    Delete,
}

impl Verb {
    /// As HTTP has it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Delete => "DELETE",
        }
    }

    pub(crate) fn is(self, method: &Method) -> bool {
        method.as_str() == self.word()
    }
}

/// What an address needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Nothing.
    Public,
    /// A session.
    LoggedIn,
    /// A session whose role may do this here.
    Right(Action),
    /// The right, or to come from this machine.
    RightOrThisMachine(Action),
}

/// What body an address takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// None.
    Nothing,
    /// JSON.
    Json,
    /// The bytes of a join message.
    Join,
    /// The bytes of a photo.
    Photo,
    /// The bytes of a shelter list.
    List,
}

impl Takes {
    /// Most bytes; of photos the node's settings say it.
    pub(crate) fn bytes_max(self) -> usize {
        match self {
            Self::Nothing | Self::Photo => 0,
            Self::Json | Self::Join => JSON_MAX,
            Self::List => IMPORT_MAX,
        }
    }

    /// How long the body may take on a bad radio link.
    pub(crate) fn patience(self) -> Duration {
        match self {
            Self::Nothing | Self::Json | Self::Join => Duration::from_secs(20),
            Self::Photo | Self::List => Duration::from_secs(300),
        }
    }

    /// Only so many of these lie in memory at once.
    pub(crate) fn is_large(self) -> bool {
        match self {
            Self::Nothing | Self::Json | Self::Join => false,
            Self::Photo | Self::List => true,
        }
    }
}

/// One address.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// Method.
    pub verb: Verb,
    /// Path with its places in braces.
    pub path: &'static str,
    /// Who may.
    pub need: Need,
    /// What body.
    pub takes: Takes,
    /// What it is for, in a line.
    pub summary: &'static str,
}

const fn get(path: &'static str, need: Need, summary: &'static str) -> Row {
    Row { verb: Verb::Get, path, need, takes: Takes::Nothing, summary }
}

const fn post(path: &'static str, need: Need, summary: &'static str) -> Row {
    taking(Takes::Json, path, need, summary)
}

const fn taking(takes: Takes, path: &'static str, need: Need, summary: &'static str) -> Row {
    Row { verb: Verb::Post, path, need, takes, summary }
}

use Action as A;
use Need::LoggedIn;
use Need::Public;
use Need::Right;
use Need::RightOrThisMachine;

/// Every address of a node.
#[rustfmt::skip]
pub const TABLE: &[Row] = &[
    get("/", Public, "The app"),
    get("/assets/{*path}", Public, "Its files"),
    get("/{file}", Public, "Its files beside the start page, such as icons"),
    get("/board", Public, "Public bulletins as one page without script"),
    get("/healthz", Public, "Whether the node is well, and what isn't"),
    get("/metrics", RightOrThisMachine(A::SeeMetrics), "Numbers for Prometheus"),
    get("/api/v1/openapi.json", Public, "This description"),
    get("/api/v1/node", Public, "Node, organisation, clock, languages; in a demo who can log in here"),

    post("/api/v1/session", Public, "Log in"),
    get("/api/v1/session", LoggedIn, "Who I am"),
    Row { verb: Verb::Delete, path: "/api/v1/session", need: LoggedIn, takes: Takes::Nothing, summary: "Log out" },

    taking(Takes::Join, "/api/v1/join", Public, "Enrol a node with its ticket: one Noise message each way"),
    post("/api/v1/nodes/invitations", Right(A::InviteNodes), "A ticket for a new node, used once"),
    get("/api/v1/nodes", Right(A::SeeNodes), "Every node: its line, how old what we know is, what waits"),
    get("/api/v1/link", Right(A::Look), "This node's line to headquarters and what waits"),
    get("/api/v1/home", Right(A::Look), "What waits for me"),
    get("/api/v1/live", LoggedIn, "WebSocket: a beat every 5 s, new messages, what to fetch again"),

    get("/api/v1/rooms", Right(A::Talk), "My rooms"),
    post("/api/v1/rooms", Right(A::OpenRoom), "Open a room"),
    get("/api/v1/rooms/{room}/messages", Right(A::Talk), "A page of messages: newest, older, or arrived since a cursor"),
    post("/api/v1/rooms/{room}/messages", Right(A::Talk), "Write; a retry with the same client id gets the same answer"),
    post("/api/v1/rooms/{room}/read", Right(A::Talk), "Everything that arrived up to here is read"),
    post("/api/v1/messages/{id}/withdraw", Right(A::Talk), "Take one's own message back, for ten minutes"),
    get("/api/v1/messages/{id}/delivery", Right(A::Talk), "How far a message got and who has read it"),

    get("/api/v1/bulletins", Right(A::ReadBulletins), "Bulletins, newest first"),
    post("/api/v1/bulletins", Right(A::PublishBulletin), "Issue a bulletin"),
    get("/api/v1/bulletins/{id}", Right(A::ReadBulletins), "One bulletin"),
    post("/api/v1/bulletins/{id}/supersede", Right(A::PublishBulletin), "Issue its correction"),
    post("/api/v1/bulletins/{id}/withdraw", Right(A::PublishBulletin), "Withdraw it, with a reason"),
    post("/api/v1/bulletins/{id}/read", Right(A::Acknowledge), "I have read it"),
    post("/api/v1/bulletins/{id}/ack", Right(A::Acknowledge), "I acknowledge it, or take that back"),
    post("/api/v1/bulletins/{id}/phoned", Right(A::MarkCalls), "Somebody was told by telephone"),
    get("/api/v1/bulletins/{id}/status", Right(A::SeeBulletinStatus), "Who has acknowledged, who hasn't, and why"),

    taking(Takes::Photo, "/api/v1/photos", Right(A::SendPhotos), "Upload a photo; answers with what was seen in it"),
    get("/api/v1/photos/{hash}/{rendition}", Right(A::Look), "thumbnail, preview or original"),
    get("/api/v1/reports", Right(A::ReadReports), "Reports, newest first"),
    post("/api/v1/reports", Right(A::SendReport), "Send a report"),
    get("/api/v1/reports/{id}", Right(A::ReadReports), "One report"),
    post("/api/v1/reports/{id}/status", Right(A::HandleReports), "Mark it seen"),
    post("/api/v1/reports/{id}/place", Right(A::HandleReports), "Set its place"),
    post("/api/v1/reports/{id}/original", Right(A::HandleReports), "Ask for its original photos"),

    get("/api/v1/safety", Right(A::AnswerSafety), "Safety checks, newest first"),
    post("/api/v1/safety", Right(A::LeadSafety), "Start a safety check"),
    get("/api/v1/safety/{id}", Right(A::AnswerSafety), "One safety check, with people as far as one may see them"),
    post("/api/v1/safety/{id}/answer", Right(A::AnswerSafety), "Answer for oneself"),
    post("/api/v1/safety/{id}/deadline", Right(A::LeadSafety), "Give more minutes"),
    post("/api/v1/safety/{id}/close", Right(A::LeadSafety), "End it"),
    get("/api/v1/safety/{id}/calls", Right(A::SeeSafetyPeople), "Whom to call, with numbers"),
    post("/api/v1/safety/{id}/calls/{account}", Right(A::MarkCalls), "Calling, reached, not reached"),

    get("/api/v1/shelters", Right(A::ReadShelters), "The list of evacuation sites"),
    taking(Takes::List, "/api/v1/shelters/import", Right(A::ImportShelters), "Import a list: the difference first (`dry_run=true`), then the writing"),

    get("/api/v1/accounts", Right(A::Administer), "Accounts"),
    post("/api/v1/accounts", Right(A::Administer), "New account"),
    post("/api/v1/accounts/{account}/credential", Right(A::Administer), "New password, shown once"),
    post("/api/v1/accounts/{account}/disable", Right(A::Administer), "Disable an account"),
    get("/api/v1/devices", Right(A::Administer), "Logins of local devices"),
    post("/api/v1/devices", Right(A::Administer), "New device login; its password is shown once"),

    get("/api/v1/demo", Public, "Demo only: the lines"),
    post("/api/v1/demo/lines/{node}", Public, "Demo only: cut or restore a line"),
];
