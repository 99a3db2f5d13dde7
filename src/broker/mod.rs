//! The door for MQTT 3.1.1: our own sockets, codec, rights and limits; rumqttd's router behind them
//! only matches topics, fans out and keeps retained messages, in memory.
//! Why: single packets kill rumqttd's own listener or router for everybody, and it knows no rights
//! per topic. What stands here is answered as the standard says or ends one connection, no more.
//! Granted QoS is 0 and no session is kept: what must arrive is acknowledged above MQTT. Publishes
//! of QoS 1 and 2 are accepted and acknowledged after [`Policy::publish`] said so, not before.
//! Not here: who may do what (a [`Policy`] handed in), TLS, MQTT 5, anything on disk.
//! rumqttd itself logs topics: whoever sets up logging switches it off (`rumqttd=off`).
//! Invariant: `router` alone names rumqttd, and no client's string reaches it unchecked.

mod canary;
mod client;
mod codec;
mod counters;
mod deadlines;
mod escape;
mod front;
mod limits;
mod login;
mod packets;
mod policy;
mod router;
pub mod topic;

pub use counters::CountersSnapshot;
pub use front::Front;
pub use limits::Limits;
pub use policy::Login;
pub use policy::Policy;
pub use policy::Verdict;
