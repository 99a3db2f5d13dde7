//! What goes: control first, then events lane by lane, then pieces of blobs.

use crate::domain::event::run::Run;
use crate::domain::ids::LogId;
use crate::domain::ids::Seq;
use crate::domain::stream::Stream;
use crate::sync::protocol::flight::Item;
use crate::sync::protocol::frame::Events;
use crate::sync::protocol::frame::Frame;
use crate::sync::protocol::io::Output;
use crate::sync::protocol::packing::Packing;
use crate::sync::protocol::packing::ROOM;
use crate::sync::protocol::serve::Next;
use crate::sync::protocol::session::Phase;
use crate::sync::protocol::session::Session;

/// What an EVENTS frame needs beside its events, and what one event needs beside its bytes.
const FRAME_EXTRA: usize = 200;
const EVENT_EXTRA: usize = 7;

impl Session {
    /// Sends whatever may go now.
    pub(super) fn leave(&mut self) {
        if self.phase != Phase::Open {
            return;
        }
        self.leave_control();
        let is_paused = self.now.ms < self.pause_until_ms;
        if is_paused || self.reading.is_some() {
            return;
        }
        if self.flight.has_room()
            && let Some((log, from)) = self.cursors.next(self.now.ms)
        {
            self.reading = Some((log, from));
            let bytes_max = ROOM.saturating_sub(FRAME_EXTRA);
            self.out.push(Output::Read { log, from, bytes_max });
            return;
        }
        while self.flight.has_blob_room()
            && let Some(next) = self.serve.next()
        {
            match next {
                Next::Send(sent) => {
                    let (frame, item) = *sent;
                    self.send(&frame, Some(item));
                }
                Next::Read(hash, index) => {
                    self.out.push(Output::BlobRead { hash, index });
                    return;
                }
            }
        }
    }

    /// Says everything that waits beside events; an answer alone only when it is due.
    pub(super) fn leave_control(&mut self) {
        let mut packing = Packing::default();
        let mut next = self.control.next();
        if next.is_none() && !self.receipt.is_due(self.now.ms) {
            return;
        }
        while let Some(ack) = self.receipt.take(self.now.ms) {
            // At most 200 heads each: the first fits, a second goes with the next packet.
            if packing.add(&Frame::Ack(ack.clone()), None).is_err() {
                self.launch(std::mem::take(&mut packing));
                Frame::Ack(ack).write(&mut packing.plain);
            }
        }
        while let Some((frame, item)) = next {
            if let Err(item) = packing.add(&frame, item) {
                self.launch(std::mem::take(&mut packing));
                next = Some((frame, item));
                continue;
            }
            next = self.control.next();
        }
        self.launch(packing);
    }

    /// One frame in a packet of its own, with whatever is to be acknowledged if that fits.
    pub(super) fn send(&mut self, frame: &Frame, item: Option<Item>) {
        let mut packing = Packing::default();
        if let Some(ack) = self.receipt.take(self.now.ms) {
            // An empty packet takes any answer.
            if packing.add(&Frame::Ack(ack), None).is_err() {
                return;
            }
        }
        if let Err(item) = packing.add(frame, item) {
            self.launch(std::mem::take(&mut packing));
            frame.write(&mut packing.plain);
            packing.items.extend(item);
        }
        self.launch(packing);
    }

    fn launch(&mut self, packing: Packing) {
        if packing.plain.is_empty() {
            return;
        }
        self.said_ms = self.now.ms;
        let counter = self.flight.launch(self.now.ms, packing.plain.len(), packing.items);
        self.out.push(Output::Send { counter, plain: packing.plain });
    }

    /// The store has read what was asked for.
    pub(super) fn run(&mut self, log: LogId, from: Seq, run: Option<(Stream, Run)>) {
        if self.reading != Some((log, from)) {
            return;
        }
        self.reading = None;
        if !self.cursors.is_next(&log, from) {
            return;
        }
        match run {
            Some((stream, run)) if run.first == from && !run.events.is_empty() => {
                self.send_run(stream, run);
            }
            Some(_) | None => self.cursors.unreadable(&log),
        }
    }

    /// As much of the run as fits into a packet; with its seal if that is all of it.
    fn send_run(&mut self, stream: Stream, run: Run) {
        let (mut room, mut count) = (ROOM.saturating_sub(FRAME_EXTRA), 0_usize);
        for event in &run.events {
            let bytes = event.header.len().saturating_add(event.body.len());
            let Some(left) = room.checked_sub(bytes.saturating_add(EVENT_EXTRA)) else { break };
            (room, count) = (left, count.saturating_add(1));
        }
        // An event is smaller than a packet, so one always fits.
        let count = count.max(1);
        let is_whole = count == run.events.len();
        let last = Seq(run.first.0.saturating_add(count as u64).saturating_sub(1));
        let frame = Frame::Events(Events {
            class: stream.class.number(),
            creation: stream.creation,
            origin: run.log.origin,
            first: run.first,
            events: run.events.into_iter().take(count).map(Into::into).collect(),
            seal: is_whole.then_some(run.seal),
        });
        let (round, is_new) = self.cursors.sent(&run.log, last, self.now.ms);
        if is_new {
            self.progress();
        }
        self.send(&frame, Some(Item::Events(run.log, round, run.first)));
    }
}
