//! Versions of adapters, derived from the entries of the log.

use serde::{Deserialize, Serialize};

use super::log::{Entry, LogEvent};

/// Where a version came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
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
pub enum How {
    /// The team: its record was merged to the default branch.
    Merged {
        /// The merge, by its object name.
        commit: String,
        /// The branch that it was merged to.
        branch: String,
    },
    /// A person, for this machine alone.
    Local {
        /// Why, where the gate had not passed it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ungated: Option<String>,
    },
}

/// Who approved an adapter, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approver {
    /// Their name.
    pub name: String,
    /// Their e-mail address.
    pub email: String,
    /// Seconds since 1970: of the merge, or of the approval here.
    pub time: u64,
    #[serde(flatten)]
    /// In which way.
    pub how: How,
}

/// How far a version has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It was added.
    Candidate,
    /// It passed the gate.
    Eligible,
    /// A person approved it.
    Approved,
    /// It is used in completions.
    Active,
    /// It was active once.
    Retired,
}

/// A version of the workspace's adapter. Its number never changes, and no number is used twice.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Version {
    /// Number of the version.
    pub number: u64,
    /// SHA-256 of the adapter's file; `None` for no adapter, by a rollback to before the first.
    pub id: Option<String>,
    /// The version that was active when it came, 0 for none.
    pub parent: u64,
    /// Name of the base model.
    pub base: String,
    /// SHA-256 of the base model's file.
    pub base_sha256: String,
    /// SHA-256 of the manifest, if there is one.
    pub manifest_sha256: Option<String>,
    /// SHA-256 of the gate's report, if there is one.
    pub report_sha256: Option<String>,
    /// When it came, in seconds since 1970.
    pub time: u64,
    /// Where it came from.
    pub origin: Origin,
    /// How far it has come.
    pub state: State,
    /// Who approved it, if somebody has.
    pub approver: Option<Approver>,
    /// Whether the gate passed it.
    pub eligible: bool,
    /// The version that was active before this one; `None` if it was never active.
    #[serde(rename = "before")]
    pub previous: Option<u64>,
}

/// Returns the versions that a log adds up to, oldest first; `active` is the number in the pointer.
pub(super) fn fold(entries: &[Entry], active: u64) -> Vec<Version> {
    let mut versions: Vec<Version> = Vec::new();
    for entry in entries {
        match &entry.what {
            LogEvent::Added(added) => versions.push(Version {
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
                previous: None,
            }),
            LogEvent::Approved { id, approver } => {
                for version in versions.iter_mut().filter(|v| v.id.as_ref() == Some(id)) {
                    version.approver = Some(approver.clone());
                }
            }
            LogEvent::Activated { number, previous } => {
                for version in versions.iter_mut().filter(|v| v.number == *number) {
                    version.previous = Some(*previous);
                }
            }
        }
    }
    for version in &mut versions {
        if version.number == active {
            version.state = State::Active;
        } else if version.previous.is_some() {
            version.state = State::Retired;
        } else if version.approver.is_some() {
            version.state = State::Approved;
        }
    }
    versions
}
