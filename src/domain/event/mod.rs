//! Events: what anybody did, as two immutable byte strings, chained and signed.
//!
//! `header` and `body` are stored and forwarded exactly as they came; nothing here re-encodes them.
//! Stream, origin and number are not in the bytes: position says them, the chain binds them.

pub mod chain;
pub mod codec;
pub mod header;
pub mod kind;
pub mod run;

/// Largest event (header and body together) in bytes; larger content is a blob.
pub const EVENT_BYTES_MAX: usize = 16 * 1024;

/// Version of the envelope; belongs to a log (it is in `link_0` and in `origin.open`).
pub const ENVELOPE_VERSION: u8 = 1;
