//! rumqttc, the client that our own carrier and many devices use, against our door.

use std::time::Duration;

use bytes::Bytes;
use noroshi::broker::Limits;
use rumqttc::AsyncClient;
use rumqttc::ConnectReturnCode;
use rumqttc::ConnectionError;
use rumqttc::Event;
use rumqttc::EventLoop;
use rumqttc::MqttOptions;
use rumqttc::Packet;
use rumqttc::QoS;
use rumqttc::SubscribeReasonCode;
use tokio::time::timeout;

use crate::broker_client::Door;
use crate::broker_client::PASSWORD;
use crate::broker_client::PATIENCE;

fn client(door: &Door, client_id: &str, password: &str) -> (AsyncClient, EventLoop) {
    let mut options = MqttOptions::new(client_id, "127.0.0.1", door.address.port());
    options.set_clean_session(true);
    options.set_keep_alive(Duration::from_secs(10));
    options.set_credentials("free", password);
    options.set_max_packet_size(65_536, 65_536);
    AsyncClient::new(options, 40)
}

/// The next packet that `wanted` picks; any error of the connection fails the test.
async fn incoming<T>(
    events: &mut EventLoop,
    story: &str,
    wanted: impl Fn(&Packet) -> Option<T>,
) -> T {
    let found = timeout(PATIENCE, async {
        loop {
            match events.poll().await {
                Ok(Event::Incoming(packet)) => {
                    if let Some(found) = wanted(&packet) {
                        return found;
                    }
                }
                Ok(Event::Outgoing(_)) => {}
                Err(error) => panic!("{story}: {error}"),
            }
        }
    });
    found.await.unwrap_or_else(|_| panic!("{story}: not within {PATIENCE:?}"))
}

fn granted(packet: &Packet) -> Option<Vec<SubscribeReasonCode>> {
    if let Packet::SubAck(suback) = packet { Some(suback.return_codes.clone()) } else { None }
}

fn payload(packet: &Packet) -> Option<Bytes> {
    if let Packet::Publish(publish) = packet { Some(publish.payload.clone()) } else { None }
}

#[tokio::test(flavor = "multi_thread")]
async fn connects_subscribes_publishes_and_receives() {
    let door = Door::open(Limits::default()).await;
    let (client, mut events) = client(&door, "node-a", PASSWORD);
    incoming(&mut events, "CONNACK", |packet| matches!(packet, Packet::ConnAck(_)).then_some(()))
        .await;
    client.try_subscribe("n1/node-a", QoS::AtMostOnce).unwrap();
    let codes = incoming(&mut events, "SUBACK", granted).await;
    assert_eq!(codes, [SubscribeReasonCode::Success(QoS::AtMostOnce)]);
    client.try_subscribe("$share/x/y", QoS::AtMostOnce).unwrap();
    let codes = incoming(&mut events, "SUBACK", granted).await;
    assert_eq!(codes, [SubscribeReasonCode::Failure]);
    for (number, payload_bytes) in (0_u8..).zip([1, 100, 20_000, 60_000]) {
        let qos = if number % 2 == 0 { QoS::AtMostOnce } else { QoS::AtLeastOnce };
        client.try_publish("n1/node-a", qos, false, vec![number; payload_bytes]).unwrap();
        let payload = incoming(&mut events, "a message", payload).await;
        assert_eq!(payload, vec![number; payload_bytes], "{payload_bytes} bytes");
    }
    client.try_disconnect().unwrap();
    let ended = timeout(PATIENCE, async { while events.poll().await.is_ok() {} }).await;
    ended.expect("the connection ends after DISCONNECT");
    door.counts("nobody is left", |now| now.connections == 0).await;
    assert_eq!(door.counters().protocol_errors, 0, "{:?}", door.counters());
    door.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hears_that_it_is_not_let_in() {
    let door = Door::open(Limits::default()).await;
    let (_client, mut events) = client(&door, "node-a", "wrong");
    let answer = timeout(PATIENCE, events.poll()).await.expect("an answer");
    let refused = ConnectReturnCode::NotAuthorized;
    match answer {
        Err(ConnectionError::ConnectionRefused(code)) => assert_eq!(code, refused),
        other => panic!("wanted {refused:?}, got {other:?}"),
    }
    door.close().await;
}
