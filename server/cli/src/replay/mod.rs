//! Prequential evaluation: a history is walked from the oldest commit to the newest; each of the last ones is first
//! predicted from what came before it, and then learned from.

mod arms;
mod chart;
mod control;
mod follow;
mod held_out;
mod layers;
mod memory;
mod page;
mod rows;
mod skills;

pub(crate) use arms::{ArmName, Arms};
pub(crate) use control::Control;
pub(crate) use follow::Follower;
pub(crate) use held_out::{HeldOut, spread};
pub(crate) use layers::layers;
pub(crate) use memory::Remembered;
pub(crate) use page::{Facts, page};
pub(crate) use rows::{Row, Rows};
