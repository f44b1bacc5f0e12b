//! Which branch is the team's: what is merged there is approved.

use git2::{Commit, Repository};

use crate::propose::{ProposeError, during};

/// Returns the default branch with its newest commit; `None` where none can be told.
///
/// It is what the remote says it is, as of the last fetch; without a remote, the branch that git would begin
/// with. HEAD does not count: it may stand on the very branch that is proposed.
pub(crate) fn default_branch(repository: &Repository) -> Result<Option<(String, Commit<'_>)>, ProposeError> {
    let mut names = vec!["refs/remotes/origin/HEAD".to_owned()];
    names.extend(["main", "master"].map(|name| format!("refs/remotes/origin/{name}")));
    let config = repository.config().map_err(during("read git's configuration"))?;
    names.extend(config.get_string("init.defaultBranch").ok().map(|name| format!("refs/heads/{name}")));
    names.extend(["main", "master"].map(|name| format!("refs/heads/{name}")));
    for name in names {
        let Ok(reference) = repository.find_reference(&name) else { continue };
        let Ok(reference) = reference.resolve() else { continue }; // a remote HEAD may name a branch that has gone
        let commit = reference.peel_to_commit().map_err(during("read the default branch"))?;
        let name = String::from_utf8_lossy(reference.name_bytes()).into_owned();
        return Ok(Some((name, commit)));
    }
    Ok(None)
}
