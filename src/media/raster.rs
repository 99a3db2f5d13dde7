//! Small RGB pictures, and how a large one becomes one row by row.
//! Why rows: the whole of a 50 Mpx picture is 150 MB; its reduced form is 4 MB, and every
//! decoder that hands over rows can be reduced on the way.

use crate::media::exif::Orientation;
use crate::media::read::index;

/// An RGB picture of 8 bits per channel, rows without gaps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Raster {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) pixels: Vec<u8>,
}

impl Raster {
    /// The picture turned as its EXIF orientation says.
    pub(super) fn upright(self, orientation: Orientation) -> Self {
        if orientation == Orientation::default() {
            return self;
        }
        let (width, height) = orientation.upright_size(self.width, self.height);
        let mut pixels = Vec::with_capacity(self.pixels.len());
        for y in 0..height {
            for x in 0..width {
                let (from_x, from_y) = orientation.stored_place((x, y), (self.width, self.height));
                pixels.extend_from_slice(&self.pixel(from_x, from_y));
            }
        }
        Self { width, height, pixels }
    }

    /// The picture with its longest side at most `side_max`.
    pub(super) fn reduced(&self, side_max: u32) -> Self {
        if self.width.max(self.height) <= side_max {
            return self.clone();
        }
        let mut reducer = Reducer::new(self.width, self.height, side_max);
        for row in self.pixels.chunks_exact(index(self.width) * 3) {
            reducer.add_row(row);
        }
        reducer.finish()
    }

    fn pixel(&self, x: u32, y: u32) -> [u8; 3] {
        let at = (index(y) * index(self.width) + index(x)) * 3;
        let pixel = self.pixels.get(at..).and_then(|rest| rest.first_chunk::<3>());
        pixel.copied().unwrap_or_default()
    }
}

/// Averages a picture down while its rows come in, exactly: every source pixel counts with the
/// area that it covers. Never enlarges.
pub(super) struct Reducer {
    source: (u32, u32),
    target: (u32, u32),
    /// The current target row: sums of channel × covered area.
    sums: Vec<u64>,
    /// The incoming row reduced to the target's width: sums of channel × covered width.
    line: Vec<u64>,
    /// Height that the current target row still lacks, in parts of a target row per source row.
    lacking: u64,
    pixels: Vec<u8>,
}

impl Reducer {
    /// For a source of this size, to a longest side of at most `side_max`.
    pub(super) fn new(width: u32, height: u32, side_max: u32) -> Self {
        let target = fit(width, height, side_max);
        let line = vec![0; index(target.0) * 3];
        Self {
            source: (width, height),
            target,
            sums: line.clone(),
            line,
            lacking: u64::from(height),
            pixels: Vec::with_capacity(index(target.0) * index(target.1) * 3),
        }
    }

    /// Takes the next source row, three bytes per pixel.
    pub(super) fn add_row(&mut self, row: &[u8]) {
        self.reduce_row(row);
        // One source row is `target.1` parts high, one target row `source.1` parts.
        let mut height = u64::from(self.target.1);
        while height > 0 {
            let part = height.min(self.lacking);
            for (sum, value) in self.sums.iter_mut().zip(&self.line) {
                *sum += value * part;
            }
            height -= part;
            self.lacking -= part;
            if self.lacking == 0 {
                self.emit();
            }
        }
    }

    /// The reduced picture; rows that never came are white.
    pub(super) fn finish(mut self) -> Raster {
        self.pixels.resize(index(self.target.0) * index(self.target.1) * 3, u8::MAX);
        Raster { width: self.target.0, height: self.target.1, pixels: self.pixels }
    }

    fn reduce_row(&mut self, row: &[u8]) {
        self.line.fill(0);
        let (full, step) = (u64::from(self.source.0), u64::from(self.target.0));
        let mut targets = self.line.chunks_exact_mut(3);
        let mut target = targets.next();
        let mut lacking = full;
        for pixel in row.chunks_exact(3) {
            let mut width = step;
            while width > 0 {
                let part = width.min(lacking);
                let Some(sums) = target.as_mut() else { return };
                for (sum, value) in sums.iter_mut().zip(pixel) {
                    *sum += u64::from(*value) * part;
                }
                width -= part;
                lacking -= part;
                if lacking == 0 {
                    target = targets.next();
                    lacking = full;
                }
            }
        }
    }

    fn emit(&mut self) {
        let area = u64::from(self.source.0) * u64::from(self.source.1);
        let mean = |sum: &u64| u8::try_from((sum + area / 2) / area).unwrap_or(u8::MAX);
        self.pixels.extend(self.sums.iter().map(mean));
        self.sums.fill(0);
        self.lacking = u64::from(self.source.1);
    }
}

/// The size with the same shape whose longest side is at most `side_max`, never larger.
fn fit(width: u32, height: u32, side_max: u32) -> (u32, u32) {
    let long = width.max(height).max(1);
    if long <= side_max {
        return (width, height);
    }
    let scaled = |side: u32| {
        let rounded =
            (u64::from(side) * u64::from(side_max) + u64::from(long) / 2) / u64::from(long);
        u32::try_from(rounded).unwrap_or(side_max).max(1)
    };
    (scaled(width), scaled(height))
}
