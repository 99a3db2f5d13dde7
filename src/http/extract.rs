//! What handlers take from a request, with refusals in our own words: who it is, path, query, JSON, bytes.

use axum::body::Body;
use axum::body::HttpBody;
use axum::extract::FromRequest;
use axum::extract::FromRequestParts;
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::header;
use axum::http::request::Parts;
use bytes::Bytes;
use bytes::BytesMut;
use http_body_util::BodyExt;
use serde::de::DeserializeOwned;
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;

use crate::app::error::AppError;
use crate::app::error::Language;
use crate::domain::access::Actor;
use crate::http::Shared;
use crate::http::guard::Came;
use crate::http::problem;
use crate::http::problem::Fault;
use crate::http::problem::Refusal;
use crate::http::routes::JSON_MAX;
use crate::http::routes::Row;
use crate::http::routes::Takes;

/// Between two pieces of a body; a dead sender must not hold one of the few places for uploads.
const PIECE: Duration = Duration::from_secs(20);
/// How long somebody waits for a place to upload.
const WAIT_FOR_PLACE: Duration = Duration::from_secs(10);
/// How long an oversized body is still read, so that its sender sees the answer and not a reset.
const READ_ON: Duration = Duration::from_secs(5);

/// The person, as the guard found them.
#[derive(Debug, Clone)]
pub(crate) struct Who(pub(crate) Actor);

impl<S: Send + Sync> FromRequestParts<S> for Who {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Refusal> {
        let actor = parts.extensions.get::<Actor>().cloned();
        Ok(Self(actor.ok_or(AppError::SessionEnded)?))
    }
}

/// How the request came in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Way(pub(crate) Came);

impl<S: Send + Sync> FromRequestParts<S> for Way {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Refusal> {
        Ok(Self(parts.extensions.get::<Came>().copied().ok_or(Fault::Defect)?))
    }
}

/// The language of the answer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lang(pub(crate) Language);

impl<S: Send + Sync> FromRequestParts<S> for Lang {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Refusal> {
        Ok(Self(problem::language(&parts.headers)))
    }
}

/// The places of the path.
#[derive(Debug)]
pub(crate) struct Path<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        // A malformed id is an id of nothing.
        let found = axum::extract::Path::<T>::from_request_parts(parts, state).await;
        found
            .map(|axum::extract::Path(value)| Self(value))
            .map_err(|_bad| AppError::NotFound.into())
    }
}

/// The query.
#[derive(Debug)]
pub(crate) struct Query<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let found = axum::extract::Query::<T>::from_request_parts(parts, state).await;
        found
            .map(|axum::extract::Query(value)| Self(value))
            .map_err(|bad| Fault::Malformed(bad.body_text()).into())
    }
}

/// A JSON body.
#[derive(Debug)]
pub(crate) struct Given<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<Shared> for Given<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, shared: &Shared) -> Result<Self, Refusal> {
        if !is_json(request.headers()) {
            return Err(Fault::NotJson.into());
        }
        let bytes = read(request.into_body(), Takes::Json, shared).await?;
        serde_json::from_slice(&bytes)
            .map(Self)
            .map_err(|error| Fault::Malformed(error.to_string()).into())
    }
}

/// The bytes of a body, and the place in memory that they take.
#[derive(Debug)]
pub(crate) struct Raw {
    pub(crate) bytes: Bytes,
    _place: Option<OwnedSemaphorePermit>,
}

impl FromRequest<Shared> for Raw {
    type Rejection = Refusal;

    async fn from_request(request: Request, shared: &Shared) -> Result<Self, Refusal> {
        let row = request.extensions().get::<&'static Row>().copied().ok_or(Fault::Defect)?;
        let place = if row.takes.is_large() { Some(place(shared).await?) } else { None };
        Ok(Self { bytes: read(request.into_body(), row.takes, shared).await?, _place: place })
    }
}

async fn place(shared: &Shared) -> Result<OwnedSemaphorePermit, Refusal> {
    let wait = std::sync::Arc::clone(&shared.large).acquire_owned();
    match tokio::time::timeout(WAIT_FOR_PLACE, wait).await {
        Ok(Ok(place)) => Ok(place),
        Ok(Err(_)) | Err(_) => Err(Fault::Busy.into()),
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = value.unwrap_or_default().split(';').next().unwrap_or_default();
    kind.trim().eq_ignore_ascii_case("application/json")
}

async fn read(mut body: Body, takes: Takes, shared: &Shared) -> Result<Bytes, Refusal> {
    let max = match takes {
        // A little more, so that the use case says how large the photo is.
        Takes::Photo => shared.options.photo_bytes_max.saturating_add(JSON_MAX),
        Takes::Nothing | Takes::Json | Takes::Join | Takes::List => takes.bytes_max(),
    };
    let until = Instant::now() + takes.patience();
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if announced > max {
        read_on(body).await;
        return Err(too_big(takes, announced, max));
    }
    let mut bytes = BytesMut::with_capacity(announced);
    loop {
        let end = until.min(Instant::now() + PIECE);
        let Ok(frame) = tokio::time::timeout_at(end, body.frame()).await else {
            return Err(Fault::Slow.into());
        };
        let Some(frame) = frame else { return Ok(bytes.freeze()) };
        let frame = frame.map_err(|error| Fault::Malformed(error.to_string()))?;
        let Ok(piece) = frame.into_data() else { continue };
        let so_far = bytes.len().saturating_add(piece.len());
        if so_far > max {
            drop(bytes);
            read_on(body).await;
            return Err(too_big(takes, so_far, max));
        }
        bytes.extend_from_slice(&piece);
    }
}

fn too_big(takes: Takes, bytes: usize, max: usize) -> Refusal {
    match takes {
        Takes::Photo => AppError::Photo { code: "photo_too_big", bytes }.into(),
        Takes::Nothing | Takes::Json | Takes::Join | Takes::List => Fault::TooBig { max }.into(),
    }
}

/// Reads and forgets what still comes, for a while.
async fn read_on(mut body: Body) {
    let rest = async { while let Some(Ok(_forgotten)) = body.frame().await {} };
    if tokio::time::timeout(READ_ON, rest).await.is_err() {
        tracing::debug!("An oversized body was cut off while it still came.");
    }
}
