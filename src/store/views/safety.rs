//! Views of safety checks: the question, its deadline, all answers, all marks of calls.

use std::collections::BTreeMap;

use rusqlite::Connection;
use rusqlite::OptionalExtension;
use rusqlite::Row;
use rusqlite::params;

use crate::domain::ids::AccountNo;
use crate::domain::ids::EventId;
use crate::domain::ids::EventRef;
use crate::domain::ids::OriginId;
use crate::domain::safety;
use crate::domain::safety::Answer;
use crate::domain::safety::CallMark;
use crate::domain::safety::SafetyAnswer;
use crate::domain::safety::SafetyCall;
use crate::domain::safety::SafetyChange;
use crate::domain::safety::SafetyOpen;
use crate::domain::safety::Said;
use crate::store::error::StoreError;
use crate::store::snapshot::Snapshot;
use crate::store::views::Applied;
use crate::store::views::Table;

pub(super) const CHECK: Table = Table {
    name: "safety_check",
    sql: "CREATE TABLE IF NOT EXISTS safety_check (
        ref BLOB PRIMARY KEY, id BLOB NOT NULL UNIQUE, author INTEGER NOT NULL,
        number INTEGER NOT NULL, body BLOB NOT NULL, origin BLOB NOT NULL, n INTEGER NOT NULL,
        time INTEGER NOT NULL, counter INTEGER NOT NULL, ctime INTEGER NOT NULL) STRICT;",
    columns: "ref, id, author, number, body, ctime, counter",
    ordered: true,
};

pub(super) const CHANGE: Table = Table {
    name: "safety_change",
    sql: "CREATE TABLE IF NOT EXISTS safety_change (
        ref BLOB PRIMARY KEY, target BLOB NOT NULL, deadline INTEGER, closed INTEGER NOT NULL,
        origin BLOB NOT NULL, n INTEGER NOT NULL, time INTEGER NOT NULL, counter INTEGER NOT NULL,
        ctime INTEGER NOT NULL) STRICT;
        CREATE INDEX IF NOT EXISTS safety_change_target ON safety_change (target);",
    columns: "ref, target, deadline, closed, ctime, counter",
    ordered: true,
};

pub(super) const ANSWER: Table = Table {
    name: "safety_answer",
    sql: "CREATE TABLE IF NOT EXISTS safety_answer (
        ref BLOB PRIMARY KEY, target BLOB NOT NULL, account INTEGER NOT NULL,
        answer INTEGER NOT NULL, note TEXT NOT NULL, written INTEGER, origin BLOB NOT NULL,
        n INTEGER NOT NULL, time INTEGER NOT NULL, counter INTEGER NOT NULL,
        ctime INTEGER NOT NULL) STRICT;
        CREATE INDEX IF NOT EXISTS safety_answer_target ON safety_answer (target, account);",
    columns: "ref, target, account, answer, note, written, ctime, counter",
    ordered: true,
};

pub(super) const CALL: Table = Table {
    name: "safety_call",
    sql: "CREATE TABLE IF NOT EXISTS safety_call (
        ref BLOB PRIMARY KEY, target BLOB NOT NULL, account INTEGER NOT NULL, mark TEXT NOT NULL,
        answer INTEGER, caller INTEGER NOT NULL, origin BLOB NOT NULL, n INTEGER NOT NULL,
        time INTEGER NOT NULL, counter INTEGER NOT NULL, ctime INTEGER NOT NULL) STRICT;
        CREATE INDEX IF NOT EXISTS safety_call_target ON safety_call (target, account);",
    columns: "ref, target, account, mark, answer, caller, ctime, counter",
    ordered: true,
};

/// A safety check with its deadline as it stands.
#[derive(Debug, Clone)]
pub struct Check {
    /// Its position.
    pub at: EventRef,
    /// Its id.
    pub id: EventId,
    /// Who started it.
    pub author: AccountNo,
    /// The question.
    pub open: SafetyOpen,
    /// When it began, ms on the event scale.
    pub ctime: i64,
    /// The deadline that stands, Unix ms.
    pub deadline_ms: i64,
    /// When it was closed, ms on the event scale.
    pub closed: Option<i64>,
}

