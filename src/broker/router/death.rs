//! What becomes of the door when its router dies or gets stuck.
//! Here and not among the integration tests, because both need what no caller of the door has: a
//! link into the router without the checks.

use std::future::ready;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::sync::mpsc::SyncSender;
use std::sync::mpsc::sync_channel;
use std::thread::JoinHandle;
use std::time::Duration;
use std::time::Instant;

use bytes::Bytes;
use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::net::TcpStream;
use tokio::runtime::Builder;
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio::time::interval;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::Link;
use super::ToRouter;
use super::inward;
use crate::broker::Front;
use crate::broker::Limits;
use crate::broker::Login;
use crate::broker::Policy;
use crate::broker::Verdict;

const PATIENCE: Duration = Duration::from_secs(10);

/// Everybody may do everything; two messages are held retained.
struct Open;

impl Policy for Open {
    type Peer = ();

    fn login(&self, _: &Login) -> impl Future<Output = Option<()>> + Send {
        ready(Some(()))
    }

    fn may_subscribe(&self, (): &(), _: &str) -> bool {
        true
    }

    fn publish(
        &self,
        (): &(),
        _: &str,
        _: &Bytes,
        _: bool,
    ) -> impl Future<Output = Verdict> + Send {
        ready(Verdict::Route)
    }

    fn retained(&self) -> impl Future<Output = Vec<(String, Bytes)>> + Send {
        ready(vec![
            ("bulletin/1".to_owned(), Bytes::from_static(b"first")),
            ("bulletin/2".to_owned(), Bytes::from_static(b"second")),
        ])
    }
}

struct Door {
    front: Arc<Front<Open>>,
    address: SocketAddr,
    stop: CancellationToken,
    serving: JoinSet<()>,
}

impl Door {
    async fn open() -> Self {
        let limits = Limits {
            router_within: Duration::from_millis(400),
            canary_every: Duration::from_millis(50),
            ..Limits::default()
        };
        let front = Front::new(Open, limits);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, stop) = (listener.local_addr().unwrap(), CancellationToken::new());
        let mut serving = JoinSet::new();
        serving.spawn(Arc::clone(&front).serve(listener, stop.clone()));
        Self { front, address, stop, serving }
    }

    /// Connects, trying again while the router is being replaced, and asks for what is retained.
    async fn subscriber(&self) -> TcpStream {
        let mut tries = interval(Duration::from_millis(5));
        timeout(PATIENCE, async {
            loop {
                tries.tick().await;
                let mut socket = TcpStream::connect(self.address).await.unwrap();
                let connect = b"\x10\x0c\x00\x04MQTT\x04\x02\x00\x3c\x00\x00";
                socket.write_all(connect).await.unwrap();
                if read(&mut socket, 4).await.as_deref() == Some(b"\x20\x02\x00\x00") {
                    let subscribe = b"\x82\x0f\x00\x01\x00\x0abulletin/+\x00";
                    socket.write_all(subscribe).await.unwrap();
                    if read(&mut socket, 5).await.as_deref() == Some(b"\x90\x03\x00\x01\x00") {
                        return socket;
                    }
                }
            }
        })
        .await
        .expect("no client gets in after the router failed")
    }

    async fn link(&self) -> Link {
        let life = self.front.life().expect("the door is open");
        life.link(PATIENCE).await.expect("a router that lives opens links")
    }

    async fn is_replaced(&self, times: u64) {
        let mut looks = interval(Duration::from_millis(2));
        let replaced = timeout(PATIENCE, async {
            while self.front.counters().router_replaced < times {
                looks.tick().await;
            }
        });
        let got = replaced.await;
        assert!(got.is_ok(), "wanted {times} replacements, {:?}", self.front.counters());
    }

    async fn close(mut self) {
        self.stop.cancel();
        let closed = timeout(Duration::from_secs(1), self.serving.join_next()).await;
        assert!(
            matches!(closed, Ok(Some(Ok(())))),
            "the door didn't close in a second: {closed:?}"
        );
    }
}

/// Exactly `bytes`, or nothing if the connection ended before.
async fn read(socket: &mut TcpStream, bytes: usize) -> Option<Vec<u8>> {
    let mut buffer = vec![0; bytes];
    let read = timeout(PATIENCE, socket.read_exact(&mut buffer)).await.expect("nothing comes");
    read.ok().map(|_| buffer)
}

/// Both retained bulletins, in any order; 14 + 15 + their heads.
async fn gets_bulletins(socket: &mut TcpStream) {
    let all = read(socket, 19 + 20).await.expect("the connection ended before the bulletins came");
    for text in [&b"bulletin/1first"[..], b"bulletin/2second"] {
        assert!(all.windows(text.len()).any(|part| part == text), "{text:?} is missing in {all:?}");
    }
}

