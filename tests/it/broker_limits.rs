//! Who is slow, silent or greedy: cut or refused at the limit, and nobody else notices.
//! The limits are made small here, so that nobody waits; their usual values are in `Limits`.

use std::time::Duration;

use noroshi::broker::Limits;
use tokio::time::Instant;
use tokio::time::interval;

use crate::broker_client::Client;
use crate::broker_client::Connect;
use crate::broker_client::DISCONNECT;
use crate::broker_client::Door;
use crate::broker_client::PINGREQ;
use crate::broker_client::PINGRESP;
use crate::broker_client::Witness;
use crate::broker_client::packet;
use crate::broker_client::publish;
use crate::broker_client::publish_qos;
use crate::broker_client::subscribe;
use crate::broker_client::unsubscribe;

const SHORT: Duration = Duration::from_millis(400);

/// Busy cores are late, never early.
fn took_about(began: Instant, want: Duration, story: &str) {
    let took = began.elapsed();
    let within = want..want + Duration::from_secs(4);
    assert!(within.contains(&took), "{story}: cut after {took:?}, wanted {want:?}");
}

/// Sends a byte every 40 ms until the connection ends.
async fn drip(client: &mut Client, bytes: &[u8], story: &str) {
    let mut pace = interval(Duration::from_millis(40));
    for byte in bytes {
        pace.tick().await;
        client.send(&[*byte]).await;
    }
    client.is_cut(story).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_never_finishes_a_packet_is_cut() {
    let limits = Limits { connect_within: SHORT, packet_within: SHORT, ..Limits::default() };
    let door = Door::open(limits).await;
    let began = Instant::now();
    door.knock(b"").await.is_cut("a silent socket").await;
    took_about(began, SHORT, "a silent socket");
    let began = Instant::now();
    let connect = Connect { client_id: "drop by drop", ..Connect::default() }.bytes();
    drip(&mut door.knock(b"").await, &connect, "CONNECT byte by byte").await;
    took_about(began, SHORT, "CONNECT byte by byte");
    let mut client = door.enter("drop by drop", "free").await;
    let began = Instant::now();
    drip(&mut client, &publish("t", &[7; 30]), "PUBLISH byte by byte").await;
    took_about(began, SHORT, "PUBLISH byte by byte");
    door.counts("all three were too slow", |now| now.too_slow == 3).await;
    assert_eq!(door.counters().protocol_errors, 0, "slow is not wrong: {:?}", door.counters());
    let mut client = door.enter("slow but well", "free").await;
    let mut pace = interval(Duration::from_millis(60));
    for part in publish_qos(1, 3, "t", b"in four parts").chunks(6) {
        pace.tick().await;
        client.send(part).await;
    }
    client.gets(&[0x40, 2, 0, 3], "a packet in parts, within its time").await;
    door.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keepalive_counts_what_the_client_sends_not_what_it_gets() {
    let door = Door::open(Limits { silence: Duration::from_secs(5), ..Limits::default() }).await;
    let with = |client_id, keepalive_s| Connect { client_id, keepalive_s, ..Connect::default() };
    let mut fed = door.enter_with(with("only fed", 1)).await;
    let began = Instant::now();
    fed.subscribe("food", 0).await;
    let mut pinging = door.enter_with(with("pinging", 1)).await;
    let mut zero = door.enter_with(with("promises nothing", 0)).await;
    let mut long = door.enter_with(with("promises little", u16::MAX)).await;
    let mut feeder = door.enter("feeder", "free").await;
    let mut pace = interval(Duration::from_millis(100));
    let fed_for = loop {
        pace.tick().await;
        feeder.send(&publish("food", b"x")).await;
        pinging.is_alive("keepalive 1 with pings").await;
        if fed.packet("only fed").await.is_none() {
            break began.elapsed();
        }
    };
    assert!(fed_for >= Duration::from_millis(1500), "cut after {fed_for:?}, too early");
    assert!(fed_for < Duration::from_millis(4900), "cut only after {fed_for:?}");
    zero.is_cut("keepalive 0 is silent for longer than we allow").await;
    took_about(began, Duration::from_secs(5), "keepalive 0");
    long.is_cut("no keepalive is longer than the silence we allow").await;
    door.counts("three were silent, at least", |now| now.too_slow >= 3).await;
    door.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_stops_is_cut_and_hinders_nobody() {
    let door = Door::open(Limits { write_within: SHORT, ..Limits::default() }).await;
    let mut witness = Witness::of(&door).await;
    let mut stopped = door.enter_narrow("stopped", "free").await;
    stopped.subscribe("t", 0).await;
    let mut sender = door.enter("sender", "free").await;
    let message = publish("t", &[7; 10_000]);
    let mut sent = 0;
    while door.counters().too_slow == 0 {
        sender.send(&message).await;
        sent += 1;
        if sent % 100 == 0 {
            sender.is_alive("the sender isn't hindered").await;
            witness.is_served(&door, "while one doesn't read").await;
        }
        assert!(sent < 100_000, "a reader that stopped is never cut: {:?}", door.counters());
    }
    stopped.is_closed("the stopped reader").await;
    witness.is_served(&door, "after one didn't read").await;
    door.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_sips_is_cut_as_well() {
    let limits = Limits { backlog_within: Duration::from_secs(1), ..Limits::default() };
    let door = Door::open(limits).await;
    let mut sipping = door.enter_narrow("sipping", "free").await;
    sipping.subscribe("t", 0).await;
    let mut sender = door.enter("sender", "free").await;
    let message = publish("t", &[7; 10_000]);
    let mut pace = interval(Duration::from_millis(20));
    let began = Instant::now();
    while door.counters().too_slow == 0 {
        pace.tick().await;
        for _ in 0..20 {
            sender.send(&message).await;
        }
        sipping.sip().await;
        let took = began.elapsed();
        assert!(took < Duration::from_secs(9), "512 bytes at a time keep a place for {took:?}");
    }
    door.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn packets_are_taken_up_to_their_limit() {
    let door = Door::open(Limits { packet_bytes: 20_000, ..Limits::default() }).await;
    let mut client = door.enter("large", "free").await;
    client.subscribe("t", 0).await;
    // Two bytes of length, "t", payload.
    client.send(&publish("t", &[7; 19_997])).await;
    assert_eq!(client.message("exactly the limit").await.1.len(), 19_997);
    client.send(&publish("t", &[7; 19_998])).await;
    client.is_cut("one byte more").await;
    let long = "x".repeat(4096);
    let connect = Connect { password: &long, ..Connect::default() };
    door.knock(&connect.bytes()).await.is_cut("a CONNECT of more than 4 KiB").await;
    let connect = Connect { client_id: &long[..129], ..Connect::default() };
    door.knock(&connect.bytes()).await.gets(b"\x20\x02\x00\x02", "a client id of 129 bytes").await;
    door.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_has_its_share_of_the_places() {
    let door = Door::open(Limits { connections_per_address: 2, ..Limits::default() }).await;
    let first = door.enter("one", "free").await;
    let mut second = door.enter("two", "free").await;
    door.knock(PINGREQ).await.is_cut("the third of this address").await;
    assert_eq!((door.counters().turned_away, door.counters().connections), (1, 2));
    first.vanish();
    door.counts("a place is free", |now| now.connections == 1).await;
    door.enter("three", "free").await.is_alive("in the free place").await;
    second.is_alive("all the time").await;
    door.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn three_thousand_client_ids_leave_no_trace() {
    let door = Door::open(Limits::default()).await;
    for number in 0..3_000 {
        let connect = Connect { client_id: &format!("id-{number}"), ..Connect::default() }.bytes();
        let mut client = door.knock(&[&connect, DISCONNECT].concat()).await;
        client.gets(b"\x20\x02\x00\x00", "CONNACK").await;
        client.is_cut("after DISCONNECT").await;
    }
    door.counts("all have left", |now| now.connections == 0).await;
    let links = door.counters().router_links;
    assert!(links <= 20, "the router was taught {links} names and forgets none");
    door.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_are_limited_per_client_and_per_router() {
    let limits = Limits { filters_per_client: 4, filters: 10, ..Limits::default() };
    let door = Door::open(limits).await;
    let mut first = door.enter("first", "free").await;
    first.send(&subscribe(1, &["a", "b", "c", "d", "e", "a", "c"])).await;
    let want = [0x90, 9, 0, 1, 0, 0, 0, 0, 0x80, 0, 0];
    first.gets(&want, "four filters, the fifth refused, those held granted again").await;
    first.send(&unsubscribe(2, "a")).await;
    first.gets(&[0xb0, 2, 0, 2], "UNSUBACK").await;
    first.subscribe("e", 0).await;
    let mut flood: Vec<Client> = Vec::new();
    let mut granted = 0;
    for number in 0..10 {
        let mut client = door.enter(&format!("flood-{number}"), "free").await;
        for filter in 0..4 {
            client.send(&subscribe(1, &[&format!("f{number}/{filter}")])).await;
            let answer =
                client.packet("SUBACK").await.expect("a refused filter ends no connection");
            granted += u64::from(answer == [0x90, 3, 0, 1, 0]);
        }
        flood.push(client);
    }
    assert_eq!((granted, door.counters().router_filters), (5, 10), "five were known before");
    assert_eq!(door.counters().refused_filters, 1 + 35);
    let mut late = door.enter("late", "free").await;
    late.subscribe("a", 0).await;
    late.subscribe("never seen", 0x80).await;
    door.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_packet_full_of_filters_is_answered_filter_by_filter() {
    let door = Door::open(Limits::default()).await;
    let mut client = door.enter("many", "free").await;
    client.send(&subscribe(1, &["a"; 10_000])).await;
    let answer = client.packet("SUBACK").await.expect("legal, if useless");
    assert!(answer.ends_with(&[0; 10_000]), "the same filter is granted each time");
    let names: Vec<String> = (0..8_000).map(|number| format!("f{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    client.send(&subscribe(2, &names)).await;
    let answer = client.packet("SUBACK").await.expect("legal, if greedy");
    let (granted, refused) = answer[answer.len() - 8_000..].split_at(15);
    assert!(granted.iter().all(|code| *code == 0), "16 in all are granted");
    assert!(refused.iter().all(|code| *code == 0x80), "and no more");
    Witness::of(&door).await.is_served(&door, "after 18,000 filters").await;
    door.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn topics_are_limited_per_router() {
    let door = Door::open(Limits { topics: 50, ..Limits::default() }).await;
    let mut client = door.enter("flood", "free").await;
    for number in 0..50 {
        client.send(&publish(&format!("t/{number}"), b"x")).await;
    }
    client.is_alive("50 topics are known").await;
    client.send(&publish_qos(1, 1, "t/50", b"x")).await;
    client.is_cut("one topic too many, without acknowledgement").await;
    door.counts("one refused", |now| now.refused_publishes == 1).await;
    let mut client = door.enter("flood", "free").await;
    client.send(&publish_qos(1, 1, "t/49", b"x")).await;
    client.gets(&[0x40, 2, 0, 1], "what is known goes on").await;
    let mut device = door.enter("d", "device-1").await;
    device.send(&publish_qos(1, 2, "noroshi/device/device-1", b"21.5")).await;
    device.gets(&[0x40, 2, 0, 2], "what the application takes needs no room").await;
    assert_eq!(door.counters().router_topics, 50);
    door.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn qos_2_without_release_ends_at_its_limit() {
    let door = Door::open(Limits::default()).await;
    let mut client = door.enter("unreleased", "free").await;
    for id in 1..=64 {
        client.send(&publish_qos(2, id, "t", &[7; 10_000])).await;
        client.gets(&[&[0x50, 2], &id.to_be_bytes()[..]].concat(), "PUBREC").await;
    }
    client.send(&[&b"\x62\x02"[..], &9_u16.to_be_bytes()].concat()).await;
    client.gets(b"\x70\x02\x00\x09", "one is released").await;
    client.send(&publish_qos(2, 65, "t", b"x")).await;
    client.gets(b"\x50\x02\x00\x41", "so there is room for one").await;
    client.send(&publish_qos(2, 66, "t", b"x")).await;
    client.is_cut("and not for another").await;
    door.counts("it is counted", |now| now.protocol_errors == 1).await;
    door.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_may_come_in_one_segment_with_connect() {
    let door = Door::open(Limits::default()).await;
    let all = [
        &Connect { client_id: "at once", ..Connect::default() }.bytes()[..],
        &subscribe(1, &["t"]),
        &publish("t", b"hello"),
        &publish_qos(1, 2, "t", b"again"),
        PINGREQ,
    ];
    let mut client = door.knock(&all.concat()).await;
    client.gets(b"\x20\x02\x00\x00", "CONNACK").await;
    let mut got = Vec::new();
    for _ in 0..5 {
        got.push(client.packet("in one segment").await.expect("nothing here ends a connection"));
    }
    let at = |packet: &[u8]| got.iter().position(|got| got == packet);
    let answers = [at(&[0x90, 3, 0, 1, 0]), at(&[0x40, 2, 0, 2]), at(PINGRESP)];
    assert_eq!(answers[0], Some(0), "SUBACK before what it causes: {got:?}");
    assert!(answers.is_sorted() && answers[2].is_some(), "answers in order: {got:?}");
    assert!(at(&publish("t", b"hello")) < at(&publish("t", b"again")), "in order: {got:?}");
    let last_words = [&publish("t", b"bye")[..], DISCONNECT].concat();
    let connect = Connect { client_id: "brief", ..Connect::default() }.bytes();
    door.knock(&[connect, last_words].concat()).await.is_closed("DISCONNECT").await;
    assert_eq!(client.message("what came before DISCONNECT counts").await.1, b"bye");
    let mut wrong = [publish("t", b"still right"), packet(0xf0, b"")].concat();
    wrong.extend(publish("t", b"never"));
    let mut second = door.enter("half wrong", "free").await;
    second.send(&wrong).await;
    second.is_cut("what is no packet").await;
    assert_eq!(client.message("what came before it counts").await.1, b"still right");
    client.send(&publish("t", b"next")).await;
    assert_eq!(client.message("what came after it doesn't").await.1, b"next");
    door.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn five_thousand_pings_are_five_thousand_answers() {
    let door = Door::open(Limits::default()).await;
    let mut client = door.enter("pinging", "free").await;
    client.send(&PINGREQ.repeat(5_000)).await;
    for _ in 0..5_000 {
        client.gets(PINGRESP, "PINGRESP").await;
    }
    client.subscribe("t", 0).await;
    door.close().await;
}
