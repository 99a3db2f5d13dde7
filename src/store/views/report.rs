//! Views of photo reports: posts, headquarters' statements about them, and which blobs events name.

use rusqlite::Connection;
use rusqlite::OptionalExtension;
use rusqlite::Row;
use rusqlite::params;

use crate::domain::ids::AccountNo;
use crate::domain::ids::BlobHash;
use crate::domain::ids::EventId;
use crate::domain::ids::EventRef;
use crate::domain::ids::NodeId;
use crate::domain::ids::StreamId;
use crate::domain::org::DeviceSaid;
use crate::domain::report::BlobRef;
use crate::domain::report::PhotoRef;
use crate::domain::report::Place;
use crate::domain::report::ReportPost;
use crate::domain::report::ReportStatus;
use crate::store::error::StoreError;
use crate::store::snapshot::Snapshot;
use crate::store::views::Applied;
use crate::store::views::Table;
use crate::store::views::talk;

pub(super) const REPORT: Table = Table {
    name: "report",
    sql: "CREATE TABLE IF NOT EXISTS report (
        arrival INTEGER PRIMARY KEY, ref BLOB NOT NULL UNIQUE, id BLOB NOT NULL UNIQUE,
        author INTEGER NOT NULL, node BLOB NOT NULL, client BLOB NOT NULL, body BLOB NOT NULL,
        origin BLOB NOT NULL, n INTEGER NOT NULL, time INTEGER NOT NULL, counter INTEGER NOT NULL,
        ctime INTEGER NOT NULL, twin INTEGER NOT NULL) STRICT;
        CREATE INDEX IF NOT EXISTS report_twin ON report (author, client);",
    columns: "ref, id, author, node, client, body, ctime, counter, twin",
    ordered: true,
};

pub(super) const STATUS: Table = Table {
    name: "report_status",
    sql: "CREATE TABLE IF NOT EXISTS report_status (
        ref BLOB PRIMARY KEY, target BLOB NOT NULL, author INTEGER NOT NULL, body BLOB NOT NULL,
        origin BLOB NOT NULL, n INTEGER NOT NULL, time INTEGER NOT NULL, counter INTEGER NOT NULL,
        ctime INTEGER NOT NULL) STRICT;
        CREATE INDEX IF NOT EXISTS report_status_target ON report_status (target);",
    columns: "ref, target, author, body, ctime, counter",
    ordered: true,
};

/// Which event names which blob: who may read the event may fetch it. Class 0 thumbnail, 1 preview, 2 original.
pub(super) const PHOTO: Table = Table {
    name: "photo_use",
    sql: "CREATE TABLE IF NOT EXISTS photo_use (
        hash BLOB NOT NULL, ref BLOB NOT NULL, stream BLOB NOT NULL, class INTEGER NOT NULL,
        bytes INTEGER NOT NULL, original BLOB NOT NULL, PRIMARY KEY (hash, ref)) STRICT;",
    columns: "hash, ref, stream, class, bytes, original",
    ordered: false,
};

pub(super) const DEVICE: Table = Table {
    name: "device_said",
    sql: "CREATE TABLE IF NOT EXISTS device_said (
        ref BLOB PRIMARY KEY, device TEXT NOT NULL, payload BLOB NOT NULL, node BLOB NOT NULL,
        origin BLOB NOT NULL, n INTEGER NOT NULL, time INTEGER NOT NULL, counter INTEGER NOT NULL,
        ctime INTEGER NOT NULL) STRICT;",
    columns: "ref, device, payload, node, ctime",
    ordered: true,
};

/// A report with what headquarters said about it.
#[derive(Debug, Clone)]
pub struct Report {
    /// Local arrival number.
    pub arrival: i64,
    /// Its position.
    pub at: EventRef,
    /// Its id.
    pub id: EventId,
    /// Who reported.
    pub author: AccountNo,
    /// The node that accepted it.
    pub node: NodeId,
    /// What was reported.
    pub post: ReportPost,
    /// Corrected time, ms on the event scale.
    pub ctime: i64,
    /// Who saw it at headquarters, and when (ms on the event scale).
    pub seen: Option<(AccountNo, i64)>,
    /// Headquarters' place.
    pub place: Option<Place>,
    /// Headquarters asked for the originals.
    pub wants_originals: bool,
}

