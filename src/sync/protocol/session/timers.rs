//! What time alone brings about: repeats, signs of life, giving up.

use crate::sync::protocol::io::Closed;
use crate::sync::protocol::io::Output;
use crate::sync::protocol::session::Phase;
use crate::sync::protocol::session::Session;

/// A sign of life after so much silence of our own.
const IDLE_MS: u64 = 10_000;

/// The clock is measured at least so often, also on a busy link.
const CLOCK_MS: u64 = 60_000;

/// Nothing came although an answer is due.
const UNANSWERED_MS: u64 = 10_000;

/// Nothing came at all.
const SILENT_MS: u64 = 25_000;

/// Something waits and nothing moves: an alarm, then a new session.
const STALLED_MS: u64 = 30_000;
const HOPELESS_MS: u64 = 60_000;

impl Session {
    pub(super) fn timers(&mut self) {
        if self.phase == Phase::Closed {
            return;
        }
        let now = self.now.ms;
        if let Some(silent) = self.silence(now) {
            return self.close(Closed::Silent(silent));
        }
        let patience = self.flight.patience_ms();
        for item in self.flight.timed_out(now) {
            self.lost(item);
        }
        self.cursors.overdue(now, patience);
        let round_trip = self.flight.round_trip_ms().unwrap_or(0);
        let acts = self.pull.tick(now, round_trip);
        self.act(acts);
        self.watch_progress(now);
        let idle = now >= self.said_ms.saturating_add(IDLE_MS);
        let stale = self.asked_time_ms.is_some_and(|at| now >= at.saturating_add(CLOCK_MS));
        if self.is_open() && (idle || stale) {
            self.ask_time();
        }
    }

    fn is_open(&self) -> bool {
        self.phase == Phase::Open
    }

    fn silence(&self, now: u64) -> Option<u64> {
        let silent = now.saturating_sub(self.heard_ms);
        let unanswered = self.flight.due_ms().map_or(0, |due| now.saturating_sub(due));
        (silent >= SILENT_MS || unanswered >= UNANSWERED_MS).then_some(silent)
    }

    fn watch_progress(&mut self, now: u64) {
        if !self.cursors.has_backlog() {
            return self.progress();
        }
        let still = now.saturating_sub(self.progress_ms);
        if still >= STALLED_MS && !std::mem::replace(&mut self.is_stalled, true) {
            self.out.push(Output::Stalled(true));
        }
        if still >= HOPELESS_MS {
            self.close(Closed::Stalled);
        }
    }

    /// When the next step is due at the latest, on the stopwatch of `Now`.
    #[must_use]
    pub fn wake_ms(&self) -> u64 {
        let round_trip = self.flight.round_trip_ms().unwrap_or(0);
        let due = self.flight.due_ms().map(|due| due.saturating_add(UNANSWERED_MS));
        let paused = (self.pause_until_ms > self.now.ms).then_some(self.pause_until_ms);
        let stalls = self.cursors.has_backlog().then(|| {
            let after = if self.is_stalled { HOPELESS_MS } else { STALLED_MS };
            self.progress_ms.saturating_add(after)
        });
        let times = [
            Some(self.heard_ms.saturating_add(SILENT_MS)),
            self.is_open().then(|| self.said_ms.saturating_add(IDLE_MS)),
            due,
            paused,
            stalls,
            self.receipt.wake().filter(|_| self.is_open()),
            self.flight.wake(),
            self.cursors.wake(self.now.ms, self.flight.patience_ms()),
            self.pull.wake(round_trip),
            self.asked_time_ms.map(|at| at.saturating_add(CLOCK_MS)),
        ];
        times.into_iter().flatten().min().unwrap_or(self.now.ms)
    }
}
