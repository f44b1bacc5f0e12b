//! What can go wrong with a workspace and its state.

use housestyle_journal::JournalError;
use housestyle_review::ReviewError;

use crate::adapters::StoreError;
use crate::forgetting::ForgetError;
use crate::models::ModelError;
use crate::notes::NotesError;
use crate::phrases::PhrasesError;
use crate::skills::exceptions::ExceptionsError;
use crate::skills::store::SkillsError;

/// What can go wrong with a workspace and its state.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A configuration file is broken: what the team forbids would be allowed silently.
    #[error("{}", problems.join("\nhousestyle: "))]
    Configuration {
        /// Each broken file with its problem.
        problems: Vec<String>,
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
}
