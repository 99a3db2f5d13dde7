//! Bulletins 知らせ: issuing, correcting, withdrawing, 既読, 了解, and who has not acknowledged and why.

mod publish;
mod shapes;

use std::collections::BTreeMap;

use crate::app::App;
use crate::app::author;
use crate::app::error::AppError;
use crate::app::link;
use crate::app::people;
use crate::app::people::Directory;
use crate::domain::access::Action;
use crate::domain::access::Actor;
use crate::domain::access::Scope;
use crate::domain::bulletin as payload;
use crate::domain::bulletin::BulletinAck;
use crate::domain::bulletin::BulletinPhoned;
use crate::domain::bulletin::NoticeRead;
use crate::domain::event::kind::Kind;
use crate::domain::ids::AccountNo;
use crate::domain::ids::EventId;
use crate::domain::ids::EventRef;
use crate::domain::ids::NodeId;
use crate::domain::stream::Class;
use crate::domain::stream::Stream;
use crate::store::Draft;
use crate::store::error::StoreError;
use crate::store::snapshot::Snapshot;
use crate::store::views::bulletin::Bulletin as Stored;
use crate::store::views::org::Account;

pub use crate::app::bulletin::publish::issue;
pub use crate::app::bulletin::publish::supersede;
pub use crate::app::bulletin::publish::withdraw;
pub use crate::app::bulletin::shapes::*;

/// Everything that one bulletin's rendering needs.
struct View<'a> {
    snapshot: &'a Snapshot<'a>,
    app: &'a App,
    directory: &'a Directory,
    actor: &'a Actor,
    /// Counting everybody is dear: home does without.
    counts_people: bool,
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
        let scope = self
            .app
            .check(self.actor, Action::SeeBulletinStatus)
            .ok()
            .filter(|_| self.counts_people);
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
            let bulletins = visible(snapshot, &inner, &directory, &actor, true)?;
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
    counts_people: bool,
) -> Result<Vec<Bulletin>, AppError> {
    let view = View { snapshot, app, directory, actor, counts_people };
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
            View {
                snapshot,
                app: &inner,
                directory: &directory,
                actor: &actor,
                counts_people: true,
            }
            .detail(&stored)
        })
        .await
}

fn find(snapshot: &Snapshot<'_>, id: EventId, actor: &Actor) -> Result<Stored, AppError> {
    snapshot.bulletin(id)?.filter(|stored| is_for(stored, actor)).ok_or(AppError::NotFound)
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
            let view = View {
                snapshot,
                app: &inner,
                directory: &directory,
                actor: &actor,
                counts_people: true,
            };
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
