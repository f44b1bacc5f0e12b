//! What is wrong with a skill: hidden text, orders to machines, secrets, what does not fit the standard.
//!
//! What a program wrote from closed templates must have no finding at all. What people wrote by hand is refused only
//! for findings that are [`Severity::Refused`]: a link there is a warning, hidden text is not.

pub mod hidden;

use serde::Serialize;

/// How much a finding counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// People are told; a skill that a program wrote is refused.
    Warning,
    /// The skill is refused, whoever wrote it.
    Refused,
}

/// Something that was found in a skill.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// How much it counts.
    pub severity: Severity,
    /// What kind it is, for programs.
    pub code: &'static str,
    /// The file, relative to the skill's folder.
    pub file: String,
    /// The line, from 1; 0 where the whole file is meant.
    pub line: usize,
    /// What was found and what to do.
    pub message: String,
}
