//! The live socket: for our own page only, told at once, dropped when it is silent, closed when the node stops.

use std::time::Duration;
use std::time::Instant;

use futures_util::SinkExt;
use futures_util::StreamExt;
use noroshi::http::HttpOptions;
use noroshi::http::Rhythm;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio_tungstenite::MaybeTlsStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use crate::door::DEADLINE;
use crate::door::Door;
use crate::door::House;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

async fn socket(door: &Door, headers: &[(&'static str, &str)]) -> Result<Socket, u16> {
    let mut request = format!("ws://{}/api/v1/live", door.address).into_client_request().unwrap();
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().unwrap());
    }
    match tokio_tungstenite::connect_async(request).await {
        Ok((socket, _)) => Ok(socket),
        Err(Error::Http(response)) => Err(response.status().as_u16()),
        Err(error) => panic!("the socket failed: {error}"),
    }
}

/// The next event of a kind; others pass.
async fn event(socket: &mut Socket, kind: &str) -> serde_json::Value {
    let wait = async {
        while let Some(Ok(said)) = socket.next().await {
            let Message::Text(text) = said else { continue };
            let event: serde_json::Value = serde_json::from_str(&text).unwrap();
            if event["type"] == kind {
                return event;
            }
        }
        panic!("the socket ended before an event {kind:?}");
    };
    let found = tokio::time::timeout(DEADLINE, wait).await;
    found.unwrap_or_else(|_| panic!("no event {kind:?} within {DEADLINE:?}"))
}

#[tokio::test]
async fn the_live_socket_is_for_our_own_page() {
    let house = House::open(HttpOptions::default()).await;
    let door = &house.shelter;
    let cookie = door.browser(house.staff.login, &house.staff.password).await;
    let own = door.origin();
    let cookie = ("cookie", cookie.as_str());
    assert_eq!(socket(door, &[]).await.err(), Some(401), "nobody");
    assert_eq!(socket(door, &[cookie]).await.err(), Some(403), "our cookie without an origin");
    let other = ("origin", "http://elsewhere.example");
    assert_eq!(socket(door, &[cookie, other]).await.err(), Some(403), "a page elsewhere");
    let mut own = socket(door, &[cookie, ("origin", own.as_str())]).await.unwrap();
    let beat = event(&mut own, "beat").await;
    assert!(beat["now_ms"].is_i64() && beat["counts"].is_object(), "{beat}");
}

#[tokio::test]
async fn a_change_is_told_at_once_and_a_silent_page_is_dropped() {
    let rhythm = Rhythm { beat: Duration::from_millis(50), silence: Duration::from_millis(400) };
    let house = House::open(HttpOptions { rhythm, ..HttpOptions::default() }).await;
    let door = &house.hq;
    let token = door.token(house.publisher.login, &house.publisher.password).await;
    let mut page = socket(door, &[("authorization", token.as_str())]).await.unwrap();
    event(&mut page, "beat").await;
    let room = r#"{"client_id":"roomroomroomroom","name":"本部","members":[1]}"#;
    let made = door.post_json("/api/v1/rooms", &[("Authorization", &token)], room).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let changed = event(&mut page, "changed").await;
    assert!(changed["topics"].to_string().contains("rooms"), "{changed}");
    // It answers each beat, so it stays well over its silence.
    let began = Instant::now();
    while began.elapsed() < rhythm.silence * 3 {
        event(&mut page, "beat").await;
        page.send(Message::text(r#"{"type":"beat"}"#)).await.unwrap();
    }
    let began = Instant::now();
    let ended = async { while let Some(Ok(_)) = page.next().await {} };
    tokio::time::timeout(DEADLINE, ended).await.expect("a page that says nothing is dropped");
    assert!(began.elapsed() >= rhythm.silence / 2, "dropped after {:?} already", began.elapsed());
}

#[tokio::test]
async fn the_door_closes_within_a_second() {
    let mut house = House::open(HttpOptions::default()).await;
    let token = house.shelter.token(house.staff.login, &house.staff.password).await;
    let mut page = socket(&house.shelter, &[("authorization", token.as_str())]).await.unwrap();
    event(&mut page, "beat").await;
    let _idle = TcpStream::connect(house.shelter.address).await.unwrap();
    let mut half = TcpStream::connect(house.shelter.address).await.unwrap();
    half.write_all(b"POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n")
        .await
        .unwrap();
    let began = Instant::now();
    house.shelter.stop.cancel();
    let ended = tokio::time::timeout(DEADLINE, &mut house.shelter.served).await;
    ended.expect("serve ends").unwrap().unwrap();
    assert!(began.elapsed() < Duration::from_millis(1_500), "took {:?}", began.elapsed());
    let told = async { while let Some(Ok(_)) = page.next().await {} };
    tokio::time::timeout(DEADLINE, told).await.expect("the page's socket ended");
}

/// Many open pages beat and are told of every commit at the same time: nobody may hold what the others wait for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forty_open_pages_do_not_stop_the_node() {
    let rhythm = Rhythm { beat: Duration::from_millis(20), silence: Duration::from_secs(60) };
    let house = House::open(HttpOptions { rhythm, ..HttpOptions::default() }).await;
    let door = &house.hq;
    let token = door.token(house.publisher.login, &house.publisher.password).await;
    let mut pages = tokio::task::JoinSet::new();
    for _ in 0..40 {
        let mut page = socket(door, &[("authorization", token.as_str())]).await.unwrap();
        pages.spawn(async move { while let Some(Ok(_)) = page.next().await {} });
    }
    for number in 0..60 {
        let room =
            format!(r#"{{"client_id":"room{number:012}","name":"部屋{number}","members":[1]}}"#);
        let made = door.post_json("/api/v1/rooms", &[("Authorization", &token)], &room).await;
        assert_eq!(made.status, 201, "room {number}: {}", made.text());
    }
    let well = door.get("/healthz", &[]).await;
    assert_eq!(well.status, 200, "{}", well.text());
}
