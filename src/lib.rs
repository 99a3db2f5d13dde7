//! noroshi.

pub mod app;
pub mod clock;
pub mod domain;
pub mod identity;
pub mod import;
pub mod media;
pub mod store;
