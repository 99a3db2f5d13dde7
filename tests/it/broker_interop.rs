//! What MQTT 3.1.1 promises to any client, in the order of Eclipse Paho's interoperability suite as
//! far as it applies (no kept sessions, nothing above QoS 0 outwards), and the points where rumqttd
//! by itself deviates from the standard.

use std::collections::BTreeSet;

use bytes::Bytes;
use noroshi::broker::Limits;

use crate::broker_client::Client;
use crate::broker_client::Connect;
use crate::broker_client::DISCONNECT;
use crate::broker_client::Door;
use crate::broker_client::Town;
use crate::broker_client::publish;
use crate::broker_client::publish_qos;
use crate::broker_client::publish_retained;
use crate::broker_client::subscribe;
use crate::broker_client::unsubscribe;

/// The next message is this one; so nothing came before it.
async fn hears(client: &mut Client, topic: &str, payload: &[u8], retain: bool, story: &str) {
    let want = (topic.to_owned(), payload.to_vec(), retain);
    assert_eq!(client.message(story).await, want, "{story}");
}

#[tokio::test(flavor = "multi_thread")]
async fn basic() {
    let door = Door::open(Limits::default()).await;
    let mut client = door.enter("myclientid", "free").await;
    client.send(DISCONNECT).await;
    client.is_cut("DISCONNECT").await;
    let mut client = door.enter("myclientid", "free").await;
    client.subscribe("TopicA", 0).await;
    client.send(&publish("TopicA", b"qos 0")).await;
    hears(&mut client, "TopicA", b"qos 0", false, "QoS 0").await;
    client.send(&publish_qos(1, 11, "TopicA", b"qos 1")).await;
    let mut got = vec![client.packet("QoS 1").await, client.packet("QoS 1").await];
    got.sort();
    let want = [publish("TopicA", b"qos 1"), vec![0x40, 2, 0, 11]].map(Some);
    assert_eq!(got, want, "the message, at the granted QoS 0, and its PUBACK");
    client.send(&publish_qos(2, 12, "TopicA", b"qos 2")).await;
    let mut got = vec![client.packet("QoS 2").await, client.packet("QoS 2").await];
    got.sort();
    let want = [publish("TopicA", b"qos 2"), vec![0x50, 2, 0, 12]].map(Some);
    assert_eq!(got, want, "the message, at the granted QoS 0, and its PUBREC");
    client.send(b"\x62\x02\x00\x0c").await;
    client.gets(b"\x70\x02\x00\x0c", "PUBCOMP").await;
    let mut second = door.enter("myclientid", "free").await;
    client.is_cut("a second connection with the same id").await;
    second.is_alive("a second connection with the same id").await;
    door.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn retained_messages() {
    let door = Door::open(Limits::default()).await;
    let mut sender = door.enter("sender", "free").await;
    let retained = |qos: u8, topic: &str, payload: &[u8]| {
        let mut bytes = publish_qos(qos, 9, topic, payload);
        bytes[0] |= 1;
        bytes
    };
    sender.send(&publish_retained("fromb/qos 0", b"qos 0")).await;
    sender.send(&retained(1, "fromb/qos 1", b"qos 1")).await;
    sender.gets(&[0x40, 2, 0, 9], "PUBACK").await;
    sender.send(&retained(2, "fromb/qos2", b"qos 2")).await;
    sender.gets(&[0x50, 2, 0, 9], "PUBREC").await;
    let all: BTreeSet<_> =
        [("fromb/qos 0", "qos 0"), ("fromb/qos 1", "qos 1"), ("fromb/qos2", "qos 2")]
            .map(|(topic, payload)| (topic.to_owned(), payload.as_bytes().to_vec(), true))
            .into();
    let mut reader = door.enter("reader", "free").await;
    for time in ["at the first SUBSCRIBE", "and again at a repeated one (3.8.4)"] {
        reader.subscribe("fromb/+", 0).await;
        let mut got = BTreeSet::new();
        for _ in 0..3 {
            got.insert(reader.message(time).await);
        }
        assert_eq!(got, all, "{time}");
    }
    sender.send(&publish_retained("fromb/qos 0", b"newer")).await;
    hears(&mut reader, "fromb/qos 0", b"newer", false, "live messages carry no flag (3.3.1.3)")
        .await;
    sender.send(&publish("fromb/qos 0", b"")).await;
    hears(&mut reader, "fromb/qos 0", b"", false, "an empty message is a message").await;
    for topic in ["fromb/qos 1", "fromb/qos2"] {
        sender.send(&publish_retained(topic, b"")).await;
        hears(&mut reader, topic, b"", false, "taking back is told to who listens").await;
    }
    let mut late = door.enter("late", "free").await;
    late.subscribe("fromb/#", 0).await;
    hears(&mut late, "fromb/qos 0", b"newer", true, "only an empty *retained* one deletes").await;
    sender.send(&publish("fromb/x", b"marker")).await;
    hears(&mut late, "fromb/x", b"marker", false, "the two taken back don't come").await;
    door.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn zero_length_client_id() {
    let door = Door::open(Limits::default()).await;
    let kept = Connect { clean: false, ..Connect::default() };
    door.knock(&kept.bytes()).await.gets(b"\x20\x02\x00\x02", "no id and a kept session").await;
    door.enter_with(Connect::default()).await.is_alive("no id and a clean session").await;
    door.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keepalive_and_will() {
    let door = Door::open(Limits::default()).await;
    let mut listener = door.enter("listener", "free").await;
    listener.subscribe("will/#", 0).await;
    let with = |keepalive_s, topic, retain| Connect {
        client_id: "mortal",
        keepalive_s,
        will: Some((topic, b"client not alive", retain)),
        ..Connect::default()
    };
    let mut silent = door.enter_with(with(1, "will/silent", false)).await;
    hears(&mut listener, "will/silent", b"client not alive", false, "keepalive ran out").await;
    silent.is_cut("keepalive ran out").await;
    let mut polite = door.enter_with(with(60, "will/polite", false)).await;
    polite.send(DISCONNECT).await;
    polite.is_cut("DISCONNECT").await;
    let mut wrong = door.enter_with(with(60, "will/wrong", false)).await;
    wrong.send(b"\x00\x00").await;
    hears(&mut listener, "will/wrong", b"client not alive", false, "cut, and none from polite")
        .await;
    let mut old = door.enter_with(with(60, "will/old", true)).await;
    let _new = door.enter("mortal", "free").await;
    old.is_cut("taken over").await;
    hears(&mut listener, "will/old", b"client not alive", false, "taken over").await;
    let mut late = door.enter("late", "free").await;
    late.subscribe("will/#", 0).await;
    hears(&mut late, "will/old", b"client not alive", true, "a retained will").await;
    door.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn subscribe_failure() {
    let door = Door::open(Limits::default()).await;
    let mut client = door.enter("c", "free").await;
    client.subscribe("test/nosubscribe", 0x80).await;
    let long = "a".repeat(257);
    for filter in ["a/#/b", "a#", "+a", "a+/b", "##", "", "$share/g/t", "$SYS/#", "a\n", &long] {
        client.subscribe(filter, 0x80).await;
    }
    for filter in ["a/#", "+/+/b", "/", "a//b", "避難/+", &long[..256]] {
        client.subscribe(filter, 0).await;
    }
    door.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dollar_topics() {
    let door = Door::open(Limits::default()).await;
    let mut client = door.enter("c", "free").await;
    client.send(&subscribe(1, &["#", "+/x", "+"])).await;
    client.gets(&[0x90, 5, 0, 1, 0, 0, 0], "SUBACK").await;
    client.send(&publish_qos(1, 2, "$TopicA/x", b"x")).await;
    client.gets(&[0x40, 2, 0, 2], "acknowledged, and it reaches nobody").await;
    client.send(&publish("a/b/c", b"marker")).await;
    hears(&mut client, "a/b/c", b"marker", false, "nothing of $TopicA came").await;
    client.send(&publish("a/$b", b"x")).await;
    hears(&mut client, "a/$b", b"x", false, "a $ further on means nothing").await;
    door.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn unsubscribing() {
    let door = Door::open(Limits::default()).await;
    let mut client = door.enter("c", "free").await;
    client.send(&subscribe(1, &["TopicA", "TopicA/B", "Topic/C"])).await;
    client.gets(&[0x90, 5, 0, 1, 0, 0, 0], "SUBACK").await;
    client.send(&unsubscribe(2, "TopicA")).await;
    client.gets(&[0xb0, 2, 0, 2], "UNSUBACK").await;
    client.send(&unsubscribe(3, "never subscribed")).await;
    client.gets(&[0xb0, 2, 0, 3], "UNSUBACK also for what was never subscribed (3.10.4)").await;
    let mut sender = door.enter("sender", "free").await;
    for topic in ["TopicA", "TopicA/B"] {
        sender.send(&publish(topic, b"x")).await;
    }
    hears(&mut client, "TopicA/B", b"x", false, "nothing of TopicA comes").await;
    sender.send(&publish("Topic/C", b"x")).await;
    hears(&mut client, "Topic/C", b"x", false, "the others stay").await;
    client.subscribe("TopicA", 0).await;
    sender.send(&publish("TopicA", b"back")).await;
    hears(&mut client, "TopicA", b"back", false, "subscribed again").await;
    door.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newcomer_gets_every_retained_message() {
    let mut town = Town::new();
    let bulletin = |number| (format!("noroshi/bulletin/{number}"), Bytes::from_static(b"{}"));
    town.retained = (0..1_000).map(bulletin).collect();
    let door = Door::open_with(Limits::default(), town).await;
    assert!(door.front.publish("ready", Bytes::from_static(b"x"), false).await);
    let mut device = door.enter("d", "device-1").await;
    device.subscribe("noroshi/bulletin/#", 0).await;
    let mut got = BTreeSet::new();
    for _ in 0..1_000 {
        let (topic, _, retain) = device.message("a thousand bulletins").await;
        assert!(retain, "{topic} is retained");
        got.insert(topic);
    }
    assert_eq!(got.len(), 1_000, "each once");
    door.close().await;
}
