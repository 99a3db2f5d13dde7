//! Two sessions of the exchange protocol over a pipe that loses, repeats and reorders, on a virtual clock.
//! Why: every rule of the machine at once, thousands of virtual seconds in one real one; a failure names
//! its seed, and the same seed does the same again.
//! Not here: encryption, sockets, the real store (see `nodes.rs`).
#![expect(clippy::cast_possible_truncation, reason = "sizes of a test world are small")]
use std::collections::BTreeMap;

use noroshi::domain::ids::LogId;
use noroshi::domain::ids::OriginId;
use noroshi::domain::stream::Stream;
use noroshi::sync::protocol::Closed;
use noroshi::sync::protocol::Input;
use noroshi::sync::protocol::Me;
use noroshi::sync::protocol::Session;

use crate::exchange::world::Dice;
use crate::exchange::world::Line;
use crate::exchange::world::ORG;
use crate::exchange::world::What;
use crate::exchange::world::World;
use crate::exchange::world::now;

#[test]
fn everything_arrives_once_and_in_order_whatever_the_line_does() {
    for seed in 1..=60 {
        let mut dice = Dice(seed);
        let line = Line {
            loss: dice.roll(35),
            repeat: dice.roll(30),
            delay_ms: dice.roll(400),
            jitter_ms: dice.roll(300),
            cut: false,
        };
        let mut world = World::new(seed, line);
        for at in 0..2 {
            for _ in 0..20 {
                world.commit(at);
            }
            for _ in 0..30 {
                let when = 1_000 + world.dice.roll(60_000);
                world.later(when, at, What::Commit);
            }
        }
        world.add_blob(0, 9_000, 0);
        world.add_blob(0, 90_001, 1);
        world.add_blob(1, 16_384, 0);
        world.shake();
        let commits =
            |world: &World| world.heap.values().any(|(_, _, what)| matches!(what, What::Commit));
        let done = world.run_until(1_800_000, |world| !commits(world) && world.are_equal());
        assert!(
            done,
            "seed {seed}: after {} virtual seconds and {} sessions not everything has arrived \
             (loss {} %, delay {} + {} ms)",
            world.ms / 1000,
            world.sessions,
            line.loss,
            line.delay_ms,
            line.jitter_ms,
        );
        world.same_bytes();
    }
}

#[test]
fn a_quiet_line_costs_a_sign_of_life_every_ten_seconds_and_nothing_twice() {
    let line = Line { loss: 0, repeat: 0, delay_ms: 20, jitter_ms: 0, cut: false };
    let mut world = World::new(1, line);
    world.nodes[0].commit(&Stream::notice_all(), OriginId([1; 16]), &[100, 100]);
    world.shake();
    assert!(world.run_until(2_000, World::are_equal), "two events over a good line take no 2 s");
    let (packets, bytes) = (world.nodes[0].sent_packets, world.nodes[0].sent_bytes);
    world.run_until(302_000, |_| false);
    let (packets, bytes) =
        (world.nodes[0].sent_packets - packets, world.nodes[0].sent_bytes - bytes);
    assert!((25..=75).contains(&packets), "{packets} packets in five quiet minutes");
    assert!(bytes < 6_000, "{bytes} bytes in five quiet minutes");
    assert_eq!(world.nodes[1].stored_twice, 0, "a good line repeats nothing");
    assert_eq!(world.sessions, 1, "a quiet session lives on");
}

#[test]
fn a_cut_is_noticed_survived_and_repeats_little() {
    for seed in 1..=20 {
        let line = Line { loss: 0, repeat: 0, delay_ms: 50, jitter_ms: 0, cut: false };
        let mut world = World::new(seed, line);
        world.shake();
        for _ in 0..40 {
            world.commit(0);
            world.commit(1);
        }
        let heads = world.nodes[0].heads();
        world.step(0, Input::Heads(heads));
        let cut_at = 100 + world.dice.roll(1_500);
        world.run_until(cut_at, |_| false);
        let had_all = world.nodes[0].knows_peer_has(|log| log.origin == OriginId([1; 16]));
        world.line.cut = true;
        let cut = world.ms;
        let noticed = world.run_until(cut + 30_000, |world| world.nodes[0].closed.is_some());
        assert!(noticed, "seed {seed}: a cut line was not noticed within 30 s");
        let after = world.ms - cut;
        let limit = if had_all { 25_000 } else { 13_000 };
        assert!(after <= limit, "seed {seed}: the cut was noticed after {after} ms, not {limit}");
        world.run_until(cut + 40_000, |_| false);
        world.line.cut = false;
        let healed = world.ms;
        assert!(
            world.run_until(healed + 30_000, World::are_equal),
            "seed {seed}: not healed in 30 s"
        );
        world.same_bytes();
    }
}

