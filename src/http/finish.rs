//! The outermost layer: refusals get their words, answers their headers, numbers their counts, and a defect
//! in one request ends that request alone.

use std::future::poll_fn;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::pin::pin;
use std::task::Poll;
use std::time::Instant;

use axum::extract::MatchedPath;
use axum::extract::Request;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::HeaderName;
use axum::http::HeaderValue;
use axum::http::Method;
use axum::http::StatusCode;
use axum::http::header;
use axum::middleware::Next;
use axum::response::IntoResponse;
use axum::response::Response;

use crate::app;
use crate::http::Shared;
use crate::http::problem;
use crate::http::problem::Fault;
use crate::http::problem::PROBLEM_JSON;
use crate::http::problem::Refusal;
use crate::http::problem::Wordless;
use crate::http::routes;

/// What pages may load: their own files. `connect-src` covers the live socket of the same host.
const POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self'; \
     img-src 'self' blob: data:; connect-src 'self'; object-src 'none'; base-uri 'none'; \
     frame-ancestors 'none'; form-action 'self'";

/// Which node answered.
const NODE: HeaderName = HeaderName::from_static("noroshi-node");

/// Runs the request and finishes its answer.
pub(crate) async fn finish(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let language = problem::language(request.headers());
    let (method, route) = labels(&request);
    let is_api = request.uri().path().starts_with("/api/");
    let answer = without_panic(next.run(request)).await;
    let response = answer.unwrap_or_else(|| {
        shared.observe.metrics.panicked();
        Refusal::from(Fault::Defect).into_response()
    });
    let mut response = in_words(response, language, route);
    own_headers(&shared, response.headers_mut(), is_api);
    shared.observe.metrics.answered(method, route, response.status().as_u16(), began.elapsed());
    tracing::debug!(
        method,
        route,
        status = response.status().as_u16(),
        ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
        "answered"
    );
    response
}

/// Labels from the table, never from the request: a stranger's paths must not grow the numbers.
fn labels(request: &Request) -> (&'static str, &'static str) {
    let path = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let row = routes::TABLE.iter().find(|row| row.path == path);
    let method = match *request.method() {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::DELETE => "DELETE",
        _ => "other",
    };
    (method, row.map_or("other", |row| row.path))
}

/// Polls the future; `None` when it panicked. The panic's place is logged by the hook of `observe::log`.
async fn without_panic<F: Future>(future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    // After a panic the future is dropped and never polled again, so no broken state is seen.
    poll_fn(|context| {
        let step = catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context)));
        match step {
            Ok(Poll::Ready(output)) => Poll::Ready(Some(output)),
            Ok(Poll::Pending) => Poll::Pending,
            Err(_panic) => Poll::Ready(None),
        }
    })
    .await
}

/// Gives a refusal its body: one of ours, or whatever a library refused without our words.
fn in_words(response: Response, language: app::error::Language, route: &str) -> Response {
    let wordless = response.extensions().get::<Wordless>().map(|found| found.0.clone());
    let status = response.status();
    let has_words = status.as_u16() < 400
        || response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == PROBLEM_JSON);
    if has_words {
        return response;
    }
    let (parts, _body) = response.into_parts();
    let bare;
    let refusal = if let Some(refusal) = &wordless {
        refusal.as_ref()
    } else {
        bare = Refusal::from(Fault::of_status(status));
        &bare
    };
    let id = (refusal.status() == StatusCode::INTERNAL_SERVER_ERROR).then(incident);
    if let Some(id) = &id {
        let why = match refusal {
            Refusal::App(error) => error.to_string(),
            Refusal::Fault(fault) => fault.to_string(),
        };
        tracing::error!(id, route, "A request failed: {why}");
    }
    refusal.write(language, id, parts.headers)
}

/// Six digits that stand in the answer and in the log.
fn incident() -> String {
    let bytes = app::random::<3>().unwrap_or_default();
    data_encoding::HEXLOWER.encode(&bytes)
}

fn own_headers(shared: &Shared, headers: &mut HeaderMap, is_api: bool) {
    headers.insert(NODE, shared.node.clone());
    let mut default = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    default(header::CONTENT_SECURITY_POLICY, POLICY);
    default(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    default(header::REFERRER_POLICY, "same-origin");
    if is_api {
        default(header::CACHE_CONTROL, "no-store");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_defect_ends_one_request_alone() {
        let broken = async {
            tokio::task::yield_now().await;
            assert!(std::hint::black_box(false), "planted");
        };
        assert_eq!(without_panic(broken).await, None);
        assert_eq!(without_panic(async { 7 }).await, Some(7));
    }
}
