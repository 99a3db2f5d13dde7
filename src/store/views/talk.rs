//! Views of talk: rooms, who takes part, messages, withdrawals, 既読.

use std::collections::BTreeMap;

use rusqlite::Connection;
use rusqlite::OptionalExtension;
use rusqlite::params;

use crate::domain::ids::AccountNo;
use crate::domain::ids::ClientId;
use crate::domain::ids::EventId;
use crate::domain::ids::EventRef;
use crate::domain::ids::NodeId;
use crate::domain::ids::OriginId;
use crate::domain::ids::Seq;
use crate::domain::ids::StreamId;
use crate::domain::report::PhotoRef;
use crate::domain::stream::Stream;
use crate::domain::talk::MessagePost;
use crate::domain::talk::OriginMark;
use crate::domain::talk::ReadMark;
use crate::domain::talk::RoomGrant;
use crate::domain::talk::RoomMember;
use crate::domain::talk::RoomOpen;
use crate::store::error::StoreError;
use crate::store::snapshot::Snapshot;
use crate::store::views::Applied;
use crate::store::views::Table;
use crate::store::views::report;

pub(super) const ROOM: Table = Table {
    name: "room",
    sql: "CREATE TABLE IF NOT EXISTS room (
        ref BLOB PRIMARY KEY, room BLOB NOT NULL, name TEXT NOT NULL, everybody INTEGER NOT NULL,
        author INTEGER NOT NULL, origin BLOB NOT NULL, n INTEGER NOT NULL, time INTEGER NOT NULL,
        counter INTEGER NOT NULL, ctime INTEGER NOT NULL) STRICT;
        CREATE INDEX IF NOT EXISTS room_room ON room (room);",
    columns: "ref, room, name, everybody, author, ctime",
    ordered: true,
};

pub(super) const ROOM_NODE: Table = Table {
    name: "room_node",
    sql: "CREATE TABLE IF NOT EXISTS room_node (
        room BLOB NOT NULL, node BLOB NOT NULL, ref BLOB NOT NULL,
        PRIMARY KEY (room, node, ref)) STRICT;",
    columns: "room, node, ref",
    ordered: false,
};

pub(super) const ROOM_MEMBER: Table = Table {
    name: "room_member",
    sql: "CREATE TABLE IF NOT EXISTS room_member (
        room BLOB NOT NULL, account INTEGER NOT NULL, is_member INTEGER NOT NULL, ref BLOB NOT NULL,
        origin BLOB NOT NULL, n INTEGER NOT NULL, time INTEGER NOT NULL, counter INTEGER NOT NULL,
        ctime INTEGER NOT NULL, PRIMARY KEY (room, account, ref)) STRICT;
        CREATE INDEX IF NOT EXISTS room_member_account ON room_member (account);",
    columns: "room, account, is_member, ref, ctime",
    ordered: true,
};

pub(super) const MESSAGE: Table = Table {
    name: "message",
    sql: "CREATE TABLE IF NOT EXISTS message (
        arrival INTEGER PRIMARY KEY, ref BLOB NOT NULL UNIQUE, id BLOB NOT NULL UNIQUE,
        room BLOB NOT NULL, author INTEGER NOT NULL, node BLOB NOT NULL, client BLOB NOT NULL,
        origin BLOB NOT NULL, n INTEGER NOT NULL, time INTEGER NOT NULL, counter INTEGER NOT NULL,
        ctime INTEGER NOT NULL, text TEXT NOT NULL, photo BLOB, reply BLOB NOT NULL,
        written INTEGER, stored INTEGER NOT NULL, twin INTEGER NOT NULL) STRICT;
        CREATE INDEX IF NOT EXISTS message_order ON message (room, ctime, counter, ref);
        CREATE INDEX IF NOT EXISTS message_origin ON message (room, origin, n);
        CREATE INDEX IF NOT EXISTS message_twin ON message (author, client);",
    columns: "ref, id, room, author, node, client, ctime, counter, text, photo, reply, written, twin",
    ordered: true,
};

pub(super) const WITHDRAWN: Table = Table {
    name: "message_withdrawn",
    sql: "CREATE TABLE IF NOT EXISTS message_withdrawn (
        ref BLOB PRIMARY KEY, target BLOB NOT NULL, author INTEGER NOT NULL) STRICT;
        CREATE INDEX IF NOT EXISTS message_withdrawn_target ON message_withdrawn (target, author);",
    columns: "ref, target, author",
    ordered: false,
};

