//! A word or phrase that is preferred to others.

use serde::{Deserialize, Serialize};

/// Whole words, in prose, comments and docstrings; never in code, links or paths.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// What is not written.
    pub avoid: Vec<String>,
    /// What is written instead.
    pub prefer: String,
}
