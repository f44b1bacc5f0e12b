//! How definitions are named.

use serde::{Deserialize, Serialize};

/// Definitions of a kind have names that match.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Name {
    /// Which definitions.
    pub of: NameKind,
    /// What the name begins with; empty for anything.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub prefix: String,
    /// What it ends with; empty for anything.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub suffix: String,
}

/// A kind of definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NameKind {
    /// Functions and methods that are tests.
    Test,
    /// Functions that make a value of the type they belong to.
    Constructor,
    /// Classes, structs, enums, interfaces for errors.
    Error,
}
