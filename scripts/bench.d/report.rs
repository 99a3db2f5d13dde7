//! What is printed while it runs, which target a figure meets or misses, and the JSON at the end.

use serde_json::Value;
use serde_json::json;

use crate::fan_out;
use crate::figures;
use crate::figures::round;
use crate::writes;

/// What came out so far.
#[derive(Debug, Default)]
pub(crate) struct Report {
    conditions: Value,
    figures: Vec<Value>,
    targets: Vec<Value>,
    warnings: Vec<String>,
}

impl Report {
    pub(crate) fn say(&self, text: &str) {
        println!("{text}");
    }

    pub(crate) fn warn(&mut self, text: &str) {
        eprintln!("\n!!! {text}\n");
        self.warnings.push(text.to_owned());
    }

    pub(crate) fn conditions(&mut self, conditions: Value) {
        self.say("Conditions");
        for (key, value) in conditions.as_object().into_iter().flatten() {
            println!("  {key:14} {value}");
        }
        let load = figures::load();
        if load >= 0.5 {
            self.warn(&format!(
                "Load {load} before the run: other programs use this machine, so these figures are for orientation only"
            ));
        }
        self.conditions = conditions;
    }

    pub(crate) fn head(&self, text: &str) {
        println!("\n{text}   (load {})", figures::load());
    }

    fn keep(&mut self, workload: &str, of: &str, mut figure: Value) {
        if let Some(fields) = figure.as_object_mut() {
            fields.insert("workload".to_owned(), json!(workload));
            fields.insert("of".to_owned(), json!(of));
            fields.insert("load".to_owned(), json!(figures::load()));
        }
        self.figures.push(figure);
    }

    /// A target and what came out; `holds` when the figure is on its right side.
    fn judge(&mut self, target: &str, figure: f64, holds: bool) {
        let word = if holds { "meets" } else { "MISSES" };
        println!("  {word:6} {target}: {}", round(figure));
        self.targets.push(json!({ "target": target, "figure": round(figure), "holds": holds }));
    }

    pub(crate) fn fan_out(&mut self, of: &str, outcome: &fan_out::Outcome) {
        println!(
            "  {of:30} p50 {:8.2} ms   p99 {:8.2} ms   not acknowledged {}   lost {}   twice {}   CPU per post {:.2} ms",
            outcome.spread.ms(50),
            outcome.spread.ms(99),
            outcome.refused,
            outcome.lost,
            outcome.twice,
            outcome.cpu_ms_per_post
        );
        self.keep("W1", of, outcome.json());
    }

    pub(crate) fn judge_fan_out(&mut self, ours: &fan_out::Outcome, peers: &[fan_out::Outcome]) {
        let of_peers = |percent: usize| {
            let values: Vec<f64> = peers.iter().map(|peer| peer.spread.ms(percent)).collect();
            figures::mean(&values)
        };
        if !peers.is_empty() {
            for percent in [50, 99] {
                let ratio = ours.spread.ms(percent) / of_peers(percent);
                let target = format!("W1 p{percent} at most 3 x Mosquitto with store");
                self.judge(&target, ratio, ratio <= 3.0);
            }
        }
        let lost = ours.lost + ours.refused;
        self.judge("W1 nothing lost or refused", lost as f64, lost == 0);
        self.judge("W1 nothing twice", ours.twice as f64, ours.twice == 0);
        let cpu = ours.cpu_ms_per_post;
        self.judge("W1 CPU per post to 60 at most 5 ms", cpu, cpu <= 5.0);
    }

    pub(crate) fn writes(&mut self, of: &str, writers: usize, outcome: &writes::Outcome) {
        println!(
            "  {writers:2} writers  {of:22} {:9.0} /s   p50 {:8.2} ms   p99 {:8.2} ms   refused {}",
            outcome.per_second,
            outcome.spread.ms(50),
            outcome.spread.ms(99),
            outcome.refused
        );
        if outcome.cpu_ms_each.is_finite() {
            println!("              server CPU per message {:.2} ms", outcome.cpu_ms_each);
        }
        let mut figure = outcome.json();
        if let Some(fields) = figure.as_object_mut() {
            fields.insert("writers".to_owned(), json!(writers));
        }
        self.keep("W2", of, figure);
    }

