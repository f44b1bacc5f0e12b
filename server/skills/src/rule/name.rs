//! How definitions are named.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::Place;
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
    pub(super) fn places(&self, source: &Source<'_>, within: Option<Range<usize>>) -> Vec<Place> {
        let touches = |range: &Range<usize>| {
            within.as_ref().is_none_or(|w| range.start <= w.end && w.start <= range.end)
        };
        let mut places: Vec<Place> = definitions(source)
            .into_iter()
            .filter(|(of, range)| *of == self.of && touches(range))
            .map(|(_, range)| Place {
                followed: self.is_followed(source.slice(range.clone())),
                range,
                fix: None,
            })
            .collect();
        places.sort_by_key(|place| place.range.start);
        places
    }
}