#[test]
fn urgent_things_overtake_talk_and_talk_overtakes_photos() {
    let line = Line { loss: 0, repeat: 0, delay_ms: 300, jitter_ms: 0, cut: false };
    let mut world = World::new(3, line);
    let photo = world.add_blob(0, 3_000_000, 2);
    world.nodes[1].wanted.retain(|wanted| wanted.hash == photo);
    for _ in 0..2_000 {
        world.nodes[0].commit(&Stream::room([1; 16]), OriginId([1; 16]), &[200]);
    }
    world.shake();
    world.run_until(2_000, |_| false);
    world.nodes[0].commit(&Stream::notice_all(), OriginId([1; 16]), &[500]);
    let heads = world.nodes[0].heads();
    world.step(0, Input::Heads(heads));
    let notice = LogId { stream: Stream::notice_all().id(&ORG), origin: OriginId([1; 16]) };
    let room = LogId { stream: Stream::room([1; 16]).id(&ORG), origin: OriginId([1; 16]) };
    let arrived =
        |world: &World, log: &LogId| world.nodes[1].logs.get(log).map_or(0, |log| log.events.len());
    let asked = world.ms;
    assert!(
        world.run_until(asked + 5_000, |world| arrived(world, &notice) == 1),
        "the notice is late"
    );
    assert!(arrived(&world, &room) < 2_000, "the notice overtook the talk");
    assert!(
        world.run_until(asked + 60_000, |world| arrived(world, &room) == 2_000),
        "the talk is late"
    );
    assert!(!world.nodes[1].blobs.contains_key(&photo), "talk waited for a photo");
    assert!(world.run_until(asked + 400_000, World::are_equal), "the photo came at last");
    // A thumbnail interrupts an original, whose pieces stay.
    let large = world.add_blob(0, 2_000_000, 2);
    let wanted = world.nodes[1].wanted.clone();
    world.step(1, Input::Wanted(wanted));
    let asked = world.ms;
    let pieces = |world: &World| {
        let part = world.nodes[1].parts.get(&large);
        part.map_or(0, |part| part.pieces.iter().filter(|piece| piece.is_some()).count())
    };
    assert!(world.run_until(asked + 60_000, |world| pieces(world) >= 5), "an original begins");
    let small = world.add_blob(0, 9_001, 0);
    let mut wanted = world.nodes[1].wanted.clone();
    wanted.sort_by_key(|wanted| wanted.class);
    world.step(1, Input::Wanted(wanted));
    let asked = world.ms;
    let arrived = world.run_until(asked + 5_000, |world| world.nodes[1].blobs.contains_key(&small));
    assert!(arrived && pieces(&world) >= 5, "the thumbnail came first, the original's pieces stay");
    assert!(world.run_until(asked + 200_000, World::are_equal), "and the original goes on");
}

#[test]
fn a_peer_that_was_restored_gets_everything_again() {
    let line = Line { loss: 0, repeat: 0, delay_ms: 10, jitter_ms: 0, cut: false };
    let mut world = World::new(5, line);
    for _ in 0..10 {
        world.commit(0);
    }
    world.shake();
    assert!(world.run_until(20_000, World::are_equal), "the first copy");
    // The disk of node 1 is replaced; node 0 still remembers what it had.
    world.nodes[1].logs.clear();
    world.nodes[1].peer.clear();
    world.shake();
    let restored = world.ms;
    assert!(world.run_until(restored + 20_000, World::are_equal), "the second copy");
    world.same_bytes();
}

#[test]
fn what_is_on_the_way_is_bounded_however_much_waits() {
    let line = Line { loss: 0, repeat: 0, delay_ms: 100, jitter_ms: 0, cut: true };
    let mut world = World::new(1, line);
    let photo = world.add_blob(0, 3_000_000, 2);
    for _ in 0..3_000 {
        world.nodes[0].commit(&Stream::notice_all(), OriginId([1; 16]), &[500]);
    }
    world.shake();
    world.run_until(1_900, |_| false);
    let (packets, bytes) = (world.nodes[0].sent_packets, world.nodes[0].sent_bytes);
    assert!(bytes >= 60_000, "{bytes} bytes: the window is used");
    assert!(
        packets <= 36 && bytes <= 90_000,
        "{packets} packets, {bytes} bytes without any answer"
    );
    world.run_until(9_000, |_| false);
    let bytes = world.nodes[0].sent_bytes;
    assert!(bytes <= 270_000, "{bytes} bytes into a dead line within 9 s");
    assert!(!world.nodes[1].blobs.contains_key(&photo));
}

#[test]
fn a_link_that_takes_nothing_is_an_alarm_in_30_seconds_and_ends_in_60() {
    let line = Line { loss: 0, repeat: 0, delay_ms: 10, jitter_ms: 0, cut: false };
    let mut world = World::new(1, line);
    world.nodes[1].is_stuck = true;
    world.nodes[0].commit(&Stream::notice_all(), OriginId([1; 16]), &[100]);
    world.shake();
    world.run_until(90_000, |world| world.nodes[0].stalled);
    let alarm = world.ms;
    world.run_until(90_000, |world| world.nodes[0].closed.is_some());
    assert!((29_000..=31_000).contains(&alarm), "the alarm came at {alarm} ms");
    assert_eq!((world.ms / 1000, &world.nodes[0].closed), (60, &Some(Closed::Stalled)));
}

#[test]
fn no_bytes_of_a_peer_make_the_machine_panic() {
    let mut dice = Dice(11);
    for _ in 0..3_000 {
        let mut session = Session::new(Me { org: ORG }, now(0));
        session.step(now(0), Input::Begin { heads: Vec::new(), remembered: BTreeMap::new() });
        for counter in 0..4 {
            let length = dice.roll(60) as usize;
            let mut plain = vec![0];
            for _ in 0..length {
                let below = if dice.happens(50) { 24 } else { 256 };
                plain.push(dice.roll(below) as u8);
            }
            session.step(now(counter * 500), Input::Packet { counter, plain });
        }
    }
}
