//! Who may come in: every request passes here before any handler.
//!
//! What doesn't stand in the table is refused, so that a handler without a stated right can't exist. Then the
//! `Origin` (cross-site writes; plain http sends no Sec-Fetch headers), then who it is (cookie, Bearer or the
//! control socket), then the right by `domain::access`. Whether a certain room or report is theirs is asked by the use cases.

use std::net::IpAddr;
use std::net::Ipv4Addr;

use axum::extract::MatchedPath;
use axum::extract::Request;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::HeaderValue;
use axum::http::Method;
use axum::http::header;
use axum::middleware::Next;
use axum::response::IntoResponse;
use axum::response::Response;

use crate::app::App;
use crate::app::error::AppError;
use crate::domain::access::Actor;
use crate::domain::org::Role;
use crate::http::Shared;
use crate::http::problem::Fault;
use crate::http::problem::Refusal;
use crate::http::routes;
use crate::http::routes::Need;
use crate::http::routes::Row;

/// The other end of the connection, by its own address, never by a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Peer {
    /// Over the network.
    Network(IpAddr),
    /// The person at this machine, through the control socket.
    Control,
}

/// How a request came in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Came {
    peer: Peer,
    /// A proxy on this machine hands somebody else's request on.
    is_proxied: bool,
    /// For whom, as that proxy says. From elsewhere the header says nothing.
    forwarded: Option<IpAddr>,
    /// That proxy was spoken to by https. From elsewhere the header says nothing.
    pub(crate) is_https: bool,
}

impl Came {
    fn new(peer: Peer, headers: &HeaderMap) -> Self {
        let local = match peer {
            Peer::Network(address) => address.to_canonical().is_loopback(),
            Peer::Control => true,
        };
        let is_proxied = headers.contains_key("x-forwarded-for")
            || headers.contains_key("x-forwarded-proto")
            || headers.contains_key(header::FORWARDED);
        let scheme = headers.get("x-forwarded-proto").map(HeaderValue::as_bytes);
        // The proxy appends; what stands before its own word was written by strangers.
        let last = headers.get_all("x-forwarded-for").iter().next_back();
        let last = last.and_then(|value| value.to_str().ok()?.rsplit(',').next());
        let forwarded = last.and_then(|text| text.trim().parse().ok()).filter(|_| local);
        Self { peer, is_proxied, forwarded, is_https: local && scheme == Some(b"https") }
    }

    /// From this machine itself.
    pub(crate) fn is_local(&self) -> bool {
        match self.peer {
            Peer::Network(address) => address.to_canonical().is_loopback() && !self.is_proxied,
            Peer::Control => true,
        }
    }

    /// The address that wrong tries are counted under.
    pub(crate) fn address(&self) -> IpAddr {
        match self.peer {
            Peer::Network(address) => self.forwarded.unwrap_or(address).to_canonical(),
            Peer::Control => IpAddr::V4(Ipv4Addr::LOCALHOST),
        }
    }
}

/// The session's token, for handlers that end or watch it.
#[derive(Debug, Clone)]
pub(crate) struct Token(pub(crate) String);

/// Lets the request through, or says why not.
pub(crate) async fn guard(
    State(shared): State<Shared>,
    mut request: Request,
    next: Next,
) -> Response {
    match admit(&shared, &mut request).await {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    }
}

async fn admit(shared: &Shared, request: &mut Request) -> Result<(), Refusal> {
    let row = row_of(request)?;
    let peer = request.extensions().get::<Peer>().copied().ok_or(Fault::Defect)?;
    let cookie = cookie(request.headers(), &shared.cookie);
    let came = Came::new(peer, request.headers());
    check_origin(request, cookie.is_some(), &came)?;
    let token = bearer(request.headers())?.or(cookie);
    let actor = actor(&shared.app, peer, row, token.as_deref()).await?;
    if let Some(actor) = &actor {
        check_door(shared, &came, actor)?;
    }
    match row.need {
        Need::Public => {}
        Need::LoggedIn => {
            actor.as_ref().ok_or(AppError::SessionEnded)?;
        }
        Need::Right(action) => {
            shared.app.check(actor.as_ref().ok_or(AppError::SessionEnded)?, action)?;
        }
        Need::RightOrThisMachine(action) => {
            if !came.is_local() {
                shared.app.check(actor.as_ref().ok_or(AppError::SessionEnded)?, action)?;
            }
        }
    }
    let extensions = request.extensions_mut();
    extensions.insert(row);
    extensions.insert(came);
    if let Some(actor) = actor {
        extensions.insert(actor);
    }
    if let Some(token) = token {
        extensions.insert(Token(token));
    }
    Ok(())
}

