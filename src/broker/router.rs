//! rumqttd's router, fed by us alone: the only file that names rumqttd.
//! Why so careful: its thread dies of a topic that begins with a letter of more than one byte, of a
//! `wake()` for a link that is gone, of two links with one name; it forgets no name it ever saw.
//! So every topic lives below a constant prefix, links have names of our own that are used again,
//! and one batch per link is under way, closed by a PINGREQ: back-pressure, sign of life, and the
//! only safe way to know when a link may be taken down.
//! Not here: when a router is given up (`canary`), what clients may send (`packets`).
//! A router that is given up, or whose door has closed, leaves its thread parked: rumqttd has no
//! way to end one.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::time::Duration;

use bytes::Buf;
use bytes::Bytes;
use futures_util::FutureExt;
use rumqttd::Notification;
use rumqttd::Router;
use rumqttd::RouterConfig;
use rumqttd::local::LinkBuilder;
use rumqttd::local::LinkRx;
use rumqttd::local::LinkTx;
use rumqttd::protocol::Disconnect;
use rumqttd::protocol::DisconnectReasonCode;
use rumqttd::protocol::Filter;
use rumqttd::protocol::Packet;
use rumqttd::protocol::PingReq;
use rumqttd::protocol::Publish;
use rumqttd::protocol::QoS;
use rumqttd::protocol::RetainForwardRule;
use rumqttd::protocol::Subscribe;
use rumqttd::protocol::Unsubscribe;
use tokio::sync::Notify;
use tokio::sync::mpsc;
use tokio::sync::oneshot;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::broker::escape::escaped;
use crate::broker::escape::restored;
use crate::broker::limits::Limits;

/// Everything in the router lives below it: without it the first byte of 避難 kills its thread, and
/// `$share` or `$SYS` would mean something.
const INSIDE: &str = "t/";

/// Links beside the clients': the canary's, and those that are being closed.
const SPARE_LINKS: usize = 64;

/// Openings that may wait: more than connections can ask for at once are turned away by time.
const OPENINGS_MAX: usize = 64;

/// A log per filter of two segments: 1 MiB, then the oldest half is forgotten.
const SEGMENT_BYTES: usize = 512 * 1024;
const SEGMENTS: usize = 2;

/// What a link hands to the router.
pub(super) enum ToRouter {
    Publish {
        topic: String,
        payload: Bytes,
        retain: bool,
    },
    /// Retained messages follow, also when the filter was subscribed to before.
    Subscribe(String),
    Unsubscribe(String),
}

/// What a link gets from the router.
pub(super) enum FromRouter {
    Message {
        topic: Bytes,
        payload: Bytes,
        retain: bool,
    },
    /// Everything of the last batch has been done.
    BatchDone,
    Nothing,
}

/// Why a router can't be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// Its thread has ended, or it has put us out.
    Dead,
    /// It didn't answer in time.
    Stuck,
}

type Opened = (LinkTx, LinkRx);

struct Opening {
    name: String,
    opened: oneshot::Sender<Opened>,
}

/// One router from its birth until it is given up.
pub(super) struct Life {
    openings: mpsc::Sender<Opening>,
    /// Cancelled when this router is given up or the door closes: all its connections end.
    pub(super) over: CancellationToken,
    /// Told when a link failed: the canary looks at once.
    pub(super) doubt: Notify,
    learnt: Mutex<Learnt>,
    connections: usize,
}

/// What the router has been taught and never forgets.
#[derive(Default)]
struct Learnt {
    filters: HashSet<String>,
    topics: HashSet<String>,
    names_made: u64,
    /// Names of links that were taken down cleanly.
    names_free: Vec<String>,
}

/// How much a router has learnt.
pub(super) struct Knowledge {
    pub(super) links: u64,
    pub(super) filters: u64,
    pub(super) topics: u64,
}

