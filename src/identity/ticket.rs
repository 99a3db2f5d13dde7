//! Tickets: what a person carries to a new node so that it finds and trusts its headquarters.
//!
//! `NRS1.` and base32 of: headquarters' signing key 32 ‖ exchange key 32 ‖ root fingerprint 16 ‖ token 16
//! ‖ length u8 ‖ base address ‖ length u8 ‖ MQTT address ‖ checksum 4. Typed by hand it survives small
//! letters, spaces, line breaks, and 0, 1, 8 for O, I, B. Not here: whether a token is still good.

use data_encoding::BASE32_NOPAD;

use crate::domain::event::chain::derive;
use crate::domain::ids::ExchangePublic;
use crate::domain::ids::OrgId;
use crate::domain::ids::SigningPublic;

const PREFIX: &str = "NRS1.";
const CHECKSUM_BYTES: usize = 4;
const ADDRESS_MAX: usize = 255;

/// A token: proof of having been invited, good once.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Token(pub [u8; 16]);

impl Token {
    /// What headquarters keeps of it.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        derive("noroshi 1 token", &[&self.0])
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(secret)")
    }
}

/// An invitation to one node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// Headquarters' signing key.
    pub signing: SigningPublic,
    /// Headquarters' session key: only its owner can read the request.
    pub exchange: ExchangePublic,
    /// The organisation: fingerprint of its root key.
    pub org: OrgId,
    /// Proof of having been invited.
    pub token: Token,
    /// Where to ask, for instance `http://10.0.0.1:8080`.
    pub base_url: String,
    /// Headquarters' door for nodes, `host:port`.
    pub mqtt: String,
}

/// What is wrong with a ticket, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadTicket {
    /// Something else was pasted.
    #[error(
        "this is not a ticket: it must begin with NRS1. (print a new one with noroshi org invite)"
    )]
    Prefix,
    /// Made by a newer program.
    #[error("this ticket is of version {0:?}: update noroshi on this node")]
    Version(String),
    /// A character that base32 does not have.
    #[error(
        "character {at} of the ticket, {found:?}, cannot be part of it: compare it with the print"
    )]
    Character {
        /// Position after `NRS1.`, from 1, without spaces.
        at: usize,
        /// What stands there.
        found: char,
    },
    /// Something is missing at the end.
    #[error("the ticket is cut short: {chars} characters after NRS1. are too few, copy it whole")]
    Short {
        /// How many there are.
        chars: usize,
    },
    /// A character was mistaken for another.
    #[error(
        "the ticket is mistyped: its checksum does not fit; compare it with the print or scan the code"
    )]
    Checksum,
    /// An address doesn't fit.
    #[error("an address in a ticket may have {ADDRESS_MAX} bytes, {0:?} has more")]
    AddressTooLong(String),
}

impl Ticket {
    /// The ticket as text, about 230 characters of A–Z and 2–7 after `NRS1.`.
    ///
    /// # Errors
    /// [`BadTicket::AddressTooLong`].
    pub fn to_text(&self) -> Result<String, BadTicket> {
        let mut bytes = Vec::new();
        bytes.extend_from_slice(&self.signing.0);
        bytes.extend_from_slice(&self.exchange.0);
        bytes.extend_from_slice(&self.org.0);
        bytes.extend_from_slice(&self.token.0);
        for address in [&self.base_url, &self.mqtt] {
            let length = u8::try_from(address.len())
                .map_err(|_too_long| BadTicket::AddressTooLong(address.clone()))?;
            bytes.push(length);
            bytes.extend_from_slice(address.as_bytes());
        }
        let sum = checksum(&bytes);
        bytes.extend_from_slice(&sum);
        Ok(format!("{PREFIX}{}", BASE32_NOPAD.encode(&bytes)))
    }

