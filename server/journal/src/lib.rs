//! What happened to every request, remembered without any of the user's text.

mod entry;
mod requests;

pub use entry::{Fate, Line, Request, Stamp};
pub use requests::{LogError, RequestLog, Told};
