//! How definitions are named.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::Occurrence;
use crate::prose::touch;
use crate::source::Source;

pub(crate) use super::definition::definitions;

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

impl Name {
    /// Returns whether a name is as the rule says.
    pub(crate) fn is_followed(&self, name: &str) -> bool {
        name.starts_with(&self.prefix) && name.ends_with(&self.suffix)
    }

    /// Returns the names of the definitions of the kind that touch `within`. How a name is changed everywhere is
    /// nothing that a fix of one place can do.
    pub(super) fn occurrences(&self, source: &Source<'_>, within: Option<Range<usize>>) -> Vec<Occurrence> {
        self.among(&definitions(source), source, within.as_ref())
    }

    /// The same among definitions that were looked for already.
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
