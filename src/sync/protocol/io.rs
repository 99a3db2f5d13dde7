//! What goes into the machine and what comes out of it.

use std::collections::BTreeMap;

use crate::domain::event::run::Run;
use crate::domain::ids::BlobHash;
use crate::domain::ids::LogId;
use crate::domain::ids::Seq;
use crate::domain::stream::Stream;
use crate::domain::time::ClockState;

/// The time, handed in with every step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// A stopwatch that never steps, ms.
    pub ms: u64,
    /// The wall clock, Unix ms; said to the peer, decides nothing here.
    pub unix_ms: i64,
    /// What is known of the wall clock.
    pub clock: ClockState,
    /// How wrong it may be, ms.
    pub error_ms: u64,
}

/// How far one of our logs reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Its stream.
    pub stream: Stream,
    /// Which log.
    pub log: LogId,
    /// Its last committed event.
    pub n: Seq,
}

/// What the store made of one run, in the order the runs were given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Committed with fsync up to `n`.
    Stored {
        /// Which log.
        log: LogId,
        /// Its head now.
        n: Seq,
    },
    /// Was here before.
    Have {
        /// Which log.
        log: LogId,
        /// Its head.
        n: Seq,
    },
    /// Something before it is missing.
    Gap {
        /// Which log.
        log: LogId,
        /// Its head.
        have: Seq,
    },
    /// Will not be taken.
    Refused {
        /// Which log.
        log: LogId,
        /// Where the run ended.
        n: Seq,
        /// Stable code.
        code: String,
    },
}

/// A blob that an event names and that is not here. Kinds smaller first: 0 thumbnail, 1 preview, 2 original.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// Its name.
    pub hash: BlobHash,
    /// Its size in bytes, as the event says.
    pub bytes: u64,
    /// 0 thumbnail, 1 preview, 2 original.
    pub class: u8,
}

/// Where this node stands with a blob.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BlobState {
    /// Nothing of it is here.
    Absent,
    /// The piece list is known; which pieces are here.
    Part(Vec<bool>),
    /// Whole, synced, told to the store.
    Complete,
    /// The list or the disk is no good: not before some time.
    Failed,
}

/// A blob the peer asked for: its size and piece list (empty for a blob of one piece).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blob {
    /// Size in bytes.
    pub bytes: u64,
    /// Chaining values of its pieces.
    pub list: Vec<[u8; 32]>,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// Heads of every log the peer may read, and what it is remembered to have committed.
    Begin {
        /// Our heads.
        heads: Vec<Head>,
        /// The peer's, as remembered.
        remembered: BTreeMap<LogId, Seq>,
    },
    /// Our heads after commits, all of them or those that moved.
    Heads(Vec<Head>),
    /// An opened packet and its whole counter; each counter comes once.
    Packet {
        /// Its nonce.
        counter: u64,
        /// Its plain text.
        plain: Vec<u8>,
    },
    /// Answer to [`Output::Read`]; `None`: nothing there any more.
    Run {
        /// Which log was asked for.
        log: LogId,
        /// From which event on.
        from: Seq,
        /// What there is.
        run: Option<(Stream, Run)>,
    },
    /// Answer to [`Output::Store`].
    Stored(Vec<Outcome>),
    /// The store failed: this session cannot go on.
    StoreFailed,
    /// Blobs that are missing here, in the order in which they are wanted.
    Wanted(Vec<Wanted>),
    /// Answer to [`Output::BlobOpen`], [`Output::BlobBegin`] and [`Output::BlobFinish`].
    BlobAt(BlobHash, BlobState),
    /// Answer to [`Output::BlobWrite`]: did the piece fit and is it on disk?
    Written {
        /// Which blob.
        hash: BlobHash,
        /// Which piece.
        index: u32,
        /// Verified and synced.
        is_good: bool,
    },
    /// Answer to [`Output::BlobServe`]; `None`: not here, or the peer may not have it.
    Serve(BlobHash, Option<Blob>),
    /// Answer to [`Output::BlobRead`].
    PieceRead {
        /// Which blob.
        hash: BlobHash,
        /// Which piece.
        index: u32,
        /// Its bytes; `None`: it cannot be read.
        bytes: Option<Vec<u8>>,
    },
    /// Time passed.
    Tick,
    /// This node stops.
    Drain,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// Seal this under its counter and hand it to the carrier.
    Send {
        /// Nonce; never used twice.
        counter: u64,
        /// Plain text.
        plain: Vec<u8>,
    },
    /// Commit these runs, answer with [`Input::Stored`]. One at a time is on the way.
    Store(Vec<(Stream, Run)>),
    /// Read a run, answer with [`Input::Run`]. One at a time is on the way.
    Read {
        /// Which log.
        log: LogId,
        /// From which event on.
        from: Seq,
        /// How many bytes of events are wanted.
        bytes_max: usize,
    },
    /// The peer has committed this much.
    PeerHeads {
        /// Log and last event.
        heads: Vec<(LogId, Seq)>,
        /// Is this everything (what is not named it does not have)?
        replace: bool,
    },
    /// The peer's clock, measured.
    PeerTime {
        /// What must be added to our wall clock to get the peer's, ms.
        offset_ms: i64,
        /// How wrong that may be, ms.
        error_ms: u64,
        /// There and back, ms.
        round_trip_ms: u64,
        /// What the peer knows of its clock.
        clock: ClockState,
    },
    /// A certificate came (CBOR of `CertIssue`, unchecked).
    Certificate(Vec<u8>),
    /// How far is this blob here? Answer with [`Input::BlobAt`].
    BlobOpen(Wanted),
    /// Begin a part file with this piece list; answer with [`Input::BlobAt`].
    BlobBegin {
        /// Which blob.
        wanted: Wanted,
        /// Its piece list, unchecked.
        list: Vec<[u8; 32]>,
    },
    /// Verify and write a piece; answer with [`Input::Written`].
    BlobWrite {
        /// Which blob.
        hash: BlobHash,
        /// Which piece.
        index: u32,
        /// Unchecked bytes.
        bytes: Vec<u8>,
    },
    /// All pieces are here: finish the file, tell the store, answer with [`Input::BlobAt`].
    BlobFinish(BlobHash),
    /// The peer holds this blob whole.
    PeerHasBlob(BlobHash),
    /// The peer asks for a blob: may it, and is it here? Answer with [`Input::Serve`].
    BlobServe(BlobHash),
    /// Read a piece; answer with [`Input::PieceRead`].
    BlobRead {
        /// Which blob.
        hash: BlobHash,
        /// Which piece.
        index: u32,
    },
    /// Is the link without progress although something waits? Said when it changes.
    Stalled(bool),
    /// The session is over; no step does anything any more.
    Close(Closed),
}

/// Why a session ended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Closed {
    /// Nothing came for too long.
    #[error("silent: nothing came from the peer for {0} ms")]
    Silent(u64),
    /// Something waited and nothing moved for a minute.
    #[error("stalled: nothing moved for a minute although something waits")]
    Stalled,
    /// The peer said goodbye.
    #[error("the peer ended the session: {0}")]
    Bye(String),
    /// No common protocol version.
    #[error(
        "version: the peer speaks other versions of the protocol; update noroshi on the older node"
    )]
    Version,
    /// The peer's program does what the protocol forbids.
    #[error("protocol error: {0}")]
    Protocol(&'static str),
    /// This node's store failed.
    #[error("the store failed; the session is taken up again later")]
    Store,
    /// This node stops.
    #[error("this node stops")]
    Drained,
}
