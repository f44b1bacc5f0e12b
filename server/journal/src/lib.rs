//! Records: every suggestion with its outcome, in a journal whose digests show any change, and the last requests, in
//! a log without any of the user's text.
//!
//! The journal ([`Journal`]) is one SQLite database for a workspace. It holds events ([`Fact`]), chained by digests. The
//! text of events is in a table of its own, and can be forgotten. `housestyle why` reads the log ([`RequestLog`]).

mod accepted;
mod audit;
mod chain;
mod damaged;
#[cfg(test)]
mod damaged_tests;
mod entry;
mod error;
mod event;
mod forget;
mod history;
mod journal;
mod private;
mod requests;
mod retention;
mod stats;
#[cfg(test)]
mod tests;

pub use accepted::AcceptedEdit;
pub use audit::Audit;
pub use entry::{Line, LoggedOutcome, Request, Stamp};
pub use error::JournalError;
pub use event::{CheckTime, Event, Fact, NotHere, Number, Offered, RetentionCheck, Taken, Text, Tombstone};
pub use forget::{Deletion, Forgetting};
pub use history::{SuggestionHistory, SuggestionOutcome};
pub use journal::Journal;
pub use requests::{LoggedRequest, RequestLog};
pub use retention::{Retention, retention};
pub use stats::{Figures, RetentionRate, Stats};
