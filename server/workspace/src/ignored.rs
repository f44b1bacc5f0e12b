//! What git ignores, by git's own word. An answer is kept until a file that decides about it changes.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use housestyle_review::{AskError, IgnoreSources, git_ignores, ignore_sources, is_git_here, is_ignored};

use crate::ignore_lists;
use crate::stamp::FileStamp;

/// How long the answer of a git that could not tell is kept: asking it again may cost seconds.
const RETRY: Duration = Duration::from_secs(60);
/// Most answers that are kept.
const MOST_ANSWERS: usize = 4_000;

/// The answers of this process.
static KEPT: LazyLock<Mutex<Kept>> = LazyLock::new(Mutex::default);

/// Why nobody knows whether git ignores a file.
type Unknown = Box<dyn std::error::Error + Send + Sync>;

/// Files and how they were found.
type Stamps = Vec<(PathBuf, FileStamp)>;

#[derive(Default)]
struct Kept {
    /// The deciding files by root, with the stamps of git's configuration, which names them.
    sources: HashMap<PathBuf, (IgnoreSources, Stamps)>,
    answers: HashMap<Key, Answer>,
    /// What git is being asked on threads.
    asking: HashSet<Key>,
}

/// A root and a path below it.
type Key = (PathBuf, String);

#[derive(Clone)]
struct Answer {
    /// Whether the file is ignored, or why git could not tell.
    told: Result<bool, String>,
    /// How all deciding files were found before git was asked.
    stamps: Stamps,
    asked: Instant,
}

/// Returns whether git ignores the file at `path`, relative with `/`, in the work tree at `root`. Git is asked, so the
/// workspace must be trusted. Where git is not on the machine, libgit2 answers.
///
/// # Errors
/// When git does not tell, or its lists cannot be read in time.
pub(crate) fn ignored(root: &Path, path: &str) -> Result<bool, Unknown> {
    if let Some(known) = known(root, path) {
        return known;
    }
    let asked = Instant::now();
    let sources = sources(root);
    let files = sources.as_ref().map(|found| found.configuration.iter().chain(&found.lists));
    let files = files.into_iter().flatten().cloned().chain(lists_on_the_way(root, path));
    let stamps = stamps(files);
    let told = sources.and_then(|_| git_ignores(root, Path::new(path))).map_err(|error| error.to_string());
    let mut kept = kept();
    if kept.answers.len() >= MOST_ANSWERS {
        kept.answers.clear();
    }
    kept.answers.insert((root.to_path_buf(), path.to_owned()), Answer { told: told.clone(), stamps, asked });
    told.map_err(Unknown::from)
}

/// Returns the same if that needs no question to git, else nothing: then git is asked on a thread, for a later call.
pub(crate) fn ignored_if_known(root: &Path, path: &str) -> Option<Result<bool, Unknown>> {
    let known = known(root, path);
    if known.is_none() {
        let key = (root.to_path_buf(), path.to_owned());
        if kept().asking.insert(key.clone()) {
            let ask = move || {
                let _ = ignored(&key.0, &key.1); // the answer is kept
                kept().asking.remove(&key);
            };
            drop(thread::Builder::new().name("git".to_owned()).spawn(ask)); // without a thread nobody knows
        }
    }
    known
}

/// Returns what is known without a question to git.
fn known(root: &Path, path: &str) -> Option<Result<bool, Unknown>> {
    if root.join(".git").exists() {
        let kept = kept().answers.get(&(root.to_path_buf(), path.to_owned())).cloned();
        if let Some(answer) = kept.filter(Answer::holds) {
            return Some(answer.told.map_err(Unknown::from));
        }
        if is_git_here(root) {
            return None;
        }
        if let Err(error) = ignore_lists::check(root, path) {
            return Some(Err(error.into()));
        }
    }
    Some(is_ignored(root, Path::new(path)).map_err(Unknown::from))
}

impl Answer {
    fn holds(&self) -> bool {
        (self.told.is_ok() || self.asked.elapsed() < RETRY) && are_unchanged(&self.stamps)
    }
}

fn kept() -> MutexGuard<'static, Kept> {
    KEPT.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns the files that decide about a work tree besides the `.gitignore` files; none, where git does not tell.
pub(crate) fn deciding_files(root: &Path) -> Vec<PathBuf> {
    let sources = sources(root).unwrap_or_default();
    sources.configuration.into_iter().chain(sources.lists).collect()
}

/// Returns the files that decide besides the `.gitignore` files.
fn sources(root: &Path) -> Result<IgnoreSources, AskError> {
    if let Some((found, stamps)) = kept().sources.get(root)
        && are_unchanged(stamps)
    {
        return Ok(found.clone());
    }
    let found = ignore_sources(root)?;
    let stamps = stamps(found.configuration.iter().cloned());
    kept().sources.insert(root.to_path_buf(), (found.clone(), stamps));
    Ok(found)
}

