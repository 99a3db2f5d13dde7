//! The store: log and views in SQLite, photos as files; one writer thread, a few readers.
//!
//! What leaves it are domain types and its own; no rusqlite. Promise: whoever was answered `Ok` after an act
//! finds it after every later crash (`docs/decisions/0002-store.md`).
//! Not here: who may do what (`app`, by `domain::access`) and how events travel (`sync`).

pub mod blobs;
mod disk;
pub mod doctor;
pub mod error;
mod exchange;
pub mod local;
mod node_clock;
mod open;
mod receive;
mod schema;
pub mod snapshot;
pub mod views;
mod writer;
mod writing;

use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::mpsc::SyncSender;
use std::sync::mpsc::TrySendError;
use std::thread::JoinHandle;

use ed25519_dalek::SigningKey;
use rusqlite::Connection;
use tokio::sync::Semaphore;
use tokio::sync::oneshot;
use tokio::sync::watch;

use crate::domain::ids::NodeId;
use crate::domain::ids::OrgId;
use crate::domain::ids::OriginId;
use crate::domain::org::NodeRole;
use crate::domain::time::ClockState;
use crate::store::blobs::BlobFiles;
use crate::store::disk::Disk;
use crate::store::error::StoreError;
use crate::store::snapshot::Snapshot;
use crate::store::writer::Job;
use crate::store::writer::Ran;
use crate::store::writing::Life;
use crate::store::writing::Writing;

pub use crate::store::exchange::BlobClass;
pub use crate::store::exchange::LogHead;
pub use crate::store::exchange::WantedBlob;
pub use crate::store::open::OpenOptions;
pub use crate::store::receive::RunOutcome;
pub use crate::store::writing::Committed;
pub use crate::store::writing::Draft;

/// What a write is, for the disk's floor and for open screens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    /// Grows the log: refused below the disk's floor; screens and peers are told.
    Act,
    /// A few bytes, taken also below the floor; screens are told (marks of delivery move).
    Bookkeeping,
    /// A few bytes that nobody sees (sessions).
    Quiet,
}

/// Connections that read.
const READERS: usize = 4;

/// Whose database this is.
#[derive(Debug, Clone)]
pub struct Who {
    /// The organisation.
    pub org: OrgId,
    /// This node.
    pub node: NodeId,
    /// What it is for.
    pub role: NodeRole,
}

/// Identity and signing key, handed in by `node`.
pub struct Writership {
    /// Whose database this is.
    pub who: Who,
    /// Signs runs.
    pub key: SigningKey,
}

/// The store of one node. Clones share it.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    who: Arc<Who>,
    dir: PathBuf,
    origin: OriginId,
    queue: Mutex<Option<SyncSender<Job>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
    readers: Mutex<Vec<Connection>>,
    places: Arc<Semaphore>,
    life: Arc<Mutex<Life>>,
    ticks: watch::Sender<u64>,
    blobs: BlobFiles,
    disk: Disk,
    _lock: std::fs::File,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("dir", &self.inner.dir).finish_non_exhaustive()
    }
}

impl Store {
    /// Whose database this is.
    #[must_use]
    pub fn who(&self) -> &Who {
        &self.inner.who
    }

