//! Nodes over the real broker: what one commits the other holds, once and in order, whatever the line does.
#![expect(clippy::cast_possible_truncation, reason = "the low byte is what a test photo needs")]

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use rumqttc::AsyncClient;
use rumqttc::Event;
use rumqttc::MqttOptions;
use rumqttc::Packet;
use rumqttc::QoS;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use noroshi::cli::demo::line::Line;
use noroshi::domain::event::kind::Kind;
use noroshi::domain::report::BlobRef;
use noroshi::domain::report::PhotoRef;
use noroshi::domain::report::ReportPost;
use noroshi::domain::report::What;
use noroshi::domain::stream::Class;
use noroshi::domain::stream::Stream;
use noroshi::domain::time::ClockState;
use noroshi::identity::keys::NodeKeys;
use noroshi::identity::mailbox::Mailbox;
use noroshi::identity::mailbox::password_text;
use noroshi::identity::noise::Initiator;
use noroshi::identity::packet::Head;
use noroshi::identity::packet::PacketKind;
use noroshi::store::Draft;
use noroshi::sync::LineState;
use noroshi::sync::protocol::frame::Cert;
use noroshi::sync::protocol::frame::Frame;
use noroshi::sync::protocol::frame::Hello;
use noroshi::sync::protocol::frame::write_all;

use crate::exchange::city::City;
use crate::exchange::city::Running;
use crate::exchange::city::SOON;
use crate::exchange::city::client_id;
use crate::exchange::city::commit;
use crate::exchange::city::os_random;

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary directory")
}

/// Headquarters, and a shelter behind a line.
async fn two_nodes(city: &City) -> (Running, Running, Line) {
    let line = Line::start(city.door, CancellationToken::new()).await.expect("a line");
    let hq = city.start(&city.hq_keys, folder(), city.door).await;
    let shelter = city.start(&city.shelter_keys, folder(), line.address()).await;
    (hq, shelter, line)
}

