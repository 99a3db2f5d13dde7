//! The one thread that writes: group commit without a timer.
//!
//! Whatever is queued when the last commit ends goes into the next transaction; the commit's own duration is
//! the batching. Each job runs in a savepoint: one that fails is rolled back alone. Answers go out only after
//! the commit (`synchronous=FULL`) returned. An error from COMMIT is final: pages may be marked clean although
//! they were never written, so the thread stops accepting and the node must be started again.

use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::mpsc::Receiver;

use rusqlite::Connection;
use tokio::sync::watch;

use crate::store::Who;
use crate::store::disk::Disk;
use crate::store::error::StoreError;
use crate::store::writing::Life;
use crate::store::writing::Writing;

/// Commands that may wait.
pub(super) const QUEUE_JOBS_MAX: usize = 512;

/// What a job wants once it ran: kept or rolled back, and how its caller is answered.
pub(super) struct Ran {
    pub(super) keep: bool,
    /// Does the commit change what a screen or a peer may see?
    pub(super) tells: bool,
    pub(super) answer: Box<dyn FnOnce(Result<(), StoreError>) + Send>,
}

/// What a job is given: the transaction, or the reason why it may not run.
pub(super) type Turn<'a, 'w> = Result<&'a mut Writing<'w>, StoreError>;

/// One command.
pub(super) struct Job {
    pub(super) run: Box<dyn FnOnce(Turn<'_, '_>) -> Ran + Send>,
    /// Runs also below the disk's floor (sessions, peer heads).
    pub(super) is_small: bool,
}

/// Everything the thread owns.
pub(super) struct Writer {
    pub(super) conn: Connection,
    pub(super) who: Arc<Who>,
    pub(super) life: Arc<Mutex<Life>>,
    pub(super) disk: Disk,
    pub(super) ticks: watch::Sender<u64>,
}

impl Writer {
    /// Works until all senders are gone, then leaves a clean database.
    pub(super) fn run(self, queue: &Receiver<Job>) {
        while let Ok(first) = queue.recv() {
            let mut jobs = vec![first];
            while jobs.len() < QUEUE_JOBS_MAX {
                let Ok(job) = queue.try_recv() else { break };
                jobs.push(job);
            }
            if let Err(error) = self.batch(jobs) {
                tracing::error!(%error, "The database failed at commit; nothing more is accepted. Start the node again.");
                return;
            }
        }
        let clean = self.conn.execute_batch(
            "UPDATE meta SET value = x'01' WHERE key = 'clean'; PRAGMA wal_checkpoint(TRUNCATE);",
        );
        if let Err(error) = clean {
            tracing::warn!(%error, "The last checkpoint failed; the next start checks the database.");
        }
    }

    fn batch(&self, jobs: Vec<Job>) -> Result<(), StoreError> {
        let Ok(mut life) = self.life.lock() else { return Err(StoreError::Stopped) };
        self.conn.execute_batch("BEGIN IMMEDIATE")?;
        let mut writing = Writing { conn: &self.conn, who: &self.who, life: &mut life };
        let (mut answers, mut tells) = (Vec::with_capacity(jobs.len()), false);
        for job in jobs {
            let ran = match self.disk.check_floor() {
                Err(full) if !job.is_small => (job.run)(Err(full)),
                Ok(()) | Err(_) => in_savepoint(&mut writing, job)?,
            };
            tells |= ran.keep && ran.tells;
            answers.push(ran.answer);
        }
        let done = writing
            .seal_all()
            .and_then(|()| self.conn.execute_batch("COMMIT").map_err(StoreError::from));
        drop(life);
        if done.is_err() {
            answers.into_iter().for_each(|answer| answer(Err(StoreError::Stopped)));
            return done;
        }
        answers.into_iter().for_each(|answer| answer(Ok(())));
        if tells {
            self.ticks.send_modify(|tick| *tick = tick.wrapping_add(1));
        }
        Ok(())
    }
}

/// Runs one job; what it wrote stays only if it says so.
fn in_savepoint(writing: &mut Writing<'_>, job: Job) -> Result<Ran, StoreError> {
    writing.conn.execute_batch("SAVEPOINT job")?;
    let unsealed = writing.life.unsealed.clone();
    // A defect in one decision must not end everybody's writing: it counts as "rolled back, not answered".
    let ran =
        catch_unwind(AssertUnwindSafe(|| (job.run)(Ok(&mut *writing)))).unwrap_or_else(|_panic| {
            tracing::error!("A decision inside the writer panicked; nothing of it was stored.");
            Ran { keep: false, tells: false, answer: Box::new(drop) }
        });
    if ran.keep {
        writing.conn.execute_batch("RELEASE job")?;
    } else {
        writing.conn.execute_batch("ROLLBACK TO job; RELEASE job")?;
        // A seal that this job made for an earlier job's events is gone with it: it is due again.
        writing.life.unsealed = unsealed;
        writing.life.forget();
    }
    Ok(ran)
}
