//! Rooms and messages.

use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::routing::post;

use crate::app;
use crate::app::talk::DeliveryDetail;
use crate::app::talk::Message;
use crate::app::talk::MessagePage;
use crate::app::talk::MessageQuery;
use crate::app::talk::NewMessage;
use crate::app::talk::NewRoom;
use crate::app::talk::ReadUpto;
use crate::app::talk::Room;
use crate::app::talk::Rooms;
use crate::app::talk::Withdraw;
use crate::http::Shared;
use crate::http::api::v1::created;
use crate::http::extract::Given;
use crate::http::extract::Path;
use crate::http::extract::Query;
use crate::http::extract::Who;
use crate::http::problem::Refusal;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/api/v1/rooms", get(rooms).post(open_room))
        .route("/api/v1/rooms/{room}/messages", get(messages).post(write))
        .route("/api/v1/rooms/{room}/read", post(read))
        .route("/api/v1/messages/{id}/withdraw", post(withdraw))
        .route("/api/v1/messages/{id}/delivery", get(delivery))
}

#[utoipa::path(get, path = "/api/v1/rooms", responses((status = 200, body = Rooms)))]
pub(crate) async fn rooms(
    State(shared): State<Shared>,
    Who(actor): Who,
) -> Result<Json<Rooms>, Refusal> {
    Ok(Json(app::talk::rooms(&shared.app, &actor).await?))
}

#[utoipa::path(
    post,
    path = "/api/v1/rooms",
    request_body = NewRoom,
    responses((status = 201, body = Room)),
)]
pub(crate) async fn open_room(
    State(shared): State<Shared>,
    Who(actor): Who,
    Given(given): Given<NewRoom>,
) -> Result<(StatusCode, Json<Room>), Refusal> {
    Ok((StatusCode::CREATED, Json(app::talk::open_room(&shared.app, &actor, given).await?)))
}

#[utoipa::path(
    get,
    path = "/api/v1/rooms/{room}/messages",
    params(("room" = String, Path), MessageQuery),
    responses((status = 200, body = MessagePage)),
)]
pub(crate) async fn messages(
    State(shared): State<Shared>,
    Who(actor): Who,
    Path(room): Path<String>,
    Query(query): Query<MessageQuery>,
) -> Result<Json<MessagePage>, Refusal> {
    Ok(Json(app::talk::messages(&shared.app, &actor, &room, query).await?))
}

#[utoipa::path(
    post,
    path = "/api/v1/rooms/{room}/messages",
    params(("room" = String, Path)),
    request_body = NewMessage,
    responses((status = 201, body = Message), (status = 200, description = "The same answer to a retry", body = Message)),
)]
pub(crate) async fn write(
    State(shared): State<Shared>,
    Who(actor): Who,
    Path(room): Path<String>,
    Given(given): Given<NewMessage>,
) -> Result<(StatusCode, Json<Message>), Refusal> {
    let (item, is_new) = app::talk::post(&shared.app, &actor, &room, given).await?;
    Ok((created(is_new), Json(item)))
}

#[utoipa::path(
    post,
    path = "/api/v1/rooms/{room}/read",
    params(("room" = String, Path)),
    request_body = ReadUpto,
    responses((status = 204)),
)]
pub(crate) async fn read(
    State(shared): State<Shared>,
    Who(actor): Who,
    Path(room): Path<String>,
    Given(given): Given<ReadUpto>,
) -> Result<StatusCode, Refusal> {
    app::talk::read(&shared.app, &actor, &room, given).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(
    post,
    path = "/api/v1/messages/{id}/withdraw",
    params(("id" = String, Path)),
    request_body = Withdraw,
    responses((status = 200, body = Message)),
)]
pub(crate) async fn withdraw(
    State(shared): State<Shared>,
    Who(actor): Who,
    Path(id): Path<String>,
    Given(given): Given<Withdraw>,
) -> Result<Json<Message>, Refusal> {
    Ok(Json(app::talk::withdraw(&shared.app, &actor, &id, given).await?))
}

#[utoipa::path(
    get,
    path = "/api/v1/messages/{id}/delivery",
    params(("id" = String, Path)),
    responses((status = 200, body = DeliveryDetail)),
)]
pub(crate) async fn delivery(
    State(shared): State<Shared>,
    Who(actor): Who,
    Path(id): Path<String>,
) -> Result<Json<DeliveryDetail>, Refusal> {
    Ok(Json(app::talk::delivery(&shared.app, &actor, &id).await?))
}
