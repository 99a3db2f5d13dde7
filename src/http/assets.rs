//! The web app's files, out of the binary (or, for developers, out of a folder).
//!
//! Names under `assets/` carry a hash and are kept for ever; the start page is asked for again each time. An unknown file
//! is 404, never the start page: a stale page would get HTML where it expects a script.

use std::path::Component;
use std::path::Path as FilePath;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::HeaderName;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::Html;
use axum::response::IntoResponse;
use axum::response::Response;
use axum::routing::get;

use crate::app::error::Language;
use crate::http::Shared;
use crate::http::assets::built::ASSETS;
use crate::http::assets::built::Asset;
use crate::http::extract::Lang;
use crate::http::extract::Path;
use crate::http::problem::Fault;
use crate::http::problem::Refusal;

/// The table that build.rs writes.
#[expect(
    unreachable_pub,
    reason = "build.rs writes the table without knowing where it is included"
)]
mod built {
    include!(concat!(env!("OUT_DIR"), "/assets.rs"));

    /// A file of the web app.
    #[derive(Debug)]
    pub struct Asset {
        /// Relative to the build, such as `assets/index-1a2b.js`.
        pub path: &'static str,
        /// Its media type.
        pub mime: &'static str,
        /// In quotes.
        pub etag: &'static str,
        /// Its bytes.
        pub raw: &'static [u8],
        /// Compressed by brotli, if that is smaller.
        pub br: Option<&'static [u8]>,
        /// Compressed by gzip, if that is smaller.
        pub gzip: Option<&'static [u8]>,
    }
}

/// Names with a hash never change.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// Ask again, by ETag.
const ASK_AGAIN: &str = "no-cache";

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/", get(start))
        .route("/assets/{*path}", get(hashed))
        .route("/{file}", get(beside))
}

async fn start(
    State(shared): State<Shared>,
    Lang(language): Lang,
    asked: HeaderMap,
) -> Result<Response, Refusal> {
    let found = file(&shared, "index.html", &asked).await;
    Ok(found.unwrap_or_else(|| without_app(language)))
}

async fn hashed(
    State(shared): State<Shared>,
    Path(path): Path<String>,
    asked: HeaderMap,
) -> Result<Response, Refusal> {
    let found = file(&shared, &format!("assets/{path}"), &asked).await;
    found.ok_or_else(|| Fault::NoAddress.into())
}

async fn beside(
    State(shared): State<Shared>,
    Path(path): Path<String>,
    asked: HeaderMap,
) -> Result<Response, Refusal> {
    file(&shared, &path, &asked).await.ok_or_else(|| Fault::NoAddress.into())
}

async fn file(shared: &Shared, path: &str, asked: &HeaderMap) -> Option<Response> {
    match &shared.options.web_dir {
        Some(folder) => from_folder(folder, path).await,
        None => ASSETS.iter().find(|asset| asset.path == path).map(|asset| built_in(asset, asked)),
    }
}

fn built_in(asset: &'static Asset, asked: &HeaderMap) -> Response {
    let mut headers = HeaderMap::new();
    let mut put = |name: HeaderName, value: &'static str| {
        headers.insert(name, HeaderValue::from_static(value));
    };
    put(header::CONTENT_TYPE, asset.mime);
    put(header::ETAG, asset.etag);
    put(header::VARY, "accept-encoding");
    put(header::CACHE_CONTROL, keep(asset.path));
    let known = asked.get(header::IF_NONE_MATCH).and_then(|tags| tags.to_str().ok());
    if known.is_some_and(|tags| tags.split(',').any(|tag| bare(tag) == asset.etag)) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    let packed = asset.br.filter(|_| accepts(asked, "br")).map(|bytes| ("br", bytes));
    let packed = packed
        .or_else(|| asset.gzip.filter(|_| accepts(asked, "gzip")).map(|bytes| ("gzip", bytes)));
    let Some((encoding, bytes)) = packed else {
        return (headers, Body::from(asset.raw)).into_response();
    };
    put_encoding(&mut headers, encoding);
    (headers, Body::from(bytes)).into_response()
}

fn put_encoding(headers: &mut HeaderMap, encoding: &'static str) {
    headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
}

fn keep(path: &str) -> &'static str {
    if path.starts_with("assets/") { FOR_EVER } else { ASK_AGAIN }
}

/// A tag without the mark of weakness that caches on the way may add.
fn bare(tag: &str) -> &str {
    let tag = tag.trim();
    tag.strip_prefix("W/").unwrap_or(tag)
}