fn reports(shelter: &Running) -> Stream {
    Stream::of_node(Class::Report, shelter.store.who().node)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_writes_the_other_holds_and_each_knows_it() {
    let city = City::open().await;
    let (hq, shelter, _line) = two_nodes(&city).await;
    shelter.say("水位 1.2 m").await;
    hq.set("試しの市").await;
    let (up, down) = (shelter.log(&reports(&shelter)), hq.log(&Stream::org()));
    hq.reaches(up, 1, "the shelter's report").await;
    shelter.reaches(down, 3, "headquarters' setting").await;
    shelter.line_is(LineState::Up).await;

    // Each knows what the other has committed: the marks on the screens rest on it.
    let mut changes = shelter.store.changes();
    let hq_node = hq.store.who().node;
    let known = async {
        while shelter
            .store
            .peer_heads(hq_node)
            .await
            .expect("read")
            .get(&up)
            .is_none_or(|n| n.0 < 1)
        {
            changes.changed().await.expect("the store lives");
        }
    };
    timeout(SOON, known).await.expect("the shelter never heard that headquarters has its report");
    let mut changes = shelter.store.changes();
    let in_time = async {
        while shelter.store.clock_state() != ClockState::Trusted {
            changes.changed().await.expect("the store lives");
        }
    };
    timeout(SOON, in_time).await.expect("the shelter never took the time from headquarters");
    let notes = shelter.store.read(move |snapshot| snapshot.line_notes(hq_node, 10)).await;
    assert_eq!(notes.expect("read").len(), 1, "the line came once and never went");
    hq.end().await;
    shelter.line_is(LineState::Down).await;
    shelter.end().await;
    city.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_that_is_cut_in_the_middle_loses_and_repeats_nothing() {
    let city = City::open().await;
    let (hq, shelter, line) = two_nodes(&city).await;
    let (up, down) = (shelter.log(&reports(&shelter)), hq.log(&Stream::org()));
    for round in 0..4_u64 {
        for word in 0..25 {
            shelter.say(&format!("報告 {round} {word}")).await;
            hq.set(&format!("設定 {round} {word}")).await;
        }
        if round % 2 == 0 {
            line.cut();
        } else {
            line.restore();
        }
    }
    hq.reaches(up, 100, "after two cuts: reports").await;
    shelter.reaches(down, 102, "after two cuts: settings").await;
    assert_eq!((hq.head(up).await, shelter.head(down).await), (100, 102), "each event once");
    hq.end().await;
    shelter.end().await;
    city.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_told_of_a_cut_and_the_line_is_found_again_within_seconds() {
    let city = City::open().await;
    let (hq, shelter, line) = two_nodes(&city).await;
    shelter.line_is(LineState::Up).await;
    line.cut();
    shelter.say("切れている間に書く").await;
    shelter.line_is(LineState::Down).await;
    let up = shelter.log(&reports(&shelter));
    assert_eq!(hq.head(up).await, 0, "a cut line carries nothing");
    line.restore();
    hq.reaches(up, 1, "after the cut").await;
    let found = line.since();
    assert!(found < Duration::from_secs(5), "found again only after {found:?}");
    hq.line_is(LineState::Up).await;
    hq.end().await;
    shelter.end().await;
    city.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_that_were_restarted_go_on_where_they_were() {
    let city = City::open().await;
    let (hq, shelter, _line) = two_nodes(&city).await;
    shelter.say("一").await;
    let first = shelter.log(&reports(&shelter));
    hq.reaches(first, 1, "before the restarts").await;
    let (hq_dir, shelter_dir) = (hq.end().await, shelter.end().await);
    let shelter = city.start(&city.shelter_keys, shelter_dir, city.door).await;
    shelter.say("二").await;
    let second = shelter.log(&reports(&shelter));
    assert_ne!(first, second, "each life has its own logs");
    let hq = city.start(&city.hq_keys, hq_dir, city.door).await;
    hq.reaches(second, 1, "after the restarts").await;
    hq.set("三").await;
    let settings = hq.log(&Stream::org());
    shelter.reaches(settings, 1, "a new life of headquarters").await;
    assert_eq!(hq.head(first).await, 1, "and nothing twice");
    hq.end().await;
    shelter.end().await;
    city.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_photo_crosses_a_line_that_is_cut_and_goes_on_where_it_stopped() {
    let city = City::open().await;
    let (hq, shelter, line) = two_nodes(&city).await;
    let bytes: Vec<u8> =
        (0..6_000_001_usize).map(|at| (at.wrapping_mul(2_654_435_761) >> 9) as u8).collect();
    let (original, small) = (
        shelter.store.blobs().put(&bytes).expect("the original is stored"),
        shelter.store.blobs().put(&bytes[..9_000]).expect("the thumbnail is stored"),
    );
    let client_id = client_id();
    let photo = PhotoRef {
        original: BlobRef { hash: original, bytes: bytes.len() as u64 },
        format: "jpeg".into(),
        width: 4000,
        height: 3000,
        thumbnail: Some(BlobRef { hash: small, bytes: 9_000 }),
        preview: None,
        taken: None,
        taken_offset: None,
        taken_doubtful: false,
        position: None,
        accuracy_m: None,
    };
    let report = ReportPost {
        client_id,
        photos: vec![photo],
        what: What::Flood,
        depth: None,
        place: None,
        remark: String::new(),
        drill: None,
        written_ms: None,
    };
    let draft = Draft::new(reports(&shelter), Kind::ReportPost, None, client_id, &report);
    commit(&shelter.store, vec![draft]).await;

    // Cut as soon as some of it is there.
    let files = hq.store.blobs().clone();
    let percent = move || {
        let files = files.clone();
        async move {
            let look = move || (files.size(&small).is_some(), files.percent(&original));
            tokio::task::spawn_blocking(look).await.expect("the files are looked at")
        }
    };
    let mut looks = tokio::time::interval(Duration::from_millis(30));
    let begun = async {
        while !matches!(percent().await, (true, 1..)) {
            looks.tick().await;
        }
    };
    timeout(SOON, begun).await.expect("the thumbnail came and the original began");
    line.cut();
    let (_, at_cut) = percent().await;
    line.restore();
    let whole = async {
        while percent().await.1 < 100 {
            looks.tick().await;
        }
    };
    timeout(SOON, whole).await.expect("the original is whole after the cut");
    assert!(at_cut > 0, "something was there at the cut, or nothing was tested");
    assert_eq!(hq.store.blobs().read(&original).expect("whole"), bytes);
    hq.end().await;
    shelter.end().await;
    city.close().await;
}

/// A client of the broker that belongs to nobody: sends packets to a mailbox and hears its own.
struct Stranger {
    client: AsyncClient,
    events: rumqttc::EventLoop,
}

impl Stranger {
    async fn connect(city: &City, name: &str, password: [u8; 32]) -> Self {
        let mut options = MqttOptions::new(name, Ipv4Addr::LOCALHOST.to_string(), city.door.port());
        options.set_credentials(name, password_text(&password)).set_max_packet_size(32_768, 32_768);
        let (client, mut events) = AsyncClient::new(options, 100);
        client.try_subscribe(format!("n1/{name}"), QoS::AtMostOnce).expect("queued");
        let subscribed = async {
            while !matches!(
                events.poll().await.expect("connected"),
                Event::Incoming(Packet::SubAck(_))
            ) {}
        };
        timeout(SOON, subscribed).await.expect("the broker answers");
        Self { client, events }
    }

    /// Sends, and gives what came back until the broker answered a ping that went after it.
    async fn send(&mut self, to: &Mailbox, packets: &[Vec<u8>]) -> Vec<Vec<u8>> {
        for packet in packets {
            self.client
                .try_publish(to.topic(), QoS::AtMostOnce, false, packet.clone())
                .expect("queued");
        }
        // Whatever is answered is answered before this comes back to ourselves.
        let own = format!("n1/{}", self.events.mqtt_options.client_id());
        self.client.try_publish(own, QoS::AtMostOnce, false, b"end".to_vec()).expect("queued");
        let mut heard = Vec::new();
        let listen = async {
            loop {
                if let Event::Incoming(Packet::Publish(publish)) =
                    self.events.poll().await.expect("connected")
                {
                    if publish.payload.as_ref() == b"end" {
                        return;
                    }
                    heard.push(publish.payload.to_vec());
                }
            }
        };
        timeout(SOON, listen).await.expect("the broker carries");
        heard
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forged_repeated_and_strange_packets_change_nothing() {
    let city = City::open().await;
    let (hq, shelter, _line) = two_nodes(&city).await;
    shelter.line_is(LineState::Up).await;
    let mailbox = Mailbox::of(&city.org(), &city.hq_keys.node());
    let mut stranger = Stranger::connect(&city, "stranger", [8; 32]).await;

    // A stranger's handshake: its key has no certificate, whatever it claims.
    let random = os_random();
    let thief = NodeKeys::generate(&mut |bytes| random(bytes));
    let prologue = [b"noroshi 1 session".as_slice(), &city.org().0].concat();
    let (_, issue) = city.papers(&city.shelter_keys);
    let issue = minicbor::to_vec(issue).expect("encoded");
    let call = |keys: &NodeKeys, node| {
        let hello = Frame::Hello(Hello {
            versions: vec![1],
            program: "x".into(),
            node,
            incarnation: [1; 8],
            index: 5,
            packet_max: 20_000,
            unix_ms: 0,
            clock: 2,
            error_ms: 0,
        });
        let payload = write_all(&[hello, Frame::Cert(Cert { issue: issue.clone() })]);
        let random = os_random();
        let (_, message) = Initiator::begin(
            &keys.exchange_secret(),
            &city.hq_keys.exchange_public(),
            &prologue,
            &payload,
            &mut |bytes| random(bytes),
        )
        .expect("a first message");
        Head { kind: PacketKind::Init, index: 0, counter: 0 }.packet(&message)
    };
    let strange = call(&thief, city.shelter_keys.node());
    let garbage: Vec<Vec<u8>> = vec![
        Vec::new(),
        vec![1],
        vec![1; 300],
        vec![2; 300],
        vec![9; 300],
        Head::data(1, 0).packet(&[0; 40]),
        Head { kind: PacketKind::NoSession, index: 0, counter: 0 }.packet(&[]),
    ];
    let heard = stranger.send(&mailbox, &[vec![strange], garbage.clone()].concat()).await;
    assert_eq!(heard, Vec::<Vec<u8>>::new(), "a stranger got an answer");
    let to_shelter = Mailbox::of(&city.org(), &city.shelter_keys.node());
    stranger.send(&to_shelter, &garbage).await;

    // A genuine first message, replayed: it opens nothing and harms nothing that is open.
    let replayed = call(&city.shelter_keys, city.shelter_keys.node());
    stranger
        .send(&mailbox, &[replayed.clone(), replayed.clone(), replayed.clone(), replayed])
        .await;
    // Every session index there is in a small range, with bytes that nobody sealed.
    let forged: Vec<_> = (0..80_u32).map(|index| Head::data(index, 3).packet(&[7; 60])).collect();
    stranger.send(&mailbox, &forged).await;

    shelter.say("まだ話せる").await;
    hq.set("まだ話せる").await;
    let (up, down) = (shelter.log(&reports(&shelter)), hq.log(&Stream::org()));
    hq.reaches(up, 1, "after forged packets: a report").await;
    shelter.reaches(down, 3, "after forged packets: a setting").await;
    assert_eq!(hq.handle.peers().borrow().len(), 1, "a stranger became a peer");
    hq.end().await;
    shelter.end().await;
    city.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_carries_the_packets_reads_nothing_and_can_repeat_nothing() {
    let city = City::open().await;
    let hq = city.start(&city.hq_keys, folder(), city.door).await;
    // A line that keeps what it carries.
    let tap = Arc::new(std::sync::Mutex::new(Vec::new()));
    let (address, _tapping) = tapped(city.door, Arc::clone(&tap)).await;
    let shelter = city.start(&city.shelter_keys, folder(), address).await;
    let canary = "ひみつのことば-canary";
    shelter.say(canary).await;
    hq.set(canary).await;
    let (up, down) = (shelter.log(&reports(&shelter)), hq.log(&Stream::org()));
    hq.reaches(up, 1, "over a tapped line: a report").await;
    shelter.reaches(down, 3, "over a tapped line: a setting").await;
    let seen = tap.lock().expect("the tap").clone();
    assert!(seen.len() > 1_000, "the tap saw only {} bytes", seen.len());
    for secret in
        [canary.as_bytes(), "canary".as_bytes(), "避難所".as_bytes(), &city.shelter_keys.node().0]
    {
        assert!(
            !seen.windows(secret.len()).any(|bytes| bytes == secret),
            "a carrier saw {secret:?}"
        );
    }
    // Every packet that ever went to headquarters, once more.
    let mailbox = Mailbox::of(&city.org(), &city.hq_keys.node());
    let topic = mailbox.topic();
    let starts =
        seen.windows(topic.len()).enumerate().filter(|(_, bytes)| *bytes == topic.as_bytes());
    let packets: Vec<Vec<u8>> = starts
        .map(|(at, _)| &seen[at + topic.len()..])
        .filter_map(|rest| (8..400).find_map(|size| rest.get(..size)).map(<[u8]>::to_vec))
        .take(60)
        .collect();
    let mut stranger = Stranger::connect(&city, "stranger", [8; 32]).await;
    stranger.send(&mailbox, &packets).await;
    shelter.say("二").await;
    hq.reaches(up, 2, "after repeated packets").await;
    assert_eq!(hq.head(up).await, 2, "each event once");
    hq.end().await;
    shelter.end().await;
    city.close().await;
}

/// A relay that writes down what it carries.
async fn tapped(
    target: std::net::SocketAddr,
    tap: Arc<std::sync::Mutex<Vec<u8>>>,
) -> (std::net::SocketAddr, tokio::task::JoinSet<()>) {
    use tokio::io::AsyncReadExt;
    use tokio::io::AsyncWriteExt;
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
    let address = listener.local_addr().expect("its address");
    let mut tasks = tokio::task::JoinSet::new();
    tasks.spawn(async move {
        let mut connections = tokio::task::JoinSet::new();
        while let Ok((client, _)) = listener.accept().await {
            let server = tokio::net::TcpStream::connect(target).await.expect("the door is open");
            let (from_client, to_client) = client.into_split();
            let (from_server, to_server) = server.into_split();
            for (mut from, mut to) in [(from_client, to_server), (from_server, to_client)] {
                let tap = Arc::clone(&tap);
                connections.spawn(async move {
                    let mut bytes = vec![0; 65_536];
                    while let Ok(count @ 1..) = from.read(&mut bytes).await {
                        tap.lock().expect("the tap").extend_from_slice(&bytes[..count]);
                        if to.write_all(&bytes[..count]).await.is_err() {
                            return;
                        }
                    }
                });
            }
        }
    });
    (address, tasks)
}
