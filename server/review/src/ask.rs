//! Asks the user's own git a question that git decides: who the user is, how git is configured, what git ignores.
//!
//! A question starts no program that the repository names, changes nothing, and ends within two seconds, together with
//! all processes that git started.

use std::env;
use std::ffi::{OsStr, OsString};
use std::io::{self, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::executable::on_path;

/// How long git may take.
const PATIENCE: Duration = Duration::from_secs(2);
/// The pause between two looks whether git has ended, once its output is complete.
const PAUSE: Duration = Duration::from_millis(2);
/// Most bytes of an answer, many times what a configuration has.
const MOST_BYTES: u64 = 4 << 20;
/// Most bytes of a list of files, some hundred thousand paths.
pub(crate) const MOST_LIST_BYTES: u64 = 16 << 20;

/// Variables that would make git look at another repository than the one in the folder, or at the folder in another way.
const OF_ANOTHER_REPOSITORY: [&str; 21] = [
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_ATTR_SOURCE",
    "GIT_COMMON_DIR",
    "GIT_CONFIG",
    "GIT_DIR",
    "GIT_GLOB_PATHSPECS",
    "GIT_GRAFT_FILE",
    "GIT_ICASE_PATHSPECS",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_LITERAL_PATHSPECS",
    "GIT_NAMESPACE",
    "GIT_NOGLOB_PATHSPECS",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_QUARANTINE_PATH",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
];

/// Why git did not answer.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// Git is not on this machine.
    #[error("git is not on the path: install it")]
    NotInstalled,
    /// Git cannot be started.
    #[error("git cannot be run: {0}")]
    NotRun(#[source] io::Error),
    /// Git took too long.
    #[error("`git {command}` gave no answer within two seconds")]
    TimedOut {
        /// The subcommand.
        command: String,
    },
    /// Git refused.
    #[error("`git {command}` failed: {said}")]
    Refused {
        /// The subcommand.
        command: String,
        /// Git's reason.
        said: String,
    },
}

/// Git's answer.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The exit code; `None` where a signal ended git.
    pub(crate) code: Option<i32>,
    /// Git's output.
    pub(crate) output: Vec<u8>,
    /// Git's error output, in English.
    pub(crate) errors: String,
}

impl Answer {
    /// Returns the error that this answer is.
    pub(crate) fn refused(&self, command: &str) -> AskError {
        let fatal = self.errors.lines().find(|line| line.starts_with("fatal: "));
        let said = fatal.or_else(|| self.errors.lines().next()).unwrap_or("git gives no reason");
        AskError::Refused { command: command.to_owned(), said: said.to_owned() }
    }
}

/// Returns whether git can be asked about the work tree at `folder`.
pub fn is_git_here(folder: &Path) -> bool {
    on_path("git", folder).is_some()
}

/// Returns what git says in `folder`: the top of a work tree, or a bare repository.
///
/// # Errors
/// When there is no git, it cannot be run, or it takes too long. An answer with an exit code other than 0 is no error here.
pub(crate) fn ask<S: AsRef<OsStr>>(folder: &Path, arguments: &[S]) -> Result<Answer, AskError> {
    let program = on_path("git", folder).ok_or(AskError::NotInstalled)?;
    ask_program(&program, folder, arguments, MOST_BYTES)
}

/// Returns the same for a list of files, of which the first [`MOST_LIST_BYTES`] are read.
///
/// # Errors
/// As [`ask`].
pub(crate) fn ask_for_list<S: AsRef<OsStr>>(folder: &Path, arguments: &[S]) -> Result<Answer, AskError> {
    let program = on_path("git", folder).ok_or(AskError::NotInstalled)?;
    ask_program(&program, folder, arguments, MOST_LIST_BYTES)
}

