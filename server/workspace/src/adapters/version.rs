//! Versions of adapters, derived from the entries of the log.

use serde::{Deserialize, Serialize};

use super::error::StoreError;
use super::judgement::Standing;
use super::log::{Entry, LogEvent};
use super::merges::Withdrawn;

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
    /// It passed the gate on this machine.
    Eligible,
    /// A person approved it.
    Approved,
    /// It is used in completions.
    Active,
    /// It was active once.
    Retired,
    /// The team took its approval back.
    Revoked,
    /// A merge approved it, and nothing says now which branch a merge must be on.
    Unapproved,
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
    /// Why its merge does not approve it now.
    pub withdrawn: Option<Withdrawn>,
    /// The person of this machine who approved it besides a merge.
    #[serde(skip)]
    pub local_approver: Option<Approver>,
    /// Whether the report that came with it says that the gate passed it. Anybody can write that.
    pub claims_eligible: bool,
    /// What the gate's judgement on this machine is worth now.
    #[serde(skip)]
    pub standing: Standing,
    /// Whether the gate passed it on this machine, and that still holds.
    pub eligible: bool,
    /// Whether that judgement rests on what its maker says of the edits that it learned from.
    #[serde(skip)]
    pub rests_on_claim: bool,
    /// The version that was active before this one; `None` if it was never active.
    #[serde(rename = "before")]
    pub previous: Option<u64>,
}

/// Returns the versions that a log adds up to, oldest first. What the gate and the default branch say of them now, and so
/// their states, are not known yet.
pub(super) fn fold(entries: &[Entry]) -> Vec<Version> {
    let mut versions: Vec<Version> = Vec::new();
    for entry in entries {
        match &entry.what {
            LogEvent::Added(added) => {
                // An approval is one of bytes: a copy of an approved version is approved.
                let same = versions.iter().rev().find(|version| version.id == added.id);
                let approver = same.and_then(|version| version.approver.clone());
                let local_approver = same.and_then(|version| version.local_approver.clone());
                versions.push(Version {
                    number: added.number,
                    id: added.id.clone(),
                    parent: added.parent,
                    base: added.base.clone(),
                    base_sha256: added.base_sha256.clone(),
                    manifest_sha256: added.manifest_sha256.clone(),
                    report_sha256: added.report_sha256.clone(),
                    time: entry.time,
                    origin: added.origin.clone(),
                    state: State::Candidate,
                    approver,
                    local_approver,
                    withdrawn: None,
                    claims_eligible: added.claims_eligible,
                    standing: Standing::Unjudged,
                    eligible: false,
                    rests_on_claim: false,
                    previous: None,
                });
            }
            LogEvent::Approved { id, approver } => {
                for version in versions.iter_mut().filter(|v| v.id.as_ref() == Some(id)) {
                    if matches!(approver.how, How::Local { .. }) {
                        version.local_approver = Some(approver.clone());
                    }
                    version.approver = Some(approver.clone());
                }
            }
            LogEvent::Activated { number, previous } => {
                for version in versions.iter_mut().filter(|v| v.number == *number) {
                    version.previous = Some(*previous);
                }
            }
            LogEvent::Revoked { .. } => {} // the default branch is asked each time
        }
    }
    versions
}

impl Version {
    /// Returns how far the version has come; `active` is the number in the pointer.
    pub(super) fn state(&self, active: u64) -> State {
        match &self.withdrawn {
            Some(Withdrawn::Revoked { .. }) => return State::Revoked,
            Some(Withdrawn::Unknown(_)) => return State::Unapproved,
            Some(Withdrawn::Unread(_)) | None => {}
        }
        if self.number == active {
            State::Active
        } else if self.previous.is_some() {
            State::Retired
        } else if self.approver.is_some() {
            State::Approved
        } else if self.eligible {
            State::Eligible
        } else {
            State::Candidate
        }
    }

    /// Returns the id of an approved version; empty for no adapter.
    ///
    /// # Errors
    /// When nobody approved it, or its merge does not approve it now.
    pub fn approved(&self) -> Result<&str, StoreError> {
        let Some(id) = self.id.as_deref() else { return Ok("") };
        let (number, owned) = (self.number, id.to_owned());
        match (&self.approver, &self.withdrawn) {
            (None, _) => Err(StoreError::NotApproved { number, id: owned }),
            (Some(_), Some(why)) => Err(StoreError::Withdrawn { number, id: owned, why: why.clone() }),
            (Some(_), None) => Ok(id),
        }
    }

    /// Returns whether a merge alone approved it.
    pub fn rests_on_merge(&self) -> bool {
        let by_merge = |approver: &Approver| matches!(approver.how, How::Merged { .. });
        self.local_approver.is_none() && self.approver.as_ref().is_some_and(by_merge)
    }

    /// Returns the gate's word on the version, for people.
    pub fn gate(&self) -> String {
        match self.standing {
            Standing::Unjudged if self.claims_eligible => {
                format!("claims to be eligible, {}", Standing::Unjudged)
            }
            ref standing if self.rests_on_claim => {
                format!("{standing}, on its maker's word of the edits that it learned from")
            }
            ref standing => standing.to_string(),
        }
    }

    /// Checks that the gate passed the version on this machine.
    ///
    /// # Errors
    /// When it did not, or never judged it here, or its judgement does not hold any more.
    pub fn require_eligible(&self) -> Result<(), StoreError> {
        if self.eligible {
            return Ok(());
        }
        Err(StoreError::NotEligible {
            number: self.number,
            id: self.id.clone().unwrap_or_default(),
            standing: self.standing.clone(),
            claims_eligible: self.claims_eligible,
        })
    }
}
