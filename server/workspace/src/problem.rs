//! What is wrong with the content of a file of ours.

/// What is wrong with the content of a file of ours.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// The file is no JSON, or JSON of another form.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// The file is longer than any of its kind.
    #[error("it has more than {0} bytes")]
    TooLong(u64),
    /// The file has a format that this program does not know.
    #[error("format {found}, not {known}")]
    Format {
        /// The format of the file.
        found: u32,
        /// The format that this program writes.
        known: u32,
    },
    /// A line of a list does not continue the list.
    #[error("it does not follow from the line before")]
    BrokenChain,
    /// A version of a list has another number than its place.
    #[error("version {0} should stand there")]
    WrongNumber(u64),
    /// A pointer names a version that the list lacks, or has otherwise.
    #[error("it names version {0}, which the list has not, or not so")]
    WrongVersion(u64),
}
