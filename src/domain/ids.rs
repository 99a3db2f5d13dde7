//! Names of things as fixed-size bytes, each its own type, so that none can be taken for another.
//!
//! Text form everywhere (API, command line, logs): base64url without padding.

use data_encoding::BASE64URL_NOPAD;
use minicbor::Decode;
use minicbor::Encode;

/// Text that is not the base64url form of the id that was expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} must be {chars} characters of base64url, not {found:?}: copy it whole")]
pub struct BadId {
    /// Which id was expected.
    pub what: &'static str,
    /// How many characters its text form has.
    pub chars: usize,
    /// What was found instead.
    pub found: String,
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $len:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
        #[cbor(transparent)]
        pub struct $name(#[cbor(n(0), with = "minicbor::bytes")] pub [u8; $len]);

        impl $name {
            /// Size in bytes.
            pub const LEN: usize = $len;

            /// Reads the base64url form.
            ///
            /// # Errors
            /// [`BadId`] when the text has another length or alphabet.
            pub fn parse(text: &str) -> Result<Self, BadId> {
                Self::from_slice(&BASE64URL_NOPAD.decode(text.as_bytes()).unwrap_or_default())
                    .ok_or_else(|| BadId {
                        what: stringify!($name),
                        chars: ($len * 4_usize).div_ceil(3),
                        found: text.chars().take(60).collect(),
                    })
            }

            /// Takes exactly as many bytes as the id has.
            #[must_use]
            pub fn from_slice(bytes: &[u8]) -> Option<Self> {
                bytes.try_into().ok().map(Self)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&BASE64URL_NOPAD.encode(&self.0))
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{self}")
            }
        }
    };
}

id!(
    /// Organisation: first 16 bytes of BLAKE3 of its root public key.
    OrgId, 16
);
id!(
    /// Node: first 8 bytes of BLAKE3 of its Ed25519 public key.
    NodeId, 8
);
id!(
    /// Stream: the unit of replication, access, priority and retention.
    StreamId, 16
);
id!(
    /// Origin: one process life of one node, drawn at start, never continued.
    OriginId, 16
);
id!(
    /// Client id: drawn by whoever composed an act; the same id is the same act everywhere.
    ClientId, 12
);
id!(
    /// Event id: first 16 bytes of the event's link.
    EventId, 16
);
id!(
    /// Link: chain value after an event; covers everything before it.
    Link, 32
);
id!(
    /// Blob: BLAKE3 of the whole file.
    BlobHash, 32
);
id!(
    /// Ed25519 public key of a node or of the organisation's root.
    SigningPublic, 32
);
id!(
    /// X25519 public key of a node, for sessions.
    ExchangePublic, 32
);
id!(
    /// Ed25519 signature.
    Signature, 64
);

impl NodeId {
    /// The id that belongs to a node's signing key.
    #[must_use]
    pub fn of(key: &SigningPublic) -> Self {
        Self(first(blake3::hash(&key.0).as_bytes()))
    }
}

impl OrgId {
    /// The id that belongs to an organisation's root key.
    #[must_use]
    pub fn of(root: &SigningPublic) -> Self {
        Self(first(blake3::hash(&root.0).as_bytes()))
    }
}

impl BlobHash {
    /// Name of these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(*blake3::hash(bytes).as_bytes())
    }
}

impl EventId {
    /// The id of the event that ends in this link.
    #[must_use]
    pub fn of(link: &Link) -> Self {
        Self(first(&link.0))
    }
}

/// Number of an account, given by headquarters: issuer's serial × 2^20 + counter.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Encode, Decode)]
#[cbor(transparent)]
pub struct AccountNo(#[n(0)] pub u32);

impl std::fmt::Display for AccountNo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// Number of an event in its log, from 1 on without gaps.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Encode, Decode, Default)]
#[cbor(transparent)]
pub struct Seq(#[n(0)] pub u64);

impl Seq {
    /// The number after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// One log: everything one origin wrote into one stream.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct LogId {
    /// The stream.
    pub stream: StreamId,
    /// The process life that wrote it.
    pub origin: OriginId,
}

/// Position of an event: what replies, acknowledgements and answers point to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Encode, Decode)]
pub struct EventRef {
    /// The stream it lies in.
    #[n(0)]
    pub stream: StreamId,
    /// The process life that wrote it.
    #[n(1)]
    pub origin: OriginId,
    /// Its number in that log.
    #[n(2)]
    pub n: Seq,
}

impl EventRef {
    /// `stream 16 ‖ origin 16 ‖ n u64 BE`: the key of views.
    #[must_use]
    pub fn to_key(self) -> [u8; 40] {
        let mut key = [0; 40];
        let (stream, rest) = key.split_at_mut(16);
        let (origin, n) = rest.split_at_mut(16);
        stream.copy_from_slice(&self.stream.0);
        origin.copy_from_slice(&self.origin.0);
        n.copy_from_slice(&self.n.0.to_be_bytes());
        key
    }

    /// Reads [`EventRef::to_key`] back.
    #[must_use]
    pub fn from_key(key: &[u8]) -> Option<Self> {
        Some(Self {
            stream: StreamId::from_slice(key.get(..16)?)?,
            origin: OriginId::from_slice(key.get(16..32)?)?,
            n: Seq(u64::from_be_bytes(key.get(32..)?.try_into().ok()?)),
        })
    }
}

/// First bytes of a 32-byte hash.
fn first<const N: usize>(hash: &[u8; 32]) -> [u8; N] {
    let mut out = [0; N];
    for (to, from) in out.iter_mut().zip(hash) {
        *to = *from;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_form_comes_back_and_wrong_text_is_named() {
        let id = NodeId([1, 2, 3, 4, 5, 6, 7, 255]);
        assert_eq!(NodeId::parse(&id.to_string()), Ok(id));
        for bad in ["", "AQIDBAUGB", "AQIDBAUGB/8", "AQIDBAUGB_8A", "避難所"] {
            assert!(NodeId::parse(bad).is_err(), "{bad:?} must be refused");
        }
    }

    #[test]
    fn position_keys_come_back() {
        let position =
            EventRef { stream: StreamId([7; 16]), origin: OriginId([9; 16]), n: Seq(258) };
        assert_eq!(EventRef::from_key(&position.to_key()), Some(position));
        assert_eq!(EventRef::from_key(&[0; 39]), None);
    }
}
