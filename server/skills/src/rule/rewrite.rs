//! Code that is written in one way, not in another: patterns over syntax trees.

use serde::{Deserialize, Serialize};

/// Patterns are code with metavariables: `$NAME` stands for one node, `$$$NAME` for any number of neighbours, and the
/// same name twice for the same text (the notation of ast-grep).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rewrite {
    /// What is not written.
    pub avoid: Vec<String>,
    /// What is written instead. It fixes a place where all its metavariables are those of what is avoided there.
    pub prefer: String,
}
