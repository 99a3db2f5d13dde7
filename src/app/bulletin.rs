//! Bulletins 知らせ: issuing, correcting, withdrawing, 既読, 了解, and who has not acknowledged and why.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::app::author;
use crate::app::error::AppError;
use crate::app::link;
use crate::app::link::HqLink;
use crate::app::people;
use crate::app::people::Directory;
use crate::app::people::Person;
use crate::app::people::PersonPhone;
use crate::domain::access::Action;
use crate::domain::access::Actor;
use crate::domain::access::Scope;
use crate::domain::bulletin as payload;
use crate::domain::bulletin::BulletinAck;
use crate::domain::bulletin::BulletinKind;
use crate::domain::bulletin::BulletinPhoned;
use crate::domain::bulletin::BulletinPost;
use crate::domain::bulletin::BulletinWithdraw;
use crate::domain::bulletin::NoticeRead;
use crate::domain::event::kind::Kind;
use crate::domain::ids::AccountNo;
use crate::domain::ids::ClientId;
use crate::domain::ids::EventId;
use crate::domain::ids::EventRef;
use crate::domain::ids::NodeId;
use crate::domain::stream::Class;
use crate::domain::stream::Stream;
use crate::domain::text;
use crate::store::Draft;
use crate::store::error::StoreError;
use crate::store::snapshot::Snapshot;
use crate::store::views::bulletin::Bulletin as Stored;
use crate::store::views::org::Account;

/// Whom it is for.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Recipients {
    /// Everybody.
    pub all: bool,
    /// Names of shelters.
    pub names: Vec<String>,
}

/// How many acknowledged, and why others have not.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct BulletinTotals {
    /// Asked.
    pub total: u32,
    /// 了解.
    pub acked: u32,
    /// Read, not acknowledged.
    pub read_only: u32,
    /// Delivered, not read.
    pub unread: u32,
    /// Not delivered.
    pub not_delivered: u32,
    /// Shelters that it has not reached.
    pub nodes_not_delivered: u32,
}

/// A bulletin in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Bulletin {
    /// Its id.
    pub id: String,
    /// 第n号.
    pub no: u32,
    /// 0 for the original, 1 for 訂正1 …
    pub correction: u32,
    /// `confirmed`, `notice`.
    pub kind: String,
    /// Its title.
    pub title: String,
    /// 警戒レベル.
    pub level: Option<u8>,
    /// The level's word.
    pub level_word: Option<String>,
    /// 必読.
    pub must_read: bool,
    /// 訓練.
    pub drill: bool,
    /// On the board for evacuees.
    pub public: bool,
    /// Unix ms.
    pub issued_ms: i64,
    /// When it came to this node, Unix ms.
    pub arrived_ms: i64,
    /// When 了解 is due, Unix ms.
    pub due_ms: Option<i64>,
    /// Who issued it.
    pub issuer: String,
    /// For whom.
    pub recipients: Recipients,
    /// `current`, `superseded`, `withdrawn`.
    pub state: String,
    /// Its correction.
    pub successor: Option<String>,
    /// 同時に改訂.
    pub concurrent: bool,
    /// When I read it, Unix ms.
    pub read_ms: Option<i64>,
    /// When I acknowledged it, Unix ms.
    pub acked_ms: Option<i64>,
    /// 了解 is asked of me.
    pub asked_me: bool,
    /// For those who may know.
    pub totals: Option<BulletinTotals>,
}

/// The list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Bulletins {
    /// Newest first.
    pub bulletins: Vec<Bulletin>,
}

/// One bulletin.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BulletinDetail {
    /// As in the list.
    #[serde(flatten)]
    pub bulletin: Bulletin,
    /// One point per line.
    pub points: Vec<String>,
    /// What it corrects.
    pub correction_from: Option<CorrectedFrom>,
    /// Why it was withdrawn.
    pub withdrawn_reason: Option<String>,
    /// This shelter's people, for its staff.
    pub here: Option<Here>,
}

/// The bulletin before the correction.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CorrectedFrom {
    /// Its id.
    pub id: String,
    /// Its number.
    pub no: u32,
    /// Its title.
    pub title: String,
    /// Its points.
    pub points: Vec<String>,
}

/// This shelter's people.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Here {
    /// Acknowledged.
    pub acked: Vec<AckedBy>,
    /// Read, not acknowledged.
    pub read_only: Vec<PersonPhone>,
    /// Not read.
    pub unread: Vec<PersonPhone>,
}