    /// The directory.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.inner.dir
    }

    /// This process life.
    #[must_use]
    pub fn origin(&self) -> OriginId {
        self.inner.origin
    }

    /// Photos on disk.
    #[must_use]
    pub fn blobs(&self) -> &BlobFiles {
        &self.inner.blobs
    }

    /// Ticks after every commit that a screen or a peer may see.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.inner.ticks.subscribe()
    }

    /// Does the writer live? After a failed commit it doesn't, and the node must be started again.
    #[must_use]
    pub fn is_writing(&self) -> bool {
        let thread = self.inner.thread.lock();
        thread.is_ok_and(|thread| thread.as_ref().is_some_and(|thread| !thread.is_finished()))
    }

    /// The node's corrected time, Unix ms.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        self.inner.life.lock().map_or(0, |life| life.clock.now_ms())
    }

    /// The node's own, uncorrected time, Unix ms: what TIME frames carry.
    #[must_use]
    pub fn own_ms(&self) -> i64 {
        self.inner.life.lock().map_or(0, |life| life.clock.own_ms())
    }

    /// What the node knows of its clock.
    #[must_use]
    pub fn clock_state(&self) -> ClockState {
        self.inner.life.lock().map_or(ClockState::Untrusted, |life| life.clock.state())
    }

    /// Is there room for photos?
    ///
    /// # Errors
    /// [`StoreError::DiskFull`].
    pub fn check_photo_space(&self) -> Result<(), StoreError> {
        self.inner.disk.check(disk::PHOTO_FLOOR_MIB)
    }

    /// Looks at one snapshot, on a thread that may block.
    ///
    /// # Errors
    /// [`StoreError`] of the closure, or when the store stops.
    pub async fn read<T, E>(
        &self,
        look: impl FnOnce(&Snapshot<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let places = Arc::clone(&self.inner.places);
        let place = places.acquire_owned().await.map_err(|_closed| E::from(StoreError::Stopped))?;
        let inner = Arc::clone(&self.inner);
        // The place goes with the query: a caller that goes away must not free it before the reader is back.
        let done = tokio::task::spawn_blocking(move || {
            let done = inner.look(look);
            drop(place);
            done
        })
        .await;
        done.unwrap_or_else(|_panicked| Err(StoreError::Corrupt("a query panicked").into()))
    }

    /// Decides inside the writer's transaction what is written, and writes it. `decide` sees everything
    /// committed before it; what it answers is committed with fsync when this returns `Ok`.
    ///
    /// # Errors
    /// What `decide` says, or [`StoreError`]; nothing was stored then.
    pub async fn act<T, E>(
        &self,
        decide: impl FnOnce(&Snapshot<'_>) -> Result<(Vec<Draft>, T), E> + Send + 'static,
    ) -> Result<(Vec<Committed>, T), E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.write(Sort::Act, move |writing| {
            let (drafts, value) = decide(&writing.snapshot())?;
            let mut committed = Vec::with_capacity(drafts.len());
            for draft in &drafts {
                committed.push(writing.append(draft)?);
            }
            Ok((committed, value))
        })
        .await
    }

    /// Runs a job in the writer's transaction and waits for its commit.
    async fn write<T, E>(
        &self,
        sort: Sort,
        work: impl FnOnce(&mut Writing<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (sender, receiver) = oneshot::channel();
        let run = Box::new(move |turn: writer::Turn<'_, '_>| {
            let done = match turn {
                Ok(writing) => work(writing),
                Err(refusal) => Err(E::from(refusal)),
            };
            let keep = done.is_ok();
            let answer = Box::new(move |committed: Result<(), StoreError>| {
                // The caller may have gone away; the act is committed all the same.
                drop(sender.send(committed.map_err(E::from).and(done)));
            });
            Ran { keep, tells: sort != Sort::Quiet, answer }
        });
        self.enqueue(Job { run, is_small: sort != Sort::Act })?;
        receiver.await.unwrap_or_else(|_gone| Err(StoreError::Stopped.into()))
    }

    fn enqueue(&self, job: Job) -> Result<(), StoreError> {
        let Ok(queue) = self.inner.queue.lock() else { return Err(StoreError::Stopped) };
        let Some(queue) = queue.as_ref() else { return Err(StoreError::Stopped) };
        queue.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => StoreError::Busy,
            TrySendError::Disconnected(_) => StoreError::Stopped,
        })
    }

    /// Stops the writer after what is queued, leaving a clean database. Blocks; call it from a blocking thread.
    pub fn stop(&self) {
        let queue = self.inner.queue.lock().ok().and_then(|mut queue| queue.take());
        drop(queue);
        let thread = self.inner.thread.lock().ok().and_then(|mut thread| thread.take());
        if let Some(thread) = thread
            && thread.join().is_err()
        {
            tracing::error!("The writer ended by a panic; the next start checks the database.");
        }
    }
}

impl Inner {
    fn look<T, E: From<StoreError>>(
        &self,
        look: impl FnOnce(&Snapshot<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let reader = self.readers.lock().ok().and_then(|mut readers| readers.pop());
        let Some(conn) = reader else { return Err(StoreError::Stopped.into()) };
        // Comes back also when the query panics.
        let reader = Borrowed { conn: Some(conn), home: &self.readers };
        let Some(conn) = &reader.conn else { return Err(StoreError::Stopped.into()) };
        let now_ms = self.life.lock().map_or(0, |life| life.clock.now_ms());
        let begun = conn.execute_batch("BEGIN").map_err(|error| E::from(StoreError::from(error)));
        begun.and_then(|()| look(&Snapshot { conn, who: &self.who, now_ms }))
    }
}

/// A reader on loan; its snapshot ends and it goes home when this is dropped.
struct Borrowed<'a> {
    conn: Option<Connection>,
    home: &'a Mutex<Vec<Connection>>,
}

impl Drop for Borrowed<'_> {
    fn drop(&mut self) {
        let Some(conn) = self.conn.take() else { return };
        if conn.execute_batch("COMMIT").is_err() {
            tracing::warn!("A snapshot could not be closed.");
        }
        if let Ok(mut readers) = self.home.lock() {
            readers.push(conn);
        }
    }
}
