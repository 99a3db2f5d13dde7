//! A small city for tests: headquarters with its door for nodes, shelters behind lines that can be cut.
//! Real stores, real broker, real carriers; nothing is simulated but the line.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use ed25519_dalek::SigningKey;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use noroshi::broker::Front;
use noroshi::broker::Limits;
use noroshi::broker::Login;
use noroshi::broker::Policy;
use noroshi::broker::Verdict;
use noroshi::broker::topic;
use noroshi::clock::SystemClock;
use noroshi::domain::event::kind::Kind;
use noroshi::domain::ids::ClientId;
use noroshi::domain::ids::LogId;
use noroshi::domain::ids::OrgId;
use noroshi::domain::ids::Seq;
use noroshi::domain::org::CertIssue;
use noroshi::domain::org::Certificate;
use noroshi::domain::org::DeviceSaid;
use noroshi::domain::org::NodeRole;
use noroshi::domain::org::OrgSetting;
use noroshi::domain::stream::Class;
use noroshi::domain::stream::Stream;
use noroshi::identity::certificate;
use noroshi::identity::keys::NodeKeys;
use noroshi::identity::keys::public_of;
use noroshi::identity::mailbox::Mailbox;
use noroshi::identity::mailbox::password_from_text;
use noroshi::store::Draft;
use noroshi::store::OpenOptions;
use noroshi::store::Store;
use noroshi::store::Who;
use noroshi::store::Writership;
use noroshi::store::error::StoreError;
use noroshi::sync::Exchange;
use noroshi::sync::ExchangeConfig;
use noroshi::sync::ExchangeHandle;
use noroshi::sync::Identity;
use noroshi::sync::LineState;
use noroshi::sync::exchange::SharedRandom;

/// Nothing in these tests may take longer.
pub(crate) const SOON: Duration = Duration::from_secs(40);

pub(crate) fn os_random() -> SharedRandom {
    Arc::new(|bytes: &mut [u8]| getrandom::fill(bytes).expect("the system gives randomness"))
}

fn keys() -> NodeKeys {
    let random = os_random();
    NodeKeys::generate(&mut |bytes| random(bytes))
}

pub(crate) fn client_id() -> ClientId {
    let mut id = [0; 12];
    os_random()(&mut id);
    ClientId(id)
}

/// Rights of the door for nodes: its own mailbox to read, any to write.
pub(crate) struct Door {
    passwords: BTreeMap<String, [u8; 32]>,
}

impl Policy for Door {
    type Peer = String;

    async fn login(&self, login: &Login) -> Option<String> {
        let user = login.user.clone()?;
        let password = password_from_text(login.password.as_deref()?)?;
        (self.passwords.get(&user) == Some(&password)).then_some(user)
    }

    fn may_subscribe(&self, peer: &String, filter: &str) -> bool {
        topic::covers(&format!("n1/{peer}"), filter)
    }

    async fn publish(&self, _: &String, name: &str, _: &Bytes, retain: bool) -> Verdict {
        if topic::covers("n1/+", name) && !retain { Verdict::Route } else { Verdict::Refuse }
    }

    async fn retained(&self) -> Vec<(String, Bytes)> {
        Vec::new()
    }
}

/// Headquarters' door, and everybody's papers.
pub(crate) struct City {
    pub(crate) root: SigningKey,
    pub(crate) hq_keys: NodeKeys,
    pub(crate) shelter_keys: NodeKeys,
    pub(crate) door: SocketAddr,
    stop: CancellationToken,
    tasks: JoinSet<()>,
}

/// A node that runs.
pub(crate) struct Running {
    pub(crate) store: Store,
    pub(crate) handle: ExchangeHandle,
    pub(crate) stop: CancellationToken,
    pub(crate) dir: tempfile::TempDir,
}

impl City {
    pub(crate) async fn open() -> Self {
        let root = SigningKey::from_bytes(&[7; 32]);
        let (hq_keys, shelter_keys) = (keys(), keys());
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let door = listener.local_addr().expect("its address");
        let mut city = Self {
            root,
            hq_keys,
            shelter_keys,
            door,
            stop: CancellationToken::new(),
            tasks: JoinSet::new(),
        };
        let nodes = [city.hq_keys.node(), city.shelter_keys.node()];
        let mut passwords: BTreeMap<String, [u8; 32]> = nodes
            .map(|node| (Mailbox::of(&city.org(), &node).to_string(), [9; 32]))
            .into_iter()
            .collect();
        // Somebody who stole a login and nothing else.
        passwords.insert("stranger".to_owned(), [8; 32]);
        let front = Front::new(Door { passwords }, Limits::default());
        city.tasks.spawn(front.serve(listener, city.stop.clone()));
        city
    }

    pub(crate) fn org(&self) -> OrgId {
        OrgId::of(&public_of(&self.root))
    }

