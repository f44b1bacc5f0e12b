//! Who the user is in a workspace.

use housestyle_complete::Settings;
use housestyle_review::ReviewError;

use crate::configuration::Configuration;
use crate::workspace::Workspace;

/// Returns the name and address under which the user commits. Git is asked where the workspace is trusted, else libgit2.
///
/// # Errors
/// When there is no repository, or git knows neither.
pub fn identity(workspace: &Workspace) -> Result<(String, String), ReviewError> {
    let is_trusted = Settings::of(&Configuration::load(workspace).source).trusted;
    housestyle_review::identity(workspace.root(), is_trusted)
}
