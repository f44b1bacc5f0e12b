//! The miner: rules found in a team's edits.
//!
//! Nothing here reads a file, a clock, the network or git: edits and times are arguments.
//!
//! [`mine`] reads from top to bottom like the list of its steps: find rules that could hold in the earlier edits, count
//! how each is followed, find the scope in which it holds, drop the untrusted, unsteady, known and unsafe ones, merge,
//! measure the rest on held-out edits, rank, and take the best.

mod alignment;
mod candidate;
mod code;
mod enforced;
mod evidence;
mod family;
mod file_edit;
mod followed;
mod funnel;
mod guess;
mod interval;
mod merge;
mod observe;
mod pattern_words;
mod pipeline;
mod prose;
mod render;
mod scoped;
#[cfg(test)]
mod tests;
mod titles;
mod trust;

pub use candidate::{Candidate, CounterExample, Example, HeldOut, Support};
pub use file_edit::FileEdit;
pub use funnel::{DroppedRule, Stage};
pub(crate) use guess::{Basis, Guess};
pub use pipeline::{Mined, MiningOptions, judge, mine, new_occurrences};
pub use render::render;
