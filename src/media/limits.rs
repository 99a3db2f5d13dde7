//! How much one photo may cost, in bytes, pixels and work. Defaults fit two workers in a node
//! that must stay under 300 MB.

use crate::media::refused::PhotoRefused;
use crate::media::refused::broken;

/// Limits of one examination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhotoLimits {
    /// Largest file in bytes.
    pub bytes_max: u64,
    /// Most pixels, width × height.
    pub pixels_max: u64,
    /// Longest side in pixels.
    pub side_max: u32,
    /// Most memory in bytes that decoding may take beside the file. A JPEG or PNG above it is
    /// decoded coarsely; a WebP above it is taken without renditions.
    pub decode_bytes_max: u64,
    /// Most scans of a progressive JPEG; real ones have about ten.
    pub jpeg_scans_max: u32,
    /// Most scans × pixels of a JPEG: each scan is one pass over the picture.
    pub jpeg_scan_pixels_max: u64,
    /// Longest side of the preview in pixels.
    pub preview_side_max: u32,
    /// Largest preview in bytes.
    pub preview_bytes_max: usize,
    /// Longest side of the thumbnail in pixels.
    pub thumbnail_side_max: u32,
    /// Largest thumbnail in bytes.
    pub thumbnail_bytes_max: usize,
    /// When the photo arrived, in seconds since 1970-01-01 UTC: a camera time after it is
    /// doubted. None judges by what the file alone tells.
    pub received_unix_s: Option<i64>,
}

impl Default for PhotoLimits {
    fn default() -> Self {
        Self {
            bytes_max: 30_000_000,
            // Phones make up to 12,032 × 9,024; 200 Mpx and more are refused.
            pixels_max: 110_000_000,
            side_max: 65_500,
            // Twice this, two files of 30 MB and the node itself stay under 300 MB.
            decode_bytes_max: 56_000_000,
            jpeg_scans_max: 64,
            jpeg_scan_pixels_max: 1_500_000_000,
            preview_side_max: 1_280,
            preview_bytes_max: 120_000,
            thumbnail_side_max: 320,
            thumbnail_bytes_max: 12_288,
            received_unix_s: None,
        }
    }
}

impl PhotoLimits {
    pub(super) fn check_bytes(&self, bytes: &[u8]) -> Result<(), PhotoRefused> {
        let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if size > self.bytes_max {
            return Err(PhotoRefused::TooLarge { bytes: size, max: self.bytes_max });
        }
        Ok(())
    }

    /// Refuses a picture without area and one that claims too much.
    pub(super) fn check_pixels(&self, width: u32, height: u32) -> Result<(), PhotoRefused> {
        if width == 0 || height == 0 {
            return Err(broken("its header says that it has no pixels"));
        }
        let pixels = u64::from(width) * u64::from(height);
        if pixels > self.pixels_max || width.max(height) > self.side_max {
            return Err(PhotoRefused::TooManyPixels {
                width,
                height,
                pixels_max: self.pixels_max,
                side_max: self.side_max,
            });
        }
        Ok(())
    }

    pub(super) fn check_jpeg_scans(&self, scans: u32, pixels: u64) -> Result<(), PhotoRefused> {
        if scans > self.jpeg_scans_max || u64::from(scans) * pixels > self.jpeg_scan_pixels_max {
            return Err(broken("it asks for more passes than a photo needs"));
        }
        Ok(())
    }
}
