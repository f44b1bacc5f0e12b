//! The user's own git, for what needs the user's credentials, proxies and rules.

use std::path::Path;
use std::process::{Command, Stdio};

use housestyle_workspace::display::visible;
use housestyle_workspace::notice;

/// Why the user's git failed.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// The text is no name of a remote.
    #[error("{remote:?} is no remote: see `git remote`")]
    NotARemote {
        /// The name.
        remote: String,
    },
    /// The network may not be used.
    #[error("--offline forbids the network, which that needs")]
    Offline,
    /// There is no such remote.
    #[error("there is no remote {remote:?} to push to ({problem}): see `git remote`")]
    UnknownRemote {
        /// The name.
        remote: String,
        /// Why.
        problem: Box<GitError>,
    },
    /// Git cannot be started.
    #[error("git cannot be run: {0}; install it")]
    NotRun(#[source] std::io::Error),
    /// Git failed.
    #[error("git {command} failed: {stderr}")]
    Failed {
        /// The subcommand.
        command: String,
        /// Its error output, without passwords.
        stderr: String,
    },
}

/// Checks that a text is a remote's name, and that the network may be used.
///
/// # Errors
/// When it is none, or the network may not be used.
pub fn network(remote: &str, offline: bool) -> Result<(), GitError> {
    if remote.starts_with('-') || remote.is_empty() {
        return Err(GitError::NotARemote { remote: remote.to_owned() });
    }
    if offline { Err(GitError::Offline) } else { Ok(()) }
}

/// Runs git in the work tree at `root` and returns what it printed. It may ask for a password at the terminal.
///
/// # Errors
/// When git cannot be run, or fails.
pub fn run(root: &Path, arguments: &[&str]) -> Result<String, GitError> {
    notice::detail(format_args!("git {}", arguments.join(" ")));
    let output = Command::new("git")
        .args(arguments)
        .current_dir(root)
        .stdin(Stdio::inherit()) // it may ask for a password
        .output()
        .map_err(GitError::NotRun)?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned());
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    Err(GitError::Failed {
        command: arguments[0].to_owned(),
        stderr: visible(&without_passwords(stderr.trim())),
    })
}

/// Returns the address that a remote is pushed to, as the user's configuration rewrites it.
///
/// # Errors
/// When there is no such remote.
pub fn address(root: &Path, remote: &str) -> Result<String, GitError> {
    run(root, &["remote", "get-url", "--push", remote])
        .map_err(|error| GitError::UnknownRemote { remote: remote.to_owned(), problem: Box::new(error) })
}

/// Asks a remote for its default branch. Returns the branch's name; `None` where the remote's HEAD names no branch.
///
/// # Errors
/// When the remote cannot be asked.
pub fn head(root: &Path, remote: &str) -> Result<Option<String>, GitError> {
    Ok(branch_of_head(&run(root, &["ls-remote", "--symref", remote, "HEAD"])?))
}

/// Returns the branch that HEAD names in an answer of `git ls-remote --symref`, which also lists branches named `HEAD`.
fn branch_of_head(answer: &str) -> Option<String> {
    let mut names =
        answer.lines().filter_map(|line| line.strip_prefix("ref: refs/heads/")?.strip_suffix("\tHEAD"));
    names.next().map(str::to_owned)
}

/// Returns a text with the passwords in addresses taken out.
pub(crate) fn without_passwords(text: &str) -> String {
    let mut parts = text.split("://");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(['/', ' ', '\'', '\n']).unwrap_or(part.len());
        let rest = part[..end].rfind('@').map_or(part, |at| &part[at + 1..]);
        out.push_str("://");
        out.push_str(rest);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_remotes_head_names_its_default_branch() {
        let id = "e13fd7ba5028cacf52b9baef2d75f85bf37927d2";
        let check = |answer: &str, expected| assert_eq!(branch_of_head(answer).as_deref(), expected);
        check(&format!("ref: refs/heads/a/b\tHEAD\n{id}\tHEAD"), Some("a/b"));
        check(&format!("ref: refs/heads/evil\trefs/heads/HEAD\n{id}\trefs/heads/HEAD"), None);
        check(&format!("{id}\tHEAD\n{id}\trefs/heads/HEAD"), None);
        check("", None);
    }

    #[test]
    fn passwords_are_not_shown() {
        let stderr = "fatal: unable to access 'https://ann:secret@x.org/o/r.git/': no";
        assert_eq!(without_passwords(stderr), "fatal: unable to access 'https://x.org/o/r.git/': no");
        assert_eq!(
            without_passwords("git@x.org:o/r and https://x.org/a@b"),
            "git@x.org:o/r and https://x.org/a@b"
        );
    }
}