pub(super) fn apply_post(conn: &Connection, event: &Applied<'_>) -> Result<(), StoreError> {
    let Some(post) = event.payload::<ReportPost>() else { return Ok(()) };
    conn.execute(
        "INSERT OR IGNORE INTO report (arrival, ref, id, author, node, client, body, origin, n, time,
             counter, ctime, twin)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 0)",
        params![
            event.arrival,
            event.at.to_key(),
            event.id.0,
            event.author(),
            event.node.0,
            post.client_id.0,
            event.body,
            event.at.origin.0,
            event.n(),
            event.time(),
            event.header.stamp.counter,
            event.ctime
        ],
    )?;
    for photo in &post.photos {
        use_photo(conn, event, photo)?;
    }
    talk::hide_twins(conn, "report", event.author(), &post.client_id)
}

/// Notes that an event names a photo's blobs.
pub(super) fn use_photo(
    conn: &Connection,
    event: &Applied<'_>,
    photo: &PhotoRef,
) -> Result<(), StoreError> {
    let blobs: [(u8, Option<BlobRef>); 3] =
        [(0, photo.thumbnail), (1, photo.preview), (2, Some(photo.original))];
    for (class, blob) in blobs {
        let Some(blob) = blob else { continue };
        conn.execute(
            "INSERT OR IGNORE INTO photo_use (hash, ref, stream, class, bytes, original)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                blob.hash.0,
                event.at.to_key(),
                event.at.stream.0,
                class,
                i64::try_from(blob.bytes).unwrap_or(i64::MAX),
                photo.original.hash.0
            ],
        )?;
    }
    Ok(())
}

