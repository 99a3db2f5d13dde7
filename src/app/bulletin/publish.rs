//! Issuing, correcting and withdrawing bulletins: what a publisher typed, checked, numbered, written.

use crate::app::App;
use crate::app::author;
use crate::app::bulletin::BulletinDetail;
use crate::app::bulletin::NewBulletin;
use crate::app::bulletin::WithdrawBulletin;
use crate::app::bulletin::by_id;
use crate::app::bulletin::find;
use crate::app::error::AppError;
use crate::app::people;
use crate::domain::access::Action;
use crate::domain::access::Actor;
use crate::domain::bulletin as payload;
use crate::domain::bulletin::BulletinKind;
use crate::domain::bulletin::BulletinPost;
use crate::domain::bulletin::BulletinWithdraw;
use crate::domain::event::kind::Kind;
use crate::domain::ids::ClientId;
use crate::domain::ids::NodeId;
use crate::domain::stream::Stream;
use crate::domain::text;
use crate::store::Draft;
use crate::store::snapshot::Snapshot;
use crate::store::views::bulletin::Bulletin as Stored;

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
    let request = minicbor::to_vec((
        (&title, &points, &new.kind, &new.nodes),
        (new.level, new.must_read, new.public, new.drill, new.due_minutes),
    ))
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
