//! Packing: frames into one packet, as long as they fit.

use crate::sync::protocol::PACKET_MAX;
use crate::sync::protocol::PACKET_OVERHEAD;
use crate::sync::protocol::flight::Item;
use crate::sync::protocol::frame::Frame;

/// Room for frames in a packet, bytes.
pub(super) const ROOM: usize = PACKET_MAX.saturating_sub(PACKET_OVERHEAD);

/// A packet in the making.
#[derive(Debug, Default)]
pub(super) struct Packing {
    pub(super) plain: Vec<u8>,
    pub(super) items: Vec<Item>,
}

impl Packing {
    /// Puts a frame in, or gives it back if the packet is too full for it.
    pub(super) fn add(&mut self, frame: &Frame, item: Option<Item>) -> Result<(), Option<Item>> {
        let before = self.plain.len();
        frame.write(&mut self.plain);
        if self.plain.len() > ROOM && before > 0 {
            self.plain.truncate(before);
            return Err(item);
        }
        self.items.extend(item);
        Ok(())
    }
}
