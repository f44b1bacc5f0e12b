//! A rule to propose, with its evidence.

use housestyle_skills::RuleFile;
use serde::Serialize;

/// A rule that the team follows, and how that is known.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Candidate {
    /// The skill's name.
    pub name: String,
    /// The rule in a few words.
    pub title: String,
    /// The skill's effect, and when it applies.
    pub description: String,
    /// The rule and where it holds.
    pub file: RuleFile,
    /// Edits that follow it, changes to it first.
    pub examples: Vec<Example>,
    /// Places that were written against it.
    pub counter_examples: Vec<CounterExample>,
    /// The evidence for it.
    pub support: Support,
    /// For each quarter of its earlier commits, in the order of time, how many places follow it and how many there are.
    pub stability: Vec<[usize; 2]>,
    /// How held-out edits follow it.
    #[serde(rename = "later")]
    pub held_out: HeldOut,
    /// The score by which candidates are ranked: more is better.
    pub score: f64,
}

/// The evidence for a rule, counted in mined edits.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Support {
    /// New places where it applies.
    pub places: usize,
    /// Those that follow it.
    pub followed: usize,
    /// Places that an edit changed from an avoided form to the preferred one.
    pub changed: usize,
    /// Edits of a file in which something follows it.
    pub edits: usize,
    /// Their files.
    pub files: usize,
    /// Their commits.
    pub commits: usize,
    /// Their authors.
    pub authors: usize,
}

/// An edit that follows the rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Example {
    /// The lines before, where the edit changed them.
    pub before: Option<String>,
    /// The lines after.
    pub after: String,
    /// The file.
    pub path: String,
    /// The line, from 1, in the text after.
    pub line: usize,
    /// The commit.
    pub commit: String,
    /// Who wrote it, as the edits name them.
    pub author: String,
    /// When, in seconds since 1970.
    pub time: i64,
}

/// A place that does not follow the rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CounterExample {
    /// The file.
    pub path: String,
    /// The line, from 1, in the text after the commit.
    pub line: usize,
    /// The commit that wrote it.
    pub commit: String,
}

/// How held-out edits, which were not mined, follow a rule.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct HeldOut {
    /// New places where it applies.
    pub places: usize,
    /// Those that follow it.
    pub followed: usize,
    /// The 95 % interval of the share, after Wilson.
    pub interval: [f64; 2],
    /// Edits of a file with such places.
    pub edits: usize,
    /// Those of them in which every place follows it.
    #[serde(rename = "keeping")]
    pub following: usize,
    /// The first that do not.
    pub broken: Vec<CounterExample>,
}
