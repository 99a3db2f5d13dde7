//! Local devices at the MQTT door: bulletins in force for them to read, and what they say into the log.

use serde::Serialize;

use crate::app::App;
use crate::app::error::AppError;
use crate::app::fresh_client_id;
use crate::domain::bulletin;
use crate::domain::event::kind::Kind;
use crate::domain::org::DeviceSaid;
use crate::domain::org::NodeRole;
use crate::domain::stream::Class;
use crate::domain::stream::Stream;
use crate::store::Draft;

/// Most bytes of one publish of a device.
pub const SAID_BYTES_MAX: usize = 4 * 1024;

/// A bulletin as devices get it, retained on `noroshi/bulletin/<no>`.
#[derive(Debug, Clone, Serialize)]
struct DeviceBulletin {
    no: u32,
    correction: u32,
    title: String,
    points: Vec<String>,
    level: Option<u8>,
    level_word: Option<&'static str>,
    must_read: bool,
    issued_ms: i64,
}

impl App {
    /// Topic and JSON of every bulletin in force for this node; no drills.
    ///
    /// # Errors
    /// The store's.
    pub async fn device_bulletins(&self) -> Result<Vec<(String, Vec<u8>)>, AppError> {
        self.store()
            .read(|snapshot| {
                let who = snapshot.who;
                let mut topics = Vec::new();
                for one in snapshot.bulletins()? {
                    let is_for = who.role == NodeRole::Headquarters
                        || one.post.nodes.as_ref().is_none_or(|ids| ids.contains(&who.node));
                    let in_force = one.successor.is_none() && one.withdrawn.is_none();
                    if !is_for || !in_force || one.post.drill == Some(true) {
                        continue;
                    }
                    let body = DeviceBulletin {
                        no: one.post.number,
                        correction: one.post.correction,
                        title: one.post.title.clone(),
                        points: one.post.points.clone(),
                        level: one.post.level,
                        level_word: one.post.level.and_then(bulletin::level_word),
                        must_read: one.post.must_read,
                        issued_ms: snapshot.unix(one.ctime),
                    };
                    let json = serde_json::to_vec(&body).unwrap_or_default();
                    topics.push((format!("noroshi/bulletin/{}", one.post.number), json));
                }
                Ok::<_, AppError>(topics)
            })
            .await
    }

    /// What a device published: in the log with fsync when this returns.
    ///
    /// # Errors
    /// Limits, or the store's.
    pub async fn device_said(&self, login: String, payload: Vec<u8>) -> Result<(), AppError> {
        if payload.len() > SAID_BYTES_MAX {
            return Err(AppError::BadRequest("payload"));
        }
        let client_id = fresh_client_id()?;
        let device = login.clone();
        self.store()
            .act(move |snapshot| {
                let body = DeviceSaid { client_id, device, payload };
                let stream = Stream::of_node(Class::Report, snapshot.who.node);
                let draft = Draft::new(stream, Kind::DeviceSaid, None, client_id, &body);
                Ok::<_, AppError>((vec![draft], ()))
            })
            .await?;
        Ok(self.store().device_said(login).await?)
    }

    /// Ticks after every commit, for whoever publishes bulletins to devices.
    #[must_use]
    pub fn commits(&self) -> tokio::sync::watch::Receiver<u64> {
        self.store().changes()
    }
}
