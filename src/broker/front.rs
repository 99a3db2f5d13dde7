//! The door itself: the listener, who may connect how often, who holds which client id, and the
//! application's own publishes.
//! Not here: a connection's life (`login`, `client`), the router's (`canary`, `router`).

use std::collections::HashMap;
use std::net::IpAddr;
use std::net::Ipv6Addr;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use tokio::net::TcpListener;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::sync::oneshot;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::broker::canary;
use crate::broker::canary::Own;
use crate::broker::counters::Counters;
use crate::broker::counters::CountersSnapshot;
use crate::broker::counters::count;
use crate::broker::limits::Limits;
use crate::broker::login;
use crate::broker::policy::Policy;
use crate::broker::router::Life;
use crate::broker::router::held;
use crate::broker::topic;

/// Messages of the application that may wait for the router: more make [`Front::publish`] wait.
const OWN_WAITING_MAX: usize = 64;

/// After a failed `accept` (no file descriptors left, say): don't spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Stuck routers after which the node should be restarted: each has left a thread behind.
const STUCK_MAX: u64 = 3;

/// A door for one kind of client, with a router of its own: what one kind does can't slow, fill or
/// kill what another depends on.
pub struct Front<P: Policy> {
    pub(super) policy: P,
    pub(super) limits: Limits,
    pub(super) counters: Counters,
    /// None before `serve`, and after it ended.
    life: Mutex<Option<Arc<Life>>>,
    to_router: mpsc::Sender<Own>,
    /// Taken by `serve`.
    own: Mutex<Option<mpsc::Receiver<Own>>>,
    per_address: Mutex<HashMap<IpAddr, usize>>,
    holders: Holders,
}

impl<P: Policy> Front<P> {
    /// A door that is closed until [`Front::serve`].
    pub fn new(policy: P, limits: Limits) -> Arc<Self> {
        let (to_router, own) = mpsc::channel(OWN_WAITING_MAX);
        Arc::new(Self {
            policy,
            limits,
            counters: Counters::default(),
            life: Mutex::new(None),
            to_router,
            own: Mutex::new(Some(own)),
            per_address: Mutex::default(),
            holders: Arc::default(),
        })
    }

    /// Opens the door on `listener` and keeps its router alive; returns within a second after
    /// `stop`, when every task of it has ended. A door opens once: a second call returns at once.
    pub async fn serve(self: Arc<Self>, listener: TcpListener, stop: CancellationToken) {
        let Some(own) = held(&self.own).take() else {
            tracing::error!("An MQTT door opens only once: make a new one.");
            return;
        };
        let tasks = TaskTracker::new();
        let life = Life::start(&self.limits, stop.child_token());
        self.set_life(Some(Arc::clone(&life)));
        tasks.spawn(canary::keep_router(Arc::clone(&self), life, own, stop.clone()));
        loop {
            let accepted = tokio::select! {
                biased;
                () = stop.cancelled() => break,
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok((socket, from)) => self.receive(socket, from, &tasks, &stop),
                Err(error) => {
                    tracing::warn!(%error, "Cannot accept an MQTT connection: waiting a moment.");
                    sleep(ACCEPT_PAUSE).await;
                }
            }
        }
        drop(listener);
        tasks.close();
        tasks.wait().await;
    }

    /// Publishes as the application: no rights are asked. An empty `payload` with `retain` takes
    /// back what is retained under `topic`. Waits while the router is behind or being replaced;
    /// true when the router has it. False if the topic is no valid name, the message exceeds the
    /// packet limit, too many topics are held retained, or the door has closed.
    pub async fn publish(&self, topic: &str, payload: Bytes, retain: bool) -> bool {
        if !self.is_sendable(topic, &payload) {
            return false;
        }
        let (taken, answer) = oneshot::channel();
        let own = Own { topic: topic.to_owned(), payload, retain, taken };
        self.to_router.send(own).await.is_ok() && answer.await.unwrap_or(false)
    }

    /// The numbers of this moment.
    #[must_use]
    pub fn counters(&self) -> CountersSnapshot {
        let counted = self.counters.snapshot();
        let Some(life) = self.life() else { return counted };
        let knowledge = life.knowledge();
        CountersSnapshot {
            router_links: knowledge.links,
            router_filters: knowledge.filters,
            router_topics: knowledge.topics,
            ..counted
        }
    }

    /// Whether three routers got stuck: everything works, but the node should be restarted soon.
    #[must_use]
    pub fn is_degraded(&self) -> bool {
        self.counters.router_stuck.load(Ordering::Relaxed) >= STUCK_MAX
    }

