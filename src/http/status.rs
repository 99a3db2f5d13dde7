//! For machines that watch a node: `/healthz` and `/metrics`.

use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;
use axum::routing::get;
use serde::Serialize;

use crate::http::Shared;
use crate::http::problem::Fault;
use crate::http::problem::Refusal;

/// The text format of Prometheus.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// How the node is.
#[derive(Debug, Serialize)]
struct Health {
    /// `ok`, or `degraded`: it serves, but something needs a person.
    status: &'static str,
    node: String,
    name: String,
    version: &'static str,
    now_ms: i64,
    clock: String,
    reasons: Vec<Reason>,
}

#[derive(Debug, Serialize)]
struct Reason {
    part: &'static str,
    detail: String,
}

pub(super) fn routes() -> Router<Shared> {
    Router::new().route("/healthz", get(health)).route("/metrics", get(metrics))
}

/// 200 as long as the store answers; else 503, so that a watcher needs no JSON.
async fn health(State(shared): State<Shared>) -> Response {
    let told = shared.observe.health.reasons();
    let mut reasons: Vec<Reason> = told
        .into_iter()
        .map(|reason| Reason { part: reason.part, detail: reason.detail })
        .collect();
    let mut status = StatusCode::OK;
    let (name, clock) = match shared.app.node_info().await {
        Ok(info) => (info.name, info.clock),
        Err(error) => {
            tracing::warn!("The store does not answer: {error}");
            status = StatusCode::SERVICE_UNAVAILABLE;
            let detail = "The store does not answer; the log says why.".to_owned();
            reasons.push(Reason { part: "store", detail });
            (String::new(), String::new())
        }
    };
    if !shared.app.is_writing() {
        status = StatusCode::SERVICE_UNAVAILABLE;
        let detail = "Nothing can be stored any more: start this node again.".to_owned();
        reasons.push(Reason { part: "writer", detail });
    }
    if clock == "untrusted" {
        let detail = "The clock is not confirmed: times of new entries are marked as doubtful.";
        reasons.push(Reason { part: "clock", detail: detail.to_owned() });
    }
    let body = Health {
        status: if reasons.is_empty() { "ok" } else { "degraded" },
        node: shared.app.node_id().to_string(),
        name,
        version: env!("CARGO_PKG_VERSION"),
        now_ms: shared.app.now_ms(),
        clock,
        reasons,
    };
    let no_store = [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    (status, no_store, Json(body)).into_response()
}

async fn metrics(State(shared): State<Shared>) -> Result<Response, Refusal> {
    let text = shared.observe.metrics.text().map_err(|error| {
        tracing::error!("The numbers could not be written: {error}");
        Fault::Defect
    })?;
    Ok(([(header::CONTENT_TYPE, OPEN_METRICS)], text).into_response())
}
