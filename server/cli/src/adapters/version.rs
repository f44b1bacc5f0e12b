//! Versions: what the entries of the log add up to.

use serde::{Deserialize, Serialize};

use super::log::{Entry, What};

/// Where a version came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Origin {
    /// Trained here.
    Learned,
    /// Read from a file of somebody else's.
    Imported,
    /// Fetched from the team's remote.
    Pulled,
    /// A copy of an earlier version, by a rollback; 0 stands for no adapter.
    RollbackTo(u64),
}

/// How somebody approved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "how")]
pub(crate) enum How {
    /// The team: its record was merged to the default branch.
    Merged { commit: String, branch: String },
    /// A person, for this machine alone.
    Local {
        /// Why, where the gate had not passed it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ungated: Option<String>,
    },
}

/// Who approved an adapter, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Approver {
    pub(crate) name: String,
    pub(crate) email: String,
    /// Seconds since 1970: of the merge, or of the approval here.
    pub(crate) time: u64,
    #[serde(flatten)]
    pub(crate) how: How,
}

/// How far a version has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    /// It is there.
    Candidate,
    /// It passed the gate.
    Eligible,
    /// A person approved it.
    Approved,
    /// It takes part in completions.
    Active,
    /// It was active once.
    Retired,
}

/// A version of the workspace's adapter. Its number never changes, and no number is used twice.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Version {
    pub(crate) number: u64,
    /// SHA-256 of the adapter's file; `None` for no adapter, by a rollback to before the first.
    pub(crate) id: Option<String>,
    /// The version that was active when it came, 0 for none.
    pub(crate) parent: u64,
    pub(crate) base: String,
    pub(crate) base_sha256: String,
    pub(crate) manifest_sha256: Option<String>,
    pub(crate) report_sha256: Option<String>,
    /// When it came, in seconds since 1970.
    pub(crate) time: u64,
    pub(crate) origin: Origin,
    pub(crate) state: State,
    pub(crate) approver: Option<Approver>,
    /// Whether the gate passed it.
    pub(crate) eligible: bool,
    /// The version that was active before this one; `None` if it was never active.
    pub(crate) before: Option<u64>,
}

/// Returns the versions that a log adds up to, oldest first; `active` is the number in the pointer.
pub(super) fn fold(entries: &[Entry], active: u64) -> Vec<Version> {
    let mut versions: Vec<Version> = Vec::new();
    for entry in entries {
        match &entry.what {
            What::Added(added) => versions.push(Version {
                number: added.number,
                id: added.id.clone(),
                parent: added.parent,
                base: added.base.clone(),
                base_sha256: added.base_sha256.clone(),
                manifest_sha256: added.manifest_sha256.clone(),
                report_sha256: added.report_sha256.clone(),
                time: entry.time,
                origin: added.origin.clone(),
                state: if added.eligible { State::Eligible } else { State::Candidate },
                // An approval is one of bytes: a copy of an approved version is approved.
                approver: versions.iter().filter(|v| v.id == added.id).find_map(|v| v.approver.clone()),
                eligible: added.eligible,
                before: None,
            }),
            What::Approved { id, approver } => {
                for version in versions.iter_mut().filter(|v| v.id.as_ref() == Some(id)) {
                    version.approver = Some(approver.clone());
                }
            }
            What::Activated { number, before } => {
                for version in versions.iter_mut().filter(|v| v.number == *number) {
                    version.before = Some(*before);
                }
            }
        }
    }
    for version in &mut versions {
        if version.number == active {
            version.state = State::Active;
        } else if version.before.is_some() {
            version.state = State::Retired;
        } else if version.approver.is_some() {
            version.state = State::Approved;
        }
    }
    versions
}
