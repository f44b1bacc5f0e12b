//! The manifest of a dataset: every span that was learned from, by the text that holds it, and never the text itself.

use serde::{Deserialize, Serialize};

use crate::cases::Example;

/// The texts that something was learned from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The form of this document.
    pub format: String,
    /// The newest commit of the history; none where cases came from elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<String>,
    /// Seed of the choices.
    pub seed: u64,
    /// The spans, in the order of time.
    pub spans: Vec<Span>,
    /// The training: base, start, recipe. With the spans it decides every byte of the result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub training: Option<serde_json::Value>,
}

/// One span of text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// The file's path.
    pub path: String,
    /// The id of the git blob that holds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blob: Option<String>,
    /// The journal's entry that holds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub journal: Option<String>,
    /// SHA-256 of the case that holds it, where it came in a file of cases.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<String>,
    /// The bytes of the middle in it: the first, and the one after the last.
    pub range: [usize; 2],
    /// The commit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The author, as a digest that only people who know the person can recompute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// When, in seconds since 1970.
    pub time: i64,
}

impl Span {
    /// Returns where an example from git stands. `hashed` makes digits of an author's name.
    pub fn of(example: &Example, hashed: impl Fn(&str) -> String) -> Span {
        Span {
            path: example.case.path.clone(),
            blob: Some(example.blob.clone()),
            journal: None,
            case: None,
            range: [example.range.start, example.range.end],
            commit: Some(example.commit.clone()),
            author: Some(hashed(&example.author)),
            time: example.case.time as i64,
        }
    }
}

impl Manifest {
    /// The form that this version writes.
    pub const FORMAT: &str = "housestyle-manifest-1";

    /// Returns the manifest of examples from git. `hashed` makes digits of an author's name.
    pub fn of(head: &str, seed: u64, examples: &[Example], hashed: impl Fn(&str) -> String) -> Manifest {
        Manifest {
            format: Manifest::FORMAT.to_owned(),
            head: Some(head.to_owned()),
            seed,
            spans: examples.iter().map(|example| Span::of(example, &hashed)).collect(),
            training: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cases::tests::example;

    #[test]
    fn it_cites_and_names_nobody() {
        let manifest =
            Manifest::of("head", 3, &[example("ann@x.org", "c1", 9)], |author| author.len().to_string());
        let text = serde_json::to_string(&manifest).expect("serialisable");
        assert!(
            !text.contains("ann") && text.contains("\"author\":\"9\"") && text.contains("\"range\":[0,1]"),
            "{text}"
        );
        assert_eq!(serde_json::from_str::<Manifest>(&text).expect("a manifest"), manifest);
    }
}
