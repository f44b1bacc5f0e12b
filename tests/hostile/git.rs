//! Git as people configure it, as repositories misuse it, and as it may hang: git itself says who the user is and what it
//! ignores; no program of the repository starts; a git that hangs costs seconds.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use housestyle_testkit::client::Client;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::e2e::binary::housestyle;

/// Long enough for any machine.
const PATIENCE: Duration = Duration::from_secs(60);
const SKILL: &str =
    "---\nname: sgn\ndescription: Ask is_empty, not len. Use when writing Rust.\n---\n\nText.\n";
/// The text that the script suggests.
const SUGGESTED: &str = "return first * second";
const PRIVATE: &str = "[user]\n\tname = Ann\n\temail = ann@home.example\n[commit]\n\tgpgsign = false\n";

/// A user with a home, and a repository to work in.
struct World {
    folder: TempDir,
    /// Variables of the environment.
    variables: Vec<(&'static str, String)>,
    /// A folder before all others of the path.
    tools: Option<PathBuf>,
}

impl World {
    fn new() -> World {
        World::with(&[])
    }

    /// Makes a world whose repository `git init` makes with these arguments.
    fn with(init: &[&str]) -> World {
        let world =
            World { folder: tempfile::tempdir().expect("a folder"), variables: Vec::new(), tools: None };
        for folder in ["home", "work"] {
            fs::create_dir(world.at(folder)).expect("made");
        }
        world.write("home/.gitconfig", PRIVATE);
        world.git(&[&["init", "--quiet", "--initial-branch", "main"], init].concat());
        world
    }

    fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn text(&self, path: &str) -> String {
        self.at(path).to_str().expect("UTF-8").to_owned()
    }

    fn write(&self, path: &str, text: &str) {
        let file = self.at(path);
        fs::create_dir_all(file.parent().expect("a folder")).expect("made");
        fs::write(file, text).expect("written");
    }

    fn script(&self, path: &str, text: &str) {
        self.write(path, &format!("#!/bin/sh\n{text}\n"));
        fs::set_permissions(self.at(path), fs::Permissions::from_mode(0o755)).expect("set");
    }

    fn set(&mut self, name: &'static str, value: &str) {
        self.variables.push((name, value.to_owned()));
    }

    /// Gives a program the world's environment.
    fn here(&self, mut command: Command) -> Command {
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("GIT_") {
                command.env_remove(name);
            }
        }
        command.current_dir(self.at("work")).env("HOME", self.at("home")).env_remove("XDG_CONFIG_HOME");
        command.env("GIT_CONFIG_NOSYSTEM", "1").env("HOUSESTYLE_HOME", self.at("state")).env_remove("EMAIL");
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    #[track_caller]
    fn git(&self, arguments: &[&str]) -> String {
        let mut command = self.here(Command::new("git"));
        let output = command.args(arguments).output().expect("git runs");
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("UTF-8").trim().to_owned()
    }

    /// Commits a file.
    fn commit(&self, path: &str, text: &str) {
        self.write(&format!("work/{path}"), text);
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", "Work"]);
    }

    fn program(&self) -> Command {
        let mut command = self.here(Command::new(housestyle()));
        if let Some(tools) = &self.tools {
            let old = std::env::var_os("PATH").unwrap_or_default();
            let path = std::iter::once(tools.clone()).chain(std::env::split_paths(&old));
            command.env("PATH", std::env::join_paths(path).expect("a path"));
        }
        command
    }

    #[track_caller]
    fn run(&self, arguments: &[&str]) -> Output {
        self.program().args(arguments).output().expect("it runs")
    }

    /// Returns all that a command prints.
    #[track_caller]
    fn said(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
    }

    /// Returns who a note is by.
    #[track_caller]
    fn author(&self) -> String {
        let output = self.run(&["memory", "add", "Say rows.", "--json"]);
        let note: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        note["added"]["author"].as_str().expect("an author").to_owned()
    }

    /// Starts a server in which suggestions come from a script.
    #[track_caller]
    fn serve(&self, options: &Value) -> Client {
        let answer = json!({ "text": SUGGESTED, "delay_ms": 0 });
        self.write("script.jsonl", &format!("{answer}\n{answer}\n{answer}\n"));
        let mut command = self.program();
        command.args(["serve", "--backend", &format!("script:{}", self.text("script.jsonl"))]);
        let mut client = Client::spawn(&mut command);
        client.initialize(&json!({}), options, Some(&self.uri("")));
        client
    }

