//! What comes: packets of the peer, and what the store made of them.

use crate::domain::ids::LogId;
use crate::domain::ids::Seq;
use crate::domain::time::ClockState;
use crate::sync::protocol::control::PARTS_MAX;
use crate::sync::protocol::flight::Item;
use crate::sync::protocol::frame;
use crate::sync::protocol::frame::Ack;
use crate::sync::protocol::frame::BadFrames;
use crate::sync::protocol::frame::Events;
use crate::sync::protocol::frame::Frame;
use crate::sync::protocol::frame::Have;
use crate::sync::protocol::frame::Refused;
use crate::sync::protocol::frame::Time;
use crate::sync::protocol::frame::WireHead;
use crate::sync::protocol::inbox::Taken;
use crate::sync::protocol::io::Closed;
use crate::sync::protocol::io::Outcome;
use crate::sync::protocol::io::Output;
use crate::sync::protocol::serve::Lost;
use crate::sync::protocol::session::Session;

/// Longest pause that a peer may ask for, ms.
const PAUSE_MAX_MS: u64 = 60_000;

/// Logs that are remembered of a peer.
const THEIRS_MAX: usize = 100_000;

/// Code of a refusal that only says that something before is missing.
const GAP: &str = "gap";

fn log_of(head: &WireHead) -> LogId {
    LogId { stream: head.stream, origin: head.origin }
}

fn asks_for_answer(frame: &Frame) -> bool {
    match frame {
        Frame::Ack(_) | Frame::Busy(_) | Frame::Bye(_) | Frame::Hello(_) | Frame::Cert(_) => false,
        Frame::Time(time) => time.t2.is_none(),
        Frame::Have(_)
        | Frame::Events(_)
        | Frame::BlobWant(_)
        | Frame::BlobList(_)
        | Frame::Piece(_)
        | Frame::BlobDone(_)
        | Frame::Refused(_) => true,
    }
}

impl Session {
    pub(super) fn packet(&mut self, counter: u64, plain: &[u8]) {
        let frames = match frame::read_all(plain) {
            Ok(frames) => frames,
            Err(BadFrames::Shape) => return self.close(Closed::Protocol("bad_frames")),
            Err(BadFrames::Unsupported(_)) => return self.close(Closed::Version),
        };
        self.heard_ms = self.now.ms;
        self.flight.heard(self.now.ms);
        self.skipped = self.skipped.saturating_add(frames.skipped);
        let brings_events = frames.known.iter().any(|frame| matches!(frame, Frame::Events(_)));
        let has_room = !brings_events || self.inbox.has_room();
        if has_room {
            let asks = frames.known.iter().any(asks_for_answer);
            self.receipt.arrived(counter, plain.len(), asks, self.now.ms);
        }
        for frame in frames.known {
            // A packet that doesn't fit counts as not got: its events come again.
            if has_room || !matches!(frame, Frame::Events(_)) {
                self.frame(frame);
            }
        }
        self.store_next();
    }

    fn frame(&mut self, frame: Frame) {
        let now = self.now.ms;
        match frame {
            Frame::Have(have) => self.have(have),
            Frame::Events(events) => self.events(events),
            Frame::Ack(ack) => self.ack(&ack),
            Frame::Time(time) => self.time(time),
            Frame::Cert(cert) => self.out.push(Output::Certificate(cert.issue)),
            Frame::BlobWant(want) => {
                let hash = want.hash;
                if self.serve.wanted(want) {
                    self.out.push(Output::BlobServe(hash));
                }
            }
            Frame::BlobList(list) => {
                let acts = self.pull.list(&list, now);
                self.act(acts);
            }
            Frame::Piece(piece) => {
                let acts = self.pull.piece(piece, now);
                self.act(acts);
            }
            Frame::BlobDone(done) => {
                self.serve.done(&done.hash);
                self.out.push(Output::PeerHasBlob(done.hash));
            }
            Frame::Busy(busy) => {
                let pause = u64::from(busy.retry_ms).min(PAUSE_MAX_MS);
                self.pause_until_ms = now.saturating_add(pause);
            }
            Frame::Refused(refused) => self.refused(&refused),
            Frame::Bye(bye) => self.close(Closed::Bye(bye.code)),
            // Said in the handshake; here it changes nothing.
            Frame::Hello(_) => {}
        }
    }

    fn have(&mut self, have: Have) {
        if self.has_have {
            return;
        }
        if have.parts > PARTS_MAX || have.part >= have.parts {
            return self.close(Closed::Protocol("have_too_large"));
        }
        self.have_in.insert(have.part, have.heads);
        if self.have_in.len() < usize::try_from(have.parts).unwrap_or(usize::MAX) {
            return;
        }
        let parts = std::mem::take(&mut self.have_in);
        let heads: Vec<(LogId, Seq)> =
            parts.into_values().flatten().map(|head| (log_of(&head), head.n)).collect();
        self.theirs = heads.into_iter().collect();
        for (log, n) in &self.proven {
            let known = self.theirs.entry(*log).or_default();
            *known = (*known).max(*n);
        }
        self.has_have = true;
        self.cursors.have(&self.theirs, self.now.ms);
        let heads = self.theirs.iter().map(|(log, n)| (*log, *n)).collect();
        self.out.push(Output::PeerHeads { heads, replace: true });
    }