/// Somebody who acknowledged.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AckedBy {
    /// Who.
    #[serde(flatten)]
    pub person: Person,
    /// Unix ms.
    pub at_ms: i64,
}

/// Who has and who hasn't.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BulletinStatus {
    /// The bulletin.
    pub bulletin: BulletinDetail,
    /// Over everybody.
    pub totals: BulletinTotals,
    /// Per node: those without first.
    pub nodes: Vec<BulletinNodeStatus>,
}

/// One node's people.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BulletinNodeStatus {
    /// Its id.
    pub node: String,
    /// Its name.
    pub name: String,
    /// It lies on that node's disk.
    pub delivered: bool,
    /// Since when, Unix ms.
    pub delivered_ms: Option<i64>,
    /// The line to it.
    pub link: HqLink,
    /// Asked.
    pub total: u32,
    /// 了解.
    pub acked: u32,
    /// Read only.
    pub read_only: u32,
    /// Not read.
    pub unread: u32,
    /// 責任者.
    pub responsible: Option<Responsible>,
    /// Everybody there.
    pub people: Vec<PersonStatus>,
}

/// 責任者 of a shelter.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Responsible {
    /// Unix ms.
    pub acked_ms: Option<i64>,
    /// Unix ms.
    pub phoned_ms: Option<i64>,
}

/// One person.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PersonStatus {
    /// Number of the account.
    pub account: u32,
    /// Name on screens.
    pub name: String,
    /// Role.
    pub role: String,
    /// `acked`, `read`, `unread`, `not_delivered`.
    pub state: String,
    /// Unix ms of that state.
    pub at_ms: Option<i64>,
    /// As dialled.
    pub phone: Option<String>,
    /// Told by telephone.
    pub phoned: Option<PhonedBy>,
}

/// Told by telephone.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PhonedBy {
    /// Unix ms.
    pub at_ms: i64,
    /// Who called.
    pub by: String,
}

/// A new bulletin, or the correction of one.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewBulletin {
    /// 16 characters base64url.
    pub client_id: String,
    /// `confirmed`, `notice`.
    pub kind: String,
    /// Up to 40 characters.
    pub title: String,
    /// One point per line.
    pub points: Vec<String>,
    /// 1 to 5.
    pub level: Option<u8>,
    /// 必読.
    pub must_read: bool,
    /// Minutes until 了解 is due.
    pub due_minutes: Option<u32>,
    /// On the board.
    pub public: bool,
    /// 訓練.
    pub drill: bool,
    /// Ids of shelters; absent: everybody.
    pub nodes: Option<Vec<String>>,
}

/// Takes a bulletin back.
#[derive(Debug, Deserialize, ToSchema)]
pub struct WithdrawBulletin {
    /// 16 characters base64url.
    pub client_id: String,
    /// Shown to everybody.
    pub reason: String,
}

/// A write that says nothing but that it happened.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ClientIdOnly {
    /// 16 characters base64url.
    pub client_id: String,
}

/// 了解, or its undo.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Ack {
    /// 16 characters base64url.
    pub client_id: String,
    /// Taken back.
    #[serde(default)]
    pub undo: bool,
    /// When it was tapped, if it waited.
    pub written_ms: Option<i64>,
}

/// Told by telephone.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Phoned {
    /// 16 characters base64url.
    pub client_id: String,
    /// Who was told.
    pub account: u32,
}

/// Everything that one bulletin's rendering needs.
struct View<'a> {
    snapshot: &'a Snapshot<'a>,
    app: &'a App,
    directory: &'a Directory,
    actor: &'a Actor,
}

/// How far one person is with a bulletin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Progress {
    Acked(i64),
    Read(i64),
    Unread,
    NotDelivered,
}

/// Is the account among those the bulletin is for? Headquarters' own people are not asked.
fn is_asked(stored: &Stored, account: &Account, directory: &Directory) -> bool {
    let at_shelter = account.nodes.iter().any(|node| {
        directory.node(*node).is_some_and(|one| one.role == crate::domain::org::NodeRole::Shelter)
    });
    account.role.is_asked()
        && at_shelter
        && match &stored.post.nodes {
            None => true,
            Some(nodes) => account.nodes.iter().any(|node| nodes.contains(node)),
        }
}