    /// The certificate of one of our nodes, and the event body that issues it.
    pub(crate) fn papers(&self, keys: &NodeKeys) -> (Certificate, CertIssue) {
        let is_hq = keys.node() == self.hq_keys.node();
        let certificate = Certificate {
            version: certificate::CERTIFICATE_VERSION,
            org: self.org(),
            signing: keys.signing_public(),
            exchange: keys.exchange_public(),
            role: if is_hq { NodeRole::Headquarters } else { NodeRole::Shelter },
            serial: 1,
            name: if is_hq { "災害対策本部" } else { "第一小学校避難所" }.into(),
            issuer: (!is_hq).then(|| self.hq_keys.node()),
            issued_ms: 0,
        };
        let signer = if is_hq { &self.root } else { self.hq_keys.signing() };
        let issue =
            certificate::issue(signer, &certificate, ClientId([certificate.role as u8; 12]));
        (certificate, issue)
    }

    /// Starts a node in this directory; it reaches the door at `address`.
    pub(crate) async fn start(
        &self,
        keys: &NodeKeys,
        dir: tempfile::TempDir,
        address: SocketAddr,
    ) -> Running {
        let (certificate, issue) = self.papers(keys);
        let (_, of_hq) = self.papers(&self.hq_keys);
        let clock = SystemClock::shared();
        let mut random = [0; 36];
        os_random()(&mut random);
        let who = Who { org: self.org(), node: keys.node(), role: certificate.role };
        let options = OpenOptions {
            writership: Writership { who, key: keys.signing().clone() },
            clock: clock.clone(),
            clock_trusted: certificate.role == NodeRole::Headquarters,
            random,
        };
        let store = Store::open(dir.path(), options).expect("the store opens");
        let issued = [&of_hq, &issue].map(|issue| minicbor::to_vec(issue).expect("encoded"));
        store.trust(issued.to_vec()).await.expect("enrolled");
        if certificate.role == NodeRole::Headquarters {
            let (_, of_shelter) = self.papers(&self.shelter_keys);
            let drafts = [of_hq, of_shelter].map(|issue| {
                Draft::new(Stream::org(), Kind::CertIssue, None, issue.client_id, &issue)
            });
            commit(&store, drafts.to_vec()).await;
        }
        let config = ExchangeConfig {
            mqtt: address.to_string(),
            password: [9; 32],
            program: "test".into(),
            root: public_of(&self.root),
            follows_clock: certificate.role == NodeRole::Shelter,
            clock,
            random: os_random(),
        };
        let [_, issue] = issued;
        let identity = Identity { keys: keys.clone(), certificate, issue };
        let stop = CancellationToken::new();
        let handle = Exchange::start(config, store.clone(), identity, stop.clone());
        Running { store, handle, stop, dir }
    }

    pub(crate) async fn close(mut self) {
        self.stop.cancel();
        let ended = async { while self.tasks.join_next().await.is_some() {} };
        timeout(SOON, ended).await.expect("the door closes");
    }
}

pub(crate) async fn commit(store: &Store, drafts: Vec<Draft>) {
    store.act(move |_| Ok::<_, StoreError>((drafts, ()))).await.expect("committed");
}

impl Running {
    /// Ends the node; its directory can be started again.
    pub(crate) async fn end(mut self) -> tempfile::TempDir {
        self.stop.cancel();
        timeout(Duration::from_secs(3), self.handle.ended()).await.expect("the exchange ends");
        drop(self.handle);
        let store = self.store;
        tokio::task::spawn_blocking(move || store.stop()).await.expect("the store stops");
        self.dir
    }

    /// What a device at this shelter said: an event that headquarters gets.
    pub(crate) async fn say(&self, words: &str) {
        let node = self.store.who().node;
        let client_id = client_id();
        let said = DeviceSaid { client_id, device: "d".into(), payload: words.as_bytes().to_vec() };
        let stream = Stream::of_node(Class::Report, node);
        commit(&self.store, vec![Draft::new(stream, Kind::DeviceSaid, None, client_id, &said)])
            .await;
    }

    /// A setting of headquarters: an event that every shelter gets.
    pub(crate) async fn set(&self, value: &str) {
        let client_id = client_id();
        let setting = OrgSetting { client_id, key: "name".into(), value: value.into() };
        let stream = Stream::org();
        commit(&self.store, vec![Draft::new(stream, Kind::OrgSetting, None, client_id, &setting)])
            .await;
    }

    pub(crate) fn log(&self, stream: &Stream) -> LogId {
        LogId { stream: stream.id(&self.store.who().org), origin: self.store.origin() }
    }

    pub(crate) async fn head(&self, log: LogId) -> u64 {
        let read = self.store.read(move |snapshot| snapshot.head(&log)).await;
        read.expect("the store is read").unwrap_or(Seq(0)).0
    }

    /// Waits until a log reaches so far here.
    pub(crate) async fn reaches(&self, log: LogId, n: u64, what: &str) {
        let mut changes = self.store.changes();
        let wait = async {
            while self.head(log).await < n {
                changes.changed().await.expect("the store lives");
            }
        };
        if timeout(SOON, wait).await.is_err() {
            panic!(
                "{what}: the log reaches {} of {n}; {:?}",
                self.head(log).await,
                self.handle.peers().borrow()
            );
        }
    }

    /// Waits until the line to the only peer stands like this.
    pub(crate) async fn line_is(&self, state: LineState) {
        let mut peers = self.handle.peers();
        let wait = peers.wait_for(|peers| peers.iter().any(|peer| peer.state == state));
        let seen = timeout(SOON, wait).await.is_ok();
        assert!(seen, "the line never became {state:?}: {:?}", self.handle.peers().borrow());
    }
}
