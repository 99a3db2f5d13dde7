//! Bulletins: issue, correct, withdraw, read, acknowledge; who hasn't.

use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::routing::post;

use crate::app;
use crate::app::bulletin::Ack;
use crate::app::bulletin::Bulletin;
use crate::app::bulletin::BulletinDetail;
use crate::app::bulletin::BulletinStatus;
use crate::app::bulletin::Bulletins;
use crate::app::bulletin::ClientIdOnly;
use crate::app::bulletin::NewBulletin;
use crate::app::bulletin::Phoned;
use crate::app::bulletin::WithdrawBulletin;
use crate::http::Shared;
use crate::http::extract::Given;
use crate::http::extract::Path;
use crate::http::extract::Who;
use crate::http::problem::Refusal;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/api/v1/bulletins", get(list).post(issue))
        .route("/api/v1/bulletins/{id}", get(one))
        .route("/api/v1/bulletins/{id}/supersede", post(supersede))
        .route("/api/v1/bulletins/{id}/withdraw", post(withdraw))
        .route("/api/v1/bulletins/{id}/read", post(read))
        .route("/api/v1/bulletins/{id}/ack", post(ack))
        .route("/api/v1/bulletins/{id}/phoned", post(phoned))
        .route("/api/v1/bulletins/{id}/status", get(status))
}

#[utoipa::path(get, path = "/api/v1/bulletins", responses((status = 200, body = Bulletins)))]
pub(crate) async fn list(
    State(shared): State<Shared>,
    Who(actor): Who,
) -> Result<Json<Bulletins>, Refusal> {
    Ok(Json(app::bulletin::list(&shared.app, &actor).await?))
}

#[utoipa::path(
    post,
    path = "/api/v1/bulletins",
    request_body = NewBulletin,
    responses((status = 201, body = BulletinDetail)),
)]
pub(crate) async fn issue(
    State(shared): State<Shared>,
    Who(actor): Who,
    Given(given): Given<NewBulletin>,
) -> Result<(StatusCode, Json<BulletinDetail>), Refusal> {
    Ok((StatusCode::CREATED, Json(app::bulletin::issue(&shared.app, &actor, given).await?)))
}

#[utoipa::path(
    get,
    path = "/api/v1/bulletins/{id}",
    params(("id" = String, Path)),
    responses((status = 200, body = BulletinDetail)),
)]
pub(crate) async fn one(
    State(shared): State<Shared>,
    Who(actor): Who,
    Path(id): Path<String>,
) -> Result<Json<BulletinDetail>, Refusal> {
    Ok(Json(app::bulletin::one(&shared.app, &actor, &id).await?))
}

#[utoipa::path(
    post,
    path = "/api/v1/bulletins/{id}/supersede",
    params(("id" = String, Path)),
    request_body = NewBulletin,
    responses((status = 201, body = BulletinDetail)),
)]
pub(crate) async fn supersede(
    State(shared): State<Shared>,
    Who(actor): Who,
    Path(id): Path<String>,
    Given(given): Given<NewBulletin>,
) -> Result<(StatusCode, Json<BulletinDetail>), Refusal> {
    Ok((
        StatusCode::CREATED,
        Json(app::bulletin::supersede(&shared.app, &actor, &id, given).await?),
    ))
}

#[utoipa::path(
    post,
    path = "/api/v1/bulletins/{id}/withdraw",
    params(("id" = String, Path)),
    request_body = WithdrawBulletin,
    responses((status = 200, body = BulletinDetail)),
)]
pub(crate) async fn withdraw(
    State(shared): State<Shared>,
    Who(actor): Who,
    Path(id): Path<String>,
    Given(given): Given<WithdrawBulletin>,
) -> Result<Json<BulletinDetail>, Refusal> {
    Ok(Json(app::bulletin::withdraw(&shared.app, &actor, &id, given).await?))
}

#[utoipa::path(
    post,
    path = "/api/v1/bulletins/{id}/read",
    params(("id" = String, Path)),
    request_body = ClientIdOnly,
    responses((status = 204)),
)]
pub(crate) async fn read(
    State(shared): State<Shared>,
    Who(actor): Who,
    Path(id): Path<String>,
    Given(given): Given<ClientIdOnly>,
) -> Result<StatusCode, Refusal> {
    app::bulletin::read(&shared.app, &actor, &id, given).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(
    post,
    path = "/api/v1/bulletins/{id}/ack",
    params(("id" = String, Path)),
    request_body = Ack,
    responses((status = 200, body = Bulletin)),
)]
pub(crate) async fn ack(
    State(shared): State<Shared>,
    Who(actor): Who,
    Path(id): Path<String>,
    Given(given): Given<Ack>,
) -> Result<Json<Bulletin>, Refusal> {
    Ok(Json(app::bulletin::ack(&shared.app, &actor, &id, given).await?))
}

#[utoipa::path(
    post,
    path = "/api/v1/bulletins/{id}/phoned",
    params(("id" = String, Path)),
    request_body = Phoned,
    responses((status = 204)),
)]
pub(crate) async fn phoned(
    State(shared): State<Shared>,
    Who(actor): Who,
    Path(id): Path<String>,
    Given(given): Given<Phoned>,
) -> Result<StatusCode, Refusal> {
    app::bulletin::phoned(&shared.app, &actor, &id, given).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(
    get,
    path = "/api/v1/bulletins/{id}/status",
    params(("id" = String, Path)),
    responses((status = 200, body = BulletinStatus)),
)]
pub(crate) async fn status(
    State(shared): State<Shared>,
    Who(actor): Who,
    Path(id): Path<String>,
) -> Result<Json<BulletinStatus>, Refusal> {
    Ok(Json(app::bulletin::status(&shared.app, &actor, &id).await?))
}