pub(super) const READ: Table = Table {
    name: "read_mark",
    sql: "CREATE TABLE IF NOT EXISTS read_mark (
        room BLOB NOT NULL, account INTEGER NOT NULL, source BLOB NOT NULL, upto INTEGER NOT NULL,
        ref BLOB NOT NULL, origin BLOB NOT NULL, n INTEGER NOT NULL, time INTEGER NOT NULL,
        counter INTEGER NOT NULL, ctime INTEGER NOT NULL,
        PRIMARY KEY (room, source, account, upto, ref)) STRICT;",
    columns: "room, account, source, upto, ref, ctime",
    ordered: true,
};

/// A room as an account's list shows it.
#[derive(Debug, Clone)]
pub struct Room {
    /// Its stream.
    pub id: StreamId,
    /// Its name.
    pub name: String,
    /// The room of everybody.
    pub everybody: bool,
    /// Nodes that take part (headquarters always does).
    pub nodes: Vec<NodeId>,
    /// Current members.
    pub members: Vec<AccountNo>,
}

/// A message as stored; what it looks like to somebody is `app`'s work.
#[derive(Debug, Clone)]
pub struct Message {
    /// Local arrival number.
    pub arrival: i64,
    /// Its position.
    pub at: EventRef,
    /// Its id.
    pub id: EventId,
    /// The room's stream.
    pub room: StreamId,
    /// Who wrote it.
    pub author: AccountNo,
    /// The node that accepted it.
    pub node: NodeId,
    /// The outbox item it was.
    pub client: ClientId,
    /// Corrected time, ms on the event scale.
    pub ctime: i64,
    /// Its text; empty when withdrawn.
    pub text: String,
    /// Its photo.
    pub photo: Option<PhotoRef>,
    /// What it replies to.
    pub reply: Option<EventRef>,
    /// Writer's time, Unix ms.
    pub written_ms: Option<i64>,
    /// When this node stored it, Unix ms.
    pub stored_ms: i64,
    /// Taken back by its author.
    pub withdrawn: bool,
}

pub(super) fn apply_open(conn: &Connection, event: &Applied<'_>) -> Result<(), StoreError> {
    let Some(open) = event.payload::<RoomOpen>() else { return Ok(()) };
    conn.execute(
        "INSERT OR IGNORE INTO room (ref, room, name, everybody, author, origin, n, time, counter,
             ctime)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        params![
            event.at.to_key(),
            event.at.stream.0,
            open.name,
            open.everybody,
            event.author(),
            event.at.origin.0,
            event.n(),
            event.time(),
            event.header.stamp.counter,
            event.ctime
        ],
    )?;
    for node in &open.nodes {
        grant(conn, event, *node)?;
    }
    for account in &open.members {
        member(conn, event, *account, true)?;
    }
    Ok(())
}

pub(super) fn apply_grant(conn: &Connection, event: &Applied<'_>) -> Result<(), StoreError> {
    event.payload::<RoomGrant>().map_or(Ok(()), |payload| grant(conn, event, payload.node))
}

fn grant(conn: &Connection, event: &Applied<'_>, node: NodeId) -> Result<(), StoreError> {
    conn.execute(
        "INSERT OR IGNORE INTO room_node (room, node, ref) VALUES (?1, ?2, ?3)",
        params![event.at.stream.0, node.0, event.at.to_key()],
    )?;
    Ok(())
}

pub(super) fn apply_member(conn: &Connection, event: &Applied<'_>) -> Result<(), StoreError> {
    event
        .payload::<RoomMember>()
        .map_or(Ok(()), |change| member(conn, event, change.account, change.is_member))
}

fn member(
    conn: &Connection,
    event: &Applied<'_>,
    account: AccountNo,
    is_member: bool,
) -> Result<(), StoreError> {
    conn.execute(
        "INSERT OR IGNORE INTO room_member (room, account, is_member, ref, origin, n, time, counter,
             ctime)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        params![
            event.at.stream.0,
            account.0,
            is_member,
            event.at.to_key(),
            event.at.origin.0,
            event.n(),
            event.time(),
            event.header.stamp.counter,
            event.ctime
        ],
    )?;
    Ok(())
}

pub(super) fn apply_message(conn: &Connection, event: &Applied<'_>) -> Result<(), StoreError> {
    let Some(post) = event.payload::<MessagePost>() else { return Ok(()) };
    let photo = post.photo.as_ref().and_then(|photo| minicbor::to_vec(photo).ok());
    let new = conn
        .prepare_cached(
            "INSERT OR IGNORE INTO message (arrival, ref, id, room, author, node, client, origin, n,
                 time, counter, ctime, text, photo, reply, written, stored, twin)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, 0)",
        )?
        .execute(params![
            event.arrival,
            event.at.to_key(),
            event.id.0,
            event.at.stream.0,
            event.author(),
            event.node.0,
            post.client_id.0,
            event.at.origin.0,
            event.n(),
            event.time(),
            event.header.stamp.counter,
            event.ctime,
            post.text,
            photo,
            event.parent(),
            post.written_ms,
            event.stored_ms
        ])?;
    if let Some(photo) = &post.photo {
        report::use_photo(conn, event, photo)?;
    }
    if new > 0 { hide_twins(conn, "message", event.author(), &post.client_id) } else { Ok(()) }
}

