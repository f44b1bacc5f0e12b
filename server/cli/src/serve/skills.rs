//! The approved skills while the server runs.
//!
//! A request reads them again when the last reading is a while ago: a merge, a pull, a changed file or a switched mode
//! counts without a restart. Where nothing has changed, the very same list is returned.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use housestyle_complete::skills::Skills;
use housestyle_review::TreeBudget;
use housestyle_workspace::clock::now;
use housestyle_workspace::skills::serving::{Approved, approved, note_loaded};
use housestyle_workspace::{Home, Workspace, clone, notice};

/// Time between two readings of the skills. Reading takes some milliseconds.
const REREAD_AFTER: Duration = Duration::from_secs(2);

/// The skills of every workspace that documents lie in.
#[derive(Debug)]
pub(crate) struct SkillsWatch {
    home: Home,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    read: HashMap<PathBuf, (Instant, Approved)>,
    warned: BTreeSet<String>,
}

impl SkillsWatch {
    /// Returns the skills below the user's folders; nothing is read yet.
    pub(crate) fn new(home: Home) -> SkillsWatch {
        SkillsWatch { home, state: Mutex::default() }
    }

    /// Returns the skills that may be served at a time in the workspace with a root. Skills that cannot be read are a
    /// warning, given once, and the list read before stays.
    pub(crate) fn skills(&self, root: &Path, at: Instant) -> Arc<Skills> {
        let mut guard = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let known = guard.read.get(root).cloned();
        if let Some((read, known)) = &known
            && at.saturating_duration_since(*read) < REREAD_AFTER
        {
            return Arc::clone(&known.skills);
        }
        let state = Workspace::new(root.to_path_buf(), self.home.clone()).state().to_path_buf();
        clone::tell();
        let known = known.map(|(_, known)| known).unwrap_or_default();
        let budget = TreeBudget::default();
        let read = approved(root, &state, &known, &budget);
        if let Err(error) = budget.check() {
            guard.warn(error.to_string());
        }
        let found = match read {
            Ok(found) if Arc::ptr_eq(&found.skills, &known.skills) => found,
            Ok(found) => {
                if let Err(error) = note_loaded(&state, &found.skills, now()) {
                    guard.warn(format!("that skills were loaded is not noted: {error}"));
                }
                found
            }
            Err(error) => {
                guard.warn(format!("the skills stay as they were: {error}"));
                known
            }
        };
        let skills = Arc::clone(&found.skills);
        guard.read.insert(root.to_path_buf(), (at, found));
        skills
    }
}

impl State {
    fn warn(&mut self, problem: String) {
        if self.warned.insert(problem.clone()) {
            notice::warn(&problem);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use housestyle_complete::skills::exception_key;
    use housestyle_workspace::skills::entry::Mode;
    use housestyle_workspace::skills::exceptions::{Mark, add};
    use housestyle_workspace::skills::store::Store;

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
    fn a_hostile_branch_leaves_the_approved_skills_alone() {
        let root = tempfile::tempdir().expect("a folder");
        let home = Home { models: PathBuf::new(), state: root.path().join("state"), config: PathBuf::new() };
        let work = root.path().join("work");
        let mut options = git2::RepositoryInitOptions::new();
        let repository =
            git2::Repository::init_opts(&work, options.initial_head("main")).expect("a repository");
        let folder = work.join("skills/no-len");
        std::fs::create_dir_all(&folder).expect("a folder");
        std::fs::write(folder.join("SKILL.md"), SKILL).expect("written");
        std::fs::write(folder.join("rule.json"), RULE).expect("written");
        commit(&repository, "Add a skill");
        // Each level holds the one below 400 times.
        let mut tree = repository.treebuilder(None).and_then(|builder| builder.write()).expect("a tree");
        for _ in 0..4 {
            let mut builder = repository.treebuilder(None).expect("a tree");
            for number in 0..400 {
                builder.insert(format!("d{number}"), tree, 0o040_000).expect("inserted");
            }
            tree = builder.write().expect("written");
        }
        for name in ["bomb", "skills"] {
            let mut builder = repository.treebuilder(None).expect("a tree");
            builder.insert(name, tree, 0o040_000).expect("inserted");
            tree = builder.write().expect("written");
        }
        let tree = repository.find_tree(tree).expect("a tree");
        let signature = git2::Signature::now("Eve", "eve@example.org").expect("a signature");
        let head = repository.head().and_then(|head| head.peel_to_commit()).expect("a commit");
        let branch = Some("refs/remotes/origin/housestyle/proposals/bomb");
        repository.commit(branch, &signature, &signature, "Bomb", &tree, &[&head]).expect("a commit");
        let watch = SkillsWatch::new(home);
        assert_eq!(watch.skills(&work, Instant::now()).list().len(), 1);
        assert_eq!(watch.state.lock().expect("no panic").warned.len(), 1, "it is told");
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
        let watch = SkillsWatch::new(home.clone());
        let began = Instant::now();
        let names = |skills: &Skills| -> Vec<String> {
            skills.list().iter().map(|skill| format!("{} {:?}", skill.name, skill.mode)).collect()
        };
        let at = |seconds| watch.skills(&work, began + Duration::from_secs(seconds));
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
        let state = Workspace::new(work.clone(), home.clone()).state().to_path_buf();
        let counters = Store::at(&state).records().expect("read").counters;
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
