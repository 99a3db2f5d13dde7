//! Real processes of the program, and waiting for what they do: what the walks and the kills stand on.

use std::fs::File;
use std::net::SocketAddr;
use std::net::TcpListener;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::ExitStatus;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;

use hyper::Method;
use rustix::process::Pid;
use rustix::process::Signal;
use serde_json::Value;
use serde_json::json;
use tempfile::TempDir;

use crate::http_client::Person;
use crate::http_client::ask;

/// Everything here is done far sooner on a quiet machine.
pub const SOON: Duration = Duration::from_secs(30);
/// Between two looks.
const LOOK_EVERY: Duration = Duration::from_millis(25);
/// The demo's only password.
pub const DEMO_PASSWORD: &str = "noroshi-demo";

/// Looks again and again; the failure names what was missing and what was seen last.
pub async fn until<T>(
    what: &str,
    within: Duration,
    mut check: impl AsyncFnMut() -> Result<T, String>,
) -> T {
    let began = Instant::now();
    let mut looks = tokio::time::interval(LOOK_EVERY);
    loop {
        looks.tick().await;
        match check().await {
            Ok(found) => return found,
            Err(seen) => {
                assert!(
                    began.elapsed() < within,
                    "{what}: not within {within:?}; seen last: {seen}"
                );
            }
        }
    }
}

/// Err with what was seen, for `until`.
pub fn when(holds: bool, seen: impl std::fmt::Display) -> Result<(), String> {
    if holds { Ok(()) } else { Err(seen.to_string()) }
}

/// The first of consecutive ports that nobody uses; below those that the system gives to outgoing
/// connections, so that no client of a test takes one between looking and using.
pub fn free_ports(offsets: &[u16]) -> u16 {
    loop {
        let mut draw = [0; 2];
        getrandom::fill(&mut draw).unwrap();
        let first = 12_000 + u16::from_le_bytes(draw) % 20_000;
        let taken: Result<Vec<_>, _> =
            offsets.iter().map(|offset| TcpListener::bind(("127.0.0.1", first + offset))).collect();
        if taken.is_ok() {
            return first;
        }
    }
}

/// A process of the program; dropping it kills it.
pub struct Program {
    child: Child,
    log: PathBuf,
}

impl Program {
    /// Starts it; what it says goes to the end of `log`.
    pub fn start(arguments: &[&str], log: &Path) -> Self {
        let out = File::options().create(true).append(true).open(log).unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_noroshi"))
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(out.try_clone().unwrap())
            .stderr(out)
            .spawn()
            .expect("the program starts");
        Self { child, log: log.to_owned() }
    }

    pub fn said(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    pub fn has_ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().unwrap()
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    pub fn signal(&self, signal: Signal) {
        let pid = Pid::from_child(&self.child);
        rustix::process::kill_process(pid, signal).expect("the process is there");
    }

    /// SIGKILL, and gone.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub async fn ended(&mut self, what: &str, within: Duration) -> ExitStatus {
        until(what, within, async || self.has_ended().ok_or_else(|| self.said())).await
    }

    /// Most memory it ever had, in KiB.
    pub fn peak_memory_kib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// A command that ends by itself: did it succeed, and what did it say?
pub async fn command(arguments: &[&str]) -> (bool, String) {
    let dir = TempDir::new().unwrap();
    let mut program = Program::start(arguments, &dir.path().join("said"));
    let status = program.ended(&arguments.join(" "), SOON).await;
    (status.success(), program.said())
}

/// What anybody may know of the node at an address.
pub async fn node_info(address: SocketAddr) -> Result<Value, String> {
    let answer = ask(address, Method::GET, "/node", &[], Vec::new()).await?;
    if answer.status == 200 { Ok(answer.json()) } else { Err(answer.status.to_string()) }
}

/// A stopped node's file, chains, signatures and views are in order.
pub async fn assert_doctor_is_content(dir: &Path) {
    let (well, said) = command(&["doctor", "--data", dir.to_str().unwrap()]).await;
    assert!(well, "doctor on {}: {said}", dir.display());
}

/// `noroshi demo` as a process.
pub struct Demo {
    pub program: Program,
    pub port: u16,
    pub mqtt_port: u16,
    dir: Option<TempDir>,
}

impl Demo {
    pub async fn start() -> Self {
        let (port, mqtt_port) = (free_ports(&[0, 1, 2]), free_ports(&[0, 1, 2, 10]));
        Self::start_in(TempDir::new().unwrap(), port, mqtt_port, &[]).await
    }

