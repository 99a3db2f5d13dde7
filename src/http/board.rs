//! The board for evacuees: public bulletins as one page without script, for any telephone that can show a page.
//!
//! It renews itself every minute and says how old it is when headquarters is out of reach. Which bulletins stand on it:
//! `app::board`.

use std::fmt::Write;

use axum::Router;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header;
use axum::response::Html;
use axum::response::IntoResponse;
use axum::response::Response;
use axum::routing::get;
use jiff::Timestamp;
use jiff::Zoned;
use jiff::tz;
use jiff::tz::TimeZone;
use serde::Deserialize;

use crate::app;
use crate::app::board::Board;
use crate::app::board::BoardItem;
use crate::app::error::AppError;
use crate::app::error::Language;
use crate::http::Shared;
use crate::http::extract::Query;
use crate::http::problem::Refusal;

const STYLE: &str = include_str!("board.css");

/// Japan has one time, one hour before which nobody sets clocks: UTC+9.
const JAPAN: tz::Offset = tz::offset(9);

pub(super) fn routes() -> Router<Shared> {
    Router::new().route("/board", get(board))
}

/// The page's words follow the link that was tapped, not the browser: it also hangs on shared screens.
#[derive(Debug, Deserialize)]
struct Asked {
    lang: Option<String>,
}

