//! The approved skills of a workspace as completions know them, and the watch over them while the server runs.
//!
//! What is approved is asked again after a while, when somebody typed: a merge, a pull, a changed file and a switched
//! mode take part without a restart. Where nothing is another one, the very same list is returned.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use housestyle_complete::skills::{self as complete, Skills};

use super::entry::{Entry, Mode};
use super::exceptions;
use super::list::{Depth, all};
use super::store::{Store, StoreError, Use};
use crate::args::Arm;
use crate::context::Context;
use crate::ear::workspace_of;
use crate::failure::Failure;
use crate::home::Home;
use crate::workspace_state;

/// How long what was found is taken for what is there. Reading takes some milliseconds.
const AGAIN: Duration = Duration::from_secs(2);

/// Returns the skills that belong to an arm: those that the server would serve in the workspace, or none.
///
/// # Errors
/// When what is noted of skills cannot be read, or the arm asks for skills and none is approved.
pub(crate) fn served(context: &Context, arm: Arm) -> Result<Arc<Skills>, Failure> {
    if !arm.has_skills() {
        return Ok(Arc::default());
    }
    let state = workspace_state::folder(&context.home, &context.workspace);
    let skills = read(&context.workspace, &state).map_err(|error| Failure::Environment(error.to_string()))?;
    if arm == Arm::Skills && skills.is_empty() {
        return Err(Failure::Usage(
            "arm `skills`: no skill is approved in this workspace: `housestyle skill list` says why"
                .to_owned(),
        ));
    }
    Ok(Arc::new(skills))
}

/// Reads the approved skills of a workspace. Exceptions that cannot be read are told, and are none.
fn read(workspace: &Path, state: &Path) -> Result<Skills, StoreError> {
    let entries = all(workspace, &Store::at(state), true, Depth::States)?;
    let exceptions = exceptions::read(state).unwrap_or_else(|error| {
        eprintln!("housestyle: {error}");
        complete::Exceptions::default()
    });
    Ok(Skills::new(entries.iter().filter(|entry| entry.loads()).filter_map(skill).collect(), exceptions))
}

fn skill(entry: &Entry) -> Option<complete::Skill> {
    let skill = entry.skill.as_ref()?;
    let mode = if entry.mode == Mode::On { complete::Mode::On } else { complete::Mode::Shadow };
    let served = complete::Skill::new(&entry.name, &skill.description, &skill.body, skill.rule.clone(), mode);
    Some(served.with_digest(&skill.digest))
}

/// The skills of every workspace that documents lie in.
#[derive(Debug)]
pub(crate) struct Watch {
    home: Home,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    read: HashMap<PathBuf, (Instant, Arc<Skills>)>,
    said: BTreeSet<String>,
}

impl Watch {
    /// Returns the skills below the user's folders; nothing is read yet.
    pub(crate) fn new(home: Home) -> Watch {
        Watch { home, state: Mutex::default() }
    }

    /// Returns the skills that may be served for a document, a URI in this folder of the editor's. What cannot be read is
    /// said once on stderr, and what was known before stays.
    pub(crate) fn skills(&self, document: &str, folder: Option<&str>) -> Arc<Skills> {
        let Some(workspace) = workspace_of(document, folder) else { return Arc::default() };
        self.of_workspace(&workspace, Instant::now())
    }

    fn of_workspace(&self, workspace: &Path, now: Instant) -> Arc<Skills> {
        let mut guard = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let known = guard.read.get(workspace).cloned();
        if let Some((at, skills)) = &known
            && now.saturating_duration_since(*at) < AGAIN
        {
            return Arc::clone(skills);
        }
        let state = workspace_state::folder(&self.home, workspace);
        let known = known.map(|(_, skills)| skills).unwrap_or_default();
        let found = match read(workspace, &state) {
            Ok(found) if found == *known => known,
            Ok(found) => {
                if let Err(error) = note_loaded(&state, &found) {
                    guard.say(format!("that skills were loaded is not noted: {error}"));
                }
                Arc::new(found)
            }
            Err(error) => {
                guard.say(format!("the skills stay as they were: {error}"));
                known
            }
        };
        guard.read.insert(workspace.to_path_buf(), (now, Arc::clone(&found)));
        found
    }
}

impl State {
    fn say(&mut self, problem: String) {
        if self.said.insert(problem.clone()) {
            eprintln!("housestyle: {problem}");
        }
    }
}

