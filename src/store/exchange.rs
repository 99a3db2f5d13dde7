//! What the exchange asks of the store: heads, runs to send, runs to take, what peers hold, wanted blobs.

use std::collections::BTreeMap;

use rusqlite::OptionalExtension;
use rusqlite::params;

use crate::domain::access;
use crate::domain::event::kind::Kind;
use crate::domain::event::run::RawEvent;
use crate::domain::event::run::Run;
use crate::domain::ids::BlobHash;
use crate::domain::ids::ClientId;
use crate::domain::ids::ExchangePublic;
use crate::domain::ids::Link;
use crate::domain::ids::LogId;
use crate::domain::ids::NodeId;
use crate::domain::ids::OriginId;
use crate::domain::ids::Seq;
use crate::domain::ids::Signature;
use crate::domain::ids::StreamId;
use crate::domain::org::Certificate;
use crate::domain::org::ClockNoteBody;
use crate::domain::org::NodeRole;
use crate::domain::stream::Class;
use crate::domain::stream::Stream;
use crate::domain::time;
use crate::domain::time::ClockState;
use crate::store::Sort;
use crate::store::Store;
use crate::store::error::StoreError;
use crate::store::receive::RunOutcome;
use crate::store::snapshot;
use crate::store::snapshot::Snapshot;
use crate::store::writing::Draft;

/// How far a log reaches here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogHead {
    /// Its stream.
    pub stream: Stream,
    /// Which log.
    pub log: LogId,
    /// Its last event.
    pub n: Seq,
    /// The link after it.
    pub link: Link,
}

/// What a blob is to its photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum BlobClass {
    /// ≤ 12 KB.
    Thumbnail,
    /// ≤ 120 KB.
    Preview,
    /// The file as it came.
    Original,
}

impl BlobClass {
    fn from_number(number: u8) -> Self {
        match number {
            0 => Self::Thumbnail,
            1 => Self::Preview,
            _ => Self::Original,
        }
    }
}

/// A blob that events name, and that this node wants from a peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WantedBlob {
    /// Its name.
    pub hash: BlobHash,
    /// Its size.
    pub bytes: u64,
    /// What it is to its photo.
    pub class: BlobClass,
}

