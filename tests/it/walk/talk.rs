//! A clerk and the desk talk; the line is cut and everything goes on; restored, everything arrives once.

use std::time::Instant;

use serde_json::Value;
use serde_json::json;

use crate::http_client::Person;
use crate::nodes::Demo;
use crate::nodes::SOON;
use crate::nodes::until;
use crate::nodes::when;

const ROOM: &str = "本部 ⇄ 第一小学校";

fn texts(messages: &[Value]) -> Vec<&str> {
    messages.iter().map(|message| message["text"].as_str().unwrap()).collect()
}

/// Reads everything, as an open page does.
async fn read_all(person: &Person, room: &str) {
    let page = person.get(&format!("/rooms/{room}/messages")).await;
    person.post(&format!("/rooms/{room}/read"), json!({ "upto": page["cursor"] })).await;
}

async fn until_count(person: &Person, room: &str, count: usize) -> Vec<Value> {
    let what = format!("{count} messages on the screen of {}", person.name());
    until(&what, SOON, async || {
        let all = person.messages(room).await;
        if all.len() >= count { Ok(all) } else { Err(format!("{:?}", texts(&all))) }
    })
    .await
}

#[tokio::test]
async fn a_clerk_and_the_desk_talk_and_see_who_has_read() {
    let demo = Demo::start().await;
    let (clerk, desk) = (demo.person(1, "daiichi-uke").await, demo.person(0, "honbu-1").await);
    let room = clerk.room(ROOM).await;
    let mut page = desk.live().await;
    page.next("a first beat", |event| event["type"] == "beat").await;

    let began = Instant::now();
    let asked = clerk.say(&room, "毛布が20枚足りません").await;
    let told = page
        .next("the clerk's message", |event| {
            event["type"] == "message" && event["message"]["id"] == asked["id"]
        })
        .await;
    eprintln!("from the clerk to the desk's page: {:?}", began.elapsed());
    assert_eq!(told["message"]["text"], "毛布が20枚足りません", "{told}");
    assert_eq!(told["message"]["author"]["name"], clerk.name(), "{told}");

    let id = asked["id"].as_str().unwrap();
    let answer = json!({ "text": "14時に届けます", "reply_to": id });
    let answered = desk.post(&format!("/rooms/{room}/messages"), answer).await;
    let seen = until_count(&clerk, &room, 2).await;
    assert_eq!(texts(&seen), ["毛布が20枚足りません", "14時に届けます"]);
    assert_eq!(seen[1]["reply_to"]["id"], asked["id"], "the answer quotes the question");
    assert_eq!(seen[1]["mine"], false);

    // 既読, both ways.
    read_all(&desk, &room).await;
    read_all(&clerk, &room).await;
    for (writer, reader, message) in [(&clerk, &desk, &asked), (&desk, &clerk, &answered)] {
        let path = format!("/messages/{}/delivery", message["id"].as_str().unwrap());
        let what = format!("{} among the readers of {}", reader.name(), message["text"]);
        let detail = until(&what, SOON, async || {
            let detail = writer.get(&path).await;
            let readers = detail["readers"].as_array().unwrap();
            let has_read = readers.iter().any(|one| one["name"] == reader.name());
            when(has_read, &detail).map(|()| detail.clone())
        })
        .await;
        assert_eq!(detail["readers"].as_array().unwrap().len(), 1, "only one read it: {detail}");
        assert!(detail["nodes"][0]["reached"] == true, "it reached the other node: {detail}");
    }
    let mine = clerk.messages(&room).await;
    assert_eq!(mine[0]["read_count"], 1, "{}", mine[0]);
    assert_eq!(mine[0]["delivery"]["hq"], true, "{}", mine[0]);
    demo.stop_and_examine().await;
}

