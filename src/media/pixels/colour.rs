//! Pixels of every kind as RGB of 8 bits: grey, transparency on white, printing inks.

use crate::media::raster::Raster;
use crate::media::structure::jpeg::Colours;
use crate::media::structure::jpeg::PROFILE_BYTES_MAX;
use moxcms::CmsError;
use moxcms::ColorProfile;
use moxcms::DataColorSpace;
use moxcms::TransformOptions;

/// How the bytes of a decoded row make pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    Grey,
    GreyAlpha,
    Rgb,
    Rgba,
    Cmyk { inverted: bool },
}

impl Layout {
    pub(super) fn channels(self) -> usize {
        match self {
            Self::Grey => 1,
            Self::GreyAlpha => 2,
            Self::Rgb => 3,
            Self::Rgba | Self::Cmyk { .. } => 4,
        }
    }

    /// Appends a row as RGB to `rgb`.
    pub(super) fn extend(self, rgb: &mut Vec<u8>, row: &[u8]) {
        for pixel in row.chunks_exact(self.channels()) {
            rgb.extend_from_slice(&self.rgb(pixel));
        }
    }

    fn rgb(self, pixel: &[u8]) -> [u8; 3] {
        match (self, pixel) {
            (Self::Grey, &[grey]) => [grey; 3],
            (Self::GreyAlpha, &[grey, alpha]) => [on_white(grey, alpha); 3],
            (Self::Rgb, &[red, green, blue]) => [red, green, blue],
            (Self::Rgba, &[red, green, blue, alpha]) => {
                [red, green, blue].map(|channel| on_white(channel, alpha))
            }
            (Self::Cmyk { inverted: true }, &[cyan, magenta, yellow, black]) => {
                [cyan, magenta, yellow].map(|ink| product(ink, black))
            }
            (Self::Cmyk { inverted: false }, &[cyan, magenta, yellow, black]) => {
                [cyan, magenta, yellow].map(|ink| product(255 - ink, 255 - black))
            }
            // `extend` hands over exactly as many channels as the layout has.
            (
                Self::Grey | Self::GreyAlpha | Self::Rgb | Self::Rgba | Self::Cmyk { .. },
                _other_count,
            ) => [u8::MAX; 3],
        }
    }
}

/// The samples of one JPEG pixel as RGB.
pub(super) fn from_jpeg(colours: Colours, samples: [u8; 4]) -> [u8; 3] {
    let [first, second, third, fourth] = samples;
    match colours {
        Colours::Grey => [first; 3],
        Colours::Rgb => [first, second, third],
        Colours::YCbCr => from_ycbcr(first, second, third),
        Colours::Cmyk { inverted } => Layout::Cmyk { inverted }.rgb(&samples),
        Colours::Ycck => from_ycbcr(first, second, third).map(|ink| product(255 - ink, fourth)),
    }
}

/// ITU-T T.871 (JFIF), in 16 binary places.
fn from_ycbcr(luma: u8, blue: u8, red: u8) -> [u8; 3] {
    let luma = (i32::from(luma) << 16) + (1 << 15);
    let (blue, red) = (i32::from(blue) - 128, i32::from(red) - 128);
    [luma + 91_881 * red, luma - 22_554 * blue - 46_802 * red, luma + 116_130 * blue]
        .map(|channel| u8::try_from((channel >> 16).clamp(0, 255)).unwrap_or(u8::MAX))
}

/// Two parts of 255 multiplied, rounded.
fn product(one: u8, other: u8) -> u8 {
    u8::try_from((u16::from(one) * u16::from(other) + 127) / 255).unwrap_or(u8::MAX)
}

fn on_white(channel: u8, alpha: u8) -> u8 {
    product(channel, alpha).saturating_add(255 - alpha)
}

/// The picture in sRGB, where the file brings a profile that says its RGB means something else
/// (phones write Display P3). A profile that cannot be used changes nothing.
pub(super) fn in_srgb(raster: Raster, profile: Option<&[u8]>) -> Raster {
    let usable = profile.filter(|profile| profile.len() <= PROFILE_BYTES_MAX);
    match usable.map(|profile| converted(&raster, profile)) {
        Some(Ok(Some(pixels))) => Raster { pixels, ..raster },
        Some(Ok(None) | Err(_)) | None => raster,
    }
}

fn converted(raster: &Raster, profile: &[u8]) -> Result<Option<Vec<u8>>, CmsError> {
    let source = ColorProfile::new_from_slice(profile)?;
    if source.color_space != DataColorSpace::Rgb {
        return Ok(None);
    }
    let layout = moxcms::Layout::Rgb;
    let options = TransformOptions::default();
    let srgb = ColorProfile::new_srgb();
    let transform = source.create_transform_8bit(layout, &srgb, layout, options)?;
    let mut pixels = vec![0; raster.pixels.len()];
    transform.transform(&raster.pixels, &mut pixels)?;
    Ok(Some(pixels))
}
