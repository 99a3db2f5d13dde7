//! Work: what the machine wants done with the store and the blob files, and the input it gets back.

use std::sync::Arc;
use std::time::Duration;

use crate::domain::event::run::Run;
use crate::domain::ids::BlobHash;
use crate::domain::ids::NodeId;
use crate::domain::ids::Seq;
use crate::domain::org::NodeRole;
use crate::domain::stream::Stream;
use crate::store::BlobClass;
use crate::store::LogHead;
use crate::store::RunOutcome;
use crate::store::Store;
use crate::store::WantedBlob;
use crate::store::blobs::BlobError;
use crate::store::blobs::BlobFiles;
use crate::store::error::StoreError;
use crate::sync::protocol::Blob;
use crate::sync::protocol::BlobState;
use crate::sync::protocol::Head;
use crate::sync::protocol::Input;
use crate::sync::protocol::Outcome;
use crate::sync::protocol::Output;
use crate::sync::protocol::Wanted;
use crate::sync::shared::Shared;

/// A full writer queue is asked again so often, with so much time between.
const BUSY_TRIES: u32 = 40;
const BUSY_WAIT: Duration = Duration::from_millis(50);

/// What came of a piece of work.
#[derive(Debug, Default)]
pub(super) struct Done {
    /// For the machine, in this order.
    pub(super) inputs: Vec<Input>,
    /// Events that were new here.
    pub(super) arrived: u32,
    /// Was this the reading of our heads?
    pub(super) is_heads: bool,
}

fn one(input: Input) -> Done {
    Done { inputs: vec![input], ..Done::default() }
}

/// Our heads and what we want from the peer; at the beginning also what is remembered of it.
pub(super) async fn heads(shared: Arc<Shared>, peer: NodeId, role: NodeRole, begins: bool) -> Done {
    let store = &shared.store;
    let read = async {
        let heads = store.heads_for(peer, role).await?.into_iter().map(head).collect();
        let first = if begins {
            Input::Begin { heads, remembered: store.peer_heads(peer).await? }
        } else {
            Input::Heads(heads)
        };
        let wanted = store.blobs_wanted(peer).await?.into_iter().map(wanted).collect();
        Ok::<_, StoreError>(vec![first, Input::Wanted(wanted)])
    };
    let inputs = read.await.unwrap_or_else(|error| vec![failed(&error)]);
    Done { inputs, arrived: 0, is_heads: true }
}

fn failed(error: &StoreError) -> Input {
    tracing::warn!(%error, "The exchange waits: the store does not answer.");
    Input::StoreFailed
}

fn head(head: LogHead) -> Head {
    Head { stream: head.stream, log: head.log, n: head.n }
}

fn wanted(blob: WantedBlob) -> Wanted {
    let class = match blob.class {
        BlobClass::Thumbnail => 0,
        BlobClass::Preview => 1,
        BlobClass::Original => 2,
    };
    Wanted { hash: blob.hash, bytes: blob.bytes, class }
}

/// Does what the machine asked for; `None`: not a piece of work.
pub(super) async fn work(
    shared: Arc<Shared>,
    (peer, role): (NodeId, NodeRole),
    output: Output,
) -> Option<Done> {
    let store = shared.store.clone();
    let input = match output {
        Output::Store(runs) => return Some(receive(&store, peer, runs).await),
        Output::Read { log, from, bytes_max } => match store.run_from(log, from, bytes_max).await {
            Ok(run) => Input::Run { log, from, run },
            Err(error) => failed(&error),
        },
        Output::BlobOpen(wanted) => {
            let hash = wanted.hash;
            let look = move |files: &BlobFiles| where_we_are(files, &hash);
            Input::BlobAt(hash, on_disk(store, look, BlobState::Failed).await)
        }
        Output::BlobBegin { wanted, list } => {
            let has_space = store.check_photo_space().is_ok();
            let make = move |files: &BlobFiles| {
                if has_space { begin(files, &wanted, &list) } else { BlobState::Failed }
            };
            Input::BlobAt(wanted.hash, on_disk(store, make, BlobState::Failed).await)
        }
        Output::BlobWrite { hash, index, bytes } => {
            let written = move |files: &BlobFiles| files.write_piece(&hash, index, &bytes);
            let is_good = told(on_disk_or(store, written).await).is_some();
            Input::Written { hash, index, is_good }
        }
        Output::BlobFinish(hash) => Input::BlobAt(hash, finish(&shared, store, hash).await),
        Output::BlobServe(hash) => {
            let may = store.may_fetch(peer, role, hash).await.unwrap_or(false);
            let look = move |files: &BlobFiles| give(files, &hash);
            let blob = if may { on_disk(store, look, None).await } else { None };
            Input::Serve(hash, blob)
        }
        Output::BlobRead { hash, index } => {
            let read = move |files: &BlobFiles| files.read_piece(&hash, index);
            Input::PieceRead { hash, index, bytes: told(on_disk_or(store, read).await) }
        }
        Output::Send { .. }
        | Output::PeerHeads { .. }
        | Output::PeerTime { .. }
        | Output::Certificate(_)
        | Output::PeerHasBlob(_)
        | Output::Stalled(_)
        | Output::Close(_) => return None,
    };
    Some(one(input))
}

