//! Why a photo is not taken: a closed list, each with the stable code that the API sends.
//! A refused photo is an answer to a person, not a fault of the node.

/// The reason of [`PhotoRefused::Broken`] when a decoder panicked instead of reporting.
pub(super) const DECODER_PANICKED: &str = "its decoder gave up";

/// Why an uploaded file is not taken. In every case nothing is stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PhotoRefused {
    /// More bytes than allowed.
    #[error("the photo has {bytes} bytes, {max} are allowed: send it smaller")]
    TooLarge {
        /// Size of the file in bytes.
        bytes: u64,
        /// Largest allowed size in bytes.
        max: u64,
    },
    /// The bytes are no picture of any known kind, whatever the file is called.
    #[error("the file is not a picture: choose a photo")]
    NotAnImage,
    /// A known format that is not taken.
    #[error("{format} is not taken: send JPEG, PNG, WebP or HEIC")]
    Unsupported {
        /// Name of the format for a person, such as `GIF`.
        format: &'static str,
    },
    /// A moving picture in a format of which still pictures are taken.
    #[error("the {format} is animated: send a still picture")]
    Animated {
        /// Name of the format for a person.
        format: &'static str,
    },
    /// More pixels than allowed, by what the header claims.
    #[error(
        "the picture claims {width} x {height} pixels, {pixels_max} in all and {side_max} on a \
         side are allowed: send it smaller"
    )]
    TooManyPixels {
        /// Claimed width in pixels.
        width: u32,
        /// Claimed height in pixels.
        height: u32,
        /// Largest allowed number of pixels.
        pixels_max: u64,
        /// Largest allowed side in pixels.
        side_max: u32,
    },
    /// A picture of a format that is taken, but cut off or damaged.
    #[error("the photo cannot be opened, {why}: take it again or choose another")]
    Broken {
        /// What is wrong, for the log.
        why: &'static str,
    },
}

impl PhotoRefused {
    /// The stable code of the API's problem answer.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "photo_too_big",
            Self::NotAnImage => "not_image",
            Self::Unsupported { .. } | Self::Animated { .. } => "photo_unsupported",
            Self::TooManyPixels { .. } => "photo_too_many_pixels",
            Self::Broken { .. } => "photo_broken",
        }
    }
}

/// A picture that is cut off or damaged, for the reason `why`.
pub(super) fn broken(why: &'static str) -> PhotoRefused {
    PhotoRefused::Broken { why }
}
