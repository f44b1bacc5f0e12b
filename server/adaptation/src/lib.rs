//! Back ends with adapters and phrases applied to them; training, the gate and replay.
//!
//! Nothing here prints: what a person is to read is a value, or a notice of `housestyle_workspace`.

pub mod backend;
pub mod cases;
mod error;
pub mod evaluate;
pub mod learning;
pub mod probe;
pub mod replay;
pub mod skill_effect;
mod spread;
mod starter;
pub mod training;

pub use error::{CasesProblem, Error};
pub use spread::spread;
