//! A large JPEG at a quarter of its size from the four lowest frequencies of each 8 × 8 block,
//! or, when progressive, at an eighth from the mean of each block (ITU-T T.81).
//! Why by hand: a 50 Mpx picture takes some MB this way where a full decoder takes 150 to 450,
//! and two of them must fit into a node of 300 MB.

use crate::media::pixels::colour::from_jpeg;
use crate::media::pixels::huffman::Bits;
use crate::media::pixels::huffman::HuffmanTable;
use crate::media::raster::Raster;
use crate::media::raster::Reducer;
use crate::media::read::index;
use crate::media::read::u8_at;
use crate::media::read::u16_be;
use crate::media::refused::PhotoRefused;
use crate::media::refused::broken;
use crate::media::structure::jpeg::Component;
use crate::media::structure::jpeg::DHT;
use crate::media::structure::jpeg::DQT;
use crate::media::structure::jpeg::DRI;
use crate::media::structure::jpeg::Frame;
use crate::media::structure::jpeg::SOS;
use crate::media::structure::jpeg::Segment;
use crate::media::structure::jpeg::Segments;

/// Decodes coarsely and reduces to a longest side of at most `side_max`.
pub(super) fn decode(bytes: &[u8], frame: &Frame, side_max: u32) -> Result<Raster, PhotoRefused> {
    let mut picture = Picture::new(frame);
    for segment in Segments::new(bytes) {
        let segment = segment?;
        picture.take(&segment).ok_or(broken("its picture data are damaged"))?;
    }
    if picture.planes.iter().any(|plane| !plane.is_drawn) {
        return Err(broken("a colour of it is missing"));
    }
    Ok(picture.reduced(side_max))
}

