//! From a snapshot and a cursor to a suggestion.
//!
//! [`suggest`] is the whole pipeline: policy (is a suggestion wanted here?), window and prompt, the model, stop rules,
//! gate, filters. [`reuse`] shortens a suggestion while the user types through it, [`eval`] measures the same pipeline
//! on recorded cases. Nothing here reads a file, a clock, the network or the environment: time, text, settings and the
//! model (a [`Generator`](generator::Generator)) are arguments.

mod alternatives;
mod context;
pub mod cursor_context;
mod draft_sources;
pub mod eval;
pub mod filters;
pub mod generator;
pub mod held;
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
pub use held::HeldWindows;
pub use job::{Job, Selected, Suggestion, Trigger};
pub use memory::Memory;
pub use prefill::{Prefilled, first_prefill_cursor, prefill};
pub use reason::Reason;
pub use settings::Settings;
pub use suggest::{extend, prompt_of, suggest, window_of};
pub use trace::{Completion, Step, Trace};
pub use window::WindowSize;

// Lets the test kit's files below, which name this crate as everybody does, be compiled into it.
#[cfg(test)]
extern crate self as housestyle_complete;

#[cfg(test)]
mod tests;
