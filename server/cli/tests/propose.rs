//! `skill propose` and `skill review` from outside, with the real git.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use housestyle_workspace::{Home, Workspace};
use serde_json::{Value, json};

use crate::world::{Ran, World};

/// A mined skill's texts.
pub(crate) const SKILL: &str = "---\nname: \"say-sign-in\"\ndescription: \"Say sign-in, not login, in prose.\"\n---\n\n# Say sign-in\n\nWrite sign-in.\n";
const RULE: &str = "{\"format\":1,\"scope\":{\"languages\":[\"markdown\"]},\"rule\":{\"term\":{\"avoid\":[\"login\"],\"prefer\":\"sign-in\"}}}";

/// A workspace in git with a candidate that somebody mined.
pub(crate) struct Team {
    pub(crate) world: World,
}

impl Team {
    pub(crate) fn new() -> Team {
        let team = Team { world: World::new() };
        std::fs::remove_dir(team.work().join(".git")).expect("removed");
        std::fs::create_dir_all(team.world.home()).expect("a home");
        let mine = "[user]\n\tname = Pat\n\temail = pat@example.com\n[commit]\n\tgpgsign = false\n";
        std::fs::write(team.world.home().join(".gitconfig"), mine).expect("written");
        team.git(&["init", "--quiet", "--initial-branch=main"]);
        team.write_commit("README.md", "# Read me\n\nUse sign-in here.\n");
        team
    }

    pub(crate) fn work(&self) -> PathBuf {
        self.world.work()
    }

    fn try_git(&self, folder: &Path, arguments: &[&str]) -> Output {
        let mut command = Command::new("git");
        command.args(arguments).current_dir(folder).env("HOME", self.world.home());
        command
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("NO_PROXY", "127.0.0.1")
            .output()
            .expect("git runs")
    }

