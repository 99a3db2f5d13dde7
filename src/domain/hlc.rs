//! Hybrid logical clock: an origin's time scale that never steps back and follows what it has seen.
//!
//! Not here: reading a clock (handed in) and the correction of doubtful scales (`time`).

/// Time of an event: milliseconds since 2020-01-01 UTC on its origin's scale, and a tie-breaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Stamp {
    /// Milliseconds since 2020-01-01T00:00:00Z.
    pub time_ms: u64,
    /// Orders events of one millisecond.
    pub counter: u32,
}

/// How far a stranger's time may pull ours ahead, in ms: a sane node that hears of the year 2100 must not
/// follow it.
pub const LEAD_MAX_MS: u64 = 60_000;

/// The clock's memory: the largest stamp given or seen.
#[derive(Debug, Clone, Copy, Default)]
pub struct Hlc {
    last: Stamp,
    seen_ms: u64,
}

impl Hlc {
    /// Stamp for an event accepted at `now_ms`; strictly after every stamp given before.
    pub fn tick(&mut self, now_ms: u64) -> Stamp {
        let bound = now_ms.saturating_add(LEAD_MAX_MS);
        let time_ms = now_ms.max(self.seen_ms.min(bound)).max(self.last.time_ms);
        let counter =
            if time_ms == self.last.time_ms { self.last.counter.saturating_add(1) } else { 0 };
        self.last = Stamp { time_ms, counter };
        self.last
    }

    /// Takes note of a time (already corrected to our scale) that came from elsewhere.
    pub fn observe(&mut self, time_ms: u64) {
        self.seen_ms = self.seen_ms.max(time_ms);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn year_2100_leads_by_a_minute_at_most() {
        let mut clock = Hlc::default();
        clock.observe(2_524_608_000_000);
        assert_eq!(clock.tick(1_000).time_ms, 61_000);
    }

    proptest! {
        #[test]
        fn never_back(steps in proptest::collection::vec((0u64..1000, any::<bool>()), 1..50)) {
            let mut clock = Hlc::default();
            let mut last = clock.tick(0);
            for (ms, observe) in steps {
                if observe { clock.observe(ms) }
                let next = clock.tick(ms);
                prop_assert!(next > last);
                last = next;
            }
        }
    }
}
