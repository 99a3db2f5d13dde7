//! Mosquitto beside us: its process, and as much of MQTT 3.1.1 as a fair comparison needs.

use std::path::Path;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;

use anyhow::Context;
use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;
use tokio::io::BufReader;
use tokio::net::TcpStream;
use tokio::net::tcp::OwnedReadHalf;
use tokio::net::tcp::OwnedWriteHalf;

use crate::node;

const CONNECT: u8 = 0x10;
const PUBLISH_QOS1: u8 = 0x32;
const PUBACK: u8 = 0x40;
const SUBSCRIBE: u8 = 0x82;
const START_WITHIN: Duration = Duration::from_secs(20);

/// A running Mosquitto with persistence.
pub(crate) struct Mosquitto {
    process: Option<Child>,
    port: u16,
    /// Start → the first CONNACK.
    pub(crate) start: Duration,
}

/// Is it on this machine? Its version if so.
pub(crate) fn version() -> Option<String> {
    let said = Command::new(program()).arg("-h").output().ok()?;
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    said.lines().next().map(|line| line.trim().to_owned())
}

/// Where packages put it; root's folder of programs is not on everybody's path.
pub(crate) fn program() -> &'static Path {
    let usual = Path::new("/usr/sbin/mosquitto");
    if usual.exists() { usual } else { Path::new("mosquitto") }
}

impl Mosquitto {
    pub(crate) async fn start(folder: &Path) -> anyhow::Result<Self> {
        let port = node::free_port()?;
        std::fs::create_dir_all(folder)?;
        let settings = folder.join("mosquitto.conf");
        // Saved each second, and Nagle's waiting off: the best it can do.
        let text = format!(
            "listener {port} 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\n\
             persistence true\npersistence_location {}/\nautosave_interval 1\nlog_dest none\nuser root\n",
            folder.display()
        );
        std::fs::write(&settings, text)?;
        let began = Instant::now();
        let process = Command::new(program())
            .arg("-c")
            .arg(&settings)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let mut broker = Self { process: Some(process), port, start: Duration::ZERO };
        while broker.connect("first").await.is_err() {
            anyhow::ensure!(began.elapsed() < START_WITHIN, "mosquitto did not start");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        broker.start = began.elapsed();
        Ok(broker)
    }

    pub(crate) fn pid(&self) -> u32 {
        self.process.as_ref().map_or(0, Child::id)
    }

    pub(crate) async fn stop(mut self) -> anyhow::Result<()> {
        match self.process.take() {
            Some(process) => node::end(process).await,
            None => Ok(()),
        }
    }

    /// A client that is connected.
    pub(crate) async fn connect(&self, name: &str) -> anyhow::Result<Device> {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).await?;
        stream.set_nodelay(true)?;
        let (read, write) = stream.into_split();
        let mut device = Device { read: BufReader::new(read), write };
        // Protocol name and level, clean session, no keep-alive, the client's name.
        let mut body = vec![0, 4, b'M', b'Q', b'T', b'T', 4, 2, 0, 0];
        text(&mut body, name)?;
        device.send(CONNECT, &body).await?;
        let (_, answer) = device.packet().await?;
        anyhow::ensure!(answer == [0, 0], "mosquitto refused a client: {answer:?}");
        Ok(device)
    }
}

impl Drop for Mosquitto {
    fn drop(&mut self) {
        if let Some(mut process) = self.process.take() {
            drop(process.kill());
            drop(process.wait());
        }
    }
}

/// One MQTT client.
pub(crate) struct Device {
    read: BufReader<OwnedReadHalf>,
    write: OwnedWriteHalf,
}

impl Device {
    async fn send(&mut self, kind: u8, body: &[u8]) -> anyhow::Result<()> {
        let mut packet = vec![kind];
        let mut rest = body.len();
        loop {
            let low = u8::try_from(rest % 128)?;
            rest /= 128;
            packet.push(if rest > 0 { low | 0x80 } else { low });
            if rest == 0 {
                break;
            }
        }
        packet.extend_from_slice(body);
        Ok(self.write.write_all(&packet).await?)
    }

    async fn packet(&mut self) -> anyhow::Result<(u8, Vec<u8>)> {
        let kind = self.read.read_u8().await?;
        let (mut length, mut shift) = (0_usize, 0_u32);
        loop {
            let byte = self.read.read_u8().await?;
            length |= usize::from(byte & 0x7F) << shift;
            shift += 7;
            if byte & 0x80 == 0 {
                break;
            }
            anyhow::ensure!(shift < 28, "a packet's length is malformed");
        }
        let mut body = vec![0; length];
        self.read.read_exact(&mut body).await?;
        Ok((kind, body))
    }

    pub(crate) async fn subscribe(&mut self, topic: &str) -> anyhow::Result<()> {
        let mut body = vec![0, 1];
        text(&mut body, topic)?;
        body.push(1);
        self.send(SUBSCRIBE, &body).await?;
        let (_, answer) = self.packet().await?;
        anyhow::ensure!(answer == [0, 1, 1], "mosquitto refused a subscription: {answer:?}");
        Ok(())
    }

    /// Publishes with QoS 1 and waits for the broker's acknowledgement.
    pub(crate) async fn publish(
        &mut self,
        number: u16,
        topic: &str,
        payload: &[u8],
    ) -> anyhow::Result<()> {
        let mut body = Vec::new();
        text(&mut body, topic)?;
        body.extend_from_slice(&number.to_be_bytes());
        body.extend_from_slice(payload);
        self.send(PUBLISH_QOS1, &body).await?;
        let (kind, _) = self.packet().await?;
        anyhow::ensure!(kind == PUBACK, "mosquitto answered a message with packet {kind:#x}");
        Ok(())
    }

    /// The next message; acknowledged after `taken` saw it.
    pub(crate) async fn next(&mut self, taken: impl FnOnce(&[u8])) -> anyhow::Result<()> {
        let (kind, body) = self.packet().await?;
        anyhow::ensure!(kind & 0xF6 == PUBLISH_QOS1, "an unexpected packet {kind:#x}");
        let (length, rest) = body.split_first_chunk::<2>().context("a packet is too short")?;
        let rest = rest.get(usize::from(u16::from_be_bytes(*length))..);
        let split = rest.and_then(|rest| rest.split_first_chunk::<2>());
        let (number, payload) = split.context("a packet is too short")?;
        taken(payload);
        self.send(PUBACK, number).await
    }
}

fn text(body: &mut Vec<u8>, text: &str) -> anyhow::Result<()> {
    body.extend_from_slice(&u16::try_from(text.len())?.to_be_bytes());
    body.extend_from_slice(text.as_bytes());
    Ok(())
}
