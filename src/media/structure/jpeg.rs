//! The segments of a JPEG file up to its end marker.
//! Why the end marker matters: decoders fill a cut-off picture with grey and report nothing.
//! Bytes behind the end marker (second pictures, films, pages) are left alone.

use crate::media::ExifBlock;
use crate::media::limits::PhotoLimits;
use crate::media::read::u8_at;
use crate::media::read::u16_be;
use crate::media::refused::PhotoRefused;
use crate::media::refused::broken;
use crate::media::structure::Kind;
use crate::media::structure::Outline;
use crate::media::structure::keep_exif;

pub(in crate::media) const DHT: u8 = 0xC4;
pub(in crate::media) const DQT: u8 = 0xDB;
pub(in crate::media) const DRI: u8 = 0xDD;
pub(in crate::media) const SOS: u8 = 0xDA;
const EOI: u8 = 0xD9;
const APP0: u8 = 0xE0;
const APP1: u8 = 0xE1;
const APP2: u8 = 0xE2;
const APP14: u8 = 0xEE;

/// Real files have dozens; each costs a decoder a little.
const SEGMENTS_MAX: usize = 10_000;

/// Largest colour profile that is used; display profiles have some hundred bytes.
pub(in crate::media) const PROFILE_BYTES_MAX: usize = 1 << 20;

/// How the components make colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::media) enum Colours {
    Grey,
    YCbCr,
    Rgb,
    /// Ink values; the Adobe marker means they are stored inverted.
    Cmyk {
        inverted: bool,
    },
    /// CMYK with the first three components as YCbCr, inverted as Adobe writes it.
    Ycck,
}

/// One colour component of the frame header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::media) struct Component {
    pub(in crate::media) id: u8,
    pub(in crate::media) horizontal: u32,
    pub(in crate::media) vertical: u32,
    pub(in crate::media) quantization: u8,
}

/// The frame header and what the walk counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::media) struct Frame {
    pub(in crate::media) width: u32,
    pub(in crate::media) height: u32,
    pub(in crate::media) is_progressive: bool,
    pub(in crate::media) scans: u32,
    pub(in crate::media) components: Vec<Component>,
    pub(in crate::media) colours: Colours,
    /// Colour profile, put together from its pieces.
    pub(in crate::media) profile: Option<Vec<u8>>,
}

/// One marker with its payload; a scan also has its coded data.
pub(in crate::media) struct Segment<'a> {
    pub(in crate::media) marker: u8,
    pub(in crate::media) payload: &'a [u8],
    /// Coded data behind a scan header, with restart markers and stuffing.
    pub(in crate::media) coded: &'a [u8],
}

/// Walks a JPEG from its start to its end marker; an error where the file stops before it.
pub(in crate::media) struct Segments<'a> {
    bytes: &'a [u8],
    at: usize,
    count: usize,
    ended: bool,
}

impl<'a> Segments<'a> {
    pub(in crate::media) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 2, count: 0, ended: false }
    }

    fn step(&mut self) -> Option<Segment<'a>> {
        let marker = self.marker()?;
        // These two kinds stand alone: restart markers left over, and TEM.
        if marker == EOI || marker == 0x01 || (0xD0..=0xD7).contains(&marker) {
            return Some(Segment { marker, payload: &[], coded: &[] });
        }
        let length = usize::from(u16_be(self.bytes, self.at)?).checked_sub(2)?;
        let payload = self.bytes.get(self.at + 2..)?.get(..length)?;
        self.at += 2 + length;
        let mut coded: &[u8] = &[];
        if marker == SOS {
            let rest = self.bytes.get(self.at..)?;
            coded = rest.get(..coded_length(rest)?)?;
            self.at += coded.len();
        }
        Some(Segment { marker, payload, coded })
    }

    /// The next marker's code; stray bytes before it are skipped as every reader does.
    fn marker(&mut self) -> Option<u8> {
        loop {
            let rest = self.bytes.get(self.at..)?;
            self.at += rest.iter().position(|&byte| byte == 0xFF)?;
            while u8_at(self.bytes, self.at)? == 0xFF {
                self.at += 1;
            }
            let code = u8_at(self.bytes, self.at)?;
            self.at += 1;
            if code != 0 {
                return Some(code);
            }
        }
    }
}

impl<'a> Iterator for Segments<'a> {
    type Item = Result<Segment<'a>, PhotoRefused>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        self.count += 1;
        let step = self.step().ok_or(broken("its end is missing"));
        let step = if self.count > SEGMENTS_MAX { Err(broken("it has no end")) } else { step };
        self.ended = match &step {
            Ok(segment) => segment.marker == EOI,
            Err(_) => true,
        };
        Some(step)
    }
}

/// Bytes until the next marker that is neither stuffing, fill nor restart; None without one.
fn coded_length(rest: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += rest.get(at..)?.iter().position(|&byte| byte == 0xFF)?;
        match u8_at(rest, at + 1)? {
            0x00 | 0xD0..=0xD7 => at += 2,
            0xFF => at += 1,
            _ => return Some(at),
        }
    }
}

#[derive(Default)]
struct Collected<'a> {
    frame: Option<Frame>,
    scans: u32,
    exif: Vec<ExifBlock<'a>>,
    profile: Vec<(u8, &'a [u8])>,
    is_jfif: bool,
    adobe: Option<u8>,
}

