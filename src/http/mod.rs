//! HTTP: the API, the live socket, the web app's files, the public board, health and numbers.
//!
//! A handler parses, calls one use case of `app`, renders. Who may come in is decided by the guard from
//! one table (`routes`); how a refusal reads by `problem`. Not here: what may be done and how (`app`, `domain::access`).

mod api;
mod assets;
mod board;
mod extract;
mod finish;
mod guard;
mod live;
mod openapi;
mod problem;
pub mod routes;
mod server;
mod status;

use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::http::HeaderValue;
use axum::middleware;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::NotForContentType;
use tower_http::compression::predicate::Predicate;
use tower_http::compression::predicate::SizeAbove;

use crate::app::App;
use crate::observe::Observe;

pub use crate::http::live::Rhythm;
pub use crate::http::openapi::openapi;
pub use crate::http::problem::Problem;
pub use crate::http::server::serve;
pub use crate::http::server::serve_control;

/// Answers below this many bytes are not worth compressing.
const COMPRESS_FROM: u16 = 1024;
/// Large bodies in memory at once.
const LARGE_MAX: usize = 2;

/// How the door behaves.
#[derive(Debug, Clone)]
pub struct HttpOptions {
    /// Headquarters' and administrators' accounts over plain http from this machine only.
    pub require_secure_desk: bool,
    /// Connections at once; further ones wait.
    pub connections_max: usize,
    /// Bytes of a photo.
    pub photo_bytes_max: usize,
    /// For developers: serve the web app from this folder instead of the binary's.
    pub web_dir: Option<PathBuf>,
    /// Of the live socket.
    pub rhythm: Rhythm,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            require_secure_desk: true,
            connections_max: 512,
            photo_bytes_max: 30_000_000,
            web_dir: None,
            rhythm: Rhythm::default(),
        }
    }
}

/// What every handler may need.
#[derive(Clone)]
pub(crate) struct Shared {
    app: App,
    observe: Observe,
    options: Arc<HttpOptions>,
    /// Name of the session's cookie: one host may carry several nodes, and cookies know no ports.
    cookie: Arc<str>,
    /// Header `Noroshi-Node`.
    node: HeaderValue,
    /// Where this node listens, for the address that works on this machine.
    port: Option<u16>,
    large: Arc<Semaphore>,
    sockets: TaskTracker,
    stop: CancellationToken,
}

impl Shared {
    fn new(
        app: App,
        observe: Observe,
        options: HttpOptions,
        port: Option<u16>,
        stop: CancellationToken,
    ) -> Self {
        let node = app.node_id().to_string();
        let short: String = node.chars().take(8).collect();
        Self {
            app,
            observe,
            options: Arc::new(options),
            cookie: format!("nr_{short}").into(),
            node: HeaderValue::from_str(&node)
                .unwrap_or_else(|_never| HeaderValue::from_static("unknown")),
            port,
            large: Arc::new(Semaphore::new(LARGE_MAX)),
            sockets: TaskTracker::new(),
            stop,
        }
    }
}

/// Every route behind its layers. From outside in: finish (words, headers, numbers, defects), guard, compression, handler.
fn router(shared: &Shared) -> Router {
    let worth = SizeAbove::new(COMPRESS_FROM).and(NotForContentType::IMAGES);
    Router::new()
        .merge(api::routes())
        .merge(board::routes())
        .merge(status::routes())
        .layer(CompressionLayer::new().compress_when(worth))
        // These lie compressed in the binary.
        .merge(assets::routes())
        .layer(middleware::from_fn_with_state(shared.clone(), guard::guard))
        .layer(middleware::from_fn_with_state(shared.clone(), finish::finish))
        .with_state(shared.clone())
}
