//! Packets as a carrier moves them: seven plain bytes, then what only the two nodes can read.
//!
//! `type u8 ‖ receiver index u24 ‖ counter u24 ‖ ciphertext ‖ tag 16`: 23 bytes around the frames. The
//! counter is the low end of a 64-bit nonce; the replay window finds the rest and refuses what came before.
//! Not here: the encryption itself (`noise`), what the plain text means (`sync::protocol`).

/// What a packet is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PacketKind {
    /// First message of a handshake; the receiver index is 0.
    Init,
    /// Second message of a handshake.
    Answer,
    /// Frames of a session.
    Data,
    /// Unauthenticated hint: I have no such session, shake hands again.
    NoSession,
}

/// The plain part of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// What it is.
    pub kind: PacketKind,
    /// Which session of the receiver; 24 bits.
    pub index: u32,
    /// Low 24 bits of the nonce.
    pub counter: u32,
}

/// Bytes before the ciphertext.
pub const HEAD_BYTES: usize = 7;

/// Bytes that a packet adds to its plain text: head and tag.
pub const PACKET_OVERHEAD: usize = HEAD_BYTES + 16;

const LOW: u64 = 0x00ff_ffff;

impl Head {
    /// Head of a data packet with this nonce.
    #[must_use]
    pub fn data(index: u32, nonce: u64) -> Self {
        let counter = u32::try_from(nonce & LOW).unwrap_or_default();
        Self { kind: PacketKind::Data, index, counter }
    }

    /// The head with what follows it.
    #[must_use]
    pub fn packet(self, sealed: &[u8]) -> Vec<u8> {
        let kind: u8 = match self.kind {
            PacketKind::Init => 1,
            PacketKind::Answer => 2,
            PacketKind::Data => 3,
            PacketKind::NoSession => 4,
        };
        let mut bytes = Vec::with_capacity(HEAD_BYTES.saturating_add(sealed.len()));
        bytes.push(kind);
        bytes.extend(self.index.to_be_bytes().iter().skip(1));
        bytes.extend(self.counter.to_be_bytes().iter().skip(1));
        bytes.extend_from_slice(sealed);
        bytes
    }

    /// Splits a packet; `None`: not one of ours.
    #[must_use]
    pub fn split(packet: &[u8]) -> Option<(Self, &[u8])> {
        let (head, sealed) = packet.split_first_chunk::<HEAD_BYTES>()?;
        let [kind, a, b, c, d, e, f] = *head;
        let kind = match kind {
            1 => PacketKind::Init,
            2 => PacketKind::Answer,
            3 => PacketKind::Data,
            4 => PacketKind::NoSession,
            _other => return None,
        };
        let index = u32::from_be_bytes([0, a, b, c]);
        Some((Self { kind, index, counter: u32::from_be_bytes([0, d, e, f]) }, sealed))
    }
}

/// How far behind the highest nonce a packet may arrive.
pub const REPLAY_WINDOW: u64 = 1024;

const WORDS: usize = 17;

/// Which nonces came already.
#[derive(Debug, Clone)]
pub struct ReplayWindow {
    /// One more than the highest nonce taken.
    next: u64,
    /// A ring of bits, one word more than the window so that clearing ahead never eats it.
    seen: [u64; WORDS],
}

impl Default for ReplayWindow {
    fn default() -> Self {
        Self { next: 0, seen: [0; WORDS] }
    }
}

impl ReplayWindow {
    /// The nonce nearest to what is expected that ends in these 24 bits.
    #[must_use]
    pub fn nonce(&self, low: u32) -> u64 {
        let base = (self.next & !LOW) | u64::from(low);
        let half = LOW / 2;
        if base > self.next.saturating_add(half) && base > LOW {
            base.saturating_sub(LOW + 1)
        } else if base.saturating_add(half) < self.next {
            base.saturating_add(LOW + 1)
        } else {
            base
        }
    }

    /// Is this nonce new and not too old? Ask before decrypting.
    #[must_use]
    pub fn is_fresh(&self, nonce: u64) -> bool {
        if nonce >= self.next {
            return true;
        }
        let in_window = nonce.saturating_add(REPLAY_WINDOW) >= self.next;
        let (word, bit) = place(nonce);
        in_window && self.seen.get(word).is_some_and(|bits| bits & bit == 0)
    }

    /// Remembers a nonce whose packet was genuine.
    pub fn take(&mut self, nonce: u64) {
        if nonce >= self.next {
            let (from, to) = (self.next.div_ceil(64), nonce / 64);
            for word in from..=to.min(from.saturating_add(WORDS as u64)) {
                let at = usize::try_from(word % WORDS as u64).unwrap_or_default();
                if let Some(bits) = self.seen.get_mut(at) {
                    *bits = 0;
                }
            }
            self.next = nonce.saturating_add(1);
        }
        let (word, bit) = place(nonce);
        if let Some(bits) = self.seen.get_mut(word) {
            *bits |= bit;
        }
    }
}

fn place(nonce: u64) -> (usize, u64) {
    let word = usize::try_from((nonce / 64) % WORDS as u64).unwrap_or_default();
    (word, 1 << (nonce % 64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    #[test]
    fn golden_head() {
        let head = Head::data(0x0a_0b0c, 0x0102_0304_0506);
        assert_eq!(head.packet(&[0xff]), [3, 0x0a, 0x0b, 0x0c, 4, 5, 6, 0xff]);
        assert_eq!(Head::split(&head.packet(&[0xff])), Some((head, [0xff].as_slice())));
        assert_eq!(Head::split(&[3, 0, 0, 0, 0, 0]), None, "too short");
        assert_eq!(Head::split(&[9, 0, 0, 0, 0, 0, 0]), None, "unknown type");
    }

    #[test]
    fn the_counter_goes_on_beyond_24_bits() {
        let mut window = ReplayWindow::default();
        for nonce in [0, 5, 0x00ff_fffe, 0x0100_0003, 0x00ff_ffff, 0x0180_0000, 0x0200_0001] {
            let head = Head::data(1, nonce);
            assert_eq!(window.nonce(head.counter), nonce, "{nonce:#x} found from its low bits");
            window.take(nonce);
        }
    }

    proptest! {
        /// Against the obvious model: a set of everything that was taken.
        #[test]
        fn nothing_is_taken_twice(steps in proptest::collection::vec((0u64..3000, any::<bool>()), 1..300)) {
            let (mut window, mut taken, mut high) = (ReplayWindow::default(), BTreeSet::new(), 0u64);
            for (step, ahead) in steps {
                let nonce = if ahead { high + step } else { high.saturating_sub(step) };
                let fresh = window.is_fresh(nonce);
                if taken.contains(&nonce) {
                    prop_assert!(!fresh, "{nonce} was taken before");
                } else if nonce + REPLAY_WINDOW > high {
                    prop_assert!(fresh, "{nonce} is new and in the window below {high}");
                }
                if fresh {
                    window.take(nonce);
                    taken.insert(nonce);
                    high = high.max(nonce);
                }
            }
        }
    }
}