async fn board(
    State(shared): State<Shared>,
    Query(asked): Query<Asked>,
) -> Result<Response, Refusal> {
    let language = match asked.lang.as_deref() {
        Some("en") => Language::En,
        Some(_) | None => Language::Ja,
    };
    let board = app::board::current(&shared.app).await?;
    let nonce = data_encoding::BASE64URL_NOPAD.encode(&app::random::<16>()?);
    let page = page(&board, language, &nonce).map_err(|_never| AppError::NotFound)?;
    let policy = format!(
        "default-src 'none'; style-src 'nonce-{nonce}'; base-uri 'none'; frame-ancestors 'none'; \
         form-action 'none'"
    );
    let mut response = Html(page).into_response();
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

fn page(board: &Board, language: Language, nonce: &str) -> Result<String, std::fmt::Error> {
    let mut out = String::with_capacity(8 * 1024);
    let is_drill = board.items.iter().any(|item| item.drill);
    let (tag, mark) = match language {
        Language::Ja => ("ja", if is_drill { "【訓練】" } else { "" }),
        Language::En => ("en", if is_drill { "[DRILL] " } else { "" }),
    };
    let place = escaped(&board.place);
    let title = match language {
        Language::Ja => format!("{place} お知らせ"),
        Language::En => format!("{place}: notices"),
    };
    write!(
        out,
        "<!doctype html><html lang=\"{tag}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <meta http-equiv=\"refresh\" content=\"60\"><title>{mark}{title}</title>\
         <style nonce=\"{nonce}\">{STYLE}</style></head><body>"
    )?;
    if board.demo {
        out.push_str(match language {
            Language::Ja => "<p class=\"trial\">試し（実在の市のお知らせではありません）</p>",
            Language::En => "<p class=\"trial\">Trial: not the notices of a real city</p>",
        });
    }
    if is_drill {
        out.push_str(match language {
            Language::Ja => "<p class=\"drill\">＊＊＊これは訓練です＊＊＊</p>",
            Language::En => "<p class=\"drill\">*** This is a drill ***</p>",
        });
    }
    let now = moment(board.now_ms, language);
    let org = escaped(&board.org_name);
    let as_of = match language {
        Language::Ja => format!("{org}　{now} のもの"),
        Language::En => format!("{org}, as of {now}"),
    };
    write!(out, "<header><h1>{title}</h1><p>{as_of}</p></header><main>")?;
    if let Some(old) = age(board, language) {
        write!(out, "<p class=\"old\">{old}</p>")?;
    }
    let mut items = board.items.iter();
    // The first notice, then the way to another language, then the rest.
    if let Some(first) = items.next() {
        article(&mut out, first, &Place { is_first: true, now_ms: board.now_ms, language })?;
    }
    let (none, other, renews) = match language {
        Language::Ja => (
            "いまのお知らせはありません",
            "<a href=\"?lang=en\" hreflang=\"en\" lang=\"en\">English</a>",
            "このページは1分ごとに新しくなります。",
        ),
        Language::En => (
            "No notices now",
            "<a href=\"?\" hreflang=\"ja\" lang=\"ja\">日本語</a>",
            "This page renews every minute.",
        ),
    };
    if board.items.is_empty() {
        write!(out, "<article><h2>{none}</h2></article>")?;
    }
    write!(out, "<nav>{other}</nav>")?;
    for item in items {
        article(&mut out, item, &Place { is_first: false, now_ms: board.now_ms, language })?;
    }
    write!(out, "<p class=\"m\">{renews}</p></main></body></html>")?;
    Ok(out)
}

/// How old the page is, when headquarters can't be reached.
fn age(board: &Board, language: Language) -> Option<String> {
    if matches!(board.hq.state.as_str(), "self" | "up") {
        return None;
    }
    let Some(last) = board.hq.last_exchange_ms else {
        return Some(match language {
            Language::Ja => "本部と つながっていません。".to_owned(),
            Language::En => "No contact with headquarters.".to_owned(),
        });
    };
    let minutes = board.now_ms.saturating_sub(last).max(0) / 60_000;
    let time = hour_minute(last);
    Some(match language {
        Language::Ja if minutes < 120 => {
            format!("本部と {minutes}分 つながっていません。{time} までの内容です")
        }
        Language::Ja => {
            format!(
                "本部と {}時間 つながっていません。{} までの内容です",
                minutes / 60,
                moment(last, language)
            )
        }
        Language::En if minutes < 120 => {
            format!("No contact with headquarters for {minutes} min. As of {time}")
        }
        Language::En => {
            format!(
                "No contact with headquarters for {} h. As of {}",
                minutes / 60,
                moment(last, language)
            )
        }
    })
}

/// Where and when a notice is shown.
struct Place {
    is_first: bool,
    now_ms: i64,
    language: Language,
}

fn article(out: &mut String, item: &BoardItem, place: &Place) -> std::fmt::Result {
    let language = place.language;
    let is_top = place.is_first && item.level.is_some();
    out.push_str(if is_top { "<article class=\"top\">" } else { "<article>" });
    if let Some(level) = item.level {
        let word = item.level_word.map(escaped).unwrap_or_default();
        let name = match language {
            Language::Ja => "警戒レベル",
            Language::En => "Alert level ",
        };
        write!(
            out,
            "<p class=\"lv l{level}\"><b>{level}</b>\
             <span>{name}{level}　<span lang=\"ja\">{word}</span></span></p>"
        )?;
    }
    let drill = match (item.drill, language) {
        (true, Language::Ja) => "【訓練】",
        (true, Language::En) => "[DRILL] ",
        (false, Language::Ja | Language::En) => "",
    };
    write!(out, "<h2 lang=\"ja\">{drill}{}</h2>", escaped(&item.title))?;
    let mark = number(item, place);
    if is_top {
        write!(out, "<p class=\"m\">{mark}</p>")?;
    }
    points(out, &item.points)?;
    if !is_top {
        write!(out, "<p class=\"m\">{mark}</p>")?;
    }
    out.write_str("</article>")
}

/// Number and time; the one on top has its number on a plate.
fn number(item: &BoardItem, place: &Place) -> String {
    let (no, language) = (item.no, place.language);
    let today = zoned(item.issued_ms).date() == zoned(place.now_ms).date();
    let time = if today { hour_minute(item.issued_ms) } else { moment(item.issued_ms, language) };
    let name = match (language, item.correction) {
        (Language::Ja, 0) => format!("第{no}号"),
        (Language::Ja, correction) => format!("第{no}号　訂正{correction}"),
        (Language::En, 0) => format!("No. {no}"),
        (Language::En, correction) => format!("No. {no}, correction {correction}"),
    };
    if place.is_first && item.level.is_some() {
        return format!("{time}<span class=\"k\">{name}</span>");
    }
    match language {
        Language::Ja => format!("{name}　{time}"),
        Language::En => format!("{name}, {time}"),
    }
}

fn points(out: &mut String, points: &[String]) -> std::fmt::Result {
    if let [only] = points {
        return write!(out, "<p lang=\"ja\">{}</p>", escaped(only));
    }
    if points.is_empty() {
        return Ok(());
    }
    out.push_str("<ol lang=\"ja\">");
    for point in points {
        write!(out, "<li>{}</li>", escaped(point))?;
    }
    out.write_str("</ol>")
}

fn zoned(ms: i64) -> Zoned {
    let at = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH);
    at.to_zoned(TimeZone::fixed(JAPAN))
}

