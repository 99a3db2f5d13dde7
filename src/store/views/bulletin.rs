//! Views of bulletins: posts, withdrawals, 了解, 既読, told by telephone.

use rusqlite::Connection;
use rusqlite::OptionalExtension;
use rusqlite::Row;
use rusqlite::params;

use crate::domain::bulletin::BulletinAck;
use crate::domain::bulletin::BulletinPhoned;
use crate::domain::bulletin::BulletinPost;
use crate::domain::bulletin::BulletinWithdraw;
use crate::domain::ids::AccountNo;
use crate::domain::ids::EventId;
use crate::domain::ids::EventRef;
use crate::store::error::StoreError;
use crate::store::snapshot::Snapshot;
use crate::store::views::Applied;
use crate::store::views::Table;

pub(super) const BULLETIN: Table = Table {
    name: "bulletin",
    sql: "CREATE TABLE IF NOT EXISTS bulletin (
        ref BLOB PRIMARY KEY, id BLOB NOT NULL UNIQUE, parent BLOB NOT NULL, author INTEGER NOT NULL,
        number INTEGER NOT NULL, body BLOB NOT NULL, origin BLOB NOT NULL, n INTEGER NOT NULL,
        time INTEGER NOT NULL, counter INTEGER NOT NULL, ctime INTEGER NOT NULL,
        stored INTEGER NOT NULL) STRICT;
        CREATE INDEX IF NOT EXISTS bulletin_parent ON bulletin (parent);",
    columns: "ref, id, parent, author, number, body, ctime, counter",
    ordered: true,
};

pub(super) const WITHDRAWAL: Table = Table {
    name: "bulletin_withdrawn",
    sql: "CREATE TABLE IF NOT EXISTS bulletin_withdrawn (
        ref BLOB PRIMARY KEY, target BLOB NOT NULL, reason TEXT NOT NULL, origin BLOB NOT NULL,
        n INTEGER NOT NULL, time INTEGER NOT NULL, counter INTEGER NOT NULL,
        ctime INTEGER NOT NULL) STRICT;",
    columns: "ref, target, reason, ctime",
    ordered: true,
};

pub(super) const ACK: Table = Table {
    name: "bulletin_ack",
    sql: "CREATE TABLE IF NOT EXISTS bulletin_ack (
        ref BLOB PRIMARY KEY, target BLOB NOT NULL, account INTEGER NOT NULL,
        undone INTEGER NOT NULL, written INTEGER, origin BLOB NOT NULL, n INTEGER NOT NULL,
        time INTEGER NOT NULL, counter INTEGER NOT NULL, ctime INTEGER NOT NULL) STRICT;
        CREATE INDEX IF NOT EXISTS bulletin_ack_target ON bulletin_ack (target, account);",
    columns: "ref, target, account, undone, written, ctime, counter",
    ordered: true,
};

pub(super) const NOTICE_READ: Table = Table {
    name: "notice_read",
    sql: "CREATE TABLE IF NOT EXISTS notice_read (
        ref BLOB PRIMARY KEY, target BLOB NOT NULL, account INTEGER NOT NULL, origin BLOB NOT NULL,
        n INTEGER NOT NULL, time INTEGER NOT NULL, counter INTEGER NOT NULL,
        ctime INTEGER NOT NULL) STRICT;
        CREATE INDEX IF NOT EXISTS notice_read_target ON notice_read (target, account);",
    columns: "ref, target, account, ctime",
    ordered: true,
};

pub(super) const PHONED: Table = Table {
    name: "bulletin_phoned",
    sql: "CREATE TABLE IF NOT EXISTS bulletin_phoned (
        ref BLOB PRIMARY KEY, target BLOB NOT NULL, account INTEGER NOT NULL,
        caller INTEGER NOT NULL, origin BLOB NOT NULL, n INTEGER NOT NULL, time INTEGER NOT NULL,
        counter INTEGER NOT NULL, ctime INTEGER NOT NULL) STRICT;
        CREATE INDEX IF NOT EXISTS bulletin_phoned_target ON bulletin_phoned (target);",
    columns: "ref, target, account, caller, ctime",
    ordered: true,
};