    /// Whether a message of the application may go to clients at all; if not, the log says why.
    pub(super) fn is_sendable(&self, topic: &str, payload: &Bytes) -> bool {
        // Length of the topic, topic, payload.
        let packet_bytes = 2 + topic.len() + payload.len();
        let is_sendable = topic::valid_name(topic, self.limits.topic_bytes)
            && packet_bytes <= self.limits.packet_bytes;
        if !is_sendable {
            let packet_bytes_max = self.limits.packet_bytes;
            tracing::error!(
                packet_bytes,
                packet_bytes_max,
                "A message for MQTT clients is not sent: it is too large, or its topic is invalid."
            );
        }
        is_sendable
    }

    pub(super) fn life(&self) -> Option<Arc<Life>> {
        held(&self.life).clone()
    }

    pub(super) fn set_life(&self, life: Option<Arc<Life>>) {
        *held(&self.life) = life;
    }

    /// Takes a client id for a connection. Its present holder of the same user is told to go;
    /// another user's connection is out of reach. An empty id is nobody's.
    pub(super) fn hold(&self, user: Option<String>, client_id: String) -> Holder {
        let taken_over = CancellationToken::new();
        if client_id.is_empty() {
            return Holder { key: None, taken_over };
        }
        let key = (user, client_id);
        // Told under the lock: whoever goes must not mistake the new entry for its own.
        let mut holders = held(&self.holders);
        if let Some(before) = holders.insert(key.clone(), taken_over.clone()) {
            before.cancel();
        }
        Holder { key: Some((key, Arc::clone(&self.holders))), taken_over }
    }

    fn receive(
        self: &Arc<Self>,
        socket: TcpStream,
        from: SocketAddr,
        tasks: &TaskTracker,
        stop: &CancellationToken,
    ) {
        let Some(seat) = self.seat(from.ip()) else {
            count(&self.counters.turned_away);
            return;
        };
        let stop = stop.clone();
        tasks.spawn(async move {
            login::serve(&*seat.front, socket, from, &stop).await;
            drop(seat);
        });
    }

    fn seat(self: &Arc<Self>, address: IpAddr) -> Option<Seat<P>> {
        let network = network(address);
        let mut per_address = held(&self.per_address);
        let here = per_address.get(&network).copied().unwrap_or(0);
        let all = self.counters.connections.load(Ordering::Relaxed);
        let is_full = usize::try_from(all).is_ok_and(|all| all >= self.limits.connections);
        if is_full || here >= self.limits.connections_per_address {
            return None;
        }
        per_address.insert(network, here + 1);
        count(&self.counters.connections);
        Some(Seat { front: Arc::clone(self), network })
    }
}

/// Whom to count together: an IPv6 client has a whole network of 64 bits to choose addresses from.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let network = u128::from(address) & !u128::from(u64::MAX);
            IpAddr::V6(Ipv6Addr::from(network))
        }
    }
}

/// A place among the connections, given back also if their task panics.
struct Seat<P: Policy> {
    front: Arc<Front<P>>,
    network: IpAddr,
}

impl<P: Policy> Drop for Seat<P> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            count(&self.front.counters.panicked);
        }
        self.front.counters.connections.fetch_sub(1, Ordering::Relaxed);
        let mut per_address = held(&self.front.per_address);
        match per_address.get_mut(&self.network) {
            Some(here) if *here > 1 => *here -= 1,
            Some(_) | None => drop(per_address.remove(&self.network)),
        }
    }
}

/// User and client id.
type Key = (Option<String>, String);
type Holders = Arc<Mutex<HashMap<Key, CancellationToken>>>;

/// A client id while a connection holds it.
pub(super) struct Holder {
    key: Option<(Key, Holders)>,
    taken_over: CancellationToken,
}

impl Holder {
    /// Cancelled when another connection took the id.
    pub(super) fn taken_over(&self) -> &CancellationToken {
        &self.taken_over
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        // Whoever was told to go holds nothing any more.
        if let Some((key, holders)) = &self.key {
            let mut holders = held(holders);
            if !self.taken_over.is_cancelled() {
                holders.remove(key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::network;

    #[test]
    fn addresses_of_one_network_are_counted_together() {
        for (one, other, same) in [
            ("192.0.2.1", "192.0.2.1", true),
            ("192.0.2.1", "192.0.2.2", false),
            ("192.0.2.1", "::ffff:192.0.2.1", true),
            ("::ffff:192.0.2.1", "::ffff:192.0.2.2", false),
            ("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", true),
            ("2001:db8:0:1::1", "2001:db8:0:2::1", false),
        ] {
            let [first, second] = [one, other].map(|text| network(text.parse().unwrap()));
            assert_eq!(first == second, same, "{one} and {other}");
        }
    }
}