#[tokio::test]
async fn a_cut_shelter_works_on_and_everything_arrives_once_when_the_line_is_back() {
    let demo = Demo::start().await;
    let clerk = demo.person(1, "daiichi-uke").await;
    let head = demo.person(1, "daiichi-seki").await;
    let desk = demo.person(0, "honbu-1").await;
    let other = demo.person(2, "daini-uke").await;
    let room = clerk.room(ROOM).await;
    let everybody = other.room("全避難所").await;
    clerk.say(&room, "回線が切れる前").await;
    until_count(&desk, &room, 1).await;

    demo.line(1, false).await;
    let mut of_clerk = Vec::new();
    for number in 1..=6 {
        for person in [&clerk, &head] {
            let said = person.say(&room, &format!("{} {number}", person.name())).await;
            assert_eq!(said["delivery"]["hq"], false, "headquarters can't have it: {said}");
            if person.account() == clerk.account() {
                of_clerk.push(said["id"].as_str().unwrap().to_owned());
            }
        }
        desk.say(&room, &format!("本部 {number}")).await;
        let link = clerk.get("/link").await;
        assert_eq!(link["waiting"]["messages"], 2 * number, "what waits is shown: {link}");
    }
    let panel = demo.panel().await;
    assert_eq!(panel["lines"][0]["out"], 12, "{panel}");
    assert_eq!(panel["lines"][0]["in"], 6, "{panel}");
    // Colleagues at the shelter read each other without headquarters.
    read_all(&head, &room).await;
    let seen = clerk.messages(&room).await;
    assert_eq!(seen.len(), 13, "the shelter has its own and what came before: {:?}", texts(&seen));
    assert!(seen[1]["read_count"].as_u64() >= Some(1), "{}", seen[1]);
    // The other shelter's line stands.
    other.say(&everybody, "第二は異常なし").await;
    until_count(&desk, &everybody, 1).await;
    assert_eq!(desk.messages(&room).await.len(), 7, "nothing passes a cut line");
    until("the shelter's word that its line is gone", SOON, async || {
        let link = clerk.get("/link").await;
        when(["down", "stalled"].contains(&link["hq"]["state"].as_str().unwrap()), link)
    })
    .await;

    demo.line(1, true).await;
    let at_desk = until_count(&desk, &room, 19).await;
    let at_shelter = until_count(&clerk, &room, 19).await;
    assert_eq!(texts(&at_desk), texts(&at_shelter), "both screens have the same order");
    for person in [clerk.name(), head.name(), "本部"] {
        let all = texts(&at_desk);
        let own: Vec<&str> = all.iter().copied().filter(|text| text.starts_with(person)).collect();
        let want: Vec<String> = (1..=6).map(|number| format!("{person} {number}")).collect();
        assert_eq!(own, want, "once each and in the order of writing");
    }
    until("every message's mark that headquarters has it, and nothing waiting", SOON, async || {
        let all = clerk.messages(&room).await;
        let left = all.iter().filter(|message| message["delivery"]["hq"] != true).count();
        let link = clerk.get("/link").await;
        let done = left == 0 && link["waiting"]["total"] == 0 && link["hq"]["state"] == "up";
        when(done, format!("{left} without the mark; {link}"))
    })
    .await;
    until_count(&clerk, &everybody, 1).await;
    let page = clerk.get(&format!("/rooms/{room}/messages")).await;
    let notes: Vec<_> = page["lines"].as_array().unwrap().iter().map(|one| &one["kind"]).collect();
    assert_eq!(notes, ["cut", "back"], "the room tells when the line was away: {}", page["lines"]);

    // A retry of what was acknowledged while the line was cut is the same message.
    let again = json!({ "text": at_desk[1]["text"], "client_id": at_desk[1]["client_id"] });
    let writer = if at_desk[1]["author"]["name"] == clerk.name() { &clerk } else { &head };
    if at_desk[1]["author"]["role"] == "shelter" {
        let (status, answer) =
            writer.try_post(&format!("/rooms/{room}/messages"), again).await.unwrap();
        assert_eq!((status, &answer["id"]), (200, &at_desk[1]["id"]), "{answer}");
    }
    assert_eq!(desk.messages(&room).await.len(), 19);
    demo.stop_and_examine().await;
}