    /// Reads what somebody pasted, scanned or typed.
    ///
    /// # Errors
    /// [`BadTicket`] says what to look at.
    pub fn parse(text: &str) -> Result<Self, BadTicket> {
        let typed: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
        let typed = typed.to_ascii_uppercase();
        let Some((version, rest)) = typed.split_once('.') else { return Err(BadTicket::Prefix) };
        if version != "NRS1" {
            let is_other_version = version.starts_with("NRS");
            return Err(if is_other_version {
                BadTicket::Version(version.into())
            } else {
                BadTicket::Prefix
            });
        }
        let letters: String = rest.chars().map(mended).collect();
        if let Some((before, found)) =
            letters.chars().enumerate().find(|(_, c)| !matches!(c, 'A'..='Z' | '2'..='7'))
        {
            return Err(BadTicket::Character { at: before.saturating_add(1), found });
        }
        let short = BadTicket::Short { chars: letters.chars().count() };
        let bytes = BASE32_NOPAD.decode(letters.as_bytes()).map_err(|_odd_length| short.clone())?;
        let Some((fields, sum)) = bytes.split_last_chunk::<CHECKSUM_BYTES>() else {
            return Err(short);
        };
        let read = read(fields);
        match (read, checksum(fields) == *sum) {
            (Some(ticket), true) => Ok(ticket),
            (Some(_), false) => Err(BadTicket::Checksum),
            (None, _) => Err(short),
        }
    }
}

/// Digits that base32 leaves out because they look like letters.
fn mended(typed: char) -> char {
    match typed {
        '0' => 'O',
        '1' => 'I',
        '8' => 'B',
        other => other,
    }
}

fn checksum(fields: &[u8]) -> [u8; CHECKSUM_BYTES] {
    let hash = derive("noroshi 1 ticket", &[fields]);
    hash.first_chunk().copied().unwrap_or_default()
}

fn read(fields: &[u8]) -> Option<Ticket> {
    let (signing, rest) = fields.split_first_chunk::<32>()?;
    let (exchange, rest) = rest.split_first_chunk::<32>()?;
    let (org, rest) = rest.split_first_chunk::<16>()?;
    let (token, rest) = rest.split_first_chunk::<16>()?;
    let (base_url, rest) = read_address(rest)?;
    let (mqtt, rest) = read_address(rest)?;
    rest.is_empty().then_some(Ticket {
        signing: SigningPublic(*signing),
        exchange: ExchangePublic(*exchange),
        org: OrgId(*org),
        token: Token(*token),
        base_url,
        mqtt,
    })
}

fn read_address(bytes: &[u8]) -> Option<(String, &[u8])> {
    let (length, rest) = bytes.split_first()?;
    let (address, rest) = rest.split_at_checked(usize::from(*length))?;
    Some((String::from_utf8_lossy(address).into_owned(), rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ticket() -> Ticket {
        Ticket {
            signing: SigningPublic([1; 32]),
            exchange: ExchangePublic([2; 32]),
            org: OrgId([3; 16]),
            token: Token([4; 16]),
            base_url: "http://192.168.10.1:8080".into(),
            mqtt: "192.168.10.1:18840".into(),
        }
    }

    #[test]
    fn a_ticket_survives_handwriting() {
        let text = ticket().to_text().expect("a ticket");
        assert_eq!(Ticket::parse(&text), Ok(ticket()));
        let by_hand = text.to_ascii_lowercase().replace('o', "0").replace('i', "1");
        let lines: Vec<String> = by_hand
            .as_bytes()
            .chunks(20)
            .map(|line| String::from_utf8_lossy(line).into_owned())
            .collect();
        assert_eq!(Ticket::parse(&lines.join(" - \n")), Ok(ticket()), "typed by hand");
        assert!(!format!("{:?}", ticket()).contains("[4, 4"), "a token never reaches a log");
    }

    #[test]
    fn a_mistake_is_named() {
        let text = ticket().to_text().expect("a ticket");
        let mistyped = if text.ends_with('A') { "B" } else { "A" };
        let swapped =
            format!("{}{mistyped}", text.strip_suffix(|_: char| true).expect("not empty"));
        let table = [
            ("something else", "https://example.org".to_owned(), BadTicket::Prefix),
            ("a later version", text.replace("NRS1", "NRS2"), BadTicket::Version("NRS2".into())),
            (
                "a foreign character",
                text.replacen("NRS1.A", "NRS1.9", 1),
                BadTicket::Character { at: 1, found: '9' },
            ),
            ("one character mistaken", swapped, BadTicket::Checksum),
            ("half of it", text.chars().take(60).collect(), BadTicket::Short { chars: 55 }),
        ];
        for (name, typed, want) in table {
            assert_eq!(Ticket::parse(&typed), Err(want), "{name}: {typed}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "NRS1\\.[A-Z2-7 ]{0,300}|.{0,100}") {
            drop(Ticket::parse(&text));
        }
    }
}
