//! Runs: consecutive events of one log, and the check that a received run fits and is signed.

use crate::domain::event::EVENT_BYTES_MAX;
use crate::domain::event::chain;
use crate::domain::event::codec;
use crate::domain::event::codec::BadEncoding;
use crate::domain::event::header::Header;
use crate::domain::ids::Link;
use crate::domain::ids::LogId;
use crate::domain::ids::OrgId;
use crate::domain::ids::Seq;
use crate::domain::ids::Signature;
use crate::domain::ids::SigningPublic;

/// An event's two byte strings as they travel and lie on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawEvent {
    /// CBOR map, see [`Header`].
    pub header: Vec<u8>,
    /// CBOR map of the kind; key 0 is the client id.
    pub body: Vec<u8>,
}

/// Consecutive events of one log with the seal over the last of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Which log.
    pub log: LogId,
    /// Number of the first event.
    pub first: Seq,
    /// The events, at least one.
    pub events: Vec<RawEvent>,
    /// The writing node's signature over the last link.
    pub seal: Signature,
}

/// An event that passed [`check`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// Its number.
    pub n: Seq,
    /// The chain value after it.
    pub link: Link,
    /// What its header says.
    pub header: Header,
}

/// Why a run is not taken. Nothing of it is stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RunRefused {
    /// The bytes are not the one allowed spelling.
    #[error("bad_encoding: {0}")]
    Encoding(#[from] BadEncoding),
    /// Larger than any event may be.
    #[error("too_large: event {n:?} has {bytes} bytes, {EVENT_BYTES_MAX} are allowed")]
    TooLarge {
        /// Its number.
        n: Seq,
        /// Header and body.
        bytes: usize,
    },
    /// The seal is not the node's signature over this chain.
    #[error("bad_seal: the signature after event {0:?} does not fit its chain")]
    Seal(Seq),
    /// A run without events.
    #[error("empty_run: a run holds at least one event")]
    Empty,
}

impl Run {
    /// Number of the last event.
    #[must_use]
    pub fn last(&self) -> Seq {
        Seq(self.first.0.saturating_add(self.events.len() as u64).saturating_sub(1))
    }
}

/// Recomputes the chain from `previous` (the link before `run.first`), checks every byte string and the
/// seal. What comes back may be committed; who may write what is `access`'s question.
///
/// # Errors
/// [`RunRefused`] says why nothing of the run may be stored.
pub fn check(
    org: &OrgId,
    writer: &SigningPublic,
    previous: &Link,
    run: &Run,
) -> Result<Vec<Checked>, RunRefused> {
    let (mut link, mut n) = (*previous, run.first);
    let mut checked = Vec::with_capacity(run.events.len());
    for event in &run.events {
        let bytes = event.header.len().saturating_add(event.body.len());
        if bytes > EVENT_BYTES_MAX {
            return Err(RunRefused::TooLarge { n, bytes });
        }
        let header = Header::decode(&event.header, &run.log)?;
        codec::check_map(&event.body)?;
        link = chain::next_link(&link, n, &event.header, &chain::commit(&event.body));
        checked.push(Checked { n, link, header });
        n = n.next();
    }
    let Some(last) = checked.last() else { return Err(RunRefused::Empty) };
    if chain::seal_holds(writer, org, &run.log, (last.n, &last.link), &run.seal) {
        Ok(checked)
    } else {
        Err(RunRefused::Seal(last.n))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::hlc::Stamp;
    use crate::domain::ids::OriginId;
    use crate::domain::ids::StreamId;
    use ed25519_dalek::SigningKey;

    fn run(key: &SigningKey, org: &OrgId) -> (Link, Run) {
        let log = LogId { stream: StreamId([1; 16]), origin: OriginId([2; 16]) };
        let start = chain::first_link(org, &log);
        let (mut link, mut n, mut events) = (start, Seq(0), Vec::new());
        for time_ms in [10, 11, 12] {
            let header = Header {
                kind: 6,
                stamp: Stamp { time_ms, counter: 0 },
                author: None,
                parent: None,
                must: false,
            };
            n = n.next();
            let event = RawEvent { header: header.encode(&log), body: vec![0xa1, 1, 6] };
            link = chain::next_link(&link, n, &event.header, &chain::commit(&event.body));
            events.push(event);
        }
        (start, Run { log, first: Seq(1), events, seal: chain::seal(key, org, &log, n, &link) })
    }

    #[test]
    fn a_run_is_taken_whole_or_not_at_all() {
        let (org, key) = (OrgId([7; 16]), SigningKey::from_bytes(&[1; 32]));
        let public = SigningPublic(key.verifying_key().to_bytes());
        let (start, good) = run(&key, &org);
        assert_eq!(check(&org, &public, &start, &good).map(|events| events.len()), Ok(3));

        let mut changed = good.clone();
        changed.events[1].body = vec![0xa1, 1, 7];
        assert_eq!(check(&org, &public, &start, &changed), Err(RunRefused::Seal(Seq(3))));
        let mut swapped = good.clone();
        swapped.events.swap(0, 1);
        assert_eq!(check(&org, &public, &start, &swapped), Err(RunRefused::Seal(Seq(3))));
        let mut dropped = good.clone();
        dropped.events.pop();
        assert_eq!(check(&org, &public, &start, &dropped), Err(RunRefused::Seal(Seq(2))));
        let stranger = SigningPublic(SigningKey::from_bytes(&[2; 32]).verifying_key().to_bytes());
        assert_eq!(check(&org, &stranger, &start, &good), Err(RunRefused::Seal(Seq(3))));
        let mut large = good.clone();
        large.events[0].body = vec![0; EVENT_BYTES_MAX];
        assert!(matches!(check(&org, &public, &start, &large), Err(RunRefused::TooLarge { .. })));
        let mut empty = good;
        empty.events.clear();
        assert_eq!(check(&org, &public, &start, &empty), Err(RunRefused::Empty));
    }
}
