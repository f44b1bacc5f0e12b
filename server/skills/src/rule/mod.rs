//! Rules, which a program can check: the file `rule.json` of a skill. The schema is closed.

mod definition;
mod file;
mod form;
mod name;
mod pattern;
mod rewrite;
#[cfg(test)]
mod rewrite_tests;
mod scope;
mod set;
mod term;

use std::ops::Range;

use serde::{Deserialize, Serialize};

pub use form::{Form, FormKind};
pub use name::{Name, NameKind, definitions};
pub use pattern::{Finder, Match, Metavariable, Pattern, expand, has_gap, is_separator, is_verbatim};
pub use rewrite::{Rewrite, Sides};
pub use scope::Scope;
pub use set::Rules;
pub use term::Term;

use crate::source::Source;

/// The version of `rule.json` that is written.
pub const FORMAT: u32 = 1;

/// The file `rule.json`: a rule and where it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleFile {
    /// Version of this form.
    pub format: u32,
    /// Where the rule holds.
    pub scope: Scope,
    /// The rule.
    pub rule: Rule,
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Rule {
    /// Code in one way, not in another.
    Rewrite(Rewrite),
    /// How definitions are named.
    Name(Name),
    /// A word or phrase that is preferred to others, in prose, comments and docstrings.
    Term(Term),
    /// The form of a piece of prose or of a literal.
    Form(Form),
}

impl Rule {
    /// Returns every occurrence, followed or not, whose range touches `within` (the whole text where that is none), in the
    /// order of the text.
    pub fn occurrences(&self, source: &Source<'_>, within: Option<Range<usize>>) -> Vec<Occurrence> {
        match self {
            Rule::Rewrite(rule) => rule.occurrences(source, within),
            Rule::Name(rule) => rule.occurrences(source, within),
            Rule::Term(rule) => rule.occurrences(source, within),
            Rule::Form(rule) => rule.occurrences(source, within),
        }
    }
}

/// An occurrence of a rule: a place in a text where the rule applies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occurrence {
    /// Where, in bytes of the text.
    pub range: Range<usize>,
    /// Whether the rule is followed there.
    pub followed: bool,
    /// The text that would follow it, in place of `range`; only where it is not followed and the fix is certain.
    pub fix: Option<String>,
}
