//! The listeners: accept, serve HTTP/1.1, end within a second.
//!
//! Plain http has no HTTP/2 in browsers, so one protocol is enough. Connections are tasks of one set; live sockets, which
//! outlive their request, are tracked and end by the same token.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::rt::TokioTimer;
use tokio::io::AsyncRead;
use tokio::io::AsyncWrite;
use tokio::net::TcpListener;
use tokio::net::TcpStream;
use tokio::net::UnixListener;
use tokio::net::UnixStream;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::app::App;
use crate::http::HttpOptions;
use crate::http::Shared;
use crate::http::guard::Peer;
use crate::http::router;
use crate::observe::Observe;
use crate::observe::metrics::Held;

/// Until a request's head is complete; also how long an idle connection is kept.
const HEAD: Duration = Duration::from_secs(20);
/// Bytes of a request's head.
const HEAD_MAX: usize = 32 * 1024;
/// What running requests get at the end.
const GRACE: Duration = Duration::from_millis(800);
/// After a failed accept (no more file handles): the next attempt.
const AFTER_REFUSED: Duration = Duration::from_millis(100);
/// Connections of the control socket.
const CONTROL_MAX: usize = 16;

/// Serves until `stop`, then ends within a second: running requests get 0.8 s, live sockets are closed.
///
/// # Errors
/// [`io::Error`] when the listener's own address can't be read.
pub async fn serve(
    app: App,
    observe: Observe,
    listener: TcpListener,
    stop: CancellationToken,
    options: HttpOptions,
) -> io::Result<()> {
    let port = listener.local_addr()?.port();
    let places = options.connections_max;
    let shared = Shared::new(app, observe, options, Some(port), stop);
    run(shared, places, listener).await;
    Ok(())
}

/// Serves the same API on a socket file: whoever may open it is the operator of this machine. The caller makes
/// the file 0600 and removes it afterwards.
pub async fn serve_control(
    app: App,
    observe: Observe,
    listener: UnixListener,
    stop: CancellationToken,
) {
    let shared = Shared::new(app, observe, HttpOptions::default(), None, stop);
    run(shared, CONTROL_MAX, listener).await;
}

/// Where connections come from.
trait Listens: Send + Sync {
    /// A connection.
    type Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static;

    /// Waits for the next one.
    fn next(&self) -> impl Future<Output = io::Result<(Self::Stream, Peer)>> + Send;
}

impl Listens for TcpListener {
    type Stream = TcpStream;

    async fn next(&self) -> io::Result<(TcpStream, Peer)> {
        let (stream, from) = self.accept().await?;
        // Small answers must not wait for the peer's acknowledgement.
        stream.set_nodelay(true)?;
        Ok((stream, Peer::Network(from.ip())))
    }
}

impl Listens for UnixListener {
    type Stream = UnixStream;

    async fn next(&self) -> io::Result<(UnixStream, Peer)> {
        Ok((self.accept().await?.0, Peer::Control))
    }
}

async fn run<L: Listens>(shared: Shared, places: usize, listener: L) {
    let routes = router(&shared);
    let places = Arc::new(Semaphore::new(places));
    let mut connections = JoinSet::new();
    loop {
        let next = async {
            // A place first: who finds none waits in the system's queue.
            let place = Arc::clone(&places).acquire_owned().await;
            (place, listener.next().await)
        };
        tokio::select! {
            () = shared.stop.cancelled() => break,
            Some(_ended) = connections.join_next() => {}
            (Ok(place), accepted) = next => match accepted {
                Ok((stream, peer)) => {
                    let open = Open { _place: place, _counted: shared.observe.metrics.connection() };
                    let (routes, stop) = (routes.clone(), shared.stop.clone());
                    connections.spawn(connection(stream, peer, routes, stop, open));
                }
                Err(error) => {
                    tracing::warn!("A connection could not be accepted: {error}");
                    tokio::time::sleep(AFTER_REFUSED).await;
                }
            },
        }
    }
    shared.sockets.close();
    let all = async {
        while connections.join_next().await.is_some() {}
        shared.sockets.wait().await;
    };
    if tokio::time::timeout(GRACE, all).await.is_err() {
        tracing::debug!("Some connections were cut at the end.");
    }
}

/// What a connection holds while it is open.
struct Open {
    _place: OwnedSemaphorePermit,
    _counted: Held,
}

async fn connection<S>(stream: S, peer: Peer, routes: Router, stop: CancellationToken, open: Open)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service =
        service_fn(move |request: Request<Incoming>| answer(routes.clone(), peer, request));
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEAD).max_buf_size(HEAD_MAX);
    let connection = builder.serve_connection(TokioIo::new(stream), service).with_upgrades();
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        // Phones leave in the middle of everything; that is no news for the operator.
        tracing::debug!("A connection ended early: {error}");
    }
    drop(open);
}

async fn answer(
    routes: Router,
    peer: Peer,
    request: Request<Incoming>,
) -> Result<Response, Infallible> {
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(peer);
    routes.oneshot(request).await
}
