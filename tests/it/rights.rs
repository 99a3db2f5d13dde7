//! Every address × every role × logged out: who gets in stands here a second time, written from the design and not
//! from the code, and both must say the same.

use std::collections::BTreeSet;

use noroshi::http;
use noroshi::http::HttpOptions;
use noroshi::http::routes::Need;
use noroshi::http::routes::Row;
use noroshi::http::routes::TABLE;
use noroshi::http::routes::Takes;
use noroshi::http::routes::Verb;

use crate::door::Door;
use crate::door::House;

/// Who may: `P` anybody; `A` administrator and `H` publisher at headquarters; `S` staff and `F` field officer at a shelter.
const WHO_MAY: &[(&str, &str)] = &[
    ("GET /", "P"),
    ("GET /assets/{*path}", "P"),
    ("GET /{file}", "P"),
    ("GET /board", "P"),
    ("GET /healthz", "P"),
    ("GET /metrics", "A"),
    ("GET /api/v1/openapi.json", "P"),
    ("GET /api/v1/node", "P"),
    ("POST /api/v1/session", "P"),
    ("GET /api/v1/session", "AHSF"),
    ("DELETE /api/v1/session", "AHSF"),
    ("POST /api/v1/join", "P"),
    ("POST /api/v1/nodes/invitations", "A"),
    ("GET /api/v1/nodes", "AH"),
    ("GET /api/v1/link", "AHSF"),
    ("GET /api/v1/home", "AHSF"),
    ("GET /api/v1/live", "AHSF"),
    ("GET /api/v1/rooms", "HSF"),
    ("POST /api/v1/rooms", "H"),
    ("GET /api/v1/rooms/{room}/messages", "HSF"),
    ("POST /api/v1/rooms/{room}/messages", "HSF"),
    ("POST /api/v1/rooms/{room}/read", "HSF"),
    ("POST /api/v1/messages/{id}/withdraw", "HSF"),
    ("GET /api/v1/messages/{id}/delivery", "HSF"),
    ("GET /api/v1/bulletins", "AHSF"),
    ("POST /api/v1/bulletins", "H"),
    ("GET /api/v1/bulletins/{id}", "AHSF"),
    ("POST /api/v1/bulletins/{id}/supersede", "H"),
    ("POST /api/v1/bulletins/{id}/withdraw", "H"),
    ("POST /api/v1/bulletins/{id}/read", "HSF"),
    ("POST /api/v1/bulletins/{id}/ack", "HSF"),
    ("POST /api/v1/bulletins/{id}/phoned", "H"),
    ("GET /api/v1/bulletins/{id}/status", "HS"),
    ("POST /api/v1/photos", "HSF"),
    ("GET /api/v1/photos/{hash}/{rendition}", "AHSF"),
    ("GET /api/v1/reports", "HSF"),
    ("POST /api/v1/reports", "HSF"),
    ("GET /api/v1/reports/{id}", "HSF"),
    ("POST /api/v1/reports/{id}/status", "H"),
    ("POST /api/v1/reports/{id}/place", "H"),
    ("POST /api/v1/reports/{id}/original", "H"),
    ("GET /api/v1/safety", "HSF"),
    ("POST /api/v1/safety", "H"),
    ("GET /api/v1/safety/{id}", "HSF"),
    ("POST /api/v1/safety/{id}/answer", "HSF"),
    ("POST /api/v1/safety/{id}/deadline", "H"),
    ("POST /api/v1/safety/{id}/close", "H"),
    ("GET /api/v1/safety/{id}/calls", "HS"),
    ("POST /api/v1/safety/{id}/calls/{account}", "H"),
    ("GET /api/v1/shelters", "AHSF"),
    ("POST /api/v1/shelters/import", "AH"),
    ("GET /api/v1/accounts", "A"),
    ("POST /api/v1/accounts", "A"),
    ("POST /api/v1/accounts/{account}/credential", "A"),
    ("POST /api/v1/accounts/{account}/disable", "A"),
    ("GET /api/v1/devices", "A"),
    ("POST /api/v1/devices", "A"),
    ("GET /api/v1/demo", "P"),
    ("POST /api/v1/demo/lines/{node}", "P"),
];

fn name(row: &Row) -> String {
    format!("{} {}", row.verb.word(), row.path)
}

fn who_may(row: &Row) -> &'static str {
    let name = name(row);
    let found = WHO_MAY.iter().find(|(known, _)| *known == name);
    found.unwrap_or_else(|| panic!("{name} has no line in WHO_MAY: say who may use it")).1
}

