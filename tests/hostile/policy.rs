//! Policy comes from the default branch, whatever branch is open: nobody loosens a policy by a branch, by a file that is
//! not committed, or by the place where the server was started.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use housestyle_testkit::client::Client;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::e2e::binary::housestyle;

/// How soon a change must hold that a look at the files does not show.
const SOON: Duration = Duration::from_secs(60);

/// A team's repository in `work`, and the state of a user.
struct World(TempDir);

impl World {
    fn new() -> World {
        let world = World(tempfile::tempdir().expect("a folder"));
        for folder in ["home", "work", "elsewhere"] {
            fs::create_dir(world.at(folder)).expect("made");
        }
        let answers = vec![json!({ "text": "return a * b" }).to_string(); 40].join("\n");
        fs::write(world.at("home/script.jsonl"), answers).expect("written");
        world
    }

    /// Makes `folder` a repository whose branch `main` has this policy.
    fn commit(&self, folder: &str, policy: &str) {
        fs::create_dir_all(self.at(folder)).expect("made");
        self.git(folder, &["init", "--quiet", "--initial-branch", "main"]);
        self.write(&format!("{folder}/housestyle.toml"), policy);
        self.git(folder, &["add", "housestyle.toml"]);
        self.git(folder, &["commit", "--quiet", "--allow-empty", "--message", "Policy"]);
        self.git(folder, &["config", "housestyle.branch", "main"]);
    }

