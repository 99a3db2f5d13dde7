//! Home: what is wanted of me now, what is new, what I did last.

use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::app::bulletin;
use crate::app::error::AppError;
use crate::app::people::Directory;
use crate::app::report;
use crate::app::safety;
use crate::domain::access::Action;
use crate::domain::access::Actor;
use crate::domain::access::Scope;
use crate::domain::org::Role;
use crate::store::snapshot::Snapshot;

/// Home.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Home {
    /// In order: safety checks, then must-read bulletins.
    pub tasks: Vec<HomeTask>,
    /// The highest alert level in force.
    pub alert: Option<Alert>,
    /// At most three rooms with unread messages.
    pub news: Vec<News>,
    /// At most three things I did.
    pub done: Vec<Done>,
    /// Badges.
    pub counts: Counts,
}

/// Things for me.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Counts {
    /// Tasks.
    pub home: u32,
    /// Unread messages.
    pub talk: u32,
    /// Must-read bulletins that I have not acknowledged.
    pub bulletins: u32,
    /// Reports that headquarters has not seen.
    pub reports: u32,
    /// Safety checks that I have not answered.
    pub safety: u32,
}

/// One thing that waits for me.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum HomeTask {
    /// 安否を答える.
    Safety {
        /// The check.
        check: String,
        /// 第n回.
        no: u32,
        /// The question.
        text: String,
        /// Unix ms.
        opened_ms: i64,
        /// Unix ms.
        deadline_ms: i64,
        /// 訓練.
        drill: bool,
    },
    /// 読んで了解.
    Bulletin {
        /// The bulletin.
        bulletin: String,
        /// 第n号.
        no: u32,
        /// Its title.
        title: String,
        /// 警戒レベル.
        level: Option<u8>,
        /// Unix ms.
        due_ms: Option<i64>,
        /// Unix ms.
        issued_ms: i64,
        /// 訓練.
        drill: bool,
    },
}

/// The highest alert level in force.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Alert {
    /// 1 to 5.
    pub level: u8,
    /// Its word.
    pub word: String,
    /// Title of its bulletin.
    pub title: String,
    /// Its bulletin.
    pub bulletin: String,
    /// Unix ms.
    pub since_ms: i64,
}

/// A room with unread messages.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct News {
    /// The room.
    pub room: String,
    /// Its name.
    pub room_name: String,
    /// Author of the newest message.
    pub author: String,
    /// Its text.
    pub text: String,
    /// Unix ms.
    pub at_ms: i64,
    /// How many.
    pub unread: u32,
}

/// Something I did.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Done {
    /// `safety`, `ack`.
    pub kind: String,
    /// What it was about.
    pub title: String,
    /// Unix ms.
    pub at_ms: i64,
}

/// Home of the actor.
///
/// # Errors
/// Right, or the store's.
pub async fn home(app: &App, actor: &Actor) -> Result<Home, AppError> {
    app.check(actor, Action::Look)?;
    let (inner, actor) = (app.clone(), actor.clone());
    app.store().read(move |snapshot| build(snapshot, &inner, &actor)).await
}

fn build(snapshot: &Snapshot<'_>, app: &App, actor: &Actor) -> Result<Home, AppError> {
    let directory = Directory::read(snapshot)?;
    let (mut tasks, mut done, mut alert): (Vec<HomeTask>, Vec<Done>, Option<Alert>) =
        (Vec::new(), Vec::new(), None);
    let mut counts = Counts::default();
    if actor.role.is_asked() {
        for check in safety::visible(snapshot, app, &directory, actor)? {
            if let Some(mine) = &check.mine {
                let title = check.text.clone();
                done.push(Done { kind: "safety".to_owned(), title, at_ms: mine.at_ms });
            } else if check.asked_me && check.closed_ms.is_none() {
                counts.safety = counts.safety.saturating_add(1);
                tasks.push(HomeTask::Safety {
                    check: check.id,
                    no: check.no,
                    text: check.text,
                    opened_ms: check.opened_ms,
                    deadline_ms: check.deadline_ms,
                    drill: check.drill,
                });
            }
        }
    }
    for one in bulletin::visible(snapshot, app, &directory, actor, false)? {
        if let Some(at_ms) = one.acked_ms {
            done.push(Done { kind: "ack".to_owned(), title: one.title.clone(), at_ms });
        }
        if one.state != "current" {
            continue;
        }
        let level = one.level.unwrap_or(0);
        if !one.drill && level > alert.as_ref().map_or(0, |known| known.level) {
            alert = Some(Alert {
                level,
                word: one.level_word.clone().unwrap_or_default(),
                title: one.title.clone(),
                bulletin: one.id.clone(),
                since_ms: one.issued_ms,
            });
        }
        if one.asked_me && one.acked_ms.is_none() {
            counts.bulletins = counts.bulletins.saturating_add(1);
            tasks.push(HomeTask::Bulletin {
                bulletin: one.id,
                no: one.no,
                title: one.title,
                level: one.level,
                due_ms: one.due_ms,
                issued_ms: one.issued_ms,
                drill: one.drill,
            });
        }
    }
    done.sort_by_key(|one| std::cmp::Reverse(one.at_ms));
    done.truncate(3);
    let news = news(snapshot, &directory, actor, &mut counts)?;
    counts.reports = unseen_reports(snapshot, app, actor)?;
    counts.home = crate::app::link::count(tasks.len());
    Ok(Home { tasks, alert, news, done, counts })
}

fn news(
    snapshot: &Snapshot<'_>,
    directory: &Directory,
    actor: &Actor,
    counts: &mut Counts,
) -> Result<Vec<News>, AppError> {
    let mut news = Vec::new();
    if actor.role == Role::Admin {
        return Ok(news);
    }
    for room in snapshot.rooms(Some(actor.account))? {
        let (unread, _) = snapshot.unread(room.id, actor.account)?;
        counts.talk = counts.talk.saturating_add(unread);
        let (last, _) = snapshot.messages_before(room.id, None, 1)?;
        if let (Some(last), 1..) = (last.first(), unread) {
            news.push(News {
                room: room.id.to_string(),
                room_name: room.name,
                author: directory.person(last.author).name,
                text: last.text.clone(),
                at_ms: snapshot.unix(last.ctime),
                unread,
            });
        }
    }
    news.sort_by_key(|one| std::cmp::Reverse(one.at_ms));
    news.truncate(3);
    Ok(news)
}

fn unseen_reports(snapshot: &Snapshot<'_>, app: &App, actor: &Actor) -> Result<u32, AppError> {
    match app.check(actor, Action::ReadReports) {
        Ok(Scope::All) => report::unseen(snapshot),
        Ok(Scope::OwnShelter) | Err(_) => Ok(0),
    }
}

/// Badges alone, for the live connection.
pub(crate) async fn counts(app: &App, actor: &Actor) -> Result<Counts, AppError> {
    Ok(home(app, actor).await?.counts)
}
