//! One consistent look at the database: what readers, and closures inside the writer, ask.
//!
//! The questions of each feature stand with its view; here is what they share.

use rusqlite::Connection;
use rusqlite::OptionalExtension;
use rusqlite::params;

use crate::domain::ids::EventRef;
use crate::domain::ids::LogId;
use crate::domain::ids::NodeId;
use crate::domain::ids::OriginId;
use crate::domain::ids::Seq;
use crate::domain::stream::Class;
use crate::domain::stream::Stream;
use crate::domain::time;
use crate::domain::time::ClockState;
use crate::store::Who;
use crate::store::error::StoreError;

/// A look at the database; rusqlite's types don't leave the store.
#[derive(Debug)]
pub struct Snapshot<'a> {
    pub(super) conn: &'a Connection,
    /// Whose database this is.
    pub who: &'a Who,
    /// The node's corrected time when the look began, Unix ms.
    pub now_ms: i64,
}

/// A line that went or came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineNote {
    /// Unix ms.
    pub at_ms: i64,
    /// Came back.
    pub is_up: bool,
    /// Events that arrived with it.
    pub arrived: u32,
}

impl Snapshot<'_> {
    /// The largest arrival number.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub fn cursor(&self) -> Result<i64, StoreError> {
        Ok(self
            .conn
            .query_row("SELECT coalesce(max(arrival), 0) FROM event", [], |row| row.get(0))?)
    }

    /// Has the peer committed the event, by its own word?
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub fn reached(&self, peer: NodeId, at: &EventRef) -> Result<bool, StoreError> {
        if peer == self.who.node || self.origin_node(&at.origin)? == Some(peer) {
            return Ok(true);
        }
        Ok(self
            .conn
            .prepare_cached(
                "SELECT 1 FROM peer_head WHERE node = ?1 AND stream = ?2 AND origin = ?3 AND n >= ?4",
            )?
            .exists(params![peer.0, at.stream.0, at.origin.0, number(at.n)])?)
    }

    /// When the peer committed the event, as far as known: Unix ms.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub fn reached_ms(&self, peer: NodeId, at: &EventRef) -> Result<Option<i64>, StoreError> {
        Ok(self
            .conn
            .prepare_cached(
                "SELECT min(at) FROM peer_reach
                 WHERE node = ?1 AND stream = ?2 AND origin = ?3 AND n >= ?4",
            )?
            .query_row(params![peer.0, at.stream.0, at.origin.0, number(at.n)], |row| row.get(0))?)
    }

    /// Is this act of an account in the log already?
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub fn knows_act(
        &self,
        author: Option<crate::domain::ids::AccountNo>,
        client_id: &crate::domain::ids::ClientId,
    ) -> Result<bool, StoreError> {
        let twin = crate::store::writing::twin(self.who, author, client_id);
        Ok(self.conn.prepare_cached("SELECT 1 FROM act WHERE twin = ?1")?.exists([twin])?)
    }

    /// Whose life this origin is.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub fn origin_node(&self, origin: &OriginId) -> Result<Option<NodeId>, StoreError> {
        let node: Option<Vec<u8>> = self
            .conn
            .prepare_cached("SELECT node FROM origin WHERE id = ?1")?
            .query_row([origin.0], |row| row.get(0))
            .optional()?;
        Ok(node.and_then(|id| NodeId::from_slice(&id)))
    }

    /// Are this origin's times doubtful: opened untrusted and no note has put them right?
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub fn time_is_doubtful(&self, origin: &OriginId) -> Result<bool, StoreError> {
        Ok(self
            .conn
            .prepare_cached(
                "SELECT 1 FROM origin o WHERE o.id = ?1 AND o.clock = ?2 AND NOT EXISTS
                     (SELECT 1 FROM clock_note c WHERE c.origin = o.id AND c.state <> ?2)",
            )?
            .exists(params![origin.0, ClockState::Untrusted.number()])?)
    }

    /// The stream with this id, if anything of it is known here.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub fn stream(&self, id: &crate::domain::ids::StreamId) -> Result<Option<Stream>, StoreError> {
        Ok(self
            .conn
            .prepare_cached("SELECT class, creation FROM stream WHERE id = ?1")?
            .query_row([id.0], |row| {
                Ok(Stream { class: Class::from_number(row.get(0)?), creation: row.get(1)? })
            })
            .optional()?)
    }

    /// Head of a log.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub fn head(&self, log: &LogId) -> Result<Option<Seq>, StoreError> {
        let n: Option<i64> = self
            .conn
            .prepare_cached("SELECT n FROM log WHERE stream = ?1 AND origin = ?2")?
            .query_row(params![log.stream.0, log.origin.0], |row| row.get(0))
            .optional()?;
        Ok(n.map(seq))
    }

    /// Newest notes about the line to a peer, oldest first.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub fn line_notes(&self, peer: NodeId, limit: u32) -> Result<Vec<LineNote>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT at, is_up, arrived FROM line_note WHERE node = ?1 ORDER BY id DESC LIMIT ?2",
        )?;
        let mut notes: Vec<LineNote> = statement
            .query_map(params![peer.0, limit], |row| {
                Ok(LineNote { at_ms: row.get(0)?, is_up: row.get(1)?, arrived: row.get(2)? })
            })?
            .collect::<Result<_, _>>()?;
        notes.reverse();
        Ok(notes)
    }

    /// From the event scale to Unix ms, for screens.
    #[must_use]
    pub fn unix(&self, event_ms: i64) -> i64 {
        time::unix_ms(event_ms)
    }

    /// How many events of each class a peer still lacks of what it may read.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub fn lacking(
        &self,
        peer: NodeId,
        may_read: impl Fn(&Stream) -> Result<bool, StoreError>,
    ) -> Result<std::collections::BTreeMap<Class, u64>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT s.class, s.creation, l.n - coalesce(p.n, 0) FROM log l
             JOIN stream s ON s.id = l.stream
             JOIN origin o ON o.id = l.origin
             LEFT JOIN peer_head p ON p.node = ?1 AND p.stream = l.stream AND p.origin = l.origin
             WHERE l.n > coalesce(p.n, 0) AND o.node <> ?1",
        )?;
        let rows: Vec<(u8, Vec<u8>, i64)> = statement
            .query_map([peer.0], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
            .collect::<Result<_, _>>()?;
        let mut lacking = std::collections::BTreeMap::new();
        for (class, creation, count) in rows {
            let stream = Stream { class: Class::from_number(class), creation };
            if may_read(&stream)? {
                let sum: &mut u64 = lacking.entry(stream.class).or_default();
                *sum = sum.saturating_add(u64::try_from(count).unwrap_or(0));
            }
        }
        Ok(lacking)
    }
}

