//! Inside the writer's transaction: appending our own events to the log and to the views.

use std::collections::BTreeMap;

use ed25519_dalek::SigningKey;
use rusqlite::Connection;
use rusqlite::OptionalExtension;
use rusqlite::params;

use crate::domain::event::EVENT_BYTES_MAX;
use crate::domain::event::chain;
use crate::domain::event::header::Header;
use crate::domain::event::kind::Kind;
use crate::domain::ids::AccountNo;
use crate::domain::ids::ClientId;
use crate::domain::ids::EventId;
use crate::domain::ids::EventRef;
use crate::domain::ids::Link;
use crate::domain::ids::LogId;
use crate::domain::ids::OriginId;
use crate::domain::ids::Seq;
use crate::domain::stream::Stream;
use crate::domain::time;
use crate::store::Who;
use crate::store::error::StoreError;
use crate::store::node_clock::NodeClock;
use crate::store::snapshot;
use crate::store::snapshot::Snapshot;
use crate::store::views;
use crate::store::views::Applied;

/// A run is sealed at the latest after this many bytes of events, so that it fits into one packet.
const RUN_BYTES_MAX: usize = 12_000;
/// And after this many events.
const RUN_EVENTS_MAX: usize = 64;

/// An act on its way into the log.
#[derive(Debug, Clone)]
pub struct Draft {
    stream: Stream,
    kind: Kind,
    author: Option<AccountNo>,
    parent: Option<EventRef>,
    client_id: ClientId,
    body: Vec<u8>,
    fingerprint: [u8; 16],
}

impl Draft {
    /// `body` is the kind's payload; its key 0 must be `client_id`.
    pub fn new<T: minicbor::Encode<()>>(
        stream: Stream,
        kind: Kind,
        author: Option<AccountNo>,
        client_id: ClientId,
        body: &T,
    ) -> Self {
        let body = minicbor::to_vec(body).unwrap_or_default();
        let fingerprint = fingerprint(&[&kind.number().to_be_bytes(), &stream.creation, &body]);
        Self { stream, kind, author, parent: None, client_id, body, fingerprint }
    }

    /// What it answers, edits, marks or succeeds.
    #[must_use]
    pub fn with_parent(mut self, parent: EventRef) -> Self {
        self.parent = Some(parent);
        // The same words about another thing are another act.
        self.fingerprint = fingerprint(&[&self.fingerprint, &parent.to_key()]);
        self
    }

    /// What a retry of the same act has in common with it, when the body itself differs from try to try
    /// (numbers and deadlines that the node adds).
    #[must_use]
    pub fn with_request(mut self, request: &[u8]) -> Self {
        self.fingerprint =
            fingerprint(&[&self.kind.number().to_be_bytes(), &self.stream.creation, request]);
        self
    }
}

fn fingerprint(parts: &[&[u8]]) -> [u8; 16] {
    let hash = chain::derive("noroshi 1 fingerprint", parts);
    hash.first_chunk().copied().unwrap_or_default()
}

/// Where a draft ended up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Committed {
    /// Its position.
    pub at: EventRef,
    /// Its id.
    pub id: EventId,
    /// False: a retry, the act was already in the log.
    pub is_new: bool,
}

/// What the writer remembers between transactions. Taken from the database again after a rollback.
#[derive(Debug)]
pub(super) struct Life {
    pub(super) origin: OriginId,
    pub(super) key: SigningKey,
    pub(super) clock: NodeClock,
    /// Heads of our own logs: index, number, link.
    heads: BTreeMap<LogId, (i64, Seq, Link)>,
    /// Events since the last seal, per log of this transaction: count, bytes.
    pub(super) unsealed: BTreeMap<LogId, (usize, usize)>,
}

impl Life {
    pub(super) fn new(origin: OriginId, key: SigningKey, clock: NodeClock) -> Self {
        Self { origin, key, clock, heads: BTreeMap::new(), unsealed: BTreeMap::new() }
    }

    /// A savepoint or transaction was rolled back: what is remembered of heads may be wrong.
    pub(super) fn forget(&mut self) {
        self.heads.clear();
    }
}

