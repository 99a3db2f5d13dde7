//! Who a node is: its keys, its certificate, how it joins, and the encrypted packets it exchanges.
//!
//! Everything random is handed in as a function, so that a test can repeat it byte for byte.
//! Not here: where certificates are stored (`store`), how packets travel (`carriers`), what stands in
//! them (`sync::protocol`), passwords of people (`app`).

pub mod certificate;
pub mod join;
pub mod keys;
pub mod mailbox;
pub mod noise;
pub mod packet;
pub mod ticket;

/// Fills a buffer with random bytes; handed in by whoever composes the node.
pub type Random<'a> = &'a mut dyn FnMut(&mut [u8]);

/// So many random bytes.
pub fn draw<const N: usize>(random: Random<'_>) -> [u8; N] {
    let mut bytes = [0; N];
    random(&mut bytes);
    bytes
}