    #[track_caller]
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        self.git_in(&self.work(), arguments)
    }

    #[track_caller]
    pub(crate) fn git_in(&self, folder: &Path, arguments: &[&str]) -> String {
        let output = self.try_git(folder, arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    pub(crate) fn write_commit(&self, path: &str, text: &str) {
        self.world.write(path, text);
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", "Work"]);
    }

    /// Writes what the miner leaves: candidates by name and text of their SKILL.md.
    pub(crate) fn mined(&self, skills: &[(&str, &str)]) {
        let home = self.world.home();
        let home = Home { models: home.join("models"), state: home.join("state"), config: home };
        let folder = Workspace::new(self.work(), home).state().join("skills");
        std::fs::create_dir_all(&folder).expect("folders");
        let candidates: Vec<Value> = skills
            .iter()
            .map(|(name, text)| {
                json!({
                    "name": name, "evidence": 12, "mined": 1_700_000_000,
                    "files": [["SKILL.md", text], ["rule.json", RULE], ["EVIDENCE.md", "# Evidence\n\n12 edits.\n"]],
                    "report": { "support": { "edits": 12, "files": 7, "authors": 3 } },
                })
            })
            .collect();
        let document = json!({ "version": 1, "candidates": candidates });
        std::fs::write(folder.join("candidates.json"), document.to_string()).expect("written");
    }

    /// Runs the program with the home's git configuration, and further environment.
    #[track_caller]
    pub(crate) fn run_with(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Ran {
        let mut command = self.world.command(arguments);
        command
            .env("HOME", self.world.home())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_TERMINAL_PROMPT", "0");
        command.env("NO_PROXY", "127.0.0.1");
        for name in [
            "GH_TOKEN",
            "GITHUB_TOKEN",
            "GITLAB_TOKEN",
            "GITEA_TOKEN",
            "FORGEJO_TOKEN",
            "GITHUB_REF",
            "XDG_CONFIG_HOME",
        ] {
            command.env_remove(name);
        }
        let output = command.envs(environment.iter().copied()).output().expect("the program runs");
        Ran {
            code: output.status.code().expect("an exit code"),
            out: String::from_utf8(output.stdout).expect("UTF-8"),
            err: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }

    #[track_caller]
    fn run(&self, arguments: &[&str]) -> Ran {
        self.run_with(arguments, &[])
    }
}

pub(crate) const BRANCH: &str = "housestyle/proposals/say-sign-in";

#[test]
fn a_candidate_becomes_a_branch_and_the_work_tree_stays() {
    let team = Team::new();
    team.mined(&[("say-sign-in", SKILL)]);
    team.world.write("README.md", "# Half an edit\n");
    team.world.write("new.txt", "mine\n");
    let seen = || {
        (
            team.git(&["status", "--porcelain=v2", "--branch"]),
            std::fs::read(team.work().join(".git/index")).expect("an index"),
        )
    };
    let before = seen();
    let ran = team.run(&["skill", "propose", "say-sign-in", "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(seen(), before);
    let done = &ran.json()["proposed"][0];
    assert_eq!(
        (done["branch"].as_str(), done["outcome"].as_str(), done["pushed"].is_null()),
        (Some(BRANCH), Some("made"), true)
    );
    let files = team.git(&["diff", "--name-only", "main", BRANCH]);
    let expected =
        ["EVIDENCE.md", "SKILL.md", "rule.json"].map(|file| format!(".agents/skills/say-sign-in/{file}\n"));
    assert_eq!(files, expected.concat());
    let log = team.git(&["log", "-1", "--format=%an <%ae>%n%B", BRANCH]);
    assert!(log.starts_with("Pat <pat@example.com>\nPropose the skill say-sign-in\n"), "{log}");
    assert!(
        log.contains("12 edits of 7 files by 3 authors")
            && log.contains("Housestyle-Proposal: skill say-sign-in ("),
        "{log}"
    );
    let again = team.run(&["skill", "propose", "--all", "--json"]).json();
    assert_eq!(again["proposed"][0]["outcome"], "unchanged", "{again}");
    let listed = team.run(&["skill", "list", "--json"]).json();
    assert_eq!(listed["skills"][0]["state"], "proposed", "{listed}");
}

#[test]
fn skills_go_to_the_teams_folder_or_to_the_one_in_the_settings() {
    for (there, set, expected) in [
        ("skills/readme.txt", "", ".agents/skills"),
        ("skills/other/SKILL.md", "", "skills"),
        (".claude/skills/other/SKILL.md", "", ".claude/skills"),
        (".claude/skills/other/SKILL.md", "[skills]\nfolder = \"docs/skills\"\n", "docs/skills"),
    ] {
        let team = Team::new();
        team.write_commit(there, "x\n");
        team.write_commit("housestyle.toml", set);
        team.mined(&[("say-sign-in", SKILL)]);
        let ran = team.run(&["skill", "propose", "say-sign-in", "--json"]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        assert_eq!(ran.json()["proposed"][0]["folder"], format!("{expected}/say-sign-in"));
    }
}

#[cfg(unix)]
#[test]
fn what_a_remote_refuses_stays_a_branch_here() {
    use std::os::unix::fs::PermissionsExt;
    let team = Team::new();
    let remote = team.world.home().join("remote.git");
    let remote_path = remote.to_str().expect("UTF-8").to_owned();
    team.git(&["clone", "--quiet", "--bare", ".", &remote_path]);
    team.git(&["remote", "add", "origin", &remote_path]);
    team.git(&["fetch", "--quiet"]);
    team.git(&["remote", "set-head", "origin", "--auto"]);
    let hook = remote.join("hooks/pre-receive");
    std::fs::create_dir_all(remote.join("hooks")).expect("folders");
    std::fs::write(&hook, "#!/bin/sh\necho 'branches of robots are not taken' >&2\nexit 1\n")
        .expect("written");
    std::fs::set_permissions(&hook, PermissionsExt::from_mode(0o755)).expect("set");
    team.mined(&[("say-sign-in", SKILL)]);
    let before = team.git(&["status", "--porcelain"]);
    let refused = team.run(&["skill", "propose", "say-sign-in", "--push"]);
    assert_eq!(refused.code, 3, "{}{}", refused.out, refused.err);
    assert!(refused.err.contains("branches of robots are not taken"), "{}", refused.err);
    let here = team.git(&["rev-parse", BRANCH]);
    assert_eq!(team.git_in(&remote, &["for-each-ref", "--format=%(refname)"]).trim(), "refs/heads/main");
    assert_eq!(team.git(&["status", "--porcelain"]), before);
    team.git(&["fsck", "--strict", "--no-dangling"]);
    // Once it is taken, the same branch goes.
    std::fs::remove_file(&hook).expect("removed");
    let pushed = team.run(&["skill", "propose", "say-sign-in", "--push"]);
    assert_eq!(pushed.code, 0, "{}{}", pushed.out, pushed.err);
    assert_eq!(team.git_in(&remote, &["rev-parse", BRANCH]), here);
    std::fs::remove_dir_all(&remote).expect("removed");
    team.mined(&[("say-sign-in", &SKILL.replace("Write sign-in.", "Always write sign-in."))]);
    let removed = team.run(&["skill", "propose", "say-sign-in", "--push"]);
    assert_eq!(removed.code, 3, "{}{}", removed.out, removed.err);
    team.git(&["fsck", "--strict", "--no-dangling"]);
}

#[test]
fn what_lint_refuses_is_not_proposed_and_the_rest_is() {
    let team = Team::new();
    let hostile = SKILL.replace("say-sign-in", "hidden").replace("Write sign-in", "Write\u{200b} sign-in");
    team.mined(&[("hidden", &hostile), ("say-sign-in", SKILL)]);
    let ran = team.run(&["skill", "propose", "--all", "--json"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    let document = ran.json();
    assert_eq!(document["refused"][0]["name"], "hidden", "{document}");
    assert_eq!(document["proposed"][0]["name"], "say-sign-in", "{document}");
    assert_eq!(team.git(&["branch", "--list", "--format=%(refname:short)"]), format!("{BRANCH}\nmain\n"));
}

#[test]
fn what_stands_in_the_way_has_a_reason_and_an_exit_code() {
    let team = Team::new();
    for (arguments, code, sentence) in [
        (&["skill", "propose"][..], 2, "required"),
        (&["skill", "propose", "--all"], 2, "no candidate"),
        (&["skill", "propose", "nothing"], 2, "no candidate \"nothing\""),
        (&["skill", "propose", "nothing", "--push"], 2, "no remote \"origin\""),
        (&["skill", "propose", "nothing", "--push=--force"], 2, "is no remote"),
        (&["skill", "propose", "nothing", "--push", "--offline"], 3, "--offline"),
        (&["skill", "propose", "nothing", "--again"], 2, "--open"),
        (&["skill", "review", "--base", "nowhere"], 2, "`nowhere` names no commit"),
        (&["skill", "review", "--comment"], 2, "no remote \"origin\""),
    ] {
        let ran = team.run(arguments);
        assert_eq!(ran.code, code, "{arguments:?}: {}", ran.err);
        assert!(ran.err.contains(sentence), "{arguments:?}: {}", ran.err);
    }
    team.mined(&[("say-sign-in", SKILL)]);
    let folder = team.world.home().join("remote.git");
    team.git(&["init", "--quiet", "--bare", "--initial-branch=main", folder.to_str().expect("UTF-8")]);
    team.git(&["remote", "add", "origin", folder.to_str().expect("UTF-8")]);
    team.git(&["push", "--quiet", "origin", "main"]);
    let ran = team.run(&["skill", "propose", "say-sign-in"]);
    assert!(ran.code == 2 && ran.err.contains("`git remote set-head origin --auto`"), "{}", ran.err);
    team.git(&["remote", "set-head", "origin", "--auto"]);
    let ran = team.run(&["skill", "propose", "say-sign-in", "--open"]);
    assert!(ran.code == 2 && ran.err.contains("which is no forge"), "{}", ran.err);
    assert_eq!(team.git(&["branch", "--list", "housestyle/*"]), "", "nothing is half done");
    let ran = team.run(&["skill", "propose", "say-sign-in", "--push"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(team.git_in(&folder, &["branch", "--list"]).contains(BRANCH));
    // A remote that refuses.
    let hook = folder.join("hooks/pre-receive");
    std::fs::write(&hook, "#!/bin/sh\necho 'no skills today' >&2\nexit 1\n").expect("written");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(&hook, std::fs::Permissions::from_mode(0o755)).expect("set");
        team.mined(&[("say-sign-in", &SKILL.replace("Write sign-in.", "Always write sign-in."))]);
        let ran = team.run(&["skill", "propose", "say-sign-in", "--push"]);
        assert!(ran.code == 3 && ran.err.contains("no skills today"), "{}", ran.err);
    }
}

#[test]
fn the_teams_remote_is_asked_too() {
    let team = Team::new();
    let [remote, fork] = ["remote.git", "fork.git"].map(|name| team.world.home().join(name));
    for (name, folder) in [("upstream", &remote), ("fork", &fork)] {
        let folder = folder.to_str().expect("UTF-8");
        team.git(&["clone", "--quiet", "--bare", ".", folder]);
        team.git(&["remote", "add", name, folder]);
        team.git(&["fetch", "--quiet", name]);
        team.git(&["remote", "set-head", name, "--auto"]);
    }
    team.mined(&[("say-sign-in", SKILL)]);
    let ran = team.run(&["skill", "propose", "say-sign-in", "--push"]);
    assert!(ran.code == 2 && ran.err.contains("`git config housestyle.remote NAME`"), "{}", ran.err);
    team.git(&["config", "housestyle.remote", "upstream"]);
    let ran = team.run(&["skill", "propose", "say-sign-in", "--push"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(team.git_in(&remote, &["branch", "--list"]).contains(BRANCH));
    assert!(!team.git_in(&fork, &["branch", "--list"]).contains(BRANCH));
    team.git_in(&remote, &["branch", "trunk", "main"]);
    team.git_in(&remote, &["symbolic-ref", "HEAD", "refs/heads/trunk"]);
    let ran = team.run(&["skill", "propose", "say-sign-in", "--push=fork"]);
    assert!(ran.code == 1 && ran.err.contains("the default branch of upstream is trunk"), "{}", ran.err);
}

#[test]
fn what_the_remote_calls_its_default_branch_is_asked_before_a_push() {
    let team = Team::new();
    let remote = team.world.home().join("remote.git");
    team.git(&["clone", "--quiet", "--bare", ".", remote.to_str().expect("UTF-8")]);
    team.git(&["remote", "add", "origin", remote.to_str().expect("UTF-8")]);
    team.git(&["fetch", "--quiet"]);
    team.git(&["remote", "set-head", "origin", "--auto"]);
    team.mined(&[("say-sign-in", SKILL)]);
    team.git_in(&remote, &["branch", "trunk", "main"]);
    team.git_in(&remote, &["symbolic-ref", "HEAD", "refs/heads/trunk"]);
    let ran = team.run(&["skill", "propose", "say-sign-in", "--push"]);
    assert!(ran.code == 1 && ran.err.contains("is trunk, and here it is main"), "{}", ran.err);
    assert_eq!(team.git(&["branch", "--list", "housestyle/*"]), "", "nothing is half done");
    let pulled = team.run(&["adapter", "pull"]);
    assert!(pulled.code == 1 && pulled.err.contains("`git remote set-head origin --auto`"), "{}", pulled.err);
    team.git(&["fetch", "--quiet"]);
    team.git(&["remote", "set-head", "origin", "--auto"]);
    let ran = team.run(&["skill", "propose", "say-sign-in", "--push"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
}

#[test]
fn a_feature_branch_is_no_base_and_approves_nothing() {
    let team = Team::new();
    team.git(&["switch", "--quiet", "--create", "feature"]);
    team.write_commit("skills/mine/SKILL.md", &SKILL.replace("say-sign-in", "mine"));
    team.mined(&[("say-sign-in", SKILL)]);
    let remedy = "run `git config housestyle.branch NAME`";
    let ran = team.run(&["skill", "propose", "say-sign-in"]);
    assert!(ran.code == 2 && ran.err.contains(remedy), "{}", ran.err);
    assert_eq!(team.git(&["branch", "--list", "housestyle/*"]), "");
    for command in ["skill", "adapter"] {
        let list = team.run(&[command, "list", "--json"]).json();
        assert!(list["problem"].as_str().is_some_and(|problem| problem.ends_with(remedy)), "{list}");
    }
    let list = team.run(&["skill", "list"]);
    assert_eq!(list.out.matches(remedy).count(), 1, "{}", list.out);
    let doctor = team.run(&["doctor", "--json"]).json();
    let checks = doctor["checks"].as_array().expect("checks");
    let check = checks.iter().find(|check| check["name"] == "default branch").expect("a check");
    assert_eq!((&check["verdict"], &check["advice"]), (&json!("warn"), &json!(remedy)), "{check}");
    team.git(&["config", "housestyle.branch", "main"]);
    let ran = team.run(&["skill", "propose", "say-sign-in"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(team.git(&["ls-tree", "--name-only", BRANCH, "skills/mine"]), "", "unmerged work stays out");
    assert!(team.run(&["skill", "list", "--json"]).json()["problem"].is_null());
}

/// Words that make pages differ.
const WORDS: [&str; 20] = [
    "apples", "boats", "candles", "doors", "engines", "forests", "gardens", "hammers", "islands", "jackets",
    "kettles", "ladders", "mirrors", "needles", "oceans", "pencils", "quarries", "rivers", "saddles",
    "tables",
];

#[test]
fn a_review_reports_what_a_branch_changes_in_skills() {
    let team = Team::new();
    // Where the holes are hangs on the ids of commits, and what was seen before makes no second case: so there are many
    // pages, and no two are alike.
    for (n, word) in WORDS.iter().enumerate() {
        let next = WORDS[(n + 5) % WORDS.len()];
        team.write_commit(
            &format!("docs/{word}.md"),
            &format!("# About {word}\n\n{next} needs {word}: the sign-in page of {word} shows {next}.\n"),
        );
    }
    team.write_commit("docs/old.md", "# Old\n\nThe login page of old.\n");
    team.mined(&[("say-sign-in", SKILL)]);
    assert_eq!(team.run(&["skill", "propose", "say-sign-in"]).code, 0);
    let ran = team.run(&["skill", "review"]);
    assert!(ran.code == 0 && ran.out.starts_with("## No skill changes"), "{}{}", ran.out, ran.err);
    team.git(&["switch", "--quiet", BRANCH]);
    let ran = team.run(&["skill", "review", "--json"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let skill = &ran.json()["skills"][0];
    assert_eq!(
        (skill["name"].as_str(), skill["change"].as_str(), skill["passed"].as_bool()),
        (Some("say-sign-in"), Some("added"), Some(true))
    );
    assert_eq!(skill["followed"]["here"], json!({ "places": 22, "followed": 21 }), "{skill}");
    assert_eq!(skill["followed"]["broken"][0]["after"], "The sign-in page of old.", "{skill}");
    // With a model, here a script that writes against the rule: with the skill that is put right.
    let answers = team.world.home().join("answers.jsonl");
    std::fs::write(&answers, "{\"text\": \"The login page number is here.\"}\n").expect("written");
    let backend = format!("script:{}", answers.display());
    let ran = team.run(&["skill", "review", "--json", "--backend", &backend]);
    let measured = &ran.json()["skills"][0]["measured"];
    assert!(measured["effect"]["cases"].as_u64() > Some(0), "{measured}{}", ran.err);
    assert_eq!(measured["effect"]["follows"]["with"], 1.0, "{measured}");
    assert_eq!(measured["effect"]["follows"]["without"], 0.0, "{measured}");
    // Somebody hides something in it.
    team.write_commit(
        ".agents/skills/say-sign-in/SKILL.md",
        &SKILL.replace("Write sign-in", "Write\u{200b} sign-in"),
    );
    let page = team.world.home().join("report.md");
    let ran = team.run(&["skill", "review", "--base", "main", "--output", page.to_str().expect("UTF-8")]);
    assert!(ran.code == 1 && ran.out.is_empty(), "{}{}", ran.out, ran.err);
    let page = std::fs::read_to_string(page).expect("written");
    assert!(
        page.starts_with("## The skill does not pass its checks") && !page.contains('\u{200b}'),
        "{page}"
    );
}
