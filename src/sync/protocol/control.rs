//! Control: what has to be said beside events, until it is said or, where that matters, until it arrived.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::domain::ids::BlobHash;
use crate::domain::ids::LogId;
use crate::domain::ids::Seq;
use crate::sync::protocol::flight::Item;
use crate::sync::protocol::frame::BlobDone;
use crate::sync::protocol::frame::BlobWant;
use crate::sync::protocol::frame::Busy;
use crate::sync::protocol::frame::Bye;
use crate::sync::protocol::frame::Frame;
use crate::sync::protocol::frame::Have;
use crate::sync::protocol::frame::Refused;
use crate::sync::protocol::frame::Time;
use crate::sync::protocol::frame::WireHead;

/// Heads in one part of HAVE: about 13 kB.
const HEADS_MAX: usize = 300;

/// Parts of a HAVE: beyond that a peer is refused (its logs need folding first).
pub(super) const PARTS_MAX: u32 = 256;

/// Refusals that wait; further ones are told when the peer sends again.
const REFUSED_MAX: usize = 64;

/// Everything that waits to be said.
#[derive(Debug, Default)]
pub(super) struct Control {
    /// Parts of HAVE until they arrived, and those that have to leave.
    have: BTreeMap<u32, Have>,
    have_out: BTreeSet<u32>,
    done: BTreeSet<BlobHash>,
    refused: BTreeSet<Refused>,
    pub(super) want: Option<BlobWant>,
    pub(super) question: Option<Time>,
    pub(super) answer: Option<Time>,
    pub(super) busy: Option<Busy>,
    pub(super) bye: Option<Bye>,
}

impl Control {
    /// Says our whole frontier.
    pub(super) fn say_have<'a>(&mut self, heads: impl Iterator<Item = (&'a LogId, Seq)>) {
        let all: Vec<WireHead> =
            heads.map(|(log, n)| WireHead { stream: log.stream, origin: log.origin, n }).collect();
        let parts: Vec<&[WireHead]> = all.chunks(HEADS_MAX).collect();
        let count = u32::try_from(parts.len().max(1)).unwrap_or(u32::MAX);
        let mut part = 0;
        let nothing: &[WireHead] = &[];
        for heads in if parts.is_empty() { vec![nothing] } else { parts } {
            self.have.insert(part, Have { part, parts: count, heads: heads.to_vec() });
            self.have_out.insert(part);
            part = part.saturating_add(1);
        }
    }

    /// Says that a blob is whole here.
    pub(super) fn say_done(&mut self, hash: BlobHash) {
        self.done.insert(hash);
    }

    /// Says that something is refused.
    pub(super) fn say_refused(&mut self, refused: Refused) {
        if self.refused.len() < REFUSED_MAX {
            self.refused.insert(refused);
        }
    }

    /// The next frame, most urgent first.
    pub(super) fn next(&mut self) -> Option<(Frame, Option<Item>)> {
        if let Some(time) = self.answer.take() {
            return Some((Frame::Time(time), None));
        }
        if let Some(time) = self.question.take() {
            return Some((Frame::Time(time), Some(Item::Time)));
        }
        if let Some(part) = self.have_out.pop_first()
            && let Some(have) = self.have.get(&part)
        {
            return Some((Frame::Have(have.clone()), Some(Item::Have(part))));
        }
        if let Some(refused) = self.refused.pop_first() {
            let item = Item::Refused(refused.clone());
            return Some((Frame::Refused(refused), Some(item)));
        }
        if let Some(want) = self.want.take() {
            let item = Item::Want(want.hash);
            return Some((Frame::BlobWant(want), Some(item)));
        }
        if let Some(hash) = self.done.pop_first() {
            return Some((Frame::BlobDone(BlobDone { hash }), Some(Item::Done(hash))));
        }
        if let Some(busy) = self.busy.take() {
            return Some((Frame::Busy(busy), None));
        }
        self.bye.take().map(|bye| (Frame::Bye(bye), None))
    }

    /// A part of HAVE arrived.
    pub(super) fn have_got(&mut self, part: u32) {
        self.have.remove(&part);
    }

    /// A part of HAVE is lost: again.
    pub(super) fn have_lost(&mut self, part: u32) {
        if self.have.contains_key(&part) {
            self.have_out.insert(part);
        }
    }
}
