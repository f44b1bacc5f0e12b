//! From a snapshot and a cursor to a suggestion.
//!
//! [`suggest`] is the whole way: policy (is one wanted here?), window and prompt, the model, stop rules, gate,
//! filters. [`reuse`] keeps suggestions alive while they are typed through, [`eval`] measures the same pipeline on
//! recorded cases. Nothing here reads a file, a clock, the network or the environment, and the model is a
//! [`Generator`](generator::Generator) somebody else brings: time, text and settings are arguments.

mod alternatives;
pub mod cursor_context;
mod draft_sources;
pub mod eval;
pub mod filters;
pub mod generator;
mod job;
pub mod lines;
pub mod memory;
pub mod mode;
pub mod policy;
mod prefill;
pub mod prompt;
pub mod random;
mod reason;
mod repair;
pub mod reuse;
pub mod settings;
pub mod similar;
pub mod skills;
pub mod stop;
mod suggest;
mod trace;
mod view;
pub mod window;

pub use alternatives::alternatives;
pub use draft_sources::{DraftSource, MAX_DRAFT_SOURCES, offer_draft_sources};
pub use job::{Job, Selected, Suggestion, Trigger};
pub use memory::Memory;
pub use prefill::{first_prefill_cursor, prefill};
pub use reason::Reason;
pub use settings::Settings;
pub use suggest::{extend, prompt_of, suggest};
pub use trace::{Completion, Step, Trace};
pub use view::WindowSize;

// Lets the test kit's files below, which name this crate as everybody does, be compiled into it.
#[cfg(test)]
extern crate self as housestyle_complete;

#[cfg(test)]
mod tests;
