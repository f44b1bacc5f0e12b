//! Documents as immutable snapshots, positions as types.
//!
//! This crate knows text and nothing else: no files, no clock, no network, no protocol types. Nothing in it
//! panics on any input, and nothing in it does work that grows with the square of a document.

pub mod change;
pub mod chunks;
pub mod diff;
pub mod glob;
mod hex;
pub mod language;
pub mod position;
pub mod secrets;
pub mod snapshot;
pub mod syntax;

pub use change::Change;
pub use diff::{Replacement, edit_between};
pub use hex::hex;
pub use language::Language;
pub use position::{Encoding, Offset, Position};
pub use snapshot::Snapshot;
pub use syntax::Scope;
