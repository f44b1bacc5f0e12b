//! How definitions are named.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::Occurrence;
use crate::prose::touch;
use crate::source::Source;

pub use super::definition::definitions;

/// Definitions of a kind have names that match.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Name {
    /// Which definitions.
    pub of: NameKind,
    /// The beginning of the name; empty for any.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub prefix: String,
    /// The ending of the name; empty for any.
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

impl Name {
    /// Returns whether a name follows the rule.
    pub fn is_followed(&self, name: &str) -> bool {
        name.starts_with(&self.prefix) && name.ends_with(&self.suffix)
    }

    /// Returns the names of the definitions of the kind that touch `within`. None has a fix: a name must change everywhere
    /// at once.
    pub(super) fn occurrences(&self, source: &Source<'_>, within: Option<Range<usize>>) -> Vec<Occurrence> {
        self.among(&definitions(source), source, within.as_ref())
    }

    /// The same among definitions that are known already.
    pub(super) fn among(
        &self,
        definitions: &[(NameKind, Range<usize>)],
        source: &Source<'_>,
        within: Option<&Range<usize>>,
    ) -> Vec<Occurrence> {
        let mut places: Vec<Occurrence> = definitions
            .iter()
            .filter(|(of, range)| *of == self.of && touch(range, within))
            .map(|(_, range)| Occurrence {
                followed: self.is_followed(source.slice(range.clone())),
                range: range.clone(),
                fix: None,
            })
            .collect();
        places.sort_by_key(|place| place.range.start);
        places
    }
}
