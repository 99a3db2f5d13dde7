//! The demo's lines; 404 everywhere else.

use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use axum::routing::post;

use crate::app;
use crate::app::demo::DemoState;
use crate::app::demo::SetLine;
use crate::app::error::AppError;
use crate::http::Shared;
use crate::http::extract::Given;
use crate::http::extract::Path;
use crate::http::extract::Way;
use crate::http::problem::Refusal;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/api/v1/demo", get(state))
        .route("/api/v1/demo/lines/{node}", post(set_line))
}

#[utoipa::path(get, path = "/api/v1/demo", responses((status = 200, body = DemoState)))]
pub(crate) async fn state(State(shared): State<Shared>) -> Result<Json<DemoState>, Refusal> {
    Ok(Json(app::demo::state(&shared.app).await?))
}

#[utoipa::path(
    post,
    path = "/api/v1/demo/lines/{node}",
    params(("node" = String, Path)),
    request_body = SetLine,
    responses((status = 200, body = DemoState)),
)]
pub(crate) async fn set_line(
    State(shared): State<Shared>,
    Way(came): Way,
    Path(node): Path<String>,
    Given(set): Given<SetLine>,
) -> Result<Json<DemoState>, Refusal> {
    // No log in here: only whoever sits at this machine may cut lines, not the whole Wi-Fi.
    if !came.is_local() {
        return Err(AppError::NotAllowed.into());
    }
    Ok(Json(app::demo::set_line(&shared.app, &node, &set).await?))
}
