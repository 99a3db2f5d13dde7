//! Pulling blobs: one at a time, smallest kind first, piece by piece until it is whole.
//!
//! The receiver decides: it knows name and size from the event. Which pieces are here is asked of the disk,
//! so a blob goes on where it stopped, after a cut as after a crash.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::domain::ids::BlobHash;
use crate::sync::protocol::BLOB_BYTES_MAX;
use crate::sync::protocol::PIECE_BYTES;
use crate::sync::protocol::frame::BlobList;
use crate::sync::protocol::frame::BlobWant;
use crate::sync::protocol::frame::Piece;
use crate::sync::protocol::io::BlobState;
use crate::sync::protocol::io::Output;
use crate::sync::protocol::io::Wanted;
use crate::sync::protocol::pieces;

/// A blob that failed is asked for again after so long.
const FAILED_MS: u64 = 60_000;

/// Without a piece for so long (or four round trips) what is missing is asked for again.
const SILENCE_MS: u64 = 5_000;

/// Pieces that wait for the disk, or for the list to be checked.
const WRITING_MAX: usize = 8;

#[derive(Debug)]
enum Stage {
    /// The disk is asked how far we are.
    Opening,
    /// The list is coming.
    Listing(Vec<Option<[u8; 32]>>),
    /// The list is being checked; pieces that came meanwhile.
    Beginning(Vec<(u32, Vec<u8>)>),
    /// Pieces are coming.
    Pieces { have: Vec<bool>, writing: BTreeSet<u32> },
    /// The file is being finished.
    Finishing,
}

#[derive(Debug)]
struct Current {
    wanted: Wanted,
    stage: Stage,
    heard_ms: u64,
}

/// What pulling wants done.
#[derive(Debug)]
pub(super) enum Act {
    /// For the driver.
    Do(Output),
    /// Ask the peer.
    Ask(BlobWant),
    /// Tell the peer that it is whole here.
    Done(BlobHash),
}

/// The receiving side of blobs.
#[derive(Debug, Default)]
pub(super) struct Pull {
    wanted: Vec<Wanted>,
    current: Option<Current>,
    failed: BTreeMap<BlobHash, u64>,
}

impl Pull {
    /// What is missing here now. Something smaller interrupts something larger: its pieces stay.
    pub(super) fn wanted(&mut self, wanted: Vec<Wanted>, now: u64) -> Vec<Act> {
        self.wanted = wanted;
        self.wanted.retain(|blob| blob.bytes <= BLOB_BYTES_MAX);
        let keep = self.current.as_ref().is_some_and(|current| {
            let is_wanted = self.wanted.iter().any(|blob| blob.hash == current.wanted.hash);
            let smaller = self.next(now).is_some_and(|next| next.class < current.wanted.class);
            let is_ending = matches!(current.stage, Stage::Finishing);
            is_ending || (is_wanted && !smaller)
        });
        if keep {
            return Vec::new();
        }
        self.current = None;
        self.start(now)
    }

    fn next(&self, now: u64) -> Option<Wanted> {
        let is_due = |blob: &&Wanted| self.failed.get(&blob.hash).is_none_or(|until| *until <= now);
        self.wanted.iter().find(is_due).copied()
    }

    fn start(&mut self, now: u64) -> Vec<Act> {
        let Some(wanted) = self.next(now) else { return Vec::new() };
        self.current = Some(Current { wanted, stage: Stage::Opening, heard_ms: now });
        vec![Act::Do(Output::BlobOpen(wanted))]
    }

    fn of(&mut self, hash: &BlobHash) -> Option<&mut Current> {
        self.current.as_mut().filter(|current| current.wanted.hash == *hash)
    }

    /// The disk says where we stand.
    pub(super) fn at(&mut self, hash: &BlobHash, state: BlobState, now: u64) -> Vec<Act> {
        let Some(current) = self.of(hash) else { return Vec::new() };
        current.heard_ms = now;
        match state {
            BlobState::Complete => self.finished(hash, now),
            BlobState::Failed => self.failed(hash, now),
            BlobState::Absent => {
                let wanted = current.wanted;
                if wanted.bytes <= PIECE_BYTES as u64 {
                    current.stage = Stage::Beginning(Vec::new());
                    let list = Vec::new();
                    return vec![Act::Do(Output::BlobBegin { wanted, list })];
                }
                let count = usize::try_from(pieces(wanted.bytes)).unwrap_or(0);
                current.stage = Stage::Listing(vec![None; count]);
                vec![Act::Ask(BlobWant { hash: *hash, list: true, have: Vec::new() })]
            }
            BlobState::Part(have) => {
                let before = std::mem::replace(
                    &mut current.stage,
                    Stage::Pieces { have, writing: BTreeSet::new() },
                );
                // Pieces follow a list by themselves; otherwise they are asked for.
                let is_listed = matches!(before, Stage::Beginning(_))
                    && current.wanted.bytes > PIECE_BYTES as u64;
                let early = match before {
                    Stage::Beginning(early) => early,
                    Stage::Opening
                    | Stage::Listing(_)
                    | Stage::Pieces { .. }
                    | Stage::Finishing => Vec::new(),
                };
                let mut acts = Vec::new();
                if !is_listed {
                    acts.extend(self.ask());
                }
                for (index, bytes) in early {
                    acts.extend(self.piece(Piece { hash: *hash, index, bytes }, now));
                }
                acts.extend(self.finish_if_whole());
                acts
            }
        }
    }

