//! Counts of a skill's use: its completions, those that survived, and objections.

use std::collections::BTreeMap;
use std::path::Path;

use housestyle_complete::skills::SkillUse;
use housestyle_journal::Retention;
use housestyle_workspace::skills::store::{SkillsError, Store, Use};

/// The share of a completion's tokens that must survive to validate its skills.
const RETAINED_SHARE: f64 = 0.8;

/// Returns the skills that took part, by name, with the digests of their contents; those in the shadow too.
pub(super) fn digests(parts: &[SkillUse]) -> BTreeMap<String, String> {
    parts.iter().map(|part| (part.name.clone(), part.digest.clone())).collect()
}

/// Returns the names of the skills that were in the prompt or changed the text.
pub(super) fn names(parts: &[SkillUse]) -> Vec<String> {
    digests(&parts.iter().filter(|part| !part.shadow).cloned().collect::<Vec<_>>()).into_keys().collect()
}

/// Returns whether so much of a completion survived that it validates its skills.
pub(super) fn validates(account: &Retention) -> bool {
    account.accepted > 0 && account.rate() >= RETAINED_SHARE
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
) -> Result<(), SkillsError> {
    let named = |(name, digest): (&String, &String)| {
        what(Use { name: name.clone(), digest: digest.clone(), ..Use::default() })
    };
    Store::at(state).note_uses(&skills.iter().map(named).collect::<Vec<_>>(), now)
}
