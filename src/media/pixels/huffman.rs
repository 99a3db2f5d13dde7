//! The entropy-coded bits of a JPEG scan: bit by bit, stuffing removed, and the Huffman codes
//! in them (ITU-T T.81 annexes C and F).

use crate::media::read::u8_at;

/// A code table: what the next 16 bits mean, for every value they can have.
pub(super) struct HuffmanTable {
    /// Length of the code in bits (0: no such code) and its symbol.
    meanings: Vec<(u8, u8)>,
}

impl HuffmanTable {
    /// From the counts of codes per length and the symbols in order; None if there are more
    /// codes of a length than fit.
    pub(super) fn new(counts: &[u8; 16], symbols: &[u8]) -> Option<Self> {
        let mut meanings = Vec::with_capacity(1 << 16);
        let mut symbols = symbols.iter();
        for (length, count) in (1_u8..).zip(counts) {
            for _ in 0..*count {
                let symbol = *symbols.next()?;
                let filled = meanings.len() + (1_usize << (16 - length));
                if filled > 1 << 16 {
                    return None;
                }
                meanings.resize(filled, (length, symbol));
            }
        }
        meanings.resize(1 << 16, (0, 0));
        Some(Self { meanings })
    }
}

/// Reads bits of one scan; stops at markers, which only [`Bits::restart`] passes.
pub(super) struct Bits<'a> {
    coded: &'a [u8],
    at: usize,
    buffer: u64,
    count: u32,
}

impl<'a> Bits<'a> {
    pub(super) fn new(coded: &'a [u8]) -> Self {
        Self { coded, at: 0, buffer: 0, count: 0 }
    }

    /// The next symbol; None where the data end or hold no code.
    pub(super) fn symbol(&mut self, table: &HuffmanTable) -> Option<u8> {
        self.fill();
        let ahead = if self.count >= 16 {
            self.buffer >> (self.count - 16)
        } else {
            self.buffer << (16 - self.count)
        };
        let place = usize::try_from(ahead & 0xFFFF).unwrap_or(0);
        let (length, symbol) = *table.meanings.get(place)?;
        if length == 0 {
            return None;
        }
        self.drop_bits(u32::from(length))?;
        Some(symbol)
    }

    /// A signed value of `size` bits as T.81 F.2.2.1 extends it.
    pub(super) fn value(&mut self, size: u8) -> Option<i32> {
        if size == 0 {
            return Some(0);
        }
        let size = u32::from(size.min(16));
        self.fill();
        self.drop_bits(size)?;
        let bits = (self.buffer >> self.count) & ((1 << size) - 1);
        let value = i32::try_from(bits).ok()?;
        let is_negative = value >> (size - 1) == 0;
        Some(if is_negative { value - (1 << size) + 1 } else { value })
    }

    /// Forgets bits up to the next restart marker and passes it.
    pub(super) fn restart(&mut self) -> Option<()> {
        self.buffer = 0;
        self.count = 0;
        loop {
            let rest = self.coded.get(self.at..)?;
            self.at += rest.iter().position(|&byte| byte == 0xFF)?;
            let code = u8_at(self.coded, self.at + 1)?;
            self.at += 2;
            if (0xD0..=0xD7).contains(&code) {
                return Some(());
            }
        }
    }

    fn drop_bits(&mut self, size: u32) -> Option<()> {
        self.count = self.count.checked_sub(size)?;
        Some(())
    }

    fn fill(&mut self) {
        while self.count <= 48 {
            let Some(byte) = u8_at(self.coded, self.at) else { return };
            if byte == 0xFF {
                if u8_at(self.coded, self.at + 1) != Some(0) {
                    return;
                }
                self.at += 1;
            }
            self.at += 1;
            self.buffer = (self.buffer << 8) | u64::from(byte);
            self.count += 8;
        }
    }
}
