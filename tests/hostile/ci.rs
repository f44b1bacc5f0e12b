//! Pull requests that bring programs and settings along, in the workflows of `editors/review`: nothing of them runs, and
//! no script that meets their files has a token. The programs that the scripts call are stand-ins that note their calls.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

const GITHUB: &str = include_str!("../../editors/review/github.yml");
const GITLAB: &str = include_str!("../../editors/review/gitlab.yml");
const FORGEJO: &str = include_str!("../../editors/review/forgejo.yml");
/// What `cargo install` would be called with, and what the program would see.
const NOTE: &str = "echo \"$0 $* in $PWD token=$GITLAB_TOKEN$FORGEJO_TOKEN$GITHUB_TOKEN toolchain=$RUSTUP_TOOLCHAIN\" >> \"$NOTES\"\n";

/// Returns the script below a line of a workflow, such as `skills:`.
fn script(workflow: &str, below: &str) -> String {
    let rest = &workflow[workflow.find(&format!("\n{below}\n")).expect("that job or step")..];
    let (_, block) = rest.split_once("|\n").expect("a script");
    let indent = block.len() - block.trim_start().len();
    let lines =
        block.lines().take_while(|line| line.is_empty() || line.len() - line.trim_start().len() >= indent);
    lines.map(|line| format!("{}\n", line.get(indent..).unwrap_or_default())).collect()
}

/// A forge's repository with a request on its branch `request`, and a machine for jobs.
struct Forge {
    folder: TempDir,
    base: String,
    head: String,
}

impl Forge {
    fn new() -> Forge {
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
        git(&["checkout", "--quiet", "-b", "request"]);
        git(&["add", "--all", "--force"]);
        git(&["commit", "--quiet", "--message", "Bring programs along"]);
        let head = git(&["rev-parse", "HEAD"]);
        git(&["clone", "--quiet", "--bare", ".", "../forge.git"]);
        Forge { folder, base, head }
    }

    fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// Runs a script as a job's machine does, with every token that a runner may give to a step.
    fn run(&self, script: &str, folder: &Path, variables: &[(&str, &str)]) -> Output {
        let path = std::env::var("PATH").expect("a path");
        let mut command = Command::new("bash");
        command.args(["-e", "-c", script]).current_dir(folder).env("TOOLS", self.at("tools"));
        command.env("PATH", format!("{}:{path}", self.at("tools").display())).env("NOTES", self.at("notes"));
        command.env("TMPDIR", self.folder.path()).env_remove("RUSTUP_TOOLCHAIN").env_remove("GITHUB_TOKEN");
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
    fn notes(&self) -> String {
        let notes = fs::read_to_string(self.at("notes")).unwrap_or_default();
        let _ = fs::remove_file(self.at("notes"));
        notes
    }

    /// Returns a folder as a runner that was used before leaves it: with the files of an earlier request.
    fn used_folder(&self) -> PathBuf {
        let folder = self.at("project");
        let from = self.at("work");
        let copied = Command::new("cp").arg("-R").args([&from, &folder]).status().expect("cp runs");
        assert!(copied.success());
        folder
    }
}

#[track_caller]
fn check(output: &Output, notes: &str, calls: &[&str]) {
    assert!(output.status.success(), "{}\n{notes}", String::from_utf8_lossy(&output.stderr));
    assert!(!notes.contains("hostile"), "{notes}");
    assert_eq!(notes.lines().count(), calls.len(), "{notes}");
    for (line, call) in notes.lines().zip(calls) {
        assert!(line.contains(call), "{call} is not in {line}");
    }
}

#[test]
fn gitlabs_jobs_run_nothing_of_a_request() {
    let forge = Forge::new();
    let folder = forge.used_folder();
    let token = [("GITLAB_TOKEN", "glpat")];
    let output = forge.run(&script(GITLAB, "skills-install:"), &folder, &token);
    let notes = forge.notes();
    check(&output, &notes, &["token= toolchain=stable-of-the-machine"]);
    assert!(!notes.contains("/project "), "installed in the checkout: {notes}");
    let output = forge.run(&script(GITLAB, "skills:"), &folder, &token);
    check(&output, &forge.notes(), &["--output"]);
    assert_eq!(fs::read_to_string(folder.join("report.md")).expect("a report"), "page\n");
    let output = forge.run(&script(GITLAB, "skills-comment:"), &folder, &token);
    let notes = forge.notes();
    check(&output, &notes, &["skill review --post report.md --number 7"]);
    assert!(notes.contains("token=glpat") && !notes.contains("/project "), "{notes}");
}

#[test]
fn gitlabs_review_has_no_token() {
    let forge = Forge::new();
    let folder = forge.used_folder();
    forge.run(&script(GITLAB, "skills-install:"), &folder, &[("GITLAB_TOKEN", "glpat")]);
    forge.run(&script(GITLAB, "skills:"), &folder, &[("GITLAB_TOKEN", "glpat")]);
    let notes = forge.notes();
    assert!(notes.contains("--output") && !notes.contains("glpat"), "{notes}");
}

#[test]
fn forgejos_job_runs_nothing_of_a_request_and_keeps_the_token_from_it() {
    let forge = Forge::new();
    let folder = forge.at("workspace");
    fs::create_dir(&folder).expect("made");
    let tokens =
        [("FORGEJO_TOKEN", "secret"), ("GITHUB_TOKEN", "secret"), ("SERVER", ""), ("REPOSITORY", "")];
    let tools = forge.at("skills").display().to_string();
    let run = |name: &str| {
        let script = script(FORGEJO, name).replace("/tmp/skills", &tools);
        forge.run(&script, &folder, &tokens)
    };
    let output = run("      - name: Install housestyle");
    let notes = forge.notes();
    check(&output, &notes, &["token= toolchain=stable-of-the-machine"]);
    assert!(notes.contains("/skills token"), "installed in the checkout: {notes}");
    // The double has no server: the same fetch, from a folder.
    let source = forge.at("forge.git").display().to_string();
    let fetch = format!("git init -q . && git fetch -q '{source}' '+refs/heads/*:refs/remotes/origin/*'");
    assert!(forge.run(&fetch, &folder, &[]).status.success());
    let output = run("      - name: Review");
    let notes = forge.notes();
    check(&output, &notes, &["--output"]);
    assert!(!notes.contains("secret"), "{notes}");
    let output = run("      - name: Comment");
    let notes = forge.notes();
    check(&output, &notes, &["skill review --post report.md --number 7"]);
    assert!(notes.contains("token=secret") && notes.contains("/skills token"), "{notes}");
}

#[test]
fn githubs_jobs_meet_a_request_without_a_token_that_writes() {
    let jobs: Vec<&str> =
        GITHUB.split("\n  install:\n").nth(1).expect("jobs").split("\n  review:\n").collect();
    let [install, rest] = jobs[..] else { panic!("a job `install` and others") };
    let (review, comment) = rest.split_once("\n  comment:\n").expect("a job `comment`");
    assert!(
        install.contains("RUSTUP_TOOLCHAIN") && install.contains("working-directory: ${{ runner.temp }}")
    );
    assert!(!install.contains("checkout") && !comment.contains("checkout"));
    let save = install.split("actions/cache/save").nth(1).expect("a cache");
    assert!(
        save.trim_start_matches(|c| c != '\n')
            .trim_start()
            .starts_with("if: github.event_name != 'pull_request'")
    );
    assert!(
        !review.contains("write")
            && !review.contains("secrets.")
            && review.contains("persist-credentials: false")
    );
    assert!(comment.contains("pull-requests: write") && comment.contains("skill review --post"));
}
