//! Whether git ignores a file: by `.gitignore` files, `.git/info/exclude` and the user's own list.

use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

use git2::{ErrorCode, Repository};

use crate::ask::{AskError, ask};
use crate::error::ReviewError;
use crate::git_config::{expanded, users_folder};

/// Git's words for a folder that holds no repository.
const NO_REPOSITORY: &str = "not a git repository";

/// Asks git whether it ignores the file at `path`, relative to the work tree at `root`. A file that is tracked is not
/// ignored, whatever the lists say. A path that names no file below the work tree counts as ignored.
///
/// # Errors
/// When git is not here, or does not say.
pub fn git_ignores(root: &Path, path: &Path) -> Result<bool, AskError> {
    if !is_below(path) {
        return Ok(true);
    }
    let path = Path::new(".").join(path); // a `:` at its start would have a meaning
    let arguments = [OsStr::new("check-ignore"), OsStr::new("--quiet"), OsStr::new("--"), path.as_os_str()];
    let answer = ask(root, &arguments)?;
    match answer.code {
        Some(0) => Ok(true),
        Some(1) => Ok(false),
        _ if answer.errors.contains(NO_REPOSITORY) => Ok(false),
        _ => Err(answer.refused("check-ignore")),
    }
}

/// The files that decide what git ignores, besides the `.gitignore` files of the work tree. They need not exist.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IgnoreSources {
    /// The files of git's configuration.
    pub configuration: Vec<PathBuf>,
    /// The lists, and the index, which says what is tracked.
    pub lists: Vec<PathBuf>,
}

/// Asks git for the files that decide what it ignores in the work tree at `root`.
///
/// # Errors
/// When git is not here, or does not say.
pub fn ignore_sources(root: &Path) -> Result<IgnoreSources, AskError> {
    let answer_to = |arguments: &[&str]| -> Result<String, AskError> {
        let answer = ask(root, arguments)?;
        match answer.code == Some(0) || answer.errors.contains(NO_REPOSITORY) {
            true => Ok(String::from_utf8_lossy(&answer.output).into_owned()),
            false => Err(answer.refused(arguments[0])),
        }
    };
    let of_configuration = ["config", "config.worktree", "HEAD"];
    let of_lists = ["index", "info/exclude"];
    let mut question = vec!["rev-parse"];
    question.extend(of_configuration.iter().chain(&of_lists).flat_map(|path| ["--git-path", path]));
    let inside = answer_to(&question)?;
    let mut inside = inside.lines().map(|path| root.join(path));
    let mut configuration: Vec<PathBuf> = inside.by_ref().take(of_configuration.len()).collect();
    let mut lists: Vec<PathBuf> = inside.collect();
    let list = answer_to(&["config", "--list", "--show-origin", "-z"])?;
    let listed = Listed::of(root, &list);
    configuration.extend(users_files(&["GIT_CONFIG_GLOBAL"], &[".gitconfig"], "git/config"));
    configuration.extend(listed.files);
    configuration.sort();
    configuration.dedup();
    match listed.excludes {
        Some(path) => lists.push(root.join(expanded(&path))),
        None => lists.extend(users_files(&[], &[], "git/ignore")),
    }
    Ok(IgnoreSources { configuration, lists })
}

/// Returns the files that git reads for a user: those that variables name, those in the user's folder, and one in the folder
/// of configurations.
fn users_files(variables: &[&str], in_home: &[&str], in_configuration: &str) -> Vec<PathBuf> {
    let folder = |name: &str| std::env::var_os(name).filter(|path| !path.is_empty()).map(PathBuf::from);
    let home = users_folder();
    let configurations = folder("XDG_CONFIG_HOME").or_else(|| Some(home.as_ref()?.join(".config")));
    let named = variables.iter().filter_map(|name| folder(name));
    let own = in_home.iter().filter_map(|name| Some(home.as_ref()?.join(name)));
    named.chain(own).chain(configurations.map(|folder| folder.join(in_configuration))).collect()
}