    fn uri(&self, path: &str) -> String {
        format!("file://{}", self.text(&format!("work/{path}")))
    }

    /// Takes the suggestion in each of some new files, and ends the server. The journal must name these files, then.
    #[track_caller]
    fn check_journal(&self, files: &[&str], options: &Value, expected: &[&str]) {
        let mut client = self.serve(options);
        for file in files {
            let uri = self.uri(file);
            let text = "def mul(first, second):\n    \n";
            let document = json!({ "uri": uri, "languageId": "python", "version": 1, "text": text });
            client.notify("textDocument/didOpen", &json!({ "textDocument": document }));
            let at = json!({ "line": 1, "character": 4 });
            let context = json!({ "triggerKind": 1 });
            let asked = json!({ "textDocument": { "uri": uri }, "position": at, "context": context });
            let answer = client.ask("textDocument/inlineCompletion", &asked);
            assert_eq!(answer["items"][0]["insertText"], SUGGESTED, "{file}: {answer}");
            let change = json!({ "range": { "start": at, "end": at }, "text": SUGGESTED });
            let changed = json!({
                "textDocument": { "uri": uri, "version": 2 }, "contentChanges": [change],
            });
            client.notify("textDocument/didChange", &changed);
        }
        // Records come in order: where the last file is noted, the others are decided.
        let began = Instant::now();
        while self.journal() != expected && began.elapsed() < PATIENCE {
            std::thread::sleep(Duration::from_millis(50));
        }
        client.ask("shutdown", &Value::Null);
        client.notify("exit", &Value::Null);
        assert!(client.wait_for_end(PATIENCE).is_some(), "it ends");
        assert_eq!(self.journal(), expected);
    }

