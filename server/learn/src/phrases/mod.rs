//! The phrase cache: an n-gram model of the team's own tokens, to be mixed into a language model's next-token
//! distribution.
//!
//! All texts stand end to end in one list of tokens. A second list holds all positions, sorted by the tokens before them
//! read backwards: so the positions after the same n tokens stand together, for every n at once, and the longest match is
//! found by one binary search. Eight bytes a token, names apart.

mod corpus;
mod estimate;
mod file;
mod order;
mod predict;
mod weights;

pub use corpus::{Document, Kind, MOST_TOKENS, Phrases, Scope, Scopes};
pub use estimate::Prediction;
pub use predict::{Hole, Match};
pub use weights::{FEWEST, HeldOutToken, Weights};

#[cfg(test)]
mod tests;
