//! How a node joins: one request, one answer, both unreadable for whoever carries them.
//!
//! The request is a Noise_IK first message to the key in the ticket: token, own keys, wished name, and a
//! signature that proves the signing key. The answer brings certificates, the root key, a password for the
//! broker and headquarters' addresses, or a refusal in words. Pure functions over bytes: `http` carries
//! them. Not here: whether the token is good, and writing the certificate (`app` and `store`).

use ed25519_dalek::Signer;
use ed25519_dalek::VerifyingKey;
use minicbor::Decode;
use minicbor::Encode;

use crate::domain::ids::ExchangePublic;
use crate::domain::ids::NodeId;
use crate::domain::ids::OrgId;
use crate::domain::ids::Signature;
use crate::domain::ids::SigningPublic;
use crate::domain::org::CertIssue;
use crate::domain::org::Certificate;
use crate::identity::Random;
use crate::identity::certificate::BadCertificate;
use crate::identity::certificate::Trust;
use crate::identity::keys::NodeKeys;
use crate::identity::noise::Initiator;
use crate::identity::noise::NoiseError;
use crate::identity::noise::Responder;
use crate::identity::ticket::Ticket;
use crate::identity::ticket::Token;

/// Largest request or answer in bytes.
pub const JOIN_BYTES_MAX: usize = 64 * 1024;

const PROLOGUE: &[u8] = b"noroshi 1 join";

/// Longest name a node may wish for, in bytes.
const NAME_BYTES_MAX: usize = 200;

/// Why joining did not work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JoinError {
    /// Not for us, not genuine, or damaged on the way.
    #[error(
        "the answer is not from the headquarters of this ticket; check its address, and that nothing between them answers in its place"
    )]
    NotGenuine,
    /// Genuine, but not what this program understands.
    #[error("the other side speaks another version of joining; update noroshi on both nodes")]
    Version,
    /// Headquarters said no.
    #[error("headquarters refused: {text}")]
    Refused {
        /// Stable code.
        code: String,
        /// For the operator, with the remedy.
        text: String,
    },
    /// The root key is not the one on the ticket.
    #[error(
        "the answer's root key is not the one on the ticket; do not use this ticket, print a new one"
    )]
    OtherRoot,
    /// A certificate does not hold.
    #[error(transparent)]
    Certificate(#[from] BadCertificate),
    /// The certificates leave somebody out.
    #[error("the answer lacks the certificate of {0}; ask headquarters to look at its log")]
    Incomplete(&'static str),
    /// Larger than allowed.
    #[error("the message is larger than {JOIN_BYTES_MAX} bytes")]
    TooLarge,
}

impl From<NoiseError> for JoinError {
    fn from(why: NoiseError) -> Self {
        match why {
            NoiseError::TooLarge => Self::TooLarge,
            NoiseError::Refused | NoiseError::Replayed => Self::NotGenuine,
        }
    }
}

/// What a node asks with, as headquarters sees it. Both keys are proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinRequest {
    /// Proof of the invitation.
    pub token: Token,
    /// The node's signing key.
    pub signing: SigningPublic,
    /// The node's session key.
    pub exchange: ExchangePublic,
    /// The name it wishes for; the invitation's name counts.
    pub name: String,
}

/// What a node gets.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct JoinGrant {
    /// `cert.issue` bodies: headquarters' and the new node's.
    #[n(1)]
    pub certificates: Vec<CertIssue>,
    /// The organisation's root key; its fingerprint stands on the ticket.
    #[n(2)]
    pub root: SigningPublic,
    /// Password of the node's mailbox at the broker.
    #[cbor(n(3), with = "minicbor::bytes")]
    pub mailbox_password: [u8; 32],
    /// Headquarters' door for nodes, `host:port`.
    #[n(4)]
    pub mqtt: String,
    /// Name of the organisation.
    #[n(5)]
    pub org_name: String,
}

/// A grant whose certificates were checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joined {
    /// Everything as it came, to be stored.
    pub grant: JoinGrant,
    /// The organisation.
    pub org: OrgId,
    /// This node's certificate.
    pub own: Certificate,
    /// The headquarters that answered.
    pub headquarters: Certificate,
}

#[derive(Encode, Decode)]
#[cbor(map)]
struct WireRequest {
    #[n(0)]
    version: u8,
    #[cbor(n(1), with = "minicbor::bytes")]
    token: [u8; 16],
    #[n(2)]
    signing: SigningPublic,
    #[n(3)]
    name: String,
    #[n(4)]
    proof: Signature,
}

#[derive(Encode, Decode)]
#[cbor(map)]
struct WireAnswer {
    #[n(0)]
    version: u8,
    #[n(1)]
    grant: Option<JoinGrant>,
    #[n(2)]
    code: Option<String>,
    #[n(3)]
    text: Option<String>,
}

const VERSION: u8 = 1;

/// What the signing key signs to prove itself: no other request can reuse it.
fn proof_bytes(token: &[u8; 16], exchange: &ExchangePublic) -> Vec<u8> {
    [b"noroshi 1 join proof".as_slice(), token, &exchange.0].concat()
}