fn hour_minute(ms: i64) -> String {
    let at = zoned(ms);
    format!("{}:{:02}", at.hour(), at.minute())
}

fn moment(ms: i64, language: Language) -> String {
    let (at, time) = (zoned(ms), hour_minute(ms));
    match language {
        Language::Ja => format!("{}月{}日 {time}", at.month(), at.day()),
        Language::En => format!("{} {}, {time}", at.strftime("%b"), at.day()),
    }
}

/// People's words as text of a page, also inside an attribute.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::link::HqLink;

    /// 2026-11-24 14:12 in Japan.
    const NOW_MS: i64 = 1_795_497_120_000;

    fn board_of(items: Vec<BoardItem>, state: &str) -> Board {
        Board {
            place: "第一小学校避難所".to_owned(),
            org_name: "試しの市 <本部>".to_owned(),
            items,
            hq: HqLink {
                state: state.to_owned(),
                last_exchange_ms: Some(NOW_MS - 23 * 60_000),
                since_ms: None,
            },
            now_ms: NOW_MS,
            demo: false,
        }
    }

    fn item(title: &str) -> BoardItem {
        BoardItem {
            no: 12,
            correction: 0,
            title: title.to_owned(),
            points: vec!["栄町橋は通れません。".to_owned()],
            level: Some(4),
            level_word: Some("避難指示"),
            issued_ms: NOW_MS,
            drill: false,
        }
    }

    #[test]
    fn the_board_says_what_evacuees_need() {
        let shown = page(&board_of(vec![item("逃げてください")], "up"), Language::Ja, "n").unwrap();
        for part in [
            "警戒レベル4",
            "避難指示",
            "第12号",
            "11月24日 14:12",
            "栄町橋は通れません。",
            "content=\"60\"",
        ] {
            assert!(shown.contains(part), "missing {part:?} in {shown}");
        }
        assert!(!shown.contains("つながっていません") && !shown.contains("訓練"), "{shown}");
        assert!(!shown.contains("<script"), "the board has no script");
    }

    #[test]
    fn a_cut_line_says_how_old_the_page_is() {
        let shown = page(&board_of(vec![], "down"), Language::Ja, "n").unwrap();
        assert!(shown.contains("本部と 23分 つながっていません。13:49 までの内容です"), "{shown}");
        assert!(shown.contains("いまのお知らせはありません"), "{shown}");
    }

    #[test]
    fn a_drill_is_marked_three_times() {
        let drill = BoardItem { drill: true, ..item("逃げてください") };
        let shown = page(&board_of(vec![drill], "up"), Language::Ja, "n").unwrap();
        for part in ["<title>【訓練】", "＊＊＊これは訓練です＊＊＊", "【訓練】逃げてください"]
        {
            assert!(shown.contains(part), "missing {part:?} in {shown}");
        }
    }

    #[test]
    fn words_of_people_stay_words_and_the_page_stays_small() {
        let evil = "<img src=x onerror=alert(1)>\"'&";
        let items = (0..30).map(|_| BoardItem { points: vec![evil.to_owned(); 3], ..item(evil) });
        let shown = page(&board_of(items.collect(), "up"), Language::En, "n").unwrap();
        assert!(!shown.contains("<img"), "markup came through: {shown}");
        assert!(shown.contains("試しの市 &lt;本部&gt;"), "{shown}");
        assert!(shown.len() < 30_000, "{} bytes are too many for a slow phone", shown.len());
    }
}