async fn receive(store: &Store, peer: NodeId, runs: Vec<(Stream, Run)>) -> Done {
    let lengths: Vec<u64> = runs.iter().map(|(_, run)| run.events.len() as u64).collect();
    let mut tries = 0;
    let outcomes = loop {
        match store.receive(peer, runs.clone()).await {
            Err(StoreError::Busy) if tries < BUSY_TRIES => {
                tries = tries.saturating_add(1);
                tokio::time::sleep(BUSY_WAIT).await;
            }
            other => break other,
        }
    };
    match outcomes {
        Ok(outcomes) => {
            let stored = outcomes.iter().zip(lengths).filter_map(|(outcome, length)| {
                matches!(outcome, RunOutcome::Stored { .. }).then_some(length)
            });
            let arrived = u32::try_from(stored.sum::<u64>()).unwrap_or(u32::MAX);
            let outcomes = outcomes.into_iter().map(outcome).collect();
            Done { inputs: vec![Input::Stored(outcomes)], arrived, is_heads: false }
        }
        Err(error) => one(failed(&error)),
    }
}

fn outcome(outcome: RunOutcome) -> Outcome {
    match outcome {
        RunOutcome::Stored { log, n } => Outcome::Stored { log, n },
        RunOutcome::Have { log, n } => Outcome::Have { log, n },
        RunOutcome::Gap { log, have } => Outcome::Gap { log, have },
        RunOutcome::Refused { log, n, code } => Outcome::Refused { log, n: Seq(n.0), code },
    }
}

/// Looks at blob files on a thread that may block.
async fn on_disk<T: Send + 'static>(
    store: Store,
    look: impl FnOnce(&BlobFiles) -> T + Send + 'static,
    otherwise: T,
) -> T {
    tokio::task::spawn_blocking(move || look(store.blobs())).await.unwrap_or(otherwise)
}

async fn on_disk_or<T: Send + 'static>(
    store: Store,
    look: impl FnOnce(&BlobFiles) -> Result<T, BlobError> + Send + 'static,
) -> Option<Result<T, BlobError>> {
    tokio::task::spawn_blocking(move || look(store.blobs())).await.ok()
}

/// The good answer; a bad one is for the operator.
fn told<T>(answer: Option<Result<T, BlobError>>) -> Option<T> {
    match answer? {
        Ok(value) => Some(value),
        Err(error) => {
            tracing::warn!(%error, "A blob does not go on.");
            None
        }
    }
}

fn where_we_are(files: &BlobFiles, hash: &BlobHash) -> BlobState {
    if files.size(hash).is_some() {
        return BlobState::Complete;
    }
    files.have(hash).map_or(BlobState::Absent, BlobState::Part)
}

fn begin(files: &BlobFiles, wanted: &Wanted, list: &[[u8; 32]]) -> BlobState {
    let begun = told(Some(files.begin(&wanted.hash, wanted.bytes, list)));
    let have = begun.and_then(|()| files.have(&wanted.hash));
    have.map_or(BlobState::Failed, BlobState::Part)
}

async fn finish(shared: &Shared, store: Store, hash: BlobHash) -> BlobState {
    let finished = on_disk_or(store.clone(), move |files| files.finish(&hash)).await;
    if told(finished).is_none() {
        return BlobState::Failed;
    }
    match store.blob_done(hash, shared.me).await {
        Ok(()) => BlobState::Complete,
        Err(error) => {
            tracing::warn!(%error, "A complete blob cannot be noted; it is looked at again.");
            BlobState::Failed
        }
    }
}

fn give(files: &BlobFiles, hash: &BlobHash) -> Option<Blob> {
    let bytes = files.size(hash)?;
    let list = told(Some(files.piece_list(hash)))?;
    Some(Blob { bytes, list })
}
