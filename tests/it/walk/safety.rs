//! A safety check: answers with one tap, and after the deadline the call list with marks that all callers see.
//! The one test that must wait for a minute: the shortest deadline there is.

use std::time::Duration;

use serde_json::Value;
use serde_json::json;

use crate::nodes::Demo;
use crate::nodes::SOON;
use crate::nodes::until;
use crate::nodes::when;

fn row<'a>(list: &'a Value, name: &str) -> Option<&'a Value> {
    list["rows"].as_array().unwrap().iter().find(|row| row["name"] == name)
}

#[tokio::test]
async fn whoever_has_not_answered_stands_on_the_call_list() {
    let demo = Demo::start().await;
    let (desk, colleague) = (demo.person(0, "honbu-1").await, demo.person(0, "honbu-2").await);
    let clerk = demo.person(1, "daiichi-uke").await;
    let second = demo.person(2, "daini-uke").await;
    let usual = desk.post("/safety", json!({ "text": "訓練です", "drill": true })).await;
    let minutes = usual["deadline_ms"].as_i64().unwrap() - usual["opened_ms"].as_i64().unwrap();
    assert!((299_000..=301_000).contains(&minutes), "five minutes unless said otherwise: {usual}");

    let check = desk.post("/safety", json!({ "text": "無事ですか", "minutes": 1 })).await;
    let path = format!("/safety/{}", check["id"].as_str().unwrap());
    for (person, answer) in [(&clerk, "safe"), (&second, "help")] {
        until(&format!("the question at {}", person.name()), SOON, async || {
            let home = person.get("/home").await;
            when(home["tasks"].to_string().contains(check["id"].as_str().unwrap()), home)
        })
        .await;
        let body = json!({ "answer": answer, "note": "けが人1名" });
        person.post(&format!("{path}/answer"), body).await;
    }
    let list = until("both answers at headquarters", SOON, async || {
        let list = desk.get(&format!("{path}/calls")).await;
        if list["check"]["totals"]["answered"] == 2 { Ok(list) } else { Err(list.to_string()) }
    })
    .await;
    assert_eq!(list["passed"], false, "{list}");
    let open = list["rows"].as_array().unwrap().len();
    assert_eq!(open, 8, "before the deadline it tells who has not answered yet: {list}");
    assert_eq!(
        list["help"][0]["name"],
        second.name(),
        "whoever needs help is told at once: {list}"
    );

    let list = until("the deadline", Duration::from_secs(75), async || {
        let list = desk.get(&format!("{path}/calls")).await;
        if list["passed"] == true { Ok(list) } else { Err("not passed".to_owned()) }
    })
    .await;
    assert_eq!(list["rows"].as_array().unwrap().len(), 8, "ten are asked, two answered: {list}");
    assert!(row(&list, clerk.name()).is_none(), "who answered is not called: {list}");
    let silent = row(&list, "第一小学校避難所 責任者").unwrap();
    assert_eq!(silent["phone"], "090-0000-0112", "{silent}");
    assert_eq!(silent["state"], "delivered", "{silent}");

    let call = format!("{path}/calls/{}", silent["account"]);
    desk.post(&call, json!({ "mark": "calling" })).await;
    let seen = colleague.get(&format!("{path}/calls")).await;
    let seen = row(&seen, "第一小学校避難所 責任者").unwrap()["call"].clone();
    assert_eq!((&seen["mark"], &seen["by_me"]), (&json!("calling"), &json!(false)), "{seen}");
    assert_eq!(seen["by"], desk.name(), "the second caller sees who is calling: {seen}");
    desk.post(&call, json!({ "mark": "not_reached" })).await;
    let list = colleague.post(&call, json!({ "mark": "reached", "answer": "safe" })).await;
    let done = row(&list, "第一小学校避難所 責任者").unwrap();
    assert_eq!(done["call"]["mark"], "reached", "it stays as done: {done}");
    assert_eq!(done["call"]["tries"], 1, "{done}");
    let detail = desk.get(&path).await;
    let people = detail["people"].as_array().unwrap();
    let told = people.iter().find(|one| one["name"] == "第一小学校避難所 責任者").unwrap();
    assert_eq!((&told["answer"], &told["by_proxy"]), (&json!("safe"), &json!(colleague.name())));

    // An own answer after the deadline takes one off the list and is marked as late.
    let late = demo.person(1, "daiichi-yakan").await;
    let mine = late.post(&format!("{path}/answer"), json!({ "answer": "safe" })).await;
    assert_eq!(mine["mine"]["late"], true, "{mine}");
    until("the late one off the list", SOON, async || {
        let list = desk.get(&format!("{path}/calls")).await;
        when(row(&list, late.name()).is_none(), &list)
    })
    .await;
    demo.stop_and_examine().await;
}
