//! What the tasks of one exchange share: identity, store, the way out, and who receives which packets.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::AtomicU32;

use tokio::sync::Notify;
use tokio::sync::mpsc;
use tokio::sync::watch;

use crate::carriers::Outgoing;
use crate::domain::ids::NodeId;
use crate::domain::ids::OrgId;
use crate::domain::org::Certificate;
use crate::domain::org::NodeRole;
use crate::identity::mailbox::Mailbox;
use crate::identity::noise::Transport;
use crate::store::Store;
use crate::sync::exchange::ExchangeConfig;
use crate::sync::exchange::Identity;
use crate::sync::exchange::PeerState;
use crate::sync::exchange::drawn_below;
use crate::sync::protocol::Now;
use crate::sync::protocol::PACKET_MAX;
use crate::sync::protocol::VERSIONS;
use crate::sync::protocol::frame;
use crate::sync::protocol::frame::Cert;
use crate::sync::protocol::frame::Frame;
use crate::sync::protocol::frame::Hello;

/// Receiver indexes have 24 bits; 0 stands for none.
const INDEX_BELOW: u64 = 0x00ff_ffff;

/// Is there a carrier, and which connection of it is this?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) is_up: bool,
    pub(super) life: u64,
}

/// A session that a peer began and has not used yet.
pub(super) struct Fresh {
    pub(super) index: u32,
    pub(super) hello: Hello,
    pub(super) transport: Transport,
}

/// What the desk hands to a peer's task.
pub(super) enum Mail {
    /// A packet of a session.
    Data { index: u32, counter: u32, sealed: Vec<u8> },
    /// The answer to our first message.
    Answer { index: u32, sealed: Vec<u8> },
    /// The peer called; its first message was answered.
    Called(Box<Fresh>),
    /// Somebody says that it knows no session with us.
    NoSession,
}

pub(super) struct Shared {
    pub(super) config: ExchangeConfig,
    pub(super) store: Store,
    pub(super) identity: Identity,
    pub(super) me: NodeId,
    pub(super) org: OrgId,
    pub(super) outgoing: mpsc::Sender<Outgoing>,
    /// Asks the carrier for a new connection.
    pub(super) again: Arc<Notify>,
    pub(super) line: watch::Sender<Line>,
    /// Receiver index → whose task gets its packets.
    pub(super) table: Mutex<BTreeMap<u32, mpsc::Sender<Mail>>>,
    pub(super) states: watch::Sender<Vec<PeerState>>,
    /// Packets that nobody could have made for us.
    pub(super) forged: AtomicU32,
}

impl Shared {
    /// The stopwatch, ms.
    pub(super) fn ms(&self) -> u64 {
        self.config.clock.steady_ms()
    }

    /// The time as the machine wants it.
    pub(super) fn now(&self) -> Now {
        Now {
            ms: self.ms(),
            unix_ms: self.store.own_ms(),
            clock: self.store.clock_state(),
            error_ms: 0,
        }
    }

    /// A random number below the bound.
    pub(super) fn below(&self, bound: u64) -> u64 {
        drawn_below(&self.config.random, bound)
    }

    /// What both sides of a handshake must agree on.
    pub(super) fn prologue(&self) -> Vec<u8> {
        [b"noroshi 1 session".as_slice(), &self.org.0].concat()
    }

    /// Takes a free receiver index for this task.
    pub(super) fn take_index(&self, mail: &mpsc::Sender<Mail>) -> Option<u32> {
        let mut table = self.table.lock().ok()?;
        for _try in 0..100 {
            let index = u32::try_from(self.below(INDEX_BELOW).saturating_add(1)).ok()?;
            if let Entry::Vacant(free) = table.entry(index) {
                free.insert(mail.clone());
                return Some(index);
            }
        }
        None
    }

    pub(super) fn release_index(&self, index: u32) {
        if let Ok(mut table) = self.table.lock() {
            table.remove(&index);
        }
    }

    /// Whose task gets packets with this index?
    pub(super) fn receiver(&self, index: u32) -> Option<mpsc::Sender<Mail>> {
        self.table.lock().ok()?.get(&index).cloned()
    }

    /// Our first words in a session, as payload of the handshake. The caller shows its certificate, in case
    /// the called headquarters has not heard of it.
    pub(super) fn hello(&self, index: u32, incarnation: [u8; 8], calls: bool) -> Vec<u8> {
        let now = self.now();
        let hello = Frame::Hello(Hello {
            versions: VERSIONS.to_vec(),
            program: self.config.program.clone(),
            node: self.me,
            incarnation,
            index,
            packet_max: u32::try_from(PACKET_MAX).unwrap_or(u32::MAX),
            unix_ms: now.unix_ms,
            clock: now.clock.number(),
            error_ms: now.error_ms,
        });
        let issue = self.identity.issue.clone();
        if calls {
            frame::write_all(&[hello, Frame::Cert(Cert { issue })])
        } else {
            frame::write_all(&[hello])
        }
    }

    /// Hands a packet to the carrier; if it can't keep up the packet is lost and comes again.
    pub(super) fn send(&self, to: &Mailbox, packet: Vec<u8>) {
        if self.outgoing.try_send(Outgoing { to: to.clone(), packet }).is_err() {
            tracing::debug!(%to, "The carrier takes no packet now; it comes again.");
        }
    }

    /// Changes what screens see of a peer.
    pub(super) fn set_state(&self, node: NodeId, change: impl FnOnce(&mut PeerState)) {
        self.states.send_modify(|states| {
            if let Some(state) = states.iter_mut().find(|state| state.node == node) {
                change(state);
            }
        });
    }
}

/// Who begins: a shelter calls headquarters; between headquarters the smaller id. `None`: they don't talk.
pub(super) fn we_call(me: &Certificate, peer: &Certificate) -> Option<bool> {
    let is_hq = |certificate: &Certificate| certificate.role == NodeRole::Headquarters;
    match (is_hq(me), is_hq(peer)) {
        (false, true) => Some(true),
        (true, false) => Some(false),
        (true, true) => Some(me.node() < peer.node()),
        (false, false) => None,
    }
}

/// The hello in a handshake's payload, and a certificate if one came along.
pub(super) fn read_hello(payload: &[u8]) -> Option<(Hello, Option<Vec<u8>>)> {
    let (mut hello, mut issue) = (None, None);
    for frame in frame::read_all(payload).ok()?.known {
        match frame {
            Frame::Hello(found) => hello = Some(found),
            Frame::Cert(cert) => issue = Some(cert.issue),
            Frame::Have(_)
            | Frame::Events(_)
            | Frame::Ack(_)
            | Frame::Time(_)
            | Frame::BlobWant(_)
            | Frame::BlobList(_)
            | Frame::Piece(_)
            | Frame::BlobDone(_)
            | Frame::Busy(_)
            | Frame::Refused(_)
            | Frame::Bye(_) => {}
        }
    }
    Some((hello?, issue))
}
