//! Why a phrase cache cannot hold or read something.

/// Why a phrase cache cannot hold or read something.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LearnError {
    /// There is no room for a text.
    #[error(
        "{path}: its {tokens} tokens and the {held} held exceed the {most} of a phrase cache: put in what matters \
         most first, or leave out generated files"
    )]
    Full {
        /// The text's path.
        path: String,
        /// How many tokens it has.
        tokens: usize,
        /// How many tokens the cache holds.
        held: usize,
        /// How many it can hold.
        most: usize,
    },
    /// The bytes do not begin like a phrase cache.
    #[error(
        "a phrase cache cannot be read: {0} bytes do not begin with HSPHRASE; run `housestyle learn` to make it anew"
    )]
    NoPhrases(usize),
    /// The phrase cache is of another version.
    #[error(
        "a phrase cache of version {found} cannot be read, only {known}: run `housestyle learn` to make it anew"
    )]
    Version {
        /// The version in the file.
        found: u32,
        /// The version that this program reads.
        known: u32,
    },
    /// The checksum is not that of the content.
    #[error(
        "a phrase cache is damaged: its checksum is {found:016x}, its content has {content:016x}; run `housestyle learn` to make it anew"
    )]
    Checksum {
        /// The checksum in the file.
        found: u64,
        /// The checksum of the content.
        content: u64,
    },
    /// A field holds a value that it cannot have.
    #[error("a phrase cache cannot be read: {field}: {value}; run `housestyle learn` to make it anew")]
    Field {
        /// The field.
        field: &'static str,
        /// The wrong value.
        value: String,
    },
}
