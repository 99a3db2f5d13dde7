//! A node joins by its ticket: the exchange of two messages as the two sides make and read them.
//! Why here: it goes through keys, certificates, ticket and Noise together, as `join` and the demo do.
//! Not here: the way over HTTP, and the token's single use (the store's transaction).

use ed25519_dalek::SigningKey;

use noroshi::domain::ids::ClientId;
use noroshi::domain::ids::OrgId;
use noroshi::domain::ids::SigningPublic;
use noroshi::domain::org::Certificate;
use noroshi::domain::org::NodeRole;
use noroshi::identity::certificate;
use noroshi::identity::join::Asked;
use noroshi::identity::join::JoinError;
use noroshi::identity::join::JoinGrant;
use noroshi::identity::join::Joining;
use noroshi::identity::keys::NodeKeys;
use noroshi::identity::keys::public_of;
use noroshi::identity::ticket::Ticket;
use noroshi::identity::ticket::Token;

/// A repeatable stand-in for randomness.
fn random(seed: u8) -> impl FnMut(&mut [u8]) {
    let mut state = u64::from(seed).wrapping_add(1);
    move |bytes| {
        for byte in bytes {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            *byte = state.to_be_bytes()[0];
        }
    }
}

/// An organisation with its root and one headquarters.
struct City {
    root: SigningKey,
    hq: NodeKeys,
}

impl City {
    fn new() -> Self {
        let root = SigningKey::from_bytes(&[7; 32]);
        Self { root, hq: NodeKeys::generate(&mut random(1)) }
    }

    fn root_public(&self) -> SigningPublic {
        public_of(&self.root)
    }

    fn ticket(&self) -> Ticket {
        Ticket {
            signing: self.hq.signing_public(),
            exchange: self.hq.exchange_public(),
            org: OrgId::of(&self.root_public()),
            token: Token([9; 16]),
            base_url: "http://127.0.0.1:8080".into(),
            mqtt: "127.0.0.1:18840".into(),
        }
    }

    fn certificate(&self, keys: &NodeKeys, role: NodeRole) -> Certificate {
        let issuer = (role != NodeRole::Headquarters).then(|| self.hq.node());
        Certificate {
            version: certificate::CERTIFICATE_VERSION,
            org: OrgId::of(&self.root_public()),
            signing: keys.signing_public(),
            exchange: keys.exchange_public(),
            role,
            serial: 1,
            name: "第一小学校避難所".into(),
            issuer,
            issued_ms: 0,
        }
    }

    fn grant(&self, node: &NodeKeys) -> JoinGrant {
        let for_hq = self.certificate(&self.hq, NodeRole::Headquarters);
        let for_node = self.certificate(node, NodeRole::Shelter);
        let id = ClientId([0; 12]);
        JoinGrant {
            certificates: vec![
                certificate::issue(self.hq.signing(), &for_node, id),
                certificate::issue(&self.root, &for_hq, id),
            ],
            root: self.root_public(),
            mailbox_password: [5; 32],
            mqtt: "127.0.0.1:18840".into(),
            org_name: "試しの市".into(),
        }
    }
}

#[test]
fn a_shelter_joins_and_knows_whom_to_believe() {
    let (city, shelter) = (City::new(), NodeKeys::generate(&mut random(2)));
    let text = city.ticket().to_text().expect("a ticket");
    let ticket = Ticket::parse(&text).expect("the ticket is read back");
    let (joining, request) =
        Joining::begin(&ticket, &shelter, "第一小学校", &mut random(3)).expect("a request");
    let hidden = |bytes: &[u8], secret: &[u8]| !bytes.windows(secret.len()).any(|w| w == secret);
    assert!(hidden(&request, &[9; 16]), "the token stands in the clear");
    assert!(hidden(&request, "第一小学校".as_bytes()), "the name stands in the clear");

    let asked = Asked::read(&city.hq, &request, &mut random(4)).expect("headquarters reads it");
    assert_eq!(asked.request.token, Token([9; 16]));
    assert_eq!(asked.request.signing, shelter.signing_public());
    assert_eq!(asked.request.exchange, shelter.exchange_public());
    assert_eq!(asked.request.name, "第一小学校");

    let answer = asked.grant(city.grant(&shelter)).expect("an answer");
    assert!(hidden(&answer, &[5; 32]), "the mailbox password stands in the clear");
    let joined = joining.finish(&answer).expect("the shelter believes it");
    assert_eq!(joined.own.node(), shelter.node());
    assert_eq!(joined.headquarters.node(), city.hq.node());
    assert_eq!(joined.grant.org_name, "試しの市");
}

#[test]
fn a_refusal_reaches_the_operator_in_words() {
    let (city, shelter) = (City::new(), NodeKeys::generate(&mut random(2)));
    let (joining, request) =
        Joining::begin(&city.ticket(), &shelter, "x", &mut random(3)).expect("a request");
    let asked = Asked::read(&city.hq, &request, &mut random(4)).expect("headquarters reads it");
    let answer = asked.refuse("token_spent", "this ticket was used before").expect("an answer");
    let refused = joining.finish(&answer).expect_err("it was refused");
    assert_eq!(refused.to_string(), "headquarters refused: this ticket was used before");
}

#[test]
fn whoever_stands_between_learns_nothing_and_changes_nothing() {
    let (city, shelter) = (City::new(), NodeKeys::generate(&mut random(2)));
    let thief = NodeKeys::generate(&mut random(5));
    let begin =
        || Joining::begin(&city.ticket(), &shelter, "x", &mut random(3)).expect("a request");

    let (_, request) = begin();
    assert!(Asked::read(&thief, &request, &mut random(6)).is_err(), "another node opened it");
    let mut changed = request.clone();
    changed[60] ^= 1;
    assert!(Asked::read(&city.hq, &changed, &mut random(6)).is_err(), "a changed request");
    assert!(Asked::read(&city.hq, &[], &mut random(6)).is_err(), "an empty request");

    let (joining, request) = begin();
    let asked = Asked::read(&city.hq, &request, &mut random(6)).expect("headquarters reads it");
    let mut answer = asked.grant(city.grant(&shelter)).expect("an answer");
    answer[60] ^= 1;
    assert_eq!(joining.finish(&answer).expect_err("changed"), JoinError::NotGenuine);

    let table = [
        ("another root", {
            let mut grant = city.grant(&shelter);
            grant.root = thief.signing_public();
            grant
        }),
        ("another node's certificate", city.grant(&thief)),
        ("no headquarters", {
            let mut grant = city.grant(&shelter);
            grant.certificates.pop();
            grant
        }),
    ];
    for (name, grant) in table {
        let (joining, request) = begin();
        let asked = Asked::read(&city.hq, &request, &mut random(6)).expect("headquarters reads it");
        let answer = asked.grant(grant).expect("an answer");
        assert!(joining.finish(&answer).is_err(), "{name} was believed");
    }
}
