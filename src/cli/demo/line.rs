//! The line of a demo shelter: a relay inside the process that can be cut and restored.
//!
//! Cut: what either side sends is swallowed, sockets stay open, new ones are accepted and get no answer:
//! nobody is told, as in the field. Restored: every old connection is closed, new ones pass. Neither the
//! node nor the protocol knows of it. Not here: who may cut (`app`), and anything of the exchange.

use std::io;
use std::net::Ipv4Addr;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::AsyncRead;
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Connections at once through one line: a node needs one, its predecessor may linger.
const CONNECTIONS_MAX: usize = 64;

#[derive(Debug, Clone, Copy)]
struct State {
    is_up: bool,
    /// Connections of an earlier life are closed.
    life: u64,
    since: Instant,
}

/// A line that can be cut. Dropping it ends it.
#[derive(Debug)]
pub struct Line {
    address: SocketAddr,
    state: watch::Sender<State>,
    _tasks: JoinSet<()>,
}

impl Line {
    /// Listens on a port of the loopback and passes what comes on to `target`, until `stop`.
    ///
    /// # Errors
    /// When no port can be opened.
    pub async fn start(target: SocketAddr, stop: CancellationToken) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (state, seen) = watch::channel(State { is_up: true, life: 0, since: Instant::now() });
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            tokio::select! {
                () = accept(listener, target, seen) => {}
                () = stop.cancelled() => {}
            }
        });
        Ok(Self { address, state, _tasks: tasks })
    }

    /// Where the shelter connects to.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// From now on nothing passes and nobody is told.
    pub fn cut(&self) {
        self.state.send_if_modified(|state| {
            let was_up = std::mem::replace(&mut state.is_up, false);
            if was_up {
                state.since = Instant::now();
            }
            was_up
        });
    }

    /// Old connections are closed, new ones pass.
    pub fn restore(&self) {
        self.state.send_if_modified(|state| {
            let was_cut = !std::mem::replace(&mut state.is_up, true);
            if was_cut {
                (state.since, state.life) = (Instant::now(), state.life.saturating_add(1));
            }
            was_cut
        });
    }

    /// Does the line carry?
    #[must_use]
    pub fn is_up(&self) -> bool {
        self.state.borrow().is_up
    }

    /// How long it has been as it is.
    #[must_use]
    pub fn since(&self) -> Duration {
        self.state.borrow().since.elapsed()
    }
}

async fn accept(listener: TcpListener, target: SocketAddr, state: watch::Receiver<State>) {
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        match listener.accept().await {
            Ok((client, _)) if connections.len() < CONNECTIONS_MAX => {
                connections.spawn(carry(client, target, state.clone()));
            }
            Ok(_) => {}
            // Out of descriptors, say: the next turn of the scheduler tries again.
            Err(_) => tokio::task::yield_now().await,
        }
    }
}

/// One connection through the line, from its acceptance to its end.
async fn carry(mut client: TcpStream, target: SocketAddr, mut state: watch::Receiver<State>) {
    let life = state.borrow_and_update().life;
    let mut server = None;
    let pass = async {
        let opened = server.insert(TcpStream::connect(target).await?);
        client.set_nodelay(true)?;
        opened.set_nodelay(true)?;
        tokio::io::copy_bidirectional(&mut client, opened).await
    };
    let is_cut = state.wait_for(|state| !state.is_up || state.life != life);
    tokio::select! {
        biased;
        _cut_or_line_gone = is_cut => {}
        // Ended by one of its sides, or nobody listens behind the line.
        _ended = pass => return,
    }
    let swallow = async {
        match server.as_mut() {
            Some(server) => {
                tokio::join!(swallow(&mut client), swallow(server));
            }
            None => swallow(&mut client).await,
        }
    };
    tokio::select! {
        () = swallow => {}
        _restored_or_line_gone = state.wait_for(|state| state.life != life) => {}
    }
}

/// Reads and forgets. Never ends: also the end of one side is kept from the other.
async fn swallow(side: &mut (impl AsyncRead + Unpin)) {
    let mut forgotten = vec![0; 16 * 1024];
    while side.read(&mut forgotten).await.is_ok_and(|bytes| bytes > 0) {}
    std::future::pending::<()>().await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::AsyncWriteExt;
    use tokio::time::timeout;

    const SOON: Duration = Duration::from_secs(5);

    /// Sends back whatever comes.
    async fn echo(tasks: &mut JoinSet<()>) -> SocketAddr {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let address = listener.local_addr().expect("its address");
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((mut socket, _)) = listener.accept().await {
                connections.spawn(async move {
                    let (mut read, mut write) = socket.split();
                    drop(tokio::io::copy(&mut read, &mut write).await);
                });
            }
        });
        address
    }

    async fn echoes(socket: &mut TcpStream, word: &[u8]) -> bool {
        if socket.write_all(word).await.is_err() {
            return false;
        }
        let mut back = vec![0; word.len()];
        matches!(timeout(SOON, socket.read_exact(&mut back)).await, Ok(Ok(_))) && back == word
    }

    #[tokio::test]
    async fn a_cut_line_says_nothing_and_a_restored_one_begins_anew() {
        let mut tasks = JoinSet::new();
        let (target, stop) = (echo(&mut tasks).await, CancellationToken::new());
        let line = Line::start(target, stop.clone()).await.expect("a line");
        let mut old = TcpStream::connect(line.address()).await.expect("connected");
        assert!(line.is_up() && echoes(&mut old, b"before").await, "an intact line passes");

        line.cut();
        assert!(!line.is_up());
        old.write_all(b"lost").await.expect("the socket stays open");
        let mut new = TcpStream::connect(line.address()).await.expect("a cut line still accepts");
        new.write_all(b"lost").await.expect("and takes what is sent");
        let quiet = Duration::from_millis(300);
        let mut byte = [0];
        assert!(
            timeout(quiet, old.read(&mut byte)).await.is_err(),
            "the old socket heard something"
        );
        assert!(
            timeout(quiet, new.read(&mut byte)).await.is_err(),
            "the new socket heard something"
        );
        line.cut();

        line.restore();
        assert!(line.is_up() && line.since() < SOON);
        for (name, socket) in [("old", &mut old), ("new", &mut new)] {
            let end = timeout(SOON, socket.read(&mut byte)).await.expect("closed in time");
            assert!(!matches!(end, Ok(1..)), "the {name} socket got bytes from before");
        }
        let mut after = TcpStream::connect(line.address()).await.expect("connected");
        assert!(echoes(&mut after, b"after").await, "a restored line passes");
        line.restore();
        assert!(echoes(&mut after, b"still").await, "restoring an intact line changes nothing");
        stop.cancel();
        let end = timeout(SOON, after.read(&mut byte)).await.expect("the line ends with its node");
        assert!(!matches!(end, Ok(1..)));
    }
}
