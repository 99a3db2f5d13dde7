//! W8, what a node asks of a small box: file, start, memory, processor and disk while nobody does anything,
//! script bytes of a phone's first visit; with `--long` the same with a log of a million events.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;
use std::time::Instant;

use anyhow::Context;
use serde_json::Value;
use serde_json::json;

use crate::corpus::Line;
use crate::figures;
use crate::figures::Spread;
use crate::figures::Usage;
use crate::http::Client;
use crate::mqtt::Mosquitto;
use crate::node::Ids;
use crate::node::Node;
use crate::node::Person;
use crate::writes;

/// Starts that are timed.
const STARTS: usize = 5;
/// After a start, before idling is measured.
const SETTLE: Duration = Duration::from_secs(5);
/// Questions for the latest 50 of a room.
const QUERIES: usize = 200;

/// Bytes of the program without what only debuggers read; `None`: no `strip` on this machine.
pub(crate) fn stripped_bytes(program: &Path, folder: &Path) -> anyhow::Result<Option<u64>> {
    let copy = folder.join("stripped");
    let done = Command::new("strip").arg("-o").arg(&copy).arg(program).status();
    if !done.is_ok_and(|status| status.success()) {
        return Ok(None);
    }
    Ok(Some(std::fs::metadata(copy)?.len()))
}

/// Start → the first 200, several times on the same directory; the node runs afterwards.
pub(crate) async fn starts(node: &mut Node) -> anyhow::Result<Vec<f64>> {
    let mut took = Vec::new();
    for _ in 0..STARTS {
        node.stop().await?;
        took.push(node.start().await?.as_secs_f64() * 1000.0);
    }
    Ok(took)
}

/// Mosquitto's start → the first CONNACK, as often.
pub(crate) async fn mosquitto_starts(folder: &Path) -> anyhow::Result<Vec<f64>> {
    let mut took = Vec::new();
    for _ in 0..STARTS {
        let broker = Mosquitto::start(&folder.join("mosquitto-idle")).await?;
        took.push(broker.start.as_secs_f64() * 1000.0);
        broker.stop().await?;
    }
    Ok(took)
}

/// What a process uses while nobody asks it anything.
pub(crate) async fn idle(pid: u32, span: Duration) -> anyhow::Result<Value> {
    tokio::time::sleep(SETTLE).await;
    let before = figures::usage(pid)?;
    tokio::time::sleep(span).await;
    let after = figures::usage(pid)?;
    Ok(idle_json(before, after, span))
}

fn idle_json(before: Usage, after: Usage, span: Duration) -> Value {
    let seconds = span.as_secs_f64();
    let written = after.written_bytes.saturating_sub(before.written_bytes);
    let switches = after.switches.saturating_sub(before.switches);
    json!({
        "seconds": seconds,
        "rss_mb": figures::round(after.rss_bytes as f64 / 1e6),
        "cpu_percent_of_a_core": figures::round((after.cpu_ms - before.cpu_ms) / seconds / 10.0),
        "wake_ups_per_second": figures::round(switches as f64 / seconds),
        "written_bytes": written,
        "written_mb_per_hour": figures::round(written as f64 / seconds * 3600.0 / 1e6),
    })
}

/// Script bytes that a browser fetches before the first screen stands: those the start page names and
/// those that these import at once.
pub(crate) async fn first_load(node: &Node, encoding: &str) -> anyhow::Result<(usize, usize)> {
    let mut client = Client::connect(node.address, None).await?;
    let page = client.get("/", "identity").await?;
    let page = String::from_utf8_lossy(&page.body).into_owned();
    let mut waiting: Vec<String> = scripts(&page, "/assets/");
    let (mut seen, mut bytes) = (BTreeSet::new(), 0);
    while let Some(path) = waiting.pop() {
        if !seen.insert(path.clone()) {
            continue;
        }
        let packed = client.get(&path, encoding).await?;
        anyhow::ensure!(packed.is_good(), "{path}: the node answered {}", packed.status);
        bytes += packed.body.len();
        let plain = client.get(&path, "identity").await?;
        let text = String::from_utf8_lossy(&plain.body).into_owned();
        // `import("./x.js")` waits until somebody goes there; `from"./x.js"` does not.
        let at_once = text.split(['"', '\'']).zip(text.split(['"', '\'']).skip(1));
        for (before, named) in at_once {
            let statement = before.ends_with("from") || before.ends_with("import");
            if statement && named.ends_with(".js") && named.starts_with("./") {
                waiting.push(named.replacen("./", "/assets/", 1));
            }
        }
    }
    Ok((seen.len(), bytes))
}

fn scripts(page: &str, folder: &str) -> Vec<String> {
    let quoted = page.split('"').filter(|part| part.starts_with(folder) && part.ends_with(".js"));
    quoted.map(str::to_owned).collect()
}

/// A long log: filling it, starting on it, asking for the latest 50, computing all views again.
pub(crate) async fn long(
    node: &mut Node,
    ids: &Arc<Ids>,
    (people, rooms): (&[Person], &Arc<Vec<String>>),
    lines: &Arc<Vec<Line>>,
    events: u64,
) -> anyhow::Result<Value> {
    let filled = writes::fill(node, ids, (people, rooms), lines, events).await?;
    let starts = starts(node).await?;
    let rss = figures::usage(node.pid())?.rss_bytes;
    let latest = latest(node, people, rooms).await?;
    node.stop().await?;
    let database: u64 = std::fs::read_dir(node.data())?
        .filter_map(|entry| entry.ok()?.metadata().ok())
        .filter(std::fs::Metadata::is_file)
        .map(|file| file.len())
        .sum();
    let begun = Instant::now();
    let doctor =
        Command::new(node.program()).args(["doctor", "--data"]).arg(node.data()).output()?;
    let took = begun.elapsed();
    let said = String::from_utf8_lossy(&doctor.stdout).into_owned();
    anyhow::ensure!(doctor.status.success(), "noroshi doctor is not content: {said}");
    Ok(json!({
        "events_added": events,
        "filled_in_s": figures::round(filled.as_secs_f64()),
        "start_ms": starts,
        "start_median_ms": figures::round(figures::median(starts)),
        "rss_mb": figures::round(rss as f64 / 1e6),
        "latest_50_over_http": latest.json(),
        "bytes_per_event": figures::round(database as f64 / events as f64),
        "doctor_s": figures::round(took.as_secs_f64()),
        "doctor_does": "checks file, chains and signatures and computes all views again",
    }))
}

async fn latest(node: &Node, people: &[Person], rooms: &[String]) -> anyhow::Result<Spread> {
    let person = people.first().context("nobody to ask")?;
    let mut client = Client::connect(node.address, Some(&person.token)).await?;
    let mut took = Vec::new();
    for room in rooms.iter().cycle().take(QUERIES) {
        let begun = Instant::now();
        let path = format!("/api/v1/rooms/{room}/messages?limit=50");
        client.get(&path, "identity").await?.json()?;
        took.push(begun.elapsed());
    }
    Ok(Spread::new(took))
}