pub(super) fn apply_status(conn: &Connection, event: &Applied<'_>) -> Result<(), StoreError> {
    if event.payload::<ReportStatus>().is_none() {
        return Ok(());
    }
    conn.execute(
        "INSERT OR IGNORE INTO report_status (ref, target, author, body, origin, n, time, counter,
             ctime)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        params![
            event.at.to_key(),
            event.parent(),
            event.author(),
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

pub(super) fn apply_device(conn: &Connection, event: &Applied<'_>) -> Result<(), StoreError> {
    let Some(said) = event.payload::<DeviceSaid>() else { return Ok(()) };
    conn.execute(
        "INSERT OR IGNORE INTO device_said (ref, device, payload, node, origin, n, time, counter,
             ctime)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        params![
            event.at.to_key(),
            said.device,
            said.payload,
            event.node.0,
            event.at.origin.0,
            event.n(),
            event.time(),
            event.header.stamp.counter,
            event.ctime
        ],
    )?;
    Ok(())
}

const COLUMNS: &str =
    "SELECT r.arrival, r.ref, r.id, r.author, r.node, r.body, r.ctime FROM report r";

fn read(row: &Row<'_>) -> rusqlite::Result<Report> {
    let bytes = |column: usize| row.get::<_, Vec<u8>>(column);
    Ok(Report {
        arrival: row.get(0)?,
        at: EventRef::from_key(&bytes(1)?).ok_or_else(|| super::unreadable(1))?,
        id: EventId::from_slice(&bytes(2)?).ok_or_else(|| super::unreadable(2))?,
        author: AccountNo(row.get(3)?),
        node: NodeId::from_slice(&bytes(4)?).ok_or_else(|| super::unreadable(4))?,
        post: minicbor::decode(&bytes(5)?).map_err(|_undecodable| super::unreadable(5))?,
        ctime: row.get(6)?,
        seen: None,
        place: None,
        wants_originals: false,
    })
}

impl Snapshot<'_> {
    /// All reports that this node has, newest first.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub fn reports(&self) -> Result<Vec<Report>, StoreError> {
        let mut statement = self.conn.prepare_cached(&format!(
            "{COLUMNS} WHERE r.twin = 0 ORDER BY r.ctime DESC, r.counter DESC, r.ref DESC"
        ))?;
        let reports: Vec<Report> = statement.query_map([], read)?.collect::<Result<_, _>>()?;
        reports.into_iter().map(|report| self.with_status(report)).collect()
    }

    /// One report; of twins the one that stands.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub fn report(&self, id: EventId) -> Result<Option<Report>, StoreError> {
        let mut statement = self.conn.prepare_cached(&format!(
            "{COLUMNS} JOIN report t ON t.author = r.author AND t.client = r.client
             WHERE t.id = ?1 AND r.twin = 0"
        ))?;
        statement.query_row([id.0], read).optional()?.map(|one| self.with_status(one)).transpose()
    }

    /// Number of a report on this node's screens: its place among all in order of arrival.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub fn report_number(&self, arrival: i64) -> Result<u32, StoreError> {
        Ok(self
            .conn
            .prepare_cached("SELECT count(*) FROM report WHERE twin = 0 AND arrival <= ?1")?
            .query_row([arrival], |row| row.get(0))?)
    }

    fn with_status(&self, mut report: Report) -> Result<Report, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT s.author, s.ctime, s.body FROM report_status s
             WHERE s.target IN (SELECT t.ref FROM report t JOIN report o
                 ON o.author = t.author AND o.client = t.client WHERE o.ref = ?1)
             ORDER BY s.ctime, s.counter, s.ref",
        )?;
        let rows: Vec<(u32, i64, Vec<u8>)> = statement
            .query_map([report.at.to_key()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
            .collect::<Result<_, _>>()?;
        for (author, at, body) in rows {
            let Ok(status) = minicbor::decode::<ReportStatus>(&body) else { continue };
            match status.seen {
                // The first look is the one that counts.
                Some(true) => report.seen = report.seen.or(Some((AccountNo(author), at))),
                Some(false) => report.seen = None,
                None => {}
            }
            report.place = status.place.or(report.place);
            report.wants_originals = status.wants_originals.unwrap_or(report.wants_originals);
        }
        Ok(report)
    }

    /// Which streams' events name a blob.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub fn blob_streams(&self, hash: BlobHash) -> Result<Vec<StreamId>, StoreError> {
        let mut statement =
            self.conn.prepare_cached("SELECT DISTINCT stream FROM photo_use WHERE hash = ?1")?;
        let ids: Vec<Vec<u8>> =
            statement.query_map([hash.0], |row| row.get(0))?.collect::<Result<_, _>>()?;
        Ok(ids.iter().filter_map(|id| StreamId::from_slice(id)).collect())
    }

    /// All blobs that events name: hash, size, class (0 thumbnail, 1 preview, 2 original), in class order and
    /// then by arrival of the name.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub fn blobs_named(&self) -> Result<Vec<(BlobHash, u64, u8)>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT hash, bytes, class FROM photo_use GROUP BY hash ORDER BY class, min(rowid)",
        )?;
        let rows: Vec<(Vec<u8>, i64, u8)> = statement
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
            .collect::<Result<_, _>>()?;
        Ok(rows
            .into_iter()
            .filter_map(|(hash, bytes, class)| {
                Some((BlobHash::from_slice(&hash)?, u64::try_from(bytes).unwrap_or(0), class))
            })
            .collect())
    }

    /// Does this peer have the blob, by its own word?
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub fn blob_at(&self, hash: BlobHash, node: NodeId) -> Result<bool, StoreError> {
        Ok(self
            .conn
            .prepare_cached("SELECT 1 FROM blob_peer WHERE hash = ?1 AND node = ?2")?
            .exists(params![hash.0, node.0])?)
    }
}
