//! The name and address under which the user commits, as git says them.

use std::env;
use std::path::{Path, PathBuf};

use git2::{Repository, Signature, Time};

use crate::ask::{AskError, ask};
use crate::error::ReviewError;
use crate::repository::{home, open};

/// Whose name and address are asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Person {
    /// The author of a commit.
    Author,
    /// The committer of a commit.
    Committer,
}

/// Returns the name and address under which the user commits: by git where it may be asked, else by libgit2.
///
/// # Errors
/// When there is no repository, or git knows neither.
pub fn identity(path: &Path, may_ask: bool) -> Result<(String, String), ReviewError> {
    let signature = match open(path) {
        Ok(repository) if may_ask => signature(&repository, Person::Author)?,
        Ok(repository) => by_libgit2(&repository, Person::Author)?,
        // Git may know the user in a repository that libgit2 cannot read.
        Err(error @ ReviewError::Unreadable(_)) if may_ask => {
            by_git(&top(path), Person::Author)?.ok_or(error)?
        }
        Err(error) => return Err(error),
    };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ok((text(signature.name_bytes()), text(signature.email_bytes())))
}

/// Returns the user as the author or committer of a commit that is made now.
///
/// # Errors
/// When git does not know the user, or does not answer.
pub(crate) fn signature(repository: &Repository, person: Person) -> Result<Signature<'static>, ReviewError> {
    match by_git(home(repository), person)? {
        Some(found) => Ok(found),
        None => by_libgit2(repository, person),
    }
}

fn by_libgit2(repository: &Repository, person: Person) -> Result<Signature<'static>, ReviewError> {
    let found = match person {
        Person::Author => repository.author_from_env(),
        Person::Committer => repository.committer_from_env(),
    };
    found.map_err(|_| ReviewError::NoIdentity)
}

/// Returns the folder at or above `path` that holds `.git`, else `path`.
fn top(path: &Path) -> PathBuf {
    path.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(path).to_path_buf()
}

/// Asks git; nothing where git is not on the machine.
fn by_git(folder: &Path, person: Person) -> Result<Option<Signature<'static>>, ReviewError> {
    let variable = match person {
        Person::Author => "GIT_AUTHOR_IDENT",
        Person::Committer => "GIT_COMMITTER_IDENT",
    };
    // Without that setting git makes an address of the machine's name, which tells nobody who the user is.
    let told_only = ["-c", "user.useConfigOnly=true"];
    let set = if env::var_os("EMAIL").is_none() { &told_only[..] } else { &[] };
    match ask(folder, &[set, &["var", variable]].concat()) {
        Ok(answer) if answer.code == Some(0) => {
            parsed(&String::from_utf8_lossy(&answer.output)).map(Some).ok_or(ReviewError::NoIdentity)
        }
        Ok(answer) => {
            let unknown = ["auto-detect", "ident name", "name consists"];
            Err(match unknown.iter().any(|words| answer.errors.contains(words)) {
                true => ReviewError::NoIdentity,
                false => ReviewError::Asked(answer.refused("var")),
            })
        }
        Err(AskError::NotInstalled) => Ok(None),
        Err(error) => Err(ReviewError::Asked(error)),
    }
}

/// Reads `Name <address> seconds zone`.
fn parsed(line: &str) -> Option<Signature<'static>> {
    let (who, when) = line.trim().rsplit_once("> ")?;
    let (name, email) = who.split_once(" <")?;
    let (seconds, zone) = when.split_once(' ')?;
    let (sign, digits) = zone.split_at_checked(1)?;
    let digits: i32 = digits.parse().ok()?;
    let minutes = digits / 100 * 60 + digits % 100;
    let offset = if sign == "-" { -minutes } else { minutes };
    Signature::new(name, email, &Time::new(seconds.parse().ok()?, offset)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_is_read_with_its_time() {
        let found = parsed("Ann O. Ther <ann@work.example> 1700000000 -0330\n").expect("an identity");
        assert_eq!((found.name().ok(), found.email().ok()), (Some("Ann O. Ther"), Some("ann@work.example")));
        assert_eq!((found.when().seconds(), found.when().offset_minutes()), (1_700_000_000, -210));
        for line in ["", "Ann", "Ann <a@b> x +0000", "Ann <a@b> 1", "Ann <a@b> 1 é"] {
            assert!(parsed(line).is_none(), "{line}");
        }
    }
}
