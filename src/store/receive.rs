//! Inside the writer's transaction: taking other nodes' runs, after every check.

use rusqlite::params;

use crate::domain::access;
use crate::domain::event::kind::Kind;
use crate::domain::event::run;
use crate::domain::event::run::Checked;
use crate::domain::event::run::RawEvent;
use crate::domain::event::run::Run;
use crate::domain::ids::EventId;
use crate::domain::ids::EventRef;
use crate::domain::ids::LogId;
use crate::domain::ids::NodeId;
use crate::domain::ids::Seq;
use crate::domain::org::Certificate;
use crate::domain::org::OriginOpen;
use crate::domain::stream::Class;
use crate::domain::stream::Stream;
use crate::domain::talk::RoomOpen;
use crate::domain::time;
use crate::store::error::StoreError;
use crate::store::snapshot;
use crate::store::views;
use crate::store::views::Applied;
use crate::store::writing;
use crate::store::writing::Writing;

/// What became of one run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunOutcome {
    /// Committed; the log now reaches to `n`.
    Stored {
        /// Which log.
        log: LogId,
        /// Its head.
        n: Seq,
    },
    /// Nothing new in it.
    Have {
        /// Which log.
        log: LogId,
        /// Its head.
        n: Seq,
    },
    /// Events before it are missing here.
    Gap {
        /// Which log.
        log: LogId,
        /// Its head; 0 if nothing is here.
        have: Seq,
    },
    /// Not taken: bad chain, seal or right.
    Refused {
        /// Which log.
        log: LogId,
        /// The run's first number.
        n: Seq,
        /// Stable code.
        code: String,
    },
}