    /// Returns the files that the journal names.
    fn journal(&self) -> Vec<String> {
        let output = self.run(&["journal", "export", "--json"]);
        let journal: Value =
            serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"));
        let suggestions = journal["suggestions"].as_array().expect("suggestions").clone();
        let path = |line: &Value| line["path"].as_str().map(str::to_owned);
        suggestions.iter().filter_map(path).collect()
    }
}

/// Says that a case is passed over.
fn skip(what: &str) {
    eprintln!("not tried: the git of this machine does not know {what}");
}

/// Sets up a user's configuration, by which git names an address.
type Setting = fn(&mut World);

#[test]
fn the_user_is_who_git_says() {
    let work = |world: &World| world.write("home/work", "[user]\n\tname = Ann\n\temail = ann@work.example\n");
    let cases: [(&str, Setting, &str); 7] = [
        ("user.email", |_| {}, "ann@home.example"),
        (
            "GIT_CONFIG_GLOBAL",
            |world| {
                let other = world.text("home/work");
                world.set("GIT_CONFIG_GLOBAL", &other);
            },
            "ann@work.example",
        ),
        (
            "GIT_CONFIG_COUNT",
            |world| {
                world.set("GIT_CONFIG_COUNT", "1");
                world.set("GIT_CONFIG_KEY_0", "user.email");
                world.set("GIT_CONFIG_VALUE_0", "ann@count.example");
            },
            "ann@count.example",
        ),
        (
            "author.email",
            |world| {
                world.write("home/.gitconfig", &format!("{PRIVATE}[author]\n\temail = ann@author.example\n"))
            },
            "ann@author.example",
        ),
        (
            "includeIf hasconfig",
            |world| {
                world.git(&["remote", "add", "origin", "https://git.work.example/team/app.git"]);
                let condition = "hasconfig:remote.*.url:https://git.work.example/**";
                let include = format!("{PRIVATE}[includeIf \"{condition}\"]\n\tpath = work\n");
                world.write("home/.gitconfig", &include);
            },
            "ann@work.example",
        ),
        ("GIT_AUTHOR_EMAIL", |world| world.set("GIT_AUTHOR_EMAIL", "ann@once.example"), "ann@once.example"),
        (
            "another repository's GIT_DIR",
            |world| {
                let other = world.text("other.git");
                world.git(&["init", "--quiet", "--bare", &other]);
                world.git(&["--git-dir", &other, "config", "user.email", "ann@other.example"]);
                world.set("GIT_DIR", &other);
            },
            "ann@home.example",
        ),
    ];
    for (name, set, expected) in cases {
        let mut world = World::new();
        work(&world);
        set(&mut world);
        let git = world.git(&["var", "GIT_AUTHOR_IDENT"]);
        if !git.contains(expected) && !name.contains("GIT_DIR") {
            skip(name);
            continue;
        }
        assert_eq!(world.author(), format!("Ann <{expected}>"), "{name}");
    }
}

#[test]
fn a_proposal_is_what_git_would_commit() {
    let mut world = World::new();
    world.commit("a.txt", "a\n");
    world.write("work/skills/sgn/SKILL.md", SKILL);
    world.write(
        "home/.gitconfig",
        &format!(
            "{PRIVATE}[author]\n\temail = ann@author.example\n[committer]\n\temail = ann@committer.example\n"
        ),
    );
    let said = world.said(&["skill", "propose", "sgn"]);
    let branch = "housestyle/proposals/sgn";
    let people = world.git(&["log", "-1", "--format=%ae %ce", branch]);
    assert_eq!(people, "ann@author.example ann@committer.example", "{said}");
    world.git(&["branch", "-D", branch]);
    world.git(&["update-ref", "-d", "refs/housestyle/proposed/sgn"]);
    // A signature that git would make, and that cannot be made, is not left out.
    world.set("GIT_CONFIG_COUNT", "2");
    for (name, value) in [
        ("GIT_CONFIG_KEY_0", "commit.gpgsign"),
        ("GIT_CONFIG_VALUE_0", "true"),
        ("GIT_CONFIG_KEY_1", "gpg.program"),
        ("GIT_CONFIG_VALUE_1", "/nowhere/gpg"),
    ] {
        world.set(name, value);
    }
    let said = world.said(&["skill", "propose", "sgn"]);
    assert!(said.contains("could not be signed with `/nowhere/gpg`"), "{said}");
    assert!(world.git(&["branch", "--list", branch]).is_empty(), "{said}");
}

#[test]
fn a_file_that_git_ignores_stays_out_of_the_journal() {
    let mut world = World::new();
    world.write("home/ignore", "private*.py\n");
    world.write("home/work", &format!("{PRIVATE}[core]\n\texcludesFile = ~/ignore\n"));
    let other = world.text("home/work");
    world.set("GIT_CONFIG_GLOBAL", &other);
    world.check_journal(&["private_a.py", "b.py"], &json!({}), &["b.py"]);
}

#[test]
fn a_git_that_hangs_costs_seconds_and_tells_nothing() {
    let mut world = World::new();
    world.script("tools/git", &format!("sleep 1000\necho waited > '{}'", world.text("waited")));
    world.tools = Some(world.at("tools"));
    assert!(!world.author().contains("ann@"), "{}", world.author());
    let options = json!({ "memory": { "editTokens": 64 } });
    world.check_journal(&["a.py"], &options, &[]);
    assert!(!world.at("waited").exists(), "somebody waited for git to its end");
}

#[test]
fn nobody_asks_git_about_an_untrusted_workspace() {
    let calls = |trusted: bool| {
        let mut world = World::new();
        let path = std::env::var("PATH").expect("a path");
        let (calls, git) = (world.text("calls"), "exec git \"$@\"");
        world.script("tools/git", &format!("echo x >> {calls}\nPATH='{path}'\nexport PATH\n{git}"));
        world.tools = Some(world.at("tools"));
        let options = json!({ "trusted": trusted, "memory": { "editTokens": 64 } });
        let files = ["a.py", "b.py"];
        world.check_journal(&files, &options, if trusted { &files } else { &[] });
        world.at("calls").exists()
    };
    assert!(calls(true) && !calls(false));
    let mut world = World::new();
    world.script("tools/git", &format!("echo x >> {}\nexit 1", world.text("calls")));
    world.tools = Some(world.at("tools"));
    world.write("work/housestyle.toml", "trusted = false\n");
    assert_eq!(world.author(), "Ann <ann@home.example>");
    assert!(!world.at("calls").exists());
}

#[test]
fn a_question_starts_no_program_of_the_repository() {
    let world = World::new();
    let evil = world.text("evil");
    world.script("evil", &format!("echo \"$0 $*\" >> {}", world.text("ran")));
    let shell = format!("!{evil}");
    for (key, value) in [
        ("core.fsmonitor", evil.as_str()),
        ("core.pager", &evil),
        ("pager.config", &evil),
        ("core.sshCommand", &evil),
        ("credential.helper", &shell),
        ("alias.var", &shell),
        ("alias.check-ignore", &shell),
        ("filter.x.clean", &evil),
        ("filter.x.process", &evil),
        ("diff.external", &evil),
    ] {
        world.git(&["config", key, value]);
    }
    world.write("work/.gitattributes", "* filter=x\n");
    // A git of the work tree is none.
    world.script("work/git", &format!("echo git >> {}", world.text("ran")));
    let mut command = world.program();
    let old = std::env::var_os("PATH").unwrap_or_default();
    let path = [PathBuf::from("."), world.at("work")].into_iter().chain(std::env::split_paths(&old));
    command.env("PATH", std::env::join_paths(path).expect("a path"));
    let output = command.args(["memory", "add", "Say rows."]).output().expect("it runs");
    assert!(String::from_utf8_lossy(&output.stdout).contains("ann@home.example"), "{output:?}");
    world.check_journal(&["a.py"], &json!({ "memory": { "editTokens": 64 } }), &["a.py"]);
    assert!(!world.at("ran").exists(), "{}", fs::read_to_string(world.at("ran")).unwrap_or_default());
}

#[test]
fn an_included_pipe_costs_seconds() {
    let world = World::new();
    let pipe = world.at("work/.git/pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo runs").success());
    let config = fs::read_to_string(world.at("work/.git/config")).expect("read");
    world.write("work/.git/config", &format!("{config}[include]\n\tpath = pipe\n"));
    // Who keeps both ends open makes git wait for the text for ever, and libgit2 find a file that is none.
    let _kept = fs::File::options().read(true).write(true).open(&pipe).expect("opened");
    let said = world.said(&["memory", "add", "Say rows."]);
    assert!(!said.contains("ann@"), "{said}");
}

