//! One peer: shakes hands with it, runs the session's machine, and tells screens how the line stands.
//!
//! Not here: who may be a peer (`desk`), what the machine decides (`protocol`).

mod live;
mod shake;

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::domain::ids::NodeId;
use crate::domain::org::Certificate;
use crate::identity::mailbox::Mailbox;
use crate::identity::noise::Transport;
use crate::sync::exchange::LineState;
use crate::sync::notes;
use crate::sync::notes::Note;
use crate::sync::peer::shake::Shake;
use crate::sync::protocol::Closed;
use crate::sync::protocol::Input;
use crate::sync::protocol::Session;
use crate::sync::shared::Fresh;
use crate::sync::shared::Line;
use crate::sync::shared::Mail;
use crate::sync::shared::Shared;
use crate::sync::work;
use crate::sync::work::Done;

/// The shortest sleep: whatever is due at once was done in the step before.
const NAP_MS: u64 = 2;

/// The longest sleep without a session.
const SLEEP_MS: u64 = 60_000;

/// Packets taken at one go before the machine's work is looked after.
const GULP: usize = 64;

/// Sessions that were begun by the peer and not used yet.
const FRESH_MAX: usize = 4;

/// Screens hear of the last exchange at most so often, ms.
const TELL_MS: u64 = 1_000;

/// A session in use.
struct Live {
    index: u32,
    their_index: u32,
    transport: Transport,
    session: Session,
    opened_ms: u64,
    program: String,
    arrived: u32,
    /// Is a reading of our heads on its way, and did something change since?
    is_reading: bool,
    is_stale: bool,
}

pub(super) struct Peer {
    shared: Arc<Shared>,
    certificate: Certificate,
    node: NodeId,
    mailbox: Mailbox,
    /// We begin; otherwise we wait for the call.
    calls: bool,
    incarnation: [u8; 8],
    own_mail: mpsc::Sender<Mail>,
    mail: mpsc::Receiver<Mail>,
    live: Option<Live>,
    fresh: VecDeque<Fresh>,
    shakes: VecDeque<Shake>,
    /// When to call next.
    call_ms: Option<u64>,
    /// Calls without an answer.
    unanswered: u32,
    hinted_ms: u64,
    told_ms: u64,
    line: Line,
    work: JoinSet<(u32, Done)>,
    notes: mpsc::Sender<Note>,
    writing: JoinSet<()>,
}

impl Peer {
    pub(super) fn new(
        shared: Arc<Shared>,
        certificate: Certificate,
        (calls, incarnation): (bool, [u8; 8]),
        (own_mail, mail): (mpsc::Sender<Mail>, mpsc::Receiver<Mail>),
    ) -> Self {
        let node = certificate.node();
        let (notes, to_write) = mpsc::channel(notes::NOTES);
        let mut writing = JoinSet::new();
        writing.spawn(notes::write(shared.store.clone(), node, to_write));
        Self {
            mailbox: Mailbox::of(&shared.org, &node),
            shared,
            certificate,
            node,
            calls,
            incarnation,
            own_mail,
            mail,
            live: None,
            fresh: VecDeque::new(),
            shakes: VecDeque::new(),
            call_ms: None,
            unanswered: 0,
            hinted_ms: 0,
            told_ms: 0,
            line: Line { is_up: false, life: 0 },
            work: JoinSet::new(),
            notes,
            writing,
        }
    }

    /// Works until `stop`, then says goodbye.
    pub(super) async fn run(mut self, stop: CancellationToken) {
        let mut changes = self.shared.store.changes();
        let mut lines = self.shared.line.subscribe();
        // As it stands before the first packet is looked at: only a later change costs sessions.
        self.line = *lines.borrow_and_update();
        self.call_ms = (self.line.is_up && self.calls).then(|| self.shared.ms());
        loop {
            let sleep = tokio::time::sleep(self.until_due());
            tokio::select! {
                () = stop.cancelled() => break,
                mail = self.mail.recv() => {
                    // The desk holds a sender as long as it lives, and so do we.
                    let Some(mail) = mail else { break };
                    self.mail(mail).await;
                    for _more in 1..GULP {
                        let Ok(mail) = self.mail.try_recv() else { break };
                        self.mail(mail).await;
                    }
                }
                done = self.work.join_next(), if !self.work.is_empty() => self.done(done).await,
                changed = changes.changed() => {
                    if changed.is_err() {
                        break;
                    }
                    self.read_heads();
                }
                changed = lines.changed() => {
                    if changed.is_err() {
                        break;
                    }
                    let line = *lines.borrow_and_update();
                    self.line(line).await;
                }
                () = sleep => self.tick().await,
            }
        }
        self.step(Input::Drain).await;
        self.lose("this node stops").await;
        // What was learned is still written down, within reason.
        drop(self.notes);
        let written = async { while self.writing.join_next().await.is_some() {} };
        if tokio::time::timeout(Duration::from_secs(1), written).await.is_err() {
            tracing::warn!(peer = %self.node, "Not everything a peer said could be noted before the end.");
        }
    }

    fn until_due(&self) -> Duration {
        let now = self.shared.ms();
        let session = self.live.as_ref().map(|live| live.session.wake_ms());
        let due = [session, self.call_ms].into_iter().flatten().min();
        let wait = due.map_or(SLEEP_MS, |due| due.saturating_sub(now));
        Duration::from_millis(wait.clamp(NAP_MS, SLEEP_MS))
    }

    async fn tick(&mut self) {
        let now = self.shared.ms();
        if self.call_ms.is_some_and(|at| at <= now) {
            self.call();
        }
        self.step(Input::Tick).await;
        self.renew();
    }

