//! The node's own time: a scale per process life that never steps, and what was learned of its error.

use crate::clock::SharedClock;
use crate::domain::hlc::Hlc;
use crate::domain::hlc::Stamp;
use crate::domain::time;
use crate::domain::time::ClockState;

/// A base later than the floor by more than this is not believed without trust: 400 days in ms.
const BELIEVABLE_MS: i64 = 400 * 24 * 3600 * 1000;

/// Time of one process life.
pub(super) struct NodeClock {
    clock: SharedClock,
    /// Unix ms that stand for steady 0.
    base_ms: i64,
    /// What must be added to own times.
    offset_ms: i64,
    state: ClockState,
    hlc: Hlc,
}

impl NodeClock {
    /// Reads the wall clock once. `floor_ms` (Unix): no honest time lies before it.
    pub(super) fn open(clock: SharedClock, trusted: bool, floor_ms: i64) -> Self {
        let wall = clock.wall_ms();
        let believable = (floor_ms..=floor_ms.saturating_add(BELIEVABLE_MS)).contains(&wall);
        let start = if trusted || believable { wall } else { floor_ms };
        let steady = i64::try_from(clock.steady_ms()).unwrap_or(0);
        let state = if trusted { ClockState::Trusted } else { ClockState::Untrusted };
        Self {
            clock,
            base_ms: start.saturating_sub(steady),
            offset_ms: 0,
            state,
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

    pub(super) fn offset_ms(&self) -> i64 {
        self.offset_ms
    }

    /// A trusted headquarters told the time: true if that is worth a note in the log.
    pub(super) fn learn(&mut self, offset_ms: i64) -> bool {
        let moved = offset_ms.saturating_sub(self.offset_ms).unsigned_abs() > 500;
        let better = self.state < ClockState::Trusted;
        if moved {
            self.offset_ms = offset_ms;
        }
        if better {
            self.state = ClockState::Trusted;
        }
        moved || better
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