/// An event number as SQLite holds it.
pub(super) fn number(n: Seq) -> i64 {
    i64::try_from(n.0).unwrap_or(i64::MAX)
}

/// An event number as SQLite gave it.
pub(super) fn seq(n: i64) -> Seq {
    Seq(u64::try_from(n).unwrap_or(0))
}

impl Snapshot<'_> {
    /// Which screens what arrived after a cursor concerns; rooms only those that `is_mine` says.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub fn topics_since(
        &self,
        after: i64,
        is_mine: impl Fn(crate::domain::ids::StreamId) -> bool,
    ) -> Result<std::collections::BTreeSet<String>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT DISTINCT s.id, s.class, s.creation FROM event e JOIN log l ON l.idx = e.log
             JOIN stream s ON s.id = l.stream WHERE e.arrival > ?1",
        )?;
        let rows: Vec<(Vec<u8>, u8, Vec<u8>)> = statement
            .query_map([after], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
            .collect::<Result<_, _>>()?;
        let mut topics = std::collections::BTreeSet::new();
        if rows.is_empty() {
            // Nothing new in the log: a peer committed something of ours, so marks of delivery moved.
            topics.extend(["rooms", "bulletins", "safety", "reports"].map(str::to_owned));
        }
        for (id, class, creation) in rows {
            let stream = Stream { class: Class::from_number(class), creation };
            let id = crate::domain::ids::StreamId::from_slice(&id);
            let room = stream.marked_room().or(id);
            match (stream.class, room) {
                (Class::Room | Class::Mark, Some(room)) if is_mine(room) => {
                    topics.insert("rooms".to_owned());
                    topics.insert(format!("room:{room}"));
                }
                (Class::Notice | Class::Answer | Class::Desk, _) => {
                    topics.extend(["bulletins", "safety", "reports"].map(str::to_owned));
                }
                (Class::Report, _) => {
                    topics.insert("reports".to_owned());
                }
                (Class::Org | Class::Cred, _) => {
                    topics.extend(["shelters", "accounts", "rooms"].map(str::to_owned));
                }
                (Class::Room | Class::Mark | Class::Nodes | Class::Unknown(_), _) => {}
            }
        }
        Ok(topics)
    }
}
