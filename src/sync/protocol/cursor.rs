//! Cursors: per log how far we are, how far the peer is, and how far we have sent.
//!
//! `stored ≤ sent ≤ head`. Sending moves `sent` on; only the peer's word moves `stored`; whatever seems lost
//! moves `sent` back to `stored`. That is the whole memory of what is on the way.

use std::collections::BTreeMap;

use crate::domain::ids::LogId;
use crate::domain::ids::Seq;
use crate::domain::stream::Stream;
use crate::sync::protocol::io::Head;

/// Lanes up to this one carry what everything else rests on: certificates and lives.
const EARLY_LANE: u8 = 1;

/// A refused log is offered again after so long, doubling.
const REFUSED_FIRST_MS: u64 = 1_000;
const REFUSED_MAX_MS: u64 = 300_000;

#[derive(Debug)]
struct Log {
    stream: Stream,
    /// Our last committed event.
    head: Seq,
    /// The peer has committed up to here.
    stored: Seq,
    /// The most it confirmed in this session: a late HAVE can't take that back.
    confirmed: Seq,
    /// Sent up to here.
    sent: Seq,
    /// The furthest ever sent in this session: going over it again is no progress.
    furthest: Seq,
    /// Packets with its events that are on the way.
    flying: u32,
    /// How often the cursor went back: what was sent before tells nothing about what is sent now.
    round: u32,
    /// When something last happened to it.
    touched_ms: u64,
    /// Order of service within a lane.
    served: u64,
    /// Order in which the store named it: what others rest on comes first.
    rank: usize,
    /// After a refusal: not before this time, and how long the next wait is.
    wait: Option<(u64, u64)>,
}

impl Log {
    /// Next comes what follows `n`, or what follows `stored`.
    fn back(&mut self, n: Seq, now: u64) {
        self.sent = self.sent.min(n).max(self.stored);
        self.round = self.round.saturating_add(1);
        self.touched_ms = now;
    }
}

/// All cursors of a session.
#[derive(Debug, Default)]
pub(super) struct Cursors {
    logs: BTreeMap<LogId, Log>,
    service: u64,
}

impl Cursors {
    /// Takes our heads: new logs, and logs that grew.
    pub(super) fn heads(&mut self, heads: Vec<Head>, remembered: &BTreeMap<LogId, Seq>, now: u64) {
        for head in heads {
            let rank = self.logs.len();
            let known = remembered.get(&head.log).copied().unwrap_or_default();
            let log = self.logs.entry(head.log).or_insert_with(|| Log {
                stream: head.stream,
                head: Seq(0),
                stored: known,
                confirmed: Seq(0),
                sent: known,
                furthest: known,
                flying: 0,
                round: 0,
                touched_ms: now,
                served: 0,
                rank,
                wait: None,
            });
            log.head = log.head.max(head.n);
        }
    }

    /// Our heads, for HAVE.
    pub(super) fn ours(&self) -> impl Iterator<Item = (&LogId, Seq)> {
        self.logs.iter().map(|(id, log)| (id, log.head))
    }

    /// The peer's whole frontier: moves cursors on, or back for a peer that was restored.
    pub(super) fn have(&mut self, theirs: &BTreeMap<LogId, Seq>, now: u64) {
        for (id, log) in &mut self.logs {
            let have = theirs.get(id).copied().unwrap_or_default().max(log.confirmed);
            let is_restored = have < log.stored;
            log.stored = have;
            if is_restored {
                log.back(Seq(0), now);
            }
            log.sent = log.sent.max(have);
            log.furthest = log.furthest.max(have);
        }
    }

    /// The peer has committed up to `n`. True if that is more than was known.
    pub(super) fn confirm(&mut self, id: &LogId, n: Seq, now: u64) -> bool {
        let Some(log) = self.logs.get_mut(id) else { return false };
        log.confirmed = log.confirmed.max(n);
        let moved = n > log.stored;
        if moved {
            log.stored = n;
            log.sent = log.sent.max(n);
            log.furthest = log.furthest.max(n);
            log.touched_ms = now;
            log.wait = None;
        }
        moved
    }

    /// The peer is sending us events up to `n`: no need to send them back.
    pub(super) fn coming(&mut self, id: &LogId, n: Seq, now: u64) {
        if let Some(log) = self.logs.get_mut(id) {
            log.sent = log.sent.max(n);
            log.touched_ms = now;
        }
    }

    /// What to send next: certificates and lives in the store's order, since one rests on the other, then
    /// lane by lane, within a lane whoever waited longest.
    pub(super) fn next(&self, now: u64) -> Option<(LogId, Seq)> {
        let waits = |log: &Log| log.wait.is_some_and(|(until, _)| until > now);
        self.logs
            .iter()
            .filter(|(_, log)| log.sent < log.head && !waits(log))
            .min_by_key(|(_, log)| match log.stream.class.lane() {
                0..=EARLY_LANE => (0, 0, log.rank),
                lane => (lane, log.served, log.rank),
            })
            .map(|(id, log)| (*id, log.sent.next()))
    }

