//! Views of the organisation: clock notes, certificates, accounts, verifiers, numbers, places, settings.

use rusqlite::Connection;
use rusqlite::OptionalExtension;
use rusqlite::Row;
use rusqlite::params;

use crate::domain::ids::AccountNo;
use crate::domain::ids::ExchangePublic;
use crate::domain::ids::NodeId;
use crate::domain::org::AccountContact;
use crate::domain::org::AccountCredential;
use crate::domain::org::AccountDisable;
use crate::domain::org::AccountPut;
use crate::domain::org::CertIssue;
use crate::domain::org::Certificate;
use crate::domain::org::ClockNoteBody;
use crate::domain::org::NodePlace;
use crate::domain::org::NodeRole;
use crate::domain::org::OrgSetting;
use crate::domain::org::Role;
use crate::store::error::StoreError;
use crate::store::snapshot::Snapshot;
use crate::store::views;
use crate::store::views::Applied;
use crate::store::views::Table;

pub(super) const NOTE: Table = Table {
    name: "clock_note",
    sql: "CREATE TABLE IF NOT EXISTS clock_note (
        origin BLOB NOT NULL, n INTEGER NOT NULL, at INTEGER NOT NULL,
        offset_ms INTEGER NOT NULL, state INTEGER NOT NULL, PRIMARY KEY (origin, n)) STRICT;",
    columns: "origin, n, at, offset_ms, state",
    ordered: false,
};

pub(super) const CERT: Table = Table {
    name: "cert",
    sql: "CREATE TABLE IF NOT EXISTS cert (
        ref BLOB PRIMARY KEY, node BLOB NOT NULL, exchange BLOB NOT NULL, role TEXT NOT NULL,
        name TEXT NOT NULL, serial INTEGER NOT NULL, issue BLOB NOT NULL) STRICT;
        CREATE INDEX IF NOT EXISTS cert_node ON cert (node);
        CREATE INDEX IF NOT EXISTS cert_exchange ON cert (exchange);",
    columns: "ref, node, exchange, role, name, serial",
    ordered: false,
};

pub(super) const ACCOUNT: Table = Table {
    name: "account",
    sql: "CREATE TABLE IF NOT EXISTS account (
        ref BLOB PRIMARY KEY, account INTEGER NOT NULL, login TEXT NOT NULL, name TEXT NOT NULL,
        role TEXT NOT NULL, nodes BLOB NOT NULL, responsible INTEGER NOT NULL,
        origin BLOB NOT NULL, n INTEGER NOT NULL, time INTEGER NOT NULL, counter INTEGER NOT NULL,
        ctime INTEGER NOT NULL) STRICT;
        CREATE INDEX IF NOT EXISTS account_no ON account (account);
        CREATE INDEX IF NOT EXISTS account_login ON account (login);",
    columns: "ref, account, login, name, role, nodes, responsible, ctime",
    ordered: true,
};

pub(super) const DISABLED: Table = Table {
    name: "account_disabled",
    sql: "CREATE TABLE IF NOT EXISTS account_disabled (
        ref BLOB PRIMARY KEY, account INTEGER NOT NULL) STRICT;
        CREATE INDEX IF NOT EXISTS account_disabled_no ON account_disabled (account);",
    columns: "ref, account",
    ordered: false,
};

pub(super) const CREDENTIAL: Table = Table {
    name: "credential",
    sql: "CREATE TABLE IF NOT EXISTS credential (
        ref BLOB PRIMARY KEY, account INTEGER NOT NULL, stream BLOB NOT NULL, verifier TEXT NOT NULL,
        origin BLOB NOT NULL, n INTEGER NOT NULL, time INTEGER NOT NULL, counter INTEGER NOT NULL,
        ctime INTEGER NOT NULL) STRICT;
        CREATE INDEX IF NOT EXISTS credential_no ON credential (account, stream);",
    columns: "ref, account, stream, verifier, ctime",
    ordered: true,
};

