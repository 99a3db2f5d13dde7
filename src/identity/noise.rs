//! Noise_IK_25519_ChaChaPoly_BLAKE2s: two nodes that know each other's keys make a session.
//!
//! One message there, one back, each with a payload; then packets with explicit nonces, so that a lost one
//! harms no other. The ephemeral key is drawn by a function that is handed in.
//! Not here: who may shake hands (whoever calls looks at the certificate), retries, what is said.

use snow::Builder;
use snow::HandshakeState;
use snow::StatelessTransportState;
use snow::params::CipherChoice;
use snow::params::DHChoice;
use snow::params::HashChoice;
use snow::params::NoiseParams;
use snow::resolvers::CryptoResolver;
use snow::resolvers::DefaultResolver;
use snow::resolvers::FallbackResolver;
use snow::types::Cipher;
use snow::types::Dh;
use snow::types::Hash;
use snow::types::Random as SnowRandom;

use crate::domain::ids::ExchangePublic;
use crate::identity::Random;
use crate::identity::draw;
use crate::identity::packet::ReplayWindow;

const PATTERN: &str = "Noise_IK_25519_ChaChaPoly_BLAKE2s";

/// Largest message that Noise knows.
const MESSAGE_MAX: usize = 65_535;

/// Why a handshake or a packet is not believed. One sentence for all: a forger learns nothing more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoiseError {
    /// Not made by who it claims, or damaged.
    #[error("packet refused: it was not made for this node by a key it may be made with")]
    Refused,
    /// Came before, or too late to tell.
    #[error("packet refused: it came before")]
    Replayed,
    /// Larger than a message can be.
    #[error("message too large: a handshake carries at most 65,000 bytes")]
    TooLarge,
}

impl From<snow::Error> for NoiseError {
    fn from(_why: snow::Error) -> Self {
        Self::Refused
    }
}

/// Gives snow the one ephemeral key that was drawn for this handshake.
struct Drawn([u8; 32]);

impl SnowRandom for Drawn {
    fn try_fill_bytes(&mut self, dest: &mut [u8]) -> Result<(), snow::Error> {
        if dest.len() != self.0.len() {
            return Err(snow::Error::Rng);
        }
        dest.copy_from_slice(&self.0);
        Ok(())
    }
}

struct Resolver([u8; 32]);

impl CryptoResolver for Resolver {
    fn resolve_rng(&self) -> Option<Box<dyn SnowRandom>> {
        Some(Box::new(Drawn(self.0)))
    }

    fn resolve_dh(&self, _choice: &DHChoice) -> Option<Box<dyn Dh>> {
        None
    }

    fn resolve_hash(&self, _choice: &HashChoice) -> Option<Box<dyn Hash>> {
        None
    }

    fn resolve_cipher(&self, _choice: &CipherChoice) -> Option<Box<dyn Cipher>> {
        None
    }
}

fn builder<'a>(
    secret: &'a [u8; 32],
    prologue: &'a [u8],
    random: Random<'_>,
) -> Result<Builder<'a>, NoiseError> {
    let params: NoiseParams = PATTERN.parse()?;
    let resolver =
        FallbackResolver::new(Box::new(Resolver(draw(random))), Box::new(DefaultResolver));
    let builder = Builder::with_resolver(params, Box::new(resolver));
    Ok(builder.local_private_key(secret)?.prologue(prologue)?)
}

fn write(state: &mut HandshakeState, payload: &[u8]) -> Result<Vec<u8>, NoiseError> {
    let mut message = vec![0; payload.len().saturating_add(256)];
    if message.len() > MESSAGE_MAX {
        return Err(NoiseError::TooLarge);
    }
    let bytes = state.write_message(payload, &mut message)?;
    message.truncate(bytes);
    Ok(message)
}

fn read(state: &mut HandshakeState, message: &[u8]) -> Result<Vec<u8>, NoiseError> {
    let mut payload = vec![0; message.len()];
    let bytes = state.read_message(message, &mut payload)?;
    payload.truncate(bytes);
    Ok(payload)
}

/// The side that began and waits for the answer.
pub struct Initiator(HandshakeState);

impl Initiator {
    /// Makes the first message, readable by the owner of `remote` alone. `prologue`: both must say the
    /// same, or nothing opens.
    ///
    /// # Errors
    /// [`NoiseError::TooLarge`], or [`NoiseError::Refused`] for an impossible key.
    pub fn begin(
        secret: &[u8; 32],
        remote: &ExchangePublic,
        prologue: &[u8],
        payload: &[u8],
        random: Random<'_>,
    ) -> Result<(Self, Vec<u8>), NoiseError> {
        let mut state =
            builder(secret, prologue, random)?.remote_public_key(&remote.0)?.build_initiator()?;
        let message = write(&mut state, payload)?;
        Ok((Self(state), message))
    }

    /// Opens the answer. A forged one changes nothing: the true one may still come.
    ///
    /// # Errors
    /// [`NoiseError::Refused`].
    pub fn read_answer(&mut self, message: &[u8]) -> Result<Vec<u8>, NoiseError> {
        read(&mut self.0, message)
    }

    /// The session, after the answer was read.
    ///
    /// # Errors
    /// [`NoiseError::Refused`] before that.
    pub fn into_session(self) -> Result<Transport, NoiseError> {
        Transport::new(self.0)
    }
}

/// The side that was called.
pub struct Responder(HandshakeState);

/// What came with a first message.
pub struct Called {
    /// To answer it with.
    pub responder: Responder,
    /// What it carried.
    pub payload: Vec<u8>,
    /// Whose key made it: whether that key is welcome is the caller's question.
    pub remote: ExchangePublic,
}

