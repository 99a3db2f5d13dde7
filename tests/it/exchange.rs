//! The exchange: the machine over a bad pipe, and nodes over the real broker.
//! Not here: enrolment (`enrolment.rs`), the broker alone (`broker.rs`).

#[path = "exchange/pipe.rs"]
mod pipe;
