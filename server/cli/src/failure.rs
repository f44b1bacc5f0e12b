//! How a command ends when it does not end well, and the exit code that says so.

use std::process::ExitCode;

/// A command that did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// A check was made and the answer is no. Exit code 1.
    #[error("{0}")]
    CheckSaidNo(String),
    /// The command line or a configuration file is wrong. Exit code 2.
    #[error("{0}")]
    Usage(String),
    /// Something outside is missing: a model, the network, disk space. Exit code 3.
    #[error("{0}")]
    Environment(String),
    /// The reader of our output has gone (`housestyle … | head`): nothing is left to say. Exit code 0.
    #[error("the reader of the output has gone")]
    OutputClosed,
}

impl Failure {
    /// Returns the exit code: 1 check, 2 usage, 3 environment.
    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Failure::OutputClosed => 0,
            Failure::CheckSaidNo(_) => 1,
            Failure::Usage(_) => 2,
            Failure::Environment(_) => 3,
        })
    }

    /// Tells people on stderr; with `--json` the same as an object, so that scripts need not parse prose.
    pub(crate) fn report(&self, json: bool) {
        let message = match self {
            Failure::OutputClosed => return,
            Failure::CheckSaidNo(text) | Failure::Usage(text) | Failure::Environment(text) => text,
        };
        if message.is_empty() {
            return; // the command has printed its findings already
        }
        if json {
            eprintln!("{}", serde_json::json!({ "error": message }));
        } else {
            eprintln!("housestyle: {message}");
        }
    }
}

/// Turns an error on stdout into a failure; a closed pipe is no error.
impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Failure {
        if error.kind() == std::io::ErrorKind::BrokenPipe {
            Failure::OutputClosed
        } else {
            Failure::Environment(format!("writing the output failed: {error}"))
        }
    }
}