impl Responder {
    /// Opens a first message that was made for this node.
    ///
    /// # Errors
    /// [`NoiseError::Refused`].
    pub fn read(
        secret: &[u8; 32],
        prologue: &[u8],
        message: &[u8],
        random: Random<'_>,
    ) -> Result<Called, NoiseError> {
        let mut state = builder(secret, prologue, random)?.build_responder()?;
        let payload = read(&mut state, message)?;
        let remote = state
            .get_remote_static()
            .and_then(ExchangePublic::from_slice)
            .ok_or(NoiseError::Refused)?;
        Ok(Called { responder: Self(state), payload, remote })
    }

    /// Makes the second message and the session.
    ///
    /// # Errors
    /// [`NoiseError::TooLarge`].
    pub fn answer(mut self, payload: &[u8]) -> Result<(Vec<u8>, Transport), NoiseError> {
        let message = write(&mut self.0, payload)?;
        Ok((message, Transport::new(self.0)?))
    }
}

/// An open session: seals and opens packets, each under a nonce of its own.
pub struct Transport {
    state: StatelessTransportState,
    window: ReplayWindow,
}

impl Transport {
    fn new(state: HandshakeState) -> Result<Self, NoiseError> {
        let state = state.into_stateless_transport_mode()?;
        Ok(Self { state, window: ReplayWindow::default() })
    }

    /// Encrypts under a nonce that must never be used twice.
    ///
    /// # Errors
    /// [`NoiseError::Refused`] when the plain text is larger than Noise allows.
    pub fn seal(&self, nonce: u64, plain: &[u8]) -> Result<Vec<u8>, NoiseError> {
        let mut sealed = vec![0; plain.len().saturating_add(16)];
        let bytes = self.state.write_message(nonce, plain, &mut sealed)?;
        sealed.truncate(bytes);
        Ok(sealed)
    }

    /// Decrypts a packet by the low 24 bits of its nonce; gives the whole nonce and the plain text.
    ///
    /// # Errors
    /// [`NoiseError::Replayed`] when it came before or is too old, [`NoiseError::Refused`] when forged.
    pub fn open(&mut self, low: u32, sealed: &[u8]) -> Result<(u64, Vec<u8>), NoiseError> {
        let nonce = self.window.nonce(low);
        if !self.window.is_fresh(nonce) {
            return Err(NoiseError::Replayed);
        }
        let mut plain = vec![0; sealed.len()];
        let bytes = self.state.read_message(nonce, sealed, &mut plain)?;
        plain.truncate(bytes);
        self.window.take(nonce);
        Ok((nonce, plain))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::keys::NodeKeys;

    fn random(start: u8) -> impl FnMut(&mut [u8]) {
        let mut next = start;
        move |bytes| {
            for byte in bytes {
                next = next.wrapping_mul(31).wrapping_add(7);
                *byte = next;
            }
        }
    }

    fn session() -> (Transport, Transport, NodeKeys, NodeKeys) {
        let (a, b) = (NodeKeys::generate(&mut random(1)), NodeKeys::generate(&mut random(2)));
        let (mut begun, message) = Initiator::begin(
            &a.exchange_secret(),
            &b.exchange_public(),
            b"org",
            b"hello",
            &mut random(3),
        )
        .expect("a first message");
        assert_eq!(message.len(), 96 + 5, "the size the design counts with");
        let called = Responder::read(&b.exchange_secret(), b"org", &message, &mut random(4))
            .expect("the called side opens it");
        assert_eq!(called.payload, b"hello");
        assert_eq!(called.remote, a.exchange_public(), "and knows who calls");
        let (answer, theirs) = called.responder.answer(b"welcome").expect("an answer");
        assert_eq!(answer.len(), 48 + 7);
        assert!(begun.read_answer(&[0; 55]).is_err(), "a forged answer is refused");
        assert_eq!(begun.read_answer(&answer).as_deref(), Ok(b"welcome".as_slice()));
        (begun.into_session().expect("a session"), theirs, a, b)
    }

    #[test]
    fn packets_open_in_any_order_and_once() {
        let (ours, mut theirs, _, _) = session();
        let sealed: Vec<_> =
            (0..3u8).map(|n| ours.seal(u64::from(n), &[n]).expect("sealed")).collect();
        assert_eq!(theirs.open(2, &sealed[2]), Ok((2, vec![2])), "a gap harms nobody");
        assert_eq!(theirs.open(0, &sealed[0]), Ok((0, vec![0])));
        assert_eq!(theirs.open(0, &sealed[0]), Err(NoiseError::Replayed), "a repeated packet");
        assert_eq!(theirs.open(1, &sealed[0]), Err(NoiseError::Refused), "under another number");
        let mut forged = sealed[1].clone();
        forged[0] ^= 1;
        assert_eq!(theirs.open(1, &forged), Err(NoiseError::Refused), "one bit changed");
        assert_eq!(theirs.open(1, &sealed[1]), Ok((1, vec![1])), "the true one still opens");
    }

    #[test]
    fn another_organisation_and_another_receiver_cannot_open_a_call() {
        let (_, _, a, b) = session();
        let (_, message) = Initiator::begin(
            &a.exchange_secret(),
            &b.exchange_public(),
            b"org",
            b"",
            &mut random(3),
        )
        .expect("a first message");
        for (name, secret, prologue) in [
            ("another organisation", b.exchange_secret(), b"orh".as_slice()),
            ("another receiver", a.exchange_secret(), b"org".as_slice()),
        ] {
            let read = Responder::read(&secret, prologue, &message, &mut random(5));
            assert!(read.is_err(), "{name} opened the call");
        }
    }
}
