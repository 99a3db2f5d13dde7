//! The panel's switch over the demo's two lines. Neither node nor protocol knows of it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::Mutex;

use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::app::demo::DemoLine;
use crate::app::demo::LineSwitch;
use crate::cli::demo::NAMES;
use crate::cli::demo::SharedLine;
use crate::cli::demo::line::Line;
use crate::domain::ids::NodeId;

/// The lines of the two shelters.
pub(super) struct Lines {
    lines: Vec<SharedLine>,
    /// Headquarters and the shelters, once they run.
    apps: Mutex<Vec<App>>,
}

impl Lines {
    pub(super) async fn start(door: SocketAddr, stop: &CancellationToken) -> std::io::Result<Self> {
        let mut lines = Vec::new();
        for _ in 0..2 {
            lines.push(Arc::new(Line::start(door, stop.clone()).await?));
        }
        Ok(Self { lines, apps: Mutex::default() })
    }

    pub(super) fn address(&self, index: usize) -> Option<SocketAddr> {
        self.lines.get(index).map(|line| line.address())
    }

    pub(super) fn know(&self, apps: Vec<App>) {
        if let Ok(mut known) = self.apps.lock() {
            *known = apps;
        }
    }

    fn shelters(&self) -> Vec<App> {
        self.apps.lock().map(|apps| apps.iter().skip(1).cloned().collect()).unwrap_or_default()
    }
}

impl LineSwitch for Lines {
    fn lines(&self) -> Vec<DemoLine> {
        let shelters = self.shelters();
        let rows = shelters.iter().zip(&self.lines).enumerate().map(|(index, (app, line))| {
            let since = i64::try_from(line.since().as_millis()).unwrap_or(0);
            DemoLine {
                node: app.node_id().to_string(),
                name: NAMES.get(index + 1).copied().unwrap_or_default().to_owned(),
                up: line.is_up(),
                since_ms: app.now_ms().saturating_sub(since),
                out: 0,
                inward: 0,
            }
        });
        rows.collect()
    }

    fn set(&self, node: NodeId, up: bool) -> bool {
        let shelters = self.shelters();
        let found = shelters.iter().zip(&self.lines).find(|(app, _)| app.node_id() == node);
        let Some((_, line)) = found else { return false };
        if up {
            line.restore();
        } else {
            line.cut();
        }
        true
    }

    fn apps(&self) -> Vec<App> {
        self.apps.lock().map(|apps| apps.clone()).unwrap_or_default()
    }
}
