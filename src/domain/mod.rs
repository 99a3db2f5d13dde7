//! What exists in noroshi and what is allowed: value types, events, payloads, conflict rules, rights.
//!
//! Pure: no clock, no randomness, no disk, no network; whatever changes comes in as an argument.
//! That is what lets a whole simulated town run inside one unit test. `tests/it/tidy.rs` holds the wall.
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

pub mod access;
pub mod bulletin;
pub mod evacuation_site;
pub mod event;
pub mod hlc;
pub mod ids;
pub mod org;
pub mod report;
pub mod safety;
pub mod shelter;
pub mod stream;
pub mod talk;
pub mod text;
pub mod time;
