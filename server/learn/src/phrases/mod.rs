//! The phrase cache: an n-gram model of the team's own tokens, to be mixed into a language model's next-token
//! distribution.
//!
//! All texts stand end to end in one list of tokens. A second list holds all positions, sorted by the tokens before
//! them, read backwards. So the positions after the same n tokens stand together, for every n at once, and one binary
//! search finds the longest match. Both take eight bytes a token, names apart.

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
