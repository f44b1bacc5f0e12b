//! A forge's repository, a machine for its jobs, and the scripts of a workflow.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// What `cargo install` would be called with, and what the program would see.
const NOTE: &str = "echo \"$0 $* in $PWD token=$GITLAB_TOKEN$FORGEJO_TOKEN$GITHUB_TOKEN toolchain=$RUSTUP_TOOLCHAIN\" >> \"$NOTES\"\n";

/// Returns the lines of a job.
pub(super) fn job(workflow: &str, name: &str) -> String {
    let mut lines = workflow.lines().skip_while(|line| *line != format!("  {name}:")).peekable();
    assert!(lines.peek().is_some(), "no job {name}");
    let is_next = |line: &&str| line.starts_with("  ") && line.ends_with(':') && !line.starts_with("   ");
    let first = lines.next().into_iter();
    first.chain(lines.take_while(|line| !is_next(line))).map(|line| format!("{line}\n")).collect()
}

/// Returns the script below a line of a workflow, such as `skills:`.
pub(super) fn script(workflow: &str, below: &str) -> String {
    let mut lines = workflow.lines().skip_while(|line| *line != below).map(|line| (line, line.trim_start()));
    let begins = |line: &str| line.starts_with("run: ") || line == "- |";
    let (_, first) = lines.find(|(_, line)| begins(line)).expect("a script of that job or step");
    if !first.ends_with('|') {
        return first.trim_start_matches("run: ").to_owned();
    }
    let block: Vec<(&str, &str)> = lines.collect();
    let indent = block.first().map_or(0, |(line, text)| line.len() - text.len());
    let inside = |(line, text): &&(&str, &str)| line.is_empty() || line.len() - text.len() >= indent;
    let lines = block.iter().take_while(inside);
    lines.map(|(line, _)| format!("{}\n", line.get(indent..).unwrap_or_default())).collect()
}

/// Returns the value of a variable of a workflow.
pub(super) fn variable(workflow: &str, name: &str) -> String {
    let value = workflow.lines().find_map(|line| line.trim_start().strip_prefix(&format!("{name}: ")));
    value.expect("that variable").to_owned()
}

/// A forge's repository with a request that brings programs and a skill along, and a machine for jobs.
pub(super) struct Forge {
    folder: TempDir,
    base: String,
    /// The commit of the request.
    pub(super) head: String,
    /// The commit of a request that brings programs and changes no skill.
    pub(super) other: String,
}

impl Forge {
    pub(super) fn new() -> Forge {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |path: &str| folder.path().join(path);
        let executable = |path: PathBuf, text: &str| {
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            fs::write(&path, format!("#!/bin/sh\n{text}")).expect("written");
            fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("set");
        };
        // The machine's own programs: `cargo install` puts a program where `--root` says.
        let install = "while [ $# -gt 1 ]; do [ \"$1\" = --root ] && root=$2; shift; done\n\
                       mkdir -p \"$root/bin\" && cp \"$TOOLS/housestyle.sh\" \"$root/bin/housestyle\"\n";
        executable(at("tools/cargo"), &format!("{NOTE}{install}"));
        executable(at("tools/rustup"), "echo 'stable-of-the-machine (default)'\n");
        let review = "while [ $# -gt 0 ]; do [ \"$1\" = --output ] && echo page > \"$2\"; shift; done\n";
        executable(at("tools/housestyle.sh"), &format!("{NOTE}{review}"));
        // What the request brings.
        let work = at("work");
        for path in
            [".cargo/bin/housestyle", "housestyle-bin/housestyle", "bin/housestyle", "cargo", "rustup"]
        {
            executable(work.join(path), &format!("echo hostile >> \"$NOTES\"\n{NOTE}"));
        }
        fs::write(work.join("rust-toolchain.toml"), "[toolchain]\nchannel = \"hostile\"\n").expect("written");
        fs::write(work.join("report.md"), "hostile page").expect("written");
        let git = |arguments: &[&str]| {
            let identity =
                ["-c", "user.name=Ann", "-c", "user.email=ann@example.org", "-c", "commit.gpgsign=false"];
            let output =
                Command::new("git").args(identity).args(arguments).current_dir(&work).output().expect("git");
            assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
            String::from_utf8(output.stdout).expect("text").trim().to_owned()
        };
        git(&["init", "--quiet", "--initial-branch", "main"]);
        git(&["commit", "--quiet", "--allow-empty", "--message", "Begin"]);
        let base = git(&["rev-parse", "HEAD"]);
        git(&["checkout", "--quiet", "-b", "other"]);
        git(&["add", "--all", "--force"]);
        git(&["commit", "--quiet", "--message", "Bring programs along"]);
        let other = git(&["rev-parse", "HEAD"]);
        git(&["checkout", "--quiet", "-b", "request"]);
        fs::create_dir_all(work.join("skills/x")).expect("made");
        fs::write(work.join("skills/x/SKILL.md"), "hostile skill").expect("written");
        git(&["add", "--all"]);
        git(&["commit", "--quiet", "--message", "Add a skill"]);
        let head = git(&["rev-parse", "HEAD"]);
        git(&["clone", "--quiet", "--bare", ".", "../forge.git"]);
        git(&["push", "--quiet", "../forge.git", &format!("{head}:refs/pull/7/head")]);
        Forge { folder, base, head, other }
    }

