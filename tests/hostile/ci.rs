//! Pull requests that bring programs and settings along, in the workflows of `editors/review`: nothing of them runs, and
//! no script that meets their files has a token. Git is the real one; the other programs that the scripts call are
//! stand-ins that note their calls.

mod machine;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use machine::{Forge, check, job, script, variable};

const GITHUB: &str = include_str!("../../editors/review/github.yml");
const GITLAB: &str = include_str!("../../editors/review/gitlab.yml");
const FORGEJO: &str = include_str!("../../editors/review/forgejo.yml");

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
fn a_merge_request_without_skills_has_a_pipeline_that_ends_at_once() {
    let forge = Forge::new();
    let jobs = GITLAB.replace("\n", "\n  "); // as deep as the jobs of the other forges
    let pipeline = job(&jobs, "skills-pipeline");
    assert!(pipeline.contains("merge_request_event") && !pipeline.contains("changes:"), "{pipeline}");
    let line = pipeline.lines().find_map(|line| line.trim_start().strip_prefix("- echo")).expect("a script");
    let output = forge.run(&format!("echo{line}"), &forge.used_folder(), &[]);
    check(&output, &forge.notes(), &[]);
}

#[test]
fn forgejos_job_runs_nothing_of_a_request_and_keeps_the_token_from_it() {
    let forge = Forge::new();
    let folder = forge.at("workspace");
    fs::create_dir(&folder).expect("made");
    let tools = forge.at("skills").display().to_string();
    let server = forge.at("").display().to_string();
    let (output_file, folders) = (forge.at("output"), variable(FORGEJO, "FOLDERS"));
    let run = |name: &str, more: &[(&str, &str)]| {
        let script = script(FORGEJO, &format!("      - name: {name}")).replace("/tmp/skills", &tools);
        let mut variables = vec![
            ("FORGEJO_TOKEN", "secret"),
            ("GITHUB_TOKEN", "secret"),
            ("SERVER", server.trim_end_matches('/')),
            ("REPOSITORY", "forge"),
            ("FOLDERS", &folders),
            ("GITHUB_OUTPUT", output_file.to_str().expect("UTF-8")),
        ];
        variables.extend(more);
        forge.run(&script, &folder, &variables)
    };
    let output = run("Fetch", &[("TOKEN", "secret")]);
    check(&output, &forge.notes(), &[]);
    for file in ["config", "FETCH_HEAD"] {
        let text = fs::read_to_string(folder.join(".git").join(file)).expect("readable");
        assert!(!text.contains("secret") && !text.contains("Authorization"), "{text}");
    }
    for (head, expected) in [(&forge.other, "skills=no\n"), (&forge.head, "skills=yes\n")] {
        let output = run("Look for changed skills", &[("HEAD", head)]);
        check(&output, &forge.notes(), &[]);
        assert_eq!(fs::read_to_string(&output_file).expect("an output"), expected);
        fs::remove_file(&output_file).expect("removed");
    }
    let files = fs::read_dir(&folder).expect("readable").count();
    assert_eq!(files, 1, "nothing is checked out before the program is built");
    let output = run("Install housestyle", &[]);
    let notes = forge.notes();
    check(&output, &notes, &["token= toolchain=stable-of-the-machine"]);
    assert!(notes.contains("/skills token"), "installed in the checkout: {notes}");
    let output = run("Review", &[]);
    let notes = forge.notes();
    check(&output, &notes, &["--output"]);
    assert!(!notes.contains("secret") && folder.join("rust-toolchain.toml").is_file(), "{notes}");
    let output = run("Comment", &[]);
    let notes = forge.notes();
    check(&output, &notes, &["skill review --post report.md --number 7"]);
    assert!(notes.contains("token=secret") && notes.contains("/skills token"), "{notes}");
    // Of a review that wrote no report nothing is posted.
    fs::remove_file(forge.at("skills/report.md")).expect("removed");
    check(&run("Comment", &[]), &forge.notes(), &[]);
}

/// Copies a program as an artifact: whether it may be run is lost.
fn hand_over(from: &Path, to: &Path) {
    fs::create_dir_all(to.parent().expect("a folder")).expect("made");
    fs::copy(from, to).expect("copied");
    fs::set_permissions(to, fs::Permissions::from_mode(0o644)).expect("set");
}