/// The writer's transaction.
#[derive(Debug)]
pub(super) struct Writing<'a> {
    pub(super) conn: &'a Connection,
    pub(super) who: &'a Who,
    pub(super) life: &'a mut Life,
}

impl Writing<'_> {
    pub(super) fn snapshot(&self) -> Snapshot<'_> {
        Snapshot { conn: self.conn, who: self.who, now_ms: self.life.clock.now_ms() }
    }

    /// Appends one event, unless the act is already in the log.
    pub(super) fn append(&mut self, draft: &Draft) -> Result<Committed, StoreError> {
        let twin = twin(self.who, draft.author, &draft.client_id);
        if let Some(known) = self.known_act(&twin, &draft.fingerprint)? {
            return Ok(known);
        }
        let log = LogId { stream: draft.stream.id(&self.who.org), origin: self.life.origin };
        let header = Header {
            kind: draft.kind.number(),
            stamp: self.life.clock.stamp(),
            author: draft.author,
            parent: draft.parent,
            must: false,
        };
        let bytes = header.encode(&log);
        let size = bytes.len() + draft.body.len();
        if size > EVENT_BYTES_MAX {
            return Err(StoreError::TooLarge(size));
        }
        let (index, last, link) = self.own_head(&draft.stream, &log)?;
        let n = last.next();
        let link = chain::next_link(&link, n, &bytes, &chain::commit(&draft.body));
        let at = EventRef { stream: log.stream, origin: log.origin, n };
        let stored_ms = self.life.clock.now_ms();
        let arrival = insert_event(self.conn, (index, n, &link), (&bytes, &draft.body), stored_ms)?;
        self.conn
            .prepare_cached("UPDATE log SET n = ?2, link = ?3 WHERE idx = ?1")?
            .execute(params![index, snapshot::number(n), link.0])?;
        self.conn
            .prepare_cached("INSERT INTO act (twin, arrival, fingerprint) VALUES (?1, ?2, ?3)")?
            .execute(params![twin, arrival, draft.fingerprint])?;
        let notes = views::clock_notes(self.conn, &log.origin.0)?;
        let own = i64::try_from(header.stamp.time_ms).unwrap_or(i64::MAX);
        let id = EventId::of(&link);
        views::apply(
            self.conn,
            &Applied {
                arrival,
                at,
                stream: &draft.stream,
                id,
                header: &header,
                body: &draft.body,
                ctime: time::corrected(&notes, own),
                stored_ms,
                node: self.who.node,
            },
        )?;
        self.life.heads.insert(log, (index, n, link));
        self.note_unsealed(log, size)?;
        Ok(Committed { at, id, is_new: true })
    }

    fn known_act(
        &self,
        twin: &[u8; 16],
        fingerprint: &[u8; 16],
    ) -> Result<Option<Committed>, StoreError> {
        type Row = (Option<Vec<u8>>, Vec<u8>, Vec<u8>, i64, Vec<u8>);
        let row: Option<Row> = self
            .conn
            .prepare_cached(
                "SELECT a.fingerprint, l.stream, l.origin, e.n, e.link FROM act a
                 JOIN event e ON e.arrival = a.arrival JOIN log l ON l.idx = e.log
                 WHERE a.twin = ?1",
            )?
            .query_row([twin], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
            })
            .optional()?;
        let Some((known, stream, origin, n, link)) = row else { return Ok(None) };
        // An act that came from another node has no fingerprint here: its client id is proof enough.
        if known.is_some_and(|known| known != fingerprint) {
            return Err(StoreError::ClientIdReused);
        }
        let corrupt = || StoreError::Corrupt("position of an act");
        let at = EventRef {
            stream: crate::domain::ids::StreamId::from_slice(&stream).ok_or_else(corrupt)?,
            origin: OriginId::from_slice(&origin).ok_or_else(corrupt)?,
            n: snapshot::seq(n),
        };
        let id = EventId::of(&Link::from_slice(&link).ok_or_else(corrupt)?);
        Ok(Some(Committed { at, id, is_new: false }))
    }

    /// Index, number and link of one of our logs; begins it if need be.
    fn own_head(&mut self, stream: &Stream, log: &LogId) -> Result<(i64, Seq, Link), StoreError> {
        if let Some(head) = self.life.heads.get(log) {
            return Ok(*head);
        }
        let head = open_log(self.conn, self.who, stream, log)?;
        self.life.heads.insert(*log, head);
        Ok(head)
    }

    fn note_unsealed(&mut self, log: LogId, size: usize) -> Result<(), StoreError> {
        let (events, bytes) = self.life.unsealed.entry(log).or_default();
        (*events, *bytes) = (*events + 1, *bytes + size);
        if *events >= RUN_EVENTS_MAX || *bytes >= RUN_BYTES_MAX {
            self.seal(&log)?;
        }
        Ok(())
    }

    fn seal(&mut self, log: &LogId) -> Result<(), StoreError> {
        self.life.unsealed.remove(log);
        // A rolled-back draft leaves a head in the database only: read it there.
        let row: Option<(i64, i64, Vec<u8>)> = self
            .conn
            .prepare_cached("SELECT idx, n, link FROM log WHERE stream = ?1 AND origin = ?2")?
            .query_row(params![log.stream.0, log.origin.0], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })
            .optional()?;
        let Some((index, n, link)) = row else { return Ok(()) };
        let Some(link) = Link::from_slice(&link) else { return Ok(()) };
        if n == 0 {
            return Ok(());
        }
        let seal = chain::seal(&self.life.key, &self.who.org, log, snapshot::seq(n), &link);
        self.conn
            .prepare_cached("INSERT OR IGNORE INTO seal (log, n, sig) VALUES (?1, ?2, ?3)")?
            .execute(params![index, n, seal.0])?;
        Ok(())
    }

    /// Seals every log that this transaction touched; the last thing before its commit.
    pub(super) fn seal_all(&mut self) -> Result<(), StoreError> {
        let logs: Vec<LogId> = self.life.unsealed.keys().copied().collect();
        logs.iter().try_for_each(|log| self.seal(log))
    }
}

