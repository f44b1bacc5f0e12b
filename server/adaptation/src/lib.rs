//! Back ends that combine the model with adapters and phrases; learning, training, the gate's measurements and replay.
//!
//! Nothing here prints: text for people is a value, or a notice of `housestyle_workspace`.

pub mod backend;
pub mod case_memory;
pub mod cases;
mod error;
pub mod evaluate;
pub mod learning;
pub mod per_case;
pub mod probe;
pub mod replay;
pub mod session_cases;
pub mod skill_effect;
pub mod skill_review;
mod spread;
mod starter;
pub mod training;

pub use error::{CasesProblem, Error};
pub use spread::spread;
