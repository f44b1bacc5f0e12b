//! Adapters in the program: what they are trained on, how, how they are measured, and the one that ships with it.

mod control;
mod core;
mod edits;
mod evidence;
mod examples;
mod fit;
mod past;
mod starter;
pub(crate) mod team;

pub(crate) use control::cases as control_cases;
pub(crate) use edits::{Edit, Edits, of_cases, of_git};
pub(crate) use examples::{examples, window};
pub(crate) use past::Past;
pub(crate) use starter::{NAME as STARTER, id as starter_id, starter};
