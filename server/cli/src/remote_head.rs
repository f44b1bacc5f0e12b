//! The check that this clone and a remote agree on the default branch. Commands that speak with the remote anyway make it.

use housestyle_net::git;
use housestyle_review::recorded_head;

use crate::failure::Failure;
use crate::invocation::Invocation;
use crate::output::visible;

/// Checks that the remote's HEAD names the branch that this clone takes for the default branch. A clone that takes none for
/// it approves nothing, so there is nothing to check.
///
/// # Errors
/// When the remote's HEAD names another branch or none, or the remote cannot be asked.
pub(crate) fn check(invocation: &Invocation, remote: &str) -> Result<(), Failure> {
    let root = invocation.workspace.root();
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
