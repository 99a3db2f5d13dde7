//! The live socket: a beat every five seconds, new messages whole, and ticks that say what to fetch again.
//!
//! The truth is fetched by cursor, so a lost tick costs time only. A page can't see ping frames and a dead radio link is
//! reported by nobody: the node's beat is a text message, and a peer that is silent for fifteen seconds is dropped.

use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::extract::Request;
use axum::extract::State;
use axum::extract::WebSocketUpgrade;
use axum::extract::ws::CloseFrame;
use axum::extract::ws::Message;
use axum::extract::ws::WebSocket;
use axum::response::Response;
use tokio::time::Instant;
use tokio::time::MissedTickBehavior;

use crate::app::App;
use crate::app::live::LiveEvent;
use crate::app::live::LiveFeed;
use crate::app::live::Woken;
use crate::domain::access::Actor;
use crate::http::Shared;
use crate::http::extract::Who;
use crate::http::guard::Token;
use crate::http::problem::Fault;
use crate::http::problem::Refusal;

/// Pages say no more than that they live.
const FROM_PAGE_MAX: usize = 4 * 1024;
/// Bytes waiting for a slow reader before the socket is given up.
const TO_PAGE_MAX: usize = 1024 * 1024;
/// More events than this at once become ticks: who is that far behind fetches by cursor.
const WHOLE_MAX: usize = 32;
/// Beats between two looks whether the session still holds.
const BEATS_PER_LOOK: u32 = 1;

/// Close code: the node goes away.
const GOING_AWAY: u16 = 1001;
/// Close code (private use): log in again.
const SESSION_ENDED: u16 = 4401;

/// Times of the live socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rhythm {
    /// Between two beats.
    pub beat: Duration,
    /// Silence of the page until it is dropped.
    pub silence: Duration,
}

impl Default for Rhythm {
    fn default() -> Self {
        Self { beat: Duration::from_secs(5), silence: Duration::from_secs(15) }
    }
}

/// WebSocket with beats, messages and ticks.
#[utoipa::path(get, path = "/api/v1/live", responses(
    (status = 101, description = "WebSocket; each text message is one event", body = LiveEvent),
))]
pub(crate) async fn live(
    State(shared): State<Shared>,
    Who(actor): Who,
    request: Request,
) -> Result<Response, Refusal> {
    let token = request.extensions().get::<Token>().cloned();
    let (mut parts, _body) = request.into_parts();
    let upgrade = WebSocketUpgrade::from_request_parts(&mut parts, &shared)
        .await
        .map_err(|bad| Fault::Malformed(bad.body_text()))?;
    let feed = shared.app.live(&actor).await?;
    let beats = shared.app.live(&actor).await?;
    let tracked = shared.sockets.token();
    let upgrade = upgrade
        .max_message_size(FROM_PAGE_MAX)
        .max_frame_size(FROM_PAGE_MAX)
        .max_write_buffer_size(TO_PAGE_MAX);
    Ok(upgrade.on_upgrade(async move |socket| {
        let _counted = shared.observe.metrics.socket();
        let talk = Talk { shared, actor, token, socket, beats, heard: Instant::now(), count: 0 };
        talk.run(feed).await;
        drop(tracked);
    }))
}

/// One open socket.
struct Talk {
    shared: Shared,
    actor: Actor,
    token: Option<Token>,
    socket: WebSocket,
    /// Asked for beats while the other feed waits for changes.
    beats: LiveFeed,
    heard: Instant,
    count: u32,
}

