//! A door to knock at, and a client that sends exactly the bytes it is told to.
//! Used by every `broker_*` module. Not here: any wish to be a polite MQTT client.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use bytes::Bytes;
use noroshi::broker::CountersSnapshot;
use noroshi::broker::Front;
use noroshi::broker::Limits;
use noroshi::broker::Login;
use noroshi::broker::Policy;
use noroshi::broker::Verdict;
use noroshi::broker::topic;
use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::net::TcpSocket;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::interval;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// How long anything may take that should happen at once: busy cores are not quick.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// The password of every user of [`Town`].
pub(crate) const PASSWORD: &str = "right";

pub(crate) const PINGREQ: &[u8] = b"\xc0\x00";
pub(crate) const PINGRESP: &[u8] = b"\xd0\x00";
pub(crate) const DISCONNECT: &[u8] = b"\xe0\x00";

/// The rights that the tests knock against. `free…` may do everything; `device-…` reads bulletins
/// and writes to its own topic, which the application takes; `slow…` is `free` but waits at the
/// gate; for `bomb` the application panics. Nobody gets in without a name or the password.
#[derive(Clone)]
pub(crate) struct Town {
    /// What the application took: topic, payload.
    pub(crate) absorbed: Arc<Mutex<Vec<(String, Bytes)>>>,
    /// What it holds retained.
    pub(crate) retained: Vec<(String, Bytes)>,
    /// The application panics when it is asked for that.
    pub(crate) forgets: bool,
    /// Each publish of a `slow…` user needs a permit.
    pub(crate) gate: Arc<Semaphore>,
}

impl Town {
    pub(crate) fn new() -> Self {
        let gate = Arc::new(Semaphore::new(0));
        Self { absorbed: Arc::default(), retained: Vec::new(), forgets: false, gate }
    }
}

impl Policy for Town {
    /// The user's name.
    type Peer = String;

    async fn login(&self, login: &Login) -> Option<String> {
        let is_right = login.password.as_deref() == Some(PASSWORD.as_bytes());
        login.user.clone().filter(|_| is_right)
    }

    fn may_subscribe(&self, user: &String, filter: &str) -> bool {
        let right = if user.starts_with("device-") { "noroshi/bulletin/#" } else { "#" };
        filter != "test/nosubscribe" && topic::covers(right, filter)
    }

    async fn publish(&self, user: &String, topic: &str, payload: &Bytes, retain: bool) -> Verdict {
        if user.starts_with("device-") {
            if retain || topic != format!("noroshi/device/{user}") {
                return Verdict::Refuse;
            }
            self.absorbed.lock().unwrap().push((topic.to_owned(), payload.clone()));
            return Verdict::Absorb;
        }
        if user.starts_with("slow") {
            self.gate.acquire().await.unwrap().forget();
        }
        assert!(user != "bomb", "on purpose: the application has a bug");
        Verdict::Route
    }

    async fn retained(&self) -> Vec<(String, Bytes)> {
        assert!(!self.forgets, "on purpose: the application has a bug");
        self.retained.clone()
    }
}

/// A door that is open, and how to close it.
pub(crate) struct Door {
    pub(crate) front: Arc<Front<Town>>,
    pub(crate) town: Town,
    pub(crate) address: SocketAddr,
    stop: CancellationToken,
    serving: JoinSet<()>,
}

impl Door {
    pub(crate) async fn open(limits: Limits) -> Self {
        Self::open_with(limits, Town::new()).await
    }

    pub(crate) async fn open_with(limits: Limits, town: Town) -> Self {
        let front = Front::new(town.clone(), limits);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, stop) = (listener.local_addr().unwrap(), CancellationToken::new());
        let mut serving = JoinSet::new();
        serving.spawn(Arc::clone(&front).serve(listener, stop.clone()));
        Self { front, town, address, stop, serving }
    }

    /// A client that is let in.
    pub(crate) async fn enter(&self, client_id: &str, user: &str) -> Client {
        self.enter_with(Connect { client_id, user, ..Connect::default() }).await
    }

    pub(crate) async fn enter_with(&self, connect: Connect<'_>) -> Client {
        let mut client = self.knock(&connect.bytes()).await;
        client.gets(b"\x20\x02\x00\x00", "CONNACK").await;
        client
    }

    /// A connection that has sent `bytes` and read nothing.
    pub(crate) async fn knock(&self, bytes: &[u8]) -> Client {
        let socket = TcpStream::connect(self.address).await.expect("the door is open");
        let mut client = Client { socket };
        client.send(bytes).await;
        client
    }

    /// A client with hardly any room for what it doesn't read.
    pub(crate) async fn enter_narrow(&self, client_id: &str, user: &str) -> Client {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4096).unwrap();
        let socket = socket.connect(self.address).await.expect("the door is open");
        let mut client = Client { socket };
        client.send(&Connect { client_id, user, ..Connect::default() }.bytes()).await;
        client.gets(b"\x20\x02\x00\x00", "CONNACK").await;
        client
    }

    pub(crate) fn counters(&self) -> CountersSnapshot {
        self.front.counters()
    }

    /// Waits until the counters say so.
    pub(crate) async fn counts(&self, story: &str, is_so: impl Fn(&CountersSnapshot) -> bool) {
        let mut looks = interval(Duration::from_millis(5));
        let came = timeout(PATIENCE, async {
            while !is_so(&self.counters()) {
                looks.tick().await;
            }
        });
        assert!(came.await.is_ok(), "{story}: not after {PATIENCE:?}, {:?}", self.counters());
    }

    /// Closes the door; everything of it must have ended within a second.
    pub(crate) async fn close(mut self) {
        self.stop.cancel();
        let closed = timeout(Duration::from_secs(1), self.serving.join_next()).await;
        assert!(
            matches!(closed, Ok(Some(Ok(())))),
            "the door didn't close in a second: {closed:?}"
        );
        assert_eq!(self.counters().connections, 0, "a connection outlives its door");
    }
}