    /// Is `from` still what comes next in this log?
    pub(super) fn is_next(&self, id: &LogId, from: Seq) -> bool {
        self.logs.get(id).is_some_and(|log| log.sent.next() == from && log.sent < log.head)
    }

    /// Events up to `to` went out in one packet. Gives the round, and whether they never went before.
    pub(super) fn sent(&mut self, id: &LogId, to: Seq, now: u64) -> (u32, bool) {
        self.service = self.service.saturating_add(1);
        let Some(log) = self.logs.get_mut(id) else { return (0, false) };
        let is_new = to > log.furthest;
        log.sent = to;
        log.furthest = log.furthest.max(to);
        log.flying = log.flying.saturating_add(1);
        log.touched_ms = now;
        log.served = self.service;
        (log.round, is_new)
    }

    /// A packet with events of this log arrived (not: was stored).
    pub(super) fn landed(&mut self, id: &LogId, now: u64) {
        if let Some(log) = self.logs.get_mut(id) {
            log.flying = log.flying.saturating_sub(1);
            log.touched_ms = now;
        }
    }

    /// A packet that began with event `from` is lost: again from there. What went before it, went well or is
    /// reported by itself; what was lost in an earlier round was sent again since.
    pub(super) fn lost(&mut self, id: &LogId, (round, from): (u32, Seq), now: u64) {
        if let Some(log) = self.logs.get_mut(id) {
            log.flying = log.flying.saturating_sub(1);
            if round == log.round {
                log.back(Seq(from.0.saturating_sub(1)), now);
            }
        }
    }

    /// Nothing of this log can be read any more: what is left of it is not sent in this session.
    pub(super) fn unreadable(&mut self, id: &LogId) {
        if let Some(log) = self.logs.get_mut(id) {
            log.sent = log.head;
        }
    }

    /// The peer misses something after `n`: back to there, unless that happened within `pause_ms` or packets
    /// of it are still on the way (they would report the same gap again).
    pub(super) fn gap(&mut self, id: &LogId, n: Seq, now: u64, pause_ms: u64) {
        if let Some(log) = self.logs.get_mut(id)
            && now.saturating_sub(log.touched_ms) >= pause_ms
            && log.flying == 0
        {
            log.back(n, now);
        }
    }

    /// The peer won't take this log now: offer it again later, or at once when something else arrived
    /// there ([`Self::retry_refused`]), which may be what it lacked.
    pub(super) fn refused(&mut self, id: &LogId, now: u64) {
        if let Some(log) = self.logs.get_mut(id) {
            let wait = log.wait.map_or(REFUSED_FIRST_MS, |(_, next)| next);
            let doubled = wait.saturating_mul(2).min(REFUSED_MAX_MS);
            log.wait = Some((now.saturating_add(wait), doubled));
            log.back(Seq(0), now);
        }
    }

    /// Certificates and lives may have come that a refused log lacked.
    pub(super) fn retry_refused(&mut self, now: u64) {
        for log in self.logs.values_mut() {
            if let Some((until, _)) = &mut log.wait {
                *until = (*until).min(now);
            }
        }
    }

    /// Does this log carry certificates or lives?
    pub(super) fn is_early_lane(&self, id: &LogId) -> bool {
        self.logs.get(id).is_some_and(|log| log.stream.class.lane() <= EARLY_LANE)
    }

    /// Sent, arrived or not, but not stored within `patience_ms`: again.
    pub(super) fn overdue(&mut self, now: u64, patience_ms: u64) {
        for log in self.logs.values_mut() {
            let waits = log.sent > log.stored && log.stored < log.head && log.flying == 0;
            if waits && now.saturating_sub(log.touched_ms) >= patience_ms {
                log.back(Seq(0), now);
            }
        }
    }

    /// When [`Self::overdue`] or the end of a refusal comes next.
    pub(super) fn wake(&self, now: u64, patience_ms: u64) -> Option<u64> {
        let times = self.logs.values().filter_map(|log| {
            let unstored = log.sent > log.stored && log.stored < log.head && log.flying == 0;
            let overdue = unstored.then(|| log.touched_ms.saturating_add(patience_ms));
            let refused = log.wait.map(|(until, _)| until).filter(|until| *until > now);
            [overdue, refused].into_iter().flatten().min()
        });
        times.min()
    }

    /// Is anything here that the peer has not stored?
    pub(super) fn has_backlog(&self) -> bool {
        self.logs.values().any(|log| log.stored < log.head && log.wait.is_none())
    }
}