/// May this account see the bulletin? Headquarters sees all.
fn is_for(stored: &Stored, actor: &Actor) -> bool {
    actor.node_role == crate::domain::org::NodeRole::Headquarters
        || stored.post.nodes.as_ref().is_none_or(|nodes| nodes.contains(&actor.node))
}

impl View<'_> {
    fn progress(
        &self,
        at: EventRef,
        account: &Account,
        acks: &BTreeMap<AccountNo, i64>,
        reads: &BTreeMap<AccountNo, i64>,
    ) -> Result<Progress, StoreError> {
        if let Some(at) = acks.get(&account.account) {
            return Ok(Progress::Acked(*at));
        }
        if let Some(at) = reads.get(&account.account) {
            return Ok(Progress::Read(*at));
        }
        for node in &account.nodes {
            if self.snapshot.reached(*node, &at)? {
                return Ok(Progress::Unread);
            }
        }
        Ok(Progress::NotDelivered)
    }

    /// Everybody asked, with progress; for shelter staff only their own shelter's people.
    fn asked(&self, stored: &Stored, scope: Scope) -> Result<Vec<(Account, Progress)>, StoreError> {
        let (acks, reads) =
            (self.snapshot.acks(stored.at)?, self.snapshot.notice_readers(stored.at)?);
        let mut asked = Vec::new();
        for account in self.directory.active() {
            let own = account.nodes.contains(&self.actor.node);
            if is_asked(stored, account, self.directory) && (scope == Scope::All || own) {
                let progress = self.progress(stored.at, account, &acks, &reads)?;
                asked.push((account.clone(), progress));
            }
        }
        Ok(asked)
    }

    fn totals(&self, stored: &Stored, scope: Scope) -> Result<BulletinTotals, StoreError> {
        let mut totals = totals_of(self.asked(stored, scope)?.iter().map(|(_, one)| *one));
        for node in self.directory.shelters() {
            let is_meant = stored.post.nodes.as_ref().is_none_or(|ids| ids.contains(&node.id));
            if scope == Scope::All && is_meant && !self.snapshot.reached(node.id, &stored.at)? {
                totals.nodes_not_delivered = totals.nodes_not_delivered.saturating_add(1);
            }
        }
        Ok(totals)
    }

    fn render(&self, stored: &Stored) -> Result<Bulletin, AppError> {
        let post = &stored.post;
        let (acks, reads) =
            (self.snapshot.acks(stored.at)?, self.snapshot.notice_readers(stored.at)?);
        let unix = |at: &i64| self.snapshot.unix(*at);
        let me = self.directory.account(self.actor.account);
        let scope = self.app.check(self.actor, Action::SeeBulletinStatus).ok();
        let state = match (&stored.withdrawn, stored.successor) {
            (Some(_), _) => "withdrawn",
            (None, Some(_)) => "superseded",
            (None, None) => "current",
        };
        let names = post.nodes.iter().flatten().map(|node| self.directory.node_name(*node));
        Ok(Bulletin {
            id: stored.id.to_string(),
            no: post.number,
            correction: post.correction,
            kind: post.kind.word().to_owned(),
            title: post.title.clone(),
            level: post.level,
            level_word: post.level.and_then(payload::level_word).map(str::to_owned),
            must_read: post.must_read,
            drill: post.drill.unwrap_or(false),
            public: post.public,
            issued_ms: self.snapshot.unix(stored.ctime),
            arrived_ms: stored.stored_ms,
            due_ms: post.due_ms,
            issuer: self.directory.person(stored.author).name,
            recipients: Recipients { all: post.nodes.is_none(), names: names.collect() },
            state: state.to_owned(),
            successor: stored.successor.map(|id| id.to_string()),
            concurrent: stored.concurrent,
            read_ms: reads.get(&self.actor.account).map(unix),
            acked_ms: acks.get(&self.actor.account).map(unix),
            asked_me: post.must_read
                && me.is_some_and(|account| is_asked(stored, account, self.directory)),
            totals: scope.map(|scope| self.totals(stored, scope)).transpose()?,
        })
    }

    fn detail(&self, stored: &Stored) -> Result<BulletinDetail, AppError> {
        let before = match stored.parent {
            Some(at) => self.snapshot.bulletin_at(at)?,
            None => None,
        };
        let scope = self.app.check(self.actor, Action::SeeBulletinStatus).ok();
        let own = scope == Some(Scope::OwnShelter);
        Ok(BulletinDetail {
            bulletin: self.render(stored)?,
            points: stored.post.points.clone(),
            correction_from: before.map(|before| CorrectedFrom {
                id: before.id.to_string(),
                no: before.post.number,
                title: before.post.title,
                points: before.post.points,
            }),
            withdrawn_reason: stored.withdrawn.clone(),
            here: own.then(|| self.here(stored)).transpose()?,
        })
    }

    fn here(&self, stored: &Stored) -> Result<Here, StoreError> {
        let mut here = Here { acked: Vec::new(), read_only: Vec::new(), unread: Vec::new() };
        for (account, progress) in self.asked(stored, Scope::OwnShelter)? {
            let person = self.directory.with_phone(account.account);
            match progress {
                Progress::Acked(at) => here
                    .acked
                    .push(AckedBy { person: person.person, at_ms: self.snapshot.unix(at) }),
                Progress::Read(_) => here.read_only.push(person),
                Progress::Unread | Progress::NotDelivered => here.unread.push(person),
            }
        }
        Ok(here)
    }

    fn node_status(
        &self,
        stored: &Stored,
        node: NodeId,
        asked: &[(Account, Progress)],
    ) -> Result<BulletinNodeStatus, AppError> {
        let phoned = self.snapshot.phoned(stored.at)?;
        let links = self.app.peer_links();
        let delivered = self.snapshot.reached(node, &stored.at)?;
        let mut people = Vec::new();
        let mut responsible = None;
        let of_node = || asked.iter().filter(|(account, _)| account.nodes.contains(&node));
        for (account, progress) in of_node() {
            let told = phoned.get(&account.account);
            let phoned = told.map(|(at, by)| PhonedBy {
                at_ms: self.snapshot.unix(*at),
                by: self.directory.person(*by).name,
            });
            let (state, at) = match progress {
                Progress::Acked(at) => ("acked", Some(*at)),
                Progress::Read(at) => ("read", Some(*at)),
                Progress::Unread => ("unread", None),
                Progress::NotDelivered => ("not_delivered", None),
            };
            if account.responsible {
                responsible = Some(Responsible {
                    acked_ms: at.filter(|_| state == "acked").map(|at| self.snapshot.unix(at)),
                    phoned_ms: phoned.as_ref().map(|one| one.at_ms),
                });
            }
            people.push(PersonStatus {
                account: account.account.0,
                name: account.name.clone(),
                role: account.role.word().to_owned(),
                state: state.to_owned(),
                at_ms: at.map(|at| self.snapshot.unix(at)),
                phone: self.directory.phone(account.account),
                phoned,
            });
        }
        let totals = totals_of(of_node().map(|(_, progress)| *progress));
        people.sort_by_key(|person| match person.state.as_str() {
            "not_delivered" => 0,
            "unread" => 1,
            "read" => 2,
            _ => 3,
        });
        Ok(BulletinNodeStatus {
            node: node.to_string(),
            name: self.directory.node_name(node),
            delivered,
            delivered_ms: self.snapshot.reached_ms(node, &stored.at)?,
            link: link::render(links.iter().find(|link| link.node == node)),
            total: totals.total,
            acked: totals.acked,
            read_only: totals.read_only,
            unread: totals.unread.saturating_add(totals.not_delivered),
            responsible,
            people,
        })
    }
}

