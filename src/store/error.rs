//! Why the store could not do what it was asked.

use std::path::PathBuf;

/// One sentence for the operator; nothing was stored when it appears.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// SQLite said no.
    #[error("the database refused: nothing was stored")]
    Sqlite(#[from] rusqlite::Error),
    /// The file system said no.
    #[error("cannot use {path}: check that the folder exists and may be written")]
    Io {
        /// Which file or folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// Another process holds the directory.
    #[error("{0} is in use by another noroshi: stop that one, or choose another --data folder")]
    Locked(PathBuf),
    /// Written by a newer program.
    #[error(
        "the database has format {found}, this program knows {known}: install the newer program again"
    )]
    TooNew {
        /// In the file.
        found: i64,
        /// Here.
        known: i64,
    },
    /// The directory belongs to another node or organisation.
    #[error("{0} belongs to another node: choose its own --data folder")]
    Foreign(PathBuf),
    /// Less space than the floor.
    #[error(
        "the disk has {free_mib} MiB free, {need_mib} MiB are needed: free some space; nothing was stored"
    )]
    DiskFull {
        /// Free now.
        free_mib: u64,
        /// Needed at least.
        need_mib: u64,
    },
    /// The same client id came with another content.
    #[error("this client id was already used for something else: draw a new one")]
    ClientIdReused,
    /// An event would be larger than allowed.
    #[error("the event has {0} bytes, 16384 are allowed: shorten it")]
    TooLarge(usize),
    /// The queue of the writer is full.
    #[error("the writer is busy: try again in a moment; nothing was stored")]
    Busy,
    /// The writer has stopped.
    #[error("the store is stopping: nothing was stored")]
    Stopped,
    /// A row does not read back as it was written.
    #[error("the database holds something unreadable ({0}): run `noroshi doctor`")]
    Corrupt(&'static str),
}
