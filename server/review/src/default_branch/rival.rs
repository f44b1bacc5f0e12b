//! Doubt about a remote's HEAD: teams rename `master` to `main`, and a clone from before that still names `master`.
//!
//! The other one of the two names proves nothing, as anybody may push a branch of that name. It only raises the question
//! which of the two the remote names today, and the remote's answer to `git remote set-head --auto` settles that question.

use git2::Repository;

use super::lookup;
use crate::error::{ReviewError, during};
use crate::unknown_default::UnknownDefault;

/// The names that teams give their default branch, and rename to each other.
const LIKELY: [&str; 2] = ["main", "master"];
/// The messages of the log of a remote's HEAD where git had asked the remote: `git remote set-head`, and `git fetch` where
/// there was no HEAD before.
const ASKED: [&[u8]; 2] = [b"remote set-head", b"fetch"];

/// Returns the reason to doubt that the branch `name` is still the default branch of a remote; `None` without a reason.
pub(super) fn of(
    repository: &Repository,
    remote: &str,
    name: &str,
) -> Result<Option<UnknownDefault>, ReviewError> {
    let Some(other) = LIKELY.into_iter().find(|likely| LIKELY.contains(&name) && *likely != name) else {
        return Ok(None);
    };
    let [head, rival] = ["HEAD", other].map(|name| format!("refs/remotes/{remote}/{name}"));
    if lookup(repository, &rival)?.is_none() || is_settled(repository, &head, &rival)? {
        return Ok(None);
    }
    let (remote, name) = (remote.to_owned(), name.to_owned());
    let is_logged = is_logged(repository);
    Ok(Some(UnknownDefault::Doubtful { remote, name, other: other.to_owned(), is_logged }))
}

/// Returns whether git asked the remote for its HEAD when the rival was here, or after.
///
/// The clone itself logs HEAD and no branch, so that a rival without a log came together with HEAD. Any other rival came
/// at the first entry of its log or before that. Entries expire, which can only raise the doubt again.
fn is_settled(repository: &Repository, head: &str, rival: &str) -> Result<bool, ReviewError> {
    let failed = during("read the log of the remote's HEAD");
    let has_log = |name: &str| repository.reference_has_log(name).map_err(&failed);
    if !is_logged(repository) || !has_log(head)? {
        return Ok(false);
    }
    if !has_log(rival)? {
        return Ok(true);
    }
    let (head, rival) =
        (repository.reflog(head).map_err(&failed)?, repository.reflog(rival).map_err(&failed)?);
    let asked = head.iter().filter(|entry| entry.message_bytes().is_some_and(|said| ASKED.contains(&said)));
    let asked = asked.map(|entry| entry.committer().when().seconds()).max();
    let came = rival.iter().next_back().map(|entry| entry.committer().when().seconds());
    Ok(asked.is_some() && came.is_some() && asked >= came)
}

/// Returns whether git logs the movements of references, which it does unless the user says otherwise.
fn is_logged(repository: &Repository) -> bool {
    let set = repository.config().and_then(|config| config.get_bool("core.logAllRefUpdates"));
    set.unwrap_or(true) // `always` is no boolean
}