    fn finished(&mut self, hash: &BlobHash, now: u64) -> Vec<Act> {
        self.wanted.retain(|blob| blob.hash != *hash);
        self.current = None;
        let mut acts = vec![Act::Done(*hash)];
        acts.extend(self.start(now));
        acts
    }

    /// This one does not work now; the next.
    pub(super) fn failed(&mut self, hash: &BlobHash, now: u64) -> Vec<Act> {
        if self.of(hash).is_none() {
            return Vec::new();
        }
        self.failed.insert(*hash, now.saturating_add(FAILED_MS));
        self.current = None;
        self.start(now)
    }

    /// What is missing of the current blob, as a question.
    pub(super) fn ask(&self) -> Option<Act> {
        let current = self.current.as_ref()?;
        let hash = current.wanted.hash;
        match &current.stage {
            Stage::Listing(_) => Some(Act::Ask(BlobWant { hash, list: true, have: Vec::new() })),
            Stage::Pieces { have, .. } => {
                Some(Act::Ask(BlobWant { hash, list: false, have: bitmap(have) }))
            }
            Stage::Opening | Stage::Beginning(_) | Stage::Finishing => None,
        }
    }

    /// Part of a list came.
    pub(super) fn list(&mut self, part: &BlobList, now: u64) -> Vec<Act> {
        let Some(current) = self.of(&part.hash) else { return Vec::new() };
        let wanted = current.wanted;
        let Stage::Listing(values) = &mut current.stage else { return Vec::new() };
        if part.bytes != wanted.bytes {
            return self.failed(&part.hash, now);
        }
        current.heard_ms = now;
        let from = usize::try_from(part.from).unwrap_or(usize::MAX);
        let (chunks, _rest) = part.values.as_chunks::<32>();
        for (slot, value) in values.iter_mut().skip(from).zip(chunks) {
            *slot = Some(*value);
        }
        let Some(list) = values.iter().copied().collect::<Option<Vec<_>>>() else {
            return Vec::new();
        };
        current.stage = Stage::Beginning(Vec::new());
        vec![Act::Do(Output::BlobBegin { wanted, list })]
    }

    /// A piece came.
    pub(super) fn piece(&mut self, piece: Piece, now: u64) -> Vec<Act> {
        let Some(current) = self.of(&piece.hash) else { return Vec::new() };
        current.heard_ms = now;
        match &mut current.stage {
            Stage::Beginning(early) if early.len() < WRITING_MAX => {
                early.push((piece.index, piece.bytes));
                Vec::new()
            }
            Stage::Pieces { have, writing } => {
                let index = usize::try_from(piece.index).unwrap_or(usize::MAX);
                let is_missing = have.get(index).is_some_and(|have| !have);
                if !is_missing || writing.len() >= WRITING_MAX || !writing.insert(piece.index) {
                    return Vec::new();
                }
                let Piece { hash, index, bytes } = piece;
                vec![Act::Do(Output::BlobWrite { hash, index, bytes })]
            }
            Stage::Beginning(_) | Stage::Opening | Stage::Listing(_) | Stage::Finishing => {
                Vec::new()
            }
        }
    }

    /// A piece is on disk, or was no good.
    pub(super) fn written(
        &mut self,
        hash: &BlobHash,
        index: u32,
        is_good: bool,
        now: u64,
    ) -> Vec<Act> {
        let Some(current) = self.of(hash) else { return Vec::new() };
        let Stage::Pieces { have, writing } = &mut current.stage else { return Vec::new() };
        writing.remove(&index);
        if !is_good {
            return self.failed(hash, now);
        }
        let index = usize::try_from(index).unwrap_or(usize::MAX);
        if let Some(have) = have.get_mut(index) {
            *have = true;
        }
        current.heard_ms = now;
        self.finish_if_whole().into_iter().collect()
    }

    fn finish_if_whole(&mut self) -> Option<Act> {
        let current = self.current.as_mut()?;
        let Stage::Pieces { have, writing } = &current.stage else { return None };
        if !writing.is_empty() || have.contains(&false) {
            return None;
        }
        current.stage = Stage::Finishing;
        Some(Act::Do(Output::BlobFinish(current.wanted.hash)))
    }

    /// Nothing came for too long: asks again, or tries a failed blob again.
    pub(super) fn tick(&mut self, now: u64, round_trip_ms: u64) -> Vec<Act> {
        let Some(current) = &mut self.current else { return self.start(now) };
        if now < current.heard_ms.saturating_add(patience(round_trip_ms)) {
            return Vec::new();
        }
        current.heard_ms = now;
        self.ask().into_iter().collect()
    }

    /// When [`Self::tick`] has something to do.
    pub(super) fn wake(&self, round_trip_ms: u64) -> Option<u64> {
        match &self.current {
            Some(current) => Some(current.heard_ms.saturating_add(patience(round_trip_ms))),
            None => {
                let wanted = self.wanted.iter().filter_map(|blob| self.failed.get(&blob.hash));
                wanted.min().copied()
            }
        }
    }
}

fn patience(round_trip_ms: u64) -> u64 {
    SILENCE_MS.max(round_trip_ms.saturating_mul(4))
}

fn bitmap(have: &[bool]) -> Vec<u8> {
    let byte =
        |bits: &[bool]| bits.iter().rev().fold(0_u8, |byte, bit| (byte << 1) | u8::from(*bit));
    have.chunks(8).map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bitmap_begins_with_the_lowest_bit() {
        assert_eq!(bitmap(&[true, false, true, false, false, false, false, false, true]), [5, 1]);
    }
}
