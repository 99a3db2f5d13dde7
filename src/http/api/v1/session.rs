//! Log in, who am I, log out.
//!
//! Browsers get a cookie, programs the token itself. The cookie's name carries the node, because
//! a host may serve several nodes and cookies know no ports.

use axum::Extension;
use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::AppendHeaders;
use axum::response::IntoResponse;
use axum::response::Response;
use axum::routing::get;

use crate::app::session::LogIn;
use crate::app::session::Session;
use crate::http::Shared;
use crate::http::extract::Given;
use crate::http::extract::Way;
use crate::http::extract::Who;
use crate::http::guard;
use crate::http::guard::Token;
use crate::http::problem::Refusal;

pub(super) fn routes() -> Router<Shared> {
    Router::new().route("/api/v1/session", get(who_am_i).post(log_in).delete(log_out))
}

#[utoipa::path(
    post,
    path = "/api/v1/session",
    request_body = LogIn,
    responses((status = 200, description = "Also sets the cookie, unless `program`", body = Session)),
)]
pub(crate) async fn log_in(
    State(shared): State<Shared>,
    Way(came): Way,
    Given(given): Given<LogIn>,
) -> Result<Response, Refusal> {
    let is_program = given.program;
    let from = came.address();
    let (session, token) = shared.app.log_in(given, from).await.inspect_err(|error| {
        // Without what was typed: people type their password into the wrong field.
        tracing::info!(%from, "Logging in was refused: {error}");
    })?;
    // Only after the password was right: whoever guesses must not learn who sits at a desk.
    if let Some(actor) = shared.app.actor(&token).await?
        && let Err(refusal) = guard::check_door(&shared, &came, &actor)
    {
        shared.app.log_out(&token).await?;
        return Err(refusal);
    }
    if is_program {
        return Ok(Json(session).into_response());
    }
    let cookie = guard::set_cookie(&shared.cookie, &token, came.is_https);
    Ok((AppendHeaders([(header::SET_COOKIE, cookie)]), Json(session)).into_response())
}

#[utoipa::path(get, path = "/api/v1/session", responses((status = 200, body = Session)))]
pub(crate) async fn who_am_i(
    State(shared): State<Shared>,
    Who(actor): Who,
) -> Result<Json<Session>, Refusal> {
    Ok(Json(Session { me: shared.app.me(&actor).await?, token: None }))
}

#[utoipa::path(delete, path = "/api/v1/session", responses((status = 204)))]
pub(crate) async fn log_out(
    State(shared): State<Shared>,
    Way(came): Way,
    token: Option<Extension<Token>>,
) -> Result<Response, Refusal> {
    if let Some(Extension(token)) = token {
        shared.app.log_out(&token.0).await?;
    }
    let ended = guard::set_cookie(&shared.cookie, "", came.is_https);
    Ok((StatusCode::NO_CONTENT, AppendHeaders([(header::SET_COOKIE, ended)])).into_response())
}
