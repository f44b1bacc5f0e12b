//! The check that this clone and its remotes agree on the default branch. Commands that speak with the remote anyway make it.

use std::path::Path;

use housestyle_net::git;
use housestyle_review::{DefaultBranch, default_branch, recorded_head};

use crate::failure::Failure;
use crate::invocation::Invocation;
use crate::output::visible;

/// Checks that a remote's HEAD names the branch that this clone takes for the default branch, and so does the HEAD of the
/// remote whose default branch approves, where that is another remote.
///
/// # Errors
/// When the HEAD of one of them names another branch or none, or that remote cannot be asked.
pub(crate) fn check(invocation: &Invocation, remote: &str) -> Result<(), Failure> {
    let root = invocation.workspace.root();
    check_remote(root, remote)?;
    match default_branch(root)? {
        DefaultBranch::Known(branch) if branch.remote.as_deref() != Some(remote) => {
            branch.remote.map_or(Ok(()), |team| check_remote(root, &team))
        }
        _ => Ok(()),
    }
}

/// Checks one remote. Where this clone takes no branch for its default branch, nothing is approved by it, and there is
/// nothing to check.
fn check_remote(root: &Path, remote: &str) -> Result<(), Failure> {
    let Some(here) = recorded_head(root, remote)? else { return Ok(()) };
    let there = git::head(root, remote)?;
    if there.as_deref() == Some(here.as_str()) {
        return Ok(());
    }
    let said = match there {
        Some(there) => format!(
            "the default branch of {remote} is {there}, and here it is {here}: run `git remote set-head {remote} --auto`"
        ),
        None => format!(
            "{remote} names no default branch, and here it is {here}: set the default branch at {remote}, then run \
             `git remote set-head {remote} --auto`"
        ),
    };
    Err(Failure::CheckSaidNo(visible(&said)))
}
