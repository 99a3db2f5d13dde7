//! The log on disk: what was answered is there after a restart, retries are one act, replicas agree.

use std::collections::BTreeSet;

use noroshi::domain::event::kind::Kind;
use noroshi::domain::ids::AccountNo;
use noroshi::domain::ids::ClientId;
use noroshi::domain::ids::Seq;
use noroshi::domain::stream::Class;
use noroshi::domain::stream::Stream;
use noroshi::domain::talk::MessagePost;
use noroshi::domain::talk::ReadMark;
use noroshi::domain::talk::RoomOpen;
use noroshi::store::Committed;
use noroshi::store::Draft;
use noroshi::store::RunOutcome;
use noroshi::store::Store;
use noroshi::store::error::StoreError;
use tempfile::TempDir;

use crate::town::Town;
use crate::town::carry;
use crate::town::client;

const ROOM: [u8; 16] = [42; 16];

fn message(author: u32, client_id: ClientId, text: &str) -> Draft {
    let post = MessagePost { client_id, text: text.to_owned(), photo: None, written_ms: None };
    Draft::new(Stream::room(ROOM), Kind::MessagePost, Some(AccountNo(author)), client_id, &post)
}

async fn write(store: &Store, draft: Draft) -> Result<Committed, StoreError> {
    let (committed, ()) = store.act(move |_| Ok::<_, StoreError>((vec![draft], ()))).await?;
    Ok(committed[0])
}

async fn texts(store: &Store) -> Vec<String> {
    store
        .read(|s| s.messages_before(Stream::room(ROOM).id(&s.who.org), None, 100))
        .await
        .unwrap()
        .0
        .into_iter()
        .map(|message| message.text)
        .collect()
}

async fn open_room(town: &Town, hq: &Store) {
    let open = RoomOpen {
        client_id: client(77),
        creation: ROOM,
        name: "本部 ⇄ 第一小学校".to_owned(),
        nodes: town.shelters.iter().map(|shelter| shelter.node).collect(),
        members: vec![AccountNo(1), AccountNo(11), AccountNo(21)],
        everybody: false,
    };
    let draft =
        Draft::new(Stream::room(ROOM), Kind::RoomOpen, Some(AccountNo(1)), client(77), &open);
    write(hq, draft).await.unwrap();
}

#[tokio::test]
async fn what_was_answered_is_there_after_a_restart_and_a_retry_is_one_act() {
    let (town, dir) = (Town::new(1), TempDir::new().unwrap());
    let store = town.open(&town.hq, &dir);
    town.found(&store).await;
    open_room(&town, &store).await;
    let first = write(&store, message(1, client(1), "毛布50枚")).await.unwrap();
    let again = write(&store, message(1, client(1), "毛布50枚")).await.unwrap();
    assert_eq!((again.id, again.is_new), (first.id, false), "a retry is the same act");
    let reused = write(&store, message(1, client(1), "毛布60枚")).await;
    assert!(matches!(reused, Err(StoreError::ClientIdReused)), "{reused:?}");
    store.stop();
    drop(store);

    let store = town.open(&town.hq, &dir);
    assert_eq!(texts(&store).await, ["毛布50枚"]);
    let again = write(&store, message(1, client(1), "毛布50枚")).await.unwrap();
    assert!(!again.is_new, "a retry after a restart is still the same act");
    assert!(store.examine().await.unwrap().is_well(), "{:?}", store.examine().await);
}

#[tokio::test]
async fn replicas_agree_whatever_the_order_and_the_phone_that_walked_makes_one_message() {
    let town = Town::new(2);
    let dirs: Vec<TempDir> = (0..3).map(|_| TempDir::new().unwrap()).collect();
    let hq = town.open(&town.hq, &dirs[0]);
    town.found(&hq).await;
    open_room(&town, &hq).await;
    let shelters: Vec<Store> =
        town.shelters.iter().zip(&dirs[1..]).map(|(who, dir)| town.open(who, dir)).collect();
    for shelter in &shelters {
        shelter.trust(vec![town.hq.issue.clone()]).await.unwrap();
        carry(&hq, shelter, |_| true).await;
    }
    // The officer's phone sent at shelter 1, heard nothing, walked, and sent the same act again at shelter 2.
    for shelter in &shelters {
        write(shelter, message(91, client(9), "橋は通れません")).await.unwrap();
    }
    write(&shelters[0], message(11, client(5), "128人です")).await.unwrap();
    write(&shelters[1], message(21, client(6), "77人です")).await.unwrap();
    write(&hq, message(1, client(7), "了解しました")).await.unwrap();
    let mark = ReadMark { client_id: client(8), upto: vec![] };
    let room = Stream::room(ROOM).id(&town.org);
    let marks =
        Draft::new(Stream::mark(room), Kind::ReadMark, Some(AccountNo(11)), client(8), &mark);
    write(&shelters[0], marks).await.unwrap();

    // Shelter 1 hears of shelter 2 through headquarters; classes in different orders.
    carry(&shelters[1], &hq, |_| true).await;
    carry(&shelters[0], &hq, |head| head.stream.class != Class::Mark).await;
    carry(&hq, &shelters[0], |_| true).await;
    carry(&shelters[0], &hq, |_| true).await;
    carry(&hq, &shelters[1], |_| true).await;
    let want: BTreeSet<String> =
        ["128人です", "77人です", "了解しました", "橋は通れません"].map(str::to_owned).into();
    let pictures = [texts(&hq).await, texts(&shelters[0]).await, texts(&shelters[1]).await];
    assert_eq!(pictures[0], pictures[1]);
    assert_eq!(pictures[0], pictures[2]);
    assert_eq!(pictures[0].iter().cloned().collect::<BTreeSet<_>>(), want);
    assert_eq!(pictures[0].len(), want.len(), "an act stands twice: {pictures:?}");
    assert_eq!(
        shelters[0].views_digest().await.unwrap(),
        shelters[1].views_digest().await.unwrap()
    );
    for store in [&hq, &shelters[0], &shelters[1]] {
        let findings = store.examine().await.unwrap();
        assert!(findings.is_well(), "{findings:?}");
    }
}

