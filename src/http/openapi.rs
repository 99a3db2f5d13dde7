//! The API's description (OpenAPI 3.1): shapes from the handlers, words and rights from the table.

use std::collections::BTreeSet;

use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;
use serde::Serialize;
use utoipa::OpenApi;
use utoipa::ToSchema;
use utoipa::openapi::ContentBuilder;
use utoipa::openapi::Ref;
use utoipa::openapi::RefOr;
use utoipa::openapi::ResponseBuilder;
use utoipa::openapi::Schema;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::ApiKey;
use utoipa::openapi::security::ApiKeyValue;
use utoipa::openapi::security::HttpAuthScheme;
use utoipa::openapi::security::HttpBuilder;
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::security::SecurityScheme;

use crate::http::api::v1;
use crate::http::live;
use crate::http::problem;
use crate::http::problem::PROBLEM_JSON;
use crate::http::routes;
use crate::http::routes::Need;
use crate::http::routes::Row;
use crate::http::routes::Verb;

/// What holds for the whole API.
const ABOUT: &str = "Times in *_ms are Unix milliseconds on the node's corrected clock; ids are base64url text; \
     `client_id` is 12 random bytes as 16 characters base64url, and a retry with the same one gets the same \
     answer. Refusals are application/problem+json: match `code`, show `detail`. 429, 503 and 507 carry \
     Retry-After. Every answer carries the header Noroshi-Node.";

#[derive(OpenApi)]
#[openapi(
    info(title = "noroshi", license(name = "MIT OR Apache-2.0")),
    components(schemas(problem::Problem)),
    paths(
        document,
        live::live,
        v1::session::log_in,
        v1::session::who_am_i,
        v1::session::log_out,
        v1::node::node,
        v1::node::nodes,
        v1::node::join,
        v1::home::home,
        v1::home::link,
        v1::talk::rooms,
        v1::talk::open_room,
        v1::talk::messages,
        v1::talk::write,
        v1::talk::read,
        v1::talk::withdraw,
        v1::talk::delivery,
        v1::bulletin::list,
        v1::bulletin::issue,
        v1::bulletin::one,
        v1::bulletin::supersede,
        v1::bulletin::withdraw,
        v1::bulletin::read,
        v1::bulletin::ack,
        v1::bulletin::phoned,
        v1::bulletin::status,
        v1::photo::upload,
        v1::photo::fetch,
        v1::report::list,
        v1::report::send,
        v1::report::one,
        v1::report::status,
        v1::report::place,
        v1::report::original,
        v1::safety::list,
        v1::safety::start,
        v1::safety::one,
        v1::safety::answer,
        v1::safety::deadline,
        v1::safety::close,
        v1::safety::calls,
        v1::safety::mark,
        v1::shelter::list,
        v1::shelter::import,
        v1::org::accounts,
        v1::org::create,
        v1::org::credential,
        v1::org::disable,
        v1::org::devices,
        v1::org::add_device,
        v1::org::invite,
        v1::demo::state,
        v1::demo::set_line,
    )
)]
struct Described;

/// The description as JSON text, with a line break at its end.
#[must_use]
pub fn openapi() -> String {
    let mut described = Described::openapi();
    env!("CARGO_PKG_VERSION").clone_into(&mut described.info.version);
    described.info.description = Some(ABOUT.to_owned());
    for row in routes::TABLE {
        let Some(item) = described.paths.paths.get_mut(row.path) else { continue };
        let operation = match row.verb {
            Verb::Get => item.get.as_mut(),
            Verb::Post => item.post.as_mut(),
            Verb::Delete => item.delete.as_mut(),
        };
        if let Some(operation) = operation {
            finish(operation, row);
        }
    }
    if let Some(components) = &mut described.components {
        let cookie = ApiKey::Cookie(ApiKeyValue::new("nr_NODE"));
        components.add_security_scheme("cookie", SecurityScheme::ApiKey(cookie));
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        components.add_security_scheme("token", SecurityScheme::Http(bearer));
    }
    say_what_is_always_there(&mut described);
    let mut text = described.to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}

fn finish(operation: &mut Operation, row: &Row) {
    operation.summary = Some(row.summary.to_owned());
    operation.description = None;
    let feature = row.path.trim_start_matches("/api/v1/").split('/').next().unwrap_or_default();
    operation.tags = Some(vec![feature.to_owned()]);
    operation.operation_id = Some(name(row));
    operation.security = match row.need {
        Need::Public => None,
        Need::LoggedIn | Need::Right(_) | Need::RightOrThisMachine(_) => Some(
            ["cookie", "token"]
                .map(|scheme| SecurityRequirement::new(scheme, Vec::<String>::new()))
                .into(),
        ),
    };
    for response in operation.responses.responses.values_mut() {
        if let RefOr::T(response) = response
            && response.description.is_empty()
        {
            "Done".clone_into(&mut response.description);
        }
    }
    let body = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    let refusal = ResponseBuilder::new().description("A refusal").content(PROBLEM_JSON, body);
    operation.responses.responses.insert("default".to_owned(), refusal.build().into());
}

/// In answers every field stands, `null` or not; in requests optional ones may be left out. The derived
/// schemas don't know which they are for.
fn say_what_is_always_there(described: &mut utoipa::openapi::OpenApi) {
    let mut asked = BTreeSet::new();
    for item in described.paths.paths.values() {
        for operation in [&item.get, &item.post, &item.delete].into_iter().flatten() {
            asked.extend(referred(&operation.request_body));
        }
    }
    let Some(components) = &mut described.components else { return };
    loop {
        let inside = asked.iter().filter_map(|name| components.schemas.get(name));
        let more: BTreeSet<String> = inside.flat_map(referred).collect();
        if more.is_subset(&asked) {
            break;
        }
        asked.extend(more);
    }
    for (name, schema) in &mut components.schemas {
        // A problem leaves out what it has not.
        if !asked.contains(name) && name != "Problem" {
            require_all(schema);
        }
    }
}

fn require_all(schema: &mut RefOr<Schema>) {
    let RefOr::T(schema) = schema else { return };
    if let Schema::Object(object) = schema {
        object.required = object.properties.keys().cloned().collect();
    } else if let Schema::AllOf(all) = schema {
        all.items.iter_mut().for_each(require_all);
    } else if let Schema::OneOf(one) = schema {
        one.items.iter_mut().for_each(require_all);
    }
}

/// Names of schemas that this part of the description refers to.
fn referred(part: &impl Serialize) -> Vec<String> {
    let text = serde_json::to_string(part).unwrap_or_default();
    let names = text.split("#/components/schemas/").skip(1);
    names.filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
}

/// The bytes of a file.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "it only describes")]
pub(crate) struct FileBytes(Vec<u8>);

/// `post_rooms_room_messages`: several features have a handler called `list`.
fn name(row: &Row) -> String {
    let path = row.path.trim_start_matches("/api/v1/");
    let words: Vec<&str> =
        path.split(['/', '.']).map(|word| word.trim_matches(['{', '}'])).collect();
    format!("{}_{}", row.verb.word().to_ascii_lowercase(), words.join("_"))
}

#[utoipa::path(get, path = "/api/v1/openapi.json", responses((status = 200, body = Object)))]
pub(crate) async fn document() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], openapi()).into_response()
}