impl Snapshot<'_> {
    /// May this peer read the stream?
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub fn peer_may_read(
        &self,
        peer: NodeId,
        role: NodeRole,
        stream: &Stream,
    ) -> Result<bool, StoreError> {
        let in_room = match stream.class {
            Class::Room | Class::Mark => self.node_in_room(peer, stream)?,
            Class::Org
            | Class::Cred
            | Class::Nodes
            | Class::Notice
            | Class::Answer
            | Class::Report
            | Class::Desk
            | Class::Unknown(_) => false,
        };
        Ok(access::node_may_read(peer, role, stream, in_room))
    }

    /// May this peer fetch the blob: may it read an event that names it?
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub fn peer_may_fetch(
        &self,
        peer: NodeId,
        role: NodeRole,
        hash: BlobHash,
    ) -> Result<bool, StoreError> {
        for id in self.blob_streams(hash)? {
            if let Some(stream) = self.stream(&id)?
                && self.peer_may_read(peer, role, &stream)?
            {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl Store {
    /// Every log of every stream that the peer may read, our own lives first: without them a peer can't
    /// judge the certificates that everything else rests on.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub async fn heads_for(
        &self,
        peer: NodeId,
        role: NodeRole,
    ) -> Result<Vec<LogHead>, StoreError> {
        self.read(move |snapshot| {
            let mut statement = snapshot.conn.prepare_cached(
                "SELECT s.class, s.creation, l.stream, l.origin, l.n, l.link FROM log l
                 JOIN stream s ON s.id = l.stream LEFT JOIN origin o ON o.id = l.origin
                 WHERE l.n > 0 ORDER BY coalesce(o.node = ?1, 0) DESC, l.idx",
            )?;
            let read = |row: &rusqlite::Row<'_>| {
                let bytes = |column: usize| row.get::<_, Vec<u8>>(column);
                let stream = Stream { class: Class::from_number(row.get(0)?), creation: bytes(1)? };
                Ok((stream, bytes(2)?, bytes(3)?, row.get::<_, i64>(4)?, bytes(5)?))
            };
            let rows: Vec<_> =
                statement.query_map([snapshot.who.node.0], read)?.collect::<Result<_, _>>()?;
            let mut heads = Vec::new();
            let mut readable: BTreeMap<Stream, bool> = BTreeMap::new();
            for (stream, id, origin, n, link) in rows {
                let may = match readable.get(&stream) {
                    Some(may) => *may,
                    None => snapshot.peer_may_read(peer, role, &stream)?,
                };
                readable.insert(stream.clone(), may);
                let log = StreamId::from_slice(&id).zip(OriginId::from_slice(&origin));
                let (Some((id, origin)), Some(link), true) = (log, Link::from_slice(&link), may)
                else {
                    continue;
                };
                let log = LogId { stream: id, origin };
                heads.push(LogHead { stream, log, n: snapshot::seq(n), link });
            }
            Ok(heads)
        })
        .await
    }

    /// What the peer has committed, as remembered.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub async fn peer_heads(&self, peer: NodeId) -> Result<BTreeMap<LogId, Seq>, StoreError> {
        self.read(move |snapshot| {
            let mut statement = snapshot
                .conn
                .prepare_cached("SELECT stream, origin, n FROM peer_head WHERE node = ?1")?;
            let rows: Vec<(Vec<u8>, Vec<u8>, i64)> = statement
                .query_map([peer.0], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
                .collect::<Result<_, _>>()?;
            Ok(rows
                .into_iter()
                .filter_map(|(stream, origin, n)| {
                    let stream = StreamId::from_slice(&stream)?;
                    let origin = OriginId::from_slice(&origin)?;
                    Some((LogId { stream, origin }, snapshot::seq(n)))
                })
                .collect())
        })
        .await
    }

    /// The peer said what it has committed. `replace`: this is all it has.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub async fn note_peer_heads(
        &self,
        peer: NodeId,
        heads: Vec<(LogId, Seq)>,
        replace: bool,
    ) -> Result<(), StoreError> {
        self.write(Sort::Bookkeeping, move |writing| {
            let (conn, now) = (writing.conn, writing.life.clock.now_ms());
            if replace {
                conn.execute("DELETE FROM peer_head WHERE node = ?1", [peer.0])?;
            }
            for (log, n) in heads {
                let n = snapshot::number(n);
                let before: Option<i64> = conn
                    .prepare_cached(
                        "SELECT n FROM peer_head WHERE node = ?1 AND stream = ?2 AND origin = ?3",
                    )?
                    .query_row(params![peer.0, log.stream.0, log.origin.0], |row| row.get(0))
                    .optional()?;
                if before.is_some_and(|before| before >= n) {
                    continue;
                }
                conn.prepare_cached(
                    "INSERT INTO peer_head (node, stream, origin, n) VALUES (?1, ?2, ?3, ?4)
                     ON CONFLICT (node, stream, origin) DO UPDATE SET n = excluded.n",
                )?
                .execute(params![peer.0, log.stream.0, log.origin.0, n])?;
                conn.prepare_cached(
                    "INSERT OR IGNORE INTO peer_reach (node, stream, origin, n, at)
                     VALUES (?1, ?2, ?3, ?4, ?5)",
                )?
                .execute(params![peer.0, log.stream.0, log.origin.0, n, now])?;
            }
            Ok(())
        })
        .await
    }

    /// A run that begins at `from` and ends at a seal: the longest that fits `bytes_max`, else the shortest.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub async fn run_from(
        &self,
        log: LogId,
        from: Seq,
        bytes_max: usize,
    ) -> Result<Option<(Stream, Run)>, StoreError> {
        self.read(move |snapshot| snapshot.run_from(log, from, bytes_max)).await
    }

    /// Takes runs from a peer; what is `Stored` is committed with fsync when this returns.
    ///
    /// # Errors
    /// [`StoreError`] when nothing could be stored.
    pub async fn receive(
        &self,
        from: NodeId,
        runs: Vec<(Stream, Run)>,
    ) -> Result<Vec<RunOutcome>, StoreError> {
        self.write(Sort::Act, move |writing| {
            tracing::debug!(peer = %from, runs = runs.len(), "Runs arrived.");
            runs.into_iter().map(|(stream, run)| writing.receive(&stream, run)).collect()
        })
        .await
    }

    /// A node's certificate and the event body that issued it.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub async fn certificate_of(
        &self,
        node: NodeId,
    ) -> Result<Option<(Certificate, Vec<u8>)>, StoreError> {
        self.read(move |snapshot| snapshot.certificate(node)).await
    }

    /// The certificate with this session key.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub async fn certificate_by_exchange_key(
        &self,
        key: ExchangePublic,
    ) -> Result<Option<(Certificate, Vec<u8>)>, StoreError> {
        self.read(move |snapshot| snapshot.certificate_by_exchange(key)).await
    }

    /// Certificates of headquarters' nodes.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub async fn headquarters(&self) -> Result<Vec<Certificate>, StoreError> {
        self.read(|snapshot| {
            let mut found = Vec::new();
            for node in snapshot.nodes()? {
                if node.role == NodeRole::Headquarters
                    && let Some((certificate, _)) = snapshot.certificate(node.id)?
                {
                    found.push(certificate);
                }
            }
            Ok(found)
        })
        .await
    }

    /// Blobs that this node wants from a peer: thumbnails, then previews, then originals. Headquarters
    /// wants all; a shelter only thumbnails and previews of what it may read.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub async fn blobs_wanted(&self, from: NodeId) -> Result<Vec<WantedBlob>, StoreError> {
        let files = self.inner.clone();
        self.read(move |snapshot| {
            let wants_originals = snapshot.who.role == NodeRole::Headquarters;
            let named = snapshot.blobs_named()?;
            tracing::trace!(peer = %from, named = named.len(), "Looking for missing blobs.");
            Ok(named
                .into_iter()
                .map(|(hash, bytes, class)| WantedBlob {
                    hash,
                    bytes,
                    class: BlobClass::from_number(class),
                })
                .filter(|blob| wants_originals || blob.class != BlobClass::Original)
                .filter(|blob| files.blobs.size(&blob.hash).is_none())
                .collect())
        })
        .await
    }

    /// A blob is complete at a peer (or at this node itself).
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub async fn blob_done(&self, hash: BlobHash, at: NodeId) -> Result<(), StoreError> {
        self.write(Sort::Bookkeeping, move |writing| {
            writing.conn.execute(
                "INSERT OR IGNORE INTO blob_peer (hash, node) VALUES (?1, ?2)",
                params![hash.0, at.0],
            )?;
            Ok(())
        })
        .await
    }

    /// May this peer fetch the blob?
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub async fn may_fetch(
        &self,
        peer: NodeId,
        role: NodeRole,
        hash: BlobHash,
    ) -> Result<bool, StoreError> {
        self.read(move |snapshot| snapshot.peer_may_fetch(peer, role, hash)).await
    }

    /// The line to a peer went or came back.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub async fn note_line(&self, peer: NodeId, up: bool, arrived: u32) -> Result<(), StoreError> {
        self.write(Sort::Bookkeeping, move |writing| {
            let now = writing.life.clock.now_ms();
            writing.conn.execute(
                "INSERT INTO line_note (node, at, is_up, arrived) VALUES (?1, ?2, ?3, ?4)",
                params![peer.0, now, up, arrived],
            )?;
            writing.conn.execute(
                "DELETE FROM line_note WHERE id <= (SELECT max(id) FROM line_note) - 2000",
                [],
            )?;
            Ok(())
        })
        .await
    }

    /// A trusted headquarters told how wrong this node's own time is; worth a note in the log only when it
    /// moved by more than half a second or the state got better.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub async fn clock_learned(&self, offset_ms: i64, error_ms: u64) -> Result<(), StoreError> {
        let mut random = [0_u8; ClientId::LEN];
        getrandom::fill(&mut random).map_err(|_no_random| StoreError::Busy)?;
        self.write(Sort::Bookkeeping, move |writing| {
            let Some(offset_ms) = writing.life.clock.news(offset_ms, error_ms) else {
                return Ok(());
            };
            let own = writing.life.clock.own_ms();
            let client_id = ClientId(random);
            let note = ClockNoteBody {
                client_id,
                at_ms: i64::try_from(time::event_ms(own)).unwrap_or(i64::MAX),
                offset_ms,
                error_ms,
                state: ClockState::Trusted.number(),
            };
            writing.append(&Draft::new(
                Stream::nodes(),
                Kind::ClockNote,
                None,
                client_id,
                &note,
            ))?;
            writing.life.clock.learn(offset_ms);
            Ok(())
        })
        .await
    }

    /// Incarnation of this database: peers that see another one send everything they know again.
    ///
    /// # Errors
    /// [`StoreError`] when SQLite refuses.
    pub async fn incarnation(&self) -> Result<[u8; 8], StoreError> {
        self.read(|snapshot| {
            let bytes = crate::store::schema::meta(snapshot.conn, "incarnation")?;
            bytes.and_then(|bytes| bytes.try_into().ok()).ok_or(StoreError::Corrupt("incarnation"))
        })
        .await
    }
}