fn totals_of(all: impl Iterator<Item = Progress>) -> BulletinTotals {
    let mut totals = BulletinTotals::default();
    for progress in all {
        totals.total = totals.total.saturating_add(1);
        let counter = match progress {
            Progress::Acked(_) => &mut totals.acked,
            Progress::Read(_) => &mut totals.read_only,
            Progress::Unread => &mut totals.unread,
            Progress::NotDelivered => &mut totals.not_delivered,
        };
        *counter = counter.saturating_add(1);
    }
    totals
}

/// Per node: must-read bulletins in force that somebody there has not acknowledged.
pub(crate) fn open_must_reads(
    snapshot: &Snapshot<'_>,
    directory: &Directory,
) -> Result<BTreeMap<NodeId, u32>, StoreError> {
    let mut open = BTreeMap::new();
    for stored in snapshot.bulletins()? {
        let in_force = stored.withdrawn.is_none() && stored.successor.is_none();
        if !stored.post.must_read || !in_force {
            continue;
        }
        let acks = snapshot.acks(stored.at)?;
        for node in directory.shelters() {
            let missing = directory.people_of(node.id).any(|account| {
                is_asked(&stored, account, directory) && !acks.contains_key(&account.account)
            });
            if missing {
                let sum: &mut u32 = open.entry(node.id).or_default();
                *sum = sum.saturating_add(1);
            }
        }
    }
    Ok(open)
}