#[tokio::test]
async fn a_run_without_its_predecessor_or_right_is_not_taken() {
    let town = Town::new(2);
    let dirs: Vec<TempDir> = (0..3).map(|_| TempDir::new().unwrap()).collect();
    let hq = town.open(&town.hq, &dirs[0]);
    town.found(&hq).await;
    open_room(&town, &hq).await;
    let shelter = town.open(&town.shelters[0], &dirs[1]);
    shelter.trust(vec![town.hq.issue.clone()]).await.unwrap();
    carry(&hq, &shelter, |_| true).await;
    for number in 0..3 {
        write(&shelter, message(11, client(20 + number), "本文")).await.unwrap();
    }
    let heads = shelter.heads_for(town.hq.node, town.hq.role).await.unwrap();
    let room = heads.iter().find(|h| h.stream.class == Class::Room && h.n == Seq(3)).unwrap();
    let (stream, late) = shelter.run_from(room.log, Seq(2), 1).await.unwrap().unwrap();
    let unknown = hq.receive(town.shelters[0].node, vec![(stream.clone(), late.clone())]).await;
    assert!(matches!(&unknown.unwrap()[0], RunOutcome::Gap { have: Seq(0), .. }));
    carry(&shelter, &hq, |head| head.stream.class == Class::Nodes).await;
    let gap = hq.receive(town.shelters[0].node, vec![(stream.clone(), late)]).await.unwrap();
    assert!(matches!(&gap[0], RunOutcome::Gap { .. }), "{gap:?}");

    // What came before is honest and taken.
    carry(&shelter, &hq, |_| true).await;
    assert_eq!(texts(&hq).await.len(), 3);

    // An account that was never usable at that node: signed by the node, and refused all the same.
    write(&shelter, message(21, client(30), "なりすまし")).await.unwrap();
    let (stream, forged) = shelter.run_from(room.log, Seq(4), 20_000).await.unwrap().unwrap();
    let outcome = hq.receive(town.shelters[0].node, vec![(stream, forged)]).await.unwrap();
    assert!(
        matches!(&outcome[0], RunOutcome::Refused { code, .. } if code == "author_not_at_node"),
        "{outcome:?}"
    );
    assert!(!texts(&hq).await.contains(&"なりすまし".to_owned()));
}

#[tokio::test]
async fn a_clock_that_was_wrong_is_put_right_everywhere() {
    let town = Town::new(1);
    let dirs: Vec<TempDir> = (0..2).map(|_| TempDir::new().unwrap()).collect();
    let hq = town.open(&town.hq, &dirs[0]);
    town.found(&hq).await;
    open_room(&town, &hq).await;
    let shelter = town.open(&town.shelters[0], &dirs[1]);
    shelter.trust(vec![town.hq.issue.clone()]).await.unwrap();
    carry(&hq, &shelter, |_| true).await;
    write(&shelter, message(11, client(1), "先")).await.unwrap();
    town.clock.forward(10_000);
    write(&hq, message(1, client(2), "後")).await.unwrap();
    carry(&shelter, &hq, |_| true).await;
    carry(&hq, &shelter, |_| true).await;
    assert_eq!(texts(&hq).await, ["先", "後"]);
    // The shelter learns that its clock is a minute behind: its message was really the later one.
    shelter.clock_learned(60_000, 10).await.unwrap();
    carry(&shelter, &hq, |_| true).await;
    assert_eq!(texts(&hq).await, ["後", "先"]);
    assert_eq!(texts(&shelter).await, ["後", "先"]);
    assert!(hq.examine().await.unwrap().is_well());
    assert!(shelter.examine().await.unwrap().is_well());
}
