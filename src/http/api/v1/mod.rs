//! Version 1: one file per feature, with the same word as its use cases.
//!
//! Handlers parse, call, render; rights are checked before them (`guard`) and once more inside the use case.

pub(crate) mod bulletin;
pub(crate) mod demo;
pub(crate) mod home;
pub(crate) mod node;
pub(crate) mod org;
pub(crate) mod photo;
pub(crate) mod report;
pub(crate) mod safety;
pub(crate) mod session;
pub(crate) mod shelter;
pub(crate) mod talk;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;

use crate::http::Shared;
use crate::http::live;
use crate::http::openapi;

pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route("/api/v1/openapi.json", get(openapi::document))
        .route("/api/v1/live", get(live::live))
        .merge(bulletin::routes())
        .merge(demo::routes())
        .merge(home::routes())
        .merge(node::routes())
        .merge(org::routes())
        .merge(photo::routes())
        .merge(report::routes())
        .merge(safety::routes())
        .merge(session::routes())
        .merge(shelter::routes())
        .merge(talk::routes())
}

/// 201 for what is new, 200 for the same answer to a retry.
fn created(is_new: bool) -> StatusCode {
    if is_new { StatusCode::CREATED } else { StatusCode::OK }
}
