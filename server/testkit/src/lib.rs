//! Test fixtures: cursors, generators, a tiny model, an LSP client (development only).

pub mod client;
pub mod counting;
pub mod cursor;
pub mod scripted;
pub mod tiny;