/// Walks the whole file, refusing as early as possible.
pub(super) fn outline<'a>(
    bytes: &'a [u8],
    limits: &PhotoLimits,
) -> Result<Outline<'a>, PhotoRefused> {
    let mut collected = Collected::default();
    for segment in Segments::new(bytes) {
        collected.take(&segment?, limits)?;
    }
    let Some(mut frame) = collected.frame else {
        return Err(broken("it holds no picture"));
    };
    if collected.scans == 0 {
        return Err(broken("it holds no picture"));
    }
    frame.scans = collected.scans;
    frame.colours = colours(&frame.components, collected.is_jfif, collected.adobe);
    frame.profile = profile(collected.profile);
    Ok(Outline {
        width: frame.width,
        height: frame.height,
        exif: collected.exif,
        kind: Kind::Jpeg(frame),
    })
}

impl<'a> Collected<'a> {
    fn take(&mut self, segment: &Segment<'a>, limits: &PhotoLimits) -> Result<(), PhotoRefused> {
        let payload = segment.payload;
        match segment.marker {
            0xC0..=0xC2 => {
                if self.frame.is_some() {
                    return Err(broken("it holds two frame headers"));
                }
                let frame = frame(segment).ok_or(broken("its frame header makes no sense"))?;
                limits.check_pixels(frame.width, frame.height)?;
                self.frame = Some(frame);
            }
            0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => {
                return Err(PhotoRefused::Unsupported { format: "this rare kind of JPEG" });
            }
            SOS => {
                let Some(frame) = &self.frame else {
                    return Err(broken("its picture has no header"));
                };
                self.scans += 1;
                let pixels = u64::from(frame.width) * u64::from(frame.height);
                limits.check_jpeg_scans(self.scans, pixels)?;
            }
            APP0 => self.is_jfif |= payload.starts_with(b"JFIF\0"),
            APP1 => {
                if let Some(block) = payload.strip_prefix(b"Exif\0\0".as_slice()) {
                    keep_exif(&mut self.exif, block);
                }
            }
            APP2 => {
                let piece = payload.strip_prefix(b"ICC_PROFILE\0".as_slice());
                if let Some([number, _count, data @ ..]) = piece {
                    self.profile.push((*number, data));
                }
            }
            APP14 if payload.starts_with(b"Adobe") => self.adobe = u8_at(payload, 11),
            // Tables are the decoder's matter, comments and other data nobody's.
            _ => {}
        }
        Ok(())
    }
}

fn frame(segment: &Segment<'_>) -> Option<Frame> {
    let payload = segment.payload;
    let count = usize::from(u8_at(payload, 5)?);
    let table = payload.get(6..)?;
    if u8_at(payload, 0)? != 8 || !matches!(count, 1 | 3 | 4) || table.len() != count * 3 {
        return None;
    }
    let components = table.chunks_exact(3).filter_map(component).collect::<Vec<_>>();
    (components.len() == count).then_some(Frame {
        height: u32::from(u16_be(payload, 1)?),
        width: u32::from(u16_be(payload, 3)?),
        is_progressive: segment.marker == 0xC2,
        scans: 0,
        components,
        colours: Colours::YCbCr,
        profile: None,
    })
}

fn component(entry: &[u8]) -> Option<Component> {
    let &[id, sampling, quantization] = entry else { return None };
    let (horizontal, vertical) = (u32::from(sampling >> 4), u32::from(sampling & 15));
    let known = (1..=4).contains(&horizontal) && (1..=4).contains(&vertical) && quantization < 4;
    known.then_some(Component { id, horizontal, vertical, quantization })
}

/// The rules that readers agree on: Adobe's marker says, letters say, else YCbCr.
fn colours(components: &[Component], is_jfif: bool, adobe: Option<u8>) -> Colours {
    let ids = components.iter().map(|component| component.id).collect::<Vec<_>>();
    match (components.len(), adobe) {
        (1, _) => Colours::Grey,
        (4, Some(2)) => Colours::Ycck,
        (4, adobe) => Colours::Cmyk { inverted: adobe.is_some() },
        (_, Some(0)) => Colours::Rgb,
        (_, None) if !is_jfif && ids == b"RGB" => Colours::Rgb,
        (_, _) => Colours::YCbCr,
    }
}

fn profile(mut pieces: Vec<(u8, &[u8])>) -> Option<Vec<u8>> {
    pieces.sort_by_key(|(number, _)| *number);
    let size = pieces.iter().map(|(_, data)| data.len()).sum::<usize>();
    let whole = size <= PROFILE_BYTES_MAX
        && pieces.iter().zip(1_u8..=255).all(|((number, _), want)| *number == want);
    let joined = pieces.into_iter().flat_map(|(_, data)| data.iter().copied());
    whole.then(|| joined.collect::<Vec<_>>()).filter(|profile| !profile.is_empty())
}

impl Frame {
    /// The largest sampling factors of any component, horizontal and vertical.
    pub(in crate::media) fn most_sampled(&self) -> (u32, u32) {
        self.components.iter().fold((1, 1), |(horizontal, vertical), component| {
            (horizontal.max(component.horizontal), vertical.max(component.vertical))
        })
    }
}
