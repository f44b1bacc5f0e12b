//! Why a forge could not be asked, or said no.

use housestyle_workspace::forges::Kind;

/// Why a forge could not be asked, or said no.
#[derive(Debug, thiserror::Error)]
pub enum ForgeError {
    /// The remote is a folder, or has no host.
    #[error(
        "remote {remote} is {address}, which is no forge: the pushed branch is the proposal; tell your reviewers"
    )]
    NoForge {
        /// The name of the remote.
        remote: String,
        /// Its address.
        address: String,
    },
    /// The kind of forge is unknown.
    #[error(
        "nothing tells which forge runs at {host}: add to {config}\n  [forge.\"{host}\"]\n  kind = \"github\"  # or \
         \"gitlab\", \"gitea\", \"forgejo\""
    )]
    UnknownKind {
        /// The host.
        host: String,
        /// The user's own configuration file.
        config: String,
    },
    /// The token would be sent readable for everybody on the way.
    #[error("{host} is spoken to without TLS, which would show your token: use an https:// or ssh remote")]
    Plain {
        /// The host.
        host: String,
    },
    /// There is no token.
    #[error("no token for {host}: set {variables}, or log in with `{tool}`")]
    NoToken {
        /// The host.
        host: String,
        /// The variables of the environment that may hold one.
        variables: String,
        /// The command that logs in with the forge's own tool.
        tool: &'static str,
    },
    /// There is a token, and nothing says that it is for that host.
    #[error(
        "{variable} is set, but nothing says that it is for {host}, and it goes nowhere else: log in with `{tool}`, or \
         add [forge.\"{host}\"] kind = \"{kind}\" to {config}"
    )]
    Foreign {
        /// The variable of the environment that holds the token.
        variable: &'static str,
        /// The host.
        host: String,
        /// The command that logs in with the forge's own tool.
        tool: &'static str,
        /// The kind of forge.
        kind: Kind,
        /// The user's own configuration file.
        config: String,
    },
    /// It cannot be reached.
    #[error(
        "{host} cannot be reached: {source}; the branch is pushed, `--open` again once there is a network"
    )]
    Unreachable {
        /// The host.
        host: String,
        /// What went wrong with the request.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The token is wrong.
    #[error("{host} does not accept the token from {source_of_token} (401): {message}; make a new one")]
    Unauthorized {
        /// The host.
        host: String,
        /// Where the token came from.
        source_of_token: String,
        /// The forge's message.
        message: String,
    },
    /// The token may not do that.
    #[error(
        "{host} forbids it (403): {message}; the token from {source_of_token} needs the right to write pull requests"
    )]
    Forbidden {
        /// The host.
        host: String,
        /// Where the token came from.
        source_of_token: String,
        /// The forge's message.
        message: String,
    },
    /// There is nothing, or the token does not see it.
    #[error("{host} has no {what} (404), or the token from {source_of_token} may not see it")]
    NotFound {
        /// The host.
        host: String,
        /// Where the token came from.
        source_of_token: String,
        /// The requested object.
        what: String,
    },
    /// The repository was renamed.
    #[error("{host} says that {what} has moved: set the remote's new address with `git remote set-url`")]
    Moved {
        /// The host.
        host: String,
        /// The requested object.
        what: String,
    },
    /// The forge refuses the request.
    #[error("{host} refuses the pull request ({status}): {message}")]
    Refused {
        /// The host.
        host: String,
        /// The HTTP status.
        status: u16,
        /// The forge's message.
        message: String,
    },
    /// It answers something else.
    #[error("{host} answered {status}: {message}")]
    Answer {
        /// The host.
        host: String,
        /// The HTTP status.
        status: u16,
        /// The forge's message.
        message: String,
    },
    /// People closed the pull request without merging it.
    #[error("{url} was closed without a merge: somebody did not want it; `--again` opens another one")]
    Closed {
        /// The address.
        url: String,
    },
}