    fn events(&mut self, events: Events) {
        let (log, last) = match self.inbox.take(&self.me.org, events) {
            Taken::Upto(log, last) => (log, last),
            Taken::Gap(log, have) => return self.refuse(log, have, GAP.into()),
            Taken::Senseless => return self.close(Closed::Protocol("events")),
        };
        self.cursors.coming(&log, last, self.now.ms);
        // A log that is new here is not sent back once it is ours.
        self.proves(log, last);
    }

    fn proves(&mut self, log: LogId, n: Seq) {
        for map in [&mut self.theirs, &mut self.proven] {
            if map.len() < THEIRS_MAX {
                let known = map.entry(log).or_default();
                *known = (*known).max(n);
            }
        }
    }

    fn store_next(&mut self) {
        if let Some(batch) = self.inbox.batch() {
            self.out.push(Output::Store(batch));
        }
    }

    /// The store's word on a batch: only now is anything acknowledged.
    pub(super) fn stored(&mut self, outcomes: Vec<Outcome>) {
        let now = self.now.ms;
        let sent_to_us = self.inbox.batch_done();
        let mut peer_has = Vec::new();
        for (outcome, (log, last)) in outcomes.into_iter().zip(sent_to_us) {
            match outcome {
                Outcome::Stored { n, .. } | Outcome::Have { n, .. } => {
                    self.receipt.stored(log, n, now);
                    // Whoever sends an event has committed it.
                    self.cursors.confirm(&log, last, now);
                    peer_has.push((log, last));
                    if self.cursors.is_early_lane(&log) {
                        self.cursors.retry_refused(now);
                    }
                }
                Outcome::Gap { have, .. } => self.refuse(log, have, GAP.into()),
                Outcome::Refused { n, code, .. } => self.refuse(log, n, code),
            }
        }
        if !peer_has.is_empty() {
            self.out.push(Output::PeerHeads { heads: peer_has, replace: false });
        }
        self.store_next();
    }

    fn refuse(&mut self, log: LogId, n: Seq, code: String) {
        let (stream, origin) = (Some(log.stream), Some(log.origin));
        self.control.say_refused(Refused { code, stream, origin, n: Some(n), blob: None });
    }

    fn refused(&mut self, refused: &Refused) {
        let now = self.now.ms;
        if let Some(hash) = refused.blob {
            let acts = self.pull.failed(&hash, now);
            self.act(acts);
        }
        let (Some(stream), Some(origin)) = (refused.stream, refused.origin) else { return };
        let log = LogId { stream, origin };
        if refused.code == GAP {
            let pause = self.flight.round_trip_ms().unwrap_or(0);
            self.cursors.gap(&log, refused.n.unwrap_or_default(), now, pause);
        } else {
            self.cursors.refused(&log, now);
        }
    }

    fn ack(&mut self, ack: &Ack) {
        let now = self.now.ms;
        let landed = self.flight.ack(ack.got, ack.bits, ack.delay_ms, now);
        for item in landed.got {
            self.got(&item);
        }
        for item in landed.lost {
            self.lost(item);
        }
        let mut moved = Vec::new();
        for head in &ack.stored {
            let log = log_of(head);
            if self.cursors.confirm(&log, head.n, now) {
                moved.push((log, head.n));
                self.proves(log, head.n);
                if self.cursors.is_early_lane(&log) {
                    self.cursors.retry_refused(now);
                }
            }
        }
        if !moved.is_empty() {
            self.progress();
            self.out.push(Output::PeerHeads { heads: moved, replace: false });
        }
    }

    fn got(&mut self, item: &Item) {
        match item {
            Item::Have(part) => self.control.have_got(*part),
            Item::Events(log, _, _) => self.cursors.landed(log, self.now.ms),
            Item::List(..) | Item::Piece(..) => self.progress(),
            Item::Want(_) | Item::Done(_) | Item::Refused(_) | Item::Time => {}
        }
    }

    pub(super) fn lost(&mut self, item: Item) {
        match item {
            Item::Have(part) => self.control.have_lost(part),
            Item::Events(log, round, from) => self.cursors.lost(&log, (round, from), self.now.ms),
            Item::List(hash, from) => self.serve.lost(&hash, Lost::List(from)),
            Item::Piece(hash, index) => self.serve.lost(&hash, Lost::Piece(index)),
            // Asks for what is missing by now.
            Item::Want(_) => {
                let acts = self.pull.ask().into_iter().collect();
                self.act(acts);
            }
            Item::Done(hash) => self.control.say_done(hash),
            Item::Refused(refused) => self.control.say_refused(refused),
            Item::Time => {}
        }
    }

    fn time(&mut self, time: Time) {
        let now = self.now;
        let (Some(t2), Some(t3)) = (time.t2, time.t3) else {
            self.control.answer = Some(Time {
                t1: time.t1,
                t2: Some(now.unix_ms),
                t3: Some(now.unix_ms),
                clock: now.clock.number(),
                error_ms: now.error_ms,
            });
            return;
        };
        let there = u64::try_from(t3.saturating_sub(t2)).unwrap_or(0);
        let round_trip_ms = now.ms.saturating_sub(time.t1).saturating_sub(there);
        self.flight.measured(round_trip_ms);
        let half = i64::try_from(round_trip_ms / 2).unwrap_or(i64::MAX);
        self.out.push(Output::PeerTime {
            offset_ms: t3.saturating_add(half).saturating_sub(now.unix_ms),
            error_ms: time.error_ms.saturating_add(round_trip_ms.div_ceil(2)),
            round_trip_ms,
            clock: ClockState::from_number(time.clock),
        });
    }
}
