//! What the API says and takes about accounts, devices and tickets: plain shapes, no rules.

use serde::Deserialize;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::people::Person;

/// An account as the administrator sees it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AccountRow {
    /// Who.
    #[serde(flatten)]
    pub person: Person,
    /// ID.
    pub login: String,
    /// Names of the nodes where it may log in.
    pub nodes: Vec<String>,
    /// As dialled.
    pub phone: Option<String>,
    /// May no longer log in.
    pub disabled: bool,
    /// Nodes that have not heard of it: it works there after the next exchange.
    pub pending_nodes: Vec<String>,
}

/// All accounts.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Accounts {
    /// By number.
    pub accounts: Vec<AccountRow>,
}

/// A new account.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewAccount {
    /// 16 characters base64url.
    pub client_id: String,
    /// ID.
    pub login: String,
    /// Name on screens.
    pub name: String,
    /// `admin`, `publisher`, `shelter`, `field`.
    pub role: String,
    /// Ids of nodes where it may log in.
    pub nodes: Vec<String>,
    /// As dialled.
    pub phone: Option<String>,
    /// 責任者 of its shelter.
    #[serde(default)]
    pub responsible: bool,
}

/// A password that is shown once.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct GivenPassword {
    /// To be written down.
    pub password: String,
}

/// A device's login, shown once.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct GivenDevice {
    /// What it logs in with.
    pub login: String,
    /// To be written down.
    pub password: String,
}

/// A local device.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DeviceRow {
    /// What it logs in with.
    pub login: String,
    /// Name on screens.
    pub name: String,
    /// Unix ms.
    pub created_ms: i64,
    /// Unix ms.
    pub last_said_ms: Option<i64>,
}

/// All devices of this node.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Devices {
    /// By login.
    pub devices: Vec<DeviceRow>,
}

/// A new device.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewDevice {
    /// 16 characters base64url.
    pub client_id: String,
    /// Small letters, digits, `-`, `_`.
    pub login: String,
    /// Name on screens.
    pub name: String,
}

/// A new invitation.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewInvitation {
    /// 16 characters base64url.
    pub client_id: String,
    /// Name of the node.
    pub name: String,
    /// `shelter`, `relay`.
    pub role: String,
}

/// A ticket.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct GivenTicket {
    /// `NRS1.…`.
    pub ticket: String,
    /// Unix ms.
    pub expires_ms: i64,
}
