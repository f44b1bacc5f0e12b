//! Prequential evaluation: a history is walked from the oldest commit to the newest; each of the last ones is first
//! predicted from what came before it, and then learned from.

mod arms;
mod chart;
mod held_out;
mod page;
mod rows;

pub(crate) use arms::{Absent, Arm, ArmName, Base};
pub(crate) use held_out::HeldOut;
pub(crate) use page::{Facts, page};
pub(crate) use rows::{Row, Rows};
