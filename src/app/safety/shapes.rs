//! What the API says and takes about safety checks: plain shapes, no rules.

use serde::Deserialize;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::people::Person;

/// A safety check in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SafetyCheck {
    /// Its id.
    pub id: String,
    /// 第n回.
    pub no: u32,
    /// The question.
    pub text: String,
    /// Who asks.
    pub issuer: String,
    /// Unix ms.
    pub opened_ms: i64,
    /// Unix ms.
    pub deadline_ms: i64,
    /// Unix ms.
    pub closed_ms: Option<i64>,
    /// 訓練.
    pub drill: bool,
    /// I am asked.
    pub asked_me: bool,
    /// My answer.
    pub mine: Option<MyAnswer>,
    /// For those who may know.
    pub totals: Option<SafetyTotals>,
}

/// My own answer.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MyAnswer {
    /// `safe`, `hurt`, `help`.
    pub answer: String,
    /// One remark.
    pub note: String,
    /// Unix ms.
    pub at_ms: i64,
    /// After the deadline.
    pub late: bool,
    /// Headquarters has it on disk.
    pub hq: bool,
}

/// Counts of a check.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct SafetyTotals {
    /// Asked.
    pub total: u32,
    /// Answered.
    pub answered: u32,
    /// 無事.
    pub safe: u32,
    /// けが.
    pub hurt: u32,
    /// 支援が必要.
    pub help: u32,
    /// Not answered.
    pub unanswered: u32,
    /// Of them: the question has not reached their node.
    pub not_delivered: u32,
}

/// All checks.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SafetyChecks {
    /// Newest first.
    pub checks: Vec<SafetyCheck>,
}

/// One check with its people.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SafetyDetail {
    /// As in the list.
    #[serde(flatten)]
    pub check: SafetyCheck,
    /// Everybody that the actor may see.
    pub people: Vec<SafetyPerson>,
}

/// One person in a check.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SafetyPerson {
    /// Who.
    #[serde(flatten)]
    pub person: Person,
    /// As dialled.
    pub phone: Option<String>,
    /// `safe`, `hurt`, `help`.
    pub answer: Option<String>,
    /// One remark.
    pub note: String,
    /// Unix ms.
    pub at_ms: Option<i64>,
    /// After the deadline.
    pub late: bool,
    /// Who recorded it on the telephone.
    pub by_proxy: Option<String>,
    /// `answered`, `not_delivered`, `delivered`, `read`.
    pub state: String,
    /// All that was said, oldest first.
    pub history: Vec<Said>,
}

/// One earlier answer.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Said {
    /// `safe`, `hurt`, `help`, `withdrawn`.
    pub answer: String,
    /// Unix ms.
    pub at_ms: i64,
    /// By whom.
    pub by: String,
}

/// The call list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CallList {
    /// The check.
    pub check: SafetyCheck,
    /// The deadline is past.
    pub passed: bool,
    /// Whom to call, in order.
    pub rows: Vec<CallRow>,
    /// Who needs help.
    pub help: Vec<HelpRow>,
}

/// Somebody to call.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CallRow {
    /// Who.
    #[serde(flatten)]
    pub person: Person,
    /// As dialled.
    pub phone: Option<String>,
    /// `not_delivered`, `delivered`, `read`.
    pub state: String,
    /// The latest mark.
    pub call: Option<CallState>,
}

/// The latest mark of a call.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CallState {
    /// `calling`, `reached`, `not_reached`, `wrong_number`.
    pub mark: String,
    /// What was said.
    pub answer: Option<String>,
    /// Who called.
    pub by: String,
    /// I called.
    pub by_me: bool,
    /// Unix ms.
    pub at_ms: i64,
    /// How often nobody answered.
    pub tries: u32,
}

/// Somebody who needs help.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct HelpRow {
    /// Who.
    #[serde(flatten)]
    pub person: Person,
    /// One remark.
    pub note: String,
    /// Unix ms.
    pub at_ms: i64,
    /// Who takes care.
    pub taken_by: Option<String>,
    /// Since when, Unix ms.
    pub taken_ms: Option<i64>,
    /// As dialled.
    pub phone: Option<String>,
}

/// A new check.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewSafety {
    /// 16 characters base64url.
    pub client_id: String,
    /// The question.
    pub text: String,
    /// 1 to 60; absent: 5.
    pub minutes: Option<u32>,
    /// 訓練.
    #[serde(default)]
    pub drill: bool,
    /// Ids of nodes whose people are asked; absent: everybody.
    pub nodes: Option<Vec<String>>,
}

/// An answer.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewAnswer {
    /// 16 characters base64url.
    pub client_id: String,
    /// `safe`, `hurt`, `help`, `withdrawn`.
    pub answer: String,
    /// One remark.
    #[serde(default)]
    pub note: String,
    /// When it was tapped, if it waited.
    pub written_ms: Option<i64>,
}

/// More time.
#[derive(Debug, Deserialize, ToSchema)]
pub struct AddMinutes {
    /// 16 characters base64url.
    pub client_id: String,
    /// 1 to 60.
    pub add_minutes: u32,
}

/// A mark of a call.
#[derive(Debug, Deserialize, ToSchema)]
pub struct MarkCall {
    /// 16 characters base64url.
    pub client_id: String,
    /// `calling`, `reached`, `not_reached`, `wrong_number`, `takes_care`, `clear`.
    pub mark: String,
    /// What was said.
    pub answer: Option<String>,
}