#[test]
fn githubs_jobs_run_nothing_of_a_request() {
    let forge = Forge::new();
    let [temp, output_file, summary] = ["temp", "output", "summary"].map(|name| forge.at(name));
    fs::create_dir(&temp).expect("made");
    let folders = variable(GITHUB, "FOLDERS");
    let run = |name: &str, step: &str, folder: &Path, more: &[(&str, &str)]| {
        let script = script(&job(GITHUB, name), &format!("      - name: {step}"));
        let path = |file: &Path| file.to_str().expect("UTF-8").to_owned();
        let [output, summary, temp] = [&output_file, &summary, &temp].map(|file| path(file));
        let mut variables = vec![
            ("FOLDERS", folders.as_str()),
            ("GITHUB_OUTPUT", &output),
            ("GITHUB_STEP_SUMMARY", &summary),
            ("RUNNER_TEMP", &temp),
        ];
        variables.extend(more);
        forge.run(&script, folder, &variables)
    };
    let outputs = || {
        let text = fs::read_to_string(&output_file).expect("an output");
        fs::remove_file(&output_file).expect("removed");
        text
    };
    // Which request changes a skill; a merge queue names no request.
    for (at, head, expected) in [
        ("first", forge.other.as_str(), "skills=no\n"),
        ("second", &forge.head, "skills=yes\n"),
        ("third", "", "skills=no\n"),
    ] {
        let folder = forge.checkout(at, if head.is_empty() { "main" } else { head });
        let output = run("changes", "Look for changed skills", &folder, &[("HEAD", head)]);
        check(&output, &forge.notes(), &[]);
        assert_eq!(outputs(), expected);
    }
    // The program, on a machine that never has the request's files.
    check(&run("install", "Find the commit", &temp, &[]), &forge.notes(), &[]);
    let commit = outputs().trim().trim_start_matches("commit=").to_owned();
    assert_eq!(commit.len(), 40);
    let toolchain = variable(&job(GITHUB, "install"), "RUSTUP_TOOLCHAIN");
    let variables = [("COMMIT", commit.as_str()), ("RUSTUP_TOOLCHAIN", &toolchain)];
    let output = run("install", "Install housestyle", &temp, &variables);
    let notes = forge.notes();
    check(&output, &notes, &["token= toolchain=stable"]);
    assert!(notes.contains(&format!("--rev {commit}")) && notes.contains("/temp token"), "{notes}");
    hand_over(&temp.join("housestyle/bin/housestyle"), &temp.join("bin/housestyle"));
    // The review, beside the request's files.
    let folder = forge.checkout("project", &forge.head);
    let output = run("review", "Review", &folder, &[]);
    let notes = forge.notes();
    check(&output, &notes, &["--output"]);
    assert!(notes.contains("token= ") && notes.contains("/temp/bin/housestyle"), "{notes}");
    check(&run("review", "Report", &folder, &[]), &forge.notes(), &[]);
    assert_eq!(fs::read_to_string(&summary).expect("a summary"), "page\n");
    // The comment, without the request's files; there need not be a report.
    hand_over(&temp.join("housestyle/bin/housestyle"), &temp.join("artifacts/housestyle/housestyle"));
    let comment = || run("comment", "Comment", &temp, &[("GITHUB_TOKEN", "secret")]);
    check(&comment(), &forge.notes(), &[]);
    hand_over(&temp.join("report.md"), &temp.join("artifacts/report/report.md"));
    let output = comment();
    let notes = forge.notes();
    check(&output, &notes, &["skill review --post artifacts/report/report.md --number 7"]);
    assert!(notes.contains("token=secret"), "{notes}");
}

#[test]
fn githubs_review_passes_only_what_was_reviewed_or_changes_no_skill() {
    let forge = Forge::new();
    let script = script(&job(GITHUB, "review"), "      - name: Ask the other jobs");
    for (skills, install, passes) in [
        ("no", "skipped", true),
        ("yes", "success", true),
        ("yes", "failure", false),
        ("yes", "skipped", false),
        ("", "skipped", false),
    ] {
        let output = forge.run(&script, &forge.at("work"), &[("SKILLS", skills), ("INSTALL", install)]);
        assert_eq!(output.status.success(), passes, "{skills}, {install}");
    }
}

#[test]
fn a_required_job_is_there_for_each_request() {
    for workflow in [GITHUB, FORGEJO] {
        // A filter of paths would leave a required check of another request waiting for ever.
        assert!(!workflow.contains("paths:") && !workflow.contains("always()"));
    }
    assert!(
        GITHUB.contains("\n  merge_group:\n") && job(GITHUB, "review").contains("if: ${{ !cancelled() && (")
    );
}

#[test]
fn githubs_jobs_meet_a_request_without_a_token_that_writes() {
    let [install, review, comment] = ["install", "review", "comment"].map(|name| job(GITHUB, name));
    assert!(!install.contains("checkout") && !comment.contains("checkout"));
    assert!(install.contains("working-directory: ${{ runner.temp }}"));
    let save = install.split("actions/cache/save").nth(1).expect("a cache");
    let condition = save.lines().nth(1).expect("a condition").trim();
    assert!(condition.starts_with("if: github.event_name != 'pull_request'"), "{condition}");
    for job in [review, job(GITHUB, "changes")] {
        assert!(!job.contains("write") && !job.contains("secrets."), "{job}");
        assert!(job.contains("persist-credentials: false"), "{job}");
    }
    assert!(comment.contains("pull-requests: write") && comment.contains("skill review --post"));
}
