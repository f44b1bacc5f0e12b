//! One run of the program: the global flags and the workspace. Every command gets it.

use std::path::{Path, PathBuf};

use housestyle_adaptation::backend::Setup;
use housestyle_workspace::models::Model;
use housestyle_workspace::{Home, Workspace, notice, root};

use crate::args::Global;
use crate::failure::Failure;
use crate::log::{Log, VARIABLE};

/// The global flags and the workspace of one run of the program.
#[derive(Debug, Clone)]
pub(crate) struct Invocation {
    /// The global flags as given.
    pub(crate) flags: Global,
    /// The workspace; its root is absolute.
    pub(crate) workspace: Workspace,
}

impl Invocation {
    /// Finds the workspace and the user's folders.
    ///
    /// # Errors
    /// When `--workspace` names no folder, the user has no home, or the state is a link or somebody else's.
    pub(crate) fn new(flags: Global) -> Result<Invocation, Failure> {
        let root = match &flags.workspace {
            Some(folder) if !folder.is_dir() => {
                return Err(Failure::Usage(format!(
                    "--workspace {}: there is no such folder",
                    folder.display()
                )));
            }
            Some(folder) => absolute(folder)?,
            None => root::root_of(&absolute(Path::new("."))?),
        };
        let home = Home::of_user().ok_or_else(|| {
            Failure::Environment(
                "no home folder is known: set HOUSESTYLE_HOME to a folder of yours".to_owned(),
            )
        })?;
        home.check_state()
            .map_err(|error| Failure::Environment(format!("{}: {error}", home.state.display())))?;
        Ok(Invocation { flags, workspace: Workspace::new(root, home) })
    }

    /// Returns the model that the flags name, else the default one.
    ///
    /// # Errors
    /// When no model has that name.
    pub(crate) fn model(&self) -> Result<Model, Failure> {
        Ok(Model::named(self.flags.model.as_deref())?)
    }

    /// Returns the log that the flags and the environment ask for.
    ///
    /// # Errors
    /// When the environment names no level.
    pub(crate) fn log(&self) -> Result<Option<Log>, Failure> {
        let variable = std::env::var_os(VARIABLE).map(|value| value.to_string_lossy().into_owned());
        Log::asked(self.flags.log.as_deref(), variable.as_deref(), &self.workspace).map_err(Failure::Usage)
    }

    /// Returns the workspace and the model that a back end is opened for; the engine chooses the threads.
    pub(crate) fn setup(&self) -> Setup {
        Setup { workspace: self.workspace.clone(), model: self.flags.model.clone(), threads: 0 }
    }

    /// Shows a detail to a person who asked for details (`-v`).
    pub(crate) fn verbose(&self, line: impl FnOnce() -> String) {
        if self.flags.verbose > 0 {
            notice::detail(line());
        }
    }
}

fn absolute(path: &Path) -> Result<PathBuf, Failure> {
    std::path::absolute(path)
        .map(|path| path.components().collect()) // drops `.` parts
        .map_err(|error| Failure::Environment(format!("the working directory cannot be read: {error}")))
}
