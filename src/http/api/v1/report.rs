//! Reports from the field.

use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::routing::post;

use crate::app;
use crate::app::bulletin::ClientIdOnly;
use crate::app::report::NewReport;
use crate::app::report::Report;
use crate::app::report::Reports;
use crate::app::report::SetPlace;
use crate::app::report::SetSeen;
use crate::http::Shared;
use crate::http::api::v1::created;
use crate::http::extract::Given;
use crate::http::extract::Path;
use crate::http::extract::Who;
use crate::http::problem::Refusal;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/api/v1/reports", get(list).post(send))
        .route("/api/v1/reports/{id}", get(one))
        .route("/api/v1/reports/{id}/status", post(status))
        .route("/api/v1/reports/{id}/place", post(place))
        .route("/api/v1/reports/{id}/original", post(original))
}

#[utoipa::path(get, path = "/api/v1/reports", responses((status = 200, body = Reports)))]
pub(crate) async fn list(
    State(shared): State<Shared>,
    Who(actor): Who,
) -> Result<Json<Reports>, Refusal> {
    Ok(Json(app::report::list(&shared.app, &actor).await?))
}

#[utoipa::path(
    post,
    path = "/api/v1/reports",
    request_body = NewReport,
    responses((status = 201, body = Report), (status = 200, description = "The same answer to a retry", body = Report)),
)]
pub(crate) async fn send(
    State(shared): State<Shared>,
    Who(actor): Who,
    Given(given): Given<NewReport>,
) -> Result<(StatusCode, Json<Report>), Refusal> {
    let (item, is_new) = app::report::send(&shared.app, &actor, given).await?;
    Ok((created(is_new), Json(item)))
}

#[utoipa::path(
    get,
    path = "/api/v1/reports/{id}",
    params(("id" = String, Path)),
    responses((status = 200, body = Report)),
)]
pub(crate) async fn one(
    State(shared): State<Shared>,
    Who(actor): Who,
    Path(id): Path<String>,
) -> Result<Json<Report>, Refusal> {
    Ok(Json(app::report::one(&shared.app, &actor, &id).await?))
}

#[utoipa::path(
    post,
    path = "/api/v1/reports/{id}/status",
    params(("id" = String, Path)),
    request_body = SetSeen,
    responses((status = 200, body = Report)),
)]
pub(crate) async fn status(
    State(shared): State<Shared>,
    Who(actor): Who,
    Path(id): Path<String>,
    Given(given): Given<SetSeen>,
) -> Result<Json<Report>, Refusal> {
    Ok(Json(app::report::status(&shared.app, &actor, &id, given).await?))
}

#[utoipa::path(
    post,
    path = "/api/v1/reports/{id}/place",
    params(("id" = String, Path)),
    request_body = SetPlace,
    responses((status = 200, body = Report)),
)]
pub(crate) async fn place(
    State(shared): State<Shared>,
    Who(actor): Who,
    Path(id): Path<String>,
    Given(given): Given<SetPlace>,
) -> Result<Json<Report>, Refusal> {
    Ok(Json(app::report::place(&shared.app, &actor, &id, given).await?))
}

#[utoipa::path(
    post,
    path = "/api/v1/reports/{id}/original",
    params(("id" = String, Path)),
    request_body = ClientIdOnly,
    responses((status = 200, body = Report)),
)]
pub(crate) async fn original(
    State(shared): State<Shared>,
    Who(actor): Who,
    Path(id): Path<String>,
    Given(given): Given<ClientIdOnly>,
) -> Result<Json<Report>, Refusal> {
    Ok(Json(app::report::original(&shared.app, &actor, &id, given).await?))
}