/// One statement about a person's safety: an own answer, or what a caller recorded.
#[derive(Debug, Clone)]
pub struct Statement {
    /// The event that says it.
    pub at: EventRef,
    /// About whom.
    pub account: AccountNo,
    /// The answer.
    pub answer: Answer,
    /// One remark.
    pub note: String,
    /// When, ms on the event scale.
    pub ctime: i64,
    /// The caller, if it was recorded on the telephone.
    pub proxy: Option<AccountNo>,
    order: (i64, u32, [u8; 16], u64),
}

/// One mark of a call.
#[derive(Debug, Clone)]
pub struct Call {
    /// Who was called.
    pub account: AccountNo,
    /// What came out.
    pub mark: CallMark,
    /// What the person said.
    pub answer: Option<Answer>,
    /// Who called.
    pub caller: AccountNo,
    /// When, ms on the event scale.
    pub ctime: i64,
}

impl Statement {
    /// Which of several statements about one person stands.
    #[must_use]
    pub fn standing(all: &[Self]) -> Option<&Self> {
        let said: Vec<Said> = all
            .iter()
            .map(|one| Said { order: one.order, answer: one.answer, by_proxy: one.proxy.is_some() })
            .collect();
        safety::standing(&said)
            .and_then(|index| all.get(index))
            .filter(|one| one.answer != Answer::Withdrawn)
    }
}

pub(super) fn apply_open(conn: &Connection, event: &Applied<'_>) -> Result<(), StoreError> {
    let Some(open) = event.payload::<SafetyOpen>() else { return Ok(()) };
    conn.execute(
        "INSERT OR IGNORE INTO safety_check (ref, id, author, number, body, origin, n, time, counter,
             ctime)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        params![
            event.at.to_key(),
            event.id.0,
            event.author(),
            open.number,
            event.body,
            event.at.origin.0,
            event.n(),
            event.time(),
            event.header.stamp.counter,
            event.ctime
        ],
    )?;
    Ok(())
}

pub(super) fn apply_change(conn: &Connection, event: &Applied<'_>) -> Result<(), StoreError> {
    let Some(change) = event.payload::<SafetyChange>() else { return Ok(()) };
    conn.execute(
        "INSERT OR IGNORE INTO safety_change (ref, target, deadline, closed, origin, n, time, counter,
             ctime)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        params![
            event.at.to_key(),
            event.parent(),
            change.deadline_ms,
            change.closed,
            event.at.origin.0,
            event.n(),
            event.time(),
            event.header.stamp.counter,
            event.ctime
        ],
    )?;
    Ok(())
}

pub(super) fn apply_answer(conn: &Connection, event: &Applied<'_>) -> Result<(), StoreError> {
    let Some(answer) = event.payload::<SafetyAnswer>() else { return Ok(()) };
    conn.prepare_cached(
        "INSERT OR IGNORE INTO safety_answer (ref, target, account, answer, note, written, origin, n,
             time, counter, ctime)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?
    .execute(params![
        event.at.to_key(),
        event.parent(),
        event.author(),
        answer.answer.number(),
        answer.note,
        answer.written_ms,
        event.at.origin.0,
        event.n(),
        event.time(),
        event.header.stamp.counter,
        event.ctime
    ])?;
    Ok(())
}