pub(super) const CONTACT: Table = Table {
    name: "contact",
    sql: "CREATE TABLE IF NOT EXISTS contact (
        ref BLOB PRIMARY KEY, account INTEGER NOT NULL, phone TEXT NOT NULL,
        origin BLOB NOT NULL, n INTEGER NOT NULL, time INTEGER NOT NULL, counter INTEGER NOT NULL,
        ctime INTEGER NOT NULL) STRICT;
        CREATE INDEX IF NOT EXISTS contact_no ON contact (account);",
    columns: "ref, account, phone, ctime",
    ordered: true,
};

pub(super) const PLACE: Table = Table {
    name: "node_place",
    sql: "CREATE TABLE IF NOT EXISTS node_place (
        ref BLOB PRIMARY KEY, node BLOB NOT NULL, site TEXT, name TEXT NOT NULL,
        origin BLOB NOT NULL, n INTEGER NOT NULL, time INTEGER NOT NULL, counter INTEGER NOT NULL,
        ctime INTEGER NOT NULL) STRICT;",
    columns: "ref, node, site, name, ctime",
    ordered: true,
};

pub(super) const SETTING: Table = Table {
    name: "org_setting",
    sql: "CREATE TABLE IF NOT EXISTS org_setting (
        ref BLOB PRIMARY KEY, key TEXT NOT NULL, value TEXT NOT NULL,
        origin BLOB NOT NULL, n INTEGER NOT NULL, time INTEGER NOT NULL, counter INTEGER NOT NULL,
        ctime INTEGER NOT NULL) STRICT;",
    columns: "ref, key, value, ctime",
    ordered: true,
};

/// An account as the latest statement has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its number.
    pub account: AccountNo,
    /// What is typed at log in.
    pub login: String,
    /// Name on screens.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// Nodes where it may log in.
    pub nodes: Vec<NodeId>,
    /// 責任者 of its shelter.
    pub responsible: bool,
    /// May no longer log in.
    pub disabled: bool,
}

/// A node as certificates and places have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Its id.
    pub id: NodeId,
    /// What it is for.
    pub role: NodeRole,
    /// Name on screens.
    pub name: String,
    /// Key of its site in the shelter list.
    pub site: Option<String>,
}

pub(super) fn apply_clock_note(conn: &Connection, event: &Applied<'_>) -> Result<(), StoreError> {
    let Some(note) = event.payload::<ClockNoteBody>() else { return Ok(()) };
    conn.execute(
        "INSERT OR IGNORE INTO clock_note (origin, n, at, offset_ms, state)
         VALUES (?1, ?2, ?3, ?4, ?5)",
        params![event.at.origin.0, event.n(), note.at_ms, note.offset_ms, note.state],
    )?;
    views::resort(conn, &event.at.origin.0)
}

pub(super) fn apply_certificate(conn: &Connection, event: &Applied<'_>) -> Result<(), StoreError> {
    let Some(issue) = event.payload::<CertIssue>() else { return Ok(()) };
    let Ok(certificate) = minicbor::decode::<Certificate>(&issue.certificate) else {
        return Ok(());
    };
    conn.execute(
        "INSERT OR IGNORE INTO cert (ref, node, exchange, role, name, serial, issue)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            event.at.to_key(),
            certificate.node().0,
            certificate.exchange.0,
            certificate.role.word(),
            certificate.name,
            certificate.serial,
            event.body,
        ],
    )?;
    Ok(())
}

pub(super) fn apply_account(conn: &Connection, event: &Applied<'_>) -> Result<(), StoreError> {
    let Some(put) = event.payload::<AccountPut>() else { return Ok(()) };
    let nodes: Vec<u8> = put.nodes.iter().flat_map(|node| node.0).collect();
    conn.prepare_cached(
        "INSERT OR IGNORE INTO account (ref, account, login, name, role, nodes, responsible,
             origin, n, time, counter, ctime)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
    )?
    .execute(params![
        event.at.to_key(),
        put.account.0,
        put.login,
        put.name,
        put.role.word(),
        nodes,
        put.responsible,
        event.at.origin.0,
        event.n(),
        event.time(),
        event.header.stamp.counter,
        event.ctime
    ])?;
    Ok(())
}

