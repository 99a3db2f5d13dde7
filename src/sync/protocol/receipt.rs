//! What arrived here and what was committed here, until the peer has been told.

use std::collections::BTreeMap;

use crate::domain::ids::LogId;
use crate::domain::ids::Seq;
use crate::sync::protocol::frame::Ack;
use crate::sync::protocol::frame::WireHead;

/// Answers that nobody's data carries leave at most 20 times a second.
const APART_MS: u64 = 50;
const AFTER_BULK_MS: u64 = 25;
const AFTER_SMALL_MS: u64 = 200;
/// From here on a packet counts as bulk; so many unanswered bytes are answered at once.
const BULK_BYTES: usize = 2_000;
const OWED_BYTES: usize = 16 * 1024;

/// Heads in one answer; the next follows at once.
const STORED_MAX: usize = 200;

/// The receiving side of acknowledgement.
#[derive(Debug, Default)]
pub(super) struct Receipt {
    /// Highest counter and the 64 before it.
    got: Option<(u64, u64)>,
    got_ms: u64,
    owed_packets: u32,
    owed_bytes: usize,
    /// When an answer leaves by itself at the latest.
    due_ms: Option<u64>,
    last_ms: Option<u64>,
    stored: BTreeMap<LogId, Seq>,
}

impl Receipt {
    /// A packet arrived; `asks`: it wants an answer.
    pub(super) fn arrived(&mut self, counter: u64, bytes: usize, asks: bool, now: u64) {
        let (high, bits) = match self.got {
            None => (counter, 0),
            Some((high, bits)) if counter > high => {
                let ahead = counter.saturating_sub(high);
                let moved = u32::try_from(ahead).ok().and_then(|by| bits.checked_shl(by));
                let mark = u32::try_from(ahead.saturating_sub(1)).ok();
                let mark = mark.and_then(|by| 1_u64.checked_shl(by)).unwrap_or(0);
                (counter, moved.unwrap_or(0) | mark)
            }
            Some((high, bits)) => {
                let behind = u32::try_from(high.saturating_sub(counter)).ok();
                let mark = behind.and_then(|by| 1_u64.checked_shl(by.saturating_sub(1)));
                (high, bits | mark.unwrap_or(0))
            }
        };
        if self.got.is_none_or(|(old, _)| high > old) {
            self.got_ms = now;
        }
        self.got = Some((high, bits));
        if !asks {
            return;
        }
        self.owed_packets = self.owed_packets.saturating_add(1);
        self.owed_bytes = self.owed_bytes.saturating_add(bytes);
        let wait = match (self.owed_packets, bytes) {
            (2.., _) => 0,
            (_, BULK_BYTES..) => AFTER_BULK_MS,
            (_, _) => AFTER_SMALL_MS,
        };
        if self.owed_bytes >= OWED_BYTES {
            self.due_ms = Some(now);
        } else {
            self.due_by(now.saturating_add(wait), now);
        }
    }

    /// Events up to `n` are committed here.
    pub(super) fn stored(&mut self, log: LogId, n: Seq, now: u64) {
        let known = self.stored.entry(log).or_insert(n);
        *known = (*known).max(n);
        self.due_by(now, now);
    }

    fn due_by(&mut self, at: u64, now: u64) {
        let earliest = self.last_ms.map_or(now, |last| last.saturating_add(APART_MS));
        let at = at.max(earliest);
        self.due_ms = Some(self.due_ms.map_or(at, |due| due.min(at)));
    }

    /// Must an answer leave now, even alone?
    pub(super) fn is_due(&self, now: u64) -> bool {
        self.due_ms.is_some_and(|due| due <= now)
    }

    /// When it must.
    pub(super) fn wake(&self) -> Option<u64> {
        self.due_ms
    }

    /// The answer, if there is anything to say; it counts as said.
    pub(super) fn take(&mut self, now: u64) -> Option<Ack> {
        if self.owed_packets == 0 && self.stored.is_empty() {
            return None;
        }
        let (got, bits) = self.got?;
        let mut stored = Vec::new();
        while stored.len() < STORED_MAX
            && let Some((log, n)) = self.stored.pop_first()
        {
            stored.push(WireHead { stream: log.stream, origin: log.origin, n });
        }
        self.due_ms = (!self.stored.is_empty()).then_some(now);
        (self.owed_packets, self.owed_bytes, self.last_ms) = (0, 0, Some(now));
        let delay_ms = u32::try_from(now.saturating_sub(self.got_ms)).unwrap_or(u32::MAX);
        Some(Ack { got, bits, delay_ms, stored })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_packet_that_came_is_in_the_answer() {
        let mut receipt = Receipt::default();
        assert_eq!(receipt.take(0), None, "nothing came, nothing is said");
        for counter in [0, 1, 3, 2, 70, 69, 4] {
            receipt.arrived(counter, 10, true, 1_000);
        }
        let ack = receipt.take(1_020).expect("an answer");
        assert_eq!((ack.got, ack.delay_ms), (70, 20));
        // 69 is bit 0; 5 is older than the 64 that fit.
        assert_eq!(ack.bits, 1, "69 came, the rest is out of sight");
        assert_eq!(receipt.take(1_030), None, "said once");
    }

    #[test]
    fn small_things_wait_a_little_and_bulk_is_answered_at_once() {
        let mut receipt = Receipt::default();
        receipt.arrived(0, 100, true, 1_000);
        assert!(!receipt.is_due(1_100) && receipt.is_due(1_200), "a lone small packet: 200 ms");
        receipt.arrived(1, 100, true, 1_100);
        assert!(receipt.is_due(1_100), "the second is answered");
        receipt.take(1_100);
        receipt.arrived(2, 16_000, true, 1_101);
        receipt.arrived(3, 16_000, true, 1_102);
        assert!(receipt.is_due(1_102), "much at once is answered at once");
        receipt.take(1_102);
        receipt.arrived(4, 100, false, 1_103);
        assert_eq!(receipt.take(1_200), None, "answers are not answered");
    }
}
