//! The board for evacuees: public bulletins in force, no log in.

use serde::Serialize;

use crate::app::App;
use crate::app::error::AppError;
use crate::app::link::HqLink;
use crate::app::people::Directory;
use crate::domain::bulletin;

/// One public bulletin.
#[derive(Debug, Clone, Serialize)]
pub struct BoardItem {
    /// 第n号.
    pub no: u32,
    /// 訂正n.
    pub correction: u32,
    /// Its title.
    pub title: String,
    /// One point per line.
    pub points: Vec<String>,
    /// 警戒レベル.
    pub level: Option<u8>,
    /// Its word.
    pub level_word: Option<&'static str>,
    /// Unix ms.
    pub issued_ms: i64,
    /// 訓練.
    pub drill: bool,
}

/// The board.
#[derive(Debug, Clone, Serialize)]
pub struct Board {
    /// Name of the place.
    pub place: String,
    /// Name of the organisation.
    pub org_name: String,
    /// Highest level first, then newest.
    pub items: Vec<BoardItem>,
    /// The line to headquarters.
    pub hq: HqLink,
    /// The node's corrected time, Unix ms.
    pub now_ms: i64,
    /// Started by `noroshi demo`.
    pub demo: bool,
}

/// The board as it is now.
///
/// # Errors
/// The store's.
pub async fn current(app: &App) -> Result<Board, AppError> {
    let inner = app.clone();
    app.store()
        .read(move |snapshot| {
            let directory = Directory::read(snapshot)?;
            let own = snapshot.who.node;
            let mut items: Vec<BoardItem> = snapshot
                .bulletins()?
                .into_iter()
                .filter(|one| one.post.public && one.successor.is_none() && one.withdrawn.is_none())
                .filter(|one| {
                    inner.is_headquarters()
                        || one.post.nodes.as_ref().is_none_or(|nodes| nodes.contains(&own))
                })
                .map(|one| BoardItem {
                    no: one.post.number,
                    correction: one.post.correction,
                    title: one.post.title,
                    points: one.post.points,
                    level: one.post.level,
                    level_word: one.post.level.and_then(bulletin::level_word),
                    issued_ms: snapshot.unix(one.ctime),
                    drill: one.post.drill.unwrap_or(false),
                })
                .collect();
            items.sort_by_key(|item| std::cmp::Reverse((item.level, item.issued_ms)));
            Ok(Board {
                place: directory.node_name(own),
                org_name: snapshot.setting("name")?.unwrap_or_default(),
                items,
                hq: inner.hq_link(&directory),
                now_ms: snapshot.now_ms,
                demo: inner.parts().demo.is_some(),
            })
        })
        .await
}
