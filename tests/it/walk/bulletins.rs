//! A must-read bulletin: who acknowledged, and whether "not" means not delivered, not read, or read only.

use serde_json::Value;
use serde_json::json;

use crate::http_client::Person;
use crate::nodes::Demo;
use crate::nodes::SOON;
use crate::nodes::until;
use crate::nodes::when;

fn must_read(title: &str) -> Value {
    json!({
        "kind": "confirmed", "title": title, "points": ["井戸の水を飲まない"], "level": null,
        "must_read": true, "due_minutes": 30, "public": true, "drill": false, "nodes": null,
    })
}

async fn until_shown(person: &Person, id: &str) {
    until(&format!("the bulletin at {}", person.name()), SOON, async || {
        let all = person.get("/bulletins").await;
        when(all["bulletins"].as_array().unwrap().iter().any(|one| one["id"] == id), all)
    })
    .await;
}

/// Waits until headquarters counts acknowledged, read, unread and not delivered like this.
async fn until_totals(desk: &Person, id: &str, want: [u64; 4]) -> Value {
    until(&format!("the totals {want:?}"), SOON, async || {
        let status = desk.get(&format!("/bulletins/{id}/status")).await;
        let totals = &status["totals"];
        let got = ["acked", "read_only", "unread", "not_delivered"].map(|key| totals[key].as_u64());
        if got == want.map(Some) { Ok(status) } else { Err(totals.to_string()) }
    })
    .await
}

#[tokio::test]
async fn headquarters_sees_who_has_not_acknowledged_and_why() {
    let demo = Demo::start().await;
    let desk = demo.person(0, "honbu-1").await;
    let (first, second) = (demo.person(1, "daiichi-uke").await, demo.person(2, "daini-uke").await);
    let head = demo.person(1, "daiichi-seki").await;
    let issued = desk.post("/bulletins", must_read("断水のお知らせ")).await;
    let id = issued["id"].as_str().unwrap();
    until_shown(&first, id).await;
    until_shown(&second, id).await;
    // Three at each shelter and two officers are asked; headquarters' own people are not.
    until_totals(&desk, id, [0, 0, 8, 0]).await;
    let tasks = first.get("/home").await["tasks"].to_string();
    assert!(tasks.contains(id), "it waits on the clerk's first screen: {tasks}");
    for person in [&first, &second] {
        person.post(&format!("/bulletins/{id}/read"), json!({})).await;
    }
    first.post(&format!("/bulletins/{id}/ack"), json!({ "undo": false })).await;
    let tasks = first.get("/home").await["tasks"].to_string();
    assert!(!tasks.contains(id), "it still waits after 了解: {tasks}");
    until_totals(&desk, id, [1, 1, 6, 0]).await;
    first.post(&format!("/bulletins/{id}/ack"), json!({ "undo": true })).await;
    until_totals(&desk, id, [0, 2, 6, 0]).await;

    // Shelter 2 is cut off: its people have not read because it has not come.
    demo.line(2, false).await;
    let later = desk.post("/bulletins", must_read("避難路の変更")).await;
    let later = later["id"].as_str().unwrap();
    until_shown(&head, later).await;
    head.post(&format!("/bulletins/{later}/ack"), json!({ "undo": false })).await;
    let status = until_totals(&desk, later, [1, 0, 4, 3]).await;
    assert_eq!(status["nodes"][0]["delivered"], false, "the cut one comes first: {status}");
    assert_eq!(status["totals"]["nodes_not_delivered"], 1, "{status}");
    let own = second.get("/bulletins").await;
    assert!(!own.to_string().contains(later), "nothing passes a cut line: {own}");
    demo.line(2, true).await;
    until_totals(&desk, later, [1, 0, 7, 0]).await;
    let all = second.get("/bulletins").await;
    let all = all["bulletins"].as_array().unwrap();
    assert_eq!(all.iter().filter(|one| one["id"] == later).count(), 1, "once: {all:?}");
    demo.stop_and_examine().await;
}
