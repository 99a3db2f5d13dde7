//! Certificates: the root vouches for headquarters, headquarters vouches for everybody else.
//!
//! Signed bytes are kept as they came; nobody encodes a certificate a second time. No expiry: a box
//! that wakes in 1970 must not refuse its headquarters. Not here: revocation (an event of its own).

use ed25519_dalek::Signer;
use ed25519_dalek::SigningKey;
use ed25519_dalek::VerifyingKey;

use crate::domain::ids::ClientId;
use crate::domain::ids::NodeId;
use crate::domain::ids::OrgId;
use crate::domain::ids::Signature;
use crate::domain::ids::SigningPublic;
use crate::domain::org::CertIssue;
use crate::domain::org::Certificate;
use crate::domain::org::NodeRole;

/// What stands before the certificate's bytes when they are signed.
const CONTEXT: &[u8] = b"noroshi 1 certificate";

/// The version this program writes and understands.
pub const CERTIFICATE_VERSION: u8 = 1;

/// Why a certificate counts for nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadCertificate {
    /// Not a certificate at all.
    #[error("bad_certificate: the bytes are not a certificate")]
    Encoding,
    /// Made by a newer program.
    #[error("bad_certificate: version {0} is newer than this program; update noroshi on this node")]
    Version(u8),
    /// Of somebody else's organisation.
    #[error("bad_certificate: it belongs to organisation {0}, not to ours")]
    Organisation(OrgId),
    /// Nobody known signed it.
    #[error("bad_certificate: its issuer {0} is not a headquarters known here")]
    Issuer(NodeId),
    /// Only the root makes headquarters, and it makes nothing else.
    #[error(
        "bad_certificate: headquarters are certified by the root, all other nodes by headquarters"
    )]
    Role,
    /// The signature is not the issuer's.
    #[error("bad_certificate: its signature is not its issuer's")]
    Signature,
}

/// Signs a certificate: with the root key if it is for headquarters, else with a headquarters' key.
#[must_use]
pub fn issue(issuer: &SigningKey, certificate: &Certificate, client_id: ClientId) -> CertIssue {
    let bytes = minicbor::to_vec(certificate).unwrap_or_default();
    let signature = issuer.sign(&[CONTEXT, &bytes].concat());
    CertIssue { client_id, certificate: bytes, signature: Signature(signature.to_bytes()) }
}

/// Whom a node believes: the organisation's root, and headquarters that the root has certified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trust {
    /// The organisation's root key.
    pub root: SigningPublic,
    /// Certificates of headquarters, checked before.
    pub headquarters: Vec<Certificate>,
}

impl Trust {
    /// The certificate in it, if somebody we believe has signed it.
    ///
    /// # Errors
    /// [`BadCertificate`] says what is wrong with it.
    pub fn check(&self, issue: &CertIssue) -> Result<Certificate, BadCertificate> {
        let certificate: Certificate = minicbor::decode(&issue.certificate)
            .map_err(|_not_a_certificate| BadCertificate::Encoding)?;
        if certificate.version != CERTIFICATE_VERSION {
            return Err(BadCertificate::Version(certificate.version));
        }
        if certificate.org != OrgId::of(&self.root) {
            return Err(BadCertificate::Organisation(certificate.org));
        }
        let is_headquarters = certificate.role == NodeRole::Headquarters;
        if is_headquarters != certificate.issuer.is_none() {
            return Err(BadCertificate::Role);
        }
        let signer = match certificate.issuer {
            None => self.root,
            Some(node) => self
                .headquarters
                .iter()
                .find(|known| known.node() == node && known.role == NodeRole::Headquarters)
                .map(|known| known.signing)
                .ok_or(BadCertificate::Issuer(node))?,
        };
        if is_signed(&signer, &issue.certificate, &issue.signature) {
            Ok(certificate)
        } else {
            Err(BadCertificate::Signature)
        }
    }

    /// Checks certificates in any order, headquarters first, and believes each that fits.
    ///
    /// # Errors
    /// [`BadCertificate`] of the first that does not fit.
    pub fn check_all(&mut self, issues: &[CertIssue]) -> Result<Vec<Certificate>, BadCertificate> {
        for issue in issues {
            if let Ok(certificate) = self.check(issue)
                && certificate.role == NodeRole::Headquarters
                && !self.headquarters.contains(&certificate)
            {
                self.headquarters.push(certificate);
            }
        }
        issues.iter().map(|issue| self.check(issue)).collect()
    }
}

