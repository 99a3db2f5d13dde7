//! People as screens show them, and the small conversions that every feature needs.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::app::error::AppError;
use crate::domain::ids::AccountNo;
use crate::domain::ids::ClientId;
use crate::domain::ids::EventId;
use crate::domain::ids::NodeId;
use crate::domain::org::NodeRole;
use crate::store::error::StoreError;
use crate::store::snapshot::Snapshot;
use crate::store::views::org::Account;
use crate::store::views::org::Node;

/// Somebody, by role and place rather than by personal name.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Person {
    /// Number of the account.
    pub account: u32,
    /// Name on screens.
    pub name: String,
    /// `admin`, `publisher`, `shelter`, `field`.
    pub role: String,
    /// Name of the node where it may log in first.
    pub node_name: String,
}

/// Somebody with the telephone number that this node may know.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PersonPhone {
    /// Who.
    #[serde(flatten)]
    pub person: Person,
    /// As dialled.
    pub phone: Option<String>,
}

/// Accounts and nodes of one snapshot.
#[derive(Debug)]
pub(crate) struct Directory {
    accounts: BTreeMap<AccountNo, Account>,
    nodes: Vec<Node>,
    phones: BTreeMap<AccountNo, String>,
}

impl Directory {
    pub(crate) fn read(snapshot: &Snapshot<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            accounts: snapshot.accounts()?.into_iter().map(|one| (one.account, one)).collect(),
            nodes: snapshot.nodes()?,
            phones: snapshot.phones()?,
        })
    }

    pub(crate) fn person(&self, account: AccountNo) -> Person {
        let Some(known) = self.accounts.get(&account) else {
            return Person {
                account: account.0,
                name: format!("（{account}）"),
                role: "field".to_owned(),
                node_name: String::new(),
            };
        };
        Person {
            account: account.0,
            name: known.name.clone(),
            role: known.role.word().to_owned(),
            node_name: known.nodes.first().map_or_else(String::new, |node| self.node_name(*node)),
        }
    }

    /// Somebody as the node that accepted their act knows them: officers log in at several.
    pub(crate) fn person_at(&self, account: AccountNo, node: NodeId) -> Person {
        Person { node_name: self.node_name(node), ..self.person(account) }
    }

    pub(crate) fn with_phone(&self, account: AccountNo) -> PersonPhone {
        PersonPhone { person: self.person(account), phone: self.phones.get(&account).cloned() }
    }

    pub(crate) fn phone(&self, account: AccountNo) -> Option<String> {
        self.phones.get(&account).cloned()
    }

    pub(crate) fn node_name(&self, node: NodeId) -> String {
        self.node(node).map_or_else(|| node.to_string(), |known| known.name.clone())
    }

    pub(crate) fn node(&self, node: NodeId) -> Option<&Node> {
        self.nodes.iter().find(|known| known.id == node)
    }

    pub(crate) fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    pub(crate) fn shelters(&self) -> impl Iterator<Item = &Node> {
        self.nodes.iter().filter(|node| node.role == NodeRole::Shelter)
    }

    pub(crate) fn account(&self, account: AccountNo) -> Option<&Account> {
        self.accounts.get(&account)
    }

    /// Accounts that may log in, by number.
    pub(crate) fn active(&self) -> impl Iterator<Item = &Account> {
        self.accounts.values().filter(|account| !account.disabled)
    }

    /// Accounts that may log in at this node: its own people.
    pub(crate) fn people_of(&self, node: NodeId) -> impl Iterator<Item = &Account> {
        self.active().filter(move |account| account.nodes.contains(&node))
    }
}

/// Reads a client id.
pub(crate) fn client_id(text: &str) -> Result<ClientId, AppError> {
    ClientId::parse(text).map_err(|_malformed| AppError::BadRequest("client_id"))
}

/// Reads an event id of a path: a malformed one is not found.
pub(crate) fn event_id(text: &str) -> Result<EventId, AppError> {
    EventId::parse(text).map_err(|_malformed| AppError::NotFound)
}

/// Keeps the writer's time only if the act waited: more than two seconds before it was accepted.
pub(crate) fn waited(written_ms: Option<i64>, now_ms: i64) -> Option<i64> {
    written_ms.filter(|written| *written < now_ms.saturating_sub(2_000) && *written > 0)
}
