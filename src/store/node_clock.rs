//! The node's own time: a scale per process life that never steps, and what was learned of its error.

use crate::clock::SharedClock;
use crate::domain::hlc::Hlc;
use crate::domain::hlc::Stamp;
use crate::domain::time;
use crate::domain::time::ClockState;

/// A base later than the floor by more than this is not believed without trust: 400 days in ms.
const BELIEVABLE_MS: i64 = 400 * 24 * 3600 * 1000;

/// Differences up to this are noise, in ms.
const NOISE_MS: u64 = 500;
/// Notes follow each other at least so far apart.
const NOTE_EVERY_MS: i64 = 10 * 60 * 1000;

/// Time of one process life.
pub(super) struct NodeClock {
    clock: SharedClock,
    /// Unix ms that stand for steady 0.
    base_ms: i64,
    /// What must be added to own times.
    offset_ms: i64,
    state: ClockState,
    /// Own time of the last note.
    noted_ms: Option<i64>,
    hlc: Hlc,
}

impl NodeClock {
    /// Reads the wall clock once. `floor_ms` (Unix): no honest time lies before it.
    pub(super) fn open(clock: SharedClock, trusted: bool, floor_ms: i64) -> Self {
        let wall = clock.wall_ms();
        let believable = (floor_ms..=floor_ms.saturating_add(BELIEVABLE_MS)).contains(&wall);
        // A scale that is made up begins a second after what is known, so that it never overlaps it.
        let start = if trusted || believable { wall } else { floor_ms.saturating_add(1_000) };
        let steady = i64::try_from(clock.steady_ms()).unwrap_or(0);
        let state = if trusted { ClockState::Trusted } else { ClockState::Untrusted };
        Self {
            clock,
            base_ms: start.saturating_sub(steady),
            offset_ms: 0,
            state,
            noted_ms: None,
            hlc: Hlc::default(),
        }
    }

    /// Own time, Unix ms, as events carry it.
    pub(super) fn own_ms(&self) -> i64 {
        self.base_ms.saturating_add(i64::try_from(self.clock.steady_ms()).unwrap_or(i64::MAX))
    }

    /// Corrected time, Unix ms, for people.
    pub(super) fn now_ms(&self) -> i64 {
        self.own_ms().saturating_add(self.offset_ms)
    }

    /// Stamp of the next event.
    pub(super) fn stamp(&mut self) -> Stamp {
        self.hlc.tick(time::event_ms(self.own_ms()))
    }

    /// Takes note of a stranger's corrected time (event scale).
    pub(super) fn observe(&mut self, ctime_ms: i64) {
        let own = ctime_ms.saturating_sub(self.offset_ms);
        self.hlc.observe(u64::try_from(own).unwrap_or(0));
    }

    pub(super) fn state(&self) -> ClockState {
        self.state
    }

    /// What is worth a note in the log of what a trusted headquarters told: the offset from then on. When the
    /// state gets better, or the offset moved (at most once in ten minutes). An offset moves only by more than
    /// half a second and its own error: less is the line's noise, and would put replies before their questions.
    pub(super) fn news(&self, offset_ms: i64, error_ms: u64) -> Option<i64> {
        let moved =
            offset_ms.saturating_sub(self.offset_ms).unsigned_abs() > error_ms.max(NOISE_MS);
        let rested =
            self.noted_ms.is_none_or(|at| self.own_ms().saturating_sub(at) >= NOTE_EVERY_MS);
        let better = self.state < ClockState::Trusted;
        (better || (rested && moved)).then_some(if moved { offset_ms } else { self.offset_ms })
    }

    /// Takes over what was noted, after its note is in the log.
    pub(super) fn learn(&mut self, offset_ms: i64) {
        self.offset_ms = offset_ms;
        self.state = ClockState::Trusted;
        self.noted_ms = Some(self.own_ms());
    }
}

impl std::fmt::Debug for NodeClock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NodeClock")
            .field("offset_ms", &self.offset_ms)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    struct At(i64);

    impl crate::clock::Clock for At {
        fn wall_ms(&self) -> i64 {
            self.0
        }

        fn steady_ms(&self) -> u64 {
            0
        }
    }

    const NOW_MS: i64 = 1_795_478_400_000;

    fn untrusted(wall_ms: i64, floor_ms: i64) -> NodeClock {
        NodeClock::open(Arc::new(At(wall_ms)), false, floor_ms)
    }

    #[test]
    fn noise_makes_trusted_and_moves_nothing() {
        let mut clock = untrusted(NOW_MS, NOW_MS - 5_000);
        assert_eq!(clock.news(300, 10), Some(0), "trusted now, half a second is noise");
        assert_eq!(clock.news(900, 1_000), Some(0), "no further off than its own error");
        assert_eq!(clock.news(-60_000, 10), Some(-60_000), "a minute is not noise");
        clock.learn(0);
        assert_eq!(clock.news(300, 10), None);
        assert_eq!(clock.news(60_000, 10), None, "not again within ten minutes");
    }

    #[test]
    fn a_quick_restart_does_not_run_ahead_and_a_box_in_1970_begins_after_what_it_knows() {
        assert_eq!(untrusted(NOW_MS, NOW_MS - 3).own_ms(), NOW_MS);
        assert_eq!(untrusted(0, NOW_MS).own_ms(), NOW_MS + 1_000);
        assert_eq!(untrusted(4_102_444_800_000, NOW_MS).own_ms(), NOW_MS + 1_000);
    }
}
