//! Errors of a workspace and its state.

use std::sync::Arc;

use housestyle_journal::JournalError;
use housestyle_review::ReviewError;

use crate::adapters::StoreError;
use crate::display::shortened;
use crate::forgetting::ForgetError;
use crate::models::ModelError;
use crate::notes::NotesError;
use crate::phrases::PhrasesError;
use crate::skills::exceptions::ExceptionsError;
use crate::skills::store::SkillsError;
use crate::state_file::StateError;
use crate::tree_file::ReadError;

/// An error of a workspace or its state.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A configuration file is broken: what the team forbids would be allowed silently.
    #[error("{}", lines(broken))]
    Configuration {
        /// The broken files.
        broken: Vec<BrokenFile>,
    },
    /// A model on disk.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The repository.
    #[error(transparent)]
    Repository(#[from] ReviewError),
    /// The journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The adapters.
    #[error(transparent)]
    Adapters(#[from] StoreError),
    /// The notes.
    #[error(transparent)]
    Notes(#[from] NotesError),
    /// The records of skills.
    #[error(transparent)]
    Skills(#[from] SkillsError),
    /// The lines for which a skill does not hold.
    #[error(transparent)]
    Exceptions(#[from] ExceptionsError),
    /// The phrase cache.
    #[error(transparent)]
    Phrases(#[from] PhrasesError),
    /// Forgetting.
    #[error(transparent)]
    Forget(#[from] ForgetError),
    /// A file of the state.
    #[error(transparent)]
    State(#[from] StateError),
}

/// A configuration file that cannot be read at all.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{file}: {problem}")]
pub struct BrokenFile {
    /// The file, for people.
    pub file: String,
    /// What is wrong with it.
    #[source]
    pub problem: Arc<ConfigurationProblem>,
}

/// What is wrong with a configuration file.
#[derive(Debug, thiserror::Error)]
pub enum ConfigurationProblem {
    /// The file cannot be read, or is of a kind that must not be.
    #[error(transparent)]
    File(#[from] ReadError),
    /// The default branch cannot be read.
    #[error(transparent)]
    Repository(#[from] ReviewError),
    /// The file's content is not in this clone.
    #[error("this partial clone lacks it: run `git show {file}`")]
    NotFetched {
        /// The file, as git names it.
        file: String,
    },
    /// The file is no text.
    #[error("it is no UTF-8")]
    NoText,
    /// The file is no TOML.
    #[error("{}", shortened(.0.to_string().trim()))]
    Toml(#[from] toml::de::Error),
    /// A table whose every entry must be understood has another one.
    #[error("[{table}]: {}", shortened(&source.to_string()))]
    Table {
        /// The table.
        table: &'static str,
        /// What is wrong with it.
        source: serde_json::Error,
    },
}

/// Returns a line for each broken file, as if each were an error of its own.
fn lines(broken: &[BrokenFile]) -> String {
    broken.iter().map(ToString::to_string).collect::<Vec<_>>().join("\nhousestyle: ")
}