pub(super) fn apply_disable(conn: &Connection, event: &Applied<'_>) -> Result<(), StoreError> {
    let Some(disable) = event.payload::<AccountDisable>() else { return Ok(()) };
    conn.execute(
        "INSERT OR IGNORE INTO account_disabled (ref, account) VALUES (?1, ?2)",
        params![event.at.to_key(), disable.account.0],
    )?;
    conn.execute("DELETE FROM session WHERE account = ?1", [disable.account.0])?;
    Ok(())
}

pub(super) fn apply_credential(conn: &Connection, event: &Applied<'_>) -> Result<(), StoreError> {
    let Some(credential) = event.payload::<AccountCredential>() else { return Ok(()) };
    conn.execute(
        "INSERT OR IGNORE INTO credential (ref, account, stream, verifier, origin, n, time, counter,
             ctime)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        params![
            event.at.to_key(),
            credential.account.0,
            event.at.stream.0,
            credential.verifier,
            event.at.origin.0,
            event.n(),
            event.time(),
            event.header.stamp.counter,
            event.ctime
        ],
    )?;
    // A new password ends what was begun with the old one.
    conn.execute("DELETE FROM session WHERE account = ?1", [credential.account.0])?;
    Ok(())
}

pub(super) fn apply_contact(conn: &Connection, event: &Applied<'_>) -> Result<(), StoreError> {
    let Some(contact) = event.payload::<AccountContact>() else { return Ok(()) };
    conn.execute(
        "INSERT OR IGNORE INTO contact (ref, account, phone, origin, n, time, counter, ctime)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            event.at.to_key(),
            contact.account.0,
            contact.phone,
            event.at.origin.0,
            event.n(),
            event.time(),
            event.header.stamp.counter,
            event.ctime
        ],
    )?;
    Ok(())
}

pub(super) fn apply_place(conn: &Connection, event: &Applied<'_>) -> Result<(), StoreError> {
    let Some(place) = event.payload::<NodePlace>() else { return Ok(()) };
    conn.execute(
        "INSERT OR IGNORE INTO node_place (ref, node, site, name, origin, n, time, counter, ctime)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        params![
            event.at.to_key(),
            place.node.0,
            place.site,
            place.name,
            event.at.origin.0,
            event.n(),
            event.time(),
            event.header.stamp.counter,
            event.ctime
        ],
    )?;
    Ok(())
}

pub(super) fn apply_setting(conn: &Connection, event: &Applied<'_>) -> Result<(), StoreError> {
    let Some(setting) = event.payload::<OrgSetting>() else { return Ok(()) };
    conn.execute(
        "INSERT OR IGNORE INTO org_setting (ref, key, value, origin, n, time, counter, ctime)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            event.at.to_key(),
            setting.key,
            setting.value,
            event.at.origin.0,
            event.n(),
            event.time(),
            event.header.stamp.counter,
            event.ctime
        ],
    )?;
    Ok(())
}

/// The statement that stands for each account.
const STANDING: &str = "SELECT account, login, name, role, nodes, responsible,
        EXISTS (SELECT 1 FROM account_disabled d WHERE d.account = a.account)
     FROM account a
     WHERE NOT EXISTS (SELECT 1 FROM account b WHERE b.account = a.account
         AND (b.ctime, b.counter, b.ref) > (a.ctime, a.counter, a.ref))";

