//! The lint of a skill: hidden text, orders to machines, secrets, deviations from the standard.
//!
//! A skill from closed templates must have no finding but a doubt about its rule. A skill that people wrote is refused only
//! for findings that are [`Severity::Refused`]: a link there is a warning, hidden text is not.

mod code;
mod fold;
mod languages;
mod negation;
mod orders;
mod plain;
mod spelled;
mod standard;
#[cfg(test)]
mod tests;
mod text;

use std::fmt;

use serde::Serialize;

/// How much a finding counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// A warning to people; a skill that a program wrote is refused.
    Warning,
    /// The skill is refused, whoever wrote it.
    Refused,
}

/// Something that was found in a skill.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// How much it counts.
    pub severity: Severity,
    /// Its kind, for programs.
    pub code: &'static str,
    /// The file, relative to the skill's folder; empty where the folder is meant.
    pub file: String,
    /// The line, from 1; 0 where the whole file is meant.
    pub line: usize,
    /// The finding and its remedy.
    pub message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.file.as_str(), self.line) {
            ("", _) => write!(f, "{} [{}]", self.message, self.code),
            (file, 0) => write!(f, "{file}: {} [{}]", self.message, self.code),
            (file, line) => write!(f, "{file}:{line}: {} [{}]", self.message, self.code),
        }
    }
}

/// The warnings that a skill may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tolerance {
    /// All, where people wrote the skill.
    Warnings,
    /// Only doubts whether its rule is safe. The text of a skill with a rule comes from closed templates, so that any other
    /// warning means that somebody changed the text.
    Doubts,
    /// None.
    Nothing,
}

impl Tolerance {
    /// Returns what is tolerated in a skill that has a rule, or has none.
    pub fn of(has_rule: bool) -> Tolerance {
        if has_rule { Tolerance::Doubts } else { Tolerance::Warnings }
    }
}

/// Returns whether findings refuse a skill.
pub fn refuses(findings: &[Finding], tolerance: Tolerance) -> bool {
    let is_tolerated = |finding: &Finding| match tolerance {
        Tolerance::Warnings => true,
        Tolerance::Doubts => finding.code == INSECURE,
        Tolerance::Nothing => false,
    };
    findings.iter().any(|finding| finding.severity == Severity::Refused || !is_tolerated(finding))
}

/// The code of findings about what a rule does to programs.
const INSECURE: &str = "insecure";

/// Returns the findings in the files of a folder, given as relative paths and contents. Refusing findings come first.
pub fn lint(folder: &str, files: &[(String, Vec<u8>)]) -> Vec<Finding> {
    let mut found = Found::default();
    standard::check(folder, files, &mut found);
    for (path, content) in files {
        let Ok(text) = std::str::from_utf8(content) else { continue };
        text::check(path, text, &mut found);
    }
    found.sorted()
}

/// Most findings of one kind and severity in one file.
const MOST_OF_A_KIND: usize = 20;

/// The findings so far.
#[derive(Debug, Default)]
struct Found {
    findings: Vec<Finding>,
}

impl Found {
    fn refuse(&mut self, code: &'static str, file: &str, line: usize, message: impl Into<String>) {
        self.add(Severity::Refused, code, file, line, message.into());
    }

    fn warn(&mut self, code: &'static str, file: &str, line: usize, message: impl Into<String>) {
        self.add(Severity::Warning, code, file, line, message.into());
    }

    fn add(&mut self, severity: Severity, code: &'static str, file: &str, line: usize, message: String) {
        // By severity, so that many warnings hide no finding that refuses.
        let alike =
            |finding: &&Finding| finding.code == code && finding.file == file && finding.severity == severity;
        if self.findings.iter().filter(alike).count() < MOST_OF_A_KIND {
            self.findings.push(Finding { severity, code, file: file.to_owned(), line, message });
        }
    }

    fn sorted(mut self) -> Vec<Finding> {
        self.findings.sort_by(|a, b| b.severity.cmp(&a.severity).then_with(|| a.cmp(b)));
        self.findings
    }
}
