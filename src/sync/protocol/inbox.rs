//! Runs that arrive: put together from frames, handed to the store one batch at a time.

use std::collections::BTreeMap;

use crate::domain::event::run::RawEvent;
use crate::domain::event::run::Run;
use crate::domain::ids::LogId;
use crate::domain::ids::OrgId;
use crate::domain::ids::Seq;
use crate::domain::stream::Class;
use crate::domain::stream::Stream;
use crate::sync::protocol::frame::Events;

/// Runs that wait for the store, bytes; beyond that a packet counts as not got and comes again.
const WAITING_MAX: usize = 256 * 1024;

/// Runs whose seal has not come yet, bytes.
const OPEN_MAX: usize = 2 * 1024 * 1024;

/// Longest creation bytes of a stream.
const CREATION_MAX: usize = 32;

#[derive(Debug)]
struct Open {
    first: Seq,
    events: Vec<RawEvent>,
    bytes: usize,
}

impl Open {
    fn next(&self) -> Seq {
        Seq(self.first.0.saturating_add(self.events.len() as u64))
    }
}

fn bytes_of(event: &RawEvent) -> usize {
    event.header.len().saturating_add(event.body.len())
}

/// What became of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    /// Taken up to this event of this log.
    Upto(LogId, Seq),
    /// A part before it is missing; this event is the last one here.
    Gap(LogId, Seq),
    /// No such frame can be.
    Senseless,
}

/// Arriving runs.
#[derive(Debug, Default)]
pub(super) struct Inbox {
    open: BTreeMap<LogId, Open>,
    open_bytes: usize,
    waiting: Vec<(Stream, Run)>,
    waiting_bytes: usize,
    /// Last events of the runs that the store is writing.
    storing: Option<Vec<(LogId, Seq)>>,
}

impl Inbox {
    /// Is there room for another packet of events?
    pub(super) fn has_room(&self) -> bool {
        self.waiting_bytes < WAITING_MAX
    }

    /// Takes a frame.
    pub(super) fn take(&mut self, org: &OrgId, frame: Events) -> Taken {
        if frame.creation.len() > CREATION_MAX || frame.events.is_empty() || frame.first.0 == 0 {
            return Taken::Senseless;
        }
        let stream = Stream { class: Class::from_number(frame.class), creation: frame.creation };
        let log = LogId { stream: stream.id(org), origin: frame.origin };
        let events: Vec<RawEvent> = frame.events.into_iter().map(RawEvent::from).collect();
        let bytes = events.iter().map(bytes_of).sum();
        let run = match self.joined(log, Open { first: frame.first, events, bytes }) {
            Ok(run) => run,
            Err(have) => return Taken::Gap(log, have),
        };
        let last = Seq(run.next().0.saturating_sub(1));
        match frame.seal {
            Some(seal) => {
                self.waiting_bytes = self.waiting_bytes.saturating_add(run.bytes);
                let run = Run { log, first: run.first, events: run.events, seal };
                self.waiting.push((stream, run));
            }
            None if self.open_bytes.saturating_add(run.bytes) <= OPEN_MAX => {
                self.open_bytes = self.open_bytes.saturating_add(run.bytes);
                self.open.insert(log, run);
            }
            // Whoever sends endless runs without a seal gets nothing stored.
            None => {}
        }
        Taken::Upto(log, last)
    }

    /// With what came before of the same run. `Err`: something between is missing; what came before stays.
    fn joined(&mut self, log: LogId, part: Open) -> Result<Open, Seq> {
        let Some(mut open) = self.open.remove(&log) else { return Ok(part) };
        if part.first > open.next() {
            let have = Seq(open.next().0.saturating_sub(1));
            self.open.insert(log, open);
            return Err(have);
        }
        self.open_bytes = self.open_bytes.saturating_sub(open.bytes);
        let Some(keep) = part.first.0.checked_sub(open.first.0) else { return Ok(part) };
        // Sent again: the newer copy counts.
        open.events.truncate(usize::try_from(keep).unwrap_or(usize::MAX));
        open.events.extend(part.events);
        open.bytes = open.events.iter().map(bytes_of).sum();
        Ok(open)
    }

    /// The next batch for the store, unless it is still writing one.
    pub(super) fn batch(&mut self) -> Option<Vec<(Stream, Run)>> {
        if self.storing.is_some() || self.waiting.is_empty() {
            return None;
        }
        let runs = std::mem::take(&mut self.waiting);
        self.waiting_bytes = 0;
        self.storing = Some(runs.iter().map(|(_, run)| (run.log, run.last())).collect());
        Some(runs)
    }

    /// The store is done: what the peer has sent us up to which event.
    pub(super) fn batch_done(&mut self) -> Vec<(LogId, Seq)> {
        self.storing.take().unwrap_or_default()
    }
}
