//! W2, durable writes: 1, 16 and 64 keep-alive connections, each with one message outstanding.
//!
//! An answer means that the message is on disk. The floor (`floor`) runs before and after in the same run.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use std::time::Instant;

use anyhow::Context;
use serde_json::Value;
use serde_json::json;
use tokio::task::JoinSet;

use crate::corpus::Line;
use crate::figures;
use crate::figures::Spread;
use crate::floor;
use crate::http::Client;
use crate::node::Ids;
use crate::node::Node;
use crate::node::Person;

/// Connections, and the share of the floor that a node must reach with them.
pub(crate) const WRITERS: [(usize, f64); 3] = [(1, 0.5), (16, 0.2), (64, 0.12)];

/// How long is written: first without counting, then counting.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    pub(crate) warm_up: Duration,
    pub(crate) measure: Duration,
}

/// What came out.
pub(crate) struct Outcome {
    pub(crate) spread: Spread,
    pub(crate) per_second: f64,
    pub(crate) refused: usize,
    pub(crate) cpu_ms_each: f64,
}

impl Outcome {
    pub(crate) fn new(spread: Spread, span: Span, refused: usize, cpu_ms: f64) -> Self {
        let per_second = spread.count() as f64 / span.measure.as_secs_f64();
        let cpu_ms_each = cpu_ms / spread.count() as f64;
        Self { spread, per_second, refused, cpu_ms_each }
    }

    pub(crate) fn json(&self) -> Value {
        let cpu = self.cpu_ms_each.is_finite().then(|| figures::round(self.cpu_ms_each));
        json!({
            "per_second": figures::round(self.per_second),
            "answer": self.spread.json(),
            "refused": self.refused,
            "server_cpu_ms_each": cpu,
        })
    }
}

/// The floor, off the runtime: its writers are threads that block.
pub(crate) async fn floor(
    path: &Path,
    writers: usize,
    span: Span,
    lines: &Arc<Vec<Line>>,
) -> anyhow::Result<Outcome> {
    let (path, lines) = (path.to_owned(), Arc::clone(lines));
    tokio::task::spawn_blocking(move || floor::run(&path, writers, span, &lines)).await?
}

/// Our node. `rooms` are the corpus's rooms by number.
pub(crate) async fn noroshi(
    node: &Node,
    ids: &Arc<Ids>,
    (people, rooms): (&[Person], &Arc<Vec<String>>),
    (writers, span): (usize, Span),
    lines: &Arc<Vec<Line>>,
) -> anyhow::Result<Outcome> {
    let mut hands = JoinSet::new();
    let mut clients = Vec::new();
    for writer in 0..writers {
        let person = people.get(writer % people.len().max(1)).context("nobody to post")?;
        clients.push(Client::connect(node.address, Some(&person.token)).await?);
    }
    let begun = Instant::now();
    let (from, until) = (begun + span.warm_up, begun + span.warm_up + span.measure);
    for (writer, client) in clients.into_iter().enumerate() {
        let writing = Writing {
            client,
            ids: Arc::clone(ids),
            rooms: Arc::clone(rooms),
            lines: Arc::clone(lines),
            first: writer * 97,
        };
        hands.spawn(writing.run(from, until));
    }
    tokio::time::sleep_until(from.into()).await;
    let before = figures::usage(node.pid())?;
    tokio::time::sleep_until(until.into()).await;
    let cpu_ms = figures::usage(node.pid())?.cpu_ms - before.cpu_ms;
    let (mut took, mut refused) = (Vec::new(), 0);
    while let Some(hand) = hands.join_next().await {
        let (one, no) = hand??;
        took.extend(one);
        refused += no;
    }
    Ok(Outcome::new(Spread::new(took), span, refused, cpu_ms))
}

/// Writes until the log holds `count` messages more; answers with how long that took.
pub(crate) async fn fill(
    node: &Node,
    ids: &Arc<Ids>,
    (people, rooms): (&[Person], &Arc<Vec<String>>),
    lines: &Arc<Vec<Line>>,
    count: u64,
) -> anyhow::Result<Duration> {
    let begun = Instant::now();
    let far = begun + Duration::from_secs(24 * 3600);
    let mut hands = JoinSet::new();
    let writers = 64_u64;
    for (writer, person) in (0..writers).zip(people.iter().cycle()) {
        let mut writing = Writing {
            client: Client::connect(node.address, Some(&person.token)).await?,
            ids: Arc::clone(ids),
            rooms: Arc::clone(rooms),
            lines: Arc::clone(lines),
            first: usize::try_from(writer)? * 97,
        };
        let share = count / writers + u64::from(writer < count % writers);
        hands.spawn(async move {
            for _ in 0..share {
                anyhow::ensure!(writing.one().await?, "the node refused a message");
            }
            Ok(())
        });
    }
    while let Some(hand) = hands.join_next().await {
        hand??;
        anyhow::ensure!(Instant::now() < far, "filling took a day");
    }
    Ok(begun.elapsed())
}

/// One connection that writes.
struct Writing {
    client: Client,
    ids: Arc<Ids>,
    rooms: Arc<Vec<String>>,
    lines: Arc<Vec<Line>>,
    first: usize,
}

impl Writing {
    async fn run(
        mut self,
        from: Instant,
        until: Instant,
    ) -> anyhow::Result<(Vec<Duration>, usize)> {
        let (mut took, mut refused) = (Vec::new(), 0);
        loop {
            let begun = Instant::now();
            if begun >= until {
                return Ok((took, refused));
            }
            let good = self.one().await?;
            let done = Instant::now();
            if done >= from && done < until {
                if good {
                    took.push(done - begun);
                } else {
                    refused += 1;
                }
            }
        }
    }

    /// Posts the next line; was it taken?
    async fn one(&mut self) -> anyhow::Result<bool> {
        let line = self.lines.get(self.first % self.lines.len()).context("an empty corpus")?;
        self.first += 1;
        let room = self.rooms.get(line.room).context("a room of the corpus is missing")?;
        let path = format!("/api/v1/rooms/{room}/messages");
        let body = json!({ "client_id": self.ids.next(), "text": line.text });
        Ok(self.client.post(&path, &body).await?.is_good())
    }
}