/// Bulletins that the actor may see, newest first.
///
/// # Errors
/// Right, or the store's.
pub async fn list(app: &App, actor: &Actor) -> Result<Bulletins, AppError> {
    app.check(actor, Action::ReadBulletins)?;
    let (inner, actor) = (app.clone(), actor.clone());
    app.store()
        .read(move |snapshot| {
            let directory = Directory::read(snapshot)?;
            let bulletins = visible(snapshot, &inner, &directory, &actor)?;
            Ok(Bulletins { bulletins })
        })
        .await
}

/// The same inside a snapshot, for home.
pub(crate) fn visible(
    snapshot: &Snapshot<'_>,
    app: &App,
    directory: &Directory,
    actor: &Actor,
) -> Result<Vec<Bulletin>, AppError> {
    let view = View { snapshot, app, directory, actor };
    snapshot
        .bulletins()?
        .iter()
        .filter(|stored| is_for(stored, actor))
        .map(|stored| view.render(stored))
        .collect()
}

/// One bulletin.
///
/// # Errors
/// Right, or the store's.
pub async fn one(app: &App, actor: &Actor, id: &str) -> Result<BulletinDetail, AppError> {
    app.check(actor, Action::ReadBulletins)?;
    by_id(app, actor, people::event_id(id)?).await
}

async fn by_id(app: &App, actor: &Actor, id: EventId) -> Result<BulletinDetail, AppError> {
    let (inner, actor) = (app.clone(), actor.clone());
    app.store()
        .read(move |snapshot| {
            let directory = Directory::read(snapshot)?;
            let stored = find(snapshot, id, &actor)?;
            View { snapshot, app: &inner, directory: &directory, actor: &actor }.detail(&stored)
        })
        .await
}

fn find(snapshot: &Snapshot<'_>, id: EventId, actor: &Actor) -> Result<Stored, AppError> {
    snapshot.bulletin(id)?.filter(|stored| is_for(stored, actor)).ok_or(AppError::NotFound)
}

/// What a publisher typed, checked.
struct Wanted {
    client_id: ClientId,
    kind: BulletinKind,
    title: String,
    points: Vec<String>,
    nodes: Option<Vec<NodeId>>,
    request: Vec<u8>,
    new: NewBulletin,
}

fn parse(new: NewBulletin) -> Result<Wanted, AppError> {
    let client_id = people::client_id(&new.client_id)?;
    let kind = BulletinKind::from_word(&new.kind).ok_or(AppError::BadRequest("kind"))?;
    let title = text::required(&new.title, text::TITLE_CHARS_MAX)?;
    let points = new
        .points
        .iter()
        .filter(|point| !point.trim().is_empty())
        .map(|point| text::required(point, text::TEXT_CHARS_MAX))
        .collect::<Result<Vec<_>, _>>()?;
    let chars: usize = points.iter().map(|point| point.chars().count()).sum();
    if points.len() > payload::POINTS_MAX || chars > text::TEXT_CHARS_MAX {
        return Err(AppError::TextTooLong { chars, max: text::TEXT_CHARS_MAX });
    }
    if new.level.is_some_and(|level| payload::level_word(level).is_none()) {
        return Err(AppError::BadRequest("level"));
    }
    if new.due_minutes.is_some_and(|minutes| !(1..=24 * 60).contains(&minutes)) {
        return Err(AppError::BadRequest("due_minutes"));
    }
    let parse_node = |id: &String| NodeId::parse(id).map_err(|_bad| AppError::BadRequest("nodes"));
    let nodes = match &new.nodes {
        Some(ids) if ids.is_empty() => return Err(AppError::BadRequest("nodes")),
        Some(ids) => Some(ids.iter().map(parse_node).collect::<Result<Vec<_>, _>>()?),
        None => None,
    };
    let request =
        minicbor::to_vec((&title, &points, new.level, new.must_read, new.public, new.drill))
            .unwrap_or_default();
    Ok(Wanted { client_id, kind, title, points, nodes, request, new })
}

