//! How one sees what a node does: log lines, numbers for Prometheus, and its health.
//!
//! Other layers are handed an [`Observe`] and say what happens; nothing here asks them. Not here: the routes
//! that show it (`http`), and what the settings are called (`config`).

pub mod health;
pub mod log;
pub mod metrics;

use crate::observe::health::Health;
use crate::observe::metrics::Metrics;

/// Numbers and health of one node. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Observe {
    /// For `/metrics`.
    pub metrics: Metrics,
    /// For `/healthz`.
    pub health: Health,
}
