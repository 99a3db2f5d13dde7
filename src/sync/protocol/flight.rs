//! What is on the way: packets that were sent and not yet got, what they held, and the round trip.

use std::collections::BTreeMap;

use crate::domain::ids::BlobHash;
use crate::domain::ids::LogId;
use crate::domain::ids::Seq;
use crate::sync::protocol::frame::Refused;

/// At most so many packets or bytes not yet got.
const PACKETS_MAX: usize = 32;
const BYTES_MAX: usize = 64 * 1024;

/// Blob pieces leave room for events.
const BLOB_BYTES_MAX: usize = 34 * 1024;

/// Shortest wait for an answer before a packet counts as lost.
const PATIENCE_MIN_MS: u64 = 2_000;
const PATIENCE_MAX_MS: u64 = 60_000;

/// Something in a packet that must arrive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Item {
    /// Part of our HAVE.
    Have(u32),
    /// Events of a log: the round of its cursor, and the first of them.
    Events(LogId, u32, Seq),
    /// Our wish for a blob.
    Want(BlobHash),
    /// Part of a piece list.
    List(BlobHash, u32),
    /// A piece.
    Piece(BlobHash, u32),
    /// A blob is whole here.
    Done(BlobHash),
    /// A refusal.
    Refused(Refused),
    /// A question for the time: asks for an answer, is not repeated.
    Time,
}

#[derive(Debug)]
struct Sent {
    at_ms: u64,
    bytes: usize,
    items: Vec<Item>,
}

/// What came of packets.
#[derive(Debug, Default)]
pub(super) struct Landed {
    /// Items that arrived.
    pub(super) got: Vec<Item>,
    /// Items that have to be sent again.
    pub(super) lost: Vec<Item>,
}

/// Packets on the way. Those that ask for no answer are not remembered.
#[derive(Debug, Default)]
pub(super) struct Flight {
    next: u64,
    sent: BTreeMap<u64, Sent>,
    bytes: usize,
    round_trip_ms: Option<u64>,
    /// Timeouts in a row without any answer.
    losses: u32,
    /// Since when an answer is due and nothing at all has come.
    due_ms: Option<u64>,
}

impl Flight {
    /// May another packet with events go?
    pub(super) fn has_room(&self) -> bool {
        self.sent.len() < PACKETS_MAX && self.bytes < BYTES_MAX
    }

    /// May another piece of a blob go?
    pub(super) fn has_blob_room(&self) -> bool {
        self.sent.len() < PACKETS_MAX && self.bytes < BLOB_BYTES_MAX
    }

    /// Takes the next counter for a packet with these items; none: nobody waits for it.
    pub(super) fn launch(&mut self, now: u64, bytes: usize, items: Vec<Item>) -> u64 {
        let counter = self.next;
        self.next = self.next.saturating_add(1);
        if !items.is_empty() {
            self.due_ms = self.due_ms.or(Some(now));
            self.bytes = self.bytes.saturating_add(bytes);
            self.sent.insert(counter, Sent { at_ms: now, bytes, items });
        }
        counter
    }

    /// The peer says which packets arrived.
    pub(super) fn ack(&mut self, got: u64, bits: u64, delay_ms: u32, now: u64) -> Landed {
        let mut landed = Landed::default();
        let arrived = |counter: u64| match got.checked_sub(counter) {
            None => false,
            Some(0) => true,
            Some(behind) => behind <= 64 && bits >> (behind.saturating_sub(1)) & 1 == 1,
        };
        if let Some(sent) = self.sent.get(&got) {
            let took = now.saturating_sub(sent.at_ms).saturating_sub(u64::from(delay_ms));
            self.measured(took);
        }
        let settled: Vec<u64> = self.sent.range(..=got).map(|(counter, _)| *counter).collect();
        for counter in settled {
            let is_there = arrived(counter);
            // Three later ones arrived: this one won't.
            if !is_there && counter.saturating_add(3) > got {
                continue;
            }
            let Some(sent) = self.sent.remove(&counter) else { continue };
            self.bytes = self.bytes.saturating_sub(sent.bytes);
            if is_there {
                self.losses = 0;
                landed.got.extend(sent.items);
            } else {
                landed.lost.extend(sent.items);
            }
        }
        if self.sent.is_empty() {
            self.due_ms = None;
        }
        landed
    }

    /// Packets that waited too long for an answer.
    pub(super) fn timed_out(&mut self, now: u64) -> Vec<Item> {
        let patience = self.patience_ms();
        let late: Vec<u64> = self
            .sent
            .iter()
            .filter(|(_, sent)| now.saturating_sub(sent.at_ms) >= patience)
            .map(|(counter, _)| *counter)
            .collect();
        if !late.is_empty() {
            self.losses = self.losses.saturating_add(1);
        }
        let mut lost = Vec::new();
        for counter in late {
            if let Some(sent) = self.sent.remove(&counter) {
                self.bytes = self.bytes.saturating_sub(sent.bytes);
                lost.extend(sent.items);
            }
        }
        lost
    }

    /// When [`Self::timed_out`] has something to say.
    pub(super) fn wake(&self) -> Option<u64> {
        let oldest = self.sent.values().map(|sent| sent.at_ms).min()?;
        Some(oldest.saturating_add(self.patience_ms()))
    }

    /// How long an answer may take: max(2 s, 4 round trips), doubled after each silence.
    pub(super) fn patience_ms(&self) -> u64 {
        let four = self.round_trip_ms.unwrap_or(0).saturating_mul(4);
        let once = four.max(PATIENCE_MIN_MS);
        once.saturating_mul(1 << self.losses.min(5)).min(PATIENCE_MAX_MS)
    }

    /// A round trip was measured.
    pub(super) fn measured(&mut self, took_ms: u64) {
        let old = self.round_trip_ms.unwrap_or(took_ms);
        self.round_trip_ms = Some(old.saturating_mul(7).saturating_add(took_ms).div_ceil(8));
    }

    /// There and back, smoothed.
    pub(super) fn round_trip_ms(&self) -> Option<u64> {
        self.round_trip_ms
    }

    /// Anything genuine came from the peer.
    pub(super) fn heard(&mut self, now: u64) {
        self.due_ms = (!self.sent.is_empty()).then_some(now);
    }

    /// Since when an answer is due without anything having come.
    pub(super) fn due_ms(&self) -> Option<u64> {
        self.due_ms
    }

    /// How many packets were made.
    pub(super) fn launched(&self) -> u64 {
        self.next
    }
}
