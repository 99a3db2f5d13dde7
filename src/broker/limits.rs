//! Every limit of a door, with the values that were measured to hold.
//! Not here: where they come from (the configuration), what happens at each (`client`, `front`).

use std::time::Duration;

/// How much one door takes from its clients. Sizes in bytes.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Connections at once, logged in or not.
    pub connections: usize,
    /// Connections at once from one IPv4 address or one IPv6 network of 64 bits.
    pub connections_per_address: usize,
    /// Largest packet after its length field, in and out.
    pub packet_bytes: usize,
    /// Largest CONNECT: whoever is not logged in may not make us keep more.
    pub connect_bytes: usize,
    /// Longest topic name or filter.
    pub topic_bytes: usize,
    /// Longest client identifier; longer ones are answered with CONNACK 2.
    pub client_id_bytes: usize,
    /// Filters one connection may hold at once.
    pub filters_per_client: usize,
    /// QoS 2 messages of one connection that wait for their PUBREL.
    pub unreleased_per_client: usize,
    /// Filters in the life of one router, which keeps 6 kB for each for good.
    pub filters: usize,
    /// Topics in the life of one router, which keeps 0.5 kB for each for good; also the number of
    /// topics that [`Front::publish`](super::Front::publish) may hold retained.
    pub topics: usize,
    /// From the accepted connection to the complete CONNECT; again for the login.
    pub connect_within: Duration,
    /// From a packet's first byte to its last.
    pub packet_within: Duration,
    /// A client that takes not a single byte for so long is cut.
    pub write_within: Duration,
    /// A client with output waiting that takes less than 64 KiB in so long is cut, however regularly
    /// it takes single bytes.
    pub backlog_within: Duration,
    /// How long a client with keepalive 0 may stay silent; also the longest keepalive.
    pub silence: Duration,
    /// The longest the application may think about one publish.
    pub policy_within: Duration,
    /// The longest the router may take for one batch before it counts as stuck.
    pub router_within: Duration,
    /// How often the router is asked for a sign of life.
    pub canary_every: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 300,
            connections_per_address: 50,
            packet_bytes: 64 * 1024,
            connect_bytes: 4 * 1024,
            topic_bytes: 256,
            client_id_bytes: 128,
            filters_per_client: 16,
            unreleased_per_client: 64,
            filters: 1024,
            topics: 4096,
            connect_within: Duration::from_secs(5),
            packet_within: Duration::from_secs(20),
            write_within: Duration::from_secs(10),
            backlog_within: Duration::from_secs(60),
            silence: Duration::from_secs(3600),
            policy_within: Duration::from_secs(10),
            router_within: Duration::from_secs(2),
            canary_every: Duration::from_secs(1),
        }
    }
}
