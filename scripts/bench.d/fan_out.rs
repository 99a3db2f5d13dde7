//! W1, a message to everybody in the room: 60 sessions at one node, 200 posts, 20 per second, open loop.
//!
//! Measured from the moment a post is written until the last of the 60 has it. Mosquitto stands beside:
//! each post is first committed to SQLite by the driver (a node keeps what it accepts, too), then published
//! with QoS 1. All 60 ends live in this one process, so its time is in both figures.

use std::path::Path;
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;
use std::time::Instant;

use anyhow::Context;
use futures_util::SinkExt;
use futures_util::StreamExt;
use serde_json::Value;
use serde_json::json;
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use crate::corpus::Line;
use crate::figures;
use crate::figures::Spread;
use crate::floor;
use crate::http::Client;
use crate::mqtt::Device;
use crate::mqtt::Mosquitto;
use crate::node::Ids;
use crate::node::Node;
use crate::node::Person;

/// Sessions.
pub(crate) const SESSIONS: usize = 60;
/// Posts that count.
const POSTS: usize = 200;
/// Posts before, so that nobody's first time is measured.
const WARM_UP: usize = 10;
/// Between two posts.
const EVERY: Duration = Duration::from_millis(50);
/// What has not arrived so long after the last post is lost.
const PATIENCE: Duration = Duration::from_secs(15);
const TOPIC: &str = "room";

/// One post on its way.
#[derive(Debug, Clone, Copy, Default)]
struct Post {
    begun: Option<Instant>,
    acknowledged: bool,
    seen: usize,
    last: Option<Instant>,
}

/// Who has seen what.
struct Board {
    posts: Mutex<Vec<Post>>,
    /// Messages that one session got twice.
    twice: Mutex<u64>,
    first_id: Mutex<u64>,
}

impl Board {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            posts: Mutex::new(vec![Post::default(); WARM_UP + POSTS]),
            twice: Mutex::new(0),
            first_id: Mutex::new(u64::MAX),
        })
    }

    fn begin(&self, at: usize, id: &str) {
        if at == 0
            && let (Some(number), Ok(mut first)) = (number(id), self.first_id.lock())
        {
            *first = number;
        }
        self.with(at, |post| post.begun = Some(Instant::now()));
    }

    fn acknowledge(&self, at: usize) {
        self.with(at, |post| post.acknowledged = true);
    }

    fn with(&self, at: usize, change: impl FnOnce(&mut Post)) {
        if let Ok(mut posts) = self.posts.lock()
            && let Some(post) = posts.get_mut(at)
        {
            change(post);
        }
    }

    /// A session was handed something; is it one of ours?
    fn take(&self, text: &str, mine: &mut [bool]) {
        let now = Instant::now();
        let mark = "\"client_id\":\"";
        let Some((_, id)) = text.split_once(mark) else { return };
        let first = self.first_id.lock().map_or(u64::MAX, |first| *first);
        let Some(at) = number(id).and_then(|number| number.checked_sub(first)) else { return };
        let Ok(at) = usize::try_from(at) else { return };
        match mine.get_mut(at) {
            Some(seen) if *seen => {
                if let Ok(mut twice) = self.twice.lock() {
                    *twice += 1;
                }
            }
            Some(seen) => {
                *seen = true;
                self.with(at, |post| (post.seen, post.last) = (post.seen + 1, Some(now)));
            }
            None => {}
        }
    }

    fn is_complete(&self) -> bool {
        self.posts.lock().is_ok_and(|posts| posts.iter().all(|post| post.seen >= SESSIONS))
    }

    fn outcome(&self, cpu_ms: f64) -> Outcome {
        let posts = self.posts.lock().map(|posts| posts.clone()).unwrap_or_default();
        let counted = posts.get(WARM_UP..).unwrap_or_default();
        let took = counted.iter().filter(|post| post.seen >= SESSIONS);
        let took = took.filter_map(|post| Some(post.last?.duration_since(post.begun?)));
        let lost = counted.iter().filter(|post| post.acknowledged && post.seen < SESSIONS).count();
        Outcome {
            spread: Spread::new(took.collect()),
            refused: counted.iter().filter(|post| !post.acknowledged).count(),
            lost,
            twice: self.twice.lock().map_or(0, |twice| *twice),
            cpu_ms_per_post: cpu_ms / posts.len() as f64,
        }
    }
}

/// The number in a client id of ours.
fn number(id: &str) -> Option<u64> {
    id.strip_prefix("bench")?.get(..11)?.parse().ok()
}

/// What came out.
pub(crate) struct Outcome {
    pub(crate) spread: Spread,
    pub(crate) refused: usize,
    pub(crate) lost: usize,
    pub(crate) twice: u64,
    pub(crate) cpu_ms_per_post: f64,
}

