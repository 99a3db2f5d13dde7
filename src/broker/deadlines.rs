//! When a connection's patience ends, and why: pure arithmetic over moments.
//! Not here: waiting (`client`), how long each patience lasts (`limits`).

use std::time::Duration;

use tokio::time::Instant;

use crate::broker::limits::Limits;

/// The moment it is: the only place of the door that reads the (monotonic) clock.
pub(super) fn now() -> Instant {
    Instant::now()
}

/// What a connection is waiting for beyond its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Late {
    /// No packet within the keepalive.
    Silent,
    /// A packet was begun and not completed.
    Packet,
    /// The client doesn't read, or too slowly.
    Reading,
    /// The router doesn't answer.
    Router,
}

/// What is under way at one connection, and since when.
pub(super) struct Deadlines {
    silence: Duration,
    heard: Instant,
    packet_begun: Option<Instant>,
    writing: Option<Writing>,
    router_asked: Instant,
}

#[derive(Clone, Copy)]
struct Writing {
    /// When the present portion was begun, and what is left of it.
    begun: Instant,
    rest_bytes: usize,
    progress: Instant,
}

/// Whoever has output waiting must take this much within `backlog_within`: the size of the output
/// buffer, so that it needn't be measured for those who are quick.
const PORTION_BYTES: usize = 64 * 1024;

/// What the connection does at this moment: only what it waits for can be late.
#[derive(Clone, Copy)]
pub(super) struct Doing {
    pub(super) reads: bool,
    pub(super) awaits_router: bool,
}

impl Deadlines {
    /// For a connection whose client promised a packet every `keepalive_s` seconds (0: nothing).
    pub(super) fn new(keepalive_s: u16, limits: &Limits, now: Instant) -> Self {
        let silence = match keepalive_s {
            0 => limits.silence,
            // One and a half, as the standard says (3.1.2.10).
            seconds => Duration::from_millis(u64::from(seconds) * 1500).min(limits.silence),
        };
        Self { silence, heard: now, packet_begun: None, writing: None, router_asked: now }
    }

    /// A whole packet came.
    pub(super) fn heard(&mut self, now: Instant) {
        self.heard = now;
        self.packet_begun = None;
    }

    /// The first bytes of a packet are there, the rest isn't.
    pub(super) fn packet_begun(&mut self, now: Instant) {
        self.packet_begun.get_or_insert(now);
    }

    /// We didn't read for a while: what was begun gets its time anew.
    pub(super) fn reading_again(&mut self, now: Instant) {
        if let Some(begun) = &mut self.packet_begun {
            *begun = now;
        }
    }

    /// There is something to write, and `taken_bytes` of it were taken just now.
    pub(super) fn writing(&mut self, taken_bytes: usize, now: Instant) {
        let fresh = Writing { begun: now, rest_bytes: PORTION_BYTES, progress: now };
        let writing = self.writing.get_or_insert(fresh);
        if taken_bytes >= writing.rest_bytes {
            *writing = fresh;
        } else if taken_bytes > 0 {
            writing.rest_bytes -= taken_bytes;
            writing.progress = now;
        }
    }

    /// Everything was written.
    pub(super) fn written(&mut self) {
        self.writing = None;
    }

    /// The router was asked, has answered, or is listened to again.
    pub(super) fn router_lives(&mut self, now: Instant) {
        self.router_asked = now;
    }

    /// The first moment at which something is late, and what.
    pub(super) fn next(&self, doing: Doing, limits: &Limits) -> (Instant, Late) {
        let reading = doing.reads.then_some((self.heard + self.silence, Late::Silent));
        let packet = self.packet_begun.filter(|_| doing.reads);
        let packet = packet.map(|begun| (begun + limits.packet_within, Late::Packet));
        let writing = self.writing.map(|writing| {
            let stands_still = writing.progress + limits.write_within;
            (stands_still.min(writing.begun + limits.backlog_within), Late::Reading)
        });
        let router = (self.router_asked + limits.router_within, Late::Router);
        let router = doing.awaits_router.then_some(router);
        [reading, packet, writing, router]
            .into_iter()
            .flatten()
            .min_by_key(|(moment, _)| *moment)
            // Neither reads nor writes nor waits: can't be, and the keepalive still holds.
            .unwrap_or((self.heard + self.silence, Late::Silent))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const READS: Doing = Doing { reads: true, awaits_router: false };
    const BLOCKED: Doing = Doing { reads: false, awaits_router: false };

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn keepalive_counts_one_and_a_half_times() {
        let (limits, start) = (Limits::default(), now());
        for (keepalive_s, want) in [
            (1, Duration::from_millis(1500)),
            (60, seconds(90)),
            (0, limits.silence),
            (u16::MAX, limits.silence),
        ] {
            let deadlines = Deadlines::new(keepalive_s, &limits, start);
            assert_eq!(
                deadlines.next(READS, &limits),
                (start + want, Late::Silent),
                "{keepalive_s} s"
            );
        }
    }

    #[test]
    fn a_packet_has_its_time_from_its_first_byte() {
        let (limits, start) = (Limits::default(), now());
        let mut deadlines = Deadlines::new(600, &limits, start);
        deadlines.packet_begun(start + seconds(1));
        deadlines.packet_begun(start + seconds(9)); // A later byte changes nothing.
        assert_eq!(deadlines.next(READS, &limits), (start + seconds(21), Late::Packet));
        deadlines.heard(start + seconds(10));
        assert_eq!(deadlines.next(READS, &limits), (start + seconds(910), Late::Silent));
    }

    #[test]
    fn whoever_does_not_read_is_late_however_it_tries() {
        let (limits, start) = (Limits::default(), now());
        let mut deadlines = Deadlines::new(0, &limits, start);
        deadlines.writing(0, start);
        assert_eq!(deadlines.next(BLOCKED, &limits), (start + seconds(10), Late::Reading));
        deadlines.writing(1, start + seconds(9));
        assert_eq!(deadlines.next(BLOCKED, &limits), (start + seconds(19), Late::Reading));
        deadlines.writing(1, start + seconds(58)); // A byte at a time: the whole has its end too.
        assert_eq!(deadlines.next(BLOCKED, &limits), (start + seconds(60), Late::Reading));
        deadlines.writing(PORTION_BYTES, start + seconds(59)); // Not slow at all.
        assert_eq!(deadlines.next(BLOCKED, &limits), (start + seconds(69), Late::Reading));
        deadlines.written();
        assert_eq!(deadlines.next(READS, &limits), (start + limits.silence, Late::Silent));
    }
}