fn is_signed(signer: &SigningPublic, bytes: &[u8], signature: &Signature) -> bool {
    VerifyingKey::from_bytes(&signer.0).is_ok_and(|key| {
        let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
        key.verify_strict(&[CONTEXT, bytes].concat(), &signature).is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::ExchangePublic;
    use crate::identity::keys::public_of;

    fn certificate(key: &SigningKey, role: NodeRole, issuer: Option<NodeId>) -> Certificate {
        Certificate {
            version: CERTIFICATE_VERSION,
            org: OrgId::of(&public_of(&root())),
            signing: public_of(key),
            exchange: ExchangePublic([3; 32]),
            role,
            serial: 1,
            name: "災害対策本部".into(),
            issuer,
            issued_ms: 0,
        }
    }

    fn root() -> SigningKey {
        SigningKey::from_bytes(&[1; 32])
    }

    fn sign(key: &SigningKey, certificate: &Certificate) -> CertIssue {
        issue(key, certificate, ClientId([0; 12]))
    }

    #[test]
    fn the_chain_goes_from_the_root_over_headquarters_to_the_node() {
        let (hq, shelter) = (SigningKey::from_bytes(&[2; 32]), SigningKey::from_bytes(&[3; 32]));
        let hq_node = NodeId::of(&public_of(&hq));
        let for_hq = sign(&root(), &certificate(&hq, NodeRole::Headquarters, None));
        let for_shelter = sign(&hq, &certificate(&shelter, NodeRole::Shelter, Some(hq_node)));
        let mut trust = Trust { root: public_of(&root()), headquarters: Vec::new() };
        assert_eq!(trust.check(&for_shelter), Err(BadCertificate::Issuer(hq_node)));
        let all = trust.check_all(&[for_shelter.clone(), for_hq]).expect("the chain holds");
        assert_eq!(all.len(), 2);
        assert_eq!(trust.check(&for_shelter).map(|known| known.signing), Ok(public_of(&shelter)));
    }

    #[test]
    fn what_a_thief_could_try_is_refused() {
        let (hq, shelter) = (SigningKey::from_bytes(&[2; 32]), SigningKey::from_bytes(&[3; 32]));
        let (hq_node, thief) = (NodeId::of(&public_of(&hq)), NodeId::of(&public_of(&shelter)));
        let mut trust = Trust { root: public_of(&root()), headquarters: Vec::new() };
        let for_hq = sign(&root(), &certificate(&hq, NodeRole::Headquarters, None));
        trust.check_all(std::slice::from_ref(&for_hq)).expect("headquarters is known");

        let mut other_org = certificate(&shelter, NodeRole::Shelter, Some(hq_node));
        other_org.org = OrgId([9; 16]);
        let mut newer = certificate(&shelter, NodeRole::Shelter, Some(hq_node));
        newer.version = 2;
        let mut changed = sign(&hq, &certificate(&shelter, NodeRole::Shelter, Some(hq_node)));
        if let Some(last) = changed.certificate.last_mut() {
            *last ^= 1;
        }
        let table = [
            (
                "signed by itself as headquarters",
                sign(&shelter, &certificate(&shelter, NodeRole::Headquarters, None)),
                BadCertificate::Signature,
            ),
            (
                "headquarters made by headquarters",
                sign(&hq, &certificate(&shelter, NodeRole::Headquarters, Some(hq_node))),
                BadCertificate::Role,
            ),
            (
                "a shelter that issues",
                sign(&shelter, &certificate(&shelter, NodeRole::Shelter, Some(thief))),
                BadCertificate::Issuer(thief),
            ),
            (
                "in headquarters' name",
                sign(&shelter, &certificate(&shelter, NodeRole::Shelter, Some(hq_node))),
                BadCertificate::Signature,
            ),
            (
                "another organisation",
                sign(&hq, &other_org),
                BadCertificate::Organisation(OrgId([9; 16])),
            ),
            ("a newer version", sign(&hq, &newer), BadCertificate::Version(2)),
            ("changed afterwards", changed, BadCertificate::Signature),
            (
                "no certificate",
                CertIssue { certificate: vec![1, 2], ..for_hq },
                BadCertificate::Encoding,
            ),
        ];
        for (name, issue, want) in table {
            assert_eq!(trust.check(&issue), Err(want), "{name}");
        }
    }
}