/// Why one run is refused, as a value; anything SQLite says ends the transaction instead.
enum Trouble {
    Refused(String),
    Store(StoreError),
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<rusqlite::Error> for Trouble {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

fn refused(code: &str) -> Trouble {
    Trouble::Refused(code.to_owned())
}

impl Writing<'_> {
    /// Takes one run from a peer, or says why not.
    pub(super) fn receive(&mut self, stream: &Stream, run: Run) -> Result<RunOutcome, StoreError> {
        let (log, first) = (run.log, run.first);
        match self.try_receive(stream, run) {
            Ok(outcome) => Ok(outcome),
            Err(Trouble::Store(error)) => Err(error),
            Err(Trouble::Refused(code)) => {
                tracing::warn!(stream = %log.stream, n = first.0, code, "A run was refused.");
                Ok(RunOutcome::Refused { log, n: first, code })
            }
        }
    }

    fn try_receive(&mut self, stream: &Stream, mut run: Run) -> Result<RunOutcome, Trouble> {
        let log = run.log;
        if stream.creation.len() > 32 || stream.id(&self.who.org) != log.stream {
            return Err(refused("bad_stream"));
        }
        let have = self.snapshot().head(&log)?.unwrap_or(Seq(0));
        if run.last() <= have {
            return Ok(RunOutcome::Have { log, n: have });
        }
        if run.first > have.next() {
            return Ok(RunOutcome::Gap { log, have });
        }
        let known = usize::try_from(have.0.saturating_add(1).saturating_sub(run.first.0));
        run.events.drain(..known.unwrap_or(usize::MAX).min(run.events.len()));
        run.first = have.next();

        let (writer, opening) = self.writer_of(stream, &run)?;
        let certificate = self.snapshot().certificate(writer)?;
        let Some((certificate, _)) = certificate else { return Err(refused("unknown_node")) };
        let (index, _, link) = writing::open_log(self.conn, self.who, stream, &log)?;
        let checked = run::check(&self.who.org, &certificate.signing, &link, &run)
            .map_err(|refusal| Trouble::Refused(refusal.to_string()))?;
        self.check_rights(stream, &certificate, &checked, &run.events)?;
        if let Some(open) = &opening {
            self.conn.execute(
                "INSERT OR IGNORE INTO origin (id, node, clock, opened) VALUES (?1, ?2, ?3, ?4)",
                params![log.origin.0, writer.0, open.clock, self.life.clock.now_ms()],
            )?;
        }
        self.take(stream, (index, writer), &run, &checked)?;
        Ok(RunOutcome::Stored { log, n: run.last() })
    }

    /// Whose life wrote the run; for the first event of a life what it says.
    fn writer_of(
        &self,
        stream: &Stream,
        run: &Run,
    ) -> Result<(NodeId, Option<OriginOpen>), Trouble> {
        if let Some(node) = self.snapshot().origin_node(&run.log.origin)? {
            return Ok((node, None));
        }
        let first = run.events.first().ok_or_else(|| refused("empty_run"))?;
        if stream.class != Class::Nodes || run.first != Seq(1) {
            return Err(refused("unknown_origin"));
        }
        let open: OriginOpen =
            minicbor::decode(&first.body).map_err(|_undecodable| refused("bad_origin_open"))?;
        Ok((open.node, Some(open)))
    }

    fn check_rights(
        &self,
        stream: &Stream,
        certificate: &Certificate,
        checked: &[Checked],
        events: &[RawEvent],
    ) -> Result<(), Trouble> {
        let node = certificate.node();
        let mut in_room = match stream.class {
            Class::Room | Class::Mark => self.snapshot().node_in_room(node, stream)?,
            Class::Org
            | Class::Cred
            | Class::Nodes
            | Class::Notice
            | Class::Answer
            | Class::Report
            | Class::Desk
            | Class::Unknown(_) => false,
        };
        for (event, raw) in checked.iter().zip(events) {
            let kind = Kind::from_number(event.header.kind);
            if kind == Kind::RoomOpen {
                let open = minicbor::decode::<RoomOpen>(&raw.body).ok();
                in_room |= open.is_some_and(|open| {
                    open.creation.as_slice() == stream.creation && open.nodes.contains(&node)
                });
            }
            if kind == Kind::OriginOpen && event.n != Seq(1) {
                return Err(refused("second_origin_open"));
            }
            if stream.class == Class::Nodes && event.n == Seq(1) && kind != Kind::OriginOpen {
                return Err(refused("no_origin_open"));
            }
            if !access::node_may_write((node, certificate.role), kind, stream, in_room) {
                return Err(refused("not_allowed"));
            }
            if let Some(author) = event.header.author {
                match self.snapshot().account_was_at(author, node)? {
                    Some(true) => {}
                    Some(false) => return Err(refused("author_not_at_node")),
                    None => return Err(refused("unknown_author")),
                }
            }
        }
        Ok(())
    }

    fn take(
        &mut self,
        stream: &Stream,
        (index, writer): (i64, NodeId),
        run: &Run,
        checked: &[Checked],
    ) -> Result<(), Trouble> {
        let stored_ms = self.life.clock.now_ms();
        for (event, raw) in checked.iter().zip(&run.events) {
            let arrival = writing::insert_event(
                self.conn,
                (index, event.n, &event.link),
                (&raw.header, &raw.body),
                stored_ms,
            )?;
            self.note_act(event, raw, arrival)?;
            let notes = views::clock_notes(self.conn, &run.log.origin.0)?;
            let own = i64::try_from(event.header.stamp.time_ms).unwrap_or(i64::MAX);
            let ctime = time::corrected(&notes, own);
            self.life.clock.observe(ctime);
            let at = EventRef { stream: run.log.stream, origin: run.log.origin, n: event.n };
            views::apply(
                self.conn,
                &Applied {
                    arrival,
                    at,
                    stream,
                    id: EventId::of(&event.link),
                    header: &event.header,
                    body: &raw.body,
                    ctime,
                    stored_ms,
                    node: writer,
                },
            )?;
        }
        let Some(last) = checked.last() else { return Ok(()) };
        let n = snapshot::number(last.n);
        self.conn
            .prepare_cached("UPDATE log SET n = ?2, link = ?3 WHERE idx = ?1")?
            .execute(params![index, n, last.link.0])?;
        self.conn
            .prepare_cached("INSERT OR IGNORE INTO seal (log, n, sig) VALUES (?1, ?2, ?3)")?
            .execute(params![index, n, run.seal.0])?;
        Ok(())
    }

    /// The act of a person that came from elsewhere: a phone that retries here gets this event's answer.
    fn note_act(&self, event: &Checked, raw: &RawEvent, arrival: i64) -> Result<(), Trouble> {
        let Some(author) = event.header.author else { return Ok(()) };
        let Some(client_id) = client_id_of(&raw.body) else { return Ok(()) };
        let twin = writing::twin(self.who, Some(author), &client_id);
        self.conn
            .prepare_cached("INSERT OR IGNORE INTO act (twin, arrival) VALUES (?1, ?2)")?
            .execute(params![twin, arrival])?;
        Ok(())
    }
}

/// Key 0 of a body.
fn client_id_of(body: &[u8]) -> Option<crate::domain::ids::ClientId> {
    let mut decoder = minicbor::Decoder::new(body);
    decoder.map().ok()?;
    (decoder.u8().ok()? == 0).then_some(())?;
    crate::domain::ids::ClientId::from_slice(decoder.bytes().ok()?)
}