#[test]
fn without_git_the_present_way_is_told() {
    let world = World::new();
    let mut command = world.program();
    command.args(["doctor", "--json"]).env("PATH", world.at("home"));
    let output = command.output().expect("it runs");
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let checks = report["checks"].as_array().expect("checks").clone();
    let git = checks.iter().find(|check| check["name"] == "git").expect("a check of git");
    assert_eq!((&git["verdict"], &git["advice"]), (&json!("warn"), &json!("install git")));
    let mut command = world.program();
    command.args(["memory", "add", "Say rows."]).env("PATH", world.at("home"));
    let output = command.output().expect("it runs");
    assert!(String::from_utf8_lossy(&output.stdout).contains("ann@home.example"), "{output:?}");
}

/// Checks that each command says the same true sentence on a repository that cannot be read.
#[track_caller]
fn check_unreadable(world: &World, sentence: &str, remedy: &str) {
    for command in [
        &["skill", "list"][..],
        &["skill", "mine", "--no-model"],
        &["learn"],
        &["skill", "propose", "sgn"],
        &["doctor"],
    ] {
        let said = world.said(command);
        assert!(said.contains(sentence) && said.contains(remedy), "{command:?}: {said}");
        assert!(!said.contains("no git repository"), "{command:?}: {said}");
    }
}

#[test]
fn repositories_that_cannot_be_read_get_a_true_sentence_and_a_remedy() {
    let kinds = [
        (
            "--ref-format=reftable",
            "stores its references as reftables",
            "git refs migrate --ref-format=files",
        ),
        ("--object-format=sha256", "names its objects by SHA-256", "git fast-export --all"),
    ];
    for (kind, sentence, remedy) in kinds {
        let trial = tempfile::tempdir().expect("a folder");
        let known = Command::new("git").args(["init", "--quiet", kind]).arg(trial.path()).output();
        if !known.expect("git runs").status.success() {
            skip(kind);
            continue;
        }
        let world = World::with(&[kind]);
        world.commit("a.py", "x = 1\n");
        world.commit("a.py", "x = 2\n");
        world.write("work/skills/sgn/SKILL.md", SKILL);
        check_unreadable(&world, sentence, remedy);
        assert_eq!(world.author(), "Ann <ann@home.example>", "{kind}");
        fs::remove_dir_all(world.at("work/skills")).expect("removed"); // the editor would be told of them
        world.write("work/.gitignore", "private*.py\n");
        world.check_journal(&["private_a.py", "b.py"], &json!({}), &["b.py"]);
    }
}

