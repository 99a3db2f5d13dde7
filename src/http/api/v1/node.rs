//! This node, the other nodes, and how a new one joins.

use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;
use axum::routing::get;
use axum::routing::post;

use crate::app;
use crate::app::link::Nodes;
use crate::app::session::NodeInfo;
use crate::http::Shared;
use crate::http::extract::Raw;
use crate::http::extract::Way;
use crate::http::extract::Who;
use crate::http::openapi::FileBytes;
use crate::http::problem::Refusal;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/api/v1/node", get(node))
        .route("/api/v1/nodes", get(nodes))
        .route("/api/v1/join", post(join))
}

#[utoipa::path(get, path = "/api/v1/node", responses((status = 200, body = NodeInfo)))]
pub(crate) async fn node(
    State(shared): State<Shared>,
    Way(came): Way,
) -> Result<Json<NodeInfo>, Refusal> {
    let mut info = shared.app.node_info().await?;
    let refuses_desk = shared.options.require_secure_desk && !came.is_https && !came.is_local();
    if let Some(port) = shared.port.filter(|_| refuses_desk && info.role == "hq") {
        info.secure_hint = Some(format!("http://127.0.0.1:{port}/"));
    }
    Ok(Json(info))
}

#[utoipa::path(get, path = "/api/v1/nodes", responses((status = 200, body = Nodes)))]
pub(crate) async fn nodes(
    State(shared): State<Shared>,
    Who(actor): Who,
) -> Result<Json<Nodes>, Refusal> {
    Ok(Json(app::link::nodes(&shared.app, &actor).await?))
}

#[utoipa::path(
    post,
    path = "/api/v1/join",
    request_body(content = FileBytes, content_type = "application/octet-stream"),
    responses((
        status = 200,
        description = "Noise message 2",
        content_type = "application/octet-stream",
        body = FileBytes,
    )),
)]
pub(crate) async fn join(State(shared): State<Shared>, raw: Raw) -> Result<Response, Refusal> {
    let answer = app::org::join(&shared.app, &raw.bytes).await?;
    Ok(([(header::CONTENT_TYPE, "application/octet-stream")], answer).into_response())
}