impl Life {
    /// A new router with its two threads. If they can't be made, its links fail as dead.
    pub(super) fn start(limits: &Limits, over: CancellationToken) -> Arc<Self> {
        let config = RouterConfig {
            // Above our own limit, so the router never turns a link away.
            max_connections: limits.connections + SPARE_LINKS,
            // Per turn and link. Retained messages beyond it would be dropped without a word: it
            // must hold those of clients and of the application together.
            max_outgoing_packet_count: u64::try_from(limits.topics * 2).unwrap_or(u64::MAX),
            max_segment_size: SEGMENT_BYTES,
            max_segment_count: SEGMENTS,
            ..RouterConfig::default()
        };
        let (openings, wanted) = mpsc::channel(OPENINGS_MAX);
        let opener = std::thread::Builder::new().name("mqtt-links".to_owned());
        if let Err(error) = opener.spawn(move || open_links(config, wanted)) {
            tracing::error!(%error, "Cannot start the MQTT router's thread: raise the limit of threads.");
        }
        Arc::new(Self {
            openings,
            over,
            doubt: Notify::new(),
            learnt: Mutex::default(),
            connections: limits.connections,
        })
    }

    /// Opens a link; a failure also wakes the canary.
    pub(super) async fn link(self: &Arc<Self>, within: Duration) -> Result<Link, Fault> {
        let name = self.name();
        let (opened, link) = oneshot::channel();
        let opening = Opening { name: name.clone(), opened };
        let made = timeout(within, async {
            self.openings.send(opening).await.ok()?;
            link.await.ok()
        });
        let fault = match made.await {
            Ok(Some((tx, rx))) => {
                return Ok(Link { tx, rx, name, life: Arc::clone(self), waiting: false });
            }
            Ok(None) => Fault::Dead,
            Err(_elapsed) => Fault::Stuck,
        };
        self.doubt.notify_one();
        Err(fault)
    }

    /// Whether a client may subscribe to `filter`: the router knows it, or has room to learn it.
    pub(super) fn may_learn_filter(&self, filter: &str, filters_max: usize) -> bool {
        may_learn(&mut held(&self.learnt).filters, filter, filters_max)
    }

    /// Whether a client may publish to `topic`: the router knows it, or has room to learn it.
    pub(super) fn may_learn_topic(&self, topic: &str, topics_max: usize) -> bool {
        may_learn(&mut held(&self.learnt).topics, topic, topics_max)
    }

    pub(super) fn knowledge(&self) -> Knowledge {
        let learnt = held(&self.learnt);
        let number = |size: usize| u64::try_from(size).unwrap_or(u64::MAX);
        Knowledge {
            links: learnt.names_made,
            filters: number(learnt.filters.len()),
            topics: number(learnt.topics.len()),
        }
    }

    fn name(&self) -> String {
        let mut learnt = held(&self.learnt);
        learnt.names_free.pop().unwrap_or_else(|| {
            learnt.names_made += 1;
            format!("c{}", learnt.names_made)
        })
    }

    fn give_back(&self, name: String) {
        let mut learnt = held(&self.learnt);
        if learnt.names_free.len() <= self.connections + SPARE_LINKS {
            learnt.names_free.push(name);
        }
    }
}

fn may_learn(known: &mut HashSet<String>, name: &str, max: usize) -> bool {
    known.contains(name) || (known.len() < max && known.insert(name.to_owned()))
}

/// A lock whose holder panicked still holds plain data that is whole.
pub(super) fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The thread that opens links, one after the other: opening blocks until the router answers, for
/// ever if it is stuck, and must hold up neither an async thread nor the end of the process.
fn open_links(config: RouterConfig, mut wanted: mpsc::Receiver<Opening>) {
    let router = Router::new(0, config).spawn();
    while let Some(Opening { name, opened }) = wanted.blocking_recv() {
        if opened.is_closed() {
            continue; // Whoever asked has given up already.
        }
        // Dynamic filters stay off: a publish that nobody reads must not create a log.
        let Ok((tx, rx, _connack)) = LinkBuilder::new(&name, router.clone()).build() else {
            continue; // `opened` is dropped, which says it.
        };
        if let Err((mut tx, _rx)) = opened.send((tx, rx)) {
            // Asked for, and given up meanwhile: no batch is under way, so it can go at once. An
            // error means that the router is gone, which whoever gave up has reported.
            let _gone = tx.send(goodbye()).now_or_never();
        }
    }
}

fn goodbye() -> Packet {
    let reason_code = DisconnectReasonCode::NormalDisconnection;
    Packet::Disconnect(Disconnect { reason_code }, None)
}

/// A link into the router.
///
/// Taking one down is where rumqttd bites: it acts on DISCONNECT when it next empties the link's
/// inbox, and a `wake()` that arrives for a link already gone kills it. So DISCONNECT goes in only
/// after the answer to the last PINGREQ: then nothing of ours is left before it but `wake()`s that
/// the router's queue delivers first. A `Link` that is dropped without [`Link::close`] stays open
/// in the router: only for routers that are given up.
pub(super) struct Link {
    tx: LinkTx,
    rx: LinkRx,
    name: String,
    life: Arc<Life>,
    /// A batch is under way: its PINGRESP isn't back yet.
    waiting: bool,
}

