//! A bare clone of a repository in which a proposal can be tried.

use std::path::Path;
use std::process::Command;

use git2::{Config, ConfigLevel, Repository};

use crate::error::ReviewError;
use crate::history::discover;
use crate::identity::identity;

/// The branch of a clone whose HEAD was at a commit alone.
const DETACHED: &str = "detached";
/// Who commits in a clone where git does not know the user.
const NOBODY: (&str, &str) = ("You", "you@example.com");

/// Clones the repository that holds `folder` into `clone`, bare, with a configuration of the clone's own: the user's
/// name and address, no signing, no hooks. A proposal in the clone runs nothing of the user's, and departs from the branch
/// at the user's HEAD.
///
/// The folder `clone` must not exist yet, its parent must.
///
/// # Errors
/// When there is no repository, the program `git` is missing or refuses, or the configuration cannot be written.
pub fn clone_bare(folder: &Path, clone: &Path) -> Result<(), ReviewError> {
    let from = discover(folder)?;
    // The program and not libgit2: it knows every kind of repository that the user has, such as one with borrowed objects.
    let mut git = Command::new("git");
    git.args(["clone", "--quiet", "--bare", "--"]).arg(from.commondir()).arg(clone);
    let output = git.output().map_err(ReviewError::NoGit)?;
    if !output.status.success() {
        let said = match String::from_utf8_lossy(&output.stderr).trim() {
            "" => output.status.to_string(),
            said => said.to_owned(),
        };
        return Err(ReviewError::Clone { from: from.commondir().to_path_buf(), said });
    }
    let (name, email) = identity(folder, true).unwrap_or_else(|_| (NOBODY.0.to_owned(), NOBODY.1.to_owned()));
    configure(clone, &name, &email)
        .map_err(|source| ReviewError::CloneConfiguration { clone: clone.to_path_buf(), source })
}

fn configure(clone: &Path, name: &str, email: &str) -> Result<(), git2::Error> {
    let repository = Repository::open(clone)?;
    if repository.head_detached()? {
        repository.branch(DETACHED, &repository.head()?.peel_to_commit()?, false)?;
        repository.set_head(&format!("refs/heads/{DETACHED}"))?;
    }
    let mut config: Config = repository.config()?.open_level(ConfigLevel::Local)?;
    config.set_str("user.name", name)?;
    config.set_str("user.email", email)?;
    config.set_bool("commit.gpgsign", false)?;
    config.set_str("core.hooksPath", "no-hooks")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::{Proposal, propose};

    fn git(folder: &Path, arguments: &[&str]) {
        let output = Command::new("git").args(arguments).current_dir(folder).output().expect("git runs");
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    #[test]
    fn a_clone_has_the_users_name_and_neither_hooks_nor_key() {
        let folder = tempfile::tempdir().expect("a folder");
        let (work, clone) = (folder.path().join("work"), folder.path().join("clone.git"));
        fs::create_dir_all(work.join("deep")).expect("folders");
        git(&work, &["init", "--quiet", "--initial-branch", "main"]);
        for (name, value) in [
            ("user.name", "Pat Proposer"),
            ("user.email", "pat@example.com"),
            ("commit.gpgsign", "true"),
            ("gpg.program", "/nowhere/gpg"),
            ("core.hooksPath", "/nowhere"),
        ] {
            git(&work, &["config", name, value]);
        }
        git(&work, &["commit", "--quiet", "--no-gpg-sign", "--allow-empty", "--message", "Begin"]);

        clone_bare(&work.join("deep"), &clone).expect("cloned");
        assert_eq!(identity(&clone, true).expect("known"), ("Pat Proposer".into(), "pat@example.com".into()));
        let files = [("a.txt".to_owned(), b"a".to_vec())];
        let proposal = Proposal { name: "x", subject: "x", files: &files, message: "Propose x" };
        let made = propose(&clone, &proposal).expect("it needs no key and runs no hook");
        let own = Repository::open(&work).expect("a repository");
        assert!(
            own.find_reference(&format!("refs/heads/{}", made.branch)).is_err(),
            "the original is as it was"
        );

        git(&work, &["checkout", "--quiet", "--detach"]);
        let set = ["-c", "user.name=Pat", "-c", "user.email=pat@example.com"];
        let commit = ["commit", "--quiet", "--no-gpg-sign", "--allow-empty", "--message", "Alone"];
        git(&work, &[&set[..], &commit[..]].concat());
        let detached = folder.path().join("detached.git");
        clone_bare(&work, &detached).expect("cloned");
        propose(&detached, &proposal).expect("it departs from HEAD");

        let again = clone_bare(&work, &clone).expect_err("it is there");
        assert!(matches!(&again, ReviewError::Clone { said, .. } if said.contains("clone.git")), "{again}");
        let nowhere = tempfile::tempdir().expect("a folder");
        let error = clone_bare(nowhere.path(), &nowhere.path().join("c")).expect_err("no repository");
        assert!(error.is_usage(), "{error}");
    }
}
