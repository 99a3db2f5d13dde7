//! Two real processes that are killed with SIGKILL and a line that is cut while people write: nothing that
//! was acknowledged is lost, nothing stands twice, every author's words keep their order.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use hyper::Method;
use noroshi::cli::demo::line::Line;
use rustix::process::Signal;
use serde_json::Value;
use serde_json::json;
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio_util::sync::CancellationToken;

use crate::http_client::Person;
use crate::http_client::client_id;
use crate::nodes::Program;
use crate::nodes::SOON;
use crate::nodes::assert_doctor_is_content;
use crate::nodes::command;
use crate::nodes::free_ports;
use crate::nodes::node_info;
use crate::nodes::until;
use crate::nodes::when;

/// A node that is killed and started again on its directory.
struct Node {
    dir: PathBuf,
    address: SocketAddr,
    log: PathBuf,
    program: Program,
}

impl Node {
    async fn start(dir: PathBuf, port: u16, mqtt: &str) -> Self {
        let toml = format!(
            "[http]\nlisten = \"127.0.0.1:{port}\"\n[clock]\ntrust = \"system\"\n[mqtt]\ndevices = \"\"\n{mqtt}\n"
        );
        std::fs::write(dir.join("noroshi.toml"), toml).unwrap();
        let log = dir.with_extension("log");
        let program = Program::start(&["serve", "--data", dir.to_str().unwrap()], &log);
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let mut node = Self { dir, address, log, program };
        node.is_up().await;
        node
    }

    async fn is_up(&mut self) -> Value {
        until("a node that answers", SOON, async || {
            assert!(
                self.program.has_ended().is_none(),
                "it did not start: {}",
                self.program.said()
            );
            node_info(self.address).await
        })
        .await
    }

    async fn kill_and_start(&mut self) {
        self.program.kill();
        self.program = Program::start(&["serve", "--data", self.dir.to_str().unwrap()], &self.log);
        self.is_up().await;
    }

    async fn stop_and_examine(mut self) {
        self.program.signal(Signal::TERM);
        let status = self.program.ended("the end after SIGTERM", SOON).await;
        assert!(status.success(), "{status}: {}", self.program.said());
        assert_doctor_is_content(&self.dir).await;
    }
}

/// A headquarters and a shelter as two machines would have them, with one person at each.
struct Pair {
    hq: Node,
    shelter: Node,
    line: Line,
    desk: Person,
    clerk: Person,
    room: String,
    _stop: CancellationToken,
    _dir: TempDir,
}

/// A new account; answers with its number and password.
async fn account(admin: &Person, login: &str, role: &str, node: &str) -> (u64, String) {
    let new =
        json!({ "login": login, "name": login, "role": role, "nodes": [node], "phone": null });
    let number = admin.post("/accounts", new).await["account"].as_u64().unwrap();
    let given = admin.post(&format!("/accounts/{number}/credential"), json!({})).await;
    (number, given["password"].as_str().unwrap().to_owned())
}

/// The word after a mark in what a command said.
fn word_after<'a>(said: &'a str, mark: &str) -> &'a str {
    let rest = said.split_once(mark).unwrap_or_else(|| panic!("no {mark:?} in {said}")).1;
    rest.split_whitespace().next().unwrap()
}

async fn invite(hq: &Path) -> String {
    let hq = hq.to_str().unwrap();
    let (done, said) = command(&["org", "invite", "--data", hq, "--name", "第一避難所"]).await;
    assert!(done, "{said}");
    said.split_whitespace().find(|word| word.starts_with("NRS1.")).unwrap().to_owned()
}

