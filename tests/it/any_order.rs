//! Same set, same picture: whatever happened where, and in whatever order it was carried, nodes that hold the
//! same events show the same, and views computed again equal those that grew.

use noroshi::domain::bulletin::BulletinAck;
use noroshi::domain::bulletin::BulletinKind;
use noroshi::domain::bulletin::BulletinPost;
use noroshi::domain::bulletin::NoticeRead;
use noroshi::domain::event::kind::Kind;
use noroshi::domain::ids::AccountNo;
use noroshi::domain::ids::EventRef;
use noroshi::domain::safety::Answer;
use noroshi::domain::safety::CallMark;
use noroshi::domain::safety::SafetyAnswer;
use noroshi::domain::safety::SafetyCall;
use noroshi::domain::safety::SafetyOpen;
use noroshi::domain::stream::Class;
use noroshi::domain::stream::Stream;
use noroshi::domain::talk::MessageDelete;
use noroshi::domain::talk::MessagePost;
use noroshi::domain::talk::OriginMark;
use noroshi::domain::talk::ReadMark;
use noroshi::domain::talk::RoomMember;
use noroshi::domain::talk::RoomOpen;
use noroshi::store::Draft;
use noroshi::store::Store;
use noroshi::store::error::StoreError;
use tempfile::TempDir;

use crate::town::NOW_MS;
use crate::town::Town;
use crate::town::carry;
use crate::town::client;

const ROOM: [u8; 16] = [7; 16];

/// Small, repeatable dice: SplitMix64.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides
    }
}

async fn write(store: &Store, draft: Draft) -> EventRef {
    let (committed, ()) = store.act(move |_| Ok::<_, StoreError>((vec![draft], ()))).await.unwrap();
    committed[0].at
}

fn post(author: u32, number: u64, text: &str) -> Draft {
    let client_id = client(number);
    let post = MessagePost { client_id, text: text.to_owned(), photo: None, written_ms: None };
    Draft::new(Stream::room(ROOM), Kind::MessagePost, Some(AccountNo(author)), client_id, &post)
}

/// What a shelter's person does at random; `notice` and `check` came from headquarters.
fn at_shelter(
    dice: &mut Dice,
    store: &Store,
    (person, number): (u32, u64),
    (notice, check, mine): (EventRef, EventRef, Option<EventRef>),
) -> Draft {
    let (author, client_id) = (Some(AccountNo(person)), client(number));
    let answers = Stream::of_node(Class::Answer, store.who().node);
    let room = Stream::room(ROOM).id(&store.who().org);
    match dice.roll(6) {
        0 => {
            let undone = dice.roll(3) == 0;
            let body = BulletinAck { client_id, undone, written_ms: None };
            Draft::new(answers, Kind::BulletinAck, author, client_id, &body).with_parent(notice)
        }
        1 => Draft::new(answers, Kind::NoticeRead, author, client_id, &NoticeRead { client_id })
            .with_parent(notice),
        2 => {
            let answer = Answer::ALL[usize::try_from(dice.roll(4)).unwrap()];
            let body = SafetyAnswer { client_id, answer, note: String::new(), written_ms: None };
            Draft::new(answers, Kind::SafetyAnswer, author, client_id, &body).with_parent(check)
        }
        3 => {
            let upto = mine.map(|at| OriginMark { origin: at.origin, n: at.n });
            let body = ReadMark { client_id, upto: upto.into_iter().collect() };
            Draft::new(Stream::mark(room), Kind::ReadMark, author, client_id, &body)
        }
        4 if mine.is_some() => {
            let body = MessageDelete { client_id };
            Draft::new(Stream::room(ROOM), Kind::MessageDelete, author, client_id, &body)
                .with_parent(mine.unwrap())
        }
        _ => post(person, number, "128人です"),
    }
}

fn from_headquarters(dice: &mut Dice, number: u64, check: EventRef) -> Draft {
    let (author, client_id) = (Some(AccountNo(1)), client(number));
    if dice.roll(2) == 0 {
        let body = SafetyCall {
            client_id,
            account: AccountNo(11),
            mark: CallMark::Reached,
            answer: Some(Answer::ALL[usize::try_from(dice.roll(3)).unwrap()]),
        };
        return Draft::new(Stream::desk(), Kind::SafetyCall, author, client_id, &body)
            .with_parent(check);
    }
    let body = RoomMember { client_id, account: AccountNo(12), is_member: dice.roll(2) == 0 };
    Draft::new(Stream::room(ROOM), Kind::RoomMember, author, client_id, &body)
}