fn read_account(row: &Row<'_>) -> rusqlite::Result<Account> {
    let role: String = row.get(3)?;
    let nodes: Vec<u8> = row.get(4)?;
    Ok(Account {
        account: AccountNo(row.get(0)?),
        login: row.get(1)?,
        name: row.get(2)?,
        // An unknown role of a newer program may do the least.
        role: Role::from_word(&role).unwrap_or(Role::Field),
        nodes: nodes.chunks(NodeId::LEN).filter_map(NodeId::from_slice).collect(),
        responsible: row.get(5)?,
        disabled: row.get(6)?,
    })
}

impl Snapshot<'_> {
    /// All accounts, by number.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        let mut statement = self.conn.prepare_cached(&format!("{STANDING} ORDER BY account"))?;
        Ok(statement.query_map([], read_account)?.collect::<Result<_, _>>()?)
    }

    /// One account.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub fn account(&self, account: AccountNo) -> Result<Option<Account>, StoreError> {
        let mut statement = self.conn.prepare_cached(&format!("{STANDING} AND a.account = ?1"))?;
        Ok(statement.query_row([account.0], read_account).optional()?)
    }

    /// The account with this login name.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub fn account_by_login(&self, login: &str) -> Result<Option<Account>, StoreError> {
        let mut statement = self.conn.prepare_cached(&format!("{STANDING} AND a.login = ?1"))?;
        Ok(statement.query_row([login], read_account).optional()?)
    }

    /// Was this account ever usable at this node? `None`: the account is not known here.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub fn account_was_at(
        &self,
        account: AccountNo,
        node: NodeId,
    ) -> Result<Option<bool>, StoreError> {
        let mut statement =
            self.conn.prepare_cached("SELECT nodes FROM account WHERE account = ?1")?;
        let lists: Vec<Vec<u8>> =
            statement.query_map([account.0], |row| row.get(0))?.collect::<Result<_, _>>()?;
        if lists.is_empty() {
            return Ok(None);
        }
        Ok(Some(lists.iter().any(|list| list.chunks(NodeId::LEN).any(|id| id == node.0))))
    }

    /// The verifier of an account in the credential stream of a node.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub fn verifier(
        &self,
        account: AccountNo,
        stream: crate::domain::ids::StreamId,
    ) -> Result<Option<String>, StoreError> {
        Ok(self
            .conn
            .prepare_cached(
                "SELECT verifier FROM credential WHERE account = ?1 AND stream = ?2
                 ORDER BY ctime DESC, counter DESC, ref DESC LIMIT 1",
            )?
            .query_row(params![account.0, stream.0], |row| row.get(0))
            .optional()?)
    }

    /// Telephone numbers that this node may know.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub fn phones(&self) -> Result<std::collections::BTreeMap<AccountNo, String>, StoreError> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT account, phone FROM contact ORDER BY ctime, counter, ref")?;
        let rows: Vec<(u32, String)> = statement
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        let mut phones: std::collections::BTreeMap<_, _> =
            rows.into_iter().map(|(account, phone)| (AccountNo(account), phone)).collect();
        phones.retain(|_, phone| !phone.is_empty());
        Ok(phones)
    }

    /// All nodes with a certificate: headquarters first, then by serial.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub fn nodes(&self) -> Result<Vec<Node>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT c.node, c.role, c.name,
                 (SELECT p.name FROM node_place p WHERE p.node = c.node
                  ORDER BY p.ctime DESC, p.counter DESC, p.ref DESC LIMIT 1),
                 (SELECT p.site FROM node_place p WHERE p.node = c.node
                  ORDER BY p.ctime DESC, p.counter DESC, p.ref DESC LIMIT 1)
             FROM (SELECT node, role, name, serial FROM cert UNION ALL
                   SELECT node, role, name, serial FROM trusted) c
             GROUP BY c.node ORDER BY c.role <> 'hq', min(c.serial)",
        )?;
        let read = |row: &Row<'_>| {
            let (id, role): (Vec<u8>, String) = (row.get(0)?, row.get(1)?);
            let placed: Option<String> = row.get(3)?;
            Ok(Node {
                id: NodeId::from_slice(&id).unwrap_or(NodeId([0; 8])),
                role: NodeRole::from_word(&role).unwrap_or(NodeRole::Relay),
                name: placed.map_or_else(|| row.get(2), Ok)?,
                site: row.get(4)?,
            })
        };
        Ok(statement.query_map([], read)?.collect::<Result<_, _>>()?)
    }

    /// One node.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub fn node(&self, id: NodeId) -> Result<Option<Node>, StoreError> {
        Ok(self.nodes()?.into_iter().find(|node| node.id == id))
    }

    /// A node's certificate, with the bytes of the event body that issued it.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub fn certificate(&self, node: NodeId) -> Result<Option<(Certificate, Vec<u8>)>, StoreError> {
        self.certificate_where("node = ?1", &node.0)
    }

    /// The certificate with this session key.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub fn certificate_by_exchange(
        &self,
        key: ExchangePublic,
    ) -> Result<Option<(Certificate, Vec<u8>)>, StoreError> {
        self.certificate_where("exchange = ?1", &key.0)
    }

    fn certificate_where(
        &self,
        condition: &str,
        value: &[u8],
    ) -> Result<Option<(Certificate, Vec<u8>)>, StoreError> {
        let body: Option<Vec<u8>> = self
            .conn
            .prepare_cached(&format!(
                "SELECT issue FROM (SELECT node, exchange, serial, ref, issue FROM cert UNION ALL
                     SELECT node, exchange, serial, x'', issue FROM trusted)
                 WHERE {condition} ORDER BY serial DESC, ref DESC LIMIT 1"
            ))?
            .query_row([value], |row| row.get(0))
            .optional()?;
        let Some(body) = body else { return Ok(None) };
        let issue: CertIssue =
            minicbor::decode(&body).map_err(|_unreadable| StoreError::Corrupt("certificate"))?;
        let certificate = minicbor::decode(&issue.certificate)
            .map_err(|_unreadable| StoreError::Corrupt("certificate"))?;
        Ok(Some((certificate, body)))
    }

    /// A setting of the organisation.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub fn setting(&self, key: &str) -> Result<Option<String>, StoreError> {
        Ok(self
            .conn
            .prepare_cached(
                "SELECT value FROM org_setting WHERE key = ?1
                 ORDER BY ctime DESC, counter DESC, ref DESC LIMIT 1",
            )?
            .query_row([key], |row| row.get(0))
            .optional()?)
    }

    /// The next free account number of this issuer, the largest certificate serial.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub fn next_numbers(&self) -> Result<(AccountNo, u32), StoreError> {
        let account: u32 = self.conn.query_row(
            "SELECT coalesce(max(account), ?1) + 1 FROM account",
            [crate::domain::org::first_account(1).0],
            |row| row.get(0),
        )?;
        let serial: u32 =
            self.conn
                .query_row("SELECT coalesce(max(serial), 0) + 1 FROM cert", [], |row| row.get(0))?;
        Ok((AccountNo(account), serial))
    }
}

impl Snapshot<'_> {
    /// Position of the newest verifier of an account in a credential stream.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub fn newest_credential(
        &self,
        account: AccountNo,
        stream: crate::domain::ids::StreamId,
    ) -> Result<Option<crate::domain::ids::EventRef>, StoreError> {
        let key: Option<Vec<u8>> = self
            .conn
            .prepare_cached(
                "SELECT ref FROM credential WHERE account = ?1 AND stream = ?2
                 ORDER BY ctime DESC, counter DESC, ref DESC LIMIT 1",
            )?
            .query_row(params![account.0, stream.0], |row| row.get(0))
            .optional()?;
        Ok(key.and_then(|key| crate::domain::ids::EventRef::from_key(&key)))
    }
}
