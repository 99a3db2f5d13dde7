//! Refusals on the wire: `application/problem+json` (RFC 9457) with a stable `code` and one sentence in the
//! reader's language.
//!
//! A handler answers with a [`Refusal`]; the outermost layer (`finish`) writes the body, because only there is the
//! request's language known. What the use cases refuse reads as `app::error` says; here are only the words for
//! what HTTP itself refuses.

use axum::body::Body;
use axum::http::HeaderMap;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::error::AppError;
use crate::app::error::Language;

/// The media type of refusals.
pub(crate) const PROBLEM_JSON: &str = "application/problem+json";

/// A refusal as it stands in the body.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Problem {
    /// `urn:noroshi:problem:` and the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// The code as English words.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// Stable code: programs match this, never the sentence.
    pub code: String,
    /// One sentence in the language of the request: what happened, what is safe, what to do.
    pub detail: String,
    /// When a retry may help, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_s: Option<u64>,
    /// For whoever wrote the program: what in the request is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Under which the log has it, for defects.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

/// Why a request is not done.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// A use case says so.
    App(AppError),
    /// HTTP itself says so.
    Fault(Fault),
}

/// What HTTP itself refuses.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    /// No such address.
    #[error("nothing at this address")]
    NoAddress,
    /// The address knows other methods.
    #[error("this address knows other methods (header Allow)")]
    Method,
    /// More bytes than this address takes.
    #[error("the body may have {max} bytes")]
    TooBig {
        /// What it may have.
        max: usize,
    },
    /// Not JSON by its own word.
    #[error("the body must be JSON with Content-Type: application/json")]
    NotJson,
    /// The body, path or query is not what this address takes.
    #[error("{0}")]
    Malformed(String),
    /// The body came too slowly.
    #[error("the body came too slowly")]
    Slow,
    /// Every place for large bodies is taken.
    #[error("too many uploads at once")]
    Busy,
    /// A defect in the program.
    #[error("a defect in the program")]
    Defect,
}

impl From<AppError> for Refusal {
    fn from(error: AppError) -> Self {
        Self::App(error)
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl Fault {
    /// The fault that a bare status stands for, when something below answered without words.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        match status.as_u16() {
            404 => Self::NoAddress,
            405 => Self::Method,
            408 => Self::Slow,
            413 => Self::TooBig { max: 0 },
            415 => Self::NotJson,
            503 => Self::Busy,
            400..=499 => Self::Malformed(status.to_string()),
            _ => Self::Defect,
        }
    }

    fn status(&self) -> u16 {
        match self {
            Self::NoAddress => 404,
            Self::Method => 405,
            Self::TooBig { .. } => 413,
            Self::NotJson => 415,
            Self::Malformed(_) => 400,
            Self::Slow => 408,
            Self::Busy => 503,
            Self::Defect => 500,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NoAddress => "not_found",
            Self::Method => "method_not_allowed",
            Self::TooBig { .. } => "body_too_big",
            Self::NotJson => "not_json",
            Self::Malformed(_) => "bad_request",
            Self::Slow => "too_slow",
            Self::Busy => "busy",
            Self::Defect => "unexpected",
        }
    }

    fn sentence(&self, language: Language) -> &'static str {
        let (japanese, english) = match self {
            Self::NoAddress => (
                "この場所には何もありません。画面を開き直してください。",
                "There is nothing at this address. Open the screen again.",
            ),
            Self::Method => (
                "この操作はここではできません。画面を開き直してください。",
                "This can't be done at this address. Open the screen again.",
            ),
            Self::TooBig { .. } => (
                "大きすぎて受け取れませんでした。小さくして送ってください。書いたものは残っています。",
                "Too large to be taken: send it smaller. What you wrote is kept.",
            ),
            Self::NotJson => (
                "送られた形式を読み取れません。画面を開き直してください。",
                "The format is not understood. Open the screen again.",
            ),
            Self::Malformed(_) => (
                "内容を読み取れませんでした。画面を開き直して、もう一度試してください。",
                "The request was not understood. Open the screen again and retry.",
            ),
            Self::Slow => (
                "届くのに時間がかかりすぎました。自動でもう一度送ります。書いたものは残っています。",
                "It took too long to arrive: it is tried again by itself. What you wrote is kept.",
            ),
            Self::Busy => (
                "いま混み合っています。自動でもう一度送ります。書いたものは残っています。",
                "Busy just now: it is tried again by itself. What you wrote is kept.",
            ),
            Self::Defect => (
                "うまくいきませんでした。書いたものは残っています。もう一度押しても同じなら、本部へ。",
                "Something went wrong. What you wrote is kept. If it happens again, tell headquarters.",
            ),
        };
        match language {
            Language::Ja => japanese,
            Language::En => english,
        }
    }

    fn retry_after_s(&self) -> Option<u64> {
        match self {
            Self::Busy => Some(5),
            Self::Slow => Some(2),
            Self::NoAddress
            | Self::Method
            | Self::TooBig { .. }
            | Self::NotJson
            | Self::Malformed(_)
            | Self::Defect => None,
        }
    }
}

