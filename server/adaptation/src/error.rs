//! Errors of back ends, training and replay.

use std::io;
use std::path::{Path, PathBuf};

use housestyle_complete::eval::{Arm, CaseError};
use housestyle_complete::generator::{GenerateError, Unsupported};
use housestyle_engine::EngineError;
use housestyle_learn::LearnError;
use housestyle_review::ReviewError;
use housestyle_train::TrainError;
use housestyle_train::format::FormatError;
use housestyle_workspace::adapters::StoreError;
use housestyle_workspace::models::ModelError;
use housestyle_workspace::notes::NotesError;
use housestyle_workspace::phrases::PhrasesError;
use housestyle_workspace::rescan::RescanError;
use housestyle_workspace::skills::store::SkillsError;
use housestyle_workspace::{JsonError, StateError};

/// An error of a back end, of training or of replay.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The workspace or its state.
    #[error(transparent)]
    Workspace(#[from] housestyle_workspace::Error),
    /// A file that a flag names holds no valid cases.
    #[error("{flag} {}: {problem}", path.display())]
    Flag {
        /// The flag.
        flag: &'static str,
        /// The file.
        path: PathBuf,
        /// The problem.
        problem: CasesProblem,
    },
    /// The file of a script is no valid script.
    #[error("--backend script:{}: {problem}", path.display())]
    Script {
        /// The file.
        path: PathBuf,
        /// The problem.
        problem: ScriptProblem,
    },
    /// The model cannot be opened or asked.
    #[error("model {name}: {source}")]
    Model {
        /// The model.
        name: String,
        /// The problem.
        source: ModelProblem,
    },
    /// The engine refuses something, such as an adapter.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// An adapter of the team does not fit the model.
    #[error(transparent)]
    AdapterMismatch(EngineError),
    /// The model failed at a case.
    #[error("case {name}: {source}")]
    Case {
        /// The case.
        name: String,
        /// What went wrong.
        source: GenerateError,
    },
    /// The model failed at the probability of the team's text.
    #[error("scoring {path}: {source}")]
    Score {
        /// The file of the text.
        path: String,
        /// What went wrong.
        source: GenerateError,
    },
    /// The model failed at the effect of a skill.
    #[error("measuring {skill}: {source}")]
    Measure {
        /// The skill.
        skill: String,
        /// What went wrong.
        source: GenerateError,
    },
    /// The starter adapter that comes with the program cannot be used.
    #[error("the starter adapter: {0}")]
    Starter(#[source] StarterProblem),
    /// The edits for the foreign control that come with the program cannot be read.
    #[error("the foreign control: {0}")]
    Control(#[source] ControlProblem),
    /// An arm needs something that the back end cannot do.
    #[error("arm `{}`: {why}: only {} can be run", arm.name(), independent_arms())]
    Unsupported {
        /// The arm.
        arm: Arm,
        /// The reason.
        why: Unsupported,
    },
    /// An arm needs something that was not learned.
    #[error("arm `{}`: {problem}", arm.name())]
    NothingLearned {
        /// The arm.
        arm: Arm,
        /// The problem and the remedy.
        problem: &'static str,
    },
    /// An arm needs phrases that cannot be used.
    #[error("arm `phrases`: {0}")]
    NoPhrases(#[source] PhrasesError),
    /// Phrases may hold secrets, and so cannot be used.
    #[error("the team's phrases cannot be scanned for secrets: {0}")]
    PhraseScan(#[source] Box<RescanError>),
    /// An adapter was named for arms that have none.
    #[error("--adapter {id}: it takes part in arms `adapter` and `all` alone")]
    NeedlessAdapter {
        /// The adapter.
        id: String,
    },
    /// The journal teaches nothing yet.
    #[error(
        "--from journal: no accepted suggestion of this workspace has survived its later check yet (`housestyle journal \
         stats`): learn from `git` or a file"
    )]
    EmptyJournal,
    /// There are too few edits to train on.
    #[error("{edits} edits are too few to train an adapter on: at least {least} are needed")]
    TooFewEdits {
        /// How many there are.
        edits: usize,
        /// How many are needed.
        least: usize,
    },
    /// The budget is too small.
    #[error(
        "the budget leaves time for {edits} edits beside the gate's {gate_seconds:.0} s, and {least} are the least: \
         give it {minutes:.0} minutes or more"
    )]
    Budget {
        /// Edits that there is time for.
        edits: usize,
        /// How many are needed.
        least: usize,
        /// Seconds that the gate needs.
        gate_seconds: f64,
        /// Minutes that would be enough.
        minutes: f64,
    },
    /// Another process trains in the workspace.
    #[error(
        "another `housestyle learn` is training in this workspace: wait for it, or stop it; what it has learned so far \
         is kept"
    )]
    Training,
    /// Training failed.
    #[error(transparent)]
    Train(#[from] TrainError),
    /// An adapter's file cannot be written or read.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// A document cannot be written as JSON.
    #[error("writing the output failed: {0}")]
    Json(#[from] serde_json::Error),
    /// The weights of phrases cannot be fitted.
    #[error("fitting how much phrases count: {0}")]
    PhraseFit(#[source] EngineError),
    /// A phrase cache has no room.
    #[error(transparent)]
    Learn(#[from] LearnError),
    /// A file cannot be written.
    #[error("writing {} failed: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file of the workspace's state cannot be written or locked.
    #[error("{}: {source}", path.display())]
    State {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
}

/// Why a file gives no cases.
#[derive(Debug, thiserror::Error)]
pub enum CasesProblem {
    /// The file cannot be read.
    #[error(transparent)]
    File(#[from] io::Error),
    /// A line is no case.
    #[error(transparent)]
    Case(#[from] CaseError),
    /// The file has no case.
    #[error("there is no case in it")]
    NoCase,
    /// The repository or file has no text.
    #[error("there is no text in it")]
    NoText,
}

/// Why a file is no script.
#[derive(Debug, thiserror::Error)]
pub enum ScriptProblem {
    /// The file cannot be read.
    #[error(transparent)]
    File(#[from] io::Error),
    /// A line is no answer.
    #[error(transparent)]
    Answer(#[from] JsonError),
    /// The file has no answer.
    #[error("there is no answer in it")]
    NoAnswer,
}

/// Why the edits that come with the program cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ControlProblem {
    /// The archive is damaged.
    #[error(transparent)]
    Archive(#[from] zip::result::ZipError),
    /// The archive's text cannot be read.
    #[error(transparent)]
    Text(#[from] io::Error),
    /// A line is no case.
    #[error(transparent)]
    Case(#[from] CaseError),
}

/// Why a model cannot be opened or asked.
#[derive(Debug, thiserror::Error)]
pub enum ModelProblem {
    /// The engine refuses the file.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The model failed.
    #[error(transparent)]
    Generate(#[from] GenerateError),
    /// It fills no holes.
    #[error(
        "its fill-in-the-middle markers do not work (it wrote {written:?} where {expected:?} belongs): use a model of the \
         catalogue, see `housestyle model list`"
    )]
    Markers {
        /// The text that the model wrote.
        written: String,
        /// The expected text.
        expected: &'static str,
    },
}

/// Why the starter adapter cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StarterProblem {
    /// Its file is damaged.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// It does not fit the model.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl Error {
    /// Returns how a failed write of a file becomes an error.
    pub(crate) fn write(path: &Path) -> impl FnOnce(io::Error) -> Error {
        move |source| Error::Write { path: path.to_path_buf(), source }
    }

    /// Returns how a failed operation on a file of the workspace's state becomes an error.
    pub(crate) fn state(path: &Path) -> impl FnOnce(io::Error) -> Error {
        move |source| Error::State { path: path.to_path_buf(), source }
    }
}

/// Returns the arms that every back end runs, for people.
fn independent_arms() -> String {
    let names: Vec<String> = Arm::LIST
        .iter()
        .filter(|arm| arm.needs().is_none() && **arm != Arm::All)
        .map(|arm| format!("`{}`", arm.name()))
        .collect();
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => names.concat(),
    }
}

/// Errors of the workspace are errors here.
macro_rules! of_workspace {
    ($($error:ty),+) => {
        $(impl From<$error> for Error {
            fn from(error: $error) -> Error {
                Error::Workspace(error.into())
            }
        })+
    };
}

impl From<RescanError> for Error {
    fn from(error: RescanError) -> Error {
        Error::PhraseScan(Box::new(error))
    }
}

of_workspace!(ModelError, StoreError, NotesError, SkillsError, ReviewError, PhrasesError, StateError);