    #[track_caller]
    fn git(&self, folder: &str, arguments: &[&str]) {
        let set = ["-c", "user.name=Eve", "-c", "user.email=eve@example.org", "-c", "commit.gpgsign=false"];
        let mut git = Command::new("git");
        let output = git.args(set).args(arguments).current_dir(self.at(folder)).output().expect("git runs");
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    fn at(&self, path: &str) -> std::path::PathBuf {
        self.0.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        fs::write(self.at(path), text).expect("written");
    }

    fn uri(&self, path: &str) -> String {
        let path = self.at(path).to_string_lossy().replace('\\', "/");
        format!("file:///{}", path.trim_start_matches('/'))
    }

    fn command(&self, started: &str) -> Command {
        let mut command = Command::new(housestyle());
        command.env("HOUSESTYLE_HOME", self.at("home")).env_remove("HOUSESTYLE_LOG");
        command.current_dir(self.at(started));
        command
    }

    /// Starts a server in a folder, for an editor that has `work` open.
    fn serve(&self, started: &str) -> Client {
        let mut command = self.command(started);
        command.args(["serve", "--backend", &format!("script:{}", self.at("home/script.jsonl").display())]);
        let mut client = Client::spawn(&mut command);
        client.initialize(&json!({}), &json!({}), Some(&self.uri("work")));
        client
    }

    /// Opens a further folder in the editor.
    fn open_folder(&self, client: &mut Client, path: &str) {
        let event = json!({ "added": [{ "uri": self.uri(path), "name": path }], "removed": [] });
        client.notify("workspace/didChangeWorkspaceFolders", &json!({ "event": event }));
    }

    /// Asks for a suggestion in a document that is opened for it; returns how many there are.
    #[track_caller]
    fn ask(&self, client: &mut Client, path: &str) -> usize {
        let uri = self.uri(path);
        let text = "def mul(a, b):\n    \n";
        let document = json!({ "uri": uri, "languageId": "python", "version": 1, "text": text });
        client.notify("textDocument/didOpen", &json!({ "textDocument": document }));
        let answer = client.ask("textDocument/inlineCompletion", &place(&uri));
        client.notify("textDocument/didClose", &json!({ "textDocument": { "uri": uri } }));
        answer["items"].as_array().map_or(0, Vec::len)
    }

    fn journal_has(&self, path: &Path, text: &str) -> bool {
        fs::read_dir(path).into_iter().flatten().flatten().any(|entry| {
            let path = entry.path();
            let holds = || {
                fs::read(&path)
                    .is_ok_and(|content| content.windows(text.len()).any(|it| it == text.as_bytes()))
            };
            if path.is_dir() {
                self.journal_has(&path, text)
            } else {
                path.to_string_lossy().contains("journal.db") && holds()
            }
        })
    }
}

fn place(uri: &str) -> Value {
    json!({
        "textDocument": { "uri": uri },
        "position": { "line": 1, "character": 4 },
        "context": { "triggerKind": 1 },
    })
}

#[test]
fn no_branch_and_no_file_of_the_user_loosens_a_policy() {
    let world = World::new();
    world.commit("work", "enabled = false\njournal = \"off\"\n");
    let mut client = world.serve("work");
    assert_eq!(world.ask(&mut client, "work/a.py"), 0);
    world.git("work", &["checkout", "--quiet", "-b", "feature"]);
    world.commit("work", "enabled = true\njournal = \"on\"\n");
    world.write("home/housestyle.toml", "enabled = true\njournal = \"on\"\n");
    assert_eq!(world.ask(&mut client, "work/a.py"), 0, "the running server");
    let mut fresh = world.serve("work");
    assert_eq!(world.ask(&mut fresh, "work/a.py"), 0, "a new server");
    let doctor = world.command("work").arg("doctor").output().expect("it runs");
    let doctor = String::from_utf8_lossy(&doctor.stdout).into_owned();
    for part in ["`enabled = true` (false holds)", "the default branch (main)", "the team's policy"] {
        assert!(doctor.contains(part), "{doctor}");
    }
    world.git("work", &["branch", "--force", "main", "feature"]);
    let begun = Instant::now();
    while world.ask(&mut client, "work/a.py") == 0 {
        assert!(begun.elapsed() < SOON, "the merge goes unseen");
        sleep(Duration::from_millis(100));
    }
}

#[test]
fn a_journal_that_the_team_forbids_is_not_written_on_another_branch() {
    let world = World::new();
    world.commit("work", "journal = \"off\"\n");
    world.git("work", &["checkout", "--quiet", "-b", "feature"]);
    world.commit("work", "journal = \"on\"\n");
    let mut client = world.serve("elsewhere");
    assert_eq!(world.ask(&mut client, "work/a.py"), 1);
    client.ask("shutdown", &Value::Null);
    client.notify("exit", &Value::Null);
    assert!(client.wait_for_end(SOON).is_some());
    assert!(!world.journal_has(&world.at("home"), "a.py"));
}

#[test]
fn a_forbidden_journal_is_not_written_wherever_the_server_started() {
    for started in ["elsewhere", "work", "open"] {
        let world = World::new();
        world.commit("work", "journal = \"off\"\n");
        world.commit("work/nested", "journal = \"on\"\n");
        world.commit("open", "");
        world.commit("open/closed", "journal = \"off\"\n");
        world.write("home/housestyle.toml", "journal = \"on\"\n");
        let mut client = world.serve(started);
        world.open_folder(&mut client, "open");
        let forbidden = ["work/forbidden_a.py", "work/nested/forbidden_b.py", "open/closed/forbidden_c.py"];
        for path in forbidden.into_iter().chain(["open/allowed.py"]) {
            assert_eq!(world.ask(&mut client, path), 1, "{path}");
        }
        client.ask("shutdown", &Value::Null);
        client.notify("exit", &Value::Null);
        assert!(client.wait_for_end(SOON).is_some());
        assert!(world.journal_has(&world.at("home"), "allowed.py"), "started in {started}");
        assert!(!world.journal_has(&world.at("home"), "forbidden"), "started in {started}");
    }
}

/// Eve pushes `master` beside the default branch `main`, and somebody checks it out.
#[test]
fn a_rival_of_the_default_branch_takes_no_policy_away() {
    let world = World::new();
    world.commit("seed", "enabled = false\n");
    world.git(".", &["clone", "--quiet", "--bare", "seed", "team.git"]);
    world.git(".", &["clone", "--quiet", "team.git", "work"]);
    let mut client = world.serve("work");
    assert_eq!(world.ask(&mut client, "work/a.py"), 0);
    world.git("seed", &["rm", "--quiet", "housestyle.toml"]);
    world.git("seed", &["commit", "--quiet", "--message", "No policy"]);
    world.git("seed", &["push", "--quiet", "../team.git", "main:refs/heads/master"]);
    world.git("work", &["fetch", "--quiet"]);
    world.git("work", &["checkout", "--quiet", "--detach", "origin/master"]);
    assert_eq!(world.ask(&mut client, "work/a.py"), 0, "the running server");
    let mut fresh = world.serve("work");
    assert_eq!(world.ask(&mut fresh, "work/a.py"), 0, "a new server");
}

#[test]
fn no_settings_file_holds_the_server_up_or_floods_the_editor() {
    let world = World::new();
    world.commit("work", "");
    fs::create_dir(world.at("other")).expect("made");
    let mut client = world.serve("work");
    world.open_folder(&mut client, "other");
    let lines = |count: usize, line: fn(usize) -> String| (0..count).map(line).collect::<String>();
    let globs =
        |count: usize| format!("disabled = [{}]\n", lines(count, |number| format!("\"{number:x}\",")));
    let languages = |count: usize| lines(count, |number| format!("[languages.{number:x}]\nmode=\"off\"\n"));
    // Most of a megabyte, and nearly as much as is read.
    for (name, file) in [
        ("many globs", globs(120_000)),
        ("globs", globs(8_000) + "enabled = false\n"),
        ("many languages", languages(30_000)),
        ("languages", "enabled = false\n".to_owned() + &languages(2_000)),
        ("unknown settings", lines(6_000, |number| format!("x{number} = 1\n")) + "enabled = false\n"),
        ("a long line", "x = ".to_owned() + &"[".repeat(60_000)),
    ] {
        world.write("work/housestyle.toml", &file);
        let found = ["work/a.py", "other/a.py"].map(|path| world.ask(&mut client, path));
        assert_eq!(found, [0, 1], "{name}");
    }
    let told = |client: &mut Client, method: &str| -> Vec<usize> {
        let messages = client.notifications(method);
        messages.iter().map(|message| message.to_string().len()).collect()
    };
    for method in ["window/logMessage", "window/showMessage"] {
        let told = told(&mut client, method);
        assert!(told.len() < 60 && told.iter().all(|length| *length < 10_000), "{method}: {told:?}");
    }
}

#[test]
fn a_changed_file_holds_for_the_next_suggestion_and_a_broken_one_is_told() {
    let world = World::new();
    world.commit("work", "");
    let mut client = world.serve("elsewhere");
    assert_eq!(world.ask(&mut client, "work/a.py"), 1, "the server was started elsewhere");
    world.write("work/housestyle.toml", "enabled = false\n");
    assert_eq!(world.ask(&mut client, "work/a.py"), 0);
    world.write("work/housestyle.toml", "disabled = [\"a.*\"]\n");
    assert_eq!((world.ask(&mut client, "work/a.py"), world.ask(&mut client, "work/b.py")), (0, 1));
    world.write("work/housestyle.toml", "enabled = = false\n");
    assert_eq!(world.ask(&mut client, "work/b.py"), 0);
    client.notification("window/showMessage", |params| {
        let message = params["message"].as_str().unwrap_or_default();
        message.contains("housestyle.toml") && message.contains("until the file is corrected")
    });
    fs::remove_file(world.at("work/housestyle.toml")).expect("removed");
    assert_eq!(world.ask(&mut client, "work/b.py"), 1);
}

#[test]
fn each_document_obeys_its_own_repository_and_those_around_it() {
    let world = World::new();
    world.commit("work", "disabled = [\"vendor/gen/*\"]\n");
    world.commit("work/vendor", "enabled = true\n");
    world.commit("work/forbidden", "enabled = false\n");
    let mut client = world.serve("work");
    let asked = ["work/a.py", "work/vendor/a.py", "work/vendor/gen/a.py", "work/forbidden/a.py"];
    assert_eq!(asked.map(|path| world.ask(&mut client, path)), [1, 1, 0, 0]);
    world.write("work/housestyle.toml", "enabled = false\n");
    assert_eq!(asked.map(|path| world.ask(&mut client, path)), [0; 4]);
}