impl Wanted {
    fn draft(
        self,
        snapshot: &Snapshot<'_>,
        actor: &Actor,
        predecessor: Option<&Stored>,
    ) -> Result<Draft, AppError> {
        let (number, correction) = match predecessor {
            Some(stored) => (stored.post.number, stored.post.correction.saturating_add(1)),
            None => (snapshot.next_bulletin_number()?, 0),
        };
        let due = self.new.due_minutes.filter(|_| self.new.must_read);
        let post = BulletinPost {
            client_id: self.client_id,
            number,
            correction,
            kind: self.kind,
            title: self.title,
            points: self.points,
            level: self.new.level,
            must_read: self.new.must_read,
            due_ms: due.map(|minutes| {
                snapshot.now_ms.saturating_add(i64::from(minutes).saturating_mul(60_000))
            }),
            public: self.new.public,
            nodes: self.nodes,
            drill: self.new.drill.then_some(true),
        };
        let kind = if predecessor.is_some() { Kind::BulletinSupersede } else { Kind::BulletinPost };
        let draft = Draft::new(Stream::notice_all(), kind, author(actor), self.client_id, &post)
            .with_request(&self.request);
        Ok(match predecessor {
            Some(stored) => draft.with_parent(stored.at),
            None => draft,
        })
    }
}

/// Issues a bulletin.
///
/// # Errors
/// Right, limits, or the store's.
pub async fn issue(app: &App, actor: &Actor, new: NewBulletin) -> Result<BulletinDetail, AppError> {
    app.check(actor, Action::PublishBulletin)?;
    let (wanted, asker) = (parse(new)?, actor.clone());
    let (committed, ()) = app
        .store()
        .act(move |snapshot| Ok::<_, AppError>((vec![wanted.draft(snapshot, &asker, None)?], ())))
        .await?;
    let id = committed.first().map(|one| one.id).ok_or(AppError::NotFound)?;
    by_id(app, actor, id).await
}

/// Issues the correction of a bulletin; a bulletin that already has one is not corrected again.
///
/// # Errors
/// Right, limits, superseded, or the store's.
pub async fn supersede(
    app: &App,
    actor: &Actor,
    id: &str,
    new: NewBulletin,
) -> Result<BulletinDetail, AppError> {
    app.check(actor, Action::PublishBulletin)?;
    let (id, wanted, asker) = (people::event_id(id)?, parse(new)?, actor.clone());
    let client_id = wanted.client_id;
    let (committed, ()) = app
        .store()
        .act(move |snapshot| {
            let stored = find(snapshot, id, &asker)?;
            let successor = match stored.successor {
                Some(id) => snapshot.bulletin(id)?,
                None => None,
            };
            let is_retry = successor.is_some_and(|one| one.post.client_id == client_id);
            if (stored.successor.is_some() && !is_retry) || stored.withdrawn.is_some() {
                return Err(AppError::BulletinSuperseded);
            }
            Ok((vec![wanted.draft(snapshot, &asker, Some(&stored))?], ()))
        })
        .await?;
    let id = committed.first().map(|one| one.id).ok_or(AppError::NotFound)?;
    by_id(app, actor, id).await
}

/// Takes a bulletin back, for good.
///
/// # Errors
/// Right, limits, or the store's.
pub async fn withdraw(
    app: &App,
    actor: &Actor,
    id: &str,
    withdraw: WithdrawBulletin,
) -> Result<BulletinDetail, AppError> {
    app.check(actor, Action::PublishBulletin)?;
    let (id, asker) = (people::event_id(id)?, actor.clone());
    let client_id = people::client_id(&withdraw.client_id)?;
    let reason = text::required(&withdraw.reason, text::TEXT_CHARS_MAX)?;
    app.store()
        .act(move |snapshot| {
            let stored = find(snapshot, id, &asker)?;
            let body = BulletinWithdraw { client_id, reason };
            let draft = Draft::new(
                Stream::notice_all(),
                Kind::BulletinWithdraw,
                author(&asker),
                client_id,
                &body,
            );
            Ok::<_, AppError>((vec![draft.with_parent(stored.at)], ()))
        })
        .await?;
    by_id(app, actor, id).await
}

