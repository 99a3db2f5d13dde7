//! Looking after the database: is the file sound, do chains and seals verify, do rebuilt views equal the
//! incremental ones.

use rusqlite::Connection;
use rusqlite::params;

use crate::domain::event::chain;
use crate::domain::event::header::Header;
use crate::domain::ids::EventId;
use crate::domain::ids::EventRef;
use crate::domain::ids::Link;
use crate::domain::ids::LogId;
use crate::domain::ids::NodeId;
use crate::domain::ids::OriginId;
use crate::domain::ids::Signature;
use crate::domain::ids::StreamId;
use crate::domain::stream::Class;
use crate::domain::stream::Stream;
use crate::domain::time;
use crate::store::Sort;
use crate::store::Store;
use crate::store::Who;
use crate::store::error::StoreError;
use crate::store::snapshot;
use crate::store::snapshot::Snapshot;
use crate::store::views;
use crate::store::views::Applied;

/// What the doctor found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Findings {
    /// Events in the log.
    pub events: u64,
    /// Logs whose chain or seal does not verify.
    pub broken_logs: Vec<String>,
    /// Digest of the views as they are.
    pub digest: String,
    /// Digest of the views computed again from the log.
    pub rebuilt: String,
    /// What SQLite's own check said; "ok" is good.
    pub integrity: String,
}

impl Findings {
    /// Is everything as it must be?
    #[must_use]
    pub fn is_well(&self) -> bool {
        self.broken_logs.is_empty() && self.digest == self.rebuilt && self.integrity == "ok"
    }
}

/// SQLite's quick look at the file.
pub(super) fn quick_check(conn: &Connection) -> Result<(), StoreError> {
    let word: String = conn.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if word == "ok" { Ok(()) } else { Err(StoreError::Corrupt("the database file")) }
}

/// Throws the views away and computes them from the log, in order of arrival.
pub(super) fn rebuild(conn: &Connection, who: &Who) -> Result<(), StoreError> {
    views::clear(conn)?;
    replay(conn, who, "ORDER BY e.arrival")
}

fn replay(conn: &Connection, who: &Who, order: &str) -> Result<(), StoreError> {
    let mut statement = conn.prepare(&format!(
        "SELECT e.arrival, l.stream, l.origin, e.n, e.link, e.header, e.body, e.stored, s.class,
             s.creation, o.node
         FROM event e JOIN log l ON l.idx = e.log JOIN stream s ON s.id = l.stream
         JOIN origin o ON o.id = l.origin {order}"
    ))?;
    let mut rows = statement.query([])?;
    let snapshot = Snapshot { conn, who, now_ms: 0 };
    while let Some(row) = rows.next()? {
        let bytes = |column: usize| row.get::<_, Vec<u8>>(column);
        let corrupt = || StoreError::Corrupt("an event's position");
        let log = LogId {
            stream: StreamId::from_slice(&bytes(1)?).ok_or_else(corrupt)?,
            origin: OriginId::from_slice(&bytes(2)?).ok_or_else(corrupt)?,
        };
        let (header_bytes, body) = (bytes(5)?, row.get::<_, Option<Vec<u8>>>(6)?);
        let Ok(header) = Header::decode(&header_bytes, &log) else {
            return Err(StoreError::Corrupt("an event's header"));
        };
        let stream = Stream { class: Class::from_number(row.get(8)?), creation: bytes(9)? };
        let notes = views::clock_notes(snapshot.conn, &log.origin.0)?;
        let own = i64::try_from(header.stamp.time_ms).unwrap_or(i64::MAX);
        let event = Applied {
            arrival: row.get(0)?,
            at: EventRef { stream: log.stream, origin: log.origin, n: snapshot::seq(row.get(3)?) },
            stream: &stream,
            id: EventId::of(&Link::from_slice(&bytes(4)?).ok_or_else(corrupt)?),
            header: &header,
            body: body.as_deref().unwrap_or_default(),
            ctime: time::corrected(&notes, own),
            stored_ms: row.get(7)?,
            node: NodeId::from_slice(&bytes(10)?).ok_or_else(corrupt)?,
        };
        views::apply(conn, &event)?;
    }
    Ok(())
}

