//! Serving blobs: the pieces that the peer asked for, when nothing more urgent waits.

use std::collections::BTreeSet;

use crate::domain::ids::BlobHash;
use crate::sync::protocol::flight::Item;
use crate::sync::protocol::frame::BlobList;
use crate::sync::protocol::frame::BlobWant;
use crate::sync::protocol::frame::Frame;
use crate::sync::protocol::frame::Piece;
use crate::sync::protocol::io::Blob;
use crate::sync::protocol::pieces;

/// Chaining values in one frame: 16 kB.
const VALUES_MAX: usize = 500;

#[derive(Debug)]
struct Current {
    hash: BlobHash,
    blob: Blob,
    /// Parts of the list and pieces that have to leave.
    lists: BTreeSet<u32>,
    pieces: BTreeSet<u32>,
    /// The piece that is being read.
    reading: Option<u32>,
}

/// The sending side of blobs: one at a time, the last one asked for.
#[derive(Debug, Default)]
pub(super) struct Serve {
    asked: Option<BlobWant>,
    current: Option<Current>,
}

/// What serving wants done next.
#[derive(Debug)]
pub(super) enum Next {
    /// Send this.
    Send(Box<(Frame, Item)>),
    /// Read this piece.
    Read(BlobHash, u32),
}

impl Serve {
    /// The peer asks. True: find out whether it may have it and whether it is here.
    pub(super) fn wanted(&mut self, want: BlobWant) -> bool {
        match &mut self.current {
            Some(current) if current.hash == want.hash => {
                current.ask(&want);
                false
            }
            Some(_) | None => {
                self.asked = Some(want);
                true
            }
        }
    }

    /// What was found out; false: there is nothing to give.
    pub(super) fn found(&mut self, hash: &BlobHash, blob: Option<Blob>) -> bool {
        let Some(want) = self.asked.take_if(|want| want.hash == *hash) else { return true };
        let Some(blob) = blob else { return false };
        let mut current = Current {
            hash: *hash,
            blob,
            lists: BTreeSet::new(),
            pieces: BTreeSet::new(),
            reading: None,
        };
        current.ask(&want);
        self.current = Some(current);
        true
    }

    /// What goes next.
    pub(super) fn next(&mut self) -> Option<Next> {
        let current = self.current.as_mut()?;
        if let Some(from) = current.lists.pop_first() {
            let at = usize::try_from(from).unwrap_or(usize::MAX);
            let values: Vec<u8> =
                current.blob.list.iter().skip(at).take(VALUES_MAX).flatten().copied().collect();
            let list = BlobList { hash: current.hash, bytes: current.blob.bytes, from, values };
            let item = Item::List(current.hash, from);
            return Some(Next::Send(Box::new((Frame::BlobList(list), item))));
        }
        if current.reading.is_some() {
            return None;
        }
        let index = current.pieces.pop_first()?;
        current.reading = Some(index);
        Some(Next::Read(current.hash, index))
    }

    /// A piece was read. `None`: nobody waits for it any more, or it cannot be read (then the blob is
    /// not served any longer; the peer asks again).
    pub(super) fn read(
        &mut self,
        hash: &BlobHash,
        index: u32,
        bytes: Option<Vec<u8>>,
    ) -> Option<(Frame, Item)> {
        let current = self.current.as_mut().filter(|current| current.hash == *hash)?;
        current.reading.take_if(|reading| *reading == index)?;
        let Some(bytes) = bytes else {
            self.current = None;
            return None;
        };
        let frame = Frame::Piece(Piece { hash: *hash, index, bytes });
        Some((frame, Item::Piece(*hash, index)))
    }

    /// Part of the list, or a piece, is lost: again.
    pub(super) fn lost(&mut self, hash: &BlobHash, what: Lost) {
        if let Some(current) = self.current.as_mut().filter(|current| current.hash == *hash) {
            match what {
                Lost::List(from) => current.lists.insert(from),
                Lost::Piece(index) => current.pieces.insert(index),
            };
        }
    }

    /// The peer has it whole.
    pub(super) fn done(&mut self, hash: &BlobHash) {
        self.current.take_if(|current| current.hash == *hash);
    }
}

/// What of a blob was lost.
#[derive(Debug, Clone, Copy)]
pub(super) enum Lost {
    /// The part of the list that begins with this piece.
    List(u32),
    /// This piece.
    Piece(u32),
}

impl Current {
    fn ask(&mut self, want: &BlobWant) {
        let is_here = |index: u32| {
            let byte = usize::try_from(index / 8).ok().and_then(|at| want.have.get(at));
            byte.is_some_and(|byte| byte >> (index % 8) & 1 == 1)
        };
        self.pieces = (0..pieces(self.blob.bytes)).filter(|index| !is_here(*index)).collect();
        if want.list {
            let count = u32::try_from(self.blob.list.len()).unwrap_or(0);
            self.lists = (0..count).step_by(VALUES_MAX).collect();
        }
    }
}
