//! The exchange: the machine over a bad pipe, and nodes over the real broker.
//! Not here: enrolment (`enrolment.rs`), the broker alone (`broker.rs`).

#[path = "exchange/city.rs"]
mod city;
#[path = "exchange/nodes.rs"]
mod nodes;
#[path = "exchange/pipe.rs"]
mod pipe;
#[path = "exchange/world.rs"]
mod world;
