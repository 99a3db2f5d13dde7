//! What the application decides for the door: who gets in, who may read and write what.
//! Not here: how it decides; the door asks, waits for a limited time, and obeys.

use std::future::Future;
use std::net::SocketAddr;

use bytes::Bytes;

/// What a client said of itself in CONNECT. Not printable on purpose: it holds a password.
pub struct Login {
    /// The client identifier; empty when the client left the choice to us.
    pub client_id: String,
    /// The user name, if one was sent.
    pub user: Option<String>,
    /// The password, if one was sent: any bytes, not only text.
    pub password: Option<Vec<u8>>,
    /// Where the connection comes from.
    pub from: SocketAddr,
}

/// What becomes of a publish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Hand it to everybody who subscribed to its topic.
    Route,
    /// Acknowledge it but hand it to nobody: the application took it, or ignores it on purpose.
    Absorb,
    /// Not allowed: the connection ends without acknowledgement (3.1.1 has no other way to say no).
    Refuse,
}

/// The rights of one door. Every future may be dropped at any `.await`: when the time is over, the
/// client was replaced, or the node stops. What was not answered was never acknowledged.
pub trait Policy: Send + Sync + 'static {
    /// The authenticated client, with whatever its rights need.
    type Peer: Send + Sync + 'static;

    /// Who this is, or `None` to turn it away. Costly checks belong off the async threads.
    fn login(&self, login: &Login) -> impl Future<Output = Option<Self::Peer>> + Send;

    /// Whether the peer may read everything that `filter` (valid, not `$…`) matches:
    /// see [`topic::covers`](super::topic::covers).
    fn may_subscribe(&self, peer: &Self::Peer, filter: &str) -> bool;

    /// What becomes of a message; `topic` is a valid name. An acknowledgement, if one is due, goes
    /// out after this returned. Asked for a will too, at the moment it would be sent.
    fn publish(
        &self,
        peer: &Self::Peer,
        topic: &str,
        payload: &Bytes,
        retain: bool,
    ) -> impl Future<Output = Verdict> + Send;

    /// The retained messages (topic, payload) for a fresh router: at start and after a replacement.
    fn retained(&self) -> impl Future<Output = Vec<(String, Bytes)>> + Send;
}