/// What `git config --list --show-origin -z` says about files.
#[derive(Debug, Default)]
struct Listed {
    /// The files of the configuration, and those that they include, whether the conditions hold or not.
    files: Vec<PathBuf>,
    /// The value of `core.excludesFile` that holds.
    excludes: Option<String>,
}

impl Listed {
    fn of(root: &Path, list: &str) -> Listed {
        let mut listed = Listed::default();
        let mut parts = list.split('\0');
        while let (Some(origin), Some(entry)) = (parts.next(), parts.next()) {
            let (key, value) = entry.split_once('\n').unwrap_or((entry, ""));
            if key == "core.excludesfile" {
                listed.excludes = Some(value.to_owned());
            }
            let Some(file) = origin.strip_prefix("file:").map(|file| root.join(file)) else { continue };
            if key == "include.path" || key.starts_with("includeif.") && key.ends_with(".path") {
                listed.files.push(file.with_file_name(expanded(value)));
            }
            listed.files.push(file);
        }
        listed
    }
}

/// Returns whether a path stays below the folder that it is relative to.
fn is_below(path: &Path) -> bool {
    !path.as_os_str().is_empty() && path.components().all(|part| matches!(part, Component::Normal(_)))
}

/// Returns what libgit2 says in the place of git, which knows less: it reads other files of configuration, and where a list
/// in a folder negates a wildcard of one further up, the file counts as ignored. Outside of a repository nothing is ignored.
///
/// # Errors
/// When there is a repository, and it cannot be read.
pub fn is_ignored(root: &Path, path: &Path) -> Result<bool, ReviewError> {
    // libgit2 takes no other path, and its binding panics.
    if !is_below(path) {
        return Ok(true);
    }
    let repository = match Repository::open(root) {
        Ok(repository) => repository,
        Err(error) if error.code() == ErrorCode::NotFound => return Ok(false),
        Err(error) => return Err(ReviewError::Ignored(error)),
    };
    if !repository.status_should_ignore(path).map_err(ReviewError::Ignored)? {
        return Ok(false);
    }
    // The lists alone do not know what is tracked.
    let index = repository.index().map_err(ReviewError::Ignored)?;
    Ok(index.get_path(path, 0).is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_of_git_decide() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path();
        let ignored = |path: &str| {
            let by_libgit2 = is_ignored(root, Path::new(path)).expect("readable");
            assert_eq!(git_ignores(root, Path::new(path)).expect("git is here"), by_libgit2, "{path}");
            by_libgit2
        };
        assert!(!ignored("a.log"), "no repository");
        Repository::init(root).expect("a repository");
        std::fs::create_dir(root.join("deep")).expect("a folder");
        std::fs::write(root.join(".gitignore"), "*.log\n*.txt\n!kept.txt\n/target/\n").expect("written");
        std::fs::write(root.join("deep/.gitignore"), "more.rs\n").expect("written");
        std::fs::write(root.join(".git/info/exclude"), "notes.md\n").expect("written");
        assert!(
            ignored("a.log")
                && ignored("deep/b.log")
                && ignored("deep/more.rs")
                && ignored("target/x.rs")
                && ignored("notes.md")
        );
        std::fs::write(root.join("tracked.log"), "x").expect("written");
        let repository = Repository::open(root).expect("a repository");
        let mut index = repository.index().expect("an index");
        index.add_path(Path::new("tracked.log")).expect("added");
        index.write().expect("written");
        assert!(!ignored("tracked.log") && ignored("untracked.log"));
        assert!(ignored("../a.rs") && ignored("deep/../../a.rs") && ignored("/a.rs") && ignored(""));
        assert!(ignored(":a.log") && ignored("[a]*.log") && !ignored(":(glob)x") && !ignored("*"));
        assert!(!ignored("deep/kept.txt") && !ignored("src/a.rs") && !ignored("deep/target/x.rs"));
    }
}