async fn pair() -> Pair {
    let dir = TempDir::new().unwrap();
    let (hq_dir, shelter_dir) = (dir.path().join("hq"), dir.path().join("shelter"));
    let port = free_ports(&[0, 1, 2]);
    let door = SocketAddr::from(([127, 0, 0, 1], port + 2));
    let data = hq_dir.to_str().unwrap();
    let (base, mqtt) = (format!("http://127.0.0.1:{port}"), door.to_string());
    let (done, said) = command(&[
        "org",
        "init",
        "--data",
        data,
        "--name",
        "試しの市",
        "--mqtt",
        &mqtt,
        "--base-url",
        &base,
    ])
    .await;
    assert!(done, "{said}");
    let password = word_after(&said, "password ");
    let hq = Node::start(hq_dir, port, &format!("nodes = \"{door}\"")).await;

    let ticket = invite(&hq.dir).await;
    let place = shelter_dir.to_str().unwrap();
    let (done, said) = command(&["join", "--data", place, &ticket]).await;
    assert!(done, "{said}");
    // The ticket works once, and not at all when mistyped.
    let elsewhere = dir.path().join("elsewhere");
    let (done, said) = command(&["join", "--data", elsewhere.to_str().unwrap(), &ticket]).await;
    assert!(!done && said.contains("refused"), "a spent ticket enrolled another node: {said}");
    let third = dir.path().join("third");
    let mut mistyped = invite(&hq.dir).await;
    let last = if mistyped.pop() == Some('A') { 'B' } else { 'A' };
    mistyped.push(last);
    let (done, said) = command(&["join", "--data", third.to_str().unwrap(), &mistyped]).await;
    assert!(!done && said.contains("ticket"), "a mistyped ticket: {said}");

    let stop = CancellationToken::new();
    let line = Line::start(door, stop.clone()).await.unwrap();
    let way = format!("headquarters = \"{}\"", line.address());
    let mut shelter = Node::start(shelter_dir, port + 1, &way).await;
    let id = |info: Value| info["id"].as_str().unwrap().to_owned();
    let (hq_id, shelter_id) = (id(node_info(hq.address).await.unwrap()), id(shelter.is_up().await));

    let admin = Person::log_in(hq.address, "kanri", password).await;
    let (of_desk, desk_password) = account(&admin, "tsukue", "publisher", &hq_id).await;
    let (of_clerk, clerk_password) = account(&admin, "uketsuke", "shelter", &shelter_id).await;
    let desk = Person::log_in(hq.address, "tsukue", &desk_password).await;
    let room = json!({ "name": "本部 ⇄ 第一", "members": [of_desk, of_clerk] });
    let room = desk.post("/rooms", room).await["id"].as_str().unwrap().to_owned();
    let clerk = until("the clerk's login, which comes over the line", SOON, async || {
        // A handful of wrong tries would make one wait for a minute: ask only once the account is there.
        let waits = admin.get("/accounts").await;
        let row =
            waits["accounts"].as_array().unwrap().iter().find(|row| row["login"] == "uketsuke");
        let row = row.unwrap();
        when(row["pending_nodes"].as_array().unwrap().is_empty(), row)?;
        Person::try_log_in(shelter.address, "uketsuke", &clerk_password).await
    })
    .await;
    until("the room at the shelter", SOON, async || {
        let rooms = clerk.get("/rooms").await;
        when(rooms["rooms"].as_array().is_some_and(|rooms| rooms.len() == 1), rooms)
    })
    .await;
    Pair { hq, shelter, line, desk, clerk, room, _stop: stop, _dir: dir }
}

/// Writes one message after the other; each is tried with the same client id until it is acknowledged.
async fn write_until(person: &Person, room: &str, enough: &Cell<bool>) -> Vec<String> {
    let path = format!("/rooms/{room}/messages");
    let mut acknowledged = Vec::new();
    while !enough.get() {
        let text = format!("{} {}", person.name(), acknowledged.len());
        let id = client_id();
        until(&format!("the acknowledgement of {text}"), SOON * 2, async || {
            let body = json!({ "client_id": id, "text": text });
            let (status, answer) = person.try_post(&path, body).await?;
            when(status == 200 || status == 201, format!("{status} {answer}"))
        })
        .await;
        acknowledged.push(text);
    }
    acknowledged
}

/// Seeded, so that a failure can be told from its print.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }

    /// A moment between acts: nothing is waited for but time itself.
    async fn moment(&mut self) {
        let long = Duration::from_millis(100 + self.below(900));
        drop(tokio::time::timeout(long, std::future::pending::<()>()).await);
    }
}

