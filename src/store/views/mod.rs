//! Views: tables computed from events, disposable, the same whatever the order of arrival.
//!
//! How that is reached: a view row is one *statement* (what somebody said), written once under the position
//! of its event; which statement wins is decided when somebody asks, by a rule over the set. So applying
//! events in another order can't give other rows. A clock note moves `ctime` of its origin's rows.
//! Not here: rights (the writer has checked them) and JSON.

use rusqlite::Connection;
use rusqlite::params;

use crate::domain::event::header::Header;
use crate::domain::event::kind::Kind;
use crate::domain::ids::EventId;
use crate::domain::ids::EventRef;
use crate::domain::ids::NodeId;
use crate::domain::stream::Stream;
use crate::domain::time;
use crate::domain::time::ClockNote;
use crate::store::error::StoreError;

pub mod bulletin;
mod messages;
pub mod org;
pub mod report;
pub mod safety;
pub mod shelter;
pub mod talk;

/// Raised when a view's meaning changes: views are rebuilt at the next start.
pub const VERSION: i64 = 1;

/// One view table.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// How it is created.
    pub sql: &'static str,
    /// The columns that every replica has alike (in the digest), comma-separated.
    pub columns: &'static str,
    /// Has the order columns (`origin n time counter ctime`).
    pub ordered: bool,
}

/// All view tables.
pub const TABLES: &[Table] = &[
    org::NOTE,
    org::CERT,
    org::ACCOUNT,
    org::DISABLED,
    org::CREDENTIAL,
    org::CONTACT,
    org::PLACE,
    org::SETTING,
    talk::ROOM,
    talk::ROOM_NODE,
    talk::ROOM_MEMBER,
    talk::MESSAGE,
    talk::WITHDRAWN,
    talk::READ,
    bulletin::BULLETIN,
    bulletin::WITHDRAWAL,
    bulletin::ACK,
    bulletin::NOTICE_READ,
    bulletin::PHONED,
    safety::CHECK,
    safety::CHANGE,
    safety::ANSWER,
    safety::CALL,
    report::REPORT,
    report::STATUS,
    report::PHOTO,
    report::DEVICE,
    shelter::SITE,
];

/// An event about to be applied, with everything its rules may use.
#[derive(Debug)]
pub struct Applied<'a> {
    /// Local commit number.
    pub arrival: i64,
    /// Its position.
    pub at: EventRef,
    /// The stream it lies in.
    pub stream: &'a Stream,
    /// Its id.
    pub id: EventId,
    /// Its header.
    pub header: &'a Header,
    /// Its body; empty when erased.
    pub body: &'a [u8],
    /// Corrected time, ms on the event scale.
    pub ctime: i64,
    /// When this node stored it, Unix ms.
    pub stored_ms: i64,
    /// The node whose life wrote it.
    pub node: NodeId,
}

impl Applied<'_> {
    /// Own time, as SQLite holds it.
    #[must_use]
    pub fn time(&self) -> i64 {
        i64::try_from(self.header.stamp.time_ms).unwrap_or(i64::MAX)
    }

    /// Number in its log, as SQLite holds it.
    #[must_use]
    pub fn n(&self) -> i64 {
        i64::try_from(self.at.n.0).unwrap_or(i64::MAX)
    }

    /// The author's number; 0 is the node itself.
    #[must_use]
    pub fn author(&self) -> i64 {
        self.header.author.map_or(0, |author| i64::from(author.0))
    }

    /// Key of the parent, empty without one.
    #[must_use]
    pub fn parent(&self) -> Vec<u8> {
        self.header.parent.map(|parent| parent.to_key().to_vec()).unwrap_or_default()
    }

    /// Reads the body as a kind's payload; a body that is not what its kind says has no effect.
    pub(super) fn payload<'b, T: minicbor::Decode<'b, ()>>(&'b self) -> Option<T> {
        match minicbor::decode(self.body) {
            Ok(payload) => Some(payload),
            Err(error) => {
                tracing::warn!(event = %self.id, kind = self.header.kind, %error, "An event's body is not what its kind says; it has no effect.");
                None
            }
        }
    }
}

/// Applies one event to the views.
///
/// # Errors
/// [`StoreError`] when SQLite refuses; never because of what the event says.
pub fn apply(conn: &Connection, event: &Applied<'_>) -> Result<(), StoreError> {
    match Kind::from_number(event.header.kind) {
        Kind::ClockNote => org::apply_clock_note(conn, event),
        Kind::CertIssue => org::apply_certificate(conn, event),
        Kind::AccountPut => org::apply_account(conn, event),
        Kind::AccountDisable => org::apply_disable(conn, event),
        Kind::AccountCredential => org::apply_credential(conn, event),
        Kind::AccountContact => org::apply_contact(conn, event),
        Kind::NodePlace => org::apply_place(conn, event),
        Kind::OrgSetting => org::apply_setting(conn, event),
        Kind::RoomOpen => talk::apply_open(conn, event),
        Kind::RoomGrant => talk::apply_grant(conn, event),
        Kind::RoomMember => talk::apply_member(conn, event),
        Kind::MessagePost => talk::apply_message(conn, event),
        Kind::MessageDelete => talk::apply_withdrawal(conn, event),
        Kind::ReadMark => talk::apply_read(conn, event),
        Kind::BulletinPost | Kind::BulletinSupersede => bulletin::apply_post(conn, event),
        Kind::BulletinWithdraw => bulletin::apply_withdrawal(conn, event),
        Kind::BulletinAck => bulletin::apply_ack(conn, event),
        Kind::NoticeRead => bulletin::apply_read(conn, event),
        Kind::BulletinPhoned => bulletin::apply_phoned(conn, event),
        Kind::SafetyOpen => safety::apply_open(conn, event),
        Kind::SafetyChange => safety::apply_change(conn, event),
        Kind::SafetyAnswer => safety::apply_answer(conn, event),
        Kind::SafetyCall => safety::apply_call(conn, event),
        Kind::ReportPost => report::apply_post(conn, event),
        Kind::ReportStatus => report::apply_status(conn, event),
        Kind::DeviceSaid => report::apply_device(conn, event),
        Kind::SitePut | Kind::SiteRemove => shelter::apply(conn, event),
        // Lives are bookkeeping (`store::receive`), the rest has no screen yet.
        Kind::OriginOpen
        | Kind::OriginClose
        | Kind::CertRevoke
        | Kind::MessageEdit
        | Kind::Unknown(_) => Ok(()),
    }
}

