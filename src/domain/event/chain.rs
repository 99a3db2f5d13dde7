//! The chain over erasable bodies, and the one signature that covers a whole run.
//!
//! ```text
//! link_0   = derive("noroshi 1 log",  org 16 ‖ stream 16 ‖ origin 16 ‖ envelope version u8)
//! commit_n = derive("noroshi 1 body", body_n)
//! link_n   = derive("noroshi 1 link", link_{n-1} ‖ n u64 BE ‖ |header| u32 BE ‖ header ‖ commit_n)
//! seal_n   = Ed25519(node key, "noroshi 1 run" ‖ org ‖ stream ‖ origin ‖ n u64 BE ‖ link_n)
//! ```
//! A body can vanish (its commit stays) and every later link still verifies. `derive` is BLAKE3 in
//! key-derivation mode.

use ed25519_dalek::Signer;
use ed25519_dalek::SigningKey;
use ed25519_dalek::VerifyingKey;

use crate::domain::event::ENVELOPE_VERSION;
use crate::domain::ids::Link;
use crate::domain::ids::LogId;
use crate::domain::ids::OrgId;
use crate::domain::ids::Seq;
use crate::domain::ids::Signature;
use crate::domain::ids::SigningPublic;

/// BLAKE3 in key-derivation mode over the parts, one after the other.
#[must_use]
pub fn derive(context: &str, parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key(context);
    for part in parts {
        hasher.update(part);
    }
    *hasher.finalize().as_bytes()
}

/// The link before the first event of a log.
#[must_use]
pub fn first_link(org: &OrgId, log: &LogId) -> Link {
    Link(derive("noroshi 1 log", &[&org.0, &log.stream.0, &log.origin.0, &[ENVELOPE_VERSION]]))
}

/// What stays of a body when it is erased.
#[must_use]
pub fn commit(body: &[u8]) -> [u8; 32] {
    derive("noroshi 1 body", &[body])
}

/// The link after event `n`.
#[must_use]
pub fn next_link(previous: &Link, n: Seq, header: &[u8], commit: &[u8; 32]) -> Link {
    let header_bytes = u32::try_from(header.len()).unwrap_or(u32::MAX);
    Link(derive(
        "noroshi 1 link",
        &[&previous.0, &n.0.to_be_bytes(), &header_bytes.to_be_bytes(), header, commit],
    ))
}

fn sealed_bytes(org: &OrgId, log: &LogId, n: Seq, link: &Link) -> Vec<u8> {
    [b"noroshi 1 run".as_slice(), &org.0, &log.stream.0, &log.origin.0, &n.0.to_be_bytes(), &link.0]
        .concat()
}

/// Signs everything up to and with event `n`.
#[must_use]
pub fn seal(key: &SigningKey, org: &OrgId, log: &LogId, n: Seq, link: &Link) -> Signature {
    Signature(key.sign(&sealed_bytes(org, log, n, link)).to_bytes())
}

/// Is this the node's signature over everything up to and with event `n`?
#[must_use]
pub fn seal_holds(
    key: &SigningPublic,
    org: &OrgId,
    log: &LogId,
    (n, link): (Seq, &Link),
    seal: &Signature,
) -> bool {
    VerifyingKey::from_bytes(&key.0).is_ok_and(|key| {
        let signature = ed25519_dalek::Signature::from_bytes(&seal.0);
        key.verify_strict(&sealed_bytes(org, log, n, link), &signature).is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::OriginId;
    use crate::domain::ids::StreamId;

    /// Golden bytes of the chain: fixed inputs, fixed outputs, for ever.
    #[test]
    fn golden_chain() {
        let (org, log) =
            (OrgId([1; 16]), LogId { stream: StreamId([2; 16]), origin: OriginId([3; 16]) });
        let start = first_link(&org, &log);
        let body = [0xa1, 0x00, 0x4c, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
        let link = next_link(&start, Seq(1), &[0xa2, 1, 6, 2, 1], &commit(&body));
        let key = SigningKey::from_bytes(&[5; 32]);
        let seal = seal(&key, &org, &log, Seq(1), &link);
        let hex = |bytes: &[u8]| data_encoding::HEXLOWER.encode(bytes);
        assert_eq!(hex(&start.0), GOLDEN[0], "link_0");
        assert_eq!(hex(&commit(&body)), GOLDEN[1], "commit_1");
        assert_eq!(hex(&link.0), GOLDEN[2], "link_1");
        assert_eq!(hex(&seal.0), GOLDEN[3], "seal_1");
        let public = SigningPublic(key.verifying_key().to_bytes());
        assert!(seal_holds(&public, &org, &log, (Seq(1), &link), &seal));
        assert!(!seal_holds(&public, &org, &log, (Seq(2), &link), &seal), "another number");
        let elsewhere = LogId { stream: StreamId([9; 16]), ..log };
        assert!(!seal_holds(&public, &org, &elsewhere, (Seq(1), &link), &seal), "another stream");
    }

    const GOLDEN: [&str; 4] = [
        "4b58fafa57cb4d6720edc47b5b4c1da561c373dbbb8667960f1c5ccf0a6ae9b1",
        "530e0627ebadac65812c21c7460a56c9a4c140fa8854fda60019d4e755331fc9",
        "edca97a7716c9dc446470a8ef611328c05a9ba50906b9f3de4b1a641e5e25bd6",
        "d75b780649358382c4e57b513c83cc0b2c5667d971d6f10487f29349c261f23770eabdfc93e4c0e2ef470c1d20def83d2d222af9524f41e77fd732cce159f20f",
    ];
}
