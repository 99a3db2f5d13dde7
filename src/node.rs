//! The composition root: builds the parts of one node, starts them, and stops them in order.
//!
//! The only place that knows all parts. Order of stopping: http → exchange → doors → writer.

mod doors;
pub mod home;

use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::net::UnixListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::app::Parts;
use crate::app::demo::Demo;
use crate::clock::SystemClock;
use crate::domain::org::NodeRole;
use crate::http;
use crate::http::HttpOptions;
use crate::media::PhotoLimits;
use crate::node::home::Home;
use crate::observe::Observe;
use crate::store::OpenOptions;
use crate::store::Store;
use crate::store::Who;
use crate::store::Writership;
use crate::store::error::StoreError;
use crate::sync::exchange::Exchange;
use crate::sync::exchange::ExchangeConfig;
use crate::sync::exchange::Identity;

/// How long the parts may take to end.
const END_WITHIN: Duration = Duration::from_millis(1_500);

/// Why a node does not start.
#[derive(Debug, thiserror::Error)]
pub enum NodeError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Identity files.
    #[error(transparent)]
    Home(#[from] home::HomeError),
    /// A port.
    #[error("cannot listen on {address}: {remedy}")]
    Port {
        /// Which address.
        address: SocketAddr,
        /// What to do.
        remedy: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The node has no certificate in its own log.
    #[error("the database lacks this node's certificate: join again, or restore a backup")]
    NoCertificate,
}

/// What a node is started with.
pub struct NodeOptions {
    /// Its data directory.
    pub dir: PathBuf,
    /// Where browsers reach it.
    pub http: SocketAddr,
    /// Door for local devices.
    pub devices: Option<SocketAddr>,
    /// Door for nodes (headquarters).
    pub nodes: Option<SocketAddr>,
    /// Another way to headquarters' door than the one from enrolment, `host:port`.
    pub headquarters: Option<String>,
    /// Address that goes into invitations; empty: made from `http`.
    pub base_url: Option<String>,
    /// The system clock is vouched for.
    pub clock_trusted: bool,
    /// Behaviour of the HTTP door.
    pub door: HttpOptions,
    /// Limits of photos.
    pub photos: PhotoLimits,
    /// Only of the demo.
    pub demo: Option<Demo>,
}

/// A running node.
pub struct Node {
    app: App,
    store: Store,
    http_address: SocketAddr,
    http_stop: CancellationToken,
    exchange_stop: CancellationToken,
    doors_stop: CancellationToken,
    http: JoinSet<()>,
    exchange: crate::sync::exchange::ExchangeHandle,
    doors: JoinSet<()>,
    control: Option<PathBuf>,
}

/// Binds a port, with the remedy in words.
///
/// # Errors
/// [`NodeError::Port`].
pub async fn bind(address: SocketAddr) -> Result<TcpListener, NodeError> {
    TcpListener::bind(address).await.map_err(|source| {
        let remedy = if source.kind() == std::io::ErrorKind::AddrInUse {
            "another program uses this port; stop it or choose another port"
        } else if source.kind() == std::io::ErrorKind::PermissionDenied {
            "ports below 1024 need a capability; choose a port from 1024 on"
        } else {
            "check that this machine has this address"
        };
        NodeError::Port { address, remedy: remedy.to_owned(), source }
    })
}

/// Opens the store of the node in a directory.
///
/// # Errors
/// [`NodeError`].
pub fn open_store(home: &Home, clock_trusted: bool) -> Result<Store, NodeError> {
    let mut random = [0_u8; 36];
    getrandom::fill(&mut random).map_err(|_no_entropy| StoreError::Busy)?;
    let who = Who { org: home.org(), node: home.keys.node(), role: home.role };
    Ok(Store::open(
        &home.dir,
        OpenOptions {
            writership: Writership { who, key: home.keys.signing().clone() },
            clock: SystemClock::shared(),
            clock_trusted,
            random,
        },
    )?)
}

/// The use cases of a node that is not running: for commands while nobody holds its directory.
///
/// # Errors
/// [`NodeError`].
pub fn open_app(dir: &Path) -> Result<(App, Store), NodeError> {
    let home = Home::load(dir)?;
    let store = open_store(&home, false)?;
    let (_, peers) = tokio::sync::watch::channel(Vec::new());
    let app = App::new(Parts {
        store: store.clone(),
        keys: Arc::new(home.keys.clone()),
        root: home.root,
        peers,
        base_url: home.base_url.clone(),
        mqtt_address: home.mqtt.clone(),
        demo: None,
        photos: PhotoLimits::default(),
    });
    Ok((app, store))
}

impl Node {
    /// Starts a node.
    ///
    /// # Errors
    /// [`NodeError`] in one sentence with the remedy.
    #[expect(clippy::too_many_lines, reason = "the one list of parts, in order")]
    pub async fn start(options: NodeOptions) -> Result<Self, NodeError> {
        let home = Home::load(&options.dir)?;
        let listener = bind(options.http).await?;
        let http_address = listener.local_addr().unwrap_or(options.http);
        let devices = bind_optional(options.devices).await?;
        let is_headquarters = home.role == NodeRole::Headquarters;
        let nodes = bind_optional(options.nodes.filter(|_| is_headquarters)).await?;
        let store = open_store(&home, options.clock_trusted)?;

        let own_door = nodes.as_ref().and_then(|door| door.local_addr().ok());
        let mqtt = options
            .headquarters
            .clone()
            .or_else(|| own_door.map(|address| loopback(address).to_string()))
            .unwrap_or_else(|| home.mqtt.clone());
        let exchange_stop = CancellationToken::new();
        let certificate = store.certificate_of(home.keys.node()).await?;
        let (certificate, issue) = certificate.ok_or(NodeError::NoCertificate)?;
        let exchange = Exchange::start(
            ExchangeConfig {
                mqtt: mqtt.clone(),
                password: home.mailbox_password,
                program: env!("CARGO_PKG_VERSION").to_owned(),
                root: home.root,
                follows_clock: !options.clock_trusted && !is_headquarters,
                clock: SystemClock::shared(),
                random: Arc::new(fill_random),
            },
            store.clone(),
            Identity { keys: home.keys.clone(), certificate, issue },
            exchange_stop.clone(),
        );
        // Tickets carry what `org init` was told, unless the settings say otherwise.
        let known = Some(home.base_url.clone()).filter(|known| !known.is_empty());
        let base_url = options.base_url.or(known);
        let base_url = base_url.unwrap_or_else(|| format!("http://{}", loopback(http_address)));
        let app = App::new(Parts {
            store: store.clone(),
            keys: Arc::new(home.keys.clone()),
            root: home.root,
            peers: exchange.peers(),
            base_url,
            mqtt_address: home.mqtt.clone(),
            demo: options.demo,
            photos: options.photos,
        });

        let observe = Observe::default();
        let (doors_stop, mut doors) = (CancellationToken::new(), JoinSet::new());
        if let Some(listener) = nodes {
            doors::serve_nodes(&mut doors, &app, &observe, listener, &doors_stop);
        }
        if let Some(listener) = devices {
            doors::serve_devices(&mut doors, &app, &observe, listener, &doors_stop);
        }
        let (http_stop, mut tasks) = (CancellationToken::new(), JoinSet::new());
        let (control, socket) = control_listener(&home.dir).unzip();
        if let Some(listener) = socket {
            let stop = http_stop.clone();
            tasks.spawn(http::serve_control(app.clone(), observe.clone(), listener, stop));
        }
        let served = http::serve(app.clone(), observe, listener, http_stop.clone(), options.door);
        tasks.spawn(async move {
            if let Err(error) = served.await {
                tracing::error!(%error, "The HTTP door did not open; start this node again.");
            }
        });
        Ok(Self {
            app,
            store,
            http_address,
            http_stop,
            exchange_stop,
            doors_stop,
            http: tasks,
            exchange,
            doors,
            control,
        })
    }

    /// The use cases of this node.
    #[must_use]
    pub fn app(&self) -> &App {
        &self.app
    }

    /// Where browsers reach it.
    #[must_use]
    pub fn http_address(&self) -> SocketAddr {
        self.http_address
    }

    /// Stops everything in order; nothing acknowledged is lost even if this is never called.
    pub async fn stop(mut self) {
        self.http_stop.cancel();
        end("http", &mut self.http).await;
        self.exchange_stop.cancel();
        if tokio::time::timeout(END_WITHIN, self.exchange.ended()).await.is_err() {
            tracing::warn!("The exchange did not end in time; it is dropped.");
        }
        self.doors_stop.cancel();
        end("doors", &mut self.doors).await;
        if let Some(path) = &self.control {
            drop(std::fs::remove_file(path));
        }
        let store = self.store.clone();
        if tokio::task::spawn_blocking(move || store.stop()).await.is_err() {
            tracing::warn!("The store ended badly; the next start checks it.");
        }
    }
}

async fn end(what: &str, tasks: &mut JoinSet<()>) {
    let all = async { while tasks.join_next().await.is_some() {} };
    if tokio::time::timeout(END_WITHIN, all).await.is_err() {
        tracing::warn!(what, "A part did not end in time; it is dropped.");
        tasks.abort_all();
    }
}

async fn bind_optional(address: Option<SocketAddr>) -> Result<Option<TcpListener>, NodeError> {
    match address {
        Some(address) => Ok(Some(bind(address).await?)),
        None => Ok(None),
    }
}

/// An address to connect to: a listener on all addresses is reached on loopback.
fn loopback(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST));
    }
    address
}

fn fill_random(bytes: &mut [u8]) {
    if let Err(error) = getrandom::fill(bytes) {
        // Sessions made with zeroes would be open to everybody: better none at all.
        tracing::error!(%error, "The system has no randomness; restart this machine.");
        std::process::abort();
    }
}

/// The socket for commands on this machine, 0600. A path too long for a socket is said, not fatal.
fn control_listener(dir: &Path) -> Option<(PathBuf, UnixListener)> {
    let path = dir.join("control.sock");
    drop(std::fs::remove_file(&path));
    let listener = match UnixListener::bind(&path) {
        Ok(listener) => listener,
        Err(error) => {
            tracing::warn!(%error, "No control socket (is the path longer than 100 characters?): stop the node before using commands on it.");
            return None;
        }
    };
    let private = std::fs::Permissions::from_mode(0o600);
    if let Err(error) = std::fs::set_permissions(&path, private) {
        tracing::warn!(%error, "The control socket can't be made private; it is not offered.");
        return None;
    }
    Some((path, listener))
}