    pub(crate) fn judge_writes(
        &mut self,
        (writers, share): (usize, f64),
        ours: &writes::Outcome,
        floors: &[writes::Outcome],
    ) {
        let floors: Vec<f64> = floors.iter().map(|floor| floor.per_second).collect();
        let ratio = ours.per_second / figures::mean(&floors);
        let target = format!("W2 {writers} writers at least {share} x the floor");
        self.judge(&target, ratio, ratio >= share);
        if writers == 64 {
            let p99 = ours.spread.ms(99);
            self.judge("W2 p99 with 64 writers at most 50 ms", p99, p99 <= 50.0);
        }
        self.judge("W2 nothing refused", ours.refused as f64, ours.refused == 0);
    }

    pub(crate) fn binary(&mut self, bytes: Option<u64>) {
        let Some(bytes) = bytes else {
            self.warn("`strip` (package binutils) is not installed: the binary's size is not told");
            return;
        };
        let mb = bytes as f64 / 1e6;
        self.judge("W8 binary, stripped, at most 25 MB", mb, mb <= 25.0);
        self.keep("W8 binary", "noroshi", json!({ "stripped_bytes": bytes }));
    }

    pub(crate) fn starts(&mut self, of: &str, took: &[f64], most: Option<f64>) {
        let middle = figures::median(took.to_vec());
        let listed: Vec<String> = took.iter().map(|ms| format!("{ms:.1}")).collect();
        println!("  {of}: {} ms", listed.join(", "));
        if let Some(most) = most {
            let target = format!("W8 start, median of 5, at most {most} ms");
            self.judge(&target, middle, middle <= most);
        }
        self.keep("W8 start", of, json!({ "ms": took, "median_ms": round(middle) }));
    }

    pub(crate) fn idle(&mut self, of: &str, at_rest: Value, is_judged: bool) {
        println!("  {of} idle: {at_rest}");
        let of_field = |name: &str| at_rest.get(name).and_then(Value::as_f64).unwrap_or(f64::NAN);
        if is_judged {
            let rss = of_field("rss_mb");
            self.judge("W8 idle memory at most 40 MB", rss, rss <= 40.0);
            let cpu = of_field("cpu_percent_of_a_core");
            self.judge("W8 idle CPU at most 0.3 % of a core", cpu, cpu <= 0.3);
            let written = of_field("written_mb_per_hour");
            self.judge("W8 written per idle hour at most 1 MB", written, written <= 1.0);
        }
        self.keep("W8 idle", of, at_rest);
    }

    pub(crate) fn first_load(&mut self, files: usize, gzip: usize, brotli: usize) {
        println!("  first load: {files} scripts");
        if files == 0 {
            self.warn("This binary holds no web app: first load is not told");
            return;
        }
        let (gzip_kb, brotli_kb) = (gzip as f64 / 1e3, brotli as f64 / 1e3);
        self.judge("W8 script of the first load, gzip, at most 80 kB", gzip_kb, gzip_kb <= 80.0);
        self.judge("W8 script of the first load, br, at most 70 kB", brotli_kb, brotli_kb <= 70.0);
        let figure = json!({ "scripts": files, "gzip_bytes": gzip, "brotli_bytes": brotli });
        self.keep("W8 first load", "noroshi", figure);
    }

    pub(crate) fn long(&mut self, long: Value) {
        println!("  {long}");
        let start = long.get("start_median_ms").and_then(Value::as_f64).unwrap_or(f64::NAN);
        self.judge("W8 start with a long log at most 500 ms", start, start <= 500.0);
        self.keep("W8 long log", "noroshi", long);
    }

    pub(crate) fn json(&self, load_after: f64) -> Value {
        json!({
            "conditions": self.conditions,
            "load_after": load_after,
            "warnings": self.warnings,
            "figures": self.figures,
            "targets": self.targets,
        })
    }
}
