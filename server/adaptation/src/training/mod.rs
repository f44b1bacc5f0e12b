//! Adapters: their training edits, their training, and the evidence for the gate.

mod control;
mod core_suite;
mod edits;
mod evidence;
mod examples;
mod fit;
mod judging;
pub mod team;
mod training_window;

pub use control::cases as control_cases;
pub use edits::{TrainingEdit, TrainingEdits, of_cases, of_git};
pub use examples::{examples, window};
pub use judging::{judge_versions, terms};
pub(crate) use training_window::TrainingWindow;