/// What any client of rumqttd's own listener can do.
fn kill(mut link: Link) {
    link.tx.subscribe("x").unwrap();
    link.tx.publish("避難", "x").unwrap();
}

/// Holds the lock of an inbox that the router is about to empty, until what is given back is dropped.
async fn seize(busy: Link, seized: Link) -> (SyncSender<()>, JoinHandle<()>) {
    let (let_go, gone) = sync_channel(1);
    let (is_held, held) = oneshot::channel();
    let seizing = std::thread::spawn(move || {
        let runtime = Builder::new_current_thread().build().unwrap();
        let (mut links, mut is_held) = ([busy, seized], Some(is_held));
        while !runtime.block_on(seize_once(&mut links, &mut is_held, &gone)) {
            // The router was quicker: once more.
        }
    });
    timeout(PATIENCE, held).await.expect("the router is always quicker").unwrap();
    (let_go, seizing)
}

/// False if the router has emptied the inbox already.
async fn seize_once(
    links: &mut [Link; 2],
    is_held: &mut Option<oneshot::Sender<()>>,
    gone: &Receiver<()>,
) -> bool {
    let [busy, seized] = links;
    // Work for a while, so that the lock can be taken before the router comes to it.
    let work = |_| {
        let (topic, payload) = ("t".to_owned(), Bytes::from_static(b"x"));
        inward(ToRouter::Publish { topic, payload, retain: false })
    };
    busy.tx.buffer().extend((0..100_000).map(work));
    busy.send(Vec::new()).await.unwrap();
    seized.send(Vec::new()).await.unwrap();
    {
        let inbox = seized.tx.buffer();
        if !inbox.is_empty() {
            is_held.take().expect("seized only once").send(()).unwrap();
            assert!(gone.recv().is_err(), "nothing is ever sent");
            return true;
        }
    }
    for link in links {
        while link.is_waiting() {
            link.next().await.unwrap();
        }
    }
    false
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_router_is_replaced_with_what_was_retained() {
    let door = Door::open().await;
    let mut client = door.subscriber().await;
    gets_bulletins(&mut client).await;
    for death in 1..=12 {
        let began = Instant::now();
        kill(door.link().await);
        assert_eq!(read(&mut client, 1).await, None, "death {death}: the old connection ends");
        client = door.subscriber().await;
        gets_bulletins(&mut client).await;
        let took = began.elapsed();
        assert!(took < Duration::from_secs(3), "death {death}: served again only after {took:?}");
        assert_eq!(door.front.counters().router_replaced, death);
    }
    assert!(!door.front.is_degraded(), "dead routers leave nothing behind");
    door.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_application_publishes_outlives_its_router() {
    let door = Door::open().await;
    let mut client = door.subscriber().await;
    gets_bulletins(&mut client).await;
    kill(door.link().await);
    let published = door.front.publish("bulletin/3", Bytes::from_static(b"third"), true);
    assert!(timeout(PATIENCE, published).await.expect("publish hangs"), "no router took it");
    let mut client = door.subscriber().await;
    let all = read(&mut client, 19 + 20 + 19).await.expect("the connection ended");
    let text = b"bulletin/3third";
    assert!(all.windows(text.len()).any(|part| part == text), "bulletin 3 is missing in {all:?}");
    door.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_stuck_router_is_replaced_and_the_third_degrades_the_node() {
    let door = Door::open().await;
    let mut stuck = Vec::new();
    for time in 1..=3 {
        let mut client = door.subscriber().await;
        gets_bulletins(&mut client).await;
        assert!(!door.front.is_degraded(), "{} stuck routers are not too many", time - 1);
        stuck.push(seize(door.link().await, door.link().await).await);
        let published = door.front.publish("bulletin/0", Bytes::from_static(b"x"), false);
        let taken = timeout(PATIENCE, published).await.expect("publish hangs");
        assert!(taken, "time {time}: what was with the stuck router goes to the next one");
        door.is_replaced(time).await;
        assert_eq!(read(&mut client, 1).await, None, "time {time}: the old connection ends");
    }
    assert!(door.front.is_degraded(), "{:?}", door.front.counters());
    assert_eq!(door.front.counters().router_stuck, 3);
    gets_bulletins(&mut door.subscriber().await).await;
    door.close().await;
    for (let_go, thread) in stuck {
        drop(let_go);
        thread.join().unwrap();
    }
}
