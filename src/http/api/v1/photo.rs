//! Photos: the whole file in, its renditions out.

use axum::Json;
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;
use axum::routing::get;
use axum::routing::post;

use tokio_util::io::ReaderStream;

use crate::app;
use crate::app::error::AppError;
use crate::app::photo::PhotoSeen;
use crate::http::Shared;
use crate::http::extract::Path;
use crate::http::extract::Raw;
use crate::http::extract::Who;
use crate::http::openapi::FileBytes;
use crate::http::problem::Refusal;

/// A photo's name is the hash of its bytes, so it never changes; only its reader's own browser may keep it.
const KEEP: HeaderValue = HeaderValue::from_static("private, max-age=31536000, immutable");

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/api/v1/photos", post(upload))
        .route("/api/v1/photos/{hash}/{rendition}", get(fetch))
}

#[utoipa::path(
    post,
    path = "/api/v1/photos",
    request_body(content = FileBytes, description = "JPEG, PNG, WebP, HEIC", content_type = "image/*"),
    responses((status = 201, body = PhotoSeen)),
)]
pub(crate) async fn upload(
    State(shared): State<Shared>,
    Who(actor): Who,
    raw: Raw,
) -> Result<(StatusCode, Json<PhotoSeen>), Refusal> {
    let seen = app::photo::upload(&shared.app, &actor, raw.bytes.clone()).await?;
    Ok((StatusCode::CREATED, Json(seen)))
}

#[utoipa::path(
    get,
    path = "/api/v1/photos/{hash}/{rendition}",
    params(("hash" = String, Path), ("rendition" = String, Path, description = "thumbnail, preview, original")),
    responses((status = 200, content_type = "image/*", body = FileBytes)),
)]
pub(crate) async fn fetch(
    State(shared): State<Shared>,
    Who(actor): Who,
    Path((hash, rendition)): Path<(String, String)>,
    asked: HeaderMap,
) -> Result<Response, Refusal> {
    let photo = app::photo::fetch(&shared.app, &actor, &hash, &rendition).await?;
    let mut headers = HeaderMap::new();
    headers.insert(header::CACHE_CONTROL, KEEP);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(photo.mime));
    let tag = HeaderValue::from_str(&format!("\"{hash}-{rendition}\"")).ok();
    let is_known = tag.is_some() && asked.get(header::IF_NONE_MATCH) == tag.as_ref();
    if let Some(tag) = tag {
        headers.insert(header::ETAG, tag);
    }
    if is_known {
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    let file = tokio::fs::File::open(&photo.path).await.map_err(|_gone| AppError::NotFound)?;
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(photo.bytes));
    Ok((headers, Body::from_stream(ReaderStream::new(file))).into_response())
}
