//! Problems of the content of a file of ours.

use housestyle_train::format::short;
use serde_json::error::Category;

/// A place of a text that is not the JSON it should be. The parser's own message is left out, as it quotes the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {}", sentence(*category))]
pub struct JsonError {
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
    /// The kind of mistake.
    pub category: Category,
}

impl From<serde_json::Error> for JsonError {
    fn from(error: serde_json::Error) -> JsonError {
        JsonError { line: error.line(), column: error.column(), category: error.classify() }
    }
}

fn sentence(category: Category) -> &'static str {
    match category {
        Category::Syntax => "this is no JSON",
        Category::Data => "a value is missing, or is not of the form that belongs there",
        Category::Eof => "the text ends too early",
        Category::Io => "reading failed",
    }
}

/// What is wrong with the content of a file of ours.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// The file is no JSON, or JSON of another form.
    #[error(transparent)]
    Json(#[from] JsonError),
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
    /// A report judges another adapter than the one it came with.
    #[error("it judges adapter {}", short(.0))]
    OtherAdapter(String),
    /// A report names no adapter.
    #[error("it does not say which adapter it judges")]
    NoAdapter,
    /// A file has another digest than its adapter names.
    #[error("it has sha256 {}, not {}", short(found), short(named))]
    OtherDigest {
        /// SHA-256 of the file.
        found: String,
        /// SHA-256 that the adapter names.
        named: String,
    },
    /// An adapter names no digest of a file.
    #[error("the adapter names none")]
    NoDigest,
}

impl From<serde_json::Error> for Problem {
    fn from(error: serde_json::Error) -> Problem {
        Problem::Json(error.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_named_and_no_text_is_quoted() {
        let check = |text: &str, expected: &str| {
            let error = serde_json::from_str::<Vec<u32>>(text).expect_err("wrong");
            assert_eq!(Problem::from(error).to_string(), expected, "{text}");
        };
        check(
            "[1,\n\"secret\"]",
            "line 2, column 8: a value is missing, or is not of the form that belongs there",
        );
        check("[secret]", "line 1, column 2: this is no JSON");
        check("[1, ", "line 1, column 4: the text ends too early");
    }
}