/// Somebody who listens all the time, to see that everybody is still served.
pub(crate) struct Witness {
    listener: Client,
    seen: u32,
}

impl Witness {
    pub(crate) async fn of(door: &Door) -> Self {
        let mut listener = door.enter("witness", "free").await;
        listener.subscribe("witness/+", 0).await;
        Self { listener, seen: 0 }
    }

    /// A newcomer gets in and is heard by who was there before, and the router never failed.
    pub(crate) async fn is_served(&mut self, door: &Door, story: &str) {
        self.seen += 1;
        let mut newcomer = door.enter("newcomer", "free").await;
        let text = format!("{story} {}", self.seen);
        newcomer.send(&publish("witness/1", text.as_bytes())).await;
        let (topic, payload, _) = self.listener.message(story).await;
        assert_eq!((topic.as_str(), payload), ("witness/1", text.into_bytes()), "{story}");
        newcomer.send(DISCONNECT).await;
        newcomer.is_closed(story).await;
        let counters = door.counters();
        assert_eq!(counters.router_replaced, 0, "{story}: the router failed: {counters:?}");
    }
}

/// One connection. Whatever doesn't come within [`PATIENCE`] fails the test with its story.
pub(crate) struct Client {
    socket: TcpStream,
}

impl Client {
    /// Sends, or finds the connection closed: what follows from that is for the test to look at.
    pub(crate) async fn send(&mut self, bytes: &[u8]) {
        let sent = timeout(PATIENCE, self.socket.write_all(bytes)).await;
        sent.expect("the door doesn't read").unwrap_or(());
    }

    /// The next packet as it came, or nothing if the connection has ended.
    pub(crate) async fn packet(&mut self, story: &str) -> Option<Vec<u8>> {
        let read = timeout(PATIENCE, self.read_packet()).await;
        read.unwrap_or_else(|_| panic!("{story}: neither a packet nor the end after {PATIENCE:?}"))
    }

    async fn read_packet(&mut self) -> Option<Vec<u8>> {
        let mut packet = vec![self.socket.read_u8().await.ok()?];
        let (mut body_bytes, mut shift) = (0, 0);
        loop {
            let byte = self.socket.read_u8().await.ok()?;
            packet.push(byte);
            body_bytes |= usize::from(byte & 0x7f) << shift;
            shift += 7;
            if byte & 0x80 == 0 {
                break;
            }
        }
        let head_bytes = packet.len();
        packet.resize(head_bytes + body_bytes, 0);
        self.socket.read_exact(&mut packet[head_bytes..]).await.ok()?;
        Some(packet)
    }

    /// The next packet is `want`.
    pub(crate) async fn gets(&mut self, want: &[u8], story: &str) {
        let got = self.packet(story).await;
        assert_eq!(got.as_deref(), Some(want), "{story}");
    }

    /// The next packet is a message: topic, payload, retain flag.
    pub(crate) async fn message(&mut self, story: &str) -> (String, Vec<u8>, bool) {
        let packet = self.packet(story).await.unwrap_or_else(|| panic!("{story}: it was cut off"));
        assert_eq!(packet[0] & 0xfe, 0x30, "{story}: no QoS 0 PUBLISH but {packet:?}");
        let head_bytes = 1 + packet.iter().skip(1).position(|byte| byte & 0x80 == 0).unwrap() + 1;
        let topic_bytes =
            usize::from(packet[head_bytes]) << 8 | usize::from(packet[head_bytes + 1]);
        let (topic, payload) = packet[head_bytes + 2..].split_at(topic_bytes);
        (String::from_utf8(topic.to_vec()).unwrap(), payload.to_vec(), packet[0] & 1 != 0)
    }