async fn begin(town: &Town, hq: &Store) -> (EventRef, EventRef) {
    town.found(hq).await;
    let author = Some(AccountNo(1));
    let open = RoomOpen {
        client_id: client(1),
        creation: ROOM,
        name: "全避難所".to_owned(),
        nodes: town.shelters.iter().map(|one| one.node).collect(),
        members: vec![AccountNo(1), AccountNo(11), AccountNo(21), AccountNo(91)],
        everybody: true,
    };
    write(hq, Draft::new(Stream::room(ROOM), Kind::RoomOpen, author, client(1), &open)).await;
    let bulletin = BulletinPost {
        client_id: client(2),
        number: 1,
        correction: 0,
        kind: BulletinKind::Confirmed,
        title: "避難指示".to_owned(),
        points: vec!["北棟は使えません".to_owned()],
        level: Some(4),
        must_read: true,
        due_ms: None,
        public: true,
        nodes: None,
        drill: None,
    };
    let notices = Stream::notice_all();
    let notice =
        write(hq, Draft::new(notices.clone(), Kind::BulletinPost, author, client(2), &bulletin));
    let notice = notice.await;
    let open = SafetyOpen {
        client_id: client(3),
        number: 1,
        text: "参集できますか".to_owned(),
        deadline_ms: NOW_MS + 300_000,
        nodes: None,
        drill: None,
    };
    let check = write(hq, Draft::new(notices, Kind::SafetyOpen, author, client(3), &open)).await;
    (notice, check)
}

async fn one_town(seed: u64) {
    let mut dice = Dice(seed);
    let town = Town::new(2);
    let dirs: Vec<TempDir> = (0..3).map(|_| TempDir::new().unwrap()).collect();
    let hq = town.open(&town.hq, &dirs[0]);
    let (notice, check) = begin(&town, &hq).await;
    let shelters: Vec<Store> =
        town.shelters.iter().zip(&dirs[1..]).map(|(who, dir)| town.open(who, dir)).collect();
    for shelter in &shelters {
        shelter.trust(vec![town.hq.issue.clone()]).await.unwrap();
        carry(&hq, shelter, |_| true).await;
    }
    let mut last: [Option<EventRef>; 2] = [None, None];
    for number in 0..40 {
        town.clock.forward(i64::try_from(dice.roll(400_000)).unwrap());
        let side = usize::try_from(dice.roll(2)).unwrap();
        let person = [11, 21, 91][usize::try_from(dice.roll(3)).unwrap()];
        let person = if person != 91 { [11, 21][side] } else { 91 };
        match dice.roll(8) {
            // The phone that walked: one act, sent to both shelters.
            0 => {
                for shelter in &shelters {
                    write(shelter, post(91, 500 + number, "同じ投稿")).await;
                }
            }
            1 => {
                write(&hq, from_headquarters(&mut dice, 100 + number, check)).await;
            }
            2 => {
                let offset = i64::try_from(dice.roll(900_000)).unwrap() - 450_000;
                shelters[side].clock_learned(offset, 10).await.unwrap();
            }
            3 => carry(&shelters[side], &hq, |_| true).await,
            4 => carry(&hq, &shelters[side], |_| true).await,
            _ => {
                let context = (notice, check, last[side]);
                let who = (person, 100 + number);
                let draft = at_shelter(&mut dice, &shelters[side], who, context);
                let at = write(&shelters[side], draft).await;
                if at.stream == Stream::room(ROOM).id(&town.org) {
                    last[side] = Some(at);
                }
            }
        }
    }
    for _ in 0..2 {
        for shelter in &shelters {
            carry(shelter, &hq, |_| true).await;
            carry(&hq, shelter, |_| true).await;
        }
    }
    let pictures = [
        shelters[0].shared_digest().await.unwrap(),
        shelters[1].shared_digest().await.unwrap(),
        hq.shared_digest().await.unwrap(),
    ];
    assert_eq!(pictures[0], pictures[1], "SEED={seed}: the shelters differ");
    assert_eq!(pictures[0], pictures[2], "SEED={seed}: headquarters differs");
    for store in [&hq, &shelters[0], &shelters[1]] {
        let findings = store.examine().await.unwrap();
        assert!(findings.is_well(), "SEED={seed}: {findings:?}");
        let room = Stream::room(ROOM).id(&town.org);
        let (messages, _) = store.read(move |s| s.messages_before(room, None, 200)).await.unwrap();
        let mut acts: Vec<_> = messages.iter().map(|one| (one.author, one.client)).collect();
        acts.sort_unstable();
        acts.dedup();
        assert_eq!(acts.len(), messages.len(), "SEED={seed}: an act is shown twice");
    }
}

#[tokio::test]
async fn any_order_of_acts_and_carrying_gives_one_picture() {
    for seed in 1..=12 {
        one_town(seed).await;
    }
}