/// A bulletin with what became of it.
#[derive(Debug, Clone)]
pub struct Bulletin {
    /// Its position.
    pub at: EventRef,
    /// Its id.
    pub id: EventId,
    /// The one it replaces.
    pub parent: Option<EventRef>,
    /// Who issued it.
    pub author: AccountNo,
    /// What it says.
    pub post: BulletinPost,
    /// Corrected time of issue, ms on the event scale.
    pub ctime: i64,
    /// When this node stored it, Unix ms.
    pub stored_ms: i64,
    /// The later of its corrections, if it has any.
    pub successor: Option<EventId>,
    /// Another correction of the same predecessor stands beside it 「同時に改訂」.
    pub concurrent: bool,
    /// Reason of its withdrawal.
    pub withdrawn: Option<String>,
}

pub(super) fn apply_post(conn: &Connection, event: &Applied<'_>) -> Result<(), StoreError> {
    let Some(post) = event.payload::<BulletinPost>() else { return Ok(()) };
    conn.execute(
        "INSERT OR IGNORE INTO bulletin (ref, id, parent, author, number, body, origin, n, time,
             counter, ctime, stored)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        params![
            event.at.to_key(),
            event.id.0,
            event.parent(),
            event.author(),
            post.number,
            event.body,
            event.at.origin.0,
            event.n(),
            event.time(),
            event.header.stamp.counter,
            event.ctime,
            event.stored_ms
        ],
    )?;
    Ok(())
}

pub(super) fn apply_withdrawal(conn: &Connection, event: &Applied<'_>) -> Result<(), StoreError> {
    let Some(withdraw) = event.payload::<BulletinWithdraw>() else { return Ok(()) };
    conn.execute(
        "INSERT OR IGNORE INTO bulletin_withdrawn (ref, target, reason, origin, n, time, counter,
             ctime)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            event.at.to_key(),
            event.parent(),
            withdraw.reason,
            event.at.origin.0,
            event.n(),
            event.time(),
            event.header.stamp.counter,
            event.ctime
        ],
    )?;
    Ok(())
}

pub(super) fn apply_ack(conn: &Connection, event: &Applied<'_>) -> Result<(), StoreError> {
    let Some(ack) = event.payload::<BulletinAck>() else { return Ok(()) };
    conn.prepare_cached(
        "INSERT OR IGNORE INTO bulletin_ack (ref, target, account, undone, written, origin, n, time,
             counter, ctime)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?
    .execute(params![
        event.at.to_key(),
        event.parent(),
        event.author(),
        ack.undone,
        ack.written_ms,
        event.at.origin.0,
        event.n(),
        event.time(),
        event.header.stamp.counter,
        event.ctime
    ])?;
    Ok(())
}

pub(super) fn apply_read(conn: &Connection, event: &Applied<'_>) -> Result<(), StoreError> {
    conn.prepare_cached(
        "INSERT OR IGNORE INTO notice_read (ref, target, account, origin, n, time, counter, ctime)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute(params![
        event.at.to_key(),
        event.parent(),
        event.author(),
        event.at.origin.0,
        event.n(),
        event.time(),
        event.header.stamp.counter,
        event.ctime
    ])?;
    Ok(())
}

pub(super) fn apply_phoned(conn: &Connection, event: &Applied<'_>) -> Result<(), StoreError> {
    let Some(phoned) = event.payload::<BulletinPhoned>() else { return Ok(()) };
    conn.execute(
        "INSERT OR IGNORE INTO bulletin_phoned (ref, target, account, caller, origin, n, time,
             counter, ctime)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        params![
            event.at.to_key(),
            event.parent(),
            phoned.account.0,
            event.author(),
            event.at.origin.0,
            event.n(),
            event.time(),
            event.header.stamp.counter,
            event.ctime
        ],
    )?;
    Ok(())
}

const COLUMNS: &str = "SELECT b.ref, b.id, b.parent, b.author, b.body, b.ctime, b.stored,
        (SELECT s.id FROM bulletin s WHERE s.parent = b.ref
         ORDER BY s.ctime DESC, s.counter DESC, s.ref DESC LIMIT 1),
        b.parent <> x'' AND EXISTS (SELECT 1 FROM bulletin o
             WHERE o.parent = b.parent AND o.ref <> b.ref),
        (SELECT w.reason FROM bulletin_withdrawn w WHERE w.target = b.ref
         ORDER BY w.ctime, w.counter, w.ref LIMIT 1)
     FROM bulletin b";

