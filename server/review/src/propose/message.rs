//! The message of a proposal's commit: the caller's text, a trailer with the proposal's subject and the
//! program's version, and the user's `commit-msg` hook, which may change or refuse it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use git2::{Commit, Repository};

use crate::error::{ReviewError, during};
use crate::executable::is_executable;
use crate::git_config::GitConfig;
use crate::repository::home;

/// The trailer by which a proposal is known.
const TRAILER: &str = "Housestyle-Proposal";

/// Returns the message to commit.
pub(super) fn message(
    repository: &Repository,
    config: &GitConfig,
    text: &str,
    subject: &str,
) -> Result<String, ReviewError> {
    let text = with_trailer(&pretty(text)?, subject)?;
    let Some(hook) = hook(repository, config) else { return Ok(text) };
    let text = pretty(&run(repository, &hook, &text)?)?;
    if text.is_empty() {
        return Err(ReviewError::Hook { hook, said: "it left no message".to_owned() });
    }
    match subject_of(&text).as_deref() == Some(subject) {
        true => Ok(text),
        false => with_trailer(&text, subject), // without it nothing would know the proposal again
    }
}

/// Returns the subject of the proposal that a commit is, from its trailer.
pub(super) fn proposed_by(commit: &Commit<'_>) -> Option<String> {
    subject_of(&String::from_utf8_lossy(commit.message_bytes()))
}

fn subject_of(message: &str) -> Option<String> {
    let trailers = git2::message_trailers_strs(message).ok()?;
    let (_, value) = trailers.iter().find(|(key, _)| key.eq_ignore_ascii_case(TRAILER))?;
    Some(value.rsplit_once(" (").map_or(value, |(subject, _)| subject).to_owned())
}

fn pretty(text: &str) -> Result<String, ReviewError> {
    git2::message_prettify(text, None).map_err(during("tidy the proposal's message"))
}

fn with_trailer(text: &str, subject: &str) -> Result<String, ReviewError> {
    let text = text.trim_end();
    let trailers = git2::message_trailers_strs(text).map_err(during("read the proposal's message"))?;
    let gap = if trailers.len() == 0 { "\n\n" } else { "\n" };
    let version = env!("CARGO_PKG_VERSION");
    Ok(format!("{text}{gap}{TRAILER}: {subject} (housestyle {version})\n"))
}

/// Returns the user's hook where there is one that git would run.
fn hook(repository: &Repository, config: &GitConfig) -> Option<PathBuf> {
    let folder = match config.path("core.hookspath") {
        Some(folder) => home(repository).join(folder), // hooks run there
        None => repository.commondir().join("hooks"),
    };
    let hook = folder.join("commit-msg");
    is_executable(&hook).then_some(hook)
}

/// Runs the hook on a file of its own, not on the repository's COMMIT_EDITMSG: that is the user's next commit's.
fn run(repository: &Repository, hook: &Path, text: &str) -> Result<String, ReviewError> {
    let outside = |source| ReviewError::HookNotRun { hook: hook.to_path_buf(), source };
    let folder = tempfile::tempdir().map_err(outside)?;
    let file = folder.path().join("COMMIT_EDITMSG");
    fs::write(&file, text).map_err(outside)?;
    let output = start(home(repository), hook, &file).map_err(outside)?;
    if !output.status.success() {
        let said = [output.stderr, output.stdout].concat();
        let said = String::from_utf8_lossy(&said).trim().to_owned();
        let said = if said.is_empty() { output.status.to_string() } else { said };
        return Err(ReviewError::Hook { hook: hook.to_path_buf(), said });
    }
    fs::read_to_string(&file).map_err(outside)
}

#[cfg(unix)]
fn start(home: &Path, hook: &Path, file: &Path) -> std::io::Result<Output> {
    /// A script without a first line that names its interpreter.
    const ENOEXEC: i32 = 8;
    let in_home = |command: &mut Command| {
        command.arg(file).current_dir(home).env("GIT_EDITOR", ":").stdin(Stdio::null()).output()
    };
    match in_home(&mut Command::new(hook)) {
        Err(error) if error.raw_os_error() == Some(ENOEXEC) => in_home(Command::new("sh").arg(hook)),
        done => done,
    }
}

/// Windows runs no scripts; git brings its own shell for them.
#[cfg(not(unix))]
fn start(home: &Path, _: &Path, file: &Path) -> std::io::Result<Output> {
    let mut git = Command::new("git");
    git.args(["hook", "run", "--ignore-missing", "commit-msg", "--"]).arg(file);
    git.current_dir(home).env("GIT_EDITOR", ":").stdin(Stdio::null()).output()
}
