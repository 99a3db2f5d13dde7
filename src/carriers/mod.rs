//! Carriers: move opaque packets between mailboxes, and say whether they can.
//!
//! None is trusted with order, delivery, duplicates or secrecy: what waits is in the log, what arrived is
//! acknowledged above. So a full queue drops a packet, and a new connection begins with nothing.
//! Not here: who talks to whom (`sync`), encryption (`identity`).

pub mod mqtt;

use crate::identity::mailbox::Mailbox;

/// A packet on its way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// Whose mailbox.
    pub to: Mailbox,
    /// At most 20,000 bytes.
    pub packet: Vec<u8>,
}

/// What a carrier tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Carried {
    /// Packets can go out and come in from now on.
    Up,
    /// They can't any more; what was on the way is lost.
    Down(String),
    /// A packet came into our mailbox.
    Packet(Vec<u8>),
}
