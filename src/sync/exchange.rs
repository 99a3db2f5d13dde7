//! Starts and stops a node's exchange: one carrier, one desk that sorts packets, one task per peer.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::AtomicU32;

use tokio::sync::Notify;
use tokio::sync::mpsc;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::carriers::mqtt::MqttCarrier;
use crate::carriers::mqtt::MqttConfig;
use crate::clock::SharedClock;
use crate::domain::ids::NodeId;
use crate::domain::ids::SigningPublic;
use crate::domain::org::Certificate;
use crate::identity::keys::NodeKeys;
use crate::identity::mailbox::Mailbox;
use crate::store::Store;
use crate::sync::desk::Desk;
use crate::sync::shared::Line;
use crate::sync::shared::Shared;

/// Packets on their way out; each peer's window bounds their bytes.
const PACKETS_OUT: usize = 4_096;

/// Packets that came in and wait for the desk: strangers may fill this, so it is smaller.
const PACKETS_IN: usize = 1_024;

/// Fills a buffer with random bytes, from any thread.
pub type SharedRandom = Arc<dyn Fn(&mut [u8]) + Send + Sync>;

/// What the exchange has to know.
#[derive(Clone)]
pub struct ExchangeConfig {
    /// Headquarters' door for nodes, `host:port`.
    pub mqtt: String,
    /// Password of this node's mailbox, from enrolment.
    pub password: [u8; 32],
    /// Version of this program, told to peers.
    pub program: String,
    /// The organisation's root key.
    pub root: SigningPublic,
    /// Does this node take its time from headquarters? No where `clock.trust` says so.
    pub follows_clock: bool,
    /// The machine's clocks.
    pub clock: SharedClock,
    /// The machine's randomness.
    pub random: SharedRandom,
}

/// Who this node is.
#[derive(Clone)]
pub struct Identity {
    /// Its secret keys.
    pub keys: NodeKeys,
    /// Its certificate.
    pub certificate: Certificate,
    /// The `cert.issue` body that holds it, CBOR.
    pub issue: Vec<u8>,
}

/// How the line to a peer stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineState {
    /// A session is open and moves.
    Up,
    /// A session is open, something waits, nothing has moved for 30 s.
    Stalled,
    /// There was a session.
    Down,
    /// There was none in this process life.
    Never,
}

/// The line to one peer, for screens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerState {
    /// The peer.
    pub node: NodeId,
    /// How its line stands.
    pub state: LineState,
    /// When something genuine last came from it, Unix ms.
    pub last_exchange_ms: Option<i64>,
    /// When this state began, Unix ms.
    pub since_ms: Option<i64>,
    /// There and back, ms.
    pub rtt_ms: Option<u64>,
    /// The peer's program version.
    pub program: Option<String>,
}

/// Starts exchanges.
#[derive(Debug)]
pub struct Exchange;

/// A running exchange.
pub struct ExchangeHandle {
    peers: watch::Receiver<Vec<PeerState>>,
    tasks: JoinSet<()>,
}

impl Exchange {
    /// Starts the exchange of this node; it ends within two seconds after `stop`.
    #[must_use]
    pub fn start(
        config: ExchangeConfig,
        store: Store,
        identity: Identity,
        stop: CancellationToken,
    ) -> ExchangeHandle {
        let org = identity.certificate.org;
        let (outgoing, to_carrier) = mpsc::channel(PACKETS_OUT);
        let (carried, from_carrier) = mpsc::channel(PACKETS_IN);
        let (states, peers) = watch::channel(Vec::new());
        let (line, _) = watch::channel(Line { is_up: false, life: 0 });
        let again = Arc::new(Notify::new());
        let random = Arc::clone(&config.random);
        let carrier = MqttCarrier {
            config: MqttConfig {
                address: config.mqtt.clone(),
                mailbox: Mailbox::of(&org, &identity.certificate.node()),
                password: config.password,
            },
            outgoing: to_carrier,
            carried,
            again: Arc::clone(&again),
            jitter_ms: Box::new(move |below| drawn_below(&random, below)),
        };
        let shared = Arc::new(Shared {
            config,
            store,
            me: identity.certificate.node(),
            identity,
            org,
            outgoing,
            again,
            line,
            table: Mutex::new(BTreeMap::new()),
            states,
            forged: AtomicU32::new(0),
        });
        let mut tasks = JoinSet::new();
        // The carrier outlives the desk: goodbyes still go out.
        let carrier_stop = CancellationToken::new();
        tasks.spawn(carrier.run(carrier_stop.clone()));
        tasks.spawn(async move {
            Desk::new(shared, from_carrier).run(stop).await;
            carrier_stop.cancel();
        });
        ExchangeHandle { peers, tasks }
    }
}

impl ExchangeHandle {
    /// How the lines to all peers stand.
    #[must_use]
    pub fn peers(&self) -> watch::Receiver<Vec<PeerState>> {
        self.peers.clone()
    }

    /// Waits until everything has ended after `stop`.
    pub async fn ended(&mut self) {
        while let Some(ended) = self.tasks.join_next().await {
            if let Err(error) = ended {
                tracing::error!(%error, "A task of the exchange ended badly; restart this node.");
            }
        }
    }
}

/// A random number below the bound; a bound of 0 gives 0.
pub(super) fn drawn_below(random: &SharedRandom, below: u64) -> u64 {
    let mut bytes = [0; 8];
    random(&mut bytes);
    u64::from_be_bytes(bytes).checked_rem(below).unwrap_or(0)
}
