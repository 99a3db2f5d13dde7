//! Builders for the stories that tests tell: a headquarters and shelters with stores, certificates, accounts.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::sync::atomic::Ordering;

use ed25519_dalek::SigningKey;
use noroshi::clock::Clock;
use noroshi::domain::event::kind::Kind;
use noroshi::domain::ids::AccountNo;
use noroshi::domain::ids::ClientId;
use noroshi::domain::ids::ExchangePublic;
use noroshi::domain::ids::NodeId;
use noroshi::domain::ids::OrgId;
use noroshi::domain::ids::SigningPublic;
use noroshi::domain::org::AccountPut;
use noroshi::domain::org::CertIssue;
use noroshi::domain::org::Certificate;
use noroshi::domain::org::NodeRole;
use noroshi::domain::org::Role;
use noroshi::domain::stream::Class;
use noroshi::domain::stream::Stream;
use noroshi::store::Draft;
use noroshi::store::OpenOptions;
use noroshi::store::Store;
use noroshi::store::Who;
use noroshi::store::Writership;
use noroshi::store::error::StoreError;
use tempfile::TempDir;

/// 2026-11-24T00:00:00Z.
pub const NOW_MS: i64 = 1_795_478_400_000;

/// A clock that only tests move.
#[derive(Debug)]
pub struct HandClock(AtomicI64);

impl HandClock {
    pub fn shared() -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(0)))
    }

    pub fn forward(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }
}

impl Clock for HandClock {
    fn wall_ms(&self) -> i64 {
        NOW_MS + self.0.load(Ordering::SeqCst)
    }

    fn steady_ms(&self) -> u64 {
        u64::try_from(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

/// One node's identity; `number` makes it different from the others.
pub struct Identity {
    pub key: SigningKey,
    pub node: NodeId,
    pub role: NodeRole,
    pub issue: Vec<u8>,
}

pub struct Town {
    pub org: OrgId,
    pub clock: Arc<HandClock>,
    pub hq: Identity,
    pub shelters: Vec<Identity>,
    lives: std::cell::Cell<u8>,
}

pub fn client(number: u64) -> ClientId {
    let mut id = [0; 12];
    id[4..].copy_from_slice(&number.to_be_bytes());
    ClientId(id)
}

fn identity(org: OrgId, issuer: &SigningKey, number: u8, role: NodeRole) -> Identity {
    let key = SigningKey::from_bytes(&[number; 32]);
    let signing = SigningPublic(key.verifying_key().to_bytes());
    let certificate = Certificate {
        version: 1,
        org,
        signing,
        exchange: ExchangePublic([number; 32]),
        role,
        serial: u32::from(number),
        name: format!("第{number}避難所"),
        issuer: None,
        issued_ms: 0,
    };
    let bytes = minicbor::to_vec(&certificate).unwrap();
    let signed = [b"noroshi 1 certificate".as_slice(), &bytes].concat();
    let signature =
        noroshi::domain::ids::Signature(ed25519_dalek::Signer::sign(issuer, &signed).to_bytes());
    let issue = CertIssue { client_id: client(u64::from(number)), certificate: bytes, signature };
    Identity { node: NodeId::of(&signing), key, role, issue: minicbor::to_vec(&issue).unwrap() }
}

impl Town {
    pub fn new(shelters: u8) -> Self {
        let root = SigningKey::from_bytes(&[200; 32]);
        let org = OrgId::of(&SigningPublic(root.verifying_key().to_bytes()));
        let hq = identity(org, &root, 1, NodeRole::Headquarters);
        let shelters =
            (0..shelters).map(|n| identity(org, &hq.key, n + 2, NodeRole::Shelter)).collect();
        Self { org, clock: HandClock::shared(), hq, shelters, lives: std::cell::Cell::new(0) }
    }

    /// Opens a node's store; every call is another process life.
    pub fn open(&self, who: &Identity, dir: &TempDir) -> Store {
        self.lives.set(self.lives.get() + 1);
        let mut random = [self.lives.get(); 36];
        random[16..24].copy_from_slice(&who.node.0);
        let options = OpenOptions {
            writership: Writership {
                who: Who { org: self.org, node: who.node, role: who.role },
                key: who.key.clone(),
            },
            clock: self.clock.clone(),
            clock_trusted: who.role == NodeRole::Headquarters,
            random,
        };
        Store::open(dir.path(), options).unwrap()
    }

    /// Writes certificates and three accounts per shelter (numbers 11, 12, 13; 21 …), a publisher (1),
    /// a field officer who may log in at every shelter (91).
    pub async fn found(&self, hq: &Store) {
        let mut drafts = Vec::new();
        let nodes = std::iter::once(&self.hq).chain(&self.shelters);
        for node in nodes {
            let issue: CertIssue = minicbor::decode(&node.issue).unwrap();
            drafts.push(Draft::new(Stream::org(), Kind::CertIssue, None, issue.client_id, &issue));
        }
        let mut put = |account: u32, role, nodes: Vec<NodeId>| {
            let body = AccountPut {
                client_id: client(1_000 + u64::from(account)),
                account: AccountNo(account),
                login: format!("login-{account}"),
                name: format!("受付{account}"),
                role,
                nodes,
                responsible: account % 10 == 2,
            };
            drafts.push(Draft::new(Stream::org(), Kind::AccountPut, None, body.client_id, &body));
        };
        put(1, Role::Publisher, vec![self.hq.node]);
        let everywhere = self.shelters.iter().map(|shelter| shelter.node).collect();
        put(91, Role::Field, everywhere);
        for (index, shelter) in self.shelters.iter().enumerate() {
            for person in 1..=3 {
                put(
                    10 * (u32::try_from(index).unwrap() + 1) + person,
                    Role::Shelter,
                    vec![shelter.node],
                );
            }
        }
        hq.act(move |_| Ok::<_, StoreError>((drafts, ()))).await.unwrap();
    }
}

/// Carries everything `from` has and `to` may read and lacks, as the exchange does, without a network.
pub async fn carry(from: &Store, to: &Store, only: impl Fn(&noroshi::store::LogHead) -> bool) {
    let (target, role) = (to.who().node, to.who().role);
    let mut heads = from.heads_for(target, role).await.unwrap();
    heads.sort_by_key(|head| head.stream.class.lane());
    // Lives of nodes whose certificate comes with `org` are taken in a second round.
    let lives: Vec<_> =
        heads.iter().filter(|head| head.stream.class == Class::Nodes).cloned().collect();
    let lives = lives.into_iter().map(|head| (head, true));
    let round = heads.into_iter().map(|head| {
        let first_round = head.stream.class == Class::Nodes;
        (head, !first_round)
    });
    for (head, must) in round.chain(lives).filter(|(head, _)| only(head)) {
        let log = head.log;
        let mut next = to.read(move |s| s.head(&log)).await.unwrap().unwrap_or_default().next();
        while next <= head.n {
            let (stream, run) = from.run_from(log, next, 4_000).await.unwrap().unwrap();
            let last = run.last();
            let outcome = to.receive(from.who().node, vec![(stream, run)]).await.unwrap();
            if !matches!(&outcome[0], noroshi::store::RunOutcome::Stored { n, .. } if *n == last) {
                assert!(!must, "{outcome:?}");
                break;
            }
            next = last.next();
        }
    }
}
