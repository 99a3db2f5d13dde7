//! The two MQTT doors of a node and who may do what at them. Rights come from `app`.

use std::collections::BTreeMap;

use bytes::Bytes;
use data_encoding::BASE64URL_NOPAD;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::broker::Front;
use crate::broker::Limits;
use crate::broker::Login;
use crate::broker::Policy;
use crate::broker::Verdict;
use crate::broker::topic;
use crate::domain::ids::NodeId;
use crate::identity::mailbox::Mailbox;
use crate::observe::Observe;

/// What devices may read.
const BULLETINS: &str = "noroshi/bulletin/#";
/// Bulletins for devices are compared with the log at least this often.
const LOOK_AGAIN: std::time::Duration = std::time::Duration::from_secs(30);
/// Largest packet of a device.
const DEVICE_PACKET: usize = 16 * 1024;

/// Headquarters' door: nodes may write to any mailbox and read their own.
struct NodePolicy {
    app: App,
}

impl Policy for NodePolicy {
    type Peer = String;

    async fn login(&self, login: &Login) -> Option<String> {
        let user = login.user.as_deref()?;
        let node = self.node_of(user).await?;
        // The carrier writes the 32 bytes as base64url: MQTT clients take passwords as text.
        let password = BASE64URL_NOPAD.decode(login.password.as_deref()?).ok()?;
        let may = self.app.node_may_log_in(node, &password).await.unwrap_or(false);
        may.then(|| user.to_owned())
    }

    fn may_subscribe(&self, mailbox: &String, filter: &str) -> bool {
        filter == format!("n1/{mailbox}")
    }

    async fn publish(&self, _: &String, topic: &str, _: &Bytes, retain: bool) -> Verdict {
        let mailbox = topic.strip_prefix("n1/");
        if !retain && mailbox.is_some_and(|name| name.len() == 8 && !name.contains('/')) {
            Verdict::Route
        } else {
            Verdict::Refuse
        }
    }

    async fn retained(&self) -> Vec<(String, Bytes)> {
        Vec::new()
    }
}

impl NodePolicy {
    async fn node_of(&self, mailbox: &str) -> Option<NodeId> {
        let org = self.app.org_id();
        let known = self.app.known_nodes().await.ok()?;
        known.into_iter().find(|node| Mailbox::of(&org, node).as_str() == mailbox)
    }
}

/// The door for local devices: bulletins to read, one topic of their own to write.
struct DevicePolicy {
    app: App,
}

impl Policy for DevicePolicy {
    type Peer = String;

    async fn login(&self, login: &Login) -> Option<String> {
        let user = login.user.clone()?;
        let password = login.password.clone()?;
        let may = self.app.device_may_log_in(user.clone(), password).await.unwrap_or(false);
        may.then_some(user)
    }

    fn may_subscribe(&self, _: &String, filter: &str) -> bool {
        topic::covers(BULLETINS, filter)
    }

    async fn publish(&self, login: &String, topic: &str, payload: &Bytes, retain: bool) -> Verdict {
        if retain || topic != format!("noroshi/device/{login}") {
            return Verdict::Refuse;
        }
        // PUBACK goes out after this returned: it means "committed".
        match self.app.device_said(login.clone(), payload.to_vec()).await {
            Ok(()) => Verdict::Absorb,
            Err(error) => {
                tracing::warn!(login, %error, "What a device said was not stored.");
                Verdict::Refuse
            }
        }
    }

    async fn retained(&self) -> Vec<(String, Bytes)> {
        let all = self.app.device_bulletins().await.unwrap_or_default();
        all.into_iter().map(|(topic, json)| (topic, Bytes::from(json))).collect()
    }
}

pub(super) fn serve_nodes(
    tasks: &mut JoinSet<()>,
    app: &App,
    observe: &Observe,
    listener: TcpListener,
    stop: &CancellationToken,
) {
    let front = Front::new(NodePolicy { app: app.clone() }, Limits::default());
    let (observe, watched, ended) = (observe.clone(), front.clone(), stop.clone());
    tasks.spawn(async move {
        watch_front(&observe, "mqtt_nodes", || watched.counters(), || watched.is_degraded(), ended)
            .await;
    });
    tasks.spawn(front.serve(listener, stop.clone()));
}

pub(super) fn serve_devices(
    tasks: &mut JoinSet<()>,
    app: &App,
    observe: &Observe,
    listener: TcpListener,
    stop: &CancellationToken,
) {
    let limits = Limits { packet_bytes: DEVICE_PACKET, ..Limits::default() };
    let front = Front::new(DevicePolicy { app: app.clone() }, limits);
    tasks.spawn(publish_bulletins(app.clone(), front.clone(), stop.clone()));
    let (observe, watched, ended) = (observe.clone(), front.clone(), stop.clone());
    tasks.spawn(async move {
        watch_front(
            &observe,
            "mqtt_devices",
            || watched.counters(),
            || watched.is_degraded(),
            ended,
        )
        .await;
    });
    tasks.spawn(front.serve(listener, stop.clone()));
}

/// Tells `/metrics` and `/healthz` how a door fares, every five seconds.
async fn watch_front(
    observe: &Observe,
    name: &'static str,
    counters: impl Fn() -> crate::broker::CountersSnapshot,
    degraded: impl Fn() -> bool,
    stop: CancellationToken,
) {
    let gauge = |what: &str, help: &str| observe.metrics.number(&format!("{name}_{what}"), help);
    let connections = gauge("connections", "MQTT connections open.");
    let refused = gauge("refused_logins", "MQTT log ins refused.");
    let replaced = gauge("router_replaced", "Routers replaced; should be 0 for ever.");
    loop {
        let now = counters();
        connections.set(signed(now.connections));
        refused.set(signed(now.refused_logins));
        replaced.set(signed(now.router_replaced));
        if degraded() {
            observe.health.degraded(name, "the router was stuck three times: restart this node");
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(std::time::Duration::from_secs(5)) => {}
        }
    }
}

/// Keeps what devices read as the log has it: new bulletins appear, those no longer in force go away.
async fn publish_bulletins(
    app: App,
    front: std::sync::Arc<Front<DevicePolicy>>,
    stop: CancellationToken,
) {
    let mut commits = app.commits();
    let mut shown: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    loop {
        // What can't be read now stays as it is shown: a display must not lose an instruction by an error.
        let wanted: BTreeMap<String, Vec<u8>> = match app.device_bulletins().await {
            Ok(all) => all.into_iter().collect(),
            Err(error) => {
                tracing::warn!(%error, "The bulletins for devices could not be read; tried again soon.");
                shown.clone()
            }
        };
        for (topic, json) in &wanted {
            if shown.get(topic) != Some(json) {
                front.publish(topic, Bytes::from(json.clone()), true).await;
            }
        }
        for topic in shown.keys().filter(|topic| !wanted.contains_key(*topic)) {
            front.publish(topic, Bytes::new(), true).await;
        }
        shown = wanted;
        tokio::select! {
            () = stop.cancelled() => return,
            changed = commits.changed() => if changed.is_err() { return },
            () = tokio::time::sleep(LOOK_AGAIN) => {}
        }
    }
}

/// A count as gauges have it.
fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