/// A column that does not hold what it must.
pub(super) fn unreadable(column: usize) -> rusqlite::Error {
    rusqlite::Error::InvalidColumnType(column, "id".to_owned(), rusqlite::types::Type::Blob)
}

/// Notes of an origin's clock, ascending.
pub(super) fn clock_notes(conn: &Connection, origin: &[u8]) -> Result<Vec<ClockNote>, StoreError> {
    let mut statement = conn
        .prepare_cached("SELECT at, offset_ms FROM clock_note WHERE origin = ?1 ORDER BY at, n")?;
    let notes = statement
        .query_map([origin], |row| Ok(ClockNote { at_ms: row.get(0)?, offset_ms: row.get(1)? }))?
        .collect::<Result<Vec<_>, _>>()?;
    Ok(notes)
}

/// Moves `ctime` of everything an origin wrote, after its notes changed.
pub(super) fn resort(conn: &Connection, origin: &[u8]) -> Result<(), StoreError> {
    let notes = clock_notes(conn, origin)?;
    for table in TABLES.iter().filter(|table| table.ordered) {
        let rows: Vec<(i64, i64)> = conn
            .prepare(&format!("SELECT rowid, time FROM {} WHERE origin = ?1", table.name))?
            .query_map([origin], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        let mut update =
            conn.prepare(&format!("UPDATE {} SET ctime = ?1 WHERE rowid = ?2", table.name))?;
        for (rowid, own) in rows {
            update.execute(params![time::corrected(&notes, own), rowid])?;
        }
    }
    Ok(())
}

/// Empties every view.
pub(super) fn clear(conn: &Connection) -> Result<(), StoreError> {
    for table in TABLES {
        conn.execute_batch(&format!("DELETE FROM {}", table.name))?;
    }
    Ok(())
}

/// Order-free digest over all views: sum of row hashes modulo 2^128, in hex.
///
/// # Errors
/// [`StoreError`] when SQLite refuses.
pub fn digest(conn: &Connection) -> Result<String, StoreError> {
    digest_of(conn, TABLES)
}

/// Views whose events every node of a room may read.
pub(super) const SHARED: &[Table] = &[
    org::NOTE,
    org::CERT,
    org::ACCOUNT,
    org::DISABLED,
    org::PLACE,
    org::SETTING,
    talk::ROOM,
    talk::ROOM_NODE,
    talk::ROOM_MEMBER,
    talk::MESSAGE,
    talk::WITHDRAWN,
    talk::READ,
    bulletin::BULLETIN,
    bulletin::WITHDRAWAL,
    safety::CHECK,
    safety::CHANGE,
    shelter::SITE,
];

/// The same over some views.
pub(super) fn digest_of(conn: &Connection, tables: &[Table]) -> Result<String, StoreError> {
    let mut sum = 0_u128;
    for table in tables {
        let mut statement =
            conn.prepare(&format!("SELECT {} FROM {}", table.columns, table.name))?;
        let columns = statement.column_count();
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let mut hasher = blake3::Hasher::new();
            hasher.update(table.name.as_bytes());
            for column in 0..columns {
                hash_value(&mut hasher, row.get_ref(column)?);
            }
            let hash = hasher.finalize();
            let part = hash.as_bytes().first_chunk::<16>().copied().unwrap_or_default();
            sum = sum.wrapping_add(u128::from_be_bytes(part));
        }
    }
    Ok(format!("{sum:032x}"))
}

fn hash_value(hasher: &mut blake3::Hasher, value: rusqlite::types::ValueRef<'_>) {
    use rusqlite::types::ValueRef;
    let (tag, bytes): (u8, &[u8]) = match value {
        ValueRef::Null => (0, &[]),
        ValueRef::Integer(number) => {
            hasher.update(&[1]).update(&number.to_be_bytes());
            return;
        }
        ValueRef::Real(number) => {
            hasher.update(&[2]).update(&number.to_be_bytes());
            return;
        }
        ValueRef::Text(text) => (3, text),
        ValueRef::Blob(blob) => (4, blob),
    };
    hasher.update(&[tag]).update(&(bytes.len() as u64).to_be_bytes()).update(bytes);
}