/// An address with something in its places, and a body that is JSON but nothing more.
async fn knock(door: &Door, row: &Row, token: Option<&str>) -> (u16, String) {
    let id = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let path = row.path.replace("{*path}", "none.js").replace("{file}", "none.ico");
    let path = path.replace("{account}", "4000000").replace("{rendition}", "preview");
    let path: String = path
        .split('/')
        .map(|part| if part.starts_with('{') { id } else { part })
        .collect::<Vec<_>>()
        .join("/");
    // As from another machine: what this machine itself may do is tested apart.
    let mut headers = vec![("X-Forwarded-For", "10.0.0.9")];
    headers.extend(token.map(|token| ("Authorization", token)));
    let body: &[u8] = match row.takes {
        Takes::Nothing => b"",
        Takes::Json => {
            headers.push(("Content-Type", "application/json"));
            br#"{"client_id":"AAAAAAAAAAAAAAAA"}"#
        }
        Takes::Join | Takes::Photo | Takes::List => b"not what is asked for",
    };
    let answer = door.send(row.verb.word(), &path, &headers, body).await;
    let code = if answer.status >= 400 { answer.code() } else { String::new() };
    (answer.status, code)
}

#[tokio::test]
async fn every_address_lets_in_whom_the_design_names_and_nobody_else() {
    let options = HttpOptions { require_secure_desk: false, ..HttpOptions::default() };
    let house = House::open(options).await;
    let everybody = [
        ('A', &house.hq, &house.admin),
        ('H', &house.hq, &house.publisher),
        ('S', &house.shelter, &house.staff),
        ('F', &house.shelter, &house.field),
    ];
    let mut wrong = Vec::new();
    for (letter, door, person) in everybody {
        let mut token = door.token(person.login, &person.password).await;
        for row in TABLE {
            let may = who_may(row) == "P" || who_may(row).contains(letter);
            let (status, code) = knock(door, row, Some(&token)).await;
            let right = if may {
                !matches!(status, 401 | 403 | 405)
            } else {
                status == 403 && code == "not_allowed"
            };
            // Public addresses refuse in their own words: an unknown ticket is no missing right.
            let own_words =
                who_may(row) == "P" && matches!(code.as_str(), "ticket_refused" | "login_failed");
            if !right && !own_words {
                wrong.push(format!("{letter} at {}: {status} {code}", name(row)));
            }
            if row.verb == Verb::Delete {
                token = door.token(person.login, &person.password).await;
            }
        }
    }
    for (place, door) in [("headquarters", &house.hq), ("the shelter", &house.shelter)] {
        for row in TABLE {
            for (what, token) in [("nobody", None), ("a wrong token", Some("Bearer AAAA"))] {
                let (status, code) = knock(door, row, token).await;
                let right = if who_may(row) == "P" {
                    code != "session_ended" && code != "not_allowed" && status != 405
                } else {
                    status == 401 && code == "session_ended"
                };
                if !right {
                    wrong.push(format!("{what} at {place}, {}: {status} {code}", name(row)));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong answers:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_design_and_the_table_name_the_same_addresses() {
    let table: BTreeSet<String> = TABLE.iter().map(name).collect();
    let design: BTreeSet<String> = WHO_MAY.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(table, design);
    assert_eq!(table.len(), TABLE.len(), "an address stands twice in the table");
    let public = TABLE.iter().filter(|row| row.need == Need::Public).map(name);
    for name in public {
        assert!(WHO_MAY.contains(&(name.as_str(), "P")), "{name} is public in the table alone");
    }
}

#[test]
fn the_description_names_exactly_the_addresses_of_the_api() {
    let described: serde_json::Value = serde_json::from_str(&http::openapi()).unwrap();
    assert!(described["openapi"].as_str().unwrap().starts_with("3.1"), "{}", described["openapi"]);
    let mut found = BTreeSet::new();
    for (path, methods) in described["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let summary = operation["summary"].as_str().unwrap_or_default();
            assert!(!summary.is_empty(), "{method} {path} has no words");
            assert!(operation["responses"]["default"].is_object(), "{method} {path}: no refusal");
            found.insert(format!("{} {path}", method.to_uppercase()));
        }
    }
    let api = TABLE.iter().filter(|row| row.path.starts_with("/api/"));
    assert_eq!(found, api.map(name).collect(), "description and table differ");
}

/// The web client's types are made from this file: it must be what the program prints.
#[test]
fn the_shipped_description_is_what_the_program_prints() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("web/openapi.json");
    let shipped = std::fs::read_to_string(path).unwrap();
    assert_eq!(
        shipped.trim_end(),
        http::openapi().trim_end(),
        "web/openapi.json is old: `cargo run -- openapi > web/openapi.json`, then `npm run api:generate` in web/"
    );
}