pub(super) fn apply_call(conn: &Connection, event: &Applied<'_>) -> Result<(), StoreError> {
    let Some(call) = event.payload::<SafetyCall>() else { return Ok(()) };
    conn.execute(
        "INSERT OR IGNORE INTO safety_call (ref, target, account, mark, answer, caller, origin, n,
             time, counter, ctime)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        params![
            event.at.to_key(),
            event.parent(),
            call.account.0,
            call.mark.word(),
            call.answer.map(Answer::number),
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

const COLUMNS: &str = "SELECT c.ref, c.id, c.author, c.body, c.ctime,
        (SELECT d.deadline FROM safety_change d WHERE d.target = c.ref AND d.deadline IS NOT NULL
         ORDER BY d.ctime DESC, d.counter DESC, d.ref DESC LIMIT 1),
        (SELECT min(e.ctime) FROM safety_change e WHERE e.target = c.ref AND e.closed = 1)
     FROM safety_check c";

fn read(row: &Row<'_>) -> rusqlite::Result<Check> {
    let bytes = |column: usize| row.get::<_, Vec<u8>>(column);
    let open: SafetyOpen =
        minicbor::decode(&bytes(3)?).map_err(|_undecodable| super::unreadable(3))?;
    Ok(Check {
        at: EventRef::from_key(&bytes(0)?).ok_or_else(|| super::unreadable(0))?,
        id: EventId::from_slice(&bytes(1)?).ok_or_else(|| super::unreadable(1))?,
        author: AccountNo(row.get(2)?),
        ctime: row.get(4)?,
        deadline_ms: row.get::<_, Option<i64>>(5)?.unwrap_or(open.deadline_ms),
        closed: row.get(6)?,
        open,
    })
}

impl Snapshot<'_> {
    /// All safety checks, newest first.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub fn checks(&self) -> Result<Vec<Check>, StoreError> {
        let mut statement = self.conn.prepare_cached(&format!(
            "{COLUMNS} ORDER BY c.ctime DESC, c.counter DESC, c.ref DESC"
        ))?;
        Ok(statement.query_map([], read)?.collect::<Result<_, _>>()?)
    }

    /// One safety check.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub fn check(&self, id: EventId) -> Result<Option<Check>, StoreError> {
        let mut statement = self.conn.prepare_cached(&format!("{COLUMNS} WHERE c.id = ?1"))?;
        Ok(statement.query_row([id.0], read).optional()?)
    }

    /// The number for the next check (第n回).
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub fn next_check_number(&self) -> Result<u32, StoreError> {
        Ok(self.conn.query_row(
            "SELECT coalesce(max(number), 0) + 1 FROM safety_check",
            [],
            |row| row.get(0),
        )?)
    }

    /// Everything said about people's safety in a check, per person in display order.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub fn statements(
        &self,
        check: EventRef,
    ) -> Result<BTreeMap<AccountNo, Vec<Statement>>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT ref, account, answer, note, ctime, counter, NULL, origin, n FROM safety_answer
             WHERE target = ?1
             UNION ALL
             SELECT ref, account, answer, '', ctime, counter, caller, origin, n FROM safety_call
             WHERE target = ?1 AND answer IS NOT NULL AND mark = 'reached'
             ORDER BY 5, 6, 1",
        )?;
        let read = |row: &Row<'_>| {
            let (key, origin): (Vec<u8>, Vec<u8>) = (row.get(0)?, row.get(7)?);
            let (ctime, counter): (i64, u32) = (row.get(4)?, row.get(5)?);
            let n = u64::try_from(row.get::<_, i64>(8)?).unwrap_or(0);
            let origin = OriginId::from_slice(&origin).unwrap_or(OriginId([0; 16]));
            Ok(Statement {
                at: EventRef::from_key(&key).ok_or_else(|| super::unreadable(0))?,
                account: AccountNo(row.get(1)?),
                answer: Answer::from_number(row.get(2)?).unwrap_or(Answer::Help),
                note: row.get(3)?,
                ctime,
                proxy: row.get::<_, Option<u32>>(6)?.map(AccountNo),
                order: (ctime, counter, origin.0, n),
            })
        };
        let all: Vec<Statement> =
            statement.query_map([check.to_key()], read)?.collect::<Result<_, _>>()?;
        let mut by_person: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for one in all {
            by_person.entry(one.account).or_default().push(one);
        }
        Ok(by_person)
    }

    /// All marks of calls of a check, per person in display order.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub fn calls(&self, check: EventRef) -> Result<BTreeMap<AccountNo, Vec<Call>>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT account, mark, answer, caller, ctime FROM safety_call WHERE target = ?1
             ORDER BY ctime, counter, ref",
        )?;
        let read = |row: &Row<'_>| {
            let mark: String = row.get(1)?;
            Ok(Call {
                account: AccountNo(row.get(0)?),
                mark: CallMark::from_word(&mark).unwrap_or(CallMark::Clear),
                answer: row.get::<_, Option<u8>>(2)?.and_then(Answer::from_number),
                caller: AccountNo(row.get(3)?),
                ctime: row.get(4)?,
            })
        };
        let all: Vec<Call> =
            statement.query_map([check.to_key()], read)?.collect::<Result<_, _>>()?;
        let mut by_person: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for one in all {
            by_person.entry(one.account).or_default().push(one);
        }
        Ok(by_person)
    }
}