    /// The connection ends without another packet.
    pub(crate) async fn is_cut(&mut self, story: &str) {
        assert_eq!(self.packet(story).await, None, "{story}: the connection should end");
    }

    /// The connection ends, whatever comes before that.
    pub(crate) async fn is_closed(&mut self, story: &str) {
        while self.packet(story).await.is_some() {}
    }

    /// Still served: a ping comes back, behind whatever else.
    pub(crate) async fn is_alive(&mut self, story: &str) {
        self.send(PINGREQ).await;
        loop {
            match self.packet(story).await {
                Some(packet) if packet == PINGRESP => return,
                Some(_) => {}
                None => panic!("{story}: the connection ended"),
            }
        }
    }

    /// Subscribes and finds `code` in the SUBACK.
    pub(crate) async fn subscribe(&mut self, filter: &str, code: u8) {
        self.send(&subscribe(7, &[filter])).await;
        self.gets(&[0x90, 3, 0, 7, code], filter).await;
    }

    /// Ends without a word, as a power cut does to a device: the will is due.
    pub(crate) fn vanish(self) {
        drop(self);
    }

    /// Reads a few bytes, whatever they mean; 0 at the end of the connection.
    pub(crate) async fn sip(&mut self) -> usize {
        let mut few = [0; 512];
        let read = timeout(PATIENCE, self.socket.read(&mut few)).await;
        read.expect("neither a byte nor the end").unwrap_or(0)
    }
}

/// A CONNECT; by default 3.1.1, clean session, keepalive 60 s, no will, the right password.
pub(crate) struct Connect<'a> {
    pub(crate) client_id: &'a str,
    pub(crate) user: &'a str,
    pub(crate) password: &'a str,
    pub(crate) level: u8,
    pub(crate) clean: bool,
    pub(crate) keepalive_s: u16,
    /// Topic, payload, retain.
    pub(crate) will: Option<(&'a str, &'a [u8], bool)>,
}

impl Default for Connect<'_> {
    fn default() -> Self {
        Connect {
            client_id: "",
            user: "free",
            password: PASSWORD,
            level: 4,
            clean: true,
            keepalive_s: 60,
            will: None,
        }
    }
}

impl Connect<'_> {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut flags = if self.clean { 0x02 } else { 0 };
        let mut tail = text(self.client_id.as_bytes());
        if let Some((topic, payload, retain)) = self.will {
            flags |= if retain { 0x24 } else { 0x04 };
            tail.extend([text(topic.as_bytes()), text(payload)].concat());
        }
        if !self.user.is_empty() {
            flags |= 0xc0;
            tail.extend([text(self.user.as_bytes()), text(self.password.as_bytes())].concat());
        }
        let mut body = text(b"MQTT");
        body.extend([self.level, flags]);
        body.extend(self.keepalive_s.to_be_bytes());
        body.extend(tail);
        packet(0x10, &body)
    }
}

/// First byte, length, body.
pub(crate) fn packet(first: u8, body: &[u8]) -> Vec<u8> {
    let mut packet = vec![first];
    let mut rest = body.len();
    loop {
        let low = u8::try_from(rest & 0x7f).unwrap();
        rest >>= 7;
        packet.push(low | if rest > 0 { 0x80 } else { 0 });
        if rest == 0 {
            break;
        }
    }
    packet.extend(body);
    packet
}

/// Two bytes of length, then the bytes.
pub(crate) fn text(bytes: &[u8]) -> Vec<u8> {
    [&u16::try_from(bytes.len()).unwrap().to_be_bytes(), bytes].concat()
}

pub(crate) fn publish(topic: &str, payload: &[u8]) -> Vec<u8> {
    packet(0x30, &[&text(topic.as_bytes()), payload].concat())
}

pub(crate) fn publish_retained(topic: &str, payload: &[u8]) -> Vec<u8> {
    packet(0x31, &[&text(topic.as_bytes()), payload].concat())
}

pub(crate) fn publish_qos(qos: u8, id: u16, topic: &str, payload: &[u8]) -> Vec<u8> {
    packet(0x30 | qos << 1, &[&text(topic.as_bytes()), &id.to_be_bytes()[..], payload].concat())
}

pub(crate) fn subscribe(id: u16, filters: &[&str]) -> Vec<u8> {
    let mut body = id.to_be_bytes().to_vec();
    for filter in filters {
        body.extend(text(filter.as_bytes()));
        body.push(0);
    }
    packet(0x82, &body)
}

pub(crate) fn unsubscribe(id: u16, filter: &str) -> Vec<u8> {
    packet(0xa2, &[&id.to_be_bytes()[..], &text(filter.as_bytes())].concat())
}
