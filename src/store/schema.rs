//! Tables of the database: the log and its bookkeeping. Views have theirs beside their rules.

use rusqlite::Connection;

use crate::store::error::StoreError;
use crate::store::views;

/// Format of the log tables; a newer file is refused.
pub(super) const FORMAT: i64 = 1;

/// Settings of the one connection that writes.
pub(super) const WRITER_PRAGMAS: &str = "
    PRAGMA page_size = 4096;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = ON;
    PRAGMA wal_autocheckpoint = 1000;
    PRAGMA journal_size_limit = 67108864;
    PRAGMA temp_store = MEMORY;
    PRAGMA cache_size = -8000;
";

/// Settings of the connections that read.
pub(super) const READER_PRAGMAS: &str = "
    PRAGMA query_only = ON;
    PRAGMA temp_store = MEMORY;
    PRAGMA cache_size = -2000;
";

const LOG_TABLES: &str = "
    CREATE TABLE IF NOT EXISTS meta (
        key   TEXT PRIMARY KEY,
        value BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;

    -- Process lives; `node` is whose, `clock` the ClockState number at its start.
    CREATE TABLE IF NOT EXISTS origin (
        id     BLOB PRIMARY KEY,
        node   BLOB NOT NULL,
        clock  INTEGER NOT NULL,
        opened INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE IF NOT EXISTS stream (
        id       BLOB PRIMARY KEY,
        class    INTEGER NOT NULL,
        creation BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;

    -- Heads.
    CREATE TABLE IF NOT EXISTS log (
        idx    INTEGER PRIMARY KEY,
        stream BLOB NOT NULL,
        origin BLOB NOT NULL,
        n      INTEGER NOT NULL,
        link   BLOB NOT NULL,
        UNIQUE (stream, origin)
    ) STRICT;

    -- `arrival` is the local commit number: cursor of the API and of rebuilding. It never leaves the node.
    -- `commit_` is filled only when the body is erased.
    CREATE TABLE IF NOT EXISTS event (
        arrival INTEGER PRIMARY KEY AUTOINCREMENT,
        log     INTEGER NOT NULL,
        n       INTEGER NOT NULL,
        link    BLOB NOT NULL,
        header  BLOB NOT NULL,
        body    BLOB,
        commit_ BLOB,
        stored  INTEGER NOT NULL,
        UNIQUE (log, n)
    ) STRICT;

    CREATE TABLE IF NOT EXISTS seal (
        log INTEGER NOT NULL,
        n   INTEGER NOT NULL,
        sig BLOB NOT NULL,
        PRIMARY KEY (log, n)
    ) STRICT, WITHOUT ROWID;

    -- One act of a person: author and client id, hashed to 16 bytes.
    CREATE TABLE IF NOT EXISTS act (
        twin        BLOB PRIMARY KEY,
        arrival     INTEGER NOT NULL,
        fingerprint BLOB
    ) STRICT, WITHOUT ROWID;

    -- What a peer has committed, by its own word.
    CREATE TABLE IF NOT EXISTS peer_head (
        node   BLOB NOT NULL,
        stream BLOB NOT NULL,
        origin BLOB NOT NULL,
        n      INTEGER NOT NULL,
        PRIMARY KEY (node, stream, origin)
    ) STRICT, WITHOUT ROWID;

    -- When a peer's head rose (Unix ms): tells when something arrived there.
    CREATE TABLE IF NOT EXISTS peer_reach (
        node   BLOB NOT NULL,
        stream BLOB NOT NULL,
        origin BLOB NOT NULL,
        n      INTEGER NOT NULL,
        at     INTEGER NOT NULL,
        PRIMARY KEY (node, stream, origin, n)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE IF NOT EXISTS blob_peer (
        hash BLOB NOT NULL,
        node BLOB NOT NULL,
        PRIMARY KEY (hash, node)
    ) STRICT, WITHOUT ROWID;

    -- A line that went or came back.
    CREATE TABLE IF NOT EXISTS line_note (
        id      INTEGER PRIMARY KEY,
        node    BLOB NOT NULL,
        at      INTEGER NOT NULL,
        is_up   INTEGER NOT NULL,
        arrived INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE IF NOT EXISTS session (
        token    BLOB PRIMARY KEY,
        account  INTEGER NOT NULL,
        created  INTEGER NOT NULL,
        last_use INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE IF NOT EXISTS invitation (
        token   BLOB PRIMARY KEY,
        name    TEXT NOT NULL,
        role    TEXT NOT NULL,
        expires INTEGER NOT NULL,
        node    BLOB,
        secret  BLOB
    ) STRICT, WITHOUT ROWID;

    -- Certificates that came with enrolment, before the log had any.
    CREATE TABLE IF NOT EXISTS trusted (
        node     BLOB PRIMARY KEY,
        exchange BLOB NOT NULL,
        role     TEXT NOT NULL,
        name     TEXT NOT NULL,
        serial   INTEGER NOT NULL,
        issue    BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;

    -- Nodes that may use headquarters' door: BLAKE3 of the password given at enrolment.
    CREATE TABLE IF NOT EXISTS mailbox (
        node     BLOB PRIMARY KEY,
        password BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE IF NOT EXISTS device (
        login     TEXT PRIMARY KEY,
        name      TEXT NOT NULL,
        password  BLOB NOT NULL,
        created   INTEGER NOT NULL,
        last_said INTEGER
    ) STRICT, WITHOUT ROWID;

    -- Photos that were uploaded here and examined, until an event names them.
    CREATE TABLE IF NOT EXISTS upload (
        hash    BLOB PRIMARY KEY,
        account INTEGER NOT NULL,
        photo   BLOB NOT NULL,
        at      INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
";

/// Creates what is missing.
pub(super) fn create(conn: &Connection) -> Result<(), StoreError> {
    conn.execute_batch(LOG_TABLES)?;
    for table in views::TABLES {
        conn.execute_batch(table.sql)?;
    }
    Ok(())
}

/// Reads a value of `meta`.
pub(super) fn meta(conn: &Connection, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
    use rusqlite::OptionalExtension;
    Ok(conn
        .query_row("SELECT value FROM meta WHERE key = ?1", [key], |row| row.get(0))
        .optional()?)
}

/// Writes a value of `meta`.
pub(super) fn set_meta(conn: &Connection, key: &str, value: &[u8]) -> Result<(), StoreError> {
    conn.execute(
        "INSERT INTO meta (key, value) VALUES (?1, ?2)
         ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        rusqlite::params![key, value],
    )?;
    Ok(())
}
