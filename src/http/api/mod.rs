//! The versions of the API; there is one.

pub(crate) mod v1;

use axum::Router;

use crate::http::Shared;

pub(crate) fn routes() -> Router<Shared> {
    v1::routes()
}
