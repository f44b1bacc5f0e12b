//! The journal from outside: it holds what an editor does, by its outcome, and nothing that must not enter.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::binary::housestyle;
use super::editor::{Editor, PLACE, Start, TEXT, inline};

/// Long enough for any machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A workspace on disk, and the state of the servers in it.
struct Workspace {
    folder: TempDir,
    home: Arc<TempDir>,
}

impl Workspace {
    fn new() -> Workspace {
        Workspace {
            folder: tempfile::tempdir().expect("a folder"),
            home: Arc::new(tempfile::tempdir().expect("a folder")),
        }
    }

    /// Makes the workspace a repository whose branch is at `commit`, as git does.
    fn commit(&self, commit: &str, action: &str) {
        let git = self.folder.path().join(".git");
        for folder in ["objects", "refs/heads", "logs"] {
            std::fs::create_dir_all(git.join(folder)).expect("made");
        }
        let commit = commit.repeat(40);
        std::fs::write(git.join("HEAD"), "ref: refs/heads/main\n").expect("written");
        let line = format!("{commit} {commit} Ann <ann@example.org> 1 +0000\t{action}\n");
        std::fs::write(git.join("logs/HEAD"), line).expect("written");
        std::fs::write(git.join("refs/heads/main"), format!("{commit}\n")).expect("written");
    }

    fn uri(&self, path: &str) -> String {
        let folder = self.folder.path().to_string_lossy().replace('\\', "/");
        format!("file:///{}/{path}", folder.trim_start_matches('/'))
    }

    fn start(&self, script: &[(&str, u64)], options: Value) -> Editor {
        let (root, home) = (self.uri(""), Some(Arc::clone(&self.home)));
        Start { script, options, root, home, ..Start::default() }.go()
    }

    /// Runs a command in the workspace; its exit code, and its JSON or null.
    #[track_caller]
    fn run(&self, arguments: &[&str]) -> (i32, Value) {
        let output = Command::new(housestyle())
            .args(arguments)
            .arg("--json")
            .arg("--workspace")
            .arg(self.folder.path())
            .env("HOUSESTYLE_HOME", self.home.path())
            .output()
            .expect("it runs");
        let document = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
        (output.status.code().unwrap_or(-1), document)
    }

    fn suggestions(&self) -> Vec<Value> {
        let (code, document) = self.run(&["journal", "export"]);
        assert_eq!(code, 0, "{document}");
        document["suggestions"].as_array().cloned().unwrap_or_default()
    }

