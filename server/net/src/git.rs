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
    fn passwords_are_not_shown() {
        let stderr = "fatal: unable to access 'https://ann:secret@x.org/o/r.git/': no";
        assert_eq!(without_passwords(stderr), "fatal: unable to access 'https://x.org/o/r.git/': no");
        assert_eq!(
            without_passwords("git@x.org:o/r and https://x.org/a@b"),
            "git@x.org:o/r and https://x.org/a@b"
        );
    }
}
