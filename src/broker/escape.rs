//! How an empty message passes the router, which takes *every* empty one as the order to forget what
//! is retained, while the standard means those with the retain flag only.
//! So an empty one without the flag travels as a single zero, and what begins with a zero gets
//! another. Not here: anything else about payloads; nobody looks into them.

use bytes::Buf;
use bytes::Bytes;

/// As it travels inside the router.
pub(super) fn escaped(payload: Bytes, retain: bool) -> Bytes {
    match payload.first() {
        None if retain => payload,
        None => Bytes::from_static(&[0]),
        Some(0) => [&[0], &payload[..]].concat().into(),
        Some(_) => payload,
    }
}

/// The reverse of [`escaped`].
pub(super) fn restored(mut payload: Bytes) -> Bytes {
    if payload.first() == Some(&0) {
        payload.advance(1);
    }
    payload
}

#[cfg(test)]
mod tests {
    use super::escaped;
    use super::restored;
    use bytes::Bytes;

    #[test]
    fn payloads_survive_the_router() {
        for payload in [&b""[..], b"\0", b"\0\0", b"\0a", b"a", b"a\0"] {
            for retain in [false, true] {
                let inside = escaped(Bytes::from_static(payload), retain);
                assert_eq!(
                    inside.is_empty(),
                    payload.is_empty() && retain,
                    "{payload:?}: empty inside means: forget what is retained"
                );
                assert_eq!(restored(inside), payload, "retain {retain}");
            }
        }
    }
}
