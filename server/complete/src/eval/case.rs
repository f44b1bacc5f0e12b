//! Cases as JSON Lines: `{"path", "prefix", "suffix", "middle", "time"}`; of a commit also `{"commit", "tree", "edits"}`.

use housestyle_text::{Language, Offset, Snapshot};
use serde::{Deserialize, Serialize};

use crate::memory::RecentEdit;

/// A hole in a file: the text around it, and the team's text in it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Case {
    /// The file's path in its repository; it gives the language.
    pub path: String,
    /// All text before the hole.
    pub prefix: String,
    /// All text after the hole.
    #[serde(default)]
    pub suffix: String,
    /// The text of the hole.
    pub middle: String,
    /// When it was written, in seconds since 1970.
    #[serde(default)]
    pub time: f64,
    /// A name for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Other texts that would have been just as good.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accept: Vec<String>,
    /// The commit that wrote the middle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The tree of the commit before, for the other files of that time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tree: Option<String>,
    /// The user's edits before the hole, newest last; `None` where the case does not know them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edits: Option<Vec<RecentEdit>>,
}

/// A line that cannot be read as a case.
#[derive(Debug, thiserror::Error)]
#[error(
    "line {line} of the cases cannot be read: {source}; a case is an object with path, prefix, suffix, middle and time"
)]
pub struct CaseError {
    /// Line number, from 1.
    pub line: usize,
    /// The problem.
    pub source: serde_json::Error,
}

impl Case {
    /// Returns the document with the hole closed, and the cursor in its place.
    pub fn document(&self) -> (Snapshot, Offset) {
        let text = format!("{}{}", self.prefix, self.suffix);
        let snapshot = Snapshot::new(&text, 0, Language::from_path(&self.path)).with_path(self.path.as_str());
        (snapshot, Offset(self.prefix.len()))
    }

    /// Returns every text that would be right.
    pub fn wanted(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.middle.as_str()).chain(self.accept.iter().map(String::as_str))
    }
}

/// Reads cases, one a line; blank lines are skipped, unknown fields ignored.
///
/// # Errors
/// On the first line that is no case.
pub fn parse_cases(text: &str) -> Result<Vec<Case>, CaseError> {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(n, line)| serde_json::from_str(line).map_err(|source| CaseError { line: n + 1, source }))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_is_a_line() {
        let text = "{\"path\":\"src/a.ts\",\"prefix\":\"let é = \",\"suffix\":\";\\n\",\"middle\":\"1\",\"time\":1700000000}\n\n\
                    {\"path\":\"a\",\"prefix\":\"\",\"middle\":\"m\",\"accept\":[\"n\"],\"name\":\"second\",\"new\":1}";
        let cases = parse_cases(text).expect("two cases");
        assert_eq!(
            (cases.len(), cases[0].time, cases[1].name.as_deref()),
            (2, 1_700_000_000.0, Some("second"))
        );
        assert_eq!(cases[1].wanted().collect::<Vec<_>>(), ["m", "n"]);
        let (snapshot, cursor) = cases[0].document();
        assert_eq!(
            (snapshot.language().id(), snapshot.to_text().as_str(), cursor),
            ("typescript", "let é = ;\n", Offset(9))
        );
    }

    #[test]
    fn a_session_case_has_its_edits_and_other_cases_are_written_as_before() {
        let line = r#"{"path":"a.rs","prefix":"x","suffix":"","middle":"y","time":1.0,"commit":"c1","tree":"t0","edits":[{"path":"b.rs","removed":["one"],"added":[]}]}"#;
        let case = parse_cases(line).expect("a case").remove(0);
        let edit = RecentEdit { path: "b.rs".to_owned(), removed: vec!["one".to_owned()], added: vec![] };
        assert_eq!(
            (case.commit.as_deref(), case.tree.as_deref(), case.edits.as_deref()),
            (Some("c1"), Some("t0"), Some([edit].as_slice()))
        );
        assert_eq!(serde_json::to_string(&case).expect("JSON"), line);
        let plain = Case { path: "a".to_owned(), ..Case::default() };
        let written = serde_json::to_string(&plain).expect("JSON");
        assert_eq!(written, r#"{"path":"a","prefix":"","suffix":"","middle":"","time":0.0}"#);
        let wrong = r#"{"path":"a","prefix":"","middle":"","edits":[{"path":1}]}"#;
        assert!(parse_cases(wrong).is_err(), "edits that cannot be read are an error, not no edits");
    }

    #[test]
    fn errors_name_the_line() {
        let error = parse_cases("{\"path\":\"a\",\"prefix\":\"\",\"middle\":\"\"}\n{\"path\":1}")
            .expect_err("no case");
        assert!(error.to_string().starts_with("line 2 of the cases cannot be read: invalid type"), "{error}");
    }
}
