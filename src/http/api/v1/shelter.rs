//! The list of evacuation sites, and its import: the difference first, then the writing.

use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use axum::routing::post;

use crate::app;
use crate::app::shelter::ImportDifference;
use crate::app::shelter::ImportQuery;
use crate::app::shelter::Sites;
use crate::http::Shared;
use crate::http::extract::Lang;
use crate::http::extract::Query;
use crate::http::extract::Raw;
use crate::http::extract::Who;
use crate::http::openapi::FileBytes;
use crate::http::problem::Refusal;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/api/v1/shelters", get(list))
        .route("/api/v1/shelters/import", post(import))
}

#[utoipa::path(get, path = "/api/v1/shelters", responses((status = 200, body = Sites)))]
pub(crate) async fn list(
    State(shared): State<Shared>,
    Who(actor): Who,
) -> Result<Json<Sites>, Refusal> {
    Ok(Json(app::shelter::list(&shared.app, &actor).await?))
}

#[utoipa::path(
    post,
    path = "/api/v1/shelters/import",
    params(ImportQuery),
    request_body(
        content = FileBytes,
        description = "CSV or .xlsx",
        content_type = "application/octet-stream",
    ),
    responses((status = 200, body = ImportDifference)),
)]
pub(crate) async fn import(
    State(shared): State<Shared>,
    Who(actor): Who,
    Lang(language): Lang,
    Query(query): Query<ImportQuery>,
    raw: Raw,
) -> Result<Json<ImportDifference>, Refusal> {
    let file = raw.bytes.clone();
    Ok(Json(app::shelter::import(&shared.app, &actor, file, query, language).await?))
}
