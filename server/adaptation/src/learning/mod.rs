//! The input and the phrase cache of `housestyle learn`: texts and edits of git, the journal or a file of cases.

mod journal;
mod phrases;
mod texts;
mod weights;

use std::path::PathBuf;

use housestyle_complete::Settings;
use housestyle_complete::eval::Case;
use housestyle_workspace::{Progress, Workspace, history, root};

use crate::cases;
use crate::error::Error;
use crate::training::{self, TrainingEdits};
pub use phrases::{PhraseCacheReport, make};
pub use texts::{Text, Texts};
pub use weights::{fit, of_history};

/// The source of texts and edits to learn from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The files of the repository, and what its last commits wrote.
    Git,
    /// The accepted suggestions that survived, by the workspace's journal.
    Journal,
    /// Cases, as for `eval`.
    Cases(PathBuf),
}

/// What there is to learn from.
#[derive(Debug, Default)]
pub struct LearningData {
    /// The texts for phrases.
    pub texts: Texts,
    /// The edits for an adapter.
    pub edits: TrainingEdits,
    /// The cases that texts and edits come from; none where the source is no file of cases.
    pub cases: Vec<Case>,
}

/// Reads the edits of a source, without its texts.
///
/// # Errors
/// When the source cannot be read.
pub fn edits(
    workspace: &Workspace,
    source: &Source,
    settings: &Settings,
    bar: &mut dyn Progress,
) -> Result<TrainingEdits, Error> {
    match source {
        Source::Git => {
            let history = history::open(workspace.root(), settings, None)?;
            training::of_git(&history, &inside(workspace), bar)
        }
        Source::Journal | Source::Cases(_) => Ok(read(workspace, source, None, true, settings, bar)?.edits),
    }
}

/// Returns the workspace's folder in its repository, with a slash at its end; empty where it is all of it.
fn inside(workspace: &Workspace) -> String {
    // Paths are relative to the workspace, as for `complete`.
    let root = root::root_of(workspace.root());
    let inside = root::relative(&root, workspace.root());
    if inside.is_empty() { inside } else { inside + "/" }
}

/// Reads what there is to learn from: texts for phrases, and edits for an adapter where these are wanted. `since` names
/// the commit after which a history begins.
///
/// # Errors
/// When the source cannot be read, or teaches nothing.
pub fn read(
    workspace: &Workspace,
    source: &Source,
    since: Option<&str>,
    wants_edits: bool,
    settings: &Settings,
    bar: &mut dyn Progress,
) -> Result<LearningData, Error> {
    match source {
        Source::Git => {
            let history = history::open(workspace.root(), settings, since)?;
            let inside = inside(workspace);
            let texts = texts::of_git(&history, since, &inside, settings)?;
            // A long history takes a while to go through, and phrases do not ask for it.
            let edits = if wants_edits {
                training::of_git(&history, &inside, bar)?
            } else {
                TrainingEdits::default()
            };
            Ok(LearningData { texts, edits, cases: Vec::new() })
        }
        Source::Journal => journal::read(workspace, settings),
        Source::Cases(file) => {
            let cases = cases::required("--from", file)?;
            let texts = texts::of_cases(&cases, settings);
            Ok(LearningData { texts, edits: training::of_cases(&cases, settings), cases })
        }
    }
}
