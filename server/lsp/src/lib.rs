//! The language server: the only crate that knows LSP.
//!
//! [`serve`] runs the server over standard input and output. A [`Host`] brings everything from outside, the model
//! above all.
//!
//! The way of a message: `transport` (bytes to messages, in order) → `router` (which handler) →
//! `handlers` (one a file; changes the `session` at once) → for completions `request` → `worker` (the
//! model's thread, one slot) → back through `in_flight` (who waits for which run).

mod acceptance;
mod commands;
mod convert;
mod debounce;
mod documents;
mod file_settings;
mod handlers;
mod held;
mod hints;
mod host;
mod idle;
mod in_flight;
mod params;
mod preferences;
mod progress;
mod prompt_context;
mod provenance;
mod recorder;
mod request;
mod resolution;
mod retained_ranges;
mod retention_tracker;
mod router;
mod serve;
mod server;
mod session;
mod status;
mod suggestions;
mod survive;
mod transport;
mod typed_range;
mod worker;

pub use convert::file_path;
pub use host::{
    CheckCause, EventSink, Head, HeadLookup, Host, IgnoreCheck, LoadProgress, Loader, NotHereRecord,
    NotesLookup, OfferRecord, OutcomeRecord, OutcomeSource, OutcomeStep, Record, RelatedLookup,
    RelatedRequest, RequestRecord, RetentionRecord, SettingsLookup, SkillsLookup, Surroundings, TypingRecord,
    WorkspaceFile, WorkspaceLookup,
};
pub use serve::serve;
pub use transport::Ending;
