//! A workspace and its state: the folders, the writing and locking of files, and the stores of learned parts.
//!
//! Nothing here uses the network or a model, and nothing prints: warnings are [`notice`]s.

pub mod adapters;
pub mod atomic;
pub mod clock;
pub mod clone;
pub mod configuration;
pub mod digest;
pub mod display;
pub mod document;
mod error;
pub mod forges;
pub mod forgetting;
pub mod history;
mod home;
mod identity;
mod ignore_lists;
mod ignored;
pub mod journal_cases;
pub mod leftovers;
pub mod log_file;
pub mod markdown;
pub mod models;
pub mod notes;
pub mod notice;
pub mod panics;
pub mod phrases;
pub mod private;
mod problem;
pub mod progress;
pub mod related;
pub mod rescan;
pub mod root;
pub mod skills;
mod stamp;
mod state_file;
pub mod tree_file;
mod workspace;

pub use configuration::{Configuration, SettingsWatch, WHILE_BROKEN};
pub use document::Document;
pub use error::{BrokenFile, ConfigurationProblem, Error};
pub use home::Home;
pub use identity::identity;
pub use problem::{JsonError, Problem};
pub use progress::Progress;
pub use stamp::FileStamp;
pub use state_file::StateError;
pub use workspace::Workspace;
