//! The record that a team reviews: it binds an adapter's weights, manifest and report by their digests.

use housestyle_train::format::{id_of, short};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::judgement::Judgement;
use super::version::Version;
use crate::markdown::safe;
use crate::problem::Problem;

/// Most characters of a base model's name in the message of a proposal.
const MOST_BASE: usize = 80;

/// Where records are in a repository.
pub const FOLDER: &str = ".housestyle/adapters";

/// The record, `adapter.json`. Whoever merges it approves exactly these digests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdapterRecord {
    /// Version of this form.
    pub format: u32,
    /// SHA-256 of the weights.
    pub id: String,
    /// Name of the base model.
    pub base: String,
    /// SHA-256 of the base model's file.
    pub base_sha256: String,
    /// SHA-256 of the manifest, if there is one.
    pub manifest_sha256: Option<String>,
    /// SHA-256 of the gate's report, if there is one.
    pub report_sha256: Option<String>,
}

impl AdapterRecord {
    /// Returns the record of a version; `None` for one without an adapter.
    pub fn of(version: &Version) -> Option<AdapterRecord> {
        Some(AdapterRecord {
            format: 1,
            id: version.id.clone()?,
            base: version.base.clone(),
            base_sha256: version.base_sha256.clone(),
            manifest_sha256: version.manifest_sha256.clone(),
            report_sha256: version.report_sha256.clone(),
        })
    }

    /// Returns its bytes, always the same for the same record.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(self).unwrap_or_default(); // strings and a number: always JSON
        bytes.push(b'\n');
        bytes
    }

    /// Returns the message of its proposal: what the gate found on this machine, and trailers that programs read. A forge
    /// makes the message the text of a pull request, so what the adapter's maker and the commits' authors named stays words.
    pub fn message(&self, judgement: Option<&Judgement>) -> String {
        let base: String = self.base.chars().take(MOST_BASE).collect();
        let mut message = format!("Propose adapter {} for {}\n\n", short(&self.id), safe(&base));
        let checks = judgement.and_then(|judgement| judgement.gate["checks"].as_array());
        for check in checks.into_iter().flatten() {
            let text = |key: &str| safe(check[key].as_str().unwrap_or_default());
            let passed = if check["passed"] == true { "passed" } else { "failed" };
            message.push_str(&format!("- {} {passed}: {}\n", text("name"), text("finding")));
        }
        if judgement.is_some_and(|judgement| judgement.later_edits.claimed) {
            message.push_str(
                "\nThat no later edit is among those that it learned from is its maker's word alone.\n",
            );
        }
        message.push_str(&format!("\nHousestyle-Adapter: {}\n", self.id));
        message.push_str(&format!("Housestyle-Base: {}\n", safe(&self.base_sha256)));
        if let Some(digest) = &self.manifest_sha256 {
            message.push_str(&format!("Housestyle-Manifest: {}\n", safe(digest)));
        }
        message
    }

    /// Returns the path of one of its files in a repository.
    pub fn path(id: &str, file: &str) -> String {
        format!("{FOLDER}/{}/{file}", short(id))
    }
}

/// Returns whether a report claims that the gate passed this very adapter. A report is an object of `adapter`, the
/// id that was judged, and `gate`, the gate's own report; it may hold more.
///
/// # Errors
/// When it is no report, or that of another adapter.
pub fn claims_eligible(report: &[u8], id: &str) -> Result<bool, Problem> {
    let document: Value = serde_json::from_slice(report)?;
    match document["adapter"].as_str() {
        Some(found) if found == id => Ok(document["gate"]["verdict"] == "eligible"),
        Some(found) => Err(Problem::OtherAdapter(found.to_owned())),
        None => Err(Problem::NoAdapter),
    }
}

/// Checks that a file has the digest that its adapter names.
///
/// # Errors
/// When it has another digest, or the adapter names none.
pub fn belongs(content: Option<&[u8]>, digest: Option<&str>) -> Result<(), Problem> {
    match (content.map(id_of), digest) {
        (Some(found), Some(digest)) if found != digest => {
            Err(Problem::OtherDigest { found, named: digest.to_owned() })
        }
        (Some(_), None) => Err(Problem::NoDigest),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use housestyle_learn::gate::{Bounds, Evidence, judge};
    use serde_json::json;

    use super::super::judgement::{LaterEdits, Terms};
    use super::*;

    const HOSTILE: &str =
        "x\n\n# All checks pass @team [merge](//evil.example) <img src=//evil.example> www.evil.example";

    #[test]
    fn names_from_outside_are_words_in_the_text_of_a_pull_request() {
        let record = AdapterRecord {
            format: 1,
            id: "a".repeat(64),
            base: HOSTILE.to_owned(),
            base_sha256: "b".repeat(64),
            manifest_sha256: Some(HOSTILE.to_owned()),
            report_sha256: None,
        };
        let [base_sha256, starter, cases] = [(); 3].map(|()| String::new());
        let terms = Terms { base_sha256, starter, cases, bounds: Bounds::default() };
        let later = LaterEdits { edits: 0, digest: String::new(), claimed: true };
        let report = judge(&Evidence::default(), &Bounds::default());
        let mut judgement = Judgement::new(&record.id, terms, later, &report, 1).expect("JSON");
        judgement.gate = json!({ "checks": [{ "name": HOSTILE, "passed": true, "finding": HOSTILE }] });
        let message = record.message(Some(&judgement));
        for forbidden in ["\n#", "@team", " [merge]", " <img", "www.evil"] {
            assert!(!message.contains(forbidden), "{forbidden}: {message}");
        }
        assert!(message.lines().next().is_some_and(|subject| subject.chars().count() < 200), "{message}");
        assert!(message.contains("its maker's word alone"), "{message}");
        let trailers: Vec<&str> = message.lines().filter(|line| line.starts_with("Housestyle-")).collect();
        assert_eq!(trailers.len(), 3, "{message}");
    }

    #[test]
    fn plain_names_stay_as_they_are() {
        let record = AdapterRecord {
            format: 1,
            id: "a".repeat(64),
            base: "qwen2.5-coder-0.5b".to_owned(),
            base_sha256: "b".repeat(64),
            manifest_sha256: None,
            report_sha256: None,
        };
        let message = record.message(None);
        assert!(
            message.starts_with("Propose adapter aaaaaaaaaaaaaaaa for qwen2.5-coder-0.5b\n"),
            "{message}"
        );
        assert!(message.ends_with(&format!("Housestyle-Base: {}\n", "b".repeat(64))), "{message}");
    }
}
