//! Packets that were right once and were then bent at random: no sequence of them may hinder
//! anybody else, kill the router, or leave something behind.
//! Five seconds as a rule, a minute with NOROSHI_LONG=1; NOROSHI_SEED=… repeats what was sent.

use std::ops::ControlFlow;
use std::time::Duration;

use noroshi::broker::Limits;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio::time::interval;
use tokio::time::timeout;

use crate::broker_client::Client;
use crate::broker_client::Connect;
use crate::broker_client::DISCONNECT;
use crate::broker_client::Door;
use crate::broker_client::PINGREQ;
use crate::broker_client::Witness;
use crate::broker_client::publish;
use crate::broker_client::publish_qos;
use crate::broker_client::publish_retained;
use crate::broker_client::subscribe;
use crate::broker_client::unsubscribe;

/// Clients that send bent packets at the same time.
const WORKERS: u64 = 4;

#[expect(clippy::disallowed_methods, reason = "a test is told by its environment how long to run")]
fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// SplitMix64: small, and the same everywhere.
struct Random(u64);

impl Random {
    fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.number() % u64::try_from(limit).unwrap()).unwrap()
    }

    fn byte(&mut self) -> u8 {
        self.number().to_le_bytes()[0]
    }

    fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

const TOPICS: &[&str] =
    &["t", "避難", "é", "a/b/c", "$share/g/t", "$SYS/x", "/", "a//b", "😀/x", "t/", "w/2"];
const FILTERS: &[&str] =
    &["#", "+", "t", "+/+", "避難/#", "é", "$share/g/t", "$SYS/#", "a/#/b", "+a", "", "/"];
const CLIENT_IDS: &[&str] = &["", "a", "a/b", "#", "+", "$x", "避難", "c1", "c2"];

fn connect(random: &mut Random) -> Vec<u8> {
    let will = (random.pick(TOPICS), &b"gone"[..], random.one_in(2));
    let connect = Connect {
        client_id: random.pick(CLIENT_IDS),
        clean: !random.one_in(4),
        keepalive_s: random.pick(&[0, 1, 60, u16::MAX]),
        will: random.one_in(3).then_some(will),
        level: if random.one_in(20) { random.byte() } else { 4 },
        ..Connect::default()
    };
    connect.bytes()
}

fn packet(random: &mut Random) -> Vec<u8> {
    let (topic, filter) = (random.pick(TOPICS), random.pick(FILTERS));
    let id = random.pick(&[1, 2, 3, u16::MAX]);
    let payload = vec![random.byte(); random.pick(&[0, 1, 10, 200, 5_000])];
    match random.below(10) {
        0 | 1 => publish(topic, &payload),
        2 => publish_retained(topic, &payload),
        3 => publish_qos(1, id, topic, &payload),
        4 => publish_qos(2, id, topic, &payload),
        5 => [&b"\x62\x02"[..], &id.to_be_bytes()].concat(),
        6 => subscribe(id, &[filter, random.pick(FILTERS)]),
        7 => unsubscribe(id, filter),
        8 => PINGREQ.to_vec(),
        _ => connect(random),
    }
}

/// One to three wounds, anywhere, often in the first bytes where the lengths are.
fn bend(bytes: &mut Vec<u8>, random: &mut Random) {
    for _ in 0..=random.below(3) {
        if bytes.is_empty() {
            return;
        }
        let reach = if random.one_in(2) { bytes.len().min(12) } else { bytes.len() };
        let at = random.below(reach);
        match random.below(6) {
            0 => bytes[at] ^= 1 << random.below(8),
            1 => bytes[at] = random.byte(),
            2 => bytes[at] = random.pick(&[0, 1, 0x7f, 0x80, 0xff, b'$', b'#', b'+', b'/', 0xe9]),
            3 => bytes.truncate(at),
            4 => bytes.insert(at, random.byte()),
            _ => {
                bytes.remove(at);
            }
        }
    }
}

fn sequence(random: &mut Random) -> Vec<u8> {
    let mut bytes = connect(random);
    if random.one_in(8) {
        bend(&mut bytes, random);
    }
    for _ in 0..random.below(8) {
        let mut next = packet(random);
        if random.one_in(3) {
            bend(&mut next, random);
        }
        bytes.extend(next);
    }
    if random.one_in(4) {
        bytes.extend(DISCONNECT);
    }
    bytes
}

/// Reads for a moment: an answer, a message, or the end.
async fn listen(client: &mut Client) -> ControlFlow<()> {
    match timeout(Duration::from_millis(2), client.sip()).await {
        Ok(0) => ControlFlow::Break(()),
        Ok(_) | Err(_) => ControlFlow::Continue(()),
    }
}

async fn send_bent(door: &Door, mut random: Random, until: Instant) -> u64 {
    let mut sequences = 0;
    while Instant::now() < until {
        let bytes = sequence(&mut random);
        // In one piece, or cut anywhere.
        let cut = if random.one_in(2) { bytes.len() } else { random.below(bytes.len() + 1) };
        let (first, second) = bytes.split_at(cut);
        let mut client = door.knock(first).await;
        let ended =
            if random.one_in(2) { listen(&mut client).await } else { ControlFlow::Continue(()) };
        if ended.is_continue() {
            client.send(second).await;
        }
        if random.one_in(3) {
            // Its end doesn't matter here; the door must survive both.
            let _either_way = listen(&mut client).await;
        }
        client.vanish();
        sequences += 1;
    }
    sequences
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn bent_packets_hinder_nobody() {
    let seed = setting("NOROSHI_SEED").map_or_else(fresh_seed, |seed| seed.parse().unwrap());
    let is_long = setting("NOROSHI_LONG").is_some();
    let story = format!("bent packets of NOROSHI_SEED={seed}");
    println!("{story}");
    let limits = Limits {
        connect_within: Duration::from_millis(200),
        packet_within: Duration::from_millis(200),
        filters: 5_000,
        topics: 50_000,
        connections_per_address: 300,
        ..Limits::default()
    };
    let door = std::sync::Arc::new(Door::open(limits).await);
    let mut witness = Witness::of(&door).await;
    let until = Instant::now() + Duration::from_secs(if is_long { 60 } else { 5 });
    let mut workers = JoinSet::new();
    for worker in 0..WORKERS {
        let (door, random) = (std::sync::Arc::clone(&door), Random(seed ^ worker));
        workers.spawn(async move { send_bent(&door, random, until).await });
    }
    let mut looks = interval(Duration::from_millis(100));
    while Instant::now() < until {
        looks.tick().await;
        witness.is_served(&door, &story).await;
    }
    let mut sequences = 0;
    while let Some(sent) = workers.join_next().await {
        sequences += sent.unwrap();
    }
    door.counts("all but the witness have left", |now| now.connections == 1).await;
    witness.is_served(&door, &story).await;
    let counters = door.counters();
    println!("{sequences} sequences; {counters:?}");
    let failures = [counters.panicked, counters.router_replaced, counters.turned_away];
    assert_eq!(failures, [0; 3], "{story}: {counters:?}");
    assert!(counters.router_links <= 364, "{story}: connections leave links behind: {counters:?}");
    assert!(counters.protocol_errors > 100, "{story}: hardly anything was bent: {counters:?}");
}

fn fresh_seed() -> u64 {
    let mut seed = [0; 8];
    getrandom::fill(&mut seed).expect("the operating system has random numbers");
    u64::from_le_bytes(seed)
}
