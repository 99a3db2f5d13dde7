//! The session of two nodes: from the handshake's two hellos to goodbye.

use std::collections::BTreeMap;

use crate::domain::ids::LogId;
use crate::domain::ids::OrgId;
use crate::domain::ids::Seq;
use crate::sync::protocol::VERSIONS;
use crate::sync::protocol::control::Control;
use crate::sync::protocol::cursor::Cursors;
use crate::sync::protocol::flight::Flight;
use crate::sync::protocol::frame::Busy;
use crate::sync::protocol::frame::Bye;
use crate::sync::protocol::frame::Hello;
use crate::sync::protocol::frame::Refused;
use crate::sync::protocol::frame::Time;
use crate::sync::protocol::frame::WireHead;
use crate::sync::protocol::inbox::Inbox;
use crate::sync::protocol::io::Closed;
use crate::sync::protocol::io::Input;
use crate::sync::protocol::io::Now;
use crate::sync::protocol::io::Output;
use crate::sync::protocol::pull::Act;
use crate::sync::protocol::pull::Pull;
use crate::sync::protocol::receipt::Receipt;
use crate::sync::protocol::serve::Serve;

mod arriving;
mod leaving;
mod timers;

/// What a session has to know of its own node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Me {
    /// The organisation: names of streams depend on it.
    pub org: OrgId,
}

/// How far a session is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Our heads are not known yet: takes, but sends nothing.
    Waiting,
    /// Takes and sends.
    Open,
    /// Does nothing any more.
    Closed,
}

/// One session with one peer. All it does is done by [`Session::step`].
#[derive(Debug)]
pub struct Session {
    me: Me,
    now: Now,
    phase: Phase,
    cursors: Cursors,
    /// What the peer is known to have: remembered, then as its HAVE says.
    theirs: BTreeMap<LogId, Seq>,
    /// What it has shown to have in this session, by acknowledging or sending it: no HAVE that was written
    /// earlier takes that back.
    proven: BTreeMap<LogId, Seq>,
    /// Parts of the peer's HAVE that came.
    have_in: BTreeMap<u32, Vec<WireHead>>,
    has_have: bool,
    flight: Flight,
    receipt: Receipt,
    inbox: Inbox,
    control: Control,
    pull: Pull,
    serve: Serve,
    /// The read that is on the way.
    reading: Option<(LogId, Seq)>,
    heard_ms: u64,
    said_ms: u64,
    asked_time_ms: Option<u64>,
    progress_ms: u64,
    is_stalled: bool,
    /// The peer asked to be left alone until then.
    pause_until_ms: u64,
    skipped: u32,
    out: Vec<Output>,
}

impl Session {
    /// A session after both hellos. Nothing is sent before [`Input::Begin`]; what comes is taken.
    #[must_use]
    pub fn new(me: Me, now: Now) -> Self {
        Self {
            me,
            now,
            phase: Phase::Waiting,
            cursors: Cursors::default(),
            theirs: BTreeMap::new(),
            proven: BTreeMap::new(),
            have_in: BTreeMap::new(),
            has_have: false,
            flight: Flight::default(),
            receipt: Receipt::default(),
            inbox: Inbox::default(),
            control: Control::default(),
            pull: Pull::default(),
            serve: Serve::default(),
            reading: None,
            heard_ms: now.ms,
            said_ms: now.ms,
            asked_time_ms: None,
            progress_ms: now.ms,
            is_stalled: false,
            pause_until_ms: 0,
            skipped: 0,
            out: Vec::new(),
        }
    }

    /// Can these two programs talk? The highest common version.
    #[must_use]
    pub fn common_version(hello: &Hello) -> Option<u8> {
        VERSIONS.iter().filter(|ours| hello.versions.contains(ours)).max().copied()
    }

    /// Takes an input at a time and gives everything that is to be done now. After [`Output::Close`] it
    /// does nothing any more.
    pub fn step(&mut self, now: Now, input: Input) -> Vec<Output> {
        if self.phase == Phase::Closed {
            return Vec::new();
        }
        self.now = now;
        self.take(input);
        self.timers();
        self.leave();
        std::mem::take(&mut self.out)
    }

    fn take(&mut self, input: Input) {
        let now = self.now.ms;
        match input {
            Input::Begin { heads, remembered } => {
                if !self.has_have {
                    self.theirs = remembered;
                }
                self.cursors.heads(heads, &self.theirs, now);
                if self.has_have {
                    self.cursors.have(&self.theirs, now);
                }
                self.control.say_have(self.cursors.ours());
                self.phase = Phase::Open;
                self.ask_time();
            }
            Input::Heads(heads) => self.cursors.heads(heads, &self.theirs, now),
            Input::Packet { counter, plain } => self.packet(counter, &plain),
            Input::Run { log, from, run } => self.run(log, from, run),
            Input::Stored(outcomes) => self.stored(outcomes),
            Input::StoreFailed => {
                self.control.busy = Some(Busy { code: "store".into(), retry_ms: 5_000 });
                self.last_words(Closed::Store);
            }
            Input::Wanted(wanted) => {
                let acts = self.pull.wanted(wanted, now);
                self.act(acts);
            }
            Input::BlobAt(hash, state) => {
                let acts = self.pull.at(&hash, state, now);
                self.act(acts);
            }
            Input::Written { hash, index, is_good } => {
                self.progress();
                let acts = self.pull.written(&hash, index, is_good, now);
                self.act(acts);
            }
            Input::Serve(hash, blob) => {
                if !self.serve.found(&hash, blob) {
                    let blob = Some(hash);
                    let code = "not_here".into();
                    let refused = Refused { code, stream: None, origin: None, n: None, blob };
                    self.control.say_refused(refused);
                }
            }
            Input::PieceRead { hash, index, bytes } => {
                if let Some((frame, item)) = self.serve.read(&hash, index, bytes) {
                    self.send(&frame, Some(item));
                }
            }
            Input::Tick => {}
            Input::Drain => {
                self.control.bye = Some(Bye { code: "stopping".into() });
                self.last_words(Closed::Drained);
            }
        }
    }

    fn act(&mut self, acts: Vec<Act>) {
        for act in acts {
            match act {
                Act::Do(output) => self.out.push(output),
                Act::Ask(want) => self.control.want = Some(want),
                Act::Done(hash) => self.control.say_done(hash),
            }
        }
    }

    fn progress(&mut self) {
        self.progress_ms = self.now.ms;
        if std::mem::take(&mut self.is_stalled) {
            self.out.push(Output::Stalled(false));
        }
    }

    fn ask_time(&mut self) {
        self.asked_time_ms = Some(self.now.ms);
        self.control.question = Some(Time {
            t1: self.now.ms,
            t2: None,
            t3: None,
            clock: self.now.clock.number(),
            error_ms: self.now.error_ms,
        });
    }

    fn close(&mut self, why: Closed) {
        if std::mem::replace(&mut self.phase, Phase::Closed) != Phase::Closed {
            self.out.push(Output::Close(why));
        }
    }

    /// Says what waits to be said, then closes.
    fn last_words(&mut self, why: Closed) {
        self.leave_control();
        self.close(why);
    }

    /// Frames of newer programs that were skipped.
    #[must_use]
    pub fn skipped(&self) -> u32 {
        self.skipped
    }

    /// Packets made so far: a session is renewed before its counters run out.
    #[must_use]
    pub fn packets(&self) -> u64 {
        self.flight.launched()
    }

    /// There and back in ms, if it was measured.
    #[must_use]
    pub fn round_trip_ms(&self) -> Option<u64> {
        self.flight.round_trip_ms()
    }
}