fn ask_program<S: AsRef<OsStr>>(
    program: &Path,
    folder: &Path,
    arguments: &[S],
    most: u64,
) -> Result<Answer, AskError> {
    let end = Instant::now() + PATIENCE;
    let mut git = Command::new(program);
    git.args(["--no-pager", "--no-optional-locks", "-c", "core.fsmonitor=false"]);
    git.args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    for name in OF_ANOTHER_REPOSITORY {
        git.env_remove(name);
    }
    // In a partial clone git would fetch what is missing, by a program that the repository's configuration names.
    git.env("GIT_NO_LAZY_FETCH", "1").env("GIT_ALLOW_PROTOCOL", "");
    git.env("GIT_TERMINAL_PROMPT", "0").env("LC_ALL", "C");
    git.env("GIT_CEILING_DIRECTORIES", ceiling(folder));
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut git, 0);
    let mut child = git.spawn().map_err(AskError::NotRun)?;
    let output = child.stdout.take().map(|pipe| read(pipe, most));
    let errors = child.stderr.take().map(|pipe| read(pipe, most));
    let text = |pipe: Option<Receiver<Vec<u8>>>| {
        pipe?.recv_timeout(end.saturating_duration_since(Instant::now())).ok()
    };
    let answered = text(output).zip(text(errors));
    match answered.and_then(|texts| Some((texts, code(&mut child, end)?))) {
        Some(((output, errors), code)) => {
            Ok(Answer { code, output, errors: String::from_utf8_lossy(&errors).into_owned() })
        }
        None => {
            kill(child);
            let mut words = arguments.iter().map(|word| word.as_ref().to_string_lossy());
            let command = words.find(|word| !word.starts_with('-') && !word.contains('='));
            Err(AskError::TimedOut { command: command.unwrap_or_default().into_owned() })
        }
    }
}

/// Returns the folder above which git must not look for a repository: nothing where a list of folders cannot hold it.
fn ceiling(folder: &Path) -> OsString {
    folder.parent().and_then(|parent| env::join_paths([parent]).ok()).unwrap_or_default()
}

/// Reads a pipe on a thread of its own, as a process that outlives git may keep the pipe open.
fn read(pipe: impl Read + Send + 'static, most: u64) -> Receiver<Vec<u8>> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let mut text = Vec::new();
        if pipe.take(most).read_to_end(&mut text).is_ok() {
            let _ = sender.send(text); // nobody waits any more
        }
    });
    receiver
}

/// Returns the exit code of git; `None` where it does not end in time.
fn code(child: &mut Child, end: Instant) -> Option<Option<i32>> {
    loop {
        if let Some(status) = child.try_wait().ok()? {
            return Some(status.code());
        }
        if Instant::now() >= end {
            return None;
        }
        thread::sleep(PAUSE);
    }
}

/// Ends git with the processes that it started. A thread waits for the end, which a hanging disk may delay.
fn kill(mut child: Child) {
    #[cfg(unix)]
    if let Ok(id) = i32::try_from(child.id())
        && let Some(group) = rustix::process::Pid::from_raw(id)
    {
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL); // it has ended
    }
    #[cfg(windows)]
    if let Some(windows) = env::var_os("SystemRoot") {
        let taskkill = Path::new(&windows).join("System32").join("taskkill.exe");
        let _ = Command::new(taskkill).args(["/T", "/F", "/PID", &child.id().to_string()]).output(); // it has ended
    }
    let _ = child.kill(); // it has ended
    thread::spawn(move || child.wait());
}

