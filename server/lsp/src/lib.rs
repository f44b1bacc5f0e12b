//! The language server: the only crate that knows LSP.
//!
//! [`serve`] runs it over standard input and output. What it needs from outside, a model above all,
//! comes in a [`Host`].
//!
//! The way of a message: `transport` (bytes to messages, in order) → `server` (which message) →
//! `handlers` (one a file; changes the `session` at once) → for completions `request` → `worker` (the
//! model's thread, one slot) → back through `flight` (who waits for which run).

mod acceptance;
mod commands;
mod convert;
mod documents;
mod flight;
mod handlers;
mod hints;
mod host;
mod idle;
mod keeper;
mod later;
mod outcome;
mod pace;
mod params;
mod preferences;
mod progress;
mod prompt_context;
mod provenance;
mod recorder;
mod request;
mod router;
mod serve;
mod server;
mod session;
mod spot;
mod status;
mod suggestions;
mod transport;
mod worker;

pub use convert::file_path;
pub use host::{
    Around, Fate, FateRecord, FateSource, Head, Heads, Host, Ignored, LaterRecord, LaterWhen, LoadProgress,
    Loader, NotHereRecord, Notes, OfferRecord, Record, RequestRecord, SkillsOf, TypingRecord,
};
pub use serve::serve;
pub use transport::Ending;