    pub async fn start_in(dir: TempDir, port: u16, mqtt_port: u16, more: &[&str]) -> Self {
        let program = Self::program(dir.path(), port, mqtt_port, more);
        let mut demo = Self { program, port, mqtt_port, dir: Some(dir) };
        demo.is_up().await;
        demo
    }

    /// Stops it in order and starts it again on the same directory and ports.
    pub async fn again(mut self, more: &[&str]) -> Self {
        self.stop().await;
        std::fs::remove_file(self.path().join("said")).unwrap();
        self.program = Self::program(self.path(), self.port, self.mqtt_port, more);
        self.is_up().await;
        self
    }

    fn program(dir: &Path, port: u16, mqtt_port: u16, more: &[&str]) -> Program {
        let (port, mqtt_port) = (port.to_string(), mqtt_port.to_string());
        let data = dir.join("demo");
        let data = data.to_str().unwrap();
        let mut arguments = vec!["demo", "--dir", data, "--port", &port, "--mqtt-port", &mqtt_port];
        arguments.extend(more);
        Program::start(&arguments, &dir.join("said"))
    }

    async fn is_up(&mut self) {
        until("the demo's welcome", SOON, async || {
            let said = self.program.said();
            assert!(self.program.has_ended().is_none(), "the demo did not start: {said}");
            when(said.contains("Ctrl-C ends it"), said)
        })
        .await;
        // Verifiers follow accounts over the line: a login tried before would count as a wrong one.
        let admin = self.person(0, "kanri").await;
        until("every password at its node", SOON, async || {
            let all = admin.get("/accounts").await;
            let mut rows = all["accounts"].as_array().unwrap().iter();
            let waiting =
                rows.find(|row| row["pending_nodes"].as_array().is_none_or(|n| !n.is_empty()));
            waiting.map_or(Ok(()), |row| Err(row.to_string()))
        })
        .await;
    }

    fn path(&self) -> &Path {
        self.dir.as_ref().unwrap().path()
    }

    /// The directory of a demo that was stopped, for another start.
    pub fn into_dir(mut self) -> TempDir {
        let dir = self.dir.take().unwrap();
        std::fs::remove_file(dir.path().join("said")).unwrap();
        dir
    }

    /// Address of a node: 0 is headquarters.
    pub fn address(&self, index: u16) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.port + index))
    }

    pub fn node_dir(&self, index: usize) -> PathBuf {
        noroshi::cli::demo::node_dir(&self.path().join("demo"), index)
    }

    pub async fn person(&self, index: u16, login: &str) -> Person {
        Person::log_in(self.address(index), login, DEMO_PASSWORD).await
    }

    /// The panel.
    pub async fn panel(&self) -> Value {
        let answer = ask(self.address(0), Method::GET, "/demo", &[], Vec::new()).await.unwrap();
        answer.json()
    }

    /// Cuts or restores a shelter's line, without logging in.
    pub async fn line(&self, shelter: u16, up: bool) {
        let id = self.panel().await["lines"][usize::from(shelter) - 1]["node"].clone();
        let path = format!("/demo/lines/{}", id.as_str().unwrap());
        let headers = [("Content-Type", "application/json")];
        let body = json!({ "up": up }).to_string().into_bytes();
        let answer = ask(self.address(0), Method::POST, &path, &headers, body).await.unwrap();
        let state = answer.json();
        assert_eq!(state["lines"][usize::from(shelter) - 1]["up"], up, "{state}");
    }

    /// Ctrl-C; answers how long it took to end.
    pub async fn stop(&mut self) -> Duration {
        let began = Instant::now();
        self.program.signal(Signal::INT);
        let status = self.program.ended("the end after Ctrl-C", SOON).await;
        assert!(status.success(), "ended with {status}: {}", self.program.said());
        began.elapsed()
    }

    /// Stops it and has every directory examined.
    pub async fn stop_and_examine(mut self) {
        self.stop().await;
        for index in 0..3 {
            assert_doctor_is_content(&self.node_dir(index)).await;
        }
    }
}
