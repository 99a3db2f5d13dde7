//! The MQTT carrier: one connection after the other, each with a client of its own.
//!
//! Why so: on reconnect the client library forgets what it had accepted, and its subscriptions. A connection
//! here starts clean and knows nothing of the last one; QoS is 0, since a broker's acknowledgement says
//! nothing about the far end. Nobody answers: again after 1 to 2 s for as long as it takes. Somebody
//! answers and refuses: back-off from 0.5 s to 30 s.
//! Not here: a broker (`broker`), what the packets hold.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use rumqttc::AsyncClient;
use rumqttc::ClientError;
use rumqttc::ConnectionError;
use rumqttc::Event;
use rumqttc::EventLoop;
use rumqttc::MqttOptions;
use rumqttc::NetworkOptions;
use rumqttc::Packet;
use rumqttc::QoS;
use rumqttc::Request;
use rumqttc::SubscribeReasonCode;
use tokio::sync::Notify;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::carriers::Carried;
use crate::carriers::Outgoing;
use crate::identity::mailbox::Mailbox;
use crate::identity::mailbox::password_text;

/// Largest MQTT packet either way: a packet of ours with its topic, and room.
const PACKET_MAX: usize = 24 * 1024;

/// Each step of getting up may take so long.
const CONNECT_WITHIN: Duration = Duration::from_secs(2);

/// A write that the kernel doesn't take for so long ends the connection (seconds, as rumqttc wants it).
const FLUSH_SECONDS: u64 = 10;

/// MQTT's own sign of life; a dead line is noticed after two of them. The exchange's own notices sooner.
const KEEP_ALIVE: Duration = Duration::from_secs(10);

/// Requests inside rumqttc; beyond that they wait in our channel.
const REQUESTS: usize = 36;

/// Back-off after a refusal.
const REFUSED_FIRST: Duration = Duration::from_millis(500);
const REFUSED_MAX: Duration = Duration::from_secs(30);

/// A connection that lasted so long was no refusal.
const LASTED: Duration = Duration::from_secs(30);

/// Leaving takes at most so long.
const LEAVE_WITHIN: Duration = Duration::from_millis(200);

/// Where to connect and as whom.
#[derive(Clone)]
pub struct MqttConfig {
    /// `host:port` of the broker.
    pub address: String,
    /// Client id, user name and topic.
    pub mailbox: Mailbox,
    /// From enrolment.
    pub password: [u8; 32],
}

impl std::fmt::Debug for MqttConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MqttConfig")
            .field("address", &self.address)
            .field("mailbox", &self.mailbox)
            .finish_non_exhaustive()
    }
}

/// How a connection ended.
#[derive(Debug, thiserror::Error)]
enum Ended {
    #[error("the broker refused: {0}; check this node's enrolment")]
    Refused(String),
    #[error("no answer from the broker: {0}")]
    NoAnswer(String),
    #[error("a new connection was asked for")]
    Asked,
    #[error("this node stops")]
    Stopped,
}

impl From<ConnectionError> for Ended {
    fn from(error: ConnectionError) -> Self {
        match error {
            ConnectionError::ConnectionRefused(code) => Self::Refused(format!("{code:?}")),
            ConnectionError::MqttState(_)
            | ConnectionError::NetworkTimeout
            | ConnectionError::FlushTimeout
            | ConnectionError::Io(_)
            | ConnectionError::NotConnAck(_)
            | ConnectionError::RequestsDone => Self::NoAnswer(error.to_string()),
        }
    }
}

/// The carrier's ends.
pub struct MqttCarrier {
    /// Where to connect.
    pub config: MqttConfig,
    /// Packets to send. While there is no connection they are dropped.
    pub outgoing: mpsc::Receiver<Outgoing>,
    /// What happens. Packets are dropped when this is full; `Up` and `Down` never are.
    pub carried: mpsc::Sender<Carried>,
    /// Asks for a new connection: this one seems dead.
    pub again: Arc<Notify>,
    /// A number of ms below the bound; for jitter.
    pub jitter_ms: Box<dyn FnMut(u64) -> u64 + Send>,
}

