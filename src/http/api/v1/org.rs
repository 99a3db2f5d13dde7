//! Plain administration: accounts, their passwords, logins of local devices, invitations of nodes.

use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::routing::post;

use crate::app;
use crate::app::bulletin::ClientIdOnly;
use crate::app::org::AccountRow;
use crate::app::org::Accounts;
use crate::app::org::Devices;
use crate::app::org::GivenDevice;
use crate::app::org::GivenPassword;
use crate::app::org::GivenTicket;
use crate::app::org::NewAccount;
use crate::app::org::NewDevice;
use crate::app::org::NewInvitation;
use crate::http::Shared;
use crate::http::extract::Given;
use crate::http::extract::Path;
use crate::http::extract::Who;
use crate::http::problem::Refusal;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/api/v1/accounts", get(accounts).post(create))
        .route("/api/v1/accounts/{account}/credential", post(credential))
        .route("/api/v1/accounts/{account}/disable", post(disable))
        .route("/api/v1/devices", get(devices).post(add_device))
        .route("/api/v1/nodes/invitations", post(invite))
}

#[utoipa::path(get, path = "/api/v1/accounts", responses((status = 200, body = Accounts)))]
pub(crate) async fn accounts(
    State(shared): State<Shared>,
    Who(actor): Who,
) -> Result<Json<Accounts>, Refusal> {
    Ok(Json(app::org::accounts(&shared.app, &actor).await?))
}

#[utoipa::path(
    post,
    path = "/api/v1/accounts",
    request_body = NewAccount,
    responses((status = 201, body = AccountRow)),
)]
pub(crate) async fn create(
    State(shared): State<Shared>,
    Who(actor): Who,
    Given(given): Given<NewAccount>,
) -> Result<(StatusCode, Json<AccountRow>), Refusal> {
    Ok((StatusCode::CREATED, Json(app::org::create(&shared.app, &actor, given).await?)))
}

#[utoipa::path(
    post,
    path = "/api/v1/accounts/{account}/credential",
    params(("account" = u32, Path)),
    request_body = ClientIdOnly,
    responses((status = 201, body = GivenPassword)),
)]
pub(crate) async fn credential(
    State(shared): State<Shared>,
    Who(actor): Who,
    Path(account): Path<u32>,
    Given(given): Given<ClientIdOnly>,
) -> Result<(StatusCode, Json<GivenPassword>), Refusal> {
    Ok((
        StatusCode::CREATED,
        Json(app::org::credential(&shared.app, &actor, account, given).await?),
    ))
}

#[utoipa::path(
    post,
    path = "/api/v1/accounts/{account}/disable",
    params(("account" = u32, Path)),
    request_body = ClientIdOnly,
    responses((status = 204)),
)]
pub(crate) async fn disable(
    State(shared): State<Shared>,
    Who(actor): Who,
    Path(account): Path<u32>,
    Given(given): Given<ClientIdOnly>,
) -> Result<StatusCode, Refusal> {
    app::org::disable(&shared.app, &actor, account, given).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(get, path = "/api/v1/devices", responses((status = 200, body = Devices)))]
pub(crate) async fn devices(
    State(shared): State<Shared>,
    Who(actor): Who,
) -> Result<Json<Devices>, Refusal> {
    Ok(Json(app::org::devices(&shared.app, &actor).await?))
}

#[utoipa::path(
    post,
    path = "/api/v1/devices",
    request_body = NewDevice,
    responses((status = 201, body = GivenDevice)),
)]
pub(crate) async fn add_device(
    State(shared): State<Shared>,
    Who(actor): Who,
    Given(given): Given<NewDevice>,
) -> Result<(StatusCode, Json<GivenDevice>), Refusal> {
    Ok((StatusCode::CREATED, Json(app::org::add_device(&shared.app, &actor, given).await?)))
}

#[utoipa::path(
    post,
    path = "/api/v1/nodes/invitations",
    request_body = NewInvitation,
    responses((status = 201, body = GivenTicket)),
)]
pub(crate) async fn invite(
    State(shared): State<Shared>,
    Who(actor): Who,
    Given(given): Given<NewInvitation>,
) -> Result<(StatusCode, Json<GivenTicket>), Refusal> {
    Ok((StatusCode::CREATED, Json(app::org::invite(&shared.app, &actor, given).await?)))
}
