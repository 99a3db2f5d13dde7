//! Starting: lock, format, check, a fresh origin, views of the right version; then the writer runs.

use std::fs;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::mpsc::sync_channel;

use rusqlite::Connection;
use rusqlite::OpenFlags;
use rusqlite::OptionalExtension;
use rusqlite::params;
use tokio::sync::Semaphore;
use tokio::sync::watch;

use crate::clock::SharedClock;
use crate::domain::event::ENVELOPE_VERSION;
use crate::domain::event::kind::Kind;
use crate::domain::ids::ClientId;
use crate::domain::ids::Link;
use crate::domain::ids::OriginId;
use crate::domain::ids::StreamId;
use crate::domain::org::FinalHead;
use crate::domain::org::OriginOpen;
use crate::domain::stream::Stream;
use crate::domain::time;
use crate::store::Inner;
use crate::store::READERS;
use crate::store::Store;
use crate::store::Writership;
use crate::store::blobs::BlobFiles;
use crate::store::disk::Disk;
use crate::store::doctor;
use crate::store::error::StoreError;
use crate::store::node_clock::NodeClock;
use crate::store::schema;
use crate::store::snapshot;
use crate::store::views;
use crate::store::writer::QUEUE_JOBS_MAX;
use crate::store::writer::Writer;
use crate::store::writing::Draft;
use crate::store::writing::Life;
use crate::store::writing::Writing;

/// No honest clock is before this program's first release: 2026-11-01, Unix ms.
const BUILT_MS: i64 = 1_793_491_200_000;

/// What starting needs from outside.
pub struct OpenOptions {
    /// Identity and signing key.
    pub writership: Writership,
    /// Clocks of the machine.
    pub clock: SharedClock,
    /// Is the system clock vouched for (`clock.trust`, or the kernel's word)?
    pub clock_trusted: bool,
    /// 16 + 8 + 12 random bytes: origin, a first incarnation, a client id.
    pub random: [u8; 36],
}