impl Outcome {
    pub(crate) fn json(&self) -> Value {
        json!({
            "until_the_60th_has_it": self.spread.json(),
            "not_acknowledged": self.refused,
            "lost": self.lost,
            "twice": self.twice,
            "server_cpu_ms_per_post": figures::round(self.cpu_ms_per_post),
        })
    }
}

/// Our node.
pub(crate) async fn noroshi(
    node: &Node,
    ids: &Ids,
    people: &[Person],
    lines: &[Line],
) -> anyhow::Result<Outcome> {
    let room = node.room(ids, people, "全員の部屋").await?;
    let board = Board::new();
    let mut sessions = JoinSet::new();
    for person in people {
        let mut request = format!("ws://{}/api/v1/live", node.address).into_client_request()?;
        let bearer = format!("Bearer {}", person.token).parse()?;
        request.headers_mut().insert("authorization", bearer);
        let (socket, _) = tokio_tungstenite::connect_async(request).await?;
        sessions.spawn(session(socket, Arc::clone(&board)));
    }
    let mut posters = JoinSet::new();
    let before = figures::usage(node.pid())?;
    let mut clock = tokio::time::interval(EVERY);
    for (at, line) in lines.iter().take(WARM_UP + POSTS).enumerate() {
        let person = people.get(at % people.len().max(1)).context("nobody to post")?;
        // A connection of its own: a slow answer must not hold the next post back.
        let mut client = Client::connect(node.address, Some(&person.token)).await?;
        let (id, board) = (ids.next(), Arc::clone(&board));
        let path = format!("/api/v1/rooms/{room}/messages");
        let body = json!({ "client_id": id, "text": line.text });
        clock.tick().await;
        board.begin(at, &id);
        posters.spawn(async move {
            // A node that answers no more must end in a figure, not in a run that hangs.
            let answer = tokio::time::timeout(PATIENCE, client.post(&path, &body)).await;
            if matches!(answer, Ok(Ok(answer)) if answer.is_good()) {
                board.acknowledge(at);
            }
        });
    }
    while posters.join_next().await.is_some() {}
    wait(&board).await;
    let cpu_ms = figures::usage(node.pid())?.cpu_ms - before.cpu_ms;
    anyhow::ensure!(sessions.try_join_next().is_none(), "a session ended during the run");
    Ok(board.outcome(cpu_ms))
}

/// Until everybody has everything, or patience ends.
async fn wait(board: &Board) {
    let began = Instant::now();
    while !board.is_complete() && began.elapsed() < PATIENCE {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn session(
    mut socket: tokio_tungstenite::WebSocketStream<
        tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>,
    >,
    board: Arc<Board>,
) {
    let mut mine = vec![false; WARM_UP + POSTS];
    // As the page does, so that the node knows that somebody is there.
    let mut beat = tokio::time::interval(Duration::from_secs(5));
    loop {
        tokio::select! {
            _now = beat.tick() => {
                if socket.send(Message::text(r#"{"type":"beat"}"#)).await.is_err() {
                    return;
                }
            }
            said = socket.next() => match said {
                Some(Ok(message)) => {
                    if let Ok(text) = message.to_text() {
                        board.take(text, &mut mine);
                    }
                }
                Some(Err(_)) | None => return,
            }
        }
    }
}

/// Mosquitto with a store before it.
pub(crate) async fn mosquitto(folder: &Path, ids: &Ids, lines: &[Line]) -> anyhow::Result<Outcome> {
    let broker = Mosquitto::start(&folder.join("mosquitto")).await?;
    let board = Board::new();
    let mut sessions = JoinSet::new();
    for at in 0..SESSIONS {
        let mut device = broker.connect(&format!("session{at}")).await?;
        device.subscribe(TOPIC).await?;
        sessions.spawn(subscriber(device, Arc::clone(&board)));
    }
    let mut publisher = broker.connect("publisher").await?;
    let mut store = floor::Table::open(&folder.join("mosquitto.sqlite"))?;
    let before = figures::usage(broker.pid())?;
    let mut clock = tokio::time::interval(EVERY);
    for (at, line) in lines.iter().take(WARM_UP + POSTS).enumerate() {
        let id = ids.next();
        let body = json!({ "client_id": id, "text": line.text }).to_string();
        clock.tick().await;
        board.begin(at, &id);
        store.commit(&[(line.room, line.json.as_str())])?;
        publisher.publish(u16::try_from(at + 1)?, TOPIC, body.as_bytes()).await?;
        board.acknowledge(at);
    }
    wait(&board).await;
    let cpu_ms = figures::usage(broker.pid())?.cpu_ms - before.cpu_ms;
    sessions.abort_all();
    broker.stop().await?;
    Ok(board.outcome(cpu_ms))
}

async fn subscriber(mut device: Device, board: Arc<Board>) {
    let mut mine = vec![false; WARM_UP + POSTS];
    let mut take = |payload: &[u8]| {
        if let Ok(text) = std::str::from_utf8(payload) {
            board.take(text, &mut mine);
        }
    };
    while device.next(&mut take).await.is_ok() {}
}
