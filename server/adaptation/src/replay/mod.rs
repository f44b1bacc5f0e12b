//! Prequential evaluation: a history is walked from the oldest commit to the newest; each of the last ones is first
//! predicted from what came before it, and then learned from.

mod arms;
mod chart;
mod components;
mod control;
mod held_out;
mod latest_texts;
mod memory;
mod page;
mod rows;
mod skills;
mod walk;

pub use arms::{Absent, Arms};
pub use components::components_of;
pub use control::ControlTexts;
pub use held_out::HeldOutCases;
pub(crate) use latest_texts::LatestTexts;
pub use memory::MemoryComponent;
pub use page::{ReportFacts, page};
pub use rows::{Row, Rows};
pub use walk::Walk;
