//! Reads and writes `rule.json`, and refuses rules that cannot be checked.

use super::{FORMAT, Rule, RuleFile};
use crate::error::SkillError;

/// Most characters of a pattern or term.
const MOST_TEXT: usize = 2000;
/// Most entries of `avoid`.
const MOST_AVOIDED: usize = 50;

impl RuleFile {
    /// Reads a `rule.json`.
    ///
    /// # Errors
    /// When it is of another form or version, or a field cannot be checked.
    pub fn parse(bytes: &[u8]) -> Result<RuleFile, SkillError> {
        #[derive(serde::Deserialize)]
        struct Version {
            format: u32,
        }
        let version: Version = serde_json::from_slice(bytes)?;
        if version.format != FORMAT {
            return Err(SkillError::RuleVersion { found: version.format, known: FORMAT });
        }
        let file: RuleFile = serde_json::from_slice(bytes)?;
        file.check()?;
        Ok(file)
    }

    /// Returns the text of the file.
    pub fn text(&self) -> String {
        // Structs of strings, numbers and lists have JSON.
        serde_json::to_string_pretty(self).map(|text| text + "\n").unwrap_or_default()
    }

    fn check(&self) -> Result<(), SkillError> {
        let wrong = |field, problem: &str| Err(SkillError::RuleField { field, problem: problem.to_owned() });
        if self
            .scope
            .paths
            .iter()
            .chain(&self.scope.languages)
            .any(|text| text.is_empty() || text.len() > MOST_TEXT)
        {
            return wrong("scope", "an entry is empty or too long");
        }
        let (avoid, prefer) = match &self.rule {
            Rule::Rewrite(rule) => (&rule.avoid, &rule.prefer),
            Rule::Term(rule) => (&rule.avoid, &rule.prefer),
            Rule::Name(rule) if rule.prefix.is_empty() && rule.suffix.is_empty() => {
                return wrong("name", "needs a prefix or a suffix");
            }
            Rule::Name(_) | Rule::Form(_) => return Ok(()),
        };
        if avoid.is_empty() || avoid.len() > MOST_AVOIDED {
            return wrong("avoid", &format!("holds {} entries, expected 1 to {MOST_AVOIDED}", avoid.len()));
        }
        if avoid.iter().chain([prefer]).any(|text| text.trim().is_empty() || text.len() > MOST_TEXT) {
            return wrong("avoid", "a text of it, or `prefer`, is empty or too long");
        }
        if avoid.contains(prefer) {
            return wrong("prefer", "is also avoided");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        match RuleFile::parse(text.as_bytes()) {
            Ok(file) => {
                assert_eq!(expected, "", "{text}");
                assert_eq!(RuleFile::parse(file.text().as_bytes()).expect("the same"), file);
            }
            Err(error) => assert!(!expected.is_empty() && error.to_string().contains(expected), "{error}"),
        }
    }

    #[test]
    fn what_cannot_be_checked_is_refused() {
        let term = |avoid: &str, prefer: &str| {
            format!(
                r#"{{"format":1,"scope":{{}},"rule":{{"term":{{"avoid":{avoid},"prefer":"{prefer}"}}}}}}"#
            )
        };
        check(&term(r#"["login"]"#, "sign-in"), "");
        check(&term("[]", "sign-in"), "holds 0 entries");
        check(&term(r#"[" "]"#, "sign-in"), "empty");
        check(&term(r#"["a"]"#, "a"), "also avoided");
        check(&term(&format!("[\"{}\"]", "x".repeat(9999)), "a"), "too long");
        check(r#"{"format":2,"anything":1}"#, "format 2");
        check(r#"{"format":1,"scope":{},"rule":{"shell":{"run":"x"}}}"#, "not of the form");
        check(r#"{"format":1,"scope":{},"rule":{"name":{"of":"test"}}}"#, "prefix or a suffix");
        check("", "not of the form");
        check(&"[".repeat(100_000), "not of the form");
    }
}
