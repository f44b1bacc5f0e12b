//! The record that a team reviews: it binds an adapter's weights, manifest and report by their digests.

use housestyle_train::format::{id_of, short};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::judgement::Judgement;
use super::version::Version;
use crate::problem::Problem;

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

    /// Returns the message of its proposal: what the gate found on this machine, and trailers that programs read.
    pub fn message(&self, judgement: Option<&Judgement>) -> String {
        let mut message = format!("Propose adapter {} for {}\n\n", short(&self.id), one_line(&self.base));
        let checks = judgement.and_then(|judgement| judgement.gate["checks"].as_array());
        for check in checks.into_iter().flatten() {
            let text = |key: &str| one_line(check[key].as_str().unwrap_or_default());
            let passed = if check["passed"] == true { "passed" } else { "failed" };
            message.push_str(&format!("- {} {passed}: {}\n", text("name"), text("finding")));
        }
        message.push_str(&format!("\nHousestyle-Adapter: {}\n", self.id));
        message.push_str(&format!("Housestyle-Base: {}\n", self.base_sha256));
        if let Some(digest) = &self.manifest_sha256 {
            message.push_str(&format!("Housestyle-Manifest: {digest}\n"));
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

/// Returns a text without line breaks: names from outside must not make trailers of their own.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