/// Author and client id, hashed: the same act everywhere has the same.
pub(super) fn twin(who: &Who, author: Option<AccountNo>, client_id: &ClientId) -> [u8; 16] {
    let author =
        author.map_or_else(|| who.node.0.to_vec(), |author| author.0.to_be_bytes().to_vec());
    let hash = chain::derive("noroshi 1 twin", &[&author, &client_id.0]);
    hash.first_chunk().copied().unwrap_or_default()
}

/// Index, number and link of a log; begins it if need be.
pub(super) fn open_log(
    conn: &Connection,
    who: &Who,
    stream: &Stream,
    log: &LogId,
) -> Result<(i64, Seq, Link), StoreError> {
    let row: Option<(i64, i64, Vec<u8>)> = conn
        .prepare_cached("SELECT idx, n, link FROM log WHERE stream = ?1 AND origin = ?2")?
        .query_row(params![log.stream.0, log.origin.0], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    if let Some((index, n, link)) = row {
        let link = Link::from_slice(&link).ok_or(StoreError::Corrupt("link of a head"))?;
        return Ok((index, snapshot::seq(n), link));
    }
    conn.prepare_cached("INSERT OR IGNORE INTO stream (id, class, creation) VALUES (?1, ?2, ?3)")?
        .execute(params![log.stream.0, stream.class.number(), stream.creation])?;
    let link = chain::first_link(&who.org, log);
    conn.prepare_cached("INSERT INTO log (stream, origin, n, link) VALUES (?1, ?2, 0, ?3)")?
        .execute(params![log.stream.0, log.origin.0, link.0])?;
    Ok((conn.last_insert_rowid(), Seq(0), link))
}

/// Inserts an event row; answers with its arrival number.
pub(super) fn insert_event(
    conn: &Connection,
    (index, n, link): (i64, Seq, &Link),
    (header, body): (&[u8], &[u8]),
    stored_ms: i64,
) -> Result<i64, StoreError> {
    conn.prepare_cached(
        "INSERT INTO event (log, n, link, header, body, stored) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![index, snapshot::number(n), link.0, header, body, stored_ms])?;
    Ok(conn.last_insert_rowid())
}
