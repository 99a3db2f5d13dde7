//! Notes: what the exchange learned and the store should remember, written one after the other.
//!
//! Order matters: "this is all I have" must not overtake an acknowledgement that came after it.

use tokio::sync::mpsc;

use crate::domain::ids::BlobHash;
use crate::domain::ids::LogId;
use crate::domain::ids::NodeId;
use crate::domain::ids::Seq;
use crate::store::Store;
use crate::store::error::StoreError;

/// Notes that wait; more make the peer's task wait.
pub(super) const NOTES: usize = 64;

/// Something to remember of a peer.
#[derive(Debug)]
pub(super) enum Note {
    /// It has committed this much.
    Heads { heads: Vec<(LogId, Seq)>, replace: bool },
    /// It holds this blob whole.
    Blob(BlobHash),
    /// Its line came or went; how many events came in the session that ended.
    Line { up: bool, arrived: u32 },
    /// Its clock says that ours is wrong by so much.
    Clock { offset_ms: i64, error_ms: u64 },
}

/// Writes notes until the last sender is gone.
pub(super) async fn write(store: Store, peer: NodeId, mut notes: mpsc::Receiver<Note>) {
    while let Some(note) = notes.recv().await {
        let written = match note {
            Note::Heads { heads, replace } => store.note_peer_heads(peer, heads, replace).await,
            Note::Blob(hash) => store.blob_done(hash, peer).await,
            Note::Line { up, arrived } => store.note_line(peer, up, arrived).await,
            Note::Clock { offset_ms, error_ms } => store.clock_learned(offset_ms, error_ms).await,
        };
        match written {
            Ok(()) | Err(StoreError::Stopped) => {}
            // Nothing is lost: the peer says it again in its next session.
            Err(error) => tracing::warn!(%peer, %error, "What a peer said cannot be noted."),
        }
    }
}