/// Notes skills as loaded whose content was not loaded here before: from then on they can be seen to be right.
fn note_loaded(state: &Path, skills: &Skills) -> Result<(), StoreError> {
    let store = Store::at(state);
    let counters = store.memory()?.counters;
    let is_new = |skill: &&complete::Skill| {
        counters.get(&skill.name).and_then(|counters| counters.digest.as_ref()) != Some(&skill.digest)
    };
    let loaded: Vec<Use> = skills
        .list()
        .iter()
        .filter(is_new)
        .map(|skill| Use { name: skill.name.clone(), digest: skill.digest.clone(), ..Use::default() })
        .collect();
    store.note_uses(&loaded, crate::commands::memory::now())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::skills::exceptions::{Mark, add};
    use housestyle_complete::skills::exception_key;

    const SKILL: &str =
        "---\nname: no-len\ndescription: Ask is_empty, not len. Use when writing Rust.\n---\n\nText.\n";
    const RULE: &str = r#"{"format":1,"scope":{"languages":["rust"]},"rule":{"rewrite":{"avoid":["$A.len() == 0"],"prefer":"$A.is_empty()"}}}"#;

    fn commit(repository: &git2::Repository, text: &str) {
        let signature = git2::Signature::now("Ann", "ann@example.org").expect("a signature");
        let mut index = repository.index().expect("an index");
        index.add_all(["*"], git2::IndexAddOption::DEFAULT, None).expect("added");
        index.write().expect("written");
        let tree = repository.find_tree(index.write_tree().expect("a tree")).expect("a tree");
        let parent = repository.head().ok().and_then(|head| head.peel_to_commit().ok());
        let parents: Vec<&git2::Commit<'_>> = parent.iter().collect();
        repository.commit(Some("HEAD"), &signature, &signature, text, &tree, &parents).expect("a commit");
    }

    #[test]
    fn what_is_on_the_default_branch_is_served_from_then_on() {
        let root = tempfile::tempdir().expect("a folder");
        let home = Home { models: PathBuf::new(), state: root.path().join("state"), config: PathBuf::new() };
        let work = root.path().join("work");
        let mut options = git2::RepositoryInitOptions::new();
        let repository =
            git2::Repository::init_opts(&work, options.initial_head("main")).expect("a repository");
        std::fs::write(work.join("a.rs"), "fn f() {}\n").expect("written");
        commit(&repository, "Begin");
        let watch = Watch::new(home.clone());
        let began = Instant::now();
        let names = |skills: &Skills| -> Vec<String> {
            skills.list().iter().map(|skill| format!("{} {:?}", skill.name, skill.mode)).collect()
        };
        let at = |seconds| watch.of_workspace(&work, began + Duration::from_secs(seconds));
        assert_eq!(names(&at(0)), [""; 0]);
        let folder = work.join("skills/no-len");
        std::fs::create_dir_all(&folder).expect("a folder");
        std::fs::write(folder.join("SKILL.md"), SKILL).expect("written");
        std::fs::write(folder.join("rule.json"), RULE).expect("written");
        assert_eq!(names(&at(10)), [""; 0], "written is not approved");
        commit(&repository, "Add a skill");
        assert_eq!(names(&at(11)), [""; 0], "not asked again so soon");
        assert_eq!(names(&at(20)), ["no-len On"]);
        assert!(Arc::ptr_eq(&at(20), &at(30)), "the same list while nothing changes");
        let state = workspace_state::folder(&home, &work);
        let counters = Store::at(&state).memory().expect("read").counters;
        assert!(counters["no-len"].since > 0 && counters["no-len"].uses == 0, "{counters:?}");
        Store::at(&state).set_mode("no-len", Mode::Shadow).expect("set");
        assert_eq!(names(&at(40)), ["no-len Shadow"]);
        let mark = Mark { key: exception_key("no-len", "a.len() == 0"), file: "a.rs".to_owned(), time: 1 };
        add(&state, mark).expect("added");
        assert!(at(50).exceptions().holds("no-len", "a.len() == 0"));
        std::fs::write(folder.join("SKILL.md"), SKILL.replace("Text", "Other text")).expect("written");
        assert_eq!(names(&at(60)), [""; 0], "a content that was not approved does not load");
    }
}
