//! What a skill did in a completion.

use std::fmt;

use serde::Serialize;

/// A skill that took part in a completion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Part {
    /// The skill's name.
    pub name: String,
    /// The digest of its content.
    pub digest: String,
    /// What it did.
    pub did: Did,
    /// Whether it is in the shadow, so that it only would have done this.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub shadow: bool,
}

/// What a skill can do in a completion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Did {
    /// The model was told of it.
    Told,
    /// What the model wrote broke it, and was put right.
    Repaired,
    /// What the model wrote broke it from some line on, and the rest was cut off.
    Cut,
    /// What the model wrote broke it, and was dropped.
    Dropped,
}

impl Did {
    /// Returns the word for it in a program.
    pub fn code(self) -> &'static str {
        match self {
            Did::Told => "told",
            Did::Repaired => "repaired",
            Did::Cut => "cut",
            Did::Dropped => "dropped",
        }
    }
}

impl fmt::Display for Part {
    /// Writes `name: repaired`, or `name: would have repaired` in the shadow.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let would = if self.shadow { "would have " } else { "" };
        write!(f, "{}: {would}{}", self.name, self.did.code())
    }
}
