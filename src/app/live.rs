//! What an open screen is told: new messages whole, everything else as "look again at this".
//!
//! Truth is fetched by cursor; a lost tick costs latency only. One feed per open connection, bounded: ticks are
//! coalesced, whoever is slow gets fewer of them.

use std::time::Duration;

use serde::Serialize;
use tokio::sync::watch;
use tokio::time::Instant;
use utoipa::ToSchema;

use crate::app::App;
use crate::app::error::AppError;
use crate::app::home;
use crate::app::home::Counts;
use crate::app::link::HqLink;
use crate::app::link::waiting_for;
use crate::app::people::Directory;
use crate::app::talk;
use crate::domain::access::Action;
use crate::domain::access::Actor;
use crate::domain::org::NodeRole;
use crate::domain::org::Role;
use crate::sync::exchange::PeerState;

/// Ticks that come closer together than this are told as one.
const COALESCE: Duration = Duration::from_millis(25);

/// One thing an open screen is told.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum LiveEvent {
    /// Every five seconds.
    Beat {
        /// The node's corrected time, Unix ms.
        now_ms: i64,
        /// The line to headquarters.
        hq: HqLink,
        /// What waits for headquarters, without marks.
        waiting: u64,
        /// Headquarters: shelters cut off.
        cut_sites: u32,
        /// Headquarters: shelters with a line.
        connected_sites: u32,
        /// Badges.
        counts: Counts,
    },
    /// A new message.
    Message {
        /// The room.
        room: String,
        /// The message.
        message: Box<talk::Message>,
    },
    /// Look again.
    Changed {
        /// `rooms`, `room:<id>`, `bulletins`, `safety`, `reports`, `link`, `nodes`, `shelters`, `accounts`.
        topics: Vec<String>,
    },
}

/// The feed of one open connection.
#[derive(Debug)]
pub struct LiveFeed {
    app: App,
    actor: Actor,
    changes: watch::Receiver<u64>,
    peers: watch::Receiver<Vec<PeerState>>,
    cursor: i64,
    quiet_until: Instant,
}

/// What woke a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Woken {
    /// A commit.
    Changes,
    /// A line went or came.
    Peers,
}

impl App {
    /// A feed that begins now.
    ///
    /// # Errors
    /// The store's.
    pub async fn live(&self, actor: &Actor) -> Result<LiveFeed, AppError> {
        let mut changes = self.store().changes();
        changes.mark_unchanged();
        let cursor = self.store().read(|snapshot| Ok::<_, AppError>(snapshot.cursor()?)).await?;
        Ok(LiveFeed {
            app: self.clone(),
            actor: actor.clone(),
            changes,
            peers: self.parts().peers.clone(),
            cursor,
            quiet_until: Instant::now(),
        })
    }
}

impl LiveFeed {
    /// Waits for something to tell. `None`: the node stops.
    ///
    /// Asks nothing of the store: a caller may leave this unpolled while it answers something else, and what is
    /// queued for a reader but not polled would keep the reader from everybody.
    pub async fn woken(&mut self) -> Option<Woken> {
        tokio::select! {
            changed = self.changes.changed() => changed.ok()?,
            changed = self.peers.changed() => {
                changed.ok()?;
                self.peers.borrow_and_update();
                return Some(Woken::Peers);
            }
        }
        // A lone change is told at once; only what follows closely waits.
        tokio::time::sleep_until(self.quiet_until).await;
        self.quiet_until = Instant::now() + COALESCE;
        self.changes.borrow_and_update();
        Some(Woken::Changes)
    }

    /// What there is to tell.
    pub async fn tell(&mut self, woken: Woken) -> Vec<LiveEvent> {
        match woken {
            Woken::Peers => vec![changed_topics(&["link", "nodes"])],
            Woken::Changes => self.look().await.unwrap_or_else(|_error| {
                // The screen looks for itself; what failed stands in the log.
                vec![changed_topics(&["rooms", "bulletins", "safety", "reports", "link"])]
            }),
        }
    }

    async fn look(&mut self) -> Result<Vec<LiveEvent>, AppError> {
        let (app, me, after) = (self.app.clone(), self.actor.account, self.cursor);
        let talks = self.app.check(&self.actor, Action::Talk).is_ok();
        let (cursor, messages, mut topics) = self
            .app
            .store()
            .read(move |snapshot| {
                let cursor = snapshot.cursor()?;
                let messages =
                    if talks { talk::arrived(snapshot, &app, me, after)? } else { Vec::new() };
                let mine = if talks { snapshot.rooms(Some(me))? } else { Vec::new() };
                let topics =
                    snapshot.topics_since(after, |room| mine.iter().any(|one| one.id == room))?;
                Ok::<_, AppError>((cursor, messages, topics))
            })
            .await?;
        self.cursor = cursor;
        // Whatever committed may have moved a delivery mark or what waits.
        topics.insert("link".to_owned());
        if self.actor.role != Role::Shelter && self.actor.role != Role::Field {
            topics.insert("nodes".to_owned());
        }
        let mut events: Vec<LiveEvent> = messages
            .into_iter()
            .map(|message| LiveEvent::Message {
                room: message.room.clone(),
                message: Box::new(message),
            })
            .collect();
        events.push(LiveEvent::Changed { topics: topics.into_iter().collect() });
        Ok(events)
    }

    /// What is told every five seconds; also whether the session still holds is for the caller to ask.
    ///
    /// # Errors
    /// The store's.
    pub async fn beat(&self) -> Result<LiveEvent, AppError> {
        let app = self.app.clone();
        let counts = home::counts(&self.app, &self.actor).await?;
        self.app
            .store()
            .read(move |snapshot| {
                let directory = Directory::read(snapshot)?;
                let hq = directory.nodes().iter().find(|node| node.role == NodeRole::Headquarters);
                let waiting = match hq.filter(|_| !app.is_headquarters()) {
                    Some(peer) => waiting_for(snapshot, peer.id, peer.role)?.total,
                    None => 0,
                };
                let (cut_sites, connected_sites) = app.site_counts(&directory);
                Ok(LiveEvent::Beat {
                    now_ms: snapshot.now_ms,
                    hq: app.hq_link(&directory),
                    waiting,
                    cut_sites,
                    connected_sites,
                    counts,
                })
            })
            .await
    }
}

fn changed_topics(topics: &[&str]) -> LiveEvent {
    LiveEvent::Changed { topics: topics.iter().map(|topic| (*topic).to_owned()).collect() }
}