impl Snapshot<'_> {
    fn run_from(
        &self,
        log: LogId,
        from: Seq,
        bytes_max: usize,
    ) -> Result<Option<(Stream, Run)>, StoreError> {
        let Some(stream) = self.stream(&log.stream)? else { return Ok(None) };
        let index: Option<i64> = self
            .conn
            .prepare_cached("SELECT idx FROM log WHERE stream = ?1 AND origin = ?2")?
            .query_row(params![log.stream.0, log.origin.0], |row| row.get(0))
            .optional()?;
        let Some(index) = index else { return Ok(None) };
        let mut statement = self.conn.prepare_cached(
            "SELECT e.header, coalesce(e.body, x''), s.sig FROM event e
             LEFT JOIN seal s ON s.log = e.log AND s.n = e.n
             WHERE e.log = ?1 AND e.n >= ?2 ORDER BY e.n",
        )?;
        let mut rows = statement.query(params![index, snapshot::number(from)])?;
        let (mut events, mut bytes, mut best) = (Vec::new(), 0_usize, None);
        while let Some(row) = rows.next()? {
            let event = RawEvent { header: row.get(0)?, body: row.get(1)? };
            bytes = bytes.saturating_add(event.header.len() + event.body.len() + 8);
            if bytes > bytes_max && best.is_some() {
                break;
            }
            events.push(event);
            let seal: Option<Vec<u8>> = row.get(2)?;
            if let Some(seal) = seal.and_then(|bytes| Signature::from_slice(&bytes)) {
                best = Some((events.len(), seal));
            }
        }
        let Some((count, seal)) = best else { return Ok(None) };
        events.truncate(count);
        Ok(Some((stream, Run { log, first: from, events, seal })))
    }
}
