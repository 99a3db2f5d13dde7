//! What waits for me, and how this node's line stands.

use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::routing::get;

use crate::app;
use crate::app::home::Home;
use crate::app::link::Link;
use crate::http::Shared;
use crate::http::extract::Who;
use crate::http::problem::Refusal;

pub(super) fn routes() -> Router<Shared> {
    Router::new().route("/api/v1/home", get(home)).route("/api/v1/link", get(link))
}

#[utoipa::path(get, path = "/api/v1/home", responses((status = 200, body = Home)))]
pub(crate) async fn home(
    State(shared): State<Shared>,
    Who(actor): Who,
) -> Result<Json<Home>, Refusal> {
    Ok(Json(app::home::home(&shared.app, &actor).await?))
}

#[utoipa::path(get, path = "/api/v1/link", responses((status = 200, body = Link)))]
pub(crate) async fn link(
    State(shared): State<Shared>,
    Who(actor): Who,
) -> Result<Json<Link>, Refusal> {
    Ok(Json(app::link::link(&shared.app, &actor).await?))
}
