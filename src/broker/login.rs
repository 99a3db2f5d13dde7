//! A connection from its first byte to its end: CONNECT, login, takeover, serving, will.
//! Not here: the serving itself (`client`), how many connections there may be (`front`).

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::broker::client::Client;
use crate::broker::client::End;
use crate::broker::client::Outside;
use crate::broker::codec;
use crate::broker::codec::Bad;
use crate::broker::codec::Connect;
use crate::broker::codec::In;
use crate::broker::codec::Will;
use crate::broker::counters::count;
use crate::broker::front::Front;
use crate::broker::front::Holder;
use crate::broker::packets::Session;
use crate::broker::packets::decide;
use crate::broker::policy::Login;
use crate::broker::policy::Policy;
use crate::broker::router::Life;
use crate::broker::router::Link;
use crate::broker::router::ToRouter;
use crate::broker::topic;

/// CONNACK codes (3.2.2.3).
const OTHER_LEVEL: u8 = 1;
const ID_REFUSED: u8 = 2;
const UNAVAILABLE: u8 = 3;
const NOT_AUTHORISED: u8 = 5;

/// How long a client that is turned away may take to read that.
const REFUSAL_WITHIN: Duration = Duration::from_millis(500);

/// A client that was let in.
struct Admitted<P: Policy> {
    peer: P::Peer,
    link: Link,
    holder: Holder,
    keepalive_s: u16,
    will: Option<Will>,
}

/// Serves one connection to its end, or until `stop`.
pub(super) async fn serve<P: Policy>(
    front: &Front<P>,
    mut socket: TcpStream,
    from: SocketAddr,
    stop: &CancellationToken,
) {
    if let Err(error) = socket.set_nodelay(true) {
        tracing::debug!(%error, "Small MQTT packets may be late.");
    }
    let mut input = BytesMut::new();
    let admitted = tokio::select! {
        biased;
        () = stop.cancelled() => return,
        admitted = admit(front, &mut socket, &mut input, from) => admitted,
    };
    let Admitted { peer, link, holder, keepalive_s, will } = match admitted {
        Ok(admitted) => admitted,
        Err(Some(code)) => {
            tokio::select! {
                () = stop.cancelled() => {}
                () = refuse(socket, code) => {}
            }
            return;
        }
        Err(None) => return,
    };
    let life = Arc::clone(link.life());
    let outside = Outside { over: &life.over, taken_over: holder.taken_over() };
    let client = Client::new(Session::new(front, peer), socket, link, input, keepalive_s);
    let (end, peer, link) = client.run(&outside).await;
    record(front, end);
    drop(holder);
    let leave = async {
        if !life.over.is_cancelled() {
            link.close(front.limits.router_within).await;
        }
        if let Some(will) = will.filter(|_| end != End::Clean) {
            send_will(front, &peer, will, &life).await;
        }
    };
    tokio::select! {
        biased;
        () = stop.cancelled() => {}
        () = leave => {}
    }
}

/// From the first byte to the rights; what is wrong comes back as the CONNACK code to send, or
/// nothing for those who don't speak MQTT.
async fn admit<P: Policy>(
    front: &Front<P>,
    socket: &mut TcpStream,
    input: &mut BytesMut,
    from: SocketAddr,
) -> Result<Admitted<P>, Option<u8>> {
    let (limits, counters) = (&front.limits, &front.counters);
    let connect =
        match timeout(limits.connect_within, hello(socket, input, limits.connect_bytes)).await {
            Ok(Ok(connect)) => connect,
            Ok(Err(Bad::Level)) => return Err(Some(OTHER_LEVEL)),
            Ok(Err(Bad::Malformed | Bad::TooLarge)) => {
                count(&counters.protocol_errors);
                return Err(None);
            }
            Err(_elapsed) => {
                count(&counters.too_slow);
                return Err(None);
            }
        };
    let Connect { client_id, clean, keepalive_s, will, user, password } = connect;
    if client_id.len() > limits.client_id_bytes || (client_id.is_empty() && !clean) {
        count(&counters.refused_logins);
        return Err(Some(ID_REFUSED));
    }
    let login = Login { client_id, user, password, from };
    let peer = timeout(limits.connect_within, front.policy.login(&login)).await;
    let Ok(Some(peer)) = peer else {
        count(&counters.refused_logins);
        return Err(Some(NOT_AUTHORISED));
    };
    let life = front.life().ok_or(Some(UNAVAILABLE))?;
    let link = life.link(limits.router_within).await.or(Err(Some(UNAVAILABLE)))?;
    // Only now, so that whoever is not let in puts nobody out.
    let holder = front.hold(login.user, login.client_id);
    Ok(Admitted { peer, link, holder, keepalive_s, will })
}

/// Reads CONNECT. What follows it stays in `input`.
async fn hello(
    socket: &mut TcpStream,
    input: &mut BytesMut,
    connect_bytes: usize,
) -> Result<Connect, Bad> {
    loop {
        // Another packet in its place is refused by its first byte, before it is waited for.
        if input.first().is_some_and(|first| *first != 0x10) {
            return Err(Bad::Malformed);
        }
        match codec::take(input, connect_bytes)? {
            Some(In::Connect(connect)) => return Ok(*connect),
            Some(
                In::Publish(_)
                | In::PubRel(_)
                | In::Subscribe { .. }
                | In::Unsubscribe { .. }
                | In::Ping
                | In::Disconnect,
            ) => return Err(Bad::Malformed),
            None => {}
        }
        match socket.read_buf(input).await {
            Ok(1..) => {}
            Ok(0) | Err(_) => return Err(Bad::Malformed),
        }
    }
}

/// Says no, and waits a moment for the client to read it: closing with unread input would make the
/// operating system throw the answer away.
async fn refuse(mut socket: TcpStream, code: u8) {
    let said = timeout(REFUSAL_WITHIN, async {
        socket.write_all(&codec::connack(code)).await?;
        socket.shutdown().await?;
        let mut rest = [0; 1024];
        for _ in 0..16 {
            if socket.read(&mut rest).await? == 0 {
                break;
            }
        }
        Ok::<(), std::io::Error>(())
    });
    match said.await {
        Ok(Ok(())) | Err(_) => {}
        Ok(Err(error)) => tracing::debug!(%error, "An MQTT client didn't wait for its refusal."),
    }
}

fn record<P: Policy>(front: &Front<P>, end: End) {
    tracing::debug!(?end, "An MQTT connection ended.");
    match end {
        End::Violation => count(&front.counters.protocol_errors),
        End::Refused => count(&front.counters.refused_publishes),
        End::TooSlow => count(&front.counters.too_slow),
        End::Clean | End::Lost | End::TakenOver | End::Router => {}
    }
}

/// Sends a will by the same rules as any publish, when it is due and not before.
async fn send_will<P: Policy>(front: &Front<P>, peer: &P::Peer, will: Will, life: &Life) {
    let Will { topic, payload, retain } = will;
    if !topic::valid_name(&topic, front.limits.topic_bytes) {
        count(&front.counters.refused_publishes);
        return;
    }
    match decide(front, peer, topic, payload, retain, life).await {
        Ok(Some(ToRouter::Publish { topic, payload, retain })) => {
            if !front.publish(&topic, payload, retain).await {
                tracing::debug!("A will was not sent: the door is closing.");
            }
        }
        Ok(Some(ToRouter::Subscribe(_) | ToRouter::Unsubscribe(_)) | None) => {}
        Err(end) => record(front, end),
    }
}
