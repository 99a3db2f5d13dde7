//! The floor under durable writes: bare SQLite, WAL, `synchronous=FULL`, one thread that commits what is queued.
//!
//! No HTTP, no rights, no signature, no views: what is left is what the disk and SQLite ask for.

use std::path::Path;
use std::sync::mpsc::SyncSender;
use std::sync::mpsc::sync_channel;
use std::time::Duration;
use std::time::Instant;

use anyhow::Context;
use rusqlite::Connection;
use rusqlite::params;

use crate::corpus::Line;
use crate::figures::Spread;
use crate::writes::Outcome;
use crate::writes::Span;

/// Rows waiting at most.
const QUEUE: usize = 512;

/// The table: a stream's rows by number, and an id that must not come twice.
pub(crate) struct Table {
    conn: Connection,
    next: i64,
}

impl Table {
    pub(crate) fn open(path: &Path) -> anyhow::Result<Self> {
        #[expect(clippy::disallowed_methods, reason = "the floor is SQLite without our store")]
        let conn = Connection::open(path)?;
        conn.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -8000;
             CREATE TABLE event (
                 stream INTEGER NOT NULL, n INTEGER NOT NULL, id INTEGER NOT NULL UNIQUE,
                 body TEXT NOT NULL, PRIMARY KEY (stream, n)
             ) WITHOUT ROWID;",
        )?;
        Ok(Self { conn, next: 0 })
    }

    /// All rows or none; on disk when it returns.
    pub(crate) fn commit(&mut self, rows: &[(usize, &str)]) -> anyhow::Result<()> {
        let transaction = self.conn.transaction()?;
        {
            let mut insert = transaction.prepare_cached("INSERT INTO event VALUES (?, ?, ?, ?)")?;
            for (room, body) in rows {
                self.next += 1;
                // Ids come in no order, as real ones do.
                let id = self.next.wrapping_mul(0x09E3_779B_97F4_A7C1);
                insert.execute(params![i64::try_from(*room)?, self.next, id, body])?;
            }
        }
        Ok(transaction.commit()?)
    }
}

type Waiting = (Line, SyncSender<()>);

/// `writers` threads, each with one row outstanding.
pub(crate) fn run(
    path: &Path,
    writers: usize,
    span: Span,
    lines: &[Line],
) -> anyhow::Result<Outcome> {
    let mut table = Table::open(path)?;
    let (queue, waiting) = sync_channel::<Waiting>(QUEUE);
    let begun = Instant::now();
    let (from, until) = (begun + span.warm_up, begun + span.warm_up + span.measure);
    let took = std::thread::scope(|threads| {
        let mut hands = Vec::new();
        for writer in 0..writers {
            let queue = queue.clone();
            let mine = lines.iter().cycle().skip(writer * 97);
            hands.push(threads.spawn(move || writing(&queue, mine, from, until)));
        }
        drop(queue);
        while let Ok(first) = waiting.recv() {
            let mut batch = vec![first];
            batch.extend(waiting.try_iter().take(QUEUE));
            let rows: Vec<(usize, &str)> =
                batch.iter().map(|(line, _)| (line.room, line.json.as_str())).collect();
            table.commit(&rows)?;
            for (_, answer) in batch {
                // Each writer waits for its answer, so none has gone.
                answer.send(()).context("a writer has gone")?;
            }
        }
        let joined = hands.into_iter().filter_map(|hand| hand.join().ok());
        Ok::<Vec<Duration>, anyhow::Error>(joined.flatten().collect())
    })?;
    Ok(Outcome::new(Spread::new(took), span, 0, f64::NAN))
}

fn writing<'l>(
    queue: &SyncSender<Waiting>,
    lines: impl Iterator<Item = &'l Line>,
    from: Instant,
    until: Instant,
) -> Vec<Duration> {
    let mut took = Vec::new();
    for line in lines {
        let (answer, answered) = sync_channel(1);
        let begun = Instant::now();
        if begun >= until || queue.send((line.clone(), answer)).is_err() || answered.recv().is_err()
        {
            break;
        }
        let done = Instant::now();
        if done >= from && done < until {
            took.push(done - begun);
        }
    }
    took
}
