//! Why a forge could not be asked, or said no.

use super::hosts::Kind;

/// Why a forge could not be asked, or said no.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ForgeError {
    /// The remote is a folder, or has no host.
    #[error(
        "remote {remote} is {address}, which is no forge: the pushed branch is the proposal; tell your reviewers"
    )]
    NoForge { remote: String, address: String },
    /// Nothing tells what runs there.
    #[error(
        "nothing tells which forge runs at {host}: add to {config}\n  [forge.\"{host}\"]\n  kind = \"github\"  # or \
         \"gitlab\", \"gitea\", \"forgejo\""
    )]
    UnknownKind { host: String, config: String },
    /// The token would be sent readable for everybody on the way.
    #[error("{host} is spoken to without TLS, which would show your token: use an https:// or ssh remote")]
    Plain { host: String },
    /// There is no token.
    #[error("no token for {host}: set {variables}, or log in with `{tool}`")]
    NoToken { host: String, variables: String, tool: &'static str },
    /// There is a token, and nothing says that it is for that host.
    #[error(
        "{variable} is set, but nothing says that it is for {host}, and it goes nowhere else: log in with `{tool}`, or \
         add [forge.\"{host}\"] kind = \"{kind}\" to {config}"
    )]
    Foreign { variable: &'static str, host: String, tool: &'static str, kind: Kind, config: String },
    /// It cannot be reached.
    #[error(
        "{host} cannot be reached: {problem}; the branch is pushed, `--open` again once there is a network"
    )]
    Unreachable { host: String, problem: String },
    /// The token is wrong.
    #[error("{host} does not accept the token from {source_of_token} (401): {said}; make a new one")]
    Unauthorized { host: String, source_of_token: String, said: String },
    /// The token may not do that.
    #[error(
        "{host} forbids it (403): {said}; the token from {source_of_token} needs the right to write pull requests"
    )]
    Forbidden { host: String, source_of_token: String, said: String },
    /// There is nothing, or the token does not see it.
    #[error("{host} has no {what} (404), or the token from {source_of_token} may not see it")]
    NotFound { host: String, source_of_token: String, what: String },
    /// The repository was renamed.
    #[error("{host} says that {what} has moved: set the remote's new address with `git remote set-url`")]
    Moved { host: String, what: String },
    /// It refuses what was sent.
    #[error("{host} refuses the pull request ({status}): {said}")]
    Refused { host: String, status: u16, said: String },
    /// It answers something else.
    #[error("{host} answered {status}: {said}")]
    Answer { host: String, status: u16, said: String },
    /// People closed the pull request without merging it.
    #[error("{url} was closed without a merge: somebody did not want it; `--again` opens another one")]
    Closed { url: String },
}
