//! What a door counts, for `/metrics` and for whoever looks for the reason of a quarrel.
//! Not here: names, topics or addresses of anybody; numbers only.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

/// The door's numbers at one moment. All but `connections` and the last three only grow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CountersSnapshot {
    /// Connections open at this moment, logged in or not.
    pub connections: u64,
    /// Connections closed at once because all places, or those of their address, were taken.
    pub turned_away: u64,
    /// Logins that the application refused or didn't decide in time.
    pub refused_logins: u64,
    /// Publishes and wills outside the peer's rights, or beyond the limit of topics.
    pub refused_publishes: u64,
    /// Filters answered with 0x80: invalid, outside the rights, or beyond a limit.
    pub refused_filters: u64,
    /// Connections ended because of bytes that 3.1.1 doesn't allow.
    pub protocol_errors: u64,
    /// Connections ended because the client was silent, late, or didn't read.
    pub too_slow: u64,
    /// Connections ended by a bug, of ours or of the application: not 0 is a reason to look.
    pub panicked: u64,
    /// Routers that died or got stuck and were replaced: not 0 is a reason to look.
    pub router_replaced: u64,
    /// Those of `router_replaced` that were stuck: each has left a thread behind.
    pub router_stuck: u64,
    /// Link names that the present router has learnt (it never forgets one).
    pub router_links: u64,
    /// Filters that the present router has learnt for clients.
    pub router_filters: u64,
    /// Topics that the present router has learnt from clients.
    pub router_topics: u64,
}

/// The counters while they count.
#[derive(Default)]
pub(super) struct Counters {
    pub(super) connections: AtomicU64,
    pub(super) turned_away: AtomicU64,
    pub(super) refused_logins: AtomicU64,
    pub(super) refused_publishes: AtomicU64,
    pub(super) refused_filters: AtomicU64,
    pub(super) protocol_errors: AtomicU64,
    pub(super) too_slow: AtomicU64,
    pub(super) panicked: AtomicU64,
    pub(super) router_replaced: AtomicU64,
    pub(super) router_stuck: AtomicU64,
}

impl Counters {
    /// The numbers of this door; those of its router stay 0 for the caller to fill in.
    pub(super) fn snapshot(&self) -> CountersSnapshot {
        CountersSnapshot {
            connections: self.connections.load(Ordering::Relaxed),
            turned_away: self.turned_away.load(Ordering::Relaxed),
            refused_logins: self.refused_logins.load(Ordering::Relaxed),
            refused_publishes: self.refused_publishes.load(Ordering::Relaxed),
            refused_filters: self.refused_filters.load(Ordering::Relaxed),
            protocol_errors: self.protocol_errors.load(Ordering::Relaxed),
            too_slow: self.too_slow.load(Ordering::Relaxed),
            panicked: self.panicked.load(Ordering::Relaxed),
            router_replaced: self.router_replaced.load(Ordering::Relaxed),
            router_stuck: self.router_stuck.load(Ordering::Relaxed),
            router_links: 0,
            router_filters: 0,
            router_topics: 0,
        }
    }
}

/// One more.
pub(super) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}
