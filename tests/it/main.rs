//! The integration tests: one binary, one file per promise.
#![allow(
    clippy::unwrap_in_result,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stderr,
    clippy::disallowed_methods,
    clippy::too_many_lines,
    missing_docs,
    unreachable_pub,
    reason = "tests fail by panicking and read what they need from the environment"
)]

mod any_order;
mod blobs;
mod broker;
mod broker_client;
mod broker_interop;
mod broker_kills;
mod broker_limits;
mod broker_mutation;
mod broker_rights;
mod broker_rumqttc;
mod config;
mod demo_command;
mod door;
mod enrolment;
mod exchange;
mod http_client;
mod kills;
mod nodes;
mod photos;
mod rights;
mod shelter_import;
mod store;
mod tidy;
mod town;
mod walk;
mod web_live;
mod web_security;
