//! The exchange: what two nodes tell each other so that both hold the same events.
//!
//! `protocol` decides (pure, no clock, no network); the driver beside it gives it packets, the store's
//! answers and the time, and does what it says. Not here: MQTT itself (`carriers`), SQL (`store`).

mod desk;
pub mod exchange;
mod notes;
mod peer;
pub mod protocol;
mod shared;
mod work;

pub use exchange::Exchange;
pub use exchange::ExchangeConfig;
pub use exchange::ExchangeHandle;
pub use exchange::Identity;
pub use exchange::LineState;
pub use exchange::PeerState;
