//! Rules found in what a team does.
//!
//! [`mine`] reads from top to bottom like the list of its steps: find rules that could hold in the earlier edits, count
//! how each is followed, say where it holds, leave out what is not trusted, not steady, not new or not safe, look how
//! the later edits keep it, merge, rank, and take the best.

mod alignment;
mod candidate;
mod code;
mod edit;
mod enforced;
mod evidence;
mod followed;
mod funnel;
mod guess;
mod insecure;
mod interval;
mod merge;
mod observe;
mod pipeline;
mod prose;
mod render;
mod scoped;
mod spoken;
#[cfg(test)]
mod tests;
mod titles;
mod trust;

pub use candidate::{Candidate, Counter, Example, Later, Support};
pub use edit::Edit;
pub use funnel::{Dropped, Stage};
pub use guess::{Basis, Guess};
pub use pipeline::{Mined, MiningOptions, judge, mine, new_occurrences};
pub use render::render;
