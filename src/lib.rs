//! noroshi (狼煙): offline-first messaging for disasters. The map; `ARCHITECTURE.md` is the guide.
//!
//! `domain` and `sync::protocol` are pure; `store` keeps; `app` is what people and peers can ask for; `http`,
//! `broker` and `carriers` are doors; `node` puts all together; `cli` starts it.

pub mod app;
pub mod broker;
pub mod carriers;
pub mod cli;
pub mod clock;
pub mod config;
pub mod domain;
pub mod http;
pub mod identity;
pub mod import;
pub mod media;
pub mod node;
pub mod observe;
pub mod store;
pub mod sync;
