//! Times: the event scale, its correction after the fact, and Unix milliseconds for people.
//!
//! No correctness depends on clocks; time serves display order, age and "the last answer wins".

/// Unix milliseconds of 2020-01-01T00:00:00Z, where the event scale begins.
pub const EPOCH_2020_MS: i64 = 1_577_836_800_000;

/// From the event scale to Unix milliseconds.
#[must_use]
pub fn unix_ms(event_ms: i64) -> i64 {
    event_ms.saturating_add(EPOCH_2020_MS)
}

/// From Unix milliseconds to the event scale; before 2020 is 0.
#[must_use]
pub fn event_ms(unix_ms: i64) -> u64 {
    u64::try_from(unix_ms.saturating_sub(EPOCH_2020_MS)).unwrap_or(0)
}

/// What a node knows of its own clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ClockState {
    /// Nobody vouched for it: times are marked 「時刻不確か」.
    Untrusted,
    /// Was trusted within the last 72 hours of this process life.
    Holdover,
    /// Network time, or a trusted headquarters' time with a short round trip.
    Trusted,
}

impl ClockState {
    /// Number on the wire and on disk.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            Self::Untrusted => 0,
            Self::Holdover => 1,
            Self::Trusted => 2,
        }
    }

    /// Reads the number; unknown ones are not trusted.
    #[must_use]
    pub fn from_number(number: u8) -> Self {
        match number {
            2 => Self::Trusted,
            1 => Self::Holdover,
            _ => Self::Untrusted,
        }
    }

    /// Word of the API.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Trusted => "trusted",
            Self::Holdover => "holdover",
            Self::Untrusted => "untrusted",
        }
    }
}

/// One `clock.note`: from `at_ms` on (own scale) the origin's clock is wrong by `offset_ms`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ClockNote {
    /// Own time when the note was written, ms on the event scale.
    pub at_ms: i64,
    /// What must be added to own times.
    pub offset_ms: i64,
}

/// Corrected time of an event: its time plus the offset of the latest note at or before it (else of the
/// first note), made non-decreasing where one note follows another. `notes` ascend by `at_ms`.
#[must_use]
pub fn corrected(notes: &[ClockNote], time_ms: i64) -> i64 {
    let Some(first) = notes.first() else { return time_ms };
    let (mut offset, mut floor) = (first.offset_ms, i64::MIN);
    for note in notes.iter().skip(1).take_while(|note| note.at_ms <= time_ms) {
        // What stood just before this note must not come after what follows it.
        floor = floor.max(note.at_ms.saturating_sub(1).saturating_add(offset));
        offset = note.offset_ms;
    }
    time_ms.saturating_add(offset).max(floor)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn offsets_apply_from_their_note_on() {
        let notes =
            [ClockNote { at_ms: 100, offset_ms: 1_000 }, ClockNote { at_ms: 200, offset_ms: 50 }];
        assert_eq!(corrected(&[], 7), 7);
        assert_eq!(corrected(&notes, 20), 1_020, "before the first note its offset counts");
        assert_eq!(corrected(&notes, 150), 1_150);
        assert_eq!(corrected(&notes, 200), 1_199, "not before what came earlier");
        assert_eq!(corrected(&notes, 5_000), 5_050);
    }

    proptest! {
        #[test]
        fn keeps_order(
            mut notes in proptest::collection::vec((0i64..1000, -500i64..500), 0..5),
            a in 0i64..1200, b in 0i64..1200,
        ) {
            notes.sort_unstable();
            let notes: Vec<_> =
                notes.into_iter().map(|(at_ms, offset_ms)| ClockNote { at_ms, offset_ms }).collect();
            let (a, b) = (a.min(b), a.max(b));
            prop_assert!(corrected(&notes, a) <= corrected(&notes, b));
        }
    }
}
