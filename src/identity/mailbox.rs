//! Mailboxes: the pseudonym under which a node fetches its packets from a broker.
//!
//! It names nobody: eight characters derived from organisation and node, valid as an MQTT topic level
//! and as a NATS subject.

use data_encoding::BASE64URL_NOPAD;

use crate::domain::event::chain::derive;
use crate::domain::ids::NodeId;
use crate::domain::ids::OrgId;

/// A node's mailbox: also its client id and user name at the broker.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mailbox(String);

impl Mailbox {
    /// The mailbox of this node of this organisation.
    #[must_use]
    pub fn of(org: &OrgId, node: &NodeId) -> Self {
        let hash = derive("noroshi 1 mailbox", &[&org.0, &node.0]);
        Self(BASE64URL_NOPAD.encode(hash.first_chunk::<6>().unwrap_or(&[0; 6])))
    }

    /// Eight characters of base64url.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The topic it reads: `n1/<mailbox>`.
    #[must_use]
    pub fn topic(&self) -> String {
        format!("n1/{}", self.0)
    }
}

/// A mailbox password as MQTT carries it: base64url, since clients want text.
#[must_use]
pub fn password_text(password: &[u8; 32]) -> String {
    BASE64URL_NOPAD.encode(password)
}

/// Reads [`password_text`] back; `None`: nobody's password.
#[must_use]
pub fn password_from_text(text: &[u8]) -> Option<[u8; 32]> {
    BASE64URL_NOPAD.decode(text).ok()?.try_into().ok()
}

impl std::fmt::Display for Mailbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_come_back_from_text() {
        assert_eq!(password_from_text(password_text(&[7; 32]).as_bytes()), Some([7; 32]));
        assert_eq!(password_from_text(b"short"), None);
    }

    #[test]
    fn a_mailbox_is_short_stable_and_fits_topics_and_subjects() {
        let mailbox = Mailbox::of(&OrgId([1; 16]), &NodeId([2; 8]));
        assert_eq!(mailbox.as_str().len(), 8);
        assert_eq!(mailbox.topic(), "n1/TXOaKNZ8", "derived once, for ever");
        let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        assert!(mailbox.as_str().chars().all(fits), "{mailbox} has a character of its own");
        assert_ne!(mailbox, Mailbox::of(&OrgId([9; 16]), &NodeId([2; 8])), "another organisation");
    }
}