    /// Waits until the suggestions in the journal satisfy `holds`.
    #[track_caller]
    fn wait_for(&self, what: &str, holds: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        let began = Instant::now();
        loop {
            let found = self.suggestions();
            if holds(&found) {
                return found;
            }
            assert!(began.elapsed() < PATIENCE, "{what}: {found:#?}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Asserts that the chain holds, and returns how many events there are.
    #[track_caller]
    fn verified(&self) -> u64 {
        let (code, audit) = self.run(&["audit", "verify"]);
        assert_eq!(code, 0, "{audit:#}");
        audit["events"].as_u64().expect("a number")
    }

    /// Returns whether any file of the state holds this text.
    fn holds(&self, text: &str) -> bool {
        fn look(folder: &Path, text: &[u8]) -> bool {
            std::fs::read_dir(folder).into_iter().flatten().flatten().any(|entry| {
                let path = entry.path();
                let script = path.file_name().is_some_and(|name| name == "script.jsonl");
                if path.is_dir() {
                    return look(&path, text);
                }
                !script
                    && std::fs::read(&path)
                        .unwrap_or_default()
                        .windows(text.len())
                        .any(|window| window == text)
            })
        }
        look(self.home.path(), text.as_bytes())
    }
}

/// Shows a suggestion and does something; the journal must hold these outcomes, with the units taken.
#[track_caller]
fn check(
    script: &[(&str, u64)],
    act: impl Fn(&mut Editor, &str, (u32, u32), &Value),
    expected: &[(&str, u64)],
) {
    let workspace = Workspace::new();
    let mut editor = workspace.start(script, json!({}));
    let uri = workspace.uri("src/total.rs");
    let at = editor.open(&uri, "rust", PLACE);
    let item = editor.complete(&uri, at)["items"][0].clone();
    act(&mut editor, &uri, at, &item);
    let outcomes = |found: &[Value]| -> Vec<(String, u64)> {
        let outcome = |line: &Value| line["outcome"].as_str().unwrap_or_default().to_owned();
        found.iter().map(|line| (outcome(line), line["taken"].as_u64().unwrap_or(99))).collect()
    };
    let expected: Vec<(String, u64)> =
        expected.iter().map(|(name, taken)| ((*name).to_owned(), *taken)).collect();
    let found = workspace.wait_for("outcomes", |found| outcomes(found) == expected);
    let first = &found[0];
    assert_eq!((first["path"].as_str(), first["text"].as_str()), (Some("src/total.rs"), Some(TEXT)));
    let offered = &first["offered"];
    assert_eq!((offered["line"].as_u64(), offered["column"].as_u64()), (Some(2), Some(15)));
    assert!(offered["model"].is_string() && offered["format"].is_string(), "{offered}");
    workspace.verified();
}

#[test]
fn shown_and_nothing_more() {
    check(
        &[(TEXT, 0)],
        |editor, _, _, item| editor.client.notify("textDocument/didShowCompletion", &json!({ "item": item })),
        &[("shown", 0)],
    );
}

#[test]
fn accepted() {
    check(
        &[(TEXT, 0)],
        |editor, uri, at, _| {
            editor.type_at(uri, at, TEXT);
        },
        &[("accepted", 19)],
    );
}

#[test]
fn accepted_as_the_command_says() {
    check(
        &[(TEXT, 0)],
        |editor, _, _, item| drop(editor.client.ask("workspace/executeCommand", &item["command"])),
        &[("accepted", 19)],
    );
}

/// Asks for an alternative to the suggestion, and returns it.
fn alternative(editor: &mut Editor, uri: &str, at: (u32, u32)) -> Value {
    let asked = inline(uri, at, &json!({ "triggerKind": 1 }));
    let answer = editor.client.ask("textDocument/inlineCompletion", &asked);
    assert_eq!(answer["items"].as_array().map(Vec::len), Some(2), "{answer}");
    answer["items"][1].clone()
}

#[test]
fn an_alternative_that_is_accepted() {
    let script = &[(TEXT, 0), ("items.len();", 0)];
    let taken = &[("superseded", 0), ("accepted", 12)];
    check(
        script,
        |editor, uri, at, _| {
            alternative(editor, uri, at);
            editor.type_at(uri, at, "items.len();");
        },
        taken,
    );
    let command = |editor: &mut Editor, uri: &str, at: (u32, u32), _: &Value| {
        let item = alternative(editor, uri, at);
        editor.client.ask("workspace/executeCommand", &item["command"]);
    };
    check(script, command, taken);
}

#[test]
fn partly_accepted_in_copilots_words() {
    check(
        &[(TEXT, 0)],
        |editor, _, _, item| {
            for length in [5, 10] {
                let params = json!({ "item": item, "acceptedLength": length });
                editor.client.notify("textDocument/didPartiallyAcceptCompletion", &params);
            }
        },
        &[("partly-accepted", 10)],
    );
}

#[test]
fn partly_accepted_then_typed_over() {
    check(
        &[(TEXT, 0)],
        |editor, uri, at, _| {
            let at = editor.type_at(uri, at, "items.");
            editor.type_at(uri, at, "z");
        },
        &[("partly-accepted", 6)],
    );
}

#[test]
fn typed_by_hand_is_not_accepted() {
    check(
        &[(TEXT, 0)],
        |editor, uri, mut at, _| {
            for key in TEXT.chars() {
                at = editor.type_at(uri, at, &key.to_string());
            }
        },
        &[("typed-through", 0)],
    );
}

#[test]
fn the_rest_accepted_after_typing_is_the_same_suggestion() {
    check(
        &[(TEXT, 0)],
        |editor, uri, at, _| {
            let at = editor.type_at(uri, at, "i");
            let at = editor.type_at(uri, at, "t");
            let rest = editor.complete(uri, at)["items"][0].clone();
            assert_eq!(rest["insertText"], TEXT[2..]);
            editor.type_at(uri, at, &TEXT[2..]);
            editor.client.ask("workspace/executeCommand", &rest["command"]);
        },
        &[("accepted", 17)],
    );
}

#[test]
fn typed_over() {
    check(
        &[(TEXT, 0)],
        |editor, uri, at, _| {
            editor.type_at(uri, at, "0");
        },
        &[("typed-over", 0)],
    );
}

#[test]
fn dismissed_by_going_elsewhere() {
    check(
        &[(TEXT, 0)],
        |editor, uri, _, _| {
            editor.type_at(uri, (0, 0), "// ");
        },
        &[("dismissed", 0)],
    );
    check(
        &[(TEXT, 0)],
        |editor, uri, _, _| {
            editor.client.notify("textDocument/didClose", &json!({ "textDocument": { "uri": uri } }));
        },
        &[("dismissed", 0)],
    );
}

#[test]
fn superseded_by_another_answer() {
    check(
        &[(TEXT, 0), ("other.len();", 0)],
        |editor, uri, at, _| {
            // What was made under other settings is not given again.
            let settings = json!({ "settings": { "maxLines": 3 } });
            editor.client.notify("workspace/didChangeConfiguration", &settings);
            assert_eq!(super::editor::text(&editor.complete(uri, at)), "other.len();");
        },
        &[("superseded", 0), ("shown", 0)],
    );
}

#[test]
fn what_survives_the_delay_is_counted_in_tokens() {
    let workspace = Workspace::new();
    let mut editor = workspace.start(&[(TEXT, 0)], json!({ "keptAfterSeconds": 1 }));
    let uri = workspace.uri("a.rs");
    let at = editor.open(&uri, "rust", PLACE);
    editor.complete(&uri, at);
    editor.type_at(&uri, at, TEXT);
    // `items` becomes `prices`, and a line is put before it all.
    editor.edit(&uri, at, (at.0, at.1 + 5), "prices");
    editor.type_at(&uri, (0, 0), "// Adds.\n");
    let found = workspace.wait_for("a check", |found| found.iter().any(|line| !line["kept"][0].is_null()));
    let retained = &found[0]["kept"][0];
    let numbers = ["accepted", "kept", "later"].map(|name| retained["kept"][name].as_u64());
    assert_eq!(
        (numbers, retained["kept"]["when"].as_str()),
        ([Some(10), Some(9), Some(10)], Some("while")),
        "{retained}"
    );
    assert_eq!(retained["text"], "prices.iter().sum();");
    let (_, stats) = workspace.run(&["journal", "stats"]);
    assert_eq!(stats["all"]["kept_after_a_while"]["rate"], 0.9);
    assert_eq!(stats["all"]["acceptance"], 1.0);
    // Now it is a case to learn from.
    let (_, edits) = workspace.run(&["journal", "export", "--edits"]);
    let case = &edits["edits"][0];
    assert_eq!((case["middle"].as_str(), case["weight"].as_f64()), (Some("prices.iter().sum();"), Some(0.9)));
    assert!(case["prefix"].as_str().is_some_and(|text| text.ends_with("let sum = ")), "{case}");
    assert_eq!(case["suffix"], "\n    sum\n}\n");
}

/// Accepts a suggestion in a document, and waits until the server has checked it after the delay. In the same step it
/// reads where the repository of every document with an accepted suggestion stands.
#[track_caller]
fn accept_and_wait(workspace: &Workspace, editor: &mut Editor, path: &str) {
    let uri = workspace.uri(path);
    let at = editor.open(&uri, "rust", PLACE);
    editor.complete(&uri, at);
    editor.type_at(&uri, at, TEXT);
    let checked = |line: &Value| line["path"] == path && !checks(line, "while").is_empty();
    workspace.wait_for("a check after the delay", |found| found.iter().any(checked));
}

/// Returns the checks of a suggestion that were made at a certain time.
fn checks(line: &Value, when: &str) -> Vec<Value> {
    let checks = line["kept"].as_array().cloned().unwrap_or_default();
    checks
        .into_iter()
        .map(|check| check["kept"].clone())
        .filter(|retained| retained["when"] == when)
        .collect()
}

/// Accepts a suggestion, goes to another branch, and commits; returns what was recorded at the commit.
fn committed(between: impl Fn(&mut Editor, &str)) -> Value {
    let workspace = Workspace::new();
    workspace.commit("1", "commit (initial): Begin");
    let mut editor = workspace.start(&[(TEXT, 0)], json!({ "keptAfterSeconds": 1 }));
    accept_and_wait(&workspace, &mut editor, "a.rs");
    between(&mut editor, &workspace.uri("a.rs"));
    workspace.commit("2", "checkout: moving from x to main");
    accept_and_wait(&workspace, &mut editor, "barrier.rs");
    let first = |found: &[Value]| found.iter().find(|line| line["path"] == "a.rs").expect("it").clone();
    let early = checks(&first(&workspace.suggestions()), "commit");
    assert!(early.is_empty(), "going to another branch is no commit: {early:?}");
    workspace.commit("3", "commit: Go on");
    let at_commit = |found: &[Value]| checks(&first(found), "commit");
    let retained = at_commit(&workspace.wait_for("a check", |found| !at_commit(found).is_empty()));
    assert_eq!((retained.len(), &retained[0]["commit"]), (1, &json!("3".repeat(40))));
    retained[0].clone()
}

#[test]
fn what_survives_until_the_next_commit_is_recorded() {
    assert_eq!(committed(|_, _| {})["kept"], 10);
    // Also of a document that is not open any more.
    let retained = committed(|editor, uri| {
        editor.edit(uri, (1, 14), (1, 19), "prices");
        editor.client.notify("textDocument/didClose", &json!({ "textDocument": { "uri": uri } }));
    });
    assert_eq!(retained["kept"], 9);
}

#[test]
fn secrets_never_enter() {
    let workspace = Workspace::new();
    workspace.commit("1", "commit (initial): Begin");
    std::fs::write(workspace.folder.path().join(".gitignore"), "ignored/\n").expect("written");
    // Put together here, so that no secret stands in this file.
    let secret = format!("gh{}_{}", "p", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8");
    let suggested = format!("f(\"{secret}\");");
    let script = [(TEXT, 0), (suggested.as_str(), 0), (TEXT, 0)];
    let mut editor = workspace.start(&script, json!({ "idleWork": false }));
    // Around what is taken, before and after it.
    let fixture = format!("const T: &str = \"{secret}\";\n{PLACE}const U: &str = \"{secret}\";\n");
    let around = workspace.uri("around.rs");
    let at = editor.open(&around, "rust", &fixture);
    editor.complete(&around, at);
    editor.type_at(&around, at, TEXT);
    // In the suggestion itself.
    let within = workspace.uri("within.rs");
    let at = editor.open(&within, "rust", PLACE);
    editor.complete(&within, at);
    editor.type_at(&within, at, &suggested);
    // In a file that git ignores.
    let ignored = workspace.uri("ignored/x.rs");
    let at = editor.open(&ignored, "rust", PLACE);
    editor.complete(&ignored, at);
    editor.type_at(&ignored, at, TEXT);
    editor.client.close_input();
    assert!(editor.client.wait_for_end(PATIENCE).is_some());
    let found = workspace.wait_for("two suggestions", |found| found.len() == 2);
    assert!(!workspace.holds(&secret) && !workspace.holds(&secret[4..]), "a secret is in the journal");
    assert!(found.iter().all(|line| line["path"] != "ignored/x.rs"), "{found:#?}");
    let line = |path: &str| found.iter().find(|line| line["path"] == path).expect("noted").clone();
    assert_eq!(line("around.rs")["before"].as_str().map(|text| text.lines().count()), Some(2));
    assert_eq!(line("around.rs")["after"], "\n    sum\n}\n");
    assert_eq!(line("within.rs")["offered"]["withheld"], "github-token");
    assert_eq!(
        (&line("within.rs")["before"], &line("within.rs")["outcome"]),
        (&Value::Null, &json!("accepted"))
    );
    workspace.verified();
}

/// Accepts a suggestion in `path` under these settings, and returns what the journal holds of it.
fn recorded(path: &str, options: Value) -> Vec<Value> {
    let workspace = Workspace::new();
    let mut editor = workspace.start(&[(TEXT, 0)], options);
    let uri = workspace.uri(path);
    let at = editor.open(&uri, "rust", PLACE);
    editor.complete(&uri, at);
    editor.type_at(&uri, at, TEXT);
    editor.why();
    editor.client.close_input();
    assert!(editor.client.wait_for_end(PATIENCE).is_some());
    let found = workspace.suggestions();
    assert!(found.is_empty() || workspace.holds("items.iter()") == (found[0]["text"] == TEXT), "{found:#?}");
    found
}

#[test]
fn the_settings_say_how_much_is_recorded() {
    let outcomes = recorded("a.rs", json!({ "journal": "outcomes" }));
    assert_eq!((&outcomes[0]["text"], &outcomes[0]["outcome"]), (&json!(""), &json!("accepted")));
    assert_eq!(outcomes[0]["offered"]["withheld"], "outcomes");
    assert_eq!(recorded("a.rs", json!({ "journal": "off" })), Vec::<Value>::new());
    assert_eq!(recorded("a.rs", json!({ "trusted": false })), Vec::<Value>::new());
    // A team's wish to leave a key file alone may have been taken back: its name still counts.
    assert_eq!(recorded("deploy/server.pem", json!({ "disabled": [] })), Vec::<Value>::new());
}

#[test]
fn a_server_that_is_killed_loses_nothing_and_two_of_them_share_a_journal() {
    let workspace = Workspace::new();
    let mut editors = [workspace.start(&[(TEXT, 0)], json!({})), workspace.start(&[(TEXT, 0)], json!({}))];
    for round in 0..5 {
        for (n, editor) in editors.iter_mut().enumerate() {
            let uri = workspace.uri(&format!("{round}-{n}.rs"));
            let at = editor.open(&uri, "rust", PLACE);
            editor.complete(&uri, at);
            editor.type_at(&uri, at, TEXT);
        }
    }
    let all = |found: &[Value]| found.len() == 10 && found.iter().all(|line| line["outcome"] == "accepted");
    workspace.wait_for("ten suggestions", all);
    for editor in &mut editors {
        let uri = workspace.uri("last.rs");
        let at = editor.open(&uri, "rust", PLACE);
        editor.complete(&uri, at);
        editor.client.kill();
    }
    let events = workspace.verified();
    assert!(events >= 20, "{events}");
    assert!(workspace.suggestions().len() >= 10);
    let mut next = workspace.start(&[(TEXT, 0)], json!({}));
    let uri = workspace.uri("next.rs");
    let at = next.open(&uri, "rust", PLACE);
    next.complete(&uri, at);
    workspace.wait_for("one more", |found| found.iter().any(|line| line["path"] == "next.rs"));
    assert!(workspace.verified() > events);
}

#[test]
fn forgotten_text_is_in_no_file_of_the_state() {
    let workspace = Workspace::new();
    let mut editor = workspace.start(&[(TEXT, 0)], json!({ "keptAfterSeconds": 1 }));
    for name in ["clients/acme.rs", "own.rs"] {
        let uri = workspace.uri(name);
        let mark = name.replace(['/', '.'], "_");
        let at = editor.open(&uri, "rust", &PLACE.replace("total", &mark));
        editor.complete(&uri, at);
        editor.type_at(&uri, at, TEXT);
    }
    workspace
        .wait_for("checks", |found| found.len() == 2 && found.iter().all(|line| !line["kept"][0].is_null()));
    assert!(workspace.holds("clients_acme_rs"));
    let (code, done) = workspace.run(&["journal", "forget", "--file", "clients/**"]);
    assert_eq!((code, &done["suggestions"], &done["texts"]), (0, &json!(1), &json!(3)), "{done}");
    assert!(!workspace.holds("clients_acme_rs"), "it is still there");
    assert!(workspace.holds("own_rs"));
    workspace.verified();
    let paths: Vec<Value> = workspace.suggestions().iter().map(|line| line["path"].clone()).collect();
    assert_eq!(paths, [Value::Null, json!("own.rs")]);
    // The server goes on meanwhile.
    let uri = workspace.uri("more.rs");
    let at = editor.open(&uri, "rust", PLACE);
    editor.complete(&uri, at);
    workspace.wait_for("one more", |found| found.len() == 3);
    let (code, done) = workspace.run(&["journal", "forget", "--everything"]);
    assert_eq!((code, &done["suggestions"]), (0, &json!(2)), "{done}");
    assert!(!workspace.holds("own_rs") && !workspace.holds("items.iter()"));
    workspace.verified();
}

#[test]
fn a_damaged_journal_is_set_aside_and_completions_go_on() {
    let workspace = Workspace::new();
    let mut editor = workspace.start(&[(TEXT, 0)], json!({}));
    let uri = workspace.uri("a.rs");
    let at = editor.open(&uri, "rust", PLACE);
    editor.complete(&uri, at);
    workspace.wait_for("a journal", |found| found.len() == 1);
    editor.client.kill();
    let (_, stats) = workspace.run(&["journal", "stats"]);
    let journal = Path::new(stats["journal"].as_str().expect("a path")).to_path_buf();
    let garbage = "this is somebody's poem and no database\n".repeat(99);
    std::fs::write(&journal, &garbage).expect("written");
    let mut editor = workspace.start(&[(TEXT, 0)], json!({}));
    let at = editor.open(&uri, "rust", PLACE);
    assert_eq!(super::editor::text(&editor.complete(&uri, at)), TEXT);
    // A command may find the damage before the server does, and say so.
    let began = Instant::now();
    while workspace.run(&["journal", "stats"]).1["all"]["suggestions"] != 1 {
        assert!(began.elapsed() < PATIENCE, "no new journal");
        std::thread::sleep(Duration::from_millis(50));
    }
    workspace.verified();
    assert!(workspace.holds("somebody's poem"), "nothing is lost");
    assert_eq!(workspace.run(&["journal", "forget", "--everything"]).0, 0);
    assert!(!workspace.holds("somebody's poem"), "everything is forgotten");
}

#[test]
fn a_malformed_page_costs_no_later_event() {
    let workspace = Workspace::new();
    let suggest = |count: u32| {
        let script: Vec<(String, u64)> =
            (0..count).map(|number| (format!("forgetme({number});"), 0)).collect();
        let script: Vec<(&str, u64)> = script.iter().map(|(text, delay)| (text.as_str(), *delay)).collect();
        let mut editor = workspace.start(&script, json!({}));
        for number in 0..count {
            let uri = workspace.uri(&format!("{number}.rs"));
            let at = editor.open(&uri, "rust", PLACE);
            editor.complete(&uri, at);
        }
        // A command may find the damage before the server does, and say so.
        let began = Instant::now();
        while workspace.run(&["journal", "stats"]).1["all"]["suggestions"].as_u64().unwrap_or(0) == 0 {
            assert!(began.elapsed() < PATIENCE, "nothing is noted");
            std::thread::sleep(Duration::from_millis(50));
        }
        editor.client.kill();
    };
    suggest(4);
    let (_, stats) = workspace.run(&["journal", "stats"]);
    let journal = Path::new(stats["journal"].as_str().expect("a path")).to_path_buf();
    let spoil = || {
        workspace.verified(); // empties the write-ahead log
        let mut bytes = std::fs::read(&journal).expect("bytes");
        bytes[4096..8192].iter_mut().for_each(|byte| *byte ^= 0x5a);
        std::fs::write(&journal, bytes).expect("written");
    };
    spoil();
    assert_eq!(workspace.run(&["journal", "forget", "--everything"]).0, 0);
    assert!(!workspace.holds("forgetme"));
    suggest(4);
    spoil();
    suggest(4);
    assert!(workspace.verified() > 0);
    assert_eq!(workspace.run(&["journal", "forget", "--everything"]).0, 0);
    assert!(!workspace.holds("forgetme"));
}

#[test]
fn a_document_above_the_root_ends_no_thread() {
    let workspace = Workspace::new();
    workspace.commit("1", "commit: One");
    let mut editor = workspace.start(&[(TEXT, 0)], json!({}));
    for path in ["%2e%2e/%2e%2e/x.rs", "src/total.rs"] {
        let uri = workspace.uri(path);
        let at = editor.open(&uri, "rust", PLACE);
        assert_eq!(super::editor::text(&editor.complete(&uri, at)), TEXT, "{path}");
        editor.type_at(&uri, at, TEXT);
    }
    let found = workspace.wait_for("the second document", |found| !found.is_empty());
    assert_eq!((found.len(), found[0]["path"].as_str()), (1, Some("src/total.rs")));
}