impl Refusal {
    pub(crate) fn status(&self) -> StatusCode {
        let number = match self {
            Self::App(error) => error.status(),
            Self::Fault(fault) => fault.status(),
        };
        StatusCode::from_u16(number).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn problem(&self, language: Language, id: Option<String>) -> Problem {
        let (code, detail, retry_after_s, hint) = match self {
            Self::App(error) => {
                (error.code(), error.sentence(language), error.retry_after_s(), hint(error))
            }
            Self::Fault(fault) => (
                fault.code(),
                fault.sentence(language).to_owned(),
                fault.retry_after_s(),
                (!matches!(fault, Fault::Defect)).then(|| fault.to_string()),
            ),
        };
        Problem {
            kind: format!("urn:noroshi:problem:{code}"),
            title: code.replace('_', " "),
            status: self.status().as_u16(),
            code: code.to_owned(),
            detail,
            retry_after_s,
            hint,
            id,
        }
    }

    /// The answer with its body; `kept` are the headers that were already set (Allow, Set-Cookie).
    pub(crate) fn write(
        &self,
        language: Language,
        id: Option<String>,
        kept: HeaderMap,
    ) -> Response {
        let problem = self.problem(language, id);
        let retry = problem.retry_after_s;
        let body = serde_json::to_vec(&problem).unwrap_or_default();
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = self.status();
        let headers = response.headers_mut();
        *headers = kept;
        headers.remove(header::CONTENT_LENGTH);
        headers.remove(header::CONTENT_ENCODING);
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        if let Some(seconds) = retry {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// What a programmer wants to know of a bad request.
fn hint(error: &AppError) -> Option<String> {
    if let AppError::BadRequest(what) = error { Some((*what).to_owned()) } else { None }
}

/// A refusal on its way out, waiting for its words.
#[derive(Debug, Clone)]
pub(crate) struct Wordless(pub(crate) std::sync::Arc<Refusal>);

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(Wordless(std::sync::Arc::new(self)));
        response
    }
}

/// The language that the request asks for: English only when it stands before Japanese.
pub(crate) fn language(headers: &HeaderMap) -> Language {
    let text = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let (mut best, mut language) = (0.0_f32, Language::Ja);
    for part in text.unwrap_or_default().split(',') {
        let mut pieces = part.split(';');
        let tag = pieces.next().unwrap_or_default().trim().to_ascii_lowercase();
        let weight = pieces.find_map(|piece| piece.trim().strip_prefix("q="));
        let weight = weight.map_or(1.0, |text| text.trim().parse().unwrap_or(0.0));
        let known = match tag.split('-').next() {
            Some("ja") => Language::Ja,
            Some("en") => Language::En,
            _ => continue,
        };
        if weight > best {
            (best, language) = (weight, known);
        }
    }
    language
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_the_one_asked_for_first() {
        let table = [
            ("", Language::Ja),
            ("en", Language::En),
            ("en-US,en;q=0.9", Language::En),
            ("ja,en-US;q=0.9,en;q=0.8", Language::Ja),
            ("fr,en;q=0.5,ja;q=0.4", Language::En),
            ("en;q=0.1, ja;q=0.9", Language::Ja),
            ("de", Language::Ja),
            ("en;q=nonsense", Language::Ja),
        ];
        for (asked, want) in table {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_static(asked));
            assert_eq!(language(&headers), want, "Accept-Language: {asked}");
        }
    }
}
