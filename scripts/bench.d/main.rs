//! `scripts/bench node`: how fast and how small one node is, beside its peers in the same run.
//!
//! Order: peer, noroshi, peer again; a figure without its peer of the same run is not a result. Everything goes
//! through what people use: command line, HTTP, WebSocket. Prints a report for people, then one line of JSON.
//! Not here: the thin line between nodes and many shelters; they need an emulated line.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::cast_precision_loss,
    reason = "a measuring program speaks on standard output, and its counts are far below 2^52"
)]

mod corpus;
mod fan_out;
mod figures;
mod floor;
mod footprint;
mod http;
mod mqtt;
mod node;
mod report;
mod writes;

use std::path::Path;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use clap::Parser;
use serde_json::Value;
use serde_json::json;

use crate::corpus::Line;
use crate::node::Ids;
use crate::node::Node;
use crate::node::Person;
use crate::report::Report;
use crate::writes::Span;

/// Measures one node: W1 fan-out, W2 durable writes, W8 footprint.
#[derive(Debug, Parser)]
struct Args {
    /// The release binary
    #[arg(long, value_name = "FILE")]
    bin: PathBuf,
    /// Write the JSON to a file too
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Also a log of many events: takes long
    #[arg(long)]
    long: bool,
    /// How many events with --long
    #[arg(long, default_value_t = 1_000_000, value_name = "N")]
    events: u64,
    /// Seconds of writing that count, after a fifth of it that doesn't
    #[arg(long, default_value_t = 10, value_name = "S")]
    seconds: u64,
    /// Seconds of idling
    #[arg(long, default_value_t = 20, value_name = "S")]
    idle: u64,
    /// Rounds of W1 and W2
    #[arg(long, default_value_t = 1, value_name = "N")]
    rounds: usize,
    /// One of them alone
    #[arg(long, value_parser = ["w1", "w2", "w8"], value_name = "WHICH")]
    only: Option<String>,
    /// Where data lie while it runs: on the disk that counts [default: the system's folder for such]
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

fn main() -> ExitCode {
    let args = Args::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let done = match runtime {
        Ok(runtime) => runtime.block_on(run(&args)),
        Err(error) => Err(error.into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// What all measurements share.
struct Bench {
    folder: PathBuf,
    node: Node,
    ids: Arc<Ids>,
    people: Vec<Person>,
    rooms: Arc<Vec<String>>,
    lines: Arc<Vec<Line>>,
    has_mosquitto: bool,
    report: Report,
}

async fn run(args: &Args) -> anyhow::Result<()> {
    let lines = Arc::new(corpus::lines(10_000)?);
    corpus::check(&lines)?;
    let folder = match &args.dir {
        Some(dir) => tempfile::Builder::new().prefix("noroshi-bench-").tempdir_in(dir)?,
        None => tempfile::Builder::new().prefix("noroshi-bench-").tempdir()?,
    };
    let mosquitto = mqtt::version();
    let mut report = Report::default();
    let conditions = conditions(folder.path(), &args.bin, mosquitto.as_deref())?;
    report.conditions(conditions);
    if mosquitto.is_none() {
        report.warn("Mosquitto is not installed (Debian: apt-get install mosquitto): W1 and W8 stand alone here, and W1 is no result");
    }
    let mut bench = Bench::prepare(args, folder.path(), lines, mosquitto.is_some(), report).await?;
    let rounds = 1..=args.rounds.max(1);
    let wants = |which: &str| args.only.as_deref().is_none_or(|only| only == which);
    for round in rounds.clone().filter(|_| wants("w1")) {
        bench.fan_out(round).await?;
    }
    for round in rounds.filter(|_| wants("w2")) {
        bench.writes(round, args.seconds).await?;
    }
    if wants("w8") {
        bench.footprint(Duration::from_secs(args.idle)).await?;
    }
    if args.long {
        bench.long(args.events).await?;
    } else {
        bench.report.say("\nW8 with a long log: left out; --long measures it");
    }
    bench.node.stop().await?;
    let text = bench.report.json(figures::load()).to_string();
    println!("\n{text}");
    if let Some(path) = &args.json {
        std::fs::write(path, text + "\n")
            .with_context(|| format!("{} can't be written", path.display()))?;
    }
    Ok(())
}

fn conditions(folder: &Path, program: &Path, mosquitto: Option<&str>) -> anyhow::Result<Value> {
    let version = std::process::Command::new(program).arg("--version").output();
    let version = version.with_context(|| format!("{} does not run", program.display()))?;
    let mut all = figures::conditions(folder)?;
    if let Some(all) = all.as_object_mut() {
        let version = String::from_utf8_lossy(&version.stdout).trim().to_owned();
        all.insert("noroshi".to_owned(), json!(version));
        all.insert("mosquitto".to_owned(), json!(mosquitto));
        all.insert("sqlite_floor".to_owned(), json!(rusqlite::version()));
        all.insert("node".to_owned(), json!("one headquarters, 60 accounts, 12 rooms of all"));
    }
    Ok(all)
}

impl Bench {
    async fn prepare(
        args: &Args,
        folder: &Path,
        lines: Arc<Vec<Line>>,
        has_mosquitto: bool,
        report: Report,
    ) -> anyhow::Result<Self> {
        let (mut node, administrator) = Node::init(&args.bin, &folder.join("hq"))?;
        node.start().await?;
        let ids = Arc::new(Ids::default());
        let people = node.people(&ids, &administrator, fan_out::SESSIONS).await?;
        let mut rooms = Vec::new();
        for number in 0..12 {
            rooms.push(node.room(&ids, &people, &format!("部屋{number:02}")).await?);
        }
        let (folder, rooms) = (folder.to_owned(), Arc::new(rooms));
        Ok(Self { folder, node, ids, people, rooms, lines, has_mosquitto, report })
    }

    async fn fan_out(&mut self, round: usize) -> anyhow::Result<()> {
        self.report.head(&format!("W1 fan-out to 60 sessions, round {round}"));
        let before = self.beside(round, "before").await?;
        let ours = fan_out::noroshi(&self.node, &self.ids, &self.people, &self.lines).await?;
        self.report.fan_out("noroshi", &ours);
        // What follows must not inherit 60 sessions that just went away.
        self.node.stop().await?;
        self.node.start().await?;
        let after = self.beside(round, "after").await?;
        let peers: Vec<_> = before.into_iter().chain(after).collect();
        self.report.judge_fan_out(&ours, &peers);
        Ok(())
    }

    async fn beside(
        &mut self,
        round: usize,
        when: &str,
    ) -> anyhow::Result<Option<fan_out::Outcome>> {
        if !self.has_mosquitto {
            return Ok(None);
        }
        let folder = self.folder.join(format!("w1-{round}-{when}"));
        std::fs::create_dir_all(&folder)?;
        let outcome = fan_out::mosquitto(&folder, &self.ids, &self.lines).await?;
        self.report.fan_out(&format!("Mosquitto with store, {when}"), &outcome);
        Ok(Some(outcome))
    }

    async fn writes(&mut self, round: usize, seconds: u64) -> anyhow::Result<()> {
        self.report.head(&format!("W2 durable writes, round {round}"));
        let measure = Duration::from_secs(seconds.max(1));
        let span = Span { warm_up: measure / 5, measure };
        for (writers, share) in writes::WRITERS {
            let path = |when: &str| self.folder.join(format!("w2-{round}-{writers}-{when}.sqlite"));
            let (first, last) = (path("before"), path("after"));
            let before = writes::floor(&first, writers, span, &self.lines).await?;
            self.report.writes("SQLite floor, before", writers, &before);
            let whom = (self.people.as_slice(), &self.rooms);
            let ours =
                writes::noroshi(&self.node, &self.ids, whom, (writers, span), &self.lines).await?;
            self.report.writes("noroshi", writers, &ours);
            let after = writes::floor(&last, writers, span, &self.lines).await?;
            self.report.writes("SQLite floor, after", writers, &after);
            self.report.judge_writes((writers, share), &ours, &[before, after]);
        }
        Ok(())
    }

    async fn footprint(&mut self, idle: Duration) -> anyhow::Result<()> {
        self.report.head("W8 footprint");
        // A directory that nothing was written to by the other measurements.
        let (mut fresh, _) = Node::init(self.node.program(), &self.folder.join("fresh"))?;
        let bytes = footprint::stripped_bytes(self.node.program(), &self.folder)?;
        self.report.binary(bytes);
        if self.has_mosquitto {
            let took = footprint::mosquitto_starts(&self.folder).await?;
            self.report.starts("Mosquitto: start to the first CONNACK", &took, None);
        }
        let took = footprint::starts(&mut fresh).await?;
        self.report.starts("noroshi: start to the first 200, empty", &took, Some(150.0));
        let at_rest = footprint::idle(fresh.pid(), idle).await?;
        self.report.idle("noroshi", at_rest, true);
        let (files, gzip) = footprint::first_load(&fresh, "gzip").await?;
        let (_, brotli) = footprint::first_load(&fresh, "br").await?;
        self.report.first_load(files, gzip, brotli);
        fresh.stop().await?;
        if self.has_mosquitto {
            let broker = mqtt::Mosquitto::start(&self.folder.join("mosquitto-idle")).await?;
            let at_rest = footprint::idle(broker.pid(), idle).await?;
            self.report.idle("Mosquitto", at_rest, false);
            broker.stop().await?;
        }
        Ok(())
    }

    async fn long(&mut self, events: u64) -> anyhow::Result<()> {
        self.report.head("W8 with a long log");
        let whom = (self.people.as_slice(), &self.rooms);
        let long = footprint::long(&mut self.node, &self.ids, whom, &self.lines, events).await?;
        self.report.long(long);
        Ok(())
    }
}