/// Why a socket ends.
enum End {
    /// The page went, or can't be reached.
    Gone,
    /// We say why and close.
    Close(u16, &'static str),
}

impl Talk {
    async fn run(mut self, feed: LiveFeed) {
        let rhythm = self.shared.options.rhythm;
        let stop = self.shared.stop.clone();
        let mut beat = tokio::time::interval(rhythm.beat);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // Kept over the turns: a wait that is dropped half-way would lose the change it had seen.
        let mut waiting = Box::pin(next(feed));
        let end = loop {
            let step = tokio::select! {
                biased;
                () = stop.cancelled() => Err(End::Close(GOING_AWAY, "stopping")),
                said = self.socket.recv() => self.hear(said.as_ref()),
                _now = beat.tick() => self.beat(rhythm).await,
                (mut feed, woken) = waiting.as_mut() => {
                    let events = match woken {
                        Some(woken) => Some(feed.tell(woken).await),
                        None => None,
                    };
                    waiting.set(next(feed));
                    self.tell(events).await
                }
            };
            if let Err(end) = step {
                break end;
            }
        };
        if let End::Close(code, reason) = end {
            let frame = CloseFrame { code, reason: reason.into() };
            let said = self.socket.send(Message::Close(Some(frame)));
            if tokio::time::timeout(Duration::from_millis(300), said).await.is_err() {
                tracing::debug!("A page did not take the end of its socket.");
            }
        }
    }

    fn hear(&mut self, said: Option<&Result<Message, axum::Error>>) -> Result<(), End> {
        match said {
            Some(Ok(Message::Close(_))) | Some(Err(_)) | None => Err(End::Gone),
            Some(Ok(
                Message::Text(_) | Message::Binary(_) | Message::Ping(_) | Message::Pong(_),
            )) => {
                self.heard = Instant::now();
                Ok(())
            }
        }
    }

    async fn beat(&mut self, rhythm: Rhythm) -> Result<(), End> {
        if self.heard.elapsed() > rhythm.silence {
            return Err(End::Gone);
        }
        self.count = self.count.wrapping_add(1);
        let looks = self.count.is_multiple_of(BEATS_PER_LOOK);
        if let Some(token) = self.token.clone().filter(|_| looks)
            && !still_holds(&self.shared.app.clone(), &token, &self.actor.clone()).await
        {
            return Err(End::Close(SESSION_ENDED, "session ended"));
        }
        match self.beats.beat().await {
            Ok(event) => self.send(&event).await,
            // The store is busy: the page hears the next beat.
            Err(error) => {
                tracing::debug!("A beat was left out: {error}");
                Ok(())
            }
        }
    }

    async fn tell(&mut self, events: Option<Vec<LiveEvent>>) -> Result<(), End> {
        let Some(events) = events else { return Err(End::Close(GOING_AWAY, "stopping")) };
        for event in &bounded(events) {
            self.send(event).await?;
        }
        Ok(())
    }

    async fn send(&mut self, event: &LiveEvent) -> Result<(), End> {
        let Ok(text) = serde_json::to_string(event) else { return Ok(()) };
        let sent = self.socket.send(Message::Text(text.into()));
        match tokio::time::timeout(self.shared.options.rhythm.silence, sent).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(End::Gone),
        }
    }
}

/// Somebody who logged out, or was disabled, hears nothing more.
async fn still_holds(app: &App, token: &Token, actor: &Actor) -> bool {
    match app.actor(&token.0).await {
        Ok(now) => now.is_some_and(|now| now == *actor),
        Err(_busy) => true,
    }
}

async fn next(mut feed: LiveFeed) -> (LiveFeed, Option<Woken>) {
    let woken = feed.woken().await;
    (feed, woken)
}

/// Few events go whole; many become one tick.
fn bounded(events: Vec<LiveEvent>) -> Vec<LiveEvent> {
    if events.len() <= WHOLE_MAX {
        return events;
    }
    let mut changed = std::collections::BTreeSet::new();
    let mut kept = Vec::new();
    for event in events {
        match event {
            LiveEvent::Message { room, .. } => {
                changed.insert("rooms".to_owned());
                changed.insert(format!("room:{room}"));
            }
            LiveEvent::Changed { topics } => changed.extend(topics),
            beat @ LiveEvent::Beat { .. } => kept.push(beat),
        }
    }
    kept.push(LiveEvent::Changed { topics: changed.into_iter().collect() });
    kept
}