    /// The carrier came or went.
    async fn line(&mut self, line: Line) {
        if line == self.line {
            return;
        }
        let is_new = line.life != self.line.life;
        self.line = line;
        if !line.is_up || is_new {
            // What was on the way is lost, and a new connection begins with nothing.
            self.lose("the line to the broker went").await;
        }
        self.call_ms = (line.is_up && self.calls).then(|| self.shared.ms());
    }

    async fn mail(&mut self, mail: Mail) {
        match mail {
            Mail::Data { index, counter, sealed } => self.data(index, counter, &sealed).await,
            Mail::Answer { index, sealed } => self.answered(index, &sealed).await,
            Mail::Called(fresh) => {
                while self.fresh.len() >= FRESH_MAX {
                    if let Some(old) = self.fresh.pop_front() {
                        self.shared.release_index(old.index);
                    }
                }
                self.fresh.push_back(*fresh);
            }
            Mail::NoSession => self.hinted(),
        }
    }

    /// A packet of the live session, or the first one of a session that the peer began: then it is meant.
    async fn data(&mut self, index: u32, counter: u32, sealed: &[u8]) {
        if let Some(live) = self.live.as_mut().filter(|live| live.index == index) {
            match live.transport.open(counter, sealed) {
                Ok((counter, plain)) => {
                    self.heard();
                    self.step(Input::Packet { counter, plain }).await;
                }
                Err(_forged_or_repeated) => self.forged(),
            }
            return;
        }
        let Some(at) = self.fresh.iter().position(|fresh| fresh.index == index) else { return };
        let Some(mut fresh) = self.fresh.remove(at) else { return };
        match fresh.transport.open(counter, sealed) {
            Ok((counter, plain)) => {
                for other in std::mem::take(&mut self.fresh) {
                    self.shared.release_index(other.index);
                }
                self.open(fresh).await;
                self.step(Input::Packet { counter, plain }).await;
            }
            Err(_forged_or_repeated) => {
                self.forged();
                self.fresh.push_back(fresh);
            }
        }
    }

    fn forged(&self) {
        self.shared.forged.fetch_add(1, Ordering::Relaxed);
    }

    /// Something genuine came.
    fn heard(&mut self) {
        let now = self.shared.ms();
        if now < self.told_ms.saturating_add(TELL_MS) {
            return;
        }
        self.told_ms = now;
        let wall = self.shared.store.now_ms();
        let round_trip = self.live.as_ref().and_then(|live| live.session.round_trip_ms());
        self.shared.set_state(self.node, |state| {
            (state.last_exchange_ms, state.rtt_ms) = (Some(wall), round_trip);
        });
    }

    fn say(&self, line: LineState) {
        let wall = self.shared.store.now_ms();
        let program = self.live.as_ref().map(|live| live.program.clone());
        self.shared.set_state(self.node, |state| {
            if state.state != line {
                (state.state, state.since_ms) = (line, Some(wall));
            }
            state.program = program.or(state.program.take());
        });
    }

    /// A session is in use from now on; the one before it, if any, is forgotten.
    async fn open(&mut self, fresh: Fresh) {
        let before = self.live.take();
        let now = self.shared.now();
        let session = Session::new(crate::sync::protocol::Me { org: self.shared.org }, now);
        self.live = Some(Live {
            index: fresh.index,
            their_index: fresh.hello.index,
            transport: fresh.transport,
            session,
            opened_ms: now.ms,
            program: fresh.hello.program,
            arrived: before.as_ref().map_or(0, |before| before.arrived),
            is_reading: true,
            is_stale: false,
        });
        (self.call_ms, self.unanswered, self.told_ms) = (None, 0, 0);
        self.heard();
        self.say(LineState::Up);
        match before {
            Some(before) => self.shared.release_index(before.index),
            None => {
                tracing::info!(peer = %self.node, name = self.certificate.name, "The line to a peer is up.");
                self.note(Note::Line { up: true, arrived: 0 }).await;
            }
        }
        let (shared, node, role) = (Arc::clone(&self.shared), self.node, self.certificate.role);
        let index = fresh.index;
        self.work.spawn(async move { (index, work::heads(shared, node, role, true).await) });
    }

    /// The session and every handshake are over.
    async fn lose(&mut self, why: &str) {
        let shakes = self.shakes.drain(..).map(|shake| shake.index);
        let fresh = self.fresh.drain(..).map(|fresh| fresh.index);
        for index in shakes.chain(fresh).collect::<Vec<_>>() {
            self.shared.release_index(index);
        }
        let Some(live) = self.live.take() else { return };
        self.shared.release_index(live.index);
        tracing::info!(peer = %self.node, why, "The line to a peer is down.");
        self.say(LineState::Down);
        self.note(Note::Line { up: false, arrived: live.arrived }).await;
    }

    async fn note(&self, note: Note) {
        if self.notes.send(note).await.is_err() {
            tracing::debug!(peer = %self.node, "Nobody writes notes any more.");
        }
    }

    /// When to try again after a session ended.
    async fn closed(&mut self, why: Closed) {
        let wait_ms = match &why {
            Closed::Silent(_) | Closed::Stalled => {
                if self.calls && self.line.is_up {
                    // The connection itself may be dead without anybody having said so.
                    self.shared.again.notify_one();
                }
                0
            }
            Closed::Bye(_) => 1_000_u64.saturating_add(self.shared.below(1_000)),
            Closed::Store => 5_000,
            Closed::Version | Closed::Protocol(_) => 30_000,
            Closed::Drained => 0,
        };
        self.lose(&why.to_string()).await;
        if self.calls && self.line.is_up && why != Closed::Drained {
            self.call_ms = Some(self.shared.ms().saturating_add(wait_ms));
        }
    }
}