fn answer_stream(actor: &Actor) -> Stream {
    Stream::of_node(Class::Answer, actor.node)
}

/// 既読: its text was on screen.
///
/// # Errors
/// Right, or the store's.
pub async fn read(app: &App, actor: &Actor, id: &str, read: ClientIdOnly) -> Result<(), AppError> {
    app.check(actor, Action::Acknowledge)?;
    let (id, actor) = (people::event_id(id)?, actor.clone());
    let client_id = people::client_id(&read.client_id)?;
    app.store()
        .act(move |snapshot| {
            let stored = find(snapshot, id, &actor)?;
            if snapshot.notice_readers(stored.at)?.contains_key(&actor.account) {
                return Ok((Vec::new(), ()));
            }
            let body = NoticeRead { client_id };
            let stream = answer_stream(&actor);
            let draft = Draft::new(stream, Kind::NoticeRead, author(&actor), client_id, &body);
            Ok::<_, AppError>((vec![draft.with_parent(stored.at)], ()))
        })
        .await?;
    Ok(())
}

/// 了解, or its undo. Acknowledging an old version stays possible and counts for that version.
///
/// # Errors
/// Right, or the store's.
pub async fn ack(app: &App, actor: &Actor, id: &str, ack: Ack) -> Result<Bulletin, AppError> {
    app.check(actor, Action::Acknowledge)?;
    let (id, asker) = (people::event_id(id)?, actor.clone());
    let client_id = people::client_id(&ack.client_id)?;
    app.store()
        .act(move |snapshot| {
            let stored = find(snapshot, id, &asker)?;
            let body = BulletinAck {
                client_id,
                undone: ack.undo,
                written_ms: people::waited(ack.written_ms, snapshot.now_ms),
            };
            let request = [u8::from(ack.undo)];
            let stream = answer_stream(&asker);
            let draft = Draft::new(stream, Kind::BulletinAck, author(&asker), client_id, &body);
            Ok::<_, AppError>((vec![draft.with_request(&request).with_parent(stored.at)], ()))
        })
        .await?;
    Ok(by_id(app, actor, id).await?.bulletin)
}

/// Somebody was told by telephone.
///
/// # Errors
/// Right, or the store's.
pub async fn phoned(app: &App, actor: &Actor, id: &str, phoned: Phoned) -> Result<(), AppError> {
    app.check(actor, Action::MarkCalls)?;
    let (id, actor) = (people::event_id(id)?, actor.clone());
    let client_id = people::client_id(&phoned.client_id)?;
    app.store()
        .act(move |snapshot| {
            let stored = find(snapshot, id, &actor)?;
            let account = AccountNo(phoned.account);
            snapshot.account(account)?.ok_or(AppError::NotFound)?;
            let body = BulletinPhoned { client_id, account };
            let draft =
                Draft::new(Stream::desk(), Kind::BulletinPhoned, author(&actor), client_id, &body);
            Ok::<_, AppError>((vec![draft.with_parent(stored.at)], ()))
        })
        .await?;
    Ok(())
}

/// Who has, and above all who has not and why. Shelter staff see their own shelter.
///
/// # Errors
/// Right, or the store's.
pub async fn status(app: &App, actor: &Actor, id: &str) -> Result<BulletinStatus, AppError> {
    let scope = app.check(actor, Action::SeeBulletinStatus)?;
    let (id, inner, actor) = (people::event_id(id)?, app.clone(), actor.clone());
    app.store()
        .read(move |snapshot| {
            let directory = Directory::read(snapshot)?;
            let stored = find(snapshot, id, &actor)?;
            let view = View { snapshot, app: &inner, directory: &directory, actor: &actor };
            let asked = view.asked(&stored, scope)?;
            let mut nodes = Vec::new();
            for node in directory.shelters() {
                let is_meant = stored.post.nodes.as_ref().is_none_or(|ids| ids.contains(&node.id));
                if is_meant && (scope == Scope::All || node.id == actor.node) {
                    nodes.push(view.node_status(&stored, node.id, &asked)?);
                }
            }
            nodes.sort_by_key(|node| (node.delivered, node.acked == node.total));
            Ok(BulletinStatus {
                bulletin: view.detail(&stored)?,
                totals: view.totals(&stored, scope)?,
                nodes,
            })
        })
        .await
}
