//! The door as its owner uses it: open, publish, take back, look at the numbers, close in time.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use noroshi::broker::CountersSnapshot;
use noroshi::broker::Front;
use noroshi::broker::Limits;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::broker_client::Connect;
use crate::broker_client::Door;
use crate::broker_client::PATIENCE;
use crate::broker_client::Town;
use crate::broker_client::publish;
use crate::broker_client::publish_qos;

const TOPIC: &str = "noroshi/bulletin/1";

#[tokio::test(flavor = "multi_thread")]
async fn what_the_application_publishes_reaches_devices_now_and_later() {
    let mut town = Town::new();
    town.retained = vec![(TOPIC.to_owned(), Bytes::from_static(b"from the log"))];
    let door = Door::open_with(Limits::default(), town).await;
    assert!(door.front.publish("ready", Bytes::new(), false).await);
    let mut device = door.enter("d", "device-1").await;
    device.subscribe("noroshi/bulletin/+", 0).await;
    let got = device.message("what the application held at the start").await;
    assert_eq!(got, (TOPIC.to_owned(), b"from the log".to_vec(), true));
    assert!(door.front.publish(TOPIC, Bytes::from_static(b"newer"), true).await);
    assert_eq!(device.message("live").await, (TOPIC.to_owned(), b"newer".to_vec(), false));
    let mut late = door.enter("late", "device-2").await;
    late.subscribe("noroshi/bulletin/#", 0).await;
    assert_eq!(late.message("later").await, (TOPIC.to_owned(), b"newer".to_vec(), true));
    assert!(door.front.publish(TOPIC, Bytes::new(), true).await, "take it back");
    for reader in [&mut device, &mut late] {
        assert_eq!(reader.message("taken back").await, (TOPIC.to_owned(), Vec::new(), false));
    }
    let mut third = door.enter("third", "device-3").await;
    third.subscribe("noroshi/bulletin/#", 0).await;
    assert!(door.front.publish("noroshi/bulletin/2", Bytes::from_static(b"x"), false).await);
    assert_eq!(third.message("nothing of bulletin 1").await.0, "noroshi/bulletin/2");
    door.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_published_is_said_to_the_application() {
    let limits = Limits { packet_bytes: 1_000, topics: 3, ..Limits::default() };
    let door = Door::open(limits).await;
    let front = &door.front;
    let x = || Bytes::from_static(b"x");
    for topic in ["", "a/#", "a\0b", &"a".repeat(257)] {
        assert!(!front.publish(topic, x(), false).await, "{topic:?} is no topic name");
    }
    assert!(!front.publish("t", vec![7; 998].into(), false).await, "no client could take it");
    assert!(front.publish("t", vec![7; 997].into(), false).await, "exactly the limit");
    for topic in ["1", "2", "3", "1"] {
        assert!(front.publish(topic, x(), true).await, "{topic} is one of three retained topics");
    }
    assert!(!front.publish("4", x(), true).await, "a fourth would be left out without a word");
    assert!(front.publish("2", Bytes::new(), true).await, "one is taken back");
    assert!(front.publish("4", x(), true).await, "and there is room");
    assert!(front.publish("5", x(), false).await, "what isn't retained needs none");
    door.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_door_closes_in_a_second_whatever_its_clients_do() {
    let door = Door::open(Limits::default()).await;
    let mut idle = door.enter("idle", "free").await;
    let mut waiting = door.enter("waiting", "slow").await;
    waiting.send(&publish_qos(1, 1, "t", b"x")).await;
    let mut silent = door.knock(b"").await;
    let mut halfway = door.knock(&Connect::default().bytes()[..9]).await;
    let mut stopped = door.enter_narrow("stopped", "free").await;
    stopped.subscribe("t", 0).await;
    let mut sender = door.enter("sender", "free").await;
    for _ in 0..1_000 {
        sender.send(&publish("t", &[7; 10_000])).await;
    }
    let refused = door.knock(&Connect { password: "wrong", ..Connect::default() }.bytes()).await;
    door.counts("all are in", |now| now.connections >= 6).await;
    let front = Arc::clone(&door.front);
    door.close().await;
    for client in [&mut idle, &mut waiting, &mut silent, &mut halfway, &mut stopped, &mut sender] {
        client.is_closed("the door has closed").await;
    }
    refused.vanish();
    let late = timeout(PATIENCE, front.publish("t", Bytes::new(), false)).await;
    assert_eq!(late, Ok(false), "a closed door takes nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_that_forgot_what_it_holds_is_served_without_it() {
    let mut town = Town::new();
    town.forgets = true;
    let door = Door::open_with(Limits::default(), town).await;
    assert!(door.front.publish(TOPIC, Bytes::from_static(b"x"), true).await);
    let mut device = door.enter("d", "device-1").await;
    device.subscribe(TOPIC, 0).await;
    assert_eq!(device.message("what was published later").await.1, b"x");
    assert_eq!(door.counters().router_replaced, 0, "it is not the router's fault");
    door.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_door_opens_once_and_keeps_what_waits_for_it() {
    let front = Front::new(Town::new(), Limits::default());
    assert_eq!(front.counters(), CountersSnapshot::default());
    assert!(!front.is_degraded());
    let mut tasks = JoinSet::new();
    let early = Arc::clone(&front);
    tasks.spawn(async move {
        assert!(early.publish(TOPIC, Bytes::from_static(b"early"), true).await);
    });
    let stop = CancellationToken::new();
    let listener = || TcpListener::bind("127.0.0.1:0");
    let first = Arc::clone(&front).serve(listener().await.unwrap(), stop.clone());
    let mut serving = JoinSet::new();
    serving.spawn(first);
    let early = timeout(PATIENCE, tasks.join_next()).await.expect("what came early is handed over");
    early.unwrap().unwrap();
    let second = front.serve(listener().await.unwrap(), stop.clone());
    timeout(PATIENCE, second).await.expect("a second opening returns at once");
    stop.cancel();
    let closed = timeout(Duration::from_secs(1), serving.join_next()).await;
    assert!(matches!(closed, Ok(Some(Ok(())))), "{closed:?}");
}
