//! The exchange protocol as a machine: `session.step(now, input)` gives what is to be done.
//!
//! There is no queue of outgoing events: what a peer lacks is the difference between our heads and what it
//! says it has committed; a cursor per log reads from the store when there is room on the way. So memory
//! does not grow with the backlog, and sending again is moving a cursor back.
//! Nothing is acknowledged as stored before the store said so.
//! Not here: encryption and nonces' low bits (`identity`), the store, carriers, timers (the driver).
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

mod control;
mod cursor;
mod flight;
pub mod frame;
mod inbox;
mod io;
mod packing;
mod pull;
mod receipt;
mod serve;
mod session;

pub use io::Blob;
pub use io::BlobState;
pub use io::Closed;
pub use io::Head;
pub use io::Input;
pub use io::Now;
pub use io::Outcome;
pub use io::Output;
pub use io::Wanted;
pub use session::Me;
pub use session::Session;

/// Versions of the protocol that this program speaks.
pub const VERSIONS: [u8; 1] = [1];

/// Largest packet on a carrier in bytes, head and tag included: any event fits into one.
pub const PACKET_MAX: usize = 20_000;

/// What head and tag of a packet take.
pub const PACKET_OVERHEAD: usize = 23;

/// Size of a blob's pieces in bytes.
pub const PIECE_BYTES: usize = 16 * 1024;

/// Largest blob in bytes.
pub const BLOB_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// How many pieces a blob of this size has; an empty one has one empty piece.
#[must_use]
pub fn pieces(bytes: u64) -> u32 {
    u32::try_from(bytes.div_ceil(PIECE_BYTES as u64).max(1)).unwrap_or(u32::MAX)
}
