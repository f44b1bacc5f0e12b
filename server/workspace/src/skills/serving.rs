//! The approved skills of a workspace as completions know them.

use std::path::Path;

use housestyle_complete::skills::{self as complete, Skills};
use housestyle_review::TreeBudget;

use super::entry::{Entry, Mode, State};
use super::exceptions;
use super::list::{Depth, SkillList, all};
use super::store::{SkillsError, Store, Use};
use crate::notice;

/// Reads the approved skills of a workspace: its root, and the folder of its state, as far as the budget allows.
/// Exceptions that cannot be read are none, with a warning.
///
/// # Errors
/// When what is noted of skills on this machine cannot be read.
pub fn approved(root: &Path, state: &Path, budget: &TreeBudget) -> Result<Skills, SkillsError> {
    let SkillList { entries, unknown_default } = all(root, &Store::at(state), true, Depth::States, budget)?;
    let exceptions = exceptions::read(state).unwrap_or_else(|error| {
        notice::warn(error);
        complete::Exceptions::default()
    });
    // Who has no skill here need not know.
    let waits = |entry: &Entry| entry.state == State::Candidate && entry.folder.is_some();
    let problem = unknown_default.filter(|_| entries.iter().any(waits)).map(|reason| reason.to_string());
    let loaded = entries.iter().filter(|entry| entry.loads()).filter_map(skill).collect();
    Ok(Skills::new(loaded, exceptions).with_problem(problem))
}

fn skill(entry: &Entry) -> Option<complete::ServedSkill> {
    let skill = entry.skill.as_ref()?;
    let mode = if entry.mode == Mode::On { complete::Mode::On } else { complete::Mode::Shadow };
    let served =
        complete::ServedSkill::new(&entry.name, &skill.description, &skill.body, skill.rule.clone(), mode);
    Some(served.with_digest(&skill.digest))
}

/// Notes skills as loaded at a time, in seconds since 1970, whose content was not loaded here before: from then on they
/// can be seen to be right.
///
/// # Errors
/// When the file cannot be read or changed.
pub fn note_loaded(state: &Path, skills: &Skills, now: u64) -> Result<(), SkillsError> {
    let store = Store::at(state);
    let counters = store.records()?.counters;
    let is_new = |skill: &&complete::ServedSkill| {
        counters.get(&skill.name).and_then(|counters| counters.digest.as_ref()) != Some(&skill.digest)
    };
    let loaded: Vec<Use> = skills
        .list()
        .iter()
        .filter(is_new)
        .map(|skill| Use { name: skill.name.clone(), digest: skill.digest.clone(), ..Use::default() })
        .collect();
    store.note_uses(&loaded, now)
}
