//! The approved skills of a workspace as completions know them.

use std::path::Path;
use std::sync::Arc;

use housestyle_complete::skills::{self as complete, Skills};
use housestyle_review::TreeBudget;

use super::entry::{Entry, Mode, State};
use super::exceptions;
use super::list::{Depth, SkillList, all};
use super::store::{SkillsError, Store, Use};
use crate::notice;

/// The approved skills of a workspace, as they were read.
#[derive(Debug, Clone, Default)]
pub struct Approved {
    /// The skills.
    pub skills: Arc<Skills>,
    /// Git's id of the default branch's commit that has them.
    commit: Option<String>,
}

impl Approved {
    /// Returns a skill as it was read, in the user's present mode.
    fn known_skill(&self, entry: &Entry) -> Option<complete::ServedSkill> {
        let known = self.skills.list().iter().find(|skill| skill.name == entry.name)?;
        let mode = match entry.mode {
            Mode::On => known.mode,
            Mode::Shadow => complete::Mode::Shadow,
            Mode::Off => return None,
        };
        Some(complete::ServedSkill { mode, ..known.clone() })
    }
}

/// Reads the approved skills of a workspace: its root, and the folder of its state, as far as the budget allows. What the
/// budget leaves out is as `known` has it, as long as the default branch ends at the same commit. Exceptions that cannot be
/// read are none, with a warning.
///
/// # Errors
/// When what is noted of skills on this machine cannot be read.
pub fn approved(
    root: &Path,
    state: &Path,
    known: &Approved,
    budget: &TreeBudget,
) -> Result<Approved, SkillsError> {
    let SkillList { entries, problem, commit, is_unread } =
        all(root, &Store::at(state), true, Depth::States, budget)?;
    let is_same_commit = commit.is_some() && commit == known.commit;
    if is_unread && is_same_commit {
        return Ok(known.clone());
    }
    let exceptions = exceptions::read(state).unwrap_or_else(|error| {
        notice::warn(error);
        complete::Exceptions::default()
    });
    // Who has no skill here need not know.
    let waits = |entry: &Entry| entry.state == State::Candidate && entry.folder.is_some();
    let problem = problem.filter(|_| entries.iter().any(waits));
    let served = |entry: &Entry| {
        if entry.is_unread && is_same_commit {
            known.known_skill(entry)
        } else {
            skill(entry).filter(|_| entry.loads())
        }
    };
    let skills = Skills::new(entries.iter().filter_map(served).collect(), exceptions).with_problem(problem);
    let skills = if skills == *known.skills { Arc::clone(&known.skills) } else { Arc::new(skills) };
    Ok(Approved { skills, commit })
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

#[cfg(test)]
mod tests {
    use std::fs;
    use std::process::Command;

    use super::*;

    const SKILL: &str =
        "---\nname: no-len\ndescription: Ask is_empty, not len. Use when writing Rust.\n---\n\nText.\n";

    fn spent() -> TreeBudget {
        let budget = TreeBudget::default();
        while budget.take().is_ok() {}
        budget
    }

    #[test]
    fn known_skills_stay_when_the_budget_is_spent_until_the_default_branch_moves() {
        let folder = tempfile::tempdir().expect("a folder");
        let (work, state) = (folder.path().join("work"), folder.path().join("state"));
        fs::create_dir_all(work.join("skills/no-len")).expect("made");
        fs::write(work.join("skills/no-len/SKILL.md"), SKILL).expect("written");
        let git = |arguments: &[&str]| {
            let who =
                ["-c", "user.name=Ann", "-c", "user.email=ann@example.org", "-c", "commit.gpgsign=false"];
            let run = Command::new("git").args(who).args(arguments).current_dir(&work).output();
            assert!(run.expect("git runs").status.success(), "{arguments:?}");
        };
        git(&["init", "--quiet", "--initial-branch", "main"]);
        git(&["add", "."]);
        git(&["commit", "--quiet", "--message", "Add a skill"]);
        let read =
            |known: &Approved, budget: &TreeBudget| approved(&work, &state, known, budget).expect("read");
        let known = read(&Approved::default(), &TreeBudget::default());
        assert_eq!(known.skills.list().len(), 1);
        assert!(read(&Approved::default(), &spent()).skills.is_empty(), "nothing is known yet");
        let budget = spent();
        assert!(Arc::ptr_eq(&read(&known, &budget).skills, &known.skills));
        assert!(budget.check().is_err(), "it is told");
        git(&["commit", "--quiet", "--allow-empty", "--message", "Work"]);
        assert!(read(&known, &spent()).skills.is_empty(), "another commit may hold another skill");
    }

    #[test]
    fn a_known_skill_is_in_the_users_present_mode() {
        let skill = complete::ServedSkill::new("a", "Do a.", "Text.", None, complete::Mode::On);
        let skills = Arc::new(Skills::new(vec![skill], complete::Exceptions::default()));
        let known = Approved { skills, commit: None };
        let mode_of = |name: &str, mode| {
            let entry = Entry { mode, is_unread: true, ..Entry::blank(name, State::Refused) };
            known.known_skill(&entry).map(|skill| skill.mode)
        };
        let modes = [Mode::On, Mode::Shadow, Mode::Off].map(|mode| mode_of("a", mode));
        assert_eq!(modes, [Some(complete::Mode::On), Some(complete::Mode::Shadow), None]);
        assert_eq!(mode_of("b", Mode::On), None);
    }
}
