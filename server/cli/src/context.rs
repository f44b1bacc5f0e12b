//! What every command knows: the global flags, the workspace, the user's folders.

use std::path::PathBuf;

use crate::args::Global;
use crate::failure::Failure;
use crate::home::Home;
use crate::workspace;

/// What every command knows.
#[derive(Debug, Clone)]
pub(crate) struct Context {
    /// The global flags as given.
    pub(crate) global: Global,
    /// The workspace, absolute.
    pub(crate) workspace: PathBuf,
    /// The user's folders.
    pub(crate) home: Home,
    /// Threads for the model's arithmetic; 0 leaves the choice to the engine.
    pub(crate) threads: usize,
}

impl Context {
    /// Finds the workspace and the user's folders.
    ///
    /// # Errors
    /// When `--workspace` names no folder, or the user has no home.
    pub(crate) fn new(global: Global) -> Result<Context, Failure> {
        let workspace = match &global.workspace {
            Some(folder) if !folder.is_dir() => {
                return Err(Failure::Usage(format!(
                    "--workspace {}: there is no such folder",
                    folder.display()
                )));
            }
            Some(folder) => absolute(folder)?,
            None => workspace::root_of(&absolute(std::path::Path::new("."))?),
        };
        let home = Home::of_user().ok_or_else(|| {
            Failure::Environment(
                "no home folder is known: set HOUSESTYLE_HOME to a folder of yours".to_owned(),
            )
        })?;
        Ok(Context { global, workspace, home, threads: 0 })
    }

    /// Writes a line on stderr when `-v` was given.
    pub(crate) fn verbose(&self, line: impl FnOnce() -> String) {
        if self.global.verbose > 0 {
            eprintln!("housestyle: {}", line());
        }
    }
}

fn absolute(path: &std::path::Path) -> Result<PathBuf, Failure> {
    std::path::absolute(path)
        .map(|path| path.components().collect()) // drops `.` parts
        .map_err(|error| Failure::Environment(format!("the working directory cannot be read: {error}")))
}
