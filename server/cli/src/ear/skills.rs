//! What skills did, counted: completions that one took part in, those of them that were kept, and objections.

use std::collections::BTreeMap;
use std::path::Path;

use housestyle_complete::skills::SkillUse;
use housestyle_journal::Account;

use crate::skills::store::{Store, StoreError, Use};

/// The share of a completion's tokens that must still stand for its skills to have been right.
const KEPT: f64 = 0.8;

/// Returns the skills that took part, by name, with the digests of their contents; those in the shadow too.
pub(super) fn of(parts: &[SkillUse]) -> BTreeMap<String, String> {
    parts.iter().map(|part| (part.name.clone(), part.digest.clone())).collect()
}

/// Returns the names of the skills that were told or changed something.
pub(super) fn names(parts: &[SkillUse]) -> Vec<String> {
    of(&parts.iter().filter(|part| !part.shadow).cloned().collect::<Vec<_>>()).into_keys().collect()
}

/// Returns whether what was kept of a completion shows its skills to be right.
pub(super) fn shows(account: &Account) -> bool {
    account.accepted > 0 && account.rate() >= KEPT
}

/// Counts something for skills in a workspace's state.
///
/// # Errors
/// When the file cannot be changed.
pub(super) fn count(
    state: &Path,
    skills: &BTreeMap<String, String>,
    now: u64,
    what: impl Fn(Use) -> Use,
) -> Result<(), StoreError> {
    let named = |(name, digest): (&String, &String)| {
        what(Use { name: name.clone(), digest: digest.clone(), ..Use::default() })
    };
    Store::at(state).note_uses(&skills.iter().map(named).collect::<Vec<_>>(), now)
}
