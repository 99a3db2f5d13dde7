//! Numbers: spreads of latencies, what a process used, what the machine was doing meanwhile.

use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use serde_json::Value;
use serde_json::json;

/// The kernel counts processor time for `/proc/PID/stat` in hundredths of a second.
const TICK_MS: f64 = 10.0;

/// Latencies, sorted.
#[derive(Debug, Default)]
pub(crate) struct Spread(Vec<Duration>);

impl Spread {
    pub(crate) fn new(mut all: Vec<Duration>) -> Self {
        all.sort_unstable();
        Self(all)
    }

    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// The value that `percent` of all do not exceed, in ms (nearest rank); NaN when there is none.
    pub(crate) fn ms(&self, percent: usize) -> f64 {
        let rank = (self.0.len() * percent).div_ceil(100).max(1);
        self.0.get(rank - 1).map_or(f64::NAN, |one| one.as_secs_f64() * 1000.0)
    }

    pub(crate) fn json(&self) -> Value {
        json!({
            "count": self.count(),
            "p50_ms": round(self.ms(50)),
            "p99_ms": round(self.ms(99)),
            "max_ms": round(self.ms(100)),
        })
    }
}

/// Three decimals: more would be noise.
pub(crate) fn round(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

/// The middle one; NaN of none.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len().saturating_sub(1) / 2).copied().unwrap_or(f64::NAN)
}

/// The mean; NaN of none.
pub(crate) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// What a process used since it began.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Usage {
    pub(crate) cpu_ms: f64,
    pub(crate) rss_bytes: u64,
    pub(crate) written_bytes: u64,
    /// Times that a thread gave up the processor by itself, all threads: each is a wake-up later.
    pub(crate) switches: u64,
}

/// Reads what the process used, from `/proc`.
pub(crate) fn usage(pid: u32) -> anyhow::Result<Usage> {
    let folder = format!("/proc/{pid}");
    let read = |name: &str| {
        std::fs::read_to_string(format!("{folder}/{name}"))
            .with_context(|| format!("{folder}/{name} can't be read: has the process ended?"))
    };
    let stat = read("stat")?;
    // After the name, which may hold anything, fields are counted from the third.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split(' ').collect();
    let tick = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok());
    let ticks = tick(12).unwrap_or_default() + tick(13).unwrap_or_default();
    let mut switches = 0;
    for task in std::fs::read_dir(format!("{folder}/task"))? {
        // A thread may end between the two reads.
        let status = std::fs::read_to_string(task?.path().join("status")).unwrap_or_default();
        switches += field(&status, "voluntary_ctxt_switches:").unwrap_or_default();
    }
    Ok(Usage {
        cpu_ms: ticks * TICK_MS,
        rss_bytes: field(&read("status")?, "VmRSS:").unwrap_or_default() * 1024,
        written_bytes: field(&read("io")?, "write_bytes:").unwrap_or_default(),
        switches,
    })
}

fn field(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Mean number of programs that wanted to run, over the last minute.
pub(crate) fn load() -> f64 {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().and_then(|first| first.parse().ok()).unwrap_or(f64::NAN)
}

/// What the figures depend on: processor, memory, kernel, the disk's file system.
pub(crate) fn conditions(folder: &Path) -> anyhow::Result<Value> {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find(|line| line.starts_with("model name"));
    let model = model.and_then(|line| line.split_once(": ")).map_or("unknown", |(_, name)| name);
    let memory = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let cores = std::thread::available_parallelism()?.get();
    Ok(json!({
        "cpu": model,
        "cores": cores,
        "memory_mb": field(&memory, "MemTotal:").unwrap_or_default() / 1024,
        "kernel": kernel.trim(),
        "disk": disk(folder)?,
        "network": "loopback",
        "load_before": load(),
    }))
}

/// The file system of the folder. In memory there is no fsync, so nothing durable is measured.
fn disk(folder: &Path) -> anyhow::Result<&'static str> {
    const IN_MEMORY: u64 = 0x0102_1994;
    const EXT4: u64 = 0xEF53;
    let kind = u64::try_from(rustix::fs::statfs(folder)?.f_type)?;
    Ok(match kind {
        IN_MEMORY => "tmpfs: NOTHING HERE IS DURABLE, choose another folder with --dir",
        EXT4 => "ext4",
        _ => "a disk",
    })
}