/// The asking node, waiting for its answer.
pub struct Joining {
    noise: Initiator,
    ticket: Ticket,
    node: NodeId,
}

impl Joining {
    /// Makes the request. The same keys may ask again with the same ticket if the answer was lost.
    ///
    /// # Errors
    /// [`JoinError::TooLarge`] for a name without end, [`JoinError::NotGenuine`] for an impossible key.
    pub fn begin(
        ticket: &Ticket,
        keys: &NodeKeys,
        name: &str,
        random: Random<'_>,
    ) -> Result<(Self, Vec<u8>), JoinError> {
        let proof = keys.signing().sign(&proof_bytes(&ticket.token.0, &keys.exchange_public()));
        let request = WireRequest {
            version: VERSION,
            token: ticket.token.0,
            signing: keys.signing_public(),
            name: name.to_owned(),
            proof: Signature(proof.to_bytes()),
        };
        if name.len() > NAME_BYTES_MAX {
            return Err(JoinError::TooLarge);
        }
        let payload = minicbor::to_vec(&request).unwrap_or_default();
        let (noise, message) = Initiator::begin(
            &keys.exchange_secret(),
            &ticket.exchange,
            PROLOGUE,
            &payload,
            random,
        )?;
        Ok((Self { noise, ticket: ticket.clone(), node: keys.node() }, message))
    }

    /// Reads the answer and checks everything that can be checked without trusting the way it came.
    ///
    /// # Errors
    /// [`JoinError`] for the operator.
    pub fn finish(mut self, answer: &[u8]) -> Result<Joined, JoinError> {
        if answer.len() > JOIN_BYTES_MAX {
            return Err(JoinError::TooLarge);
        }
        let payload = self.noise.read_answer(answer)?;
        let answer: WireAnswer =
            minicbor::decode(&payload).map_err(|_not_understood| JoinError::Version)?;
        let Some(grant) = answer.grant else {
            return Err(JoinError::Refused {
                code: answer.code.unwrap_or_default(),
                text: answer.text.unwrap_or_default(),
            });
        };
        if OrgId::of(&grant.root) != self.ticket.org {
            return Err(JoinError::OtherRoot);
        }
        let mut trust = Trust { root: grant.root, headquarters: Vec::new() };
        let certificates = trust.check_all(&grant.certificates)?;
        let named = |node: NodeId, whose| {
            let mut found = certificates.iter().filter(|known| known.node() == node);
            found.next().cloned().ok_or(JoinError::Incomplete(whose))
        };
        let own = named(self.node, "this node")?;
        let headquarters = named(NodeId::of(&self.ticket.signing), "headquarters")?;
        Ok(Joined { org: self.ticket.org, own, headquarters, grant })
    }
}

/// Headquarters, having read a request.
pub struct Asked {
    responder: Responder,
    /// What is asked.
    pub request: JoinRequest,
}

impl Asked {
    /// Opens a request that was made for this headquarters.
    ///
    /// # Errors
    /// [`JoinError::NotGenuine`] when it was made for somebody else or its proof fails.
    pub fn read(keys: &NodeKeys, message: &[u8], random: Random<'_>) -> Result<Self, JoinError> {
        if message.len() > JOIN_BYTES_MAX {
            return Err(JoinError::TooLarge);
        }
        let called = Responder::read(&keys.exchange_secret(), PROLOGUE, message, random)?;
        let wire: WireRequest =
            minicbor::decode(&called.payload).map_err(|_not_understood| JoinError::Version)?;
        if wire.version != VERSION {
            return Err(JoinError::Version);
        }
        let proven = VerifyingKey::from_bytes(&wire.signing.0).is_ok_and(|key| {
            let proof = ed25519_dalek::Signature::from_bytes(&wire.proof.0);
            key.verify_strict(&proof_bytes(&wire.token, &called.remote), &proof).is_ok()
        });
        if !proven || wire.name.len() > NAME_BYTES_MAX {
            return Err(JoinError::NotGenuine);
        }
        let request = JoinRequest {
            token: Token(wire.token),
            signing: wire.signing,
            exchange: called.remote,
            name: wire.name,
        };
        Ok(Self { responder: called.responder, request })
    }

    /// The answer that grants it.
    ///
    /// # Errors
    /// [`JoinError::TooLarge`] when the certificates do not fit.
    pub fn grant(self, grant: JoinGrant) -> Result<Vec<u8>, JoinError> {
        let answer = WireAnswer { version: VERSION, grant: Some(grant), code: None, text: None };
        self.answer(&answer)
    }

    /// The answer that refuses it, with a stable code and a sentence for the operator.
    ///
    /// # Errors
    /// [`JoinError::TooLarge`] for a sentence without end.
    pub fn refuse(self, code: &str, text: &str) -> Result<Vec<u8>, JoinError> {
        let (code, text) = (Some(code.to_owned()), Some(text.to_owned()));
        self.answer(&WireAnswer { version: VERSION, grant: None, code, text })
    }

    fn answer(self, answer: &WireAnswer) -> Result<Vec<u8>, JoinError> {
        let payload = minicbor::to_vec(answer).unwrap_or_default();
        let (message, _session) = self.responder.answer(&payload)?;
        Ok(message)
    }
}
