//! What happened: every suggestion with its outcome, in a journal that shows any change made to it, and the last
//! requests, in a log without any of the user's text.
//!
//! The journal ([`Journal`]) is one SQLite database for a workspace: events, chained by digests ([`Fact`] says which),
//! and beside them the text that belongs to some of them, which can be forgotten. The log ([`RequestLog`]) is what
//! `housestyle why` reads.

mod audit;
mod chain;
mod edits;
mod entry;
mod error;
mod event;
mod forget;
mod history;
mod journal;
mod kept;
mod requests;
mod stats;
#[cfg(test)]
mod tests;

pub use audit::Audit;
pub use edits::Edit;
pub use entry::{Fate, Line, Request, Stamp};
pub use error::JournalError;
pub use event::{Event, Fact, Kept, NotHere, Number, Offered, Taken, Text, Tombstone, When};
pub use forget::{Forgetting, Gone};
pub use history::{Outcome, Suggestion};
pub use journal::Journal;
pub use kept::{Account, kept};
pub use requests::{LogError, RequestLog, Told};
pub use stats::{Figures, Rate, Stats};
