//! From a snapshot and a cursor to a suggestion.
pub mod generator;
