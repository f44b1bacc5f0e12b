//! The way back to an earlier version: by a person, or because the team took an approval back.

use std::collections::BTreeSet;

use super::error::StoreError;
use super::log::{Added, Log, LogEvent};
use super::merges::Withdrawn;
use super::store::Store;
use super::version::{Origin, Version};
use crate::clock::now;

/// The rollback of an active adapter that the team took back.
#[derive(Debug, Clone, PartialEq)]
pub struct Revocation {
    /// Number of the version that was active.
    pub number: u64,
    /// SHA-256 of its adapter.
    pub id: String,
    /// The default branch, which does not have its record any more.
    pub branch: String,
    /// The version that is active now.
    pub rolled_back: Version,
}

impl Store {
    /// Goes back to the version that was active before and still is approved, or to `to`, by a new version that is its
    /// copy.
    ///
    /// # Errors
    /// When nothing is active, `to` never was or is not approved, or its file is not what it is named after.
    pub fn roll_back(&self, to: Option<u64>) -> Result<Version, StoreError> {
        let _lock = self.lock()?;
        let mut log = self.log()?;
        let current = self.pointed_at(&log)?.ok_or(StoreError::NothingActive)?;
        let to = match to {
            Some(to) => to,
            None => self.approved_before(&log, &current)?,
        };
        self.roll_back_to(&mut log, current, to)
    }

    /// Rolls back where the team took back the merge that approved the active version. Without such a merge nothing
    /// changes.
    ///
    /// # Errors
    /// When the store is damaged, locked or cannot be written; then the active version stays, and does not load.
    pub fn roll_back_revoked(&self) -> Result<Option<Revocation>, StoreError> {
        let revoked = |version: &Version| matches!(version.withdrawn, Some(Withdrawn::Revoked { .. }));
        if !self.active()?.as_ref().is_some_and(revoked) {
            return Ok(None);
        }
        let _lock = self.lock()?;
        let mut log = self.log()?;
        // Another process may have been quicker.
        let Some(current) = self.pointed_at(&log)?.filter(revoked) else { return Ok(None) };
        let Version { number, id: Some(id), withdrawn: Some(Withdrawn::Revoked { branch, commit }), .. } =
            current.clone()
        else {
            return Ok(None);
        };
        if !is_noted(&log, number) {
            let (id, branch) = (id.clone(), branch.clone());
            log.append(now(), LogEvent::Revoked { number, id, branch, commit })?;
        }
        let to = self.approved_before(&log, &current)?;
        // A version whose file is gone or damaged is no place to go back to.
        let to = if self.loads(&log, to)? { to } else { 0 };
        let rolled_back = self.roll_back_to(&mut log, current, to)?;
        Ok(Some(Revocation { number, id, branch, rolled_back }))
    }

    /// Returns whether the file of a version is there as it should be; a version without an adapter needs none.
    fn loads(&self, log: &Log, number: u64) -> Result<bool, StoreError> {
        if number == 0 {
            return Ok(true);
        }
        let version = self.numbered(log, number)?;
        Ok(version.previous.is_some() && version.id.is_none_or(|id| self.weights(&id).is_ok()))
    }

    /// Returns the number of the version that was active before another one and still is approved; 0 for none.
    fn approved_before(&self, log: &Log, version: &Version) -> Result<u64, StoreError> {
        let versions = self.versions_of(log)?;
        let mut seen = BTreeSet::from([version.number]);
        let mut number = version.previous.unwrap_or(0);
        // Versions that were made active more than once can lead in a circle.
        while number != 0 && seen.insert(number) {
            let Some(before) = versions.iter().find(|before| before.number == number) else { break };
            if before.approved().is_ok() {
                return Ok(number);
            }
            number = before.previous.unwrap_or(0);
        }
        Ok(0)
    }

    /// Makes a copy of the version `to` the active one; 0 stands for no adapter. The store must be locked.
    fn roll_back_to(&self, log: &mut Log, current: Version, to: u64) -> Result<Version, StoreError> {
        let active = current.number;
        let (target, previous) = match to {
            0 if current.id.is_none() => return Err(StoreError::NothingActive),
            // Before the first there was none, of the same base.
            0 => {
                let (manifest_sha256, report_sha256) = (None, None);
                (Version { id: None, manifest_sha256, report_sha256, claims_eligible: false, ..current }, 0)
            }
            to => {
                let target = self.numbered(log, to)?;
                let previous = target.previous.ok_or(StoreError::NeverActive { number: to })?;
                if target.id.is_some() {
                    self.weights(target.approved()?)?;
                }
                (target, previous)
            }
        };
        let Version { id, base, base_sha256, manifest_sha256, report_sha256, claims_eligible, .. } = target;
        let (parent, origin) = (active, Origin::RollbackTo(to));
        let number = match unfinished(log, parent, &origin) {
            Some(number) => number,
            None => {
                let number = log.next_number();
                log.append(
                    now(),
                    LogEvent::Added(Added {
                        number,
                        id,
                        parent,
                        base,
                        base_sha256,
                        manifest_sha256,
                        report_sha256,
                        claims_eligible,
                        origin,
                    }),
                )?;
                number
            }
        };
        let version = self.numbered(log, number)?;
        // What was before the target, not what is being left: rolling back again goes on backwards.
        self.write_pointer_of(log, &version, previous)
    }
}

/// Returns whether the log has the revocation of a version already: an earlier attempt may have failed after that entry.
fn is_noted(log: &Log, number: u64) -> bool {
    let noted = log.entries.iter().rev().find_map(|entry| match entry.what {
        LogEvent::Revoked { number: revoked, .. } if revoked == number => Some(true),
        LogEvent::Activated { number: activated, .. } if activated == number => Some(false),
        _ => None,
    });
    noted.unwrap_or(false)
}

/// Returns the copy at the log's end that an earlier attempt at the same rollback added before it failed to write the
/// pointer.
fn unfinished(log: &Log, active: u64, rollback: &Origin) -> Option<u64> {
    let activated = match log.entries.last()?.what {
        LogEvent::Activated { number, .. } => Some(number),
        _ => None,
    };
    let before = log.entries.len() - usize::from(activated.is_some());
    match &log.entries[..before].last()?.what {
        LogEvent::Added(added) if added.parent == active && added.origin == *rollback => {
            Some(added.number).filter(|number| activated.is_none_or(|activated| activated == *number))
        }
        _ => None,
    }
}