/// Returns the `.gitignore` files from the root to the folder of a path; they need not exist.
fn lists_on_the_way(root: &Path, path: &str) -> impl Iterator<Item = PathBuf> {
    let folders = path.match_indices('/').map(|(at, _)| root.join(&path[..at]));
    std::iter::once(root.to_path_buf()).chain(folders).map(|folder| folder.join(".gitignore"))
}

fn stamps(files: impl Iterator<Item = PathBuf>) -> Stamps {
    files.map(|file| (file.clone(), FileStamp::of(&file))).collect()
}

fn are_unchanged(stamps: &Stamps) -> bool {
    stamps.iter().all(|(file, stamp)| FileStamp::of(file) == *stamp)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::process::Command;

    use super::*;

    struct Repository(tempfile::TempDir);

    impl Repository {
        fn new() -> Repository {
            let repository = Repository(tempfile::tempdir().expect("a folder"));
            repository.git(&["init", "--quiet"]);
            repository
        }

        fn git(&self, arguments: &[&str]) {
            let run = Command::new("git").args(arguments).current_dir(self.0.path()).output();
            assert!(run.expect("git runs").status.success(), "{arguments:?}");
        }

        fn write(&self, path: &str, text: &str) {
            let file = self.0.path().join(path);
            fs::create_dir_all(file.parent().expect("a folder")).expect("made");
            fs::write(file, text).expect("written");
        }

        #[track_caller]
        fn check(&self, path: &str, expected: bool) {
            for _ in 0..2 {
                assert_eq!(ignored(self.0.path(), path).expect("an answer"), expected, "{path}");
            }
        }
    }

    #[test]
    fn an_answer_holds_until_a_file_that_decides_changes() {
        let repository = Repository::new();
        repository.check("src/a.py", false);
        repository.write(".gitignore", "*.log\n");
        repository.check("src/a.py", false);
        repository.write("src/.gitignore", "a.py\n");
        repository.check("src/a.py", true);
        repository.write("src/a.py", "");
        repository.git(&["add", "--force", "src/a.py"]);
        repository.check("src/a.py", false);
        repository.write(".git/info/exclude", "b.py\n");
        repository.check("b.py", true);
        repository.check("c.py", false);
        let list = repository.0.path().join(".git/own list");
        repository.git(&["config", "core.excludesFile", list.to_str().expect("UTF-8")]);
        repository.check("c.py", false);
        repository.write(".git/own list", "c.py\n");
        repository.check("c.py", true);
    }

    #[test]
    fn an_included_file_that_does_not_exist_yet_is_waited_for() {
        let repository = Repository::new();
        repository.git(&["config", "include.path", "more"]);
        repository.check("a.py", false);
        repository.write(".git/list", "a.py\n");
        let list = repository.0.path().join(".git/list");
        let list = list.to_str().expect("UTF-8").replace('\\', "/");
        repository.write(".git/more", &format!("[core]\n\texcludesFile = {list}\n"));
        repository.check("a.py", true);
    }

    #[test]
    fn an_answer_is_kept() {
        let repository = Repository::new();
        repository.write(".gitignore", "*.log\n");
        repository.check("a.log", true);
        let key = (repository.0.path().to_path_buf(), "a.log".to_owned());
        kept().answers.get_mut(&key).expect("kept").told = Ok(false); // as git would never say
        repository.check("a.log", false);
        repository.write(".gitignore", "*.log\n*.o\n");
        repository.check("a.log", true);
    }

    #[test]
    fn who_cannot_wait_asks_again() {
        let repository = Repository::new();
        repository.write(".gitignore", "*.log\n");
        let ask =
            |path: &str| ignored_if_known(repository.0.path(), path).map(|known| known.expect("an answer"));
        assert_eq!(ask("a.log"), None);
        let began = Instant::now();
        while ask("a.log").is_none() {
            assert!(began.elapsed() < Duration::from_secs(60), "no answer comes");
            thread::sleep(Duration::from_millis(5));
        }
        assert_eq!(ask("a.log"), Some(true));
        let folder = tempfile::tempdir().expect("a folder");
        assert!(matches!(ignored_if_known(folder.path(), "a.log"), Some(Ok(false))), "no repository");
    }

    #[test]
    fn outside_of_a_repository_nothing_is_ignored() {
        let folder = tempfile::tempdir().expect("a folder");
        let ask = |path: &str| ignored(folder.path(), path).expect("an answer");
        assert!(!ask("a.log") && ask("../a.log"));
        fs::create_dir(folder.path().join(".git")).expect("made");
        assert!(!ask("a.log") && ask("../a.log"));
    }
}
