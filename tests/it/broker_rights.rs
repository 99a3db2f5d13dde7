//! Who may do what: asked at each packet, and no connection can act for another.

use std::time::Duration;

use noroshi::broker::Limits;

use crate::broker_client::Client;
use crate::broker_client::Connect;
use crate::broker_client::DISCONNECT;
use crate::broker_client::Door;
use crate::broker_client::Witness;
use crate::broker_client::publish;
use crate::broker_client::publish_qos;
use crate::broker_client::publish_retained;
use crate::broker_client::subscribe;

/// Somebody who hears everything there is.
async fn eavesdropper(door: &Door) -> Client {
    let mut client = door.enter("eavesdropper", "free-ear").await;
    client.subscribe("#", 0).await;
    client
}

/// Nothing was heard before this word.
async fn hears_only(door: &Door, listener: &mut Client, story: &str) {
    let mut speaker = door.enter("speaker", "free-speaker").await;
    speaker.send(&publish("marker", story.as_bytes())).await;
    let (topic, payload, _) = listener.message(story).await;
    assert_eq!((topic.as_str(), payload), ("marker", story.as_bytes().to_vec()), "{story}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_reads_more_than_is_granted() {
    let door = Door::open(Limits::default()).await;
    let mut device = door.enter("d", "device-1").await;
    let wide =
        ["#", "+", "+/bulletin/#", "noroshi/#", "noroshi/+/#", "noroshi/device/device-2", "n1/abc"];
    for filter in wide {
        device.subscribe(filter, 0x80).await;
    }
    for filter in ["noroshi/bulletin/#", "noroshi/bulletin/+", "noroshi/bulletin/7"] {
        device.subscribe(filter, 0).await;
    }
    device.send(&subscribe(9, &["noroshi/bulletin/8", "#"])).await;
    device.gets(&[0x90, 4, 0, 9, 0, 0x80], "each filter by itself").await;
    assert_eq!(door.counters().refused_filters, 8);
    let mut speaker = door.enter("speaker", "free").await;
    speaker.send(&publish("secret", b"x")).await;
    speaker.send(&publish("noroshi/bulletin/9", b"for all")).await;
    assert_eq!(device.message("only what is granted").await.0, "noroshi/bulletin/9");
    door.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_publish_ends_the_connection_and_reaches_nobody() {
    let door = Door::open(Limits::default()).await;
    let mut listener = eavesdropper(&door).await;
    let own = "noroshi/device/device-1";
    let forged = [
        ("another device's topic", publish_qos(1, 1, "noroshi/device/device-2", b"x")),
        ("a bulletin", publish_qos(1, 1, "noroshi/bulletin/1", b"x")),
        ("a node's mailbox", publish_qos(2, 1, "n1/abcdefgh", b"x")),
        ("below its own topic", publish("noroshi/device/device-1/x", b"x")),
        ("a system topic", publish("$SYS/broker", b"x")),
        ("an unasked retain flag", publish_retained(own, b"x")),
    ];
    for (at, (story, bytes)) in (1..).zip(&forged) {
        let mut device = door.enter("d", "device-1").await;
        device.send(bytes).await;
        device.is_cut(story).await;
        door.counts(story, |now| now.refused_publishes == at).await;
        hears_only(&door, &mut listener, story).await;
    }
    let mut device = door.enter("d", "device-1").await;
    device.send(&publish_qos(1, 1, own, b"21.5")).await;
    device.gets(&[0x40, 2, 0, 1], "its own topic").await;
    let absorbed = door.town.absorbed.lock().unwrap().clone();
    assert_eq!(absorbed, [(own.to_owned(), b"21.5"[..].into())], "the application has it");
    hears_only(&door, &mut listener, "what the application takes is not fanned out").await;
    assert_eq!(door.counters().protocol_errors, 0, "forging is counted apart");
    door.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_will_is_checked_like_a_publish() {
    let door = Door::open(Limits::default()).await;
    let mut listener = eavesdropper(&door).await;
    let own = "noroshi/device/device-1";
    let wills = [("noroshi/bulletin/1", false), (own, true), ("a/#", false), ("", false)];
    for (at, (topic, retain)) in (1..).zip(wills) {
        let will = Some((topic, &b"x"[..], retain));
        let connect = Connect { client_id: "d", user: "device-1", will, ..Connect::default() };
        door.enter_with(connect).await.vanish();
        door.counts(topic, |now| now.refused_publishes == at).await;
        hears_only(&door, &mut listener, "a forged will").await;
    }
    let will = Some((own, &b"gone"[..], false));
    let connect = || Connect { client_id: "d", user: "device-1", will, ..Connect::default() };
    let mut polite = door.enter_with(connect()).await;
    polite.send(DISCONNECT).await;
    polite.is_cut("DISCONNECT").await;
    door.counts("it has left", |now| now.connections == 1).await;
    assert!(door.town.absorbed.lock().unwrap().is_empty(), "DISCONNECT drops the will");
    door.enter_with(connect()).await.vanish();
    door.counts("it has left", |now| now.connections == 1).await;
    assert_eq!(door.town.absorbed.lock().unwrap().len(), 1, "who vanishes leaves a will");
    door.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_id_is_taken_over_by_its_own_user_only() {
    let door = Door::open(Limits::default()).await;
    let mut mine = door.enter("panel", "free-1").await;
    mine.subscribe("t", 0).await;
    let mut other = door.enter("panel", "free-2").await;
    other.is_alive("another user with the same client id").await;
    mine.is_alive("is out of reach of another user").await;
    let refused =
        Connect { client_id: "panel", user: "free-1", password: "wrong", ..Connect::default() };
    door.knock(&refused.bytes()).await.gets(b"\x20\x02\x00\x05", "a wrong password").await;
    mine.is_alive("whoever is not let in puts nobody out").await;
    let mut again = door.enter("panel", "free-1").await;
    mine.is_cut("the same user takes over").await;
    again.is_alive("the new connection").await;
    other.is_alive("the other user all the time").await;
    let mut nameless = door.enter("", "free-1").await;
    let mut another = door.enter("", "free-1").await;
    nameless.is_alive("nobody is two clients without id").await;
    another.is_alive("nobody is two clients without id").await;
    door.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_not_let_in_is_told_so() {
    let door = Door::open(Limits::default()).await;
    let wrong = Connect { password: "wrong", ..Connect::default() };
    let nobody = Connect { user: "", ..Connect::default() };
    let kept_without_id = Connect { clean: false, ..Connect::default() };
    for (connect, code) in [(wrong, 5), (nobody, 5), (kept_without_id, 2)] {
        let more = [&connect.bytes()[..], &publish("t", b"x")].concat();
        let mut client = door.knock(&more).await;
        client.gets(&[0x20, 2, 0, code], "refused, though more was sent").await;
        client.is_cut("refused").await;
    }
    assert_eq!(door.counters().refused_logins, 3);
    door.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_acknowledgement_says_that_the_application_is_done() {
    let door = Door::open(Limits::default()).await;
    let mut listener = eavesdropper(&door).await;
    let mut slow = door.enter("s", "slow").await;
    slow.send(&publish_qos(1, 1, "t", b"slow")).await;
    hears_only(&door, &mut listener, "while the application thinks").await;
    door.town.gate.add_permits(1);
    slow.gets(&[0x40, 2, 0, 1], "when it is done").await;
    assert_eq!(listener.message("and then it is routed").await.1, b"slow");
    slow.send(&publish_qos(2, 5, "t", b"twice")).await;
    door.town.gate.add_permits(1);
    slow.gets(&[0x50, 2, 0, 5], "PUBREC").await;
    slow.send(&publish_qos(2, 5, "t", b"twice")).await;
    slow.gets(&[0x50, 2, 0, 5], "the repeat is acknowledged, and the application not asked").await;
    assert_eq!(listener.message("it came").await.1, b"twice");
    hears_only(&door, &mut listener, "and came once").await;
    // While the application thinks, the same user connects again: the old one has to go.
    slow.send(&publish_qos(1, 2, "t", b"never")).await;
    let mut again = door.enter("s", "slow").await;
    slow.is_cut("taken over, unacknowledged").await;
    again.is_alive("the new one").await;
    hears_only(&door, &mut listener, "what was not acknowledged was not routed").await;
    door.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_that_fails_costs_one_connection() {
    let limits = Limits { policy_within: Duration::from_millis(300), ..Limits::default() };
    let door = Door::open(limits).await;
    let mut witness = Witness::of(&door).await;
    let mut slow = door.enter("s", "slow").await;
    slow.send(&publish_qos(1, 1, "t", b"x")).await;
    slow.is_cut("no answer from the application: no acknowledgement").await;
    let mut bomb = door.enter("b", "bomb").await;
    bomb.send(&publish_qos(1, 1, "t", b"x")).await;
    bomb.is_cut("the application panicked").await;
    door.counts("no place is lost", |now| now.connections == 1).await;
    assert_eq!(door.counters().panicked, 1, "it is counted: {:?}", door.counters());
    witness.is_served(&door, "after the application failed").await;
    door.close().await;
}
