//! Where a rule holds.

use housestyle_text::{Language, glob};
use serde::{Deserialize, Serialize};

/// Languages and paths; an empty list holds everywhere.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    /// Identifiers of languages, as in the LSP.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub languages: Vec<String>,
    /// Globs over paths relative to the repository's root, as in the setting `disabled`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub paths: Vec<String>,
}

impl Scope {
    /// Returns whether a file is in the scope.
    pub fn holds(&self, path: &str, language: Language) -> bool {
        let in_language = self.languages.iter().any(|id| Language::from_id(id) == language);
        let in_path = self.paths.iter().any(|pattern| glob::matches(pattern, path));
        (self.languages.is_empty() || in_language) && (self.paths.is_empty() || in_path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_and_paths_both_count() {
        let scope = |languages: &[&str], paths: &[&str]| Scope {
            languages: languages.iter().map(|id| (*id).to_owned()).collect(),
            paths: paths.iter().map(|glob| (*glob).to_owned()).collect(),
        };
        let rust = Language::from_id("rust");
        assert!(scope(&[], &[]).holds("a/b.rs", rust));
        assert!(scope(&["python", "rust"], &["a/**"]).holds("a/b.rs", rust));
        assert!(!scope(&["python"], &[]).holds("a/b.rs", rust));
        assert!(!scope(&["rust"], &["tests/**"]).holds("a/b.rs", rust));
    }
}
