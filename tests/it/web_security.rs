//! What keeps strangers and strange pages out: cookies, `Origin`, the desk's door, limits, words, headers.

use noroshi::http::HttpOptions;
use noroshi::http::serve_control;
use noroshi::observe::Observe;
use tempfile::TempDir;
use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::net::UnixListener;
use tokio::net::UnixStream;
use tokio_util::sync::CancellationToken;

use crate::door;
use crate::door::DEADLINE;
use crate::door::House;
use crate::door::Person;

type Headers<'a> = &'a [(&'a str, &'a str)];

async fn house() -> House {
    House::open(HttpOptions::default()).await
}

fn login_body(person: &Person) -> String {
    format!(r#"{{"login":"{}","password":"{}"}}"#, person.login, person.password)
}

#[tokio::test]
async fn the_cookie_is_for_this_node_and_for_no_script() {
    let house = house().await;
    let body = login_body(&house.staff);
    let answer = house.shelter.post_json("/api/v1/session", &[], &body).await;
    let set = answer.header("set-cookie").unwrap().to_owned();
    let node: String = house.shelter.app.node_id().to_string().chars().take(8).collect();
    assert!(set.starts_with(&format!("nr_{node}=")), "{set}");
    for part in ["HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(set.contains(part), "{part} is missing: {set}");
    }
    assert!(!set.contains("Secure"), "plain http drops a Secure cookie: {set}");
    assert!(answer.json()["token"].is_null(), "a browser's page must not see the token");
    // Both nodes on one host: the browser sends both cookies to both.
    let own = house.hq.browser(house.publisher.login, &house.publisher.password).await;
    let both = format!("other=1; {}; {own}", answer.cookie());
    let here = house.shelter.get("/api/v1/session", &[("Cookie", &both)]).await;
    assert_eq!(here.json()["me"]["login"], house.staff.login);
    let there = house.hq.get("/api/v1/session", &[("Cookie", &both)]).await;
    assert_eq!(there.json()["me"]["login"], house.publisher.login);
    // Logging out ends the session itself, not only the cookie.
    let origin = house.shelter.origin();
    let headers = [("Cookie", both.as_str()), ("Origin", origin.as_str())];
    let out = house.shelter.send("DELETE", "/api/v1/session", &headers, b"").await;
    assert_eq!(out.status, 204);
    assert!(out.header("set-cookie").unwrap().contains("Max-Age=0"), "{}", out.head);
    let after = house.shelter.get("/api/v1/session", &[("Cookie", &both)]).await;
    assert_eq!((after.status, after.code().as_str()), (401, "session_ended"));
}

#[tokio::test]
async fn a_page_of_another_origin_gets_nothing_done() {
    let house = house().await;
    let door = &house.shelter;
    let cookie = door.browser(house.staff.login, &house.staff.password).await;
    let token = door.token(house.staff.login, &house.staff.password).await;
    let own = door.origin();
    let other_port = own.rsplit_once(':').unwrap().0.to_owned() + ":1";
    let other_name = own.replace("127.0.0.1", "localhost");
    let secure = own.replace("http:", "https:");
    let (cookie, token) = (("Cookie", cookie.as_str()), ("Authorization", token.as_str()));
    let (own, other) = (("Origin", own.as_str()), ("Origin", "http://elsewhere.example"));
    // Headers, verb, passes?
    let table: &[(&str, Headers<'_>, &str, bool)] = &[
        ("our own page", &[cookie, own], "POST", true),
        ("another site", &[cookie, other], "POST", false),
        ("another port", &[cookie, ("Origin", &other_port)], "POST", false),
        ("another name of this host", &[cookie, ("Origin", &other_name)], "POST", false),
        ("another scheme", &[cookie, ("Origin", &secure)], "POST", false),
        ("a sandboxed page", &[cookie, ("Origin", "null")], "POST", false),
        ("no origin with our cookie", &[cookie], "POST", false),
        ("two origins", &[cookie, own, other], "POST", false),
        ("a program", &[token], "POST", true),
        ("a program in a page elsewhere", &[token, other], "POST", false),
        ("reading by an address line", &[cookie], "GET", true),
        ("reading by a page elsewhere", &[cookie, other], "GET", false),
        (
            "port 80 goes without saying",
            &[cookie, ("Host", "box"), ("Origin", "http://box")],
            "POST",
            true,
        ),
        ("or is said", &[cookie, ("Host", "box:80"), ("Origin", "http://BOX")], "POST", true),
    ];
    for (what, headers, verb, passes) in table {
        let answer = if *verb == "GET" {
            door.get("/api/v1/home", headers).await
        } else {
            door.post_json("/api/v1/rooms/AAAA/read", headers, "{}").await
        };
        let refused = answer.status == 403 && answer.code() == "origin_refused";
        assert_eq!(!refused, *passes, "{what}: {} {}", answer.status, answer.text());
    }
    // Logging in needs neither, but only JSON: a form of another page can't send that.
    let body = login_body(&house.staff);
    let form = [("Content-Type", "text/plain")];
    let answer = door.send("POST", "/api/v1/session", &form, body.as_bytes()).await;
    assert_eq!((answer.status, answer.code().as_str()), (415, "not_json"));
    let answer = door.post_json("/api/v1/session", &[other], &body).await;
    assert_eq!((answer.status, answer.code().as_str()), (403, "origin_refused"));
}

#[tokio::test]
async fn desks_do_not_open_over_plain_http_from_elsewhere() {
    let house = house().await;
    let far = ("X-Forwarded-For", "10.0.0.9");
    for person in [&house.admin, &house.publisher] {
        let answer = house.hq.post_json("/api/v1/session", &[far], &login_body(person)).await;
        assert_eq!((answer.status, answer.code().as_str()), (403, "https_required"));
        assert!(answer.header("set-cookie").is_none(), "{}", answer.head);
        // A session begun on the machine itself doesn't help elsewhere.
        let token = house.hq.token(person.login, &person.password).await;
        let headers = [far, ("Authorization", token.as_str())];
        let answer = house.hq.get("/api/v1/home", &headers).await;
        assert_eq!((answer.status, answer.code().as_str()), (403, "https_required"));
        let secure = [far, ("X-Forwarded-Proto", "https")];
        let answer = house.hq.post_json("/api/v1/session", &secure, &login_body(person)).await;
        assert_eq!(answer.status, 200, "through a proxy here that speaks https: {}", answer.text());
        assert!(answer.header("set-cookie").unwrap().contains("; Secure"), "{}", answer.head);
    }
    let answer =
        house.shelter.post_json("/api/v1/session", &[far], &login_body(&house.staff)).await;
    assert_eq!(answer.status, 200, "people of a shelter log in as they can: {}", answer.text());
    let hint = house.hq.get("/api/v1/node", &[far]).await.json()["secure_hint"].clone();
    assert_eq!(hint, format!("http://127.0.0.1:{}/", house.hq.address.port()));
    assert!(house.hq.get("/api/v1/node", &[]).await.json()["secure_hint"].is_null());
}

#[tokio::test]
async fn numbers_are_for_the_administrator_and_for_this_machine() {
    let house = house().await;
    house.shelter.get("/a/strangers/path", &[]).await;
    let here = house.shelter.get("/metrics", &[]).await;
    assert_eq!(here.status, 200);
    let counted = "noroshi_http_requests_total{method=\"GET\",route=\"other\",status=\"404\"} 1";
    assert!(here.text().contains(counted), "{}", here.text());
    assert!(!here.text().contains("strangers"), "a stranger's paths must not grow the numbers");
    let far = house.shelter.get("/metrics", &[("X-Forwarded-For", "10.0.0.9")]).await;
    assert_eq!((far.status, far.code().as_str()), (401, "session_ended"));
    house.shelter.observe.health.degraded("broker", "The router was replaced.");
    let health = house.shelter.get("/healthz", &[]).await;
    assert_eq!(health.status, 200);
    assert_eq!(health.json()["status"], "degraded");
    let text = health.text();
    assert!(text.contains("The router was replaced."), "{text}");
}

#[tokio::test]
async fn every_answer_names_its_node_and_forbids_what_pages_do_not_need() {
    let house = house().await;
    let door = &house.shelter;
    let node = door.app.node_id().to_string();
    for path in [
        "/",
        "/board",
        "/healthz",
        "/api/v1/node",
        "/api/v1/home",
        "/nothing",
        "/a/b",
        "/assets/x.js",
    ] {
        let answer = door.get(path, &[]).await;
        let header = |name| answer.header(name).unwrap_or_default();
        assert_eq!(header("noroshi-node"), node, "{path}");
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header("referrer-policy"), "same-origin", "{path}");
        let policy = header("content-security-policy");
        assert!(
            policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"),
            "{path}: {policy}"
        );
        if path.starts_with("/api/") {
            assert_eq!(header("cache-control"), "no-store", "{path}");
        }
        if path == "/board" {
            assert!(
                !policy.contains("script-src") && policy.contains("default-src 'none'"),
                "{policy}"
            );
            assert!(!answer.text().contains("<script"), "the board has no script");
        }
    }
}

#[tokio::test]
async fn refusals_are_problems_in_the_readers_language() {
    let house = house().await;
    let door = &house.shelter;
    let token = door.token(house.staff.login, &house.staff.password).await;
    let auth = ("Authorization", token.as_str());
    let json = ("Content-Type", "application/json");
    let big = format!(r#"{{"client_id":"{}"}}"#, "A".repeat(70_000));
    let rooms = "/api/v1/rooms/AAAA/messages";
    let table: &[(&str, &str, Headers<'_>, &str, u16, &str)] = &[
        ("GET", "/api/v1/nothing", &[auth], "", 404, "not_found"),
        ("GET", "/api/v1/rooms/%ff%fe/messages", &[auth], "", 404, "not_found"),
        ("GET", "/assets/none.js", &[], "", 404, "not_found"),
        ("PUT", "/api/v1/rooms", &[auth], "", 405, "method_not_allowed"),
        ("OPTIONS", "/api/v1/rooms", &[], "", 405, "method_not_allowed"),
        ("POST", rooms, &[auth], "{}", 415, "not_json"),
        ("POST", rooms, &[auth, json], "{", 400, "bad_request"),
        ("POST", rooms, &[auth, json], "{}", 400, "bad_request"),
        ("GET", "/api/v1/rooms/AAAA/messages?limit=many", &[auth], "", 400, "bad_request"),
        ("POST", rooms, &[auth, json], &big, 413, "body_too_big"),
        ("GET", "/api/v1/home", &[], "", 401, "session_ended"),
        ("GET", "/api/v1/home", &[("Authorization", "Basic eDp5")], "", 401, "session_ended"),
    ];
    for (verb, path, headers, body, status, code) in table {
        let japanese = door.send(verb, path, headers, body.as_bytes()).await;
        let what = format!("{verb} {path}: {}\n{}", japanese.head, japanese.text());
        assert_eq!(japanese.status, *status, "{what}");
        assert_eq!(japanese.header("content-type"), Some("application/problem+json"), "{what}");
        let problem = japanese.json();
        assert_eq!(problem["code"], *code, "{what}");
        assert_eq!(problem["status"], *status, "{what}");
        let sentence = problem["detail"].as_str().unwrap();
        assert!(sentence.ends_with('。'), "{what}");
        let english = [headers, &[("Accept-Language", "en-GB,en;q=0.8")][..]].concat();
        let english = door.send(verb, path, &english, body.as_bytes()).await.json();
        let sentence = english["detail"].as_str().unwrap();
        assert!(sentence.is_ascii() && sentence.ends_with('.'), "{what}: {sentence}");
    }
    let allow = door.send("PUT", "/api/v1/rooms", &[auth], b"").await;
    assert!(allow.header("allow").is_some(), "405 says what is allowed: {}", allow.head);
}

#[tokio::test]
async fn whoever_guesses_passwords_has_to_wait() {
    let house = house().await;
    let wrong = format!(r#"{{"login":"{}","password":"wrong"}}"#, house.staff.login);
    let mut codes = Vec::new();
    for _ in 0..7 {
        let answer = house.shelter.post_json("/api/v1/session", &[], &wrong).await;
        codes.push(answer.code());
    }
    assert_eq!(codes.first().unwrap(), "login_failed");
    assert_eq!(codes.last().unwrap(), "login_locked", "{codes:?}");
    let answer = house.shelter.post_json("/api/v1/session", &[], &login_body(&house.staff)).await;
    assert_eq!(answer.status, 429, "the right password waits too");
    let seconds: u64 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=900).contains(&seconds), "Retry-After: {seconds}");
    assert_eq!(answer.json()["retry_after_s"], seconds);
    let other = house.shelter.post_json("/api/v1/session", &[], &login_body(&house.field)).await;
    assert_eq!(other.status, 200, "another account of the same address does not wait");
}

#[tokio::test]
async fn a_photo_goes_in_once_and_is_kept_by_its_reader() {
    let options = HttpOptions { photo_bytes_max: 20_000, ..HttpOptions::default() };
    let house = House::open(options).await;
    let door = &house.shelter;
    let token = door.token(house.field.login, &house.field.password).await;
    let auth = ("Authorization", token.as_str());
    let jpeg = std::fs::read("tests/fixtures/photos/full_colour.jpg").unwrap();
    let headers = [auth, ("Content-Type", "image/jpeg")];
    let sent = door.send("POST", "/api/v1/photos", &headers, &jpeg).await;
    assert_eq!(sent.status, 201, "{}", sent.text());
    let path = format!("/api/v1/photos/{}/thumbnail", sent.json()["hash"].as_str().unwrap());
    let seen = door.get(&path, &[auth]).await;
    assert_eq!(seen.status, 200, "{}", seen.text());
    assert!(seen.header("content-type").unwrap().starts_with("image/"), "{}", seen.head);
    assert!(seen.header("cache-control").unwrap().starts_with("private"), "{}", seen.head);
    let tag = seen.header("etag").unwrap();
    let again = door.get(&path, &[auth, ("If-None-Match", tag)]).await;
    assert_eq!((again.status, again.body.len()), (304, 0), "{}", again.head);
    let huge = door.send("POST", "/api/v1/photos", &headers, &vec![0; 200_000]).await;
    assert_eq!((huge.status, huge.code().as_str()), (413, "photo_too_big"), "{}", huge.text());
    assert_eq!(door.get("/healthz", &[]).await.status, 200, "the node stays up");
}

#[tokio::test]
async fn answers_worth_it_are_compressed() {
    let house = house().await;
    let packed = |answer: &door::Answer| answer.header("content-encoding").map(str::to_owned);
    for (offer, want) in [("gzip", Some("gzip")), ("br, gzip", Some("br")), ("identity", None)] {
        let headers = [("Accept-Encoding", offer)];
        let long = house.shelter.get("/api/v1/openapi.json", &headers).await;
        assert_eq!(packed(&long).as_deref(), want, "{offer}");
        let short = house.shelter.get("/api/v1/node", &headers).await;
        assert_eq!(packed(&short), None, "{offer}: {} bytes are not worth it", short.body.len());
    }
}

#[tokio::test]
async fn the_control_socket_is_the_operator_of_this_machine() {
    let house = house().await;
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("control.sock");
    let stop = CancellationToken::new();
    let listener = UnixListener::bind(&path).unwrap();
    let app = house.hq.app.clone();
    let served = tokio::spawn(serve_control(app, Observe::default(), listener, stop.clone()));
    let mut stream = UnixStream::connect(&path).await.unwrap();
    let request = b"GET /api/v1/accounts HTTP/1.1\r\nHost: control\r\nConnection: close\r\n\r\n";
    let answer = door::exchange(&mut stream, request, "the control socket").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!(answer.text().contains(house.publisher.login), "{}", answer.text());
    stop.cancel();
    tokio::time::timeout(DEADLINE, served).await.expect("serve_control ends").unwrap();
}

#[tokio::test]
async fn a_stranger_who_sends_rubbish_harms_nobody() {
    let house = house().await;
    let door = &house.shelter;
    let long = format!("GET / HTTP/1.1\r\nX: {}\r\n\r\n", "a".repeat(100_000));
    for rubbish in
        [b"\x16\x03\x01\x02\x00\x01\x00".as_slice(), b"GET", long.as_bytes(), &[0; 4_096]]
    {
        let mut stream = TcpStream::connect(door.address).await.unwrap();
        // The node may close in the middle of the rubbish.
        drop(stream.write_all(rubbish).await);
        drop(stream.shutdown().await);
        let mut said = Vec::new();
        let end = tokio::time::timeout(DEADLINE, stream.read_to_end(&mut said)).await;
        drop(end.expect("the node lets rubbish go"));
    }
    assert_eq!(door.get("/healthz", &[]).await.status, 200);
}
