//! The user's own git, for what needs the user's credentials, proxies and rules.

use std::process::{Command, Stdio};

use crate::context::Context;
use crate::failure::Failure;
use crate::output::visible;

/// Checks that a remote's name is one, and that the network is allowed.
///
/// # Errors
/// When it is not.
pub(crate) fn network(context: &Context, remote: &str) -> Result<(), Failure> {
    if remote.starts_with('-') || remote.is_empty() {
        return Err(Failure::Usage(format!("{remote:?} is no remote: see `git remote`")));
    }
    match context.global.offline {
        true => Err(Failure::Environment("--offline forbids the network, which that needs".to_owned())),
        false => Ok(()),
    }
}

/// Runs git in the workspace and returns what it printed.
///
/// # Errors
/// When git cannot be run, or fails; with what it said, without passwords.
pub(crate) fn run(context: &Context, arguments: &[&str]) -> Result<String, Failure> {
    context.verbose(|| format!("git {}", arguments.join(" ")));
    let output = Command::new("git")
        .args(arguments)
        .current_dir(&context.workspace)
        .stdin(Stdio::inherit()) // it may ask for a password
        .output()
        .map_err(|error| Failure::Environment(format!("git cannot be run: {error}; install it")))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(Failure::Environment(format!("git {} failed: {}", arguments[0], visible(&shown(said.trim())))))
}

/// Returns the address that a remote is pushed to, as the user's configuration rewrites it.
///
/// # Errors
/// When there is no such remote.
pub(crate) fn address(context: &Context, remote: &str) -> Result<String, Failure> {
    run(context, &["remote", "get-url", "--push", remote]).map_err(|failure| match failure {
        Failure::Environment(said) => {
            Failure::Usage(format!("there is no remote {remote:?} to push to ({said}): see `git remote`"))
        }
        other => other,
    })
}

/// Returns a text with the passwords in addresses taken out.
pub(crate) fn shown(text: &str) -> String {
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
    fn passwords_are_not_told() {
        let said = "fatal: unable to access 'https://ann:secret@x.org/o/r.git/': no";
        assert_eq!(shown(said), "fatal: unable to access 'https://x.org/o/r.git/': no");
        assert_eq!(shown("git@x.org:o/r and https://x.org/a@b"), "git@x.org:o/r and https://x.org/a@b");
    }
}