fn seed() -> u64 {
    let given = std::env::var("NOROSHI_SEED").ok().and_then(|text| text.parse().ok());
    given.unwrap_or_else(|| {
        let mut bytes = [0; 8];
        getrandom::fill(&mut bytes).unwrap();
        u64::from_le_bytes(bytes) | 1
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_and_nothing_stands_twice_when_nodes_are_killed() {
    let mut pair = pair().await;
    let seed = seed();
    eprintln!("NOROSHI_SEED={seed}");
    let mut dice = Dice(seed);
    let enough = Cell::new(false);
    let (desk, clerk, room) = (pair.desk.clone(), pair.clerk.clone(), pair.room.clone());
    let harm = async {
        for round in 0..8 {
            dice.moment().await;
            // Each kind of harm at least once, then as the dice fall.
            match if round < 4 { round } else { dice.below(4) } {
                0 => pair.shelter.kill_and_start().await,
                1 => pair.hq.kill_and_start().await,
                2 => {
                    pair.line.cut();
                    dice.moment().await;
                    pair.shelter.kill_and_start().await;
                    dice.moment().await;
                    pair.line.restore();
                }
                _ => {
                    pair.line.cut();
                    dice.moment().await;
                    pair.line.restore();
                }
            }
        }
        enough.set(true);
    };
    let writing = (write_until(&desk, &room, &enough), write_until(&clerk, &room, &enough));
    let (by_desk, by_clerk, ()) = tokio::join!(writing.0, writing.1, harm);
    eprintln!("{} messages of the desk, {} of the clerk", by_desk.len(), by_clerk.len());
    assert!(by_desk.len() > 10 && by_clerk.len() > 10, "hardly anything was written");

    for person in [&pair.desk, &pair.clerk] {
        let what = format!("every acknowledged message at {} (seed {seed})", person.name());
        let count = by_desk.len() + by_clerk.len();
        let seen = until(&what, SOON * 2, async || {
            let seen = person.messages(&pair.room).await;
            if seen.len() >= count { Ok(seen) } else { Err(format!("{} of {count}", seen.len())) }
        })
        .await;
        for (author, want) in [(&pair.desk, &by_desk), (&pair.clerk, &by_clerk)] {
            let by_author = |message: &&Value| message["author"]["account"] == author.account();
            let text = |message: &Value| message["text"].as_str().unwrap().to_owned();
            let got: Vec<String> = seen.iter().filter(by_author).map(text).collect();
            assert_eq!(&got, want, "of {}, at {}, seed {seed}", author.name(), person.name());
        }
        let ids: BTreeSet<_> = seen.iter().map(|message| message["id"].to_string()).collect();
        assert_eq!(ids.len(), seen.len(), "something stands twice, seed {seed}");
    }
    pair.shelter.stop_and_examine().await;
    pair.hq.stop_and_examine().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_retry_after_a_lost_answer_is_the_same_message() {
    let mut pair = pair().await;
    let path = format!("/rooms/{}/messages", pair.room);
    let body = json!({ "client_id": client_id(), "text": "一度だけ" });
    let first = pair.clerk.try_post(&path, body.clone()).await.unwrap();
    assert_eq!(first.0, 201, "{}", first.1);
    let again = pair.clerk.try_post(&path, body.clone()).await.unwrap();
    assert_eq!((again.0, &again.1["id"]), (200, &first.1["id"]), "{}", again.1);
    let other = json!({ "client_id": body["client_id"], "text": "別のこと" });
    let (status, refused) = pair.clerk.try_post(&path, other).await.unwrap();
    assert!(status >= 400, "another text under a used client id was taken: {refused}");
    assert_eq!(refused["code"], "client_id_reused", "{refused}");

    // The answer is lost: the connection goes as soon as the request is out, then the node dies.
    let lost = json!({ "client_id": client_id(), "text": "答えを聞かずに" });
    let sending = pair.clerk.send(Method::POST, &path, &lost);
    drop(tokio::time::timeout(Duration::from_millis(3), sending).await);
    let mut stranger = tokio::net::TcpStream::connect(pair.shelter.address).await.unwrap();
    stranger.write_all(b"POST /api/v1/session HTTP/1.1\r\n").await.unwrap();
    pair.shelter.kill_and_start().await;
    let (status, _) = pair.clerk.try_post(&path, lost.clone()).await.unwrap();
    assert!(status == 200 || status == 201, "{status}");
    let (status, _) = pair.clerk.try_post(&path, lost).await.unwrap();
    assert_eq!(status, 200, "the third try is known");
    until("both messages at headquarters", SOON, async || {
        let seen = pair.desk.messages(&pair.room).await;
        let texts: Vec<_> = seen.iter().map(|one| one["text"].as_str().unwrap()).collect();
        when(texts == ["一度だけ", "答えを聞かずに"], format!("{texts:?}"))
    })
    .await;
}
