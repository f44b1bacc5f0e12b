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
        log.append(now(), LogEvent::Revoked { number, id: id.clone(), branch: branch.clone(), commit })?;
        let to = self.approved_before(&log, &current)?;
        let rolled_back = match self.roll_back_to(&mut log, current.clone(), to) {
            // A version whose file is gone or damaged is no place to go back to.
            Err(_) if to != 0 => self.roll_back_to(&mut log, current, 0)?,
            done => done?,
        };
        Ok(Some(Revocation { number, id, branch, rolled_back }))
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
        let (active, number) = (current.number, log.next_number());
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
        let version = self.numbered(log, number)?;
        // What was before the target, not what is being left: rolling back again goes on backwards.
        self.write_pointer_of(log, &version, previous)
    }
}
