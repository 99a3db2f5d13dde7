//! Messages as they are asked for: pages of a room, what arrived, one of them.

use rusqlite::OptionalExtension;
use rusqlite::Row;
use rusqlite::params;

use crate::domain::ids::AccountNo;
use crate::domain::ids::BlobHash;
use crate::domain::ids::ClientId;
use crate::domain::ids::EventId;
use crate::domain::ids::EventRef;
use crate::domain::ids::NodeId;
use crate::domain::ids::StreamId;
use crate::domain::report::PhotoRef;
use crate::store::error::StoreError;
use crate::store::snapshot::Snapshot;
use crate::store::views::talk::Message;
use crate::store::views::unreadable;

const MESSAGE_COLUMNS: &str = "SELECT m.arrival, m.ref, m.id, m.room, m.author, m.node, m.client,
        m.ctime, m.text, m.photo, m.reply, m.written, m.stored,
        EXISTS (SELECT 1 FROM message_withdrawn w WHERE w.target = m.ref AND w.author = m.author)
     FROM message m";

fn read_message(row: &Row<'_>) -> rusqlite::Result<Message> {
    let bytes = |column: usize| row.get::<_, Vec<u8>>(column);
    let withdrawn: bool = row.get(13)?;
    let photo: Option<Vec<u8>> = row.get(9)?;
    let position = EventRef::from_key(&bytes(1)?);
    Ok(Message {
        arrival: row.get(0)?,
        at: position.ok_or_else(|| unreadable(1))?,
        id: EventId::from_slice(&bytes(2)?).ok_or_else(|| unreadable(2))?,
        room: StreamId::from_slice(&bytes(3)?).ok_or_else(|| unreadable(3))?,
        author: AccountNo(row.get(4)?),
        node: NodeId::from_slice(&bytes(5)?).ok_or_else(|| unreadable(5))?,
        client: ClientId::from_slice(&bytes(6)?).ok_or_else(|| unreadable(6))?,
        ctime: row.get(7)?,
        text: if withdrawn { String::new() } else { row.get(8)? },
        photo: photo.filter(|_| !withdrawn).and_then(|bytes| minicbor::decode(&bytes).ok()),
        reply: EventRef::from_key(&bytes(10)?),
        written_ms: row.get(11)?,
        stored_ms: row.get(12)?,
        withdrawn,
    })
}

impl Snapshot<'_> {
    /// The newest messages of a room before a position (exclusive), oldest first, and whether there are more.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub fn messages_before(
        &self,
        room: StreamId,
        before: Option<EventId>,
        limit: u32,
    ) -> Result<(Vec<Message>, bool), StoreError> {
        let position: Option<(i64, i64, Vec<u8>)> = match before {
            Some(id) => self
                .conn
                .query_row(
                    "SELECT ctime, counter, ref FROM message WHERE id = ?1 AND room = ?2",
                    params![id.0, room.0],
                    |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
                )
                .optional()?,
            None => None,
        };
        let (ctime, counter, key) = position.unwrap_or((i64::MAX, i64::MAX, vec![0xff; 41]));
        let mut statement = self.conn.prepare_cached(&format!(
            "{MESSAGE_COLUMNS} WHERE m.room = ?1 AND m.twin = 0
                 AND (m.ctime, m.counter, m.ref) < (?2, ?3, ?4)
             ORDER BY m.ctime DESC, m.counter DESC, m.ref DESC LIMIT ?5"
        ))?;
        let mut found: Vec<Message> = statement
            .query_map(params![room.0, ctime, counter, key, i64::from(limit) + 1], read_message)?
            .collect::<Result<_, _>>()?;
        let more = found.len() > limit as usize;
        found.truncate(limit as usize);
        found.reverse();
        Ok((found, more))
    }

    /// Messages of a room that arrived after a cursor, in order of arrival.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub fn messages_after(
        &self,
        room: StreamId,
        after: i64,
        limit: u32,
    ) -> Result<Vec<Message>, StoreError> {
        let mut statement = self.conn.prepare_cached(&format!(
            "{MESSAGE_COLUMNS} WHERE m.arrival > ?2 AND m.room = ?1 AND m.twin = 0
             ORDER BY m.arrival LIMIT ?3"
        ))?;
        Ok(statement
            .query_map(params![room.0, after, limit], read_message)?
            .collect::<Result<_, _>>()?)
    }

    /// Messages of all rooms that arrived after a cursor.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub fn messages_arrived(&self, after: i64, limit: u32) -> Result<Vec<Message>, StoreError> {
        let mut statement = self.conn.prepare_cached(&format!(
            "{MESSAGE_COLUMNS} WHERE m.arrival > ?1 AND m.twin = 0 ORDER BY m.arrival LIMIT ?2"
        ))?;
        Ok(statement.query_map(params![after, limit], read_message)?.collect::<Result<_, _>>()?)
    }

    /// One message; of twins the one that stands.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub fn message(&self, id: EventId) -> Result<Option<Message>, StoreError> {
        let mut statement = self.conn.prepare_cached(&format!(
            "{MESSAGE_COLUMNS} JOIN message t ON t.author = m.author AND t.client = m.client
             WHERE t.id = ?1 AND m.twin = 0"
        ))?;
        Ok(statement.query_row([id.0], read_message).optional()?)
    }

    /// One message by position.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub fn message_at(&self, at: EventRef) -> Result<Option<Message>, StoreError> {
        let mut statement =
            self.conn.prepare_cached(&format!("{MESSAGE_COLUMNS} WHERE m.ref = ?1"))?;
        Ok(statement.query_row([at.to_key()], read_message).optional()?)
    }

    /// The photo with this original in a message of the room that was not taken back.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub fn photo_in_room(
        &self,
        room: StreamId,
        original: BlobHash,
    ) -> Result<Option<PhotoRef>, StoreError> {
        let mut statement = self.conn.prepare_cached(&format!(
            "{MESSAGE_COLUMNS} JOIN photo_use p ON p.ref = m.ref
             WHERE p.hash = ?2 AND p.class = 2 AND m.room = ?1"
        ))?;
        let found: Vec<Message> = statement
            .query_map(params![room.0, original.0], read_message)?
            .collect::<Result<_, _>>()?;
        Ok(found.into_iter().find_map(|message| message.photo))
    }
}