/// Of several events of one act the lowest (origin, n) stands.
pub(super) fn hide_twins(
    conn: &Connection,
    table: &str,
    author: i64,
    client: &ClientId,
) -> Result<(), StoreError> {
    let count: i64 = conn
        .prepare_cached(&format!("SELECT count(*) FROM {table} WHERE author = ?1 AND client = ?2"))?
        .query_row(params![author, client.0], |row| row.get(0))?;
    if count > 1 {
        conn.execute(
            &format!(
                "UPDATE {table} SET twin = EXISTS (SELECT 1 FROM {table} o
                     WHERE o.author = ?1 AND o.client = ?2
                       AND (o.origin, o.n) < ({table}.origin, {table}.n))
                 WHERE author = ?1 AND client = ?2"
            ),
            params![author, client.0],
        )?;
    }
    Ok(())
}

pub(super) fn apply_withdrawal(conn: &Connection, event: &Applied<'_>) -> Result<(), StoreError> {
    conn.execute(
        "INSERT OR IGNORE INTO message_withdrawn (ref, target, author) VALUES (?1, ?2, ?3)",
        params![event.at.to_key(), event.parent(), event.author()],
    )?;
    Ok(())
}

pub(super) fn apply_read(conn: &Connection, event: &Applied<'_>) -> Result<(), StoreError> {
    let Some(room) = event.stream.marked_room() else { return Ok(()) };
    let Some(mark) = event.payload::<ReadMark>() else { return Ok(()) };
    let mut insert = conn.prepare_cached(
        "INSERT OR IGNORE INTO read_mark (room, account, source, upto, ref, origin, n, time, counter,
             ctime)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?;
    for entry in &mark.upto {
        insert.execute(params![
            room.0,
            event.author(),
            entry.origin.0,
            i64::try_from(entry.n.0).unwrap_or(i64::MAX),
            event.at.to_key(),
            event.at.origin.0,
            event.n(),
            event.time(),
            event.header.stamp.counter,
            event.ctime
        ])?;
    }
    Ok(())
}