impl MqttCarrier {
    /// Keeps a connection until told to stop.
    pub async fn run(mut self, stop: CancellationToken) {
        let mut refused = REFUSED_FIRST;
        while !stop.is_cancelled() {
            let began = Instant::now();
            let (ended, was_up) = self.connection(&stop).await;
            if was_up {
                tracing::info!(broker = %self.config.address, why = %ended, "The line to the broker is down.");
                if self.carried.send(Carried::Down(ended.to_string())).await.is_err() {
                    return;
                }
            } else {
                tracing::debug!(broker = %self.config.address, why = %ended, "No line to the broker.");
            }
            let wait = match (&ended, was_up) {
                (Ended::Stopped, _) => return,
                (Ended::Refused(_), _) => {
                    if began.elapsed() >= LASTED {
                        refused = REFUSED_FIRST;
                    }
                    let wait = refused;
                    refused = refused.saturating_mul(2).min(REFUSED_MAX);
                    wait / 2 + self.jitter(wait)
                }
                // What was up a moment ago may be up again: a restored line is found at once.
                (Ended::NoAnswer(_) | Ended::Asked, true) => {
                    refused = REFUSED_FIRST;
                    self.jitter(Duration::from_millis(300))
                }
                (Ended::NoAnswer(_) | Ended::Asked, false) => {
                    Duration::from_secs(1) + self.jitter(Duration::from_secs(1))
                }
            };
            self.wait(wait, &stop).await;
        }
    }

    fn jitter(&mut self, up_to: Duration) -> Duration {
        let bound = u64::try_from(up_to.as_millis()).unwrap_or(u64::MAX);
        Duration::from_millis((self.jitter_ms)(bound.max(1)))
    }

    /// Waits, dropping what is to be sent: it would be old when there is a line again.
    async fn wait(&mut self, how_long: Duration, stop: &CancellationToken) {
        let mut over = pin!(tokio::time::sleep(how_long));
        loop {
            tokio::select! {
                () = &mut over => return,
                () = stop.cancelled() => return,
                dropped = self.outgoing.recv() => if dropped.is_none() { return },
            }
        }
    }

    /// One connection from its first packet to its end; was it ever up?
    async fn connection(&mut self, stop: &CancellationToken) -> (Ended, bool) {
        let (client, mut events) = match self.client() {
            Ok(made) => made,
            Err(ended) => return (ended, false),
        };
        let getting_up = get_up(&client, &mut events, &self.config.mailbox);
        let got_up = tokio::select! {
            got_up = getting_up => got_up,
            () = stop.cancelled() => Err(Ended::Stopped),
        };
        if let Err(ended) = got_up {
            return (ended, false);
        }
        // What queued up before there was a line is old, and so is a wish for a new one.
        while self.outgoing.try_recv().is_ok() {}
        tokio::select! {
            biased;
            () = self.again.notified() => {}
            () = std::future::ready(()) => {}
        }
        tracing::info!(broker = %self.config.address, "The line to the broker is up.");
        if self.carried.send(Carried::Up).await.is_err() {
            return (Ended::Stopped, true);
        }
        let ended = self.carry(&client, &mut events, stop).await;
        if matches!(ended, Ended::Stopped) {
            leave(&client, &mut events).await;
        }
        (ended, true)
    }

    fn client(&self) -> Result<(AsyncClient, EventLoop), Ended> {
        let (host, port) = split_address(&self.config.address)
            .ok_or_else(|| Ended::NoAnswer(format!("{:?} is no host:port", self.config.address)))?;
        let name = self.config.mailbox.as_str();
        let mut options = MqttOptions::new(name, host, port);
        options
            .set_clean_session(true)
            .set_keep_alive(KEEP_ALIVE)
            .set_max_packet_size(PACKET_MAX, PACKET_MAX)
            .set_credentials(name, password_text(&self.config.password));
        let (client, mut events) = AsyncClient::new(options, REQUESTS);
        let mut network = NetworkOptions::new();
        network.set_connection_timeout(FLUSH_SECONDS);
        network.set_tcp_nodelay(true);
        events.set_network_options(network);
        Ok((client, events))
    }