    pub(super) fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// Runs a script as a job's machine does, with every token that a runner may give to a step.
    pub(super) fn run(&self, script: &str, folder: &Path, variables: &[(&str, &str)]) -> Output {
        let path = std::env::var("PATH").expect("a path");
        let mut command = Command::new("bash");
        command.args(["-e", "-c", script]).current_dir(folder).env("TOOLS", self.at("tools"));
        command.env("PATH", format!("{}:{path}", self.at("tools").display())).env("NOTES", self.at("notes"));
        command.env("TMPDIR", self.folder.path()).env_remove("RUSTUP_TOOLCHAIN");
        for name in
            ["GITHUB_TOKEN", "GITLAB_TOKEN", "FORGEJO_TOKEN", "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"]
        {
            command.env_remove(name);
        }
        command.env("HOUSESTYLE_SOURCE", self.at("forge.git")).env("HOUSESTYLE_VERSION", "main");
        command.env("CARGO_HOME", folder.join(".cargo")).env("CI_PROJECT_DIR", folder);
        command.env("CI_REPOSITORY_URL", self.at("forge.git")).env("CI_COMMIT_SHA", &self.head);
        command.env("CI_MERGE_REQUEST_DIFF_BASE_SHA", &self.base).env("CI_MERGE_REQUEST_IID", "7");
        command
            .env("BASE", &self.base)
            .env("HEAD", &self.head)
            .env("NUMBER", "7")
            .envs(variables.iter().copied());
        command.output().expect("bash runs")
    }

    /// Returns the noted calls, and forgets them.
    pub(super) fn notes(&self) -> String {
        let notes = fs::read_to_string(self.at("notes")).unwrap_or_default();
        let _ = fs::remove_file(self.at("notes"));
        notes
    }

    /// Checks a commit out, as a runner does it by itself; returns the folder.
    pub(super) fn checkout(&self, name: &str, commit: &str) -> PathBuf {
        let folder = self.at(name);
        let clone =
            format!("git clone -q \"$HOUSESTYLE_SOURCE\" {name} && git -C {name} checkout -q {commit}");
        let output = self.run(&clone, self.folder.path(), &[]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        folder
    }

    /// Returns a folder as a runner that was used before leaves it: with the files of an earlier request.
    pub(super) fn used_folder(&self) -> PathBuf {
        let folder = self.at("project");
        let from = self.at("work");
        let copied = Command::new("cp").arg("-R").args([&from, &folder]).status().expect("cp runs");
        assert!(copied.success());
        folder
    }
}

/// Checks that a script succeeded, ran nothing of the request, and called these programs.
#[track_caller]
pub(super) fn check(output: &Output, notes: &str, calls: &[&str]) {
    assert!(output.status.success(), "{}\n{notes}", String::from_utf8_lossy(&output.stderr));
    assert!(!notes.contains("hostile"), "{notes}");
    assert_eq!(notes.lines().count(), calls.len(), "{notes}");
    for (line, call) in notes.lines().zip(calls) {
        assert!(line.contains(call), "{call} is not in {line}");
    }
}
