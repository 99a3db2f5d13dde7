//! Safety checks: ask, answer, call those who didn't.

use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::routing::post;

use crate::app;
use crate::app::bulletin::ClientIdOnly;
use crate::app::safety::AddMinutes;
use crate::app::safety::CallList;
use crate::app::safety::MarkCall;
use crate::app::safety::NewAnswer;
use crate::app::safety::NewSafety;
use crate::app::safety::SafetyCheck;
use crate::app::safety::SafetyChecks;
use crate::app::safety::SafetyDetail;
use crate::http::Shared;
use crate::http::extract::Given;
use crate::http::extract::Path;
use crate::http::extract::Who;
use crate::http::problem::Refusal;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/api/v1/safety", get(list).post(start))
        .route("/api/v1/safety/{id}", get(one))
        .route("/api/v1/safety/{id}/answer", post(answer))
        .route("/api/v1/safety/{id}/deadline", post(deadline))
        .route("/api/v1/safety/{id}/close", post(close))
        .route("/api/v1/safety/{id}/calls", get(calls))
        .route("/api/v1/safety/{id}/calls/{account}", post(mark))
}

#[utoipa::path(get, path = "/api/v1/safety", responses((status = 200, body = SafetyChecks)))]
pub(crate) async fn list(
    State(shared): State<Shared>,
    Who(actor): Who,
) -> Result<Json<SafetyChecks>, Refusal> {
    Ok(Json(app::safety::list(&shared.app, &actor).await?))
}

#[utoipa::path(
    post,
    path = "/api/v1/safety",
    request_body = NewSafety,
    responses((status = 201, body = SafetyDetail)),
)]
pub(crate) async fn start(
    State(shared): State<Shared>,
    Who(actor): Who,
    Given(given): Given<NewSafety>,
) -> Result<(StatusCode, Json<SafetyDetail>), Refusal> {
    Ok((StatusCode::CREATED, Json(app::safety::start(&shared.app, &actor, given).await?)))
}

#[utoipa::path(
    get,
    path = "/api/v1/safety/{id}",
    params(("id" = String, Path)),
    responses((status = 200, body = SafetyDetail)),
)]
pub(crate) async fn one(
    State(shared): State<Shared>,
    Who(actor): Who,
    Path(id): Path<String>,
) -> Result<Json<SafetyDetail>, Refusal> {
    Ok(Json(app::safety::one(&shared.app, &actor, &id).await?))
}

#[utoipa::path(
    post,
    path = "/api/v1/safety/{id}/answer",
    params(("id" = String, Path)),
    request_body = NewAnswer,
    responses((status = 200, body = SafetyCheck)),
)]
pub(crate) async fn answer(
    State(shared): State<Shared>,
    Who(actor): Who,
    Path(id): Path<String>,
    Given(given): Given<NewAnswer>,
) -> Result<Json<SafetyCheck>, Refusal> {
    Ok(Json(app::safety::answer(&shared.app, &actor, &id, given).await?))
}

#[utoipa::path(
    post,
    path = "/api/v1/safety/{id}/deadline",
    params(("id" = String, Path)),
    request_body = AddMinutes,
    responses((status = 200, body = SafetyDetail)),
)]
pub(crate) async fn deadline(
    State(shared): State<Shared>,
    Who(actor): Who,
    Path(id): Path<String>,
    Given(given): Given<AddMinutes>,
) -> Result<Json<SafetyDetail>, Refusal> {
    Ok(Json(app::safety::deadline(&shared.app, &actor, &id, given).await?))
}

#[utoipa::path(
    post,
    path = "/api/v1/safety/{id}/close",
    params(("id" = String, Path)),
    request_body = ClientIdOnly,
    responses((status = 200, body = SafetyDetail)),
)]
pub(crate) async fn close(
    State(shared): State<Shared>,
    Who(actor): Who,
    Path(id): Path<String>,
    Given(given): Given<ClientIdOnly>,
) -> Result<Json<SafetyDetail>, Refusal> {
    Ok(Json(app::safety::close(&shared.app, &actor, &id, given).await?))
}

#[utoipa::path(
    get,
    path = "/api/v1/safety/{id}/calls",
    params(("id" = String, Path)),
    responses((status = 200, body = CallList)),
)]
pub(crate) async fn calls(
    State(shared): State<Shared>,
    Who(actor): Who,
    Path(id): Path<String>,
) -> Result<Json<CallList>, Refusal> {
    Ok(Json(app::safety::calls(&shared.app, &actor, &id).await?))
}

#[utoipa::path(
    post,
    path = "/api/v1/safety/{id}/calls/{account}",
    params(("id" = String, Path), ("account" = u32, Path)),
    request_body = MarkCall,
    responses((status = 200, body = CallList)),
)]
pub(crate) async fn mark(
    State(shared): State<Shared>,
    Who(actor): Who,
    Path((id, account)): Path<(String, u32)>,
    Given(given): Given<MarkCall>,
) -> Result<Json<CallList>, Refusal> {
    Ok(Json(app::safety::mark(&shared.app, &actor, &id, account, given).await?))
}
