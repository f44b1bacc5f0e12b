//! SKILL.md as the Agent Skills standard has it: YAML frontmatter, then Markdown. Read leniently, written strictly.

mod emit;
mod lines;
mod parse;
mod scalar;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

pub(crate) use emit::is_name;
pub use emit::kebab;
#[cfg(test)]
use emit::one_line;

/// Most characters of a name.
pub const MOST_NAME: usize = 64;
/// Most characters of a description.
pub(crate) const MOST_DESCRIPTION: usize = 1024;
/// Most characters of the compatibility.
pub(crate) const MOST_COMPATIBILITY: usize = 500;

/// A SKILL.md.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Document {
    /// The skill's name, which is its folder's; empty where the file has none.
    pub name: String,
    /// Its effect, and when it applies.
    pub description: String,
    /// The licence, or the file that holds it.
    pub license: Option<String>,
    /// Its requirements.
    pub compatibility: Option<String>,
    /// Tools that an agent may use with it, parted by spaces.
    pub allowed_tools: Option<String>,
    /// All other properties, by key.
    pub metadata: BTreeMap<String, String>,
    /// The Markdown, with lines that end at `\n`.
    pub body: String,
}

/// A file's content, with its deviations from the standard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parsed {
    /// The document.
    pub document: Document,
    /// The deviations from the standard.
    pub warnings: Vec<Warning>,
    /// The line, from 1, on which the body begins.
    pub body_line: usize,
}

/// A deviation from the standard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The line of the file, from 1.
    pub line: usize,
    /// The deviation, as a sentence.
    pub message: String,
}