#[test]
fn a_repository_of_another_owner_gets_a_true_sentence_and_a_remedy() {
    let world = World::new();
    world.commit("a.py", "x = 1\n");
    world.write("work/skills/sgn/SKILL.md", SKILL);
    let given = Command::new("chown").args(["-R", "12345"]).arg(world.at("work")).output();
    if !given.is_ok_and(|given| given.status.success()) {
        eprintln!("not tried: only root can give a repository to another user");
        return;
    }
    let pattern = format!("{PRIVATE}[safe]\n\tdirectory = {}/*\n", world.folder.path().display());
    world.write("home/.gitconfig", &pattern);
    check_unreadable(&world, "belongs to another user of this machine", "--add safe.directory '");
    let root = world.text("work");
    world.git(&["config", "--global", "--add", "safe.directory", &root]);
    let said = world.said(&["skill", "list"]);
    assert!(said.contains("sgn") && !said.contains("another user"), "the remedy helps: {said}");
}

#[test]
fn a_partial_clone_gets_a_true_sentence_and_a_remedy() {
    let world = World::new();
    for n in 0..4 {
        world.commit("a.py", &format!("first = {n}\nsecond = {}\n", n * n));
    }
    world.git(&["config", "uploadpack.allowFilter", "true"]);
    for filter in ["blob:none", "tree:0"] {
        let clone = world.text(filter);
        let from = format!("file://{}", world.text("work"));
        world.git(&["clone", "--quiet", "--filter", filter, &from, &clone]);
        for command in [&["skill", "mine", "--no-model"][..], &["learn"]] {
            let said = world.said(&[command, &["--workspace", &clone]].concat());
            assert!(
                said.contains("this is a partial clone, which lacks what commit "),
                "{command:?}: {said}"
            );
            assert!(said.contains("`git fetch --refetch --no-filter`"), "{command:?}: {said}");
        }
        world.git(&["-C", &clone, "fetch", "--quiet", "--refetch", "--no-filter"]);
        let said = world.said(&["skill", "mine", "--no-model", "--workspace", &clone]);
        assert!(!said.contains("partial clone"), "the remedy helps: {said}");
    }
}

#[test]
fn a_branch_in_the_place_of_proposals_gets_a_true_sentence_and_a_remedy() {
    let world = World::new();
    world.commit("a.py", "x = 1\n");
    world.write("work/skills/sgn/SKILL.md", SKILL);
    world.git(&["config", "housestyle.branch", "main"]);
    for branch in ["housestyle", "housestyle/proposals"] {
        world.git(&["branch", branch]);
        let said = [world.said(&["skill", "propose", "sgn"]), world.said(&["doctor"])];
        for said in said {
            assert!(said.contains(&format!("the branch {branch} leaves no place")), "{said}");
            assert!(said.contains(&format!("git branch -m {branch} NEW-NAME")), "{said}");
        }
        world.git(&["branch", "-D", branch]);
    }
    let said = world.said(&["skill", "propose", "sgn"]);
    assert!(said.contains("housestyle/proposals/sgn"), "{said}");
}

#[test]
fn one_person_with_two_addresses_is_one_author() {
    let world = World::new();
    for n in 0..4 {
        let address = if n % 2 == 0 { "ann@home.example" } else { "Ann@Work.example" };
        world.git(&["config", "user.email", address]);
        world.commit("a.py", &format!("first = {n}\nsecond = {}\n", n * n));
    }
    let authors = || {
        let out = world.text("cases");
        let _ = fs::remove_dir_all(&out);
        let output = world.run(&["cases", "--out", &out, "--json"]);
        let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        report["authors"].as_u64().unwrap_or_else(|| panic!("{output:?}"))
    };
    assert_eq!(authors(), 2);
    // A file of the work tree alone does not count: nobody approved it.
    world.write("work/.mailmap", "Ann <ann@work.example> <ann@home.example>\n");
    assert_eq!(authors(), 2);
    world.git(&["config", "user.email", "ann@home.example"]);
    world.git(&["add", ".mailmap"]);
    world.git(&["commit", "--quiet", "--message", "One person is one person"]);
    assert_eq!(authors(), 1);
}
