//! `noroshi demo` as a command: what it refuses and with which remedy, that it goes on where it stopped, and
//! that its three nodes on one host don't disturb each other.

use std::net::TcpListener;
use std::time::Duration;

use hyper::Method;
use serde_json::json;
use tempfile::TempDir;

use crate::http_client::ask;
use crate::nodes::DEMO_PASSWORD;
use crate::nodes::Demo;
use crate::nodes::command;
use crate::nodes::free_ports;
use crate::nodes::node_info;

async fn refused(dir: &str, port: u16, mqtt_port: u16, more: &[&str]) -> String {
    let (port, mqtt_port) = (port.to_string(), mqtt_port.to_string());
    let mut arguments = vec!["demo", "--dir", dir, "--port", &port, "--mqtt-port", &mqtt_port];
    arguments.extend(more);
    let (done, said) = command(&arguments).await;
    assert!(!done, "it should have refused: {said}");
    assert_eq!(said.lines().count(), 1, "one line is enough: {said}");
    said
}

#[tokio::test]
async fn a_taken_port_is_named_with_the_remedy_and_a_later_start_works() {
    let (port, mqtt_port) = (free_ports(&[0, 1, 2]), free_ports(&[0, 1, 2, 10]));
    let dir = TempDir::new().unwrap();
    let data = dir.path().join("demo");
    let data = data.to_str().unwrap();
    for taken in [port + 1, mqtt_port + 10] {
        let _other = TcpListener::bind(("127.0.0.1", taken)).unwrap();
        let said = refused(data, port, mqtt_port, &[]).await;
        assert!(said.contains(&taken.to_string()) && said.contains("port"), "{said}");
    }
    let demo = Demo::start_in(dir, port, mqtt_port, &[]).await;
    demo.stop_and_examine().await;
}

#[tokio::test]
async fn a_directory_that_is_not_ours_is_left_alone() {
    let (port, mqtt_port) = (free_ports(&[0, 1, 2]), free_ports(&[0, 1, 2, 10]));
    let dir = TempDir::new().unwrap();
    let letter = dir.path().join("letter");
    std::fs::write(&letter, "大切").unwrap();
    for more in [&[][..], &["--fresh"][..]] {
        let said = refused(dir.path().to_str().unwrap(), port, mqtt_port, more).await;
        assert!(said.contains("--dir"), "{said}");
        assert_eq!(std::fs::read_to_string(&letter).unwrap(), "大切", "{more:?}");
    }
    // A folder can't be made inside a file, whoever one is.
    let said = refused(letter.join("demo").to_str().unwrap(), port, mqtt_port, &[]).await;
    assert!(said.contains("--dir"), "{said}");
}

#[tokio::test]
async fn it_goes_on_where_it_stopped_and_begins_anew_when_told() {
    let demo = Demo::start().await;
    let clerk = demo.person(1, "daiichi-uke").await;
    let room = clerk.room("全避難所").await;
    let said = clerk.say(&room, "明日も").await;
    let before = node_info(demo.address(1)).await.unwrap();
    let mut page = clerk.live().await;
    page.next("a beat", |event| event["type"] == "beat").await;

    let mut demo = demo;
    let took = demo.stop().await;
    assert!(took < Duration::from_secs(2), "Ctrl-C took {took:?} with a page open");
    let (done, refusal) = command(&["serve", "--data", demo.node_dir(0).to_str().unwrap()]).await;
    assert!(!done && refusal.contains("demo"), "serve took a demo's directory: {refusal}");
    let (port, mqtt_port) = (demo.port, demo.mqtt_port);
    let demo = Demo::start_in(demo.into_dir(), port, mqtt_port, &[]).await;
    assert_eq!(node_info(demo.address(1)).await.unwrap()["id"], before["id"]);
    // The session stands too: nobody has to log in again.
    let seen = clerk.messages(&room).await;
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0]["id"], said["id"]);

    let demo = demo.again(&["--fresh"]).await;
    assert_ne!(node_info(demo.address(1)).await.unwrap()["id"], before["id"]);
    let clerk = demo.person(1, "daiichi-uke").await;
    let room = clerk.room("全避難所").await;
    assert!(clerk.messages(&room).await.is_empty(), "--fresh kept old messages");
}

#[tokio::test]
async fn being_logged_in_at_one_node_does_not_log_out_another() {
    let demo = Demo::start().await;
    let mut jar = Vec::new();
    for (index, login) in [(0, "honbu-1"), (1, "genba-1"), (2, "genba-1")] {
        let given = json!({ "login": login, "password": DEMO_PASSWORD }).to_string();
        let origin = format!("http://{}", demo.address(index));
        let headers = [("Content-Type", "application/json"), ("Origin", origin.as_str())];
        let answer = ask(demo.address(index), Method::POST, "/session", &headers, given.into());
        jar.push(answer.await.unwrap().cookie());
    }
    // A browser sends the cookies of all ports of a host to each of them.
    let all = jar.join("; ");
    let who = async |index: u16| {
        let headers = [("Cookie", all.as_str())];
        let answer = ask(demo.address(index), Method::GET, "/session", &headers, Vec::new()).await;
        let answer = answer.unwrap();
        (answer.status, answer.json()["me"]["login"].clone())
    };
    assert_eq!(who(0).await, (200, "honbu-1".into()));
    assert_eq!(who(1).await, (200, "genba-1".into()));
    assert_eq!(who(2).await, (200, "genba-1".into()));
    let origin = format!("http://{}", demo.address(1));
    let headers = [("Cookie", all.as_str()), ("Origin", origin.as_str())];
    let out = ask(demo.address(1), Method::DELETE, "/session", &headers, Vec::new()).await;
    assert_eq!(out.unwrap().status, 204);
    assert_eq!(who(1).await.0, 401, "logged out here");
    assert_eq!(who(0).await.0, 200, "and not at headquarters");
    assert_eq!(who(2).await.0, 200, "nor at the other shelter");
}