impl Snapshot<'_> {
    /// Rooms that an account is in, or all (`None`), by name.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub fn rooms(&self, of: Option<AccountNo>) -> Result<Vec<Room>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT room, name, everybody FROM room r
             WHERE NOT EXISTS (SELECT 1 FROM room s WHERE s.room = r.room AND s.ref < r.ref)
             ORDER BY ctime, ref",
        )?;
        let heads: Vec<(Vec<u8>, String, bool)> = statement
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
            .collect::<Result<_, _>>()?;
        let mut rooms = Vec::new();
        for (id, name, everybody) in heads {
            let Some(id) = StreamId::from_slice(&id) else { continue };
            let members = self.members(id)?;
            if of.is_none_or(|account| members.contains(&account)) {
                rooms.push(Room { id, name, everybody, nodes: self.room_nodes(id)?, members });
            }
        }
        Ok(rooms)
    }

    /// One room.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub fn room(&self, id: StreamId) -> Result<Option<Room>, StoreError> {
        let head: Option<(String, bool)> = self
            .conn
            .prepare_cached(
                "SELECT name, everybody FROM room WHERE room = ?1 ORDER BY ref LIMIT 1",
            )?
            .query_row([id.0], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let Some((name, everybody)) = head else { return Ok(None) };
        let (nodes, members) = (self.room_nodes(id)?, self.members(id)?);
        Ok(Some(Room { id, name, everybody, nodes, members }))
    }

    /// Current members: of each account's changes the latest.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub fn members(&self, room: StreamId) -> Result<Vec<AccountNo>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT account, is_member FROM room_member WHERE room = ?1 ORDER BY ctime, counter, ref",
        )?;
        let changes: Vec<(u32, bool)> = statement
            .query_map([room.0], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        let latest: BTreeMap<_, _> = changes.into_iter().collect();
        Ok(latest
            .into_iter()
            .filter(|(_, is)| *is)
            .map(|(account, _)| AccountNo(account))
            .collect())
    }

    /// Nodes that were granted a room.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub fn room_nodes(&self, room: StreamId) -> Result<Vec<NodeId>, StoreError> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT DISTINCT node FROM room_node WHERE room = ?1 ORDER BY node")?;
        let ids: Vec<Vec<u8>> =
            statement.query_map([room.0], |row| row.get(0))?.collect::<Result<_, _>>()?;
        Ok(ids.iter().filter_map(|id| NodeId::from_slice(id)).collect())
    }

    /// Does this node take part in the room that a stream belongs to (its messages or its marks)?
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub fn node_in_room(&self, node: NodeId, stream: &Stream) -> Result<bool, StoreError> {
        let room = stream.marked_room().unwrap_or_else(|| stream.id(&self.who.org));
        Ok(self
            .conn
            .prepare_cached("SELECT 1 FROM room_node WHERE room = ?1 AND node = ?2")?
            .exists(params![room.0, node.0])?)
    }

    /// Who has read a message (without its author), and when (ms on the event scale).
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub fn readers(&self, message: &Message) -> Result<Vec<(AccountNo, i64)>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT account, min(ctime) FROM read_mark
             WHERE room = ?1 AND source = ?2 AND upto >= ?3 AND account <> ?4 GROUP BY account",
        )?;
        Ok(statement
            .query_map(
                params![
                    message.room.0,
                    message.at.origin.0,
                    i64::try_from(message.at.n.0).unwrap_or(i64::MAX),
                    message.author.0
                ],
                |row| Ok((AccountNo(row.get(0)?), row.get(1)?)),
            )?
            .collect::<Result<_, _>>()?)
    }

    /// What an account has read of a room, per origin.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub fn read_upto(
        &self,
        room: StreamId,
        account: AccountNo,
    ) -> Result<BTreeMap<OriginId, i64>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT source, max(upto) FROM read_mark WHERE room = ?1 AND account = ?2
             GROUP BY source",
        )?;
        let rows: Vec<(Vec<u8>, i64)> = statement
            .query_map(params![room.0, account.0], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        Ok(rows.into_iter().filter_map(|(id, n)| Some((OriginId::from_slice(&id)?, n))).collect())
    }

    /// Messages of others that an account has not read: how many, and the first in display order.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub fn unread(
        &self,
        room: StreamId,
        account: AccountNo,
    ) -> Result<(u32, Option<EventId>), StoreError> {
        let read = self.read_upto(room, account)?;
        let origins: Vec<Vec<u8>> = self
            .conn
            .prepare_cached("SELECT origin FROM log WHERE stream = ?1")?
            .query_map([room.0], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        let mut statement = self.conn.prepare_cached(
            "SELECT ctime, counter, ref, id FROM message m
             WHERE room = ?1 AND origin = ?2 AND n > ?3 AND author <> ?4 AND twin = 0
               AND NOT EXISTS (SELECT 1 FROM message_withdrawn w
                   WHERE w.target = m.ref AND w.author = m.author)
             LIMIT 1000",
        )?;
        let (mut count, mut first) = (0_u32, None);
        for origin in origins {
            let upto = OriginId::from_slice(&origin).and_then(|id| read.get(&id)).copied();
            let mut rows =
                statement.query(params![room.0, origin, upto.unwrap_or(0), account.0])?;
            while let Some(row) = rows.next()? {
                count = count.saturating_add(1);
                let key: (i64, i64, Vec<u8>) = (row.get(0)?, row.get(1)?, row.get(2)?);
                if first.as_ref().is_none_or(|(earliest, _)| key < *earliest) {
                    let id: Vec<u8> = row.get(3)?;
                    first = Some((key, id));
                }
            }
        }
        Ok((count, first.and_then(|(_, id)| EventId::from_slice(&id))))
    }

    /// Marks that say "everything of this room that arrived up to `cursor` is read", only what rises.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub fn marks_upto(
        &self,
        room: StreamId,
        account: AccountNo,
        cursor: i64,
    ) -> Result<Vec<OriginMark>, StoreError> {
        let read = self.read_upto(room, account)?;
        let mut statement = self.conn.prepare_cached(
            "SELECT origin, max(n) FROM message WHERE room = ?1 AND arrival <= ?2 GROUP BY origin",
        )?;
        let rows: Vec<(Vec<u8>, i64)> = statement
            .query_map(params![room.0, cursor], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        Ok(rows
            .into_iter()
            .filter_map(|(origin, n)| Some((OriginId::from_slice(&origin)?, n)))
            .filter(|(origin, n)| read.get(origin).is_none_or(|known| n > known))
            .map(|(origin, n)| OriginMark { origin, n: Seq(u64::try_from(n).unwrap_or(0)) })
            .collect())
    }
}