/// Index, stream, origin, head, link.
type LogRow = (i64, Vec<u8>, Vec<u8>, i64, Vec<u8>);

/// Recomputes every chain against head and seals.
fn broken_logs(conn: &Connection, who: &Who) -> Result<Vec<String>, StoreError> {
    let mut statement =
        conn.prepare("SELECT idx, stream, origin, n, link FROM log WHERE n > 0 ORDER BY idx")?;
    let logs: Vec<LogRow> = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)))?
        .collect::<Result<_, _>>()?;
    let mut broken = Vec::new();
    for (index, stream, origin, n, link) in logs {
        let (Some(stream), Some(origin)) =
            (StreamId::from_slice(&stream), OriginId::from_slice(&origin))
        else {
            broken.push(format!("log {index}"));
            continue;
        };
        let log = LogId { stream, origin };
        if !chain_holds(conn, who, (index, n, &link), &log)? {
            broken.push(format!("{stream}/{origin}"));
        }
    }
    Ok(broken)
}

fn chain_holds(
    conn: &Connection,
    who: &Who,
    (index, head, head_link): (i64, i64, &[u8]),
    log: &LogId,
) -> Result<bool, StoreError> {
    let snapshot = Snapshot { conn, who, now_ms: 0 };
    let key = match snapshot.origin_node(&log.origin)? {
        Some(node) => snapshot.certificate(node)?.map(|(certificate, _)| certificate.signing),
        None => None,
    };
    let mut events = conn.prepare_cached(
        "SELECT e.n, e.header, e.body, e.commit_, s.sig FROM event e
         LEFT JOIN seal s ON s.log = e.log AND s.n = e.n WHERE e.log = ?1 ORDER BY e.n",
    )?;
    let mut rows = events.query(params![index])?;
    let (mut link, mut count, mut sealed) = (chain::first_link(&who.org, log), 0_i64, 0_i64);
    while let Some(row) = rows.next()? {
        let n: i64 = row.get(0)?;
        let header: Vec<u8> = row.get(1)?;
        let body: Option<Vec<u8>> = row.get(2)?;
        let erased: Option<Vec<u8>> = row.get(3)?;
        let commit = match (body, erased) {
            (Some(body), _) => chain::commit(&body),
            (None, Some(commit)) => commit.try_into().unwrap_or_default(),
            (None, None) => return Ok(false),
        };
        count += 1;
        link = chain::next_link(&link, snapshot::seq(n), &header, &commit);
        let signature: Option<Vec<u8>> = row.get(4)?;
        if let (Some(bytes), Some(key)) = (signature, key) {
            let Some(signature) = Signature::from_slice(&bytes) else { return Ok(false) };
            if !chain::seal_holds(&key, &who.org, log, (snapshot::seq(n), &link), &signature) {
                return Ok(false);
            }
            sealed = n;
        }
    }
    // Without a certificate (a headquarters that is just being made) there is nothing to verify seals with.
    Ok(count == head && link.0 == head_link && (sealed == head || key.is_none()))
}

impl Store {
    /// Examines everything; what it tried to rebuild is rolled back, so it changes nothing.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub async fn examine(&self) -> Result<Findings, StoreError> {
        self.write(Sort::Quiet, |writing| {
            let (conn, who) = (writing.conn, writing.who);
            let integrity = conn.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
            let events: i64 = conn.query_row("SELECT count(*) FROM event", [], |row| row.get(0))?;
            let digest = views::digest(conn)?;
            conn.execute_batch("SAVEPOINT doctor")?;
            views::clear(conn)?;
            // Another order than that of arrival: the result must not depend on it.
            let rebuilt = replay(conn, who, "ORDER BY l.origin DESC, l.stream, e.n")
                .and_then(|()| views::digest(conn));
            conn.execute_batch("ROLLBACK TO doctor; RELEASE doctor")?;
            Ok(Findings {
                events: u64::try_from(events).unwrap_or(0),
                broken_logs: broken_logs(conn, who)?,
                digest,
                rebuilt: rebuilt?,
                integrity,
            })
        })
        .await
    }
}