fn read(row: &Row<'_>) -> rusqlite::Result<Bulletin> {
    let bytes = |column: usize| row.get::<_, Vec<u8>>(column);
    let successor: Option<Vec<u8>> = row.get(7)?;
    Ok(Bulletin {
        at: EventRef::from_key(&bytes(0)?).ok_or_else(|| super::unreadable(0))?,
        id: EventId::from_slice(&bytes(1)?).ok_or_else(|| super::unreadable(1))?,
        parent: EventRef::from_key(&bytes(2)?),
        author: AccountNo(row.get(3)?),
        post: minicbor::decode(&bytes(4)?).map_err(|_undecodable| super::unreadable(4))?,
        ctime: row.get(5)?,
        stored_ms: row.get(6)?,
        successor: successor.and_then(|id| EventId::from_slice(&id)),
        concurrent: row.get(8)?,
        withdrawn: row.get(9)?,
    })
}

impl Snapshot<'_> {
    /// All bulletins, newest first.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub fn bulletins(&self) -> Result<Vec<Bulletin>, StoreError> {
        let mut statement = self.conn.prepare_cached(&format!(
            "{COLUMNS} ORDER BY b.ctime DESC, b.counter DESC, b.ref DESC"
        ))?;
        Ok(statement.query_map([], read)?.collect::<Result<_, _>>()?)
    }

    /// One bulletin.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub fn bulletin(&self, id: EventId) -> Result<Option<Bulletin>, StoreError> {
        let mut statement = self.conn.prepare_cached(&format!("{COLUMNS} WHERE b.id = ?1"))?;
        Ok(statement.query_row([id.0], read).optional()?)
    }

    /// One bulletin by position.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub fn bulletin_at(&self, at: EventRef) -> Result<Option<Bulletin>, StoreError> {
        let mut statement = self.conn.prepare_cached(&format!("{COLUMNS} WHERE b.ref = ?1"))?;
        Ok(statement.query_row([at.to_key()], read).optional()?)
    }

    /// The number for the next bulletin (第n号).
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub fn next_bulletin_number(&self) -> Result<u32, StoreError> {
        Ok(self
            .conn
            .query_row("SELECT coalesce(max(number), 0) + 1 FROM bulletin", [], |row| row.get(0))?)
    }

    /// Who has acknowledged: account and when (ms on the event scale); undone ones are left out.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub fn acks(
        &self,
        target: EventRef,
    ) -> Result<std::collections::BTreeMap<AccountNo, i64>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT account, undone, ctime FROM bulletin_ack WHERE target = ?1
             ORDER BY ctime, counter, ref",
        )?;
        let rows: Vec<(u32, bool, i64)> = statement
            .query_map([target.to_key()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
            .collect::<Result<_, _>>()?;
        let mut acks = std::collections::BTreeMap::new();
        for (account, undone, at) in rows {
            if undone {
                acks.remove(&AccountNo(account));
            } else {
                // A second tap does not move the time of the first.
                acks.entry(AccountNo(account)).or_insert(at);
            }
        }
        Ok(acks)
    }

    /// Who has read a bulletin or safety check, and since when.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub fn notice_readers(
        &self,
        target: EventRef,
    ) -> Result<std::collections::BTreeMap<AccountNo, i64>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT account, min(ctime) FROM notice_read WHERE target = ?1 GROUP BY account",
        )?;
        let rows: Vec<(u32, i64)> = statement
            .query_map([target.to_key()], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        Ok(rows.into_iter().map(|(account, at)| (AccountNo(account), at)).collect())
    }

    /// Who was told by telephone: account, when, by whom; the latest of each.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub fn phoned(
        &self,
        target: EventRef,
    ) -> Result<std::collections::BTreeMap<AccountNo, (i64, AccountNo)>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT account, ctime, caller FROM bulletin_phoned WHERE target = ?1
             ORDER BY ctime, counter, ref",
        )?;
        let rows: Vec<(u32, i64, u32)> = statement
            .query_map([target.to_key()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
            .collect::<Result<_, _>>()?;
        Ok(rows
            .into_iter()
            .map(|(account, at, caller)| (AccountNo(account), (at, AccountNo(caller))))
            .collect())
    }
}