impl Link {
    pub(super) fn life(&self) -> &Arc<Life> {
        &self.life
    }

    /// Whether the last batch is still under way.
    pub(super) fn is_waiting(&self) -> bool {
        self.waiting
    }

    /// Hands over a batch, also an empty one: its end comes back as [`FromRouter::BatchDone`].
    pub(super) async fn send(&mut self, batch: Vec<ToRouter>) -> Result<(), Fault> {
        assert!(!self.waiting, "one batch per link: a second could fill the router's queue");
        self.tx.buffer().extend(batch.into_iter().map(inward));
        // Blocks its thread if the router's queue (1000) is full: one batch and one wake-up per
        // link can't fill it.
        self.tx.send(Packet::PingReq(PingReq)).await.or(Err(Fault::Dead))?;
        self.waiting = true;
        Ok(())
    }

    /// What comes next. Nothing is lost if this is dropped before it is ready.
    pub(super) async fn next(&mut self) -> Result<FromRouter, Fault> {
        let notification = self.rx.next().await.or(Err(Fault::Dead))?;
        self.sort(notification)
    }

    /// What is there already, without waiting.
    pub(super) fn next_now(&mut self) -> Option<Result<FromRouter, Fault>> {
        self.next().now_or_never()
    }

    fn sort(&mut self, notification: Option<Notification>) -> Result<FromRouter, Fault> {
        match notification {
            Some(Notification::Forward(forward)) => {
                let publish = forward.publish;
                let mut topic = publish.topic;
                topic.advance(INSIDE.len().min(topic.len()));
                let payload = restored(publish.payload);
                Ok(FromRouter::Message { topic, payload, retain: publish.retain })
            }
            Some(Notification::Unschedule) => {
                // Our inbox was full and has been emptied: ask for more, exactly once.
                self.rx.ready().or(Err(Fault::Dead))?;
                Ok(FromRouter::Nothing)
            }
            Some(Notification::Disconnect(..)) => Err(Fault::Dead),
            Some(acknowledged @ Notification::DeviceAck(_)) => {
                let packet = Option::<Packet>::from(acknowledged);
                if !matches!(packet, Some(Packet::PingResp(_))) {
                    return Ok(FromRouter::Nothing);
                }
                self.waiting = false;
                Ok(FromRouter::BatchDone)
            }
            Some(
                Notification::ReplicaData { .. }
                | Notification::ReplicaAcks { .. }
                | Notification::Shadow(_),
            )
            | None => Ok(FromRouter::Nothing),
        }
    }

    /// Takes the link down. If the router doesn't play along, its name is never used again.
    pub(super) async fn close(mut self, within: Duration) {
        let closed = timeout(within, async {
            while self.waiting {
                self.next().await?;
            }
            self.tx.send(goodbye()).await.or(Err(Fault::Dead))?;
            while self.rx.next().await.is_ok() {}
            Ok::<(), Fault>(())
        });
        match closed.await {
            Ok(Ok(())) => self.life.give_back(std::mem::take(&mut self.name)),
            Ok(Err(Fault::Dead | Fault::Stuck)) | Err(_) => self.life.doubt.notify_one(),
        }
    }
}

fn inward(command: ToRouter) -> Packet {
    match command {
        ToRouter::Publish { topic, payload, retain } => {
            let topic = Bytes::from(format!("{INSIDE}{topic}"));
            Packet::Publish(Publish::new(topic, escaped(payload, retain), retain), None)
        }
        ToRouter::Subscribe(filter) => {
            let filter = Filter {
                path: format!("{INSIDE}{filter}"),
                qos: QoS::AtMostOnce,
                nolocal: false,
                preserve_retain: false,
                retain_forward_rule: RetainForwardRule::OnEverySubscribe,
            };
            Packet::Subscribe(Subscribe { pkid: 1, filters: vec![filter] }, None)
        }
        ToRouter::Unsubscribe(filter) => {
            let filters = vec![format!("{INSIDE}{filter}")];
            Packet::Unsubscribe(Unsubscribe { pkid: 1, filters }, None)
        }
    }
}

#[cfg(test)]
mod death;
