//! The packets and sequences that kill rumqttd's own listener or router for everybody, each sent to
//! our door: answered as the standard says or the connection ends, and everybody else is served on.
//! In the order of what was found; 5, 6 and 8 need no malice, only a busy day.

use noroshi::broker::Limits;

use crate::broker_client::Connect;
use crate::broker_client::DISCONNECT;
use crate::broker_client::Door;
use crate::broker_client::Witness;
use crate::broker_client::packet;
use crate::broker_client::publish;
use crate::broker_client::publish_qos;
use crate::broker_client::subscribe;
use crate::broker_client::text;

const HINAN: &[u8] = b"\x30\x09\x00\x06\xe9\x81\xbf\xe9\x9b\xa3\x78";
const HINAN_RETAINED: &[u8] = b"\x31\x09\x00\x06\xe9\x81\xbf\xe9\x9b\xa3\x78";

#[tokio::test(flavor = "multi_thread")]
async fn number_1_a_topic_of_letters_with_more_than_one_byte() {
    let door = Door::open(Limits::default()).await;
    let mut witness = Witness::of(&door).await;
    let mut reader = door.enter("reader", "free").await;
    reader.subscribe("#", 0).await;
    let mut sender = door.enter("sender", "free").await;
    sender.send(HINAN).await;
    let got = reader.message("避難 reaches who subscribed").await;
    assert_eq!(got, ("避難".to_owned(), b"x".to_vec(), false));
    sender.is_alive("the sender is served on").await;
    witness.is_served(&door, "after 避難").await;
    door.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn number_2_the_same_retained_and_then_somebody_subscribes() {
    let door = Door::open(Limits::default()).await;
    let mut sender = door.enter("sender", "free").await;
    sender.send(HINAN_RETAINED).await;
    sender.is_alive("nobody has subscribed yet").await;
    let mut reader = door.enter("reader", "free").await;
    reader.subscribe("+", 0).await;
    let got = reader.message("retained 避難").await;
    assert_eq!(got, ("避難".to_owned(), b"x".to_vec(), true));
    Witness::of(&door).await.is_served(&door, "after retained 避難").await;
    door.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn number_3_a_will_with_such_a_topic() {
    let door = Door::open(Limits::default()).await;
    let mut witness = Witness::of(&door).await;
    let mut reader = door.enter("reader", "free").await;
    reader.subscribe("+", 0).await;
    let will = Some(("避難", &b"x"[..], false));
    door.enter_with(Connect { client_id: "b", will, ..Connect::default() }).await.vanish();
    let got = reader.message("the will of who vanished").await;
    assert_eq!(got, ("避難".to_owned(), b"x".to_vec(), false));
    witness.is_served(&door, "after the will 避難").await;
    door.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn number_4_a_shared_subscription_left_without_acknowledgement() {
    let door = Door::open(Limits::default()).await;
    let mut witness = Witness::of(&door).await;
    let mut a =
        door.enter_with(Connect { client_id: "a", clean: false, ..Connect::default() }).await;
    a.send(b"\x82\x0f\x00\x01\x00\x0a$share/g/t\x01").await;
    a.gets(&[0x90, 3, 0, 1, 0x80], "shared subscriptions are not offered").await;
    let mut sender = door.enter("sender", "free").await;
    sender.send(&publish_qos(1, 1, "t", b"1")).await;
    sender.gets(&[0x40, 2, 0, 1], "PUBACK").await;
    a.vanish();
    witness.is_served(&door, "after $share").await;
    door.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn number_5_a_client_id_with_a_slash_or_wildcard_twice() {
    let door = Door::open(Limits::default()).await;
    let mut witness = Witness::of(&door).await;
    for client_id in ["a/b", "a+", "#", "$SYS", "避難", "a b\u{1}"] {
        let mut first = door.enter(client_id, "free").await;
        let mut second = door.enter(client_id, "free").await;
        first.is_cut("the second connection of the same user takes over").await;
        second.is_alive(client_id).await;
        witness.is_served(&door, client_id).await;
    }
    door.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn number_6_a_connection_too_many_and_the_same_client_again() {
    let limits = Limits { connections: 3, ..Limits::default() };
    let door = Door::open(limits).await;
    let mut witness = Witness::of(&door).await;
    let first = door.enter("one", "free").await;
    let second = door.enter("two", "free").await;
    for attempt in 1..=5 {
        let mut late =
            door.knock(&Connect { client_id: "late", ..Connect::default() }.bytes()).await;
        late.is_cut("there is no place").await;
        assert_eq!(door.counters().turned_away, attempt);
    }
    first.vanish();
    second.vanish();
    door.counts("the places are free again", |now| now.connections == 1).await;
    door.enter("late", "free").await.is_alive("now there is a place").await;
    door.counts("all but the witness have left", |now| now.connections == 1).await;
    witness.is_served(&door, "after too many connections").await;
    door.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn number_7_a_version_5_client_with_properties() {
    let door = Door::open(Limits::default()).await;
    let mut witness = Witness::of(&door).await;
    let mut reader = door.enter("reader", "free").await;
    reader.subscribe("t", 0).await;
    let connect = Connect { client_id: "v5", level: 5, ..Connect::default() };
    let mut fifth =
        door.knock(&[&connect.bytes()[..], b"\x30\x07\x00\x01t\x02\x01\x00x"].concat()).await;
    fifth.gets(b"\x20\x02\x00\x01", "level 5 is answered, not served").await;
    fifth.is_cut("level 5").await;
    let mut again = door.enter("reader", "free").await;
    reader.is_cut("taken over").await;
    again.is_alive("the 3.1.1 client reconnects").await;
    witness.is_served(&door, "after version 5").await;
    door.close().await;
}

/// Number 8, and without the DISCONNECT what only assertions of debug builds die of.
async fn a_reader_that_stopped_is_taken_over(says_goodbye: bool) {
    let door = Door::open(Limits::default()).await;
    let mut witness = Witness::of(&door).await;
    let mut stopped = door.enter("phone", "free").await;
    stopped.subscribe("t", 0).await;
    let mut sender = door.enter("sender", "free").await;
    let message = publish("t", &[7; 10_000]);
    for _ in 0..3_000 {
        sender.send(&message).await;
    }
    sender.is_alive("the sender isn't hindered by who doesn't read").await;
    for time in 1..=30 {
        let mut phone = door.enter("phone", "free").await;
        if says_goodbye {
            phone.send(DISCONNECT).await;
            phone.is_cut("DISCONNECT").await;
        } else {
            phone.subscribe("t", 0).await;
            phone.is_alive("the new connection lives").await;
        }
        if time == 1 {
            stopped.is_closed("the old socket is read to its end").await;
        }
    }
    witness.is_served(&door, "after the takeover").await;
    door.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn number_8_a_reader_that_stopped_comes_back_and_says_goodbye() {
    a_reader_that_stopped_is_taken_over(true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_debug_builds_the_same_without_goodbye() {
    a_reader_that_stopped_is_taken_over(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_debug_builds_a_topic_and_its_shared_form_in_one_packet() {
    let door = Door::open(Limits::default()).await;
    let mut witness = Witness::of(&door).await;
    let mut client = door.enter("a", "free").await;
    client.send(&subscribe(1, &["t", "$share/g/t"])).await;
    client.gets(&[0x90, 4, 0, 1, 0, 0x80], "t is granted, its shared form isn't").await;
    client.send(&publish("t", b"x")).await;
    assert_eq!(client.message("once, not twice").await.1, b"x");
    witness.is_served(&door, "after t and $share/g/t").await;
    door.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_are_no_packet_end_their_connection_alone() {
    let door = Door::open(Limits::default()).await;
    let mut witness = Witness::of(&door).await;
    let second_connect = Connect { client_id: "again", ..Connect::default() }.bytes();
    let long_topic = "a".repeat(257);
    let table: Vec<(&str, Vec<u8>)> = vec![
        ("a second CONNECT", second_connect),
        ("a length of five bytes", b"\x30\xff\xff\xff\xff\x01".to_vec()),
        ("256 MiB announced", b"\x30\xff\xff\xff\x7f".to_vec()),
        ("a PUBLISH with a wildcard", publish("a/#", b"x")),
        ("a PUBLISH to +/b", publish("+/b", b"x")),
        ("a PUBLISH to nothing", publish("", b"x")),
        ("a PUBLISH with U+0000", publish("a\0", b"x")),
        ("a PUBLISH with a line break", publish("a\n", b"x")),
        ("a topic of 257 bytes", publish(&long_topic, b"x")),
        ("a topic that is not UTF-8", packet(0x30, &text(b"\xc3\x28"))),
        ("QoS 3", publish_qos(3, 1, "t", b"x")),
        ("an unasked PUBACK", b"\x40\x02\x00\x01".to_vec()),
        ("an unasked PUBREC", b"\x50\x02\x00\x01".to_vec()),
        ("an unasked PUBCOMP", b"\x70\x02\x00\x01".to_vec()),
        ("a CONNACK", b"\x20\x02\x00\x00".to_vec()),
        ("kind 0", b"\x00\x00".to_vec()),
        ("kind 15", b"\xf0\x00".to_vec()),
        ("an empty SUBSCRIBE", b"\x82\x02\x00\x01".to_vec()),
    ];
    for (at, (story, bytes)) in (1..).zip(&table) {
        let mut client = door.enter("bad", "free").await;
        client.send(bytes).await;
        client.is_cut(story).await;
        let wanted = format!("{story}: one more protocol error");
        door.counts(&wanted, |now| now.protocol_errors == at).await;
    }
    witness.is_served(&door, "after bytes that are no packet").await;
    let mut browser = door.knock(b"GET / HTTP/1.1\r\n\r\n").await;
    browser.is_cut("HTTP on the MQTT port").await;
    let mut unlogged = door.knock(b"\x10\xff\xff\xff\x7f").await;
    unlogged.is_cut("256 MiB announced before the login").await;
    let mut impatient = door.knock(&publish("t", b"x")).await;
    impatient.is_cut("a PUBLISH before CONNECT").await;
    witness.is_served(&door, "after knocks that are no CONNECT").await;
    let mut polite = door.enter("polite", "free").await;
    polite.send(b"\x62\x02\x00\x09").await;
    polite.gets(b"\x70\x02\x00\x09", "an unasked PUBREL is answered (4.3.3)").await;
    door.close().await;
}