    /// Carries both ways until the connection ends.
    async fn carry(
        &mut self,
        client: &AsyncClient,
        events: &mut EventLoop,
        stop: &CancellationToken,
    ) -> Ended {
        let mut held = None;
        loop {
            // Never dropped half-way: it may be in the middle of a write.
            let mut poll = pin!(events.poll());
            let event = loop {
                tokio::select! {
                    event = &mut poll => break event,
                    out = self.outgoing.recv(), if held.is_none() => match out {
                        Some(out) => held = publish(client, out),
                        None => return Ended::Stopped,
                    },
                    () = self.again.notified() => return Ended::Asked,
                    () = stop.cancelled() => return Ended::Stopped,
                }
            };
            match event {
                Ok(Event::Incoming(Packet::Publish(publish))) => {
                    let packet = Carried::Packet(publish.payload.to_vec());
                    if self.carried.try_send(packet).is_err() {
                        tracing::debug!("A packet was dropped: too many at once; it comes again.");
                    }
                }
                Ok(Event::Incoming(_) | Event::Outgoing(_)) => {}
                Err(error) => return error.into(),
            }
            // After each event there may be room again.
            if let Some(out) = held.take() {
                held = publish(client, out);
            }
        }
    }
}

/// Hands a packet to rumqttc; gives it back when its channel is full.
fn publish(client: &AsyncClient, out: Outgoing) -> Option<Outgoing> {
    let Outgoing { to, packet } = out;
    match client.try_publish(to.topic(), QoS::AtMostOnce, false, packet) {
        Err(ClientError::TryRequest(Request::Publish(publish))) => {
            Some(Outgoing { to, packet: publish.payload.to_vec() })
        }
        // Anything else means that the connection is gone; its end is reported by poll.
        Ok(()) | Err(_) => None,
    }
}

/// Connects, subscribes our mailbox, and looks at what the broker grants.
async fn get_up(
    client: &AsyncClient,
    events: &mut EventLoop,
    mailbox: &Mailbox,
) -> Result<(), Ended> {
    let silent = |_elapsed| Ended::NoAnswer("nothing came within 2 s".into());
    let connected = async {
        loop {
            if let Event::Incoming(Packet::ConnAck(_)) = events.poll().await? {
                return Ok::<(), Ended>(());
            }
        }
    };
    timeout(CONNECT_WITHIN, connected).await.map_err(silent)??;
    client
        .try_subscribe(mailbox.topic(), QoS::AtMostOnce)
        .map_err(|error| Ended::NoAnswer(error.to_string()))?;
    let subscribed = async {
        loop {
            if let Event::Incoming(Packet::SubAck(granted)) = events.poll().await? {
                let failed = granted.return_codes.contains(&SubscribeReasonCode::Failure);
                let refusal = || Ended::Refused("this node may not read its own mailbox".into());
                return if failed { Err(refusal()) } else { Ok::<(), Ended>(()) };
            }
        }
    };
    timeout(CONNECT_WITHIN, subscribed).await.map_err(silent)?
}

/// Says goodbye; what was handed over before still goes out.
async fn leave(client: &AsyncClient, events: &mut EventLoop) {
    if client.try_disconnect().is_err() {
        return;
    }
    let flush = async { while events.poll().await.is_ok() {} };
    if timeout(LEAVE_WITHIN, flush).await.is_err() {
        tracing::debug!("The broker took no goodbye.");
    }
}

/// `host:port`, also `[v6]:port`.
fn split_address(address: &str) -> Option<(&str, u16)> {
    let (host, port) = address.rsplit_once(':')?;
    let host = host.trim_start_matches('[').trim_end_matches(']');
    (!host.is_empty()).then_some((host, port.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_split_into_host_and_port() {
        assert_eq!(split_address("10.0.0.1:18840"), Some(("10.0.0.1", 18840)));
        assert_eq!(split_address("[::1]:1883"), Some(("::1", 1883)));
        for bad in ["", "host", ":1883", "host:", "host:70000"] {
            assert_eq!(split_address(bad), None, "{bad:?}");
        }
    }
}