impl Store {
    /// Opens the database in `dir`, creating what is missing, and starts the writer.
    ///
    /// # Errors
    /// [`StoreError`] with the remedy: in use, foreign, too new, unwritable, broken.
    pub fn open(dir: &Path, options: OpenOptions) -> Result<Self, StoreError> {
        let lock = lock(dir)?;
        let path = dir.join("noroshi.db");
        let conn =
            connect(&path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
        conn.execute_batch(schema::WRITER_PRAGMAS)?;
        let was_clean = prepare(&conn, dir, &options.writership)?;
        if !was_clean {
            doctor::quick_check(&conn)?;
        }
        let who = Arc::new(options.writership.who.clone());
        let clock = NodeClock::open(options.clock, options.clock_trusted, floor_ms(&conn)?);
        let (origin, rest) = options.random.split_at(16);
        let (incarnation, client) = rest.split_at(8);
        let origin = OriginId::from_slice(origin).unwrap_or(OriginId([0; 16]));
        let client_id = ClientId::from_slice(client).unwrap_or(ClientId([0; 12]));
        rebuild_if_changed(&conn, &who)?;
        let mut life = Life::new(origin, options.writership.key, clock);
        begin_life(&conn, &who, &mut life, (incarnation, client_id))?;

        let life = Arc::new(Mutex::new(life));
        let (ticks, _) = watch::channel(0);
        let (queue, jobs) = sync_channel(QUEUE_JOBS_MAX);
        let writer = Writer {
            conn,
            who: Arc::clone(&who),
            life: Arc::clone(&life),
            disk: Disk::new(dir.to_owned()),
            ticks: ticks.clone(),
        };
        let thread = std::thread::Builder::new()
            .name("writer".to_owned())
            .spawn(move || writer.run(&jobs))
            .map_err(|source| StoreError::Io { path: dir.to_owned(), source })?;
        let readers = (0..READERS).map(|_| reader(&path)).collect::<Result<Vec<_>, _>>()?;
        let blobs = BlobFiles::open(dir)
            .map_err(|source| StoreError::Io { path: dir.join("blobs"), source })?;
        let inner = Inner {
            who,
            dir: dir.to_owned(),
            origin,
            queue: Mutex::new(Some(queue)),
            thread: Mutex::new(Some(thread)),
            readers: Mutex::new(readers),
            places: Arc::new(Semaphore::new(READERS)),
            life,
            ticks,
            blobs,
            disk: Disk::new(dir.to_owned()),
            _lock: lock,
        };
        Ok(Self { inner: Arc::new(inner) })
    }
}

/// One process per directory; the lock goes with the process.
fn lock(dir: &Path) -> Result<File, StoreError> {
    let io = |source| StoreError::Io { path: dir.to_owned(), source };
    fs::create_dir_all(dir).map_err(io)?;
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(dir.join("LOCK"))
        .map_err(io)?;
    file.try_lock().map_err(|_held| StoreError::Locked(dir.to_owned()))?;
    Ok(file)
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, StoreError> {
    let conn = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    conn.set_prepared_statement_cache_capacity(128);
    conn.busy_timeout(std::time::Duration::from_secs(5))?;
    Ok(conn)
}

fn reader(path: &Path) -> Result<Connection, StoreError> {
    let conn = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    conn.execute_batch(schema::READER_PRAGMAS)?;
    Ok(conn)
}

/// Tables, format, owner. Answers whether the last stop was clean (or there was none).
fn prepare(conn: &Connection, dir: &Path, own: &Writership) -> Result<bool, StoreError> {
    conn.execute_batch("BEGIN IMMEDIATE")?;
    schema::create(conn)?;
    let format = schema::meta(conn, "format")?;
    let found = format.as_deref().and_then(|bytes| bytes.try_into().ok()).map(i64::from_be_bytes);
    match found {
        None => schema::set_meta(conn, "format", &schema::FORMAT.to_be_bytes())?,
        Some(found) if found > schema::FORMAT => {
            return Err(StoreError::TooNew { found, known: schema::FORMAT });
        }
        Some(_) => {}
    }
    for (key, value) in [("org", own.who.org.0.as_slice()), ("node", own.who.node.0.as_slice())] {
        match schema::meta(conn, key)? {
            None => schema::set_meta(conn, key, value)?,
            Some(known) if known != value => return Err(StoreError::Foreign(dir.to_owned())),
            Some(_) => {}
        }
    }
    let clean = schema::meta(conn, "clean")?.is_none_or(|value| value == [1]);
    schema::set_meta(conn, "clean", &[0])?;
    conn.execute_batch("COMMIT")?;
    Ok(clean)
}

/// The latest time that is certain: of the program, or of what lies in the database. Unix ms.
fn floor_ms(conn: &Connection) -> Result<i64, StoreError> {
    let stored: Option<i64> =
        conn.query_row("SELECT max(stored) FROM event", [], |row| row.get(0))?;
    Ok(BUILT_MS.max(stored.unwrap_or(0)))
}

/// Views of another version are thrown away and computed again.
fn rebuild_if_changed(conn: &Connection, who: &crate::store::Who) -> Result<(), StoreError> {
    let known = schema::meta(conn, "views")?;
    if known.as_deref() == Some(views::VERSION.to_be_bytes().as_slice()) {
        return Ok(());
    }
    conn.execute_batch("BEGIN IMMEDIATE")?;
    if known.is_some() {
        tracing::info!("The views have another version and are computed again from the log.");
        for table in views::TABLES {
            conn.execute_batch(&format!("DROP TABLE IF EXISTS {}", table.name))?;
            conn.execute_batch(table.sql)?;
        }
        doctor::rebuild(conn, who)?;
    }
    schema::set_meta(conn, "views", &views::VERSION.to_be_bytes())?;
    conn.execute_batch("COMMIT")?;
    Ok(())
}

/// Writes `origin.open`: the first event of this process life.
fn begin_life(
    conn: &Connection,
    who: &crate::store::Who,
    life: &mut Life,
    (incarnation, client_id): (&[u8], ClientId),
) -> Result<(), StoreError> {
    conn.execute_batch("BEGIN IMMEDIATE")?;
    let incarnation = match schema::meta(conn, "incarnation")? {
        Some(known) => known,
        None => {
            schema::set_meta(conn, "incarnation", incarnation)?;
            incarnation.to_vec()
        }
    };
    let previous: Option<Vec<u8>> = conn
        .query_row(
            "SELECT id FROM origin WHERE node = ?1 ORDER BY opened DESC, id LIMIT 1",
            [who.node.0],
            |row| row.get(0),
        )
        .optional()?;
    let previous = previous.and_then(|id| OriginId::from_slice(&id));
    let heads = previous.map_or(Ok(Vec::new()), |origin| final_heads(conn, origin))?;
    let clock = life.clock.state().number();
    conn.execute(
        "INSERT INTO origin (id, node, clock, opened) VALUES (?1, ?2, ?3, ?4)",
        params![life.origin.0, who.node.0, clock, life.clock.now_ms()],
    )?;
    let open = OriginOpen {
        client_id,
        node: who.node,
        incarnation: incarnation.try_into().unwrap_or_default(),
        program: env!("CARGO_PKG_VERSION").to_owned(),
        envelope: ENVELOPE_VERSION,
        clock,
        previous,
        heads,
    };
    let latest: Option<i64> =
        conn.query_row("SELECT max(stored) FROM event", [], |row| row.get(0))?;
    life.clock.observe(i64::try_from(time::event_ms(latest.unwrap_or(0))).unwrap_or(0));
    let mut writing = Writing { conn, who, life };
    writing.append(&Draft::new(Stream::nodes(), Kind::OriginOpen, None, client_id, &open))?;
    writing.seal_all()?;
    conn.execute_batch("COMMIT")?;
    Ok(())
}

/// How far the logs of a former life reach; the largest 200 streams, so that the event stays small.
fn final_heads(conn: &Connection, origin: OriginId) -> Result<Vec<FinalHead>, StoreError> {
    let mut statement = conn
        .prepare("SELECT stream, n, link FROM log WHERE origin = ?1 ORDER BY n DESC LIMIT 200")?;
    let rows: Vec<(Vec<u8>, i64, Vec<u8>)> = statement
        .query_map([origin.0], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<_, _>>()?;
    Ok(rows
        .into_iter()
        .filter_map(|(stream, n, link)| {
            Some(FinalHead {
                stream: StreamId::from_slice(&stream)?,
                n: snapshot::seq(n),
                link: Link::from_slice(&link)?,
            })
        })
        .collect())
}