/// What has been read so far.
struct Picture<'a> {
    frame: &'a Frame,
    /// Samples per block and direction: 2 for baseline, 1 for progressive.
    scale: u32,
    planes: Vec<Plane>,
    quantization: [Quantization; 4],
    /// Kept as written and built per scan: a file may hold thousands, but only 64 scans.
    huffman: [[Option<CodeTable<'a>>; 4]; 2],
    restart_interval: u32,
}

/// How many codes of each length there are, and their symbols in order.
type CodeTable<'a> = (&'a [u8; 16], &'a [u8]);

/// Factors of the four lowest frequencies: mean, horizontal, vertical, both.
type Quantization = Option<[i32; 4]>;

/// The coarse samples of one component.
struct Plane {
    component: Component,
    /// Blocks in a row, filled up to whole units of interleaved scans.
    blocks_wide: u32,
    /// Blocks that belong to the picture, which scans of one component hold.
    own_blocks: (u32, u32),
    is_drawn: bool,
    samples: Vec<u8>,
}

impl<'a> Picture<'a> {
    fn new(frame: &'a Frame) -> Self {
        let scale = if frame.is_progressive { 1 } else { 2 };
        let (most_h, most_v) = frame.most_sampled();
        let units = (frame.width.div_ceil(8 * most_h), frame.height.div_ceil(8 * most_v));
        let plane = |component: &Component| {
            let blocks_wide = units.0 * component.horizontal;
            let blocks_high = units.1 * component.vertical;
            let own = |side: u32, own: u32, most: u32| (side * own).div_ceil(most).div_ceil(8);
            let samples = index(blocks_wide) * index(blocks_high) * index(scale * scale);
            Plane {
                component: *component,
                blocks_wide,
                own_blocks: (
                    own(frame.width, component.horizontal, most_h),
                    own(frame.height, component.vertical, most_v),
                ),
                is_drawn: false,
                samples: vec![128; samples],
            }
        };
        Self {
            frame,
            scale,
            planes: frame.components.iter().map(plane).collect(),
            quantization: [None; 4],
            huffman: [[None; 4]; 2],
            restart_interval: 0,
        }
    }

    fn take(&mut self, segment: &Segment<'a>) -> Option<()> {
        match segment.marker {
            DQT => self.take_quantization(segment.payload),
            DHT => self.take_huffman(segment.payload),
            DRI => {
                self.restart_interval = u32::from(u16_be(segment.payload, 0)?);
                Some(())
            }
            SOS => self.take_scan(segment),
            _ => Some(()),
        }
    }

    fn take_quantization(&mut self, mut payload: &[u8]) -> Option<()> {
        while let Some((&head, rest)) = payload.split_first() {
            let size = if head >> 4 == 0 { 1 } else { 2 };
            let (table, behind) = rest.split_at_checked(64 * size)?;
            let factor = |place: usize| match size {
                1 => u8_at(table, place).map(i32::from),
                _ => u16_be(table, place * 2).map(i32::from),
            };
            // Places in zigzag order.
            let factors = [factor(0)?, factor(1)?, factor(2)?, factor(4)?];
            *self.quantization.get_mut(usize::from(head & 15))? = Some(factors);
            payload = behind;
        }
        Some(())
    }

    fn take_huffman(&mut self, mut payload: &'a [u8]) -> Option<()> {
        while let Some((&head, rest)) = payload.split_first() {
            let (counts, rest) = rest.split_first_chunk::<16>()?;
            let count = counts.iter().map(|count| usize::from(*count)).sum::<usize>();
            let (symbols, behind) = rest.split_at_checked(count)?;
            let class = self.huffman.get_mut(usize::from(head >> 4))?;
            *class.get_mut(usize::from(head & 15))? = Some((counts, symbols));
            payload = behind;
        }
        Some(())
    }

    /// Scan header: components with their tables, then range and precision of frequencies.
    fn take_scan(&mut self, segment: &Segment<'a>) -> Option<()> {
        let count = usize::from(u8_at(segment.payload, 0)?);
        let (listed, range) = segment.payload.get(1..)?.split_at_checked(count * 2)?;
        let &[first, _last, precision] = range else { return None };
        // Of a progressive picture only the first scans of the means are needed.
        if self.frame.is_progressive && (first != 0 || precision >> 4 != 0) {
            return Some(());
        }
        let mut parts = Vec::new();
        for entry in listed.chunks_exact(2) {
            let &[id, tables] = entry else { return None };
            let place = self.planes.iter().position(|plane| plane.component.id == id)?;
            let quantization = self.planes.get(place)?.component.quantization;
            let [dc, ac] = [(0, tables >> 4), (1, tables & 15)].map(|(class, number)| {
                let table = self.huffman.get(class)?.get(usize::from(number))?.as_ref()?;
                HuffmanTable::new(table.0, table.1)
            });
            parts.push(Part {
                place,
                dc: dc?,
                ac: if self.frame.is_progressive { None } else { Some(ac?) },
                factors: (*self.quantization.get(usize::from(quantization))?)?,
                shift: precision & 15,
                mean: 0,
            });
        }
        self.draw(segment.coded, &mut parts)
    }

    fn draw(&mut self, coded: &[u8], parts: &mut [Part]) -> Option<()> {
        let mut bits = Bits::new(coded);
        let is_interleaved = parts.len() > 1;
        let first = self.planes.get(parts.first()?.place)?;
        let (most_h, most_v) = self.frame.most_sampled();
        let (wide, high) = if is_interleaved {
            (self.frame.width.div_ceil(8 * most_h), self.frame.height.div_ceil(8 * most_v))
        } else {
            first.own_blocks
        };
        let mut until_restart = self.restart_interval;
        for unit in 0..wide * high {
            if self.restart_interval > 0 {
                if until_restart == 0 {
                    bits.restart()?;
                    until_restart = self.restart_interval;
                    parts.iter_mut().for_each(|part| part.mean = 0);
                }
                until_restart -= 1;
            }
            let (unit_x, unit_y) = (unit % wide, unit / wide);
            for part in &mut *parts {
                let plane = self.planes.get_mut(part.place)?;
                let (across, down) = if is_interleaved {
                    (plane.component.horizontal, plane.component.vertical)
                } else {
                    (1, 1)
                };
                for block in 0..across * down {
                    let low = part.block(&mut bits)?;
                    let x = unit_x * across + block % across;
                    let y = unit_y * down + block / across;
                    plane.put(self.scale, (x, y), low)?;
                }
            }
        }
        for part in parts {
            self.planes.get_mut(part.place)?.is_drawn = true;
        }
        Some(())
    }

    fn reduced(&self, side_max: u32) -> Raster {
        let width = (self.frame.width * self.scale).div_ceil(8);
        let height = (self.frame.height * self.scale).div_ceil(8);
        let most = self.frame.most_sampled();
        let mut reducer = Reducer::new(width, height, side_max);
        let mut rgb = Vec::with_capacity(index(width) * 3);
        for y in 0..height {
            rgb.clear();
            for x in 0..width {
                let mut samples = [0; 4];
                for (sample, plane) in samples.iter_mut().zip(&self.planes) {
                    *sample = plane.sample(self.scale, most, (x, y));
                }
                rgb.extend_from_slice(&from_jpeg(self.frame.colours, samples));
            }
            reducer.add_row(&rgb);
        }
        reducer.finish()
    }
}

impl Plane {
    /// Draws one block from its dequantised low frequencies (mean, horizontal, vertical, both).
    fn put(&mut self, scale: u32, (x, y): (u32, u32), low: [i32; 4]) -> Option<()> {
        let [mean, across, down, both] = low;
        let stride = index(self.blocks_wide * scale);
        let at = index(y * scale) * stride + index(x * scale);
        if scale == 1 {
            *self.samples.get_mut(at)? = sample(mean);
            return Some(());
        }
        let upper = [mean + across + down + both, mean - across + down - both];
        let lower = [mean + across - down - both, mean - across - down + both];
        for (at, values) in [(at, upper), (at + stride, lower)] {
            self.samples.get_mut(at..at + 2)?.copy_from_slice(&values.map(sample));
        }
        Some(())
    }

    fn sample(&self, scale: u32, most: (u32, u32), (x, y): (u32, u32)) -> u8 {
        let x = x * self.component.horizontal / most.0;
        let y = y * self.component.vertical / most.1;
        let at = index(y) * index(self.blocks_wide * scale) + index(x);
        u8_at(&self.samples, at).unwrap_or(128)
    }
}

/// One component's part in a scan.
struct Part {
    place: usize,
    dc: HuffmanTable,
    /// None in a progressive picture, whose means come alone.
    ac: Option<HuffmanTable>,
    factors: [i32; 4],
    shift: u8,
    /// The last block's mean: each block states the difference.
    mean: i32,
}

/// Largest coefficient of 8-bit samples, beyond which only damage goes.
const COEFFICIENT_MAX: i32 = 1 << 15;

impl Part {
    /// Reads one block and dequantises its low frequencies.
    fn block(&mut self, bits: &mut Bits<'_>) -> Option<[i32; 4]> {
        let size = bits.symbol(&self.dc)?;
        let difference = bits.value(size)?;
        self.mean = (self.mean + difference).clamp(-COEFFICIENT_MAX, COEFFICIENT_MAX);
        let mut low = [self.mean << self.shift.min(13), 0, 0, 0];
        if let Some(ac) = &self.ac {
            // T.81 F.2.2.2: each symbol is a run of zeros and the size of the value behind it.
            let mut place = 1;
            while place < 64 {
                let symbol = bits.symbol(ac)?;
                let (run, size) = (symbol >> 4, symbol & 15);
                if size == 0 {
                    if run < 15 {
                        break;
                    }
                    place += 16;
                    continue;
                }
                place += u32::from(run);
                let value = bits.value(size)?;
                match (place, &mut low) {
                    (1, [_, across, _, _]) => *across = value,
                    (2, [_, _, down, _]) => *down = value,
                    (4, [_, _, _, both]) => *both = value,
                    (_, _) => {}
                }
                place += 1;
            }
        }
        let mut dequantised = low;
        for (value, factor) in dequantised.iter_mut().zip(self.factors) {
            *value = value.saturating_mul(factor).clamp(-(1 << 24), 1 << 24);
        }
        Some(dequantised)
    }
}

/// Eight times a sample around zero, as the transform leaves it, to 0..=255.
fn sample(eightfold: i32) -> u8 {
    u8::try_from(((eightfold + 4) >> 3).saturating_add(128).clamp(0, 255)).unwrap_or(0)
}
