//! What the miner of code found: a rule with the places that speak for it.

use crate::rule::Rule;

/// A rule about code that a team's edits follow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub rule: Rule,
    /// The languages that it was found in, as the LSP names them.
    pub languages: Vec<String>,
    /// Whether it is what is written nearly everywhere, so that telling it tells little.
    pub usual: bool,
    /// What speaks for it, by time.
    pub instances: Vec<Instance>,
    /// Places that speak against it: edits that went the other way, and where the newest texts do not follow it.
    pub counter: usize,
}

/// One place where somebody followed a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instance {
    /// The commit's id.
    pub commit: String,
    /// Who wrote it.
    pub author: String,
    /// When, in seconds since 1970.
    pub time: i64,
    /// The path after the commit.
    pub path: String,
    /// What stood there before; empty where the place is new.
    pub before: String,
    /// What stands there.
    pub after: String,
}