fn row_of(request: &Request) -> Result<&'static Row, Refusal> {
    let path = request.extensions().get::<MatchedPath>().ok_or(Fault::NoAddress)?.as_str();
    // HEAD is GET without its body, for axum and for rights.
    let method = if request.method() == Method::HEAD { &Method::GET } else { request.method() };
    let mut at_path = routes::TABLE.iter().filter(|row| row.path == path).peekable();
    if at_path.peek().is_none() {
        return Err(Fault::NoAddress.into());
    }
    let found = at_path.find(|row| row.verb.is(method));
    found.ok_or_else(|| Fault::Method.into())
}

/// Anonymous requests cost no look into the store.
async fn actor(
    app: &App,
    peer: Peer,
    row: &Row,
    token: Option<&str>,
) -> Result<Option<Actor>, Refusal> {
    if peer == Peer::Control {
        return Ok(Some(app.operator()));
    }
    match (row.need, token) {
        (Need::Public, _) | (_, None) => Ok(None),
        (Need::LoggedIn | Need::Right(_) | Need::RightOrThisMachine(_), Some(token)) => {
            Ok(app.actor(token).await?)
        }
    }
}

/// Administration and headquarters' screens don't open over plain http from another machine.
pub(crate) fn check_door(shared: &Shared, came: &Came, actor: &Actor) -> Result<(), Refusal> {
    let desk = match actor.role {
        Role::Admin | Role::Publisher => true,
        Role::Shelter | Role::Field => false,
    };
    if desk && shared.options.require_secure_desk && !came.is_https && !came.is_local() {
        return Err(AppError::HttpsRequired.into());
    }
    Ok(())
}

/// `Origin`, if present, must be this very address; a write or a socket that brings our cookie must have one.
fn check_origin(request: &Request, has_cookie: bool, came: &Came) -> Result<(), Refusal> {
    let headers = request.headers();
    let mut origins = headers.get_all(header::ORIGIN).iter();
    let Some(origin) = origins.next() else {
        let reads = matches!(*request.method(), Method::GET | Method::HEAD)
            && !headers.contains_key(header::UPGRADE);
        return if reads || !has_cookie { Ok(()) } else { Err(AppError::OriginRefused.into()) };
    };
    let scheme = if came.is_https { "https" } else { "http" };
    let own = one(headers, &header::HOST).map(|host| format!("{scheme}://{host}"));
    let same = match (own, origin.to_str()) {
        (Some(own), Ok(origin)) => plain(&own, scheme).eq_ignore_ascii_case(plain(origin, scheme)),
        (None, _) | (_, Err(_)) => false,
    };
    if same && origins.next().is_none() { Ok(()) } else { Err(AppError::OriginRefused.into()) }
}

/// An origin without the port that its scheme implies.
fn plain<'a>(origin: &'a str, scheme: &str) -> &'a str {
    let implied = if scheme == "https" { ":443" } else { ":80" };
    origin.strip_suffix(implied).unwrap_or(origin)
}

/// The value of a header that stands exactly once.
fn one<'a>(headers: &'a HeaderMap, name: &header::HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

/// A token from `Authorization: Bearer`; another scheme is refused rather than overlooked.
fn bearer(headers: &HeaderMap) -> Result<Option<String>, Refusal> {
    if !headers.contains_key(header::AUTHORIZATION) {
        return Ok(None);
    }
    let value = one(headers, &header::AUTHORIZATION).and_then(|value| value.split_once(' '));
    match value {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => {
            Ok(Some(token.trim().to_owned()))
        }
        Some(_) | None => Err(AppError::SessionEnded.into()),
    }
}

/// Our cookie's value, whatever else the host's other ports have set.
fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.split_once('='));
    pairs.find(|(key, _)| key.trim() == name).map(|(_, value)| value.trim().to_owned())
}

/// The cookie that carries a session, or ends it when the token is empty.
pub(crate) fn set_cookie(name: &str, token: &str, is_https: bool) -> String {
    let secure = if is_https { "; Secure" } else { "" };
    let ends = if token.is_empty() { "; Max-Age=0" } else { "" };
    format!("{name}={token}; Path=/; HttpOnly; SameSite=Strict{secure}{ends}")
}
