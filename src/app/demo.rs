//! The demo's panel: each shelter's line, cut and restored. Mounted by `noroshi demo` only.

use std::sync::Arc;

use serde::Deserialize;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::app::error::AppError;
use crate::app::link;
use crate::domain::ids::NodeId;

/// The switch of the demo's lines, handed in by `cli::demo`.
pub trait LineSwitch: Send + Sync {
    /// State of every line.
    fn lines(&self) -> Vec<DemoLine>;
    /// The demo's nodes, headquarters first: to tell what waits on each line.
    fn apps(&self) -> Vec<App>;
    /// Cuts or restores a line; false when there is no such line.
    fn set(&self, node: NodeId, up: bool) -> bool;
}

/// What only a demo has.
#[derive(Clone)]
pub struct Demo {
    /// The one password.
    pub password: String,
    /// Addresses of the three nodes.
    pub addresses: Vec<DemoAddress>,
    /// The lines.
    pub switch: Arc<dyn LineSwitch>,
}

/// One shelter's line.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DemoLine {
    /// The shelter.
    pub node: String,
    /// Its name.
    pub name: String,
    /// Not cut.
    pub up: bool,
    /// Since when, Unix ms.
    pub since_ms: i64,
    /// Events waiting at the shelter.
    pub out: u64,
    /// Events waiting at headquarters for it.
    #[serde(rename = "in")]
    pub inward: u64,
}

/// One node's address.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DemoAddress {
    /// Its name.
    pub name: String,
    /// Where its page is.
    pub url: String,
}

/// The panel.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DemoState {
    /// One per shelter.
    pub lines: Vec<DemoLine>,
    /// One per node.
    pub addresses: Vec<DemoAddress>,
}

/// What the panel asks for.
#[derive(Debug, Deserialize, ToSchema)]
pub struct SetLine {
    /// False cuts.
    pub up: bool,
}

/// The panel.
///
/// # Errors
/// [`AppError::NotFound`] outside a demo.
pub async fn state(app: &App) -> Result<DemoState, AppError> {
    let demo = app.parts().demo.clone().ok_or(AppError::NotFound)?;
    let apps = demo.switch.apps();
    let mut lines = demo.switch.lines();
    for line in &mut lines {
        let shelter = apps.iter().find(|one| one.node_id().to_string() == line.node);
        let headquarters = apps.iter().find(|one| one.is_headquarters());
        if let (Some(shelter), Some(hq)) = (shelter, headquarters) {
            line.out = waiting_between(shelter, hq).await?;
            line.inward = waiting_between(hq, shelter).await?;
        }
    }
    Ok(DemoState { lines, addresses: demo.addresses })
}

/// Events (without marks) that one node has and another lacks, by the other's own word.
async fn waiting_between(from: &App, to: &App) -> Result<u64, AppError> {
    let who = to.store().who().clone();
    from.store()
        .read(move |snapshot| Ok(link::waiting_for(snapshot, who.node, who.role)?.total))
        .await
}

/// Cuts or restores a line.
///
/// # Errors
/// [`AppError::NotFound`] outside a demo or for an unknown line.
pub async fn set_line(app: &App, node: &str, set: &SetLine) -> Result<DemoState, AppError> {
    let demo = app.parts().demo.clone().ok_or(AppError::NotFound)?;
    let node = NodeId::parse(node).map_err(|_malformed| AppError::NotFound)?;
    if !demo.switch.set(node, set.up) {
        return Err(AppError::NotFound);
    }
    state(app).await
}