/// Does the browser take this encoding? `q=0` says no.
fn accepts(asked: &HeaderMap, encoding: &str) -> bool {
    let lines =
        asked.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    let mut offers = lines.flat_map(|line| line.split(','));
    offers.any(|offer| {
        let mut pieces = offer.split(';').map(str::trim);
        let named = pieces.next().is_some_and(|name| name.eq_ignore_ascii_case(encoding));
        let weight = pieces.find_map(|piece| piece.strip_prefix("q="));
        named && weight.is_none_or(|text| text.parse::<f32>().is_ok_and(|weight| weight > 0.0))
    })
}

/// Only for developers: nothing is kept, so that a reload shows what was just built.
async fn from_folder(folder: &FilePath, path: &str) -> Option<Response> {
    let path = FilePath::new(path);
    if path.components().any(|part| !matches!(part, Component::Normal(_))) {
        return None;
    }
    let bytes = tokio::fs::read(folder.join(path)).await.ok()?;
    let mime = match path.extension().and_then(|ending| ending.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("json") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        Some(_) | None => "application/octet-stream",
    };
    Some(
        ([(header::CONTENT_TYPE, mime), (header::CACHE_CONTROL, "no-store")], bytes)
            .into_response(),
    )
}

/// What `/` shows when the binary was built without the web app.
fn without_app(language: Language) -> Response {
    let (tag, text, board) = match language {
        Language::Ja => (
            "ja",
            "このプログラムには画面が入っていません。cargo build (Node 20.19 以上) で作り直すか、\
             NOROSHI_WEB_DIST で出来上がった画面を渡してください。",
            "避難している方へのお知らせ",
        ),
        Language::En => (
            "en",
            "This program was built without its web app. Build it with `cargo build` (Node 20.19 or newer), or \
             hand a ready build in by NOROSHI_WEB_DIST.",
            "Notices for evacuees",
        ),
    };
    let page = format!(
        "<!doctype html><html lang=\"{tag}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>noroshi</title></head>\
         <body><h1>noroshi</h1><p>{text}</p><p><a href=\"/board\">{board}</a></p></body></html>"
    );
    Html(page).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCRIPT: Asset = Asset {
        path: "assets/app-1.js",
        mime: "text/javascript; charset=utf-8",
        etag: "\"aa\"",
        raw: b"raw",
        br: Some(b"br"),
        gzip: Some(b"gz"),
    };
    const PAGE: Asset = Asset { path: "index.html", br: None, gzip: None, ..SCRIPT };

    fn answer(asset: &'static Asset, name: HeaderName, value: &'static str) -> Response {
        let mut asked = HeaderMap::new();
        asked.insert(name, HeaderValue::from_static(value));
        built_in(asset, &asked)
    }

    #[test]
    fn the_smallest_form_that_the_browser_takes() {
        let table = [
            ("gzip, deflate, br", Some("br")),
            ("gzip, deflate", Some("gzip")),
            ("br;q=0, gzip;q=0.5", Some("gzip")),
            ("identity", None),
        ];
        for (offered, want) in table {
            let response = answer(&SCRIPT, header::ACCEPT_ENCODING, offered);
            let got = response.headers().get(header::CONTENT_ENCODING);
            assert_eq!(got.map(|value| value.to_str().unwrap()), want, "{offered}");
            assert_eq!(response.headers()[header::VARY], "accept-encoding", "{offered}");
        }
    }

    #[test]
    fn hashed_names_are_kept_and_the_start_page_is_asked_for_again() {
        let hashed = answer(&SCRIPT, header::ACCEPT, "*/*");
        assert_eq!(hashed.headers()[header::CACHE_CONTROL], FOR_EVER);
        let page = answer(&PAGE, header::ACCEPT, "*/*");
        assert_eq!(page.headers()[header::CACHE_CONTROL], ASK_AGAIN);
        for tag in ["\"aa\"", "W/\"aa\"", "\"other\", \"aa\""] {
            let known = answer(&PAGE, header::IF_NONE_MATCH, tag);
            assert_eq!(known.status(), StatusCode::NOT_MODIFIED, "If-None-Match: {tag}");
        }
        let changed = answer(&PAGE, header::IF_NONE_MATCH, "\"older\"");
        assert_eq!(changed.status(), StatusCode::OK, "an older tag gets the new page");
    }
}
