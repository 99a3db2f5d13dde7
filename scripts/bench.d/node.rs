//! The node under test: the real program with its own data directory, made and asked as people would.

use std::net::SocketAddr;
use std::net::TcpListener;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::time::Duration;
use std::time::Instant;

use anyhow::Context;
use serde_json::json;

use crate::http::Client;

/// A start that takes longer has failed.
const START_WITHIN: Duration = Duration::from_secs(120);
/// An end that takes longer is made one.
const END_WITHIN: Duration = Duration::from_secs(10);

/// Fresh client ids for a whole run: 16 characters of base64url.
#[derive(Debug, Default)]
pub(crate) struct Ids(AtomicU64);

impl Ids {
    pub(crate) fn next(&self) -> String {
        format!("bench{:011}", self.0.fetch_add(1, Ordering::Relaxed))
    }
}

/// A headquarters on loopback and the people who may log in there.
pub(crate) struct Node {
    program: PathBuf,
    data: PathBuf,
    pub(crate) address: SocketAddr,
    process: Option<Child>,
}

/// Somebody with a session.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) account: u64,
    pub(crate) token: String,
}

/// A port that nobody has now.
pub(crate) fn free_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

impl Node {
    /// Makes an organisation with its headquarters; answers with the administrator's password, too.
    pub(crate) fn init(program: &Path, data: &Path) -> anyhow::Result<(Self, String)> {
        let made = Command::new(program)
            .args(["org", "init", "--name", "計測の市", "--data"])
            .arg(data)
            .output()
            .with_context(|| format!("{} does not run", program.display()))?;
        let said = String::from_utf8_lossy(&made.stdout).into_owned();
        anyhow::ensure!(
            made.status.success(),
            "noroshi org init failed: {}",
            String::from_utf8_lossy(&made.stderr)
        );
        let password = said
            .split_once("password ")
            .and_then(|(_, rest)| rest.split_whitespace().next())
            .context("noroshi org init named no password: has its output changed?")?
            .to_owned();
        let (http, devices, nodes) = (free_port()?, free_port()?, free_port()?);
        let settings = format!(
            "[http]\nlisten = \"127.0.0.1:{http}\"\n\
             [mqtt]\ndevices = \"127.0.0.1:{devices}\"\nnodes = \"127.0.0.1:{nodes}\"\n\
             [clock]\ntrust = \"system\"\n"
        );
        std::fs::write(data.join("noroshi.toml"), settings)?;
        let address = SocketAddr::from(([127, 0, 0, 1], http));
        let node =
            Self { program: program.to_owned(), data: data.to_owned(), address, process: None };
        Ok((node, password))
    }

    /// Starts the process and waits for the first 200 of `/healthz`; answers with how long that took.
    pub(crate) async fn start(&mut self) -> anyhow::Result<Duration> {
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(self.data.with_extension("log"))?;
        let began = Instant::now();
        let process = Command::new(&self.program)
            .args(["serve", "--data"])
            .arg(&self.data)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()?;
        self.process = Some(process);
        loop {
            if let Ok(mut client) = Client::connect(self.address, None).await
                && let Ok(answer) = client.get("/healthz", "identity").await
                && answer.status == 200
            {
                return Ok(began.elapsed());
            }
            let ended = self.process.as_mut().and_then(|process| process.try_wait().ok().flatten());
            anyhow::ensure!(
                ended.is_none() && began.elapsed() < START_WITHIN,
                "the node did not start: read {}",
                self.data.with_extension("log").display()
            );
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// Tells it to end, as the service manager does, and waits.
    pub(crate) async fn stop(&mut self) -> anyhow::Result<()> {
        let Some(process) = self.process.take() else { return Ok(()) };
        end(process).await
    }

    pub(crate) fn pid(&self) -> u32 {
        self.process.as_ref().map_or(0, Child::id)
    }

    pub(crate) fn data(&self) -> &Path {
        &self.data
    }

    pub(crate) fn program(&self) -> &Path {
        &self.program
    }

    /// Makes people through the API and logs them in.
    pub(crate) async fn people(
        &self,
        ids: &Ids,
        administrator: &str,
        count: usize,
    ) -> anyhow::Result<Vec<Person>> {
        let mut anybody = Client::connect(self.address, None).await?;
        let node = anybody.get("/api/v1/node", "identity").await?.json()?;
        let admin = log_in(&mut anybody, "kanri", administrator).await?;
        let mut desk = Client::connect(self.address, Some(&admin.token)).await?;
        let mut people = Vec::with_capacity(count);
        for at in 0..count {
            let login = format!("clerk{at:03}");
            let new = json!({
                "client_id": ids.next(), "login": login, "name": format!("職員{at:03}"),
                "role": "publisher", "nodes": [node.get("id")], "responsible": false,
            });
            let made = desk.post("/api/v1/accounts", &new).await?.json()?;
            let account = made.get("account").and_then(serde_json::Value::as_u64);
            let account = account.context("a new account came without its number")?;
            let path = format!("/api/v1/accounts/{account}/credential");
            let given = desk.post(&path, &json!({ "client_id": ids.next() })).await?.json()?;
            let password = given.get("password").and_then(serde_json::Value::as_str);
            let password = password.context("a new password came without itself")?;
            people.push(log_in(&mut anybody, &login, password).await?);
        }
        Ok(people)
    }

    /// Opens a room of all of them.
    pub(crate) async fn room(
        &self,
        ids: &Ids,
        people: &[Person],
        name: &str,
    ) -> anyhow::Result<String> {
        let first = people.first().context("a room needs somebody")?;
        let mut client = Client::connect(self.address, Some(&first.token)).await?;
        let members: Vec<u64> = people.iter().map(|person| person.account).collect();
        let new = json!({ "client_id": ids.next(), "name": name, "members": members });
        let room = client.post("/api/v1/rooms", &new).await?.json()?;
        let id = room.get("id").and_then(serde_json::Value::as_str);
        Ok(id.context("a new room came without its id")?.to_owned())
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // Only after a failure: else it was stopped in order.
        if let Some(mut process) = self.process.take() {
            drop(process.kill());
            drop(process.wait());
        }
    }
}

async fn log_in(client: &mut Client, login: &str, password: &str) -> anyhow::Result<Person> {
    let ask = json!({ "login": login, "password": password, "program": true });
    let session = client.post("/api/v1/session", &ask).await?.json()?;
    let token = session.get("token").and_then(serde_json::Value::as_str);
    let account = session.pointer("/me/account").and_then(serde_json::Value::as_u64);
    Ok(Person {
        account: account.context("a session came without its account")?,
        token: token.context("a session came without its token")?.to_owned(),
    })
}

/// SIGTERM, then patience, then SIGKILL.
pub(crate) async fn end(mut process: Child) -> anyhow::Result<()> {
    let pid = rustix::process::Pid::from_child(&process);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM)?;
    let began = Instant::now();
    while process.try_wait()?.is_none() {
        if began.elapsed() > END_WITHIN {
            process.kill()?;
            process.wait()?;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Ok(())
}
