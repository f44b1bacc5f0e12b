//! From edits to learned parts: cases, the phrase cache, the gate, and the rules that edits follow.
//!
//! Nothing here reads a file, a clock, the network or git: the caller passes edits as plain data ([`Commit`]).

pub mod cases;
mod edit;
mod error;
pub mod exclusions;
pub mod gate;
mod lines;
mod manifest;
pub mod mine;
pub mod phrases;
mod random;
pub mod whole;

pub use edit::{Commit, FileChange, Hunk, Origin};
pub use error::LearnError;
pub use exclusions::{Exclusion, ExclusionCounts};
pub use manifest::{Manifest, Span};
