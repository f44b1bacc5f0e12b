//! The roles that special tokens have, whatever a model calls them.

/// Roles of special tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Special {
    /// Before the text in front of a hole.
    FimPrefix,
    /// Before the text behind a hole.
    FimSuffix,
    /// Before the hole.
    FimMiddle,
    /// Before a repository's name.
    RepoName,
    /// Between files.
    FileSep,
    /// End of a document or of a filled hole.
    EndOfText,
}
