//! How a command ends when it does not end well, and the exit code that says so.

use std::process::ExitCode;

use housestyle_adaptation::Error as AdaptationError;
use housestyle_engine::EngineError;
use housestyle_journal::JournalError;
use housestyle_net::Error as NetError;
use housestyle_net::forge::ForgeError;
use housestyle_net::git::GitError;
use housestyle_net::models::PullError;
use housestyle_review::ReviewError;
use housestyle_train::TrainError;
use housestyle_train::format::FormatError;
use housestyle_workspace::adapters::{ImportError, StoreError};
use housestyle_workspace::display::visible;
use housestyle_workspace::forgetting::ForgetError;
use housestyle_workspace::models::ModelError;
use housestyle_workspace::notes::NotesError;
use housestyle_workspace::phrases::PhrasesError;
use housestyle_workspace::skills::exceptions::ExceptionsError;
use housestyle_workspace::skills::store::SkillsError;
use housestyle_workspace::{Error as WorkspaceError, StateError};

/// The failure of a command.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// A check was made and the answer is no. Exit code 1.
    #[error("{0}")]
    CheckSaidNo(String),
    /// The command line or a configuration file is wrong. Exit code 2.
    #[error("{0}")]
    Usage(String),
    /// Something outside is missing: a model, the network, disk space. Exit code 3.
    #[error("{0}")]
    Environment(String),
    /// The reader of our output has gone (`housestyle … | head`): nothing is left to say. Exit code 0.
    #[error("the reader of the output has gone")]
    OutputClosed,
}

impl Failure {
    /// Returns the failure of a check, whatever the error means elsewhere.
    pub(crate) fn check(error: impl std::error::Error) -> Failure {
        Failure::CheckSaidNo(error.to_string())
    }

    /// Returns the failure of something outside, whatever the error means elsewhere.
    pub(crate) fn environment(error: impl std::error::Error) -> Failure {
        Failure::Environment(error.to_string())
    }

    /// Returns the exit code: 1 check, 2 usage, 3 environment.
    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Failure::OutputClosed => 0,
            Failure::CheckSaidNo(_) => 1,
            Failure::Usage(_) => 2,
            Failure::Environment(_) => 3,
        })
    }

    /// Tells people on stderr; with `--json` the same as an object, so that scripts need not parse prose.
    pub(crate) fn report(&self, json: bool) {
        let message = match self {
            Failure::OutputClosed => return,
            Failure::CheckSaidNo(text) | Failure::Usage(text) | Failure::Environment(text) => text,
        };
        if message.is_empty() {
            return; // the command has printed its findings already
        }
        if json {
            eprintln!("{}", serde_json::json!({ "error": message }));
        } else {
            eprintln!("housestyle: {message}");
        }
    }
}

/// Turns an error on stdout into a failure; a closed pipe is no error.
impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Failure {
        if error.kind() == std::io::ErrorKind::BrokenPipe {
            Failure::OutputClosed
        } else {
            Failure::Environment(format!("writing the output failed: {error}"))
        }
    }
}

impl From<WorkspaceError> for Failure {
    fn from(error: WorkspaceError) -> Failure {
        let text = error.to_string();
        match error {
            WorkspaceError::Configuration { .. } | WorkspaceError::Model(ModelError::UnknownName { .. }) => {
                Failure::Usage(text)
            }
            WorkspaceError::Repository(error) if error.is_usage() => Failure::Usage(text),
            // What the program `git` said goes to a terminal.
            WorkspaceError::Repository(ReviewError::Clone { .. }) => Failure::Environment(visible(&text)),
            WorkspaceError::Adapters(error) => match error {
                StoreError::Unknown { .. }
                | StoreError::Ambiguous { .. }
                | StoreError::NeverActive { .. } => Failure::Usage(text),
                StoreError::File { .. } | StoreError::Busy { .. } => Failure::Environment(text),
                _ => Failure::CheckSaidNo(text),
            },
            WorkspaceError::Notes(error) => match error {
                NotesError::State(StateError::Damaged { .. }) => Failure::CheckSaidNo(text),
                NotesError::State(_) => Failure::Environment(text),
                _ => Failure::Usage(text),
            },
            WorkspaceError::Skills(SkillsError::Unknown { .. }) => Failure::Usage(text),
            WorkspaceError::Skills(SkillsError::State(StateError::Damaged { .. })) => {
                Failure::CheckSaidNo(text)
            }
            _ => Failure::Environment(text),
        }
    }
}

impl From<AdaptationError> for Failure {
    fn from(error: AdaptationError) -> Failure {
        let text = error.to_string();
        match error {
            AdaptationError::Workspace(error) => error.into(),
            AdaptationError::Flag { .. }
            | AdaptationError::Script { .. }
            | AdaptationError::Unsupported { .. }
            | AdaptationError::NothingLearned { .. }
            | AdaptationError::NoPhrases(_)
            | AdaptationError::NeedlessAdapter { .. }
            | AdaptationError::EmptyJournal => Failure::Usage(text),
            AdaptationError::TooFewEdits { .. }
            | AdaptationError::Budget { .. }
            | AdaptationError::AdapterMismatch(_)
            | AdaptationError::Format(_) => Failure::CheckSaidNo(text),
            _ => Failure::Environment(text),
        }
    }
}

impl From<NetError> for Failure {
    fn from(error: NetError) -> Failure {
        let text = error.to_string();
        match error {
            NetError::Forge(
                ForgeError::UnknownKind { .. } | ForgeError::Plain { .. } | ForgeError::NoForge { .. },
            )
            | NetError::Git(GitError::NotARemote { .. } | GitError::UnknownRemote { .. }) => {
                Failure::Usage(text)
            }
            NetError::Forge(ForgeError::Closed { .. }) => Failure::CheckSaidNo(text),
            _ => Failure::Environment(text),
        }
    }
}

impl From<FormatError> for Failure {
    fn from(error: FormatError) -> Failure {
        Failure::CheckSaidNo(error.to_string())
    }
}

impl From<ImportError> for Failure {
    fn from(error: ImportError) -> Failure {
        match error {
            ImportError::Format(error) => error.into(),
            error => Failure::Usage(error.to_string()),
        }
    }
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Failure {
        Failure::Environment(error.to_string())
    }
}

/// Errors of a crate's parts are errors of the crate.
macro_rules! parts {
    ($($part:ty => $whole:ty),+ $(,)?) => {
        $(impl From<$part> for Failure {
            fn from(error: $part) -> Failure {
                <$whole>::from(error).into()
            }
        })+
    };
}

parts!(
    ModelError => WorkspaceError,
    ReviewError => WorkspaceError,
    JournalError => WorkspaceError,
    StoreError => WorkspaceError,
    NotesError => WorkspaceError,
    SkillsError => WorkspaceError,
    ExceptionsError => WorkspaceError,
    PhrasesError => WorkspaceError,
    ForgetError => WorkspaceError,
    TrainError => AdaptationError,
    ForgeError => NetError,
    GitError => NetError,
    PullError => NetError,
);