/// Returns git's version, such as `2.47.3`.
///
/// # Errors
/// When git is not here, or does not answer.
pub fn git_version(folder: &Path) -> Result<String, AskError> {
    let answer = ask(folder, &["version"])?;
    let text = String::from_utf8_lossy(&answer.output);
    match text.trim().strip_prefix("git version ") {
        Some(version) if answer.code == Some(0) => Ok(version.to_owned()),
        _ => Err(answer.refused("version")),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn git(folder: &Path, arguments: &[&str]) {
        let run = Command::new("git").args(arguments).current_dir(folder).output().expect("git runs");
        assert!(run.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&run.stderr));
    }

    #[test]
    fn git_answers_about_the_folder_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        git(folder.path(), &["init", "--quiet"]);
        let inner = folder.path().join("inner");
        fs::create_dir(&inner).expect("made");
        let top = ask(folder.path(), &["rev-parse", "--git-dir"]).expect("an answer");
        assert_eq!((top.code, top.output.as_slice()), (Some(0), &b".git\n"[..]));
        let above = ask(&inner, &["rev-parse", "--git-dir"]).expect("an answer");
        assert!(above.refused("rev-parse").to_string().contains("not a git repository"), "{above:?}");
        assert!(git_version(folder.path()).expect("a version").starts_with(|c: char| c.is_ascii_digit()));
    }

    #[cfg(unix)]
    fn script(path: &Path, text: &str) {
        use std::os::unix::fs::PermissionsExt;
        fs::write(path, format!("#!/bin/sh\n{text}\n")).expect("written");
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("set");
    }

    #[cfg(unix)]
    #[test]
    fn a_question_starts_no_program_that_the_repository_names() {
        let folder = tempfile::tempdir().expect("a folder");
        let (work, ran) = (folder.path().join("work"), folder.path().join("ran"));
        fs::create_dir(&work).expect("made");
        git(&work, &["init", "--quiet"]);
        let evil = folder.path().join("evil");
        script(&evil, &format!("echo \"$0 $*\" >> {}", ran.display()));
        let evil = evil.to_str().expect("UTF-8");
        let shell = format!("!{evil}");
        for (key, value) in [
            ("core.fsmonitor", evil),
            ("core.pager", evil),
            ("pager.var", evil),
            ("pager.config", evil),
            ("core.editor", evil),
            ("core.sshCommand", evil),
            ("core.askPass", evil),
            ("credential.helper", &shell),
            ("alias.var", &shell),
            ("alias.config", &shell),
            ("alias.check-ignore", &shell),
            ("filter.x.clean", evil),
            ("filter.x.smudge", evil),
            ("filter.x.process", evil),
            ("diff.x.textconv", evil),
            ("diff.external", evil),
            ("gpg.program", evil),
            ("core.hooksPath", folder.path().to_str().expect("UTF-8")),
        ] {
            git(&work, &["config", key, value]);
        }
        fs::write(work.join(".gitattributes"), "* filter=x diff=x\n").expect("written");
        fs::write(work.join("a.txt"), "a").expect("written");
        for hook in ["post-index-change", "pre-commit", "fsmonitor-watchman"] {
            script(&folder.path().join(hook), &format!("echo hook >> {}", ran.display()));
        }
        let questions: [&[&str]; 6] = [
            &["var", "GIT_AUTHOR_IDENT"],
            &["config", "--list", "-z"],
            &["check-ignore", "--quiet", "--", "a.txt"],
            &["rev-parse", "--git-path", "index"],
            &["ls-files", "--cached", "-z"],
            &["ls-files", "--others", "--exclude-standard", "-z"],
        ];
        for question in questions {
            ask(&work, question).expect("an answer");
            assert!(!ran.exists(), "{question:?}: {}", fs::read_to_string(&ran).unwrap_or_default());
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_git_that_hangs_ends_with_its_children() {
        let folder = tempfile::tempdir().expect("a folder");
        let (fake, child) = (folder.path().join("git"), folder.path().join("child"));
        script(&fake, &format!("sleep 1000 &\necho $! > {}\nsleep 1000", child.display()));
        let began = Instant::now();
        let error =
            ask_program(&fake, folder.path(), &["-c", "a.b=c", "var", "GIT_AUTHOR_IDENT"], MOST_BYTES);
        assert!(matches!(&error, Err(AskError::TimedOut { command }) if command == "var"), "{error:?}");
        assert!(began.elapsed() < Duration::from_secs(60), "{:?}", began.elapsed());
        let child: i32 = fs::read_to_string(child).expect("it began").trim().parse().expect("a number");
        let child = rustix::process::Pid::from_raw(child).expect("a process");
        // Whoever inherits the child collects it; until then it is a zombie, which has no command line.
        let command_line = format!("/proc/{}/cmdline", child.as_raw_nonzero());
        let is_there = || match fs::read(&command_line) {
            Ok(line) => !line.is_empty(),
            Err(_) => !cfg!(target_os = "linux") && rustix::process::test_kill_process(child).is_ok(),
        };
        while is_there() {
            assert!(began.elapsed() < Duration::from_secs(60), "the child runs on");
            thread::sleep(PAUSE);
        }
    }

    #[cfg(unix)]
    #[test]
    fn an_answer_without_end_is_cut() {
        let folder = tempfile::tempdir().expect("a folder");
        let fake = folder.path().join("git");
        script(&fake, "exec yes");
        let answer = ask_program(&fake, folder.path(), &["config"], MOST_BYTES);
        let answer = answer.expect("an answer");
        assert_eq!(answer.output.len() as u64, MOST_BYTES);
        assert_ne!(answer.code, Some(0), "a cut answer is none");
    }
}
