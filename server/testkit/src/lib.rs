//! Test fixtures: cursors, a scripted generator, an LSP client (development only).

pub mod client;
pub mod cursor;
pub mod scripted;
pub mod tiny;
