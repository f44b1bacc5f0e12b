//! A team's skills in a real repository: the prompt holds them, the server repairs text that breaks a skill, the
//! editor shows hints with fixes where a document breaks a skill, and a merged or switched skill takes effect without
//! a restart.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::binary::housestyle;
use super::editor::{Editor, Start, text};

const SKILL: &str = "---\nname: ask-is-empty\ndescription: Ask is_empty instead of comparing len with 0.\n---\n\nAsk `is_empty`.\n";
const RULE: &str = r#"{"format":1,"scope":{"languages":["rust"]},"rule":{"rewrite":{"avoid":["$A.len() == 0"],"prefer":"$A.is_empty()"}}}"#;
/// A document that breaks the skill twice, and where something is wanted that does.
pub(super) const DOCUMENT: &str =
    "fn f(a: &[u8], é: &str) -> bool {\n    let 𝕏 = é.len() == 0;\n    g(a.len() == 0);\n    ‸\n}\n";
/// The end of the document.
const END: (u32, u32) = (5, 0);
pub(super) const BREAKS: &str = "let b = a.len() == 0;";
pub(super) const REPAIRED: &str = "let b = a.is_empty();";
/// Long enough for any machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A repository, and the state of the servers in it.
pub(super) struct Repository {
    folder: TempDir,
    home: Arc<TempDir>,
}

impl Repository {
    /// Returns a repository with a document and, where it is wanted, an approved skill.
    pub(super) fn new(approved: bool) -> Repository {
        let folder = || tempfile::tempdir().expect("a folder");
        let repository = Repository { folder: folder(), home: Arc::new(folder()) };
        repository.git(&["init", "--quiet", "--initial-branch", "main"]);
        repository.write("src/a.rs", &DOCUMENT.replace('‸', ""));
        repository.commit("Begin");
        if approved {
            repository.skill();
        }
        repository
    }

    /// Merges the skill, as a team would.
    fn skill(&self) {
        self.write("skills/ask-is-empty/SKILL.md", SKILL);
        self.write("skills/ask-is-empty/rule.json", RULE);
        self.commit("Add a skill");
    }

    /// Returns the home of the servers.
    pub(super) fn home(&self) -> Arc<TempDir> {
        Arc::clone(&self.home)
    }

    pub(super) fn root(&self) -> &Path {
        self.folder.path()
    }

    pub(super) fn write(&self, path: &str, content: &str) {
        let file = self.root().join(path);
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("made");
        std::fs::write(file, content).expect("written");
    }

    #[track_caller]
    fn git(&self, arguments: &[&str]) {
        let mut command = Command::new("git");
        command.args([
            "-c",
            "user.name=Ann",
            "-c",
            "user.email=ann@example.org",
            "-c",
            "commit.gpgsign=false",
        ]);
        let output = command.args(arguments).current_dir(self.root()).output().expect("git runs");
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    pub(super) fn commit(&self, subject: &str) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", subject]);
    }

    pub(super) fn uri(&self, path: &str) -> String {
        let folder = self.root().canonicalize().expect("there").to_string_lossy().replace('\\', "/");
        let folder = folder.trim_start_matches("//?/").trim_start_matches('/').to_owned();
        format!("file:///{folder}/{path}")
    }

    pub(super) fn start(&self, script: &[(&str, u64)], options: Value) -> Editor {
        let root = self.uri("");
        Start { script, options, root, home: Some(Arc::clone(&self.home)), ..Start::default() }.go()
    }

    #[track_caller]
    pub(super) fn run(&self, arguments: &[&str]) -> Value {
        let mut command = Command::new(housestyle());
        command.args(arguments).args(["--json", "--workspace"]).arg(self.root());
        let output = command.env("HOUSESTYLE_HOME", self.home.path()).output().expect("it runs");
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).expect("JSON")
    }
}

/// Waits for hints; returns their lines and columns, in UTF-16.
#[track_caller]
fn hints(editor: &mut Editor, matches: impl Fn(&[Value]) -> bool) -> Vec<(u64, u64, u64)> {
    let published = editor.client.notification("textDocument/publishDiagnostics", |params| {
        matches(params["diagnostics"].as_array().expect("a list"))
    });
    let hints = published.message["params"]["diagnostics"].as_array().expect("a list").clone();
    let number = |value: &Value, path: &str| value.pointer(path).and_then(Value::as_u64).expect("a number");
    hints
        .iter()
        .map(|hint| {
            assert_eq!((&hint["severity"], &hint["source"]), (&json!(4), &json!("housestyle")), "{hint}");
            assert_eq!(hint["code"], "ask-is-empty");
            let line = number(hint, "/range/start/line");
            (line, number(hint, "/range/start/character"), number(hint, "/range/end/character"))
        })
        .collect()
}

/// Returns the actions at a position: their titles, and the first of them that has this title.
#[track_caller]
fn actions(editor: &mut Editor, uri: &str, line: u64) -> Vec<Value> {
    let at = json!({ "line": line, "character": 8 });
    let asked = json!({
        "textDocument": { "uri": uri }, "range": { "start": at, "end": { "line": line, "character": 18 } },
        "context": { "diagnostics": [] },
    });
    editor.client.ask("textDocument/codeAction", &asked).as_array().cloned().unwrap_or_default()
}

/// Types a line break, waits until the server has looked up the skills and checked the document with it, and returns how
/// many hints there are.
#[track_caller]
fn checked(editor: &mut Editor, uri: &str, at: (u32, u32)) -> usize {
    editor.type_at(uri, at, "\n");
    let asked = json!({ "textDocument": { "uri": uri } });
    let report = editor.client.ask("textDocument/diagnostic", &asked);
    report["items"].as_array().map_or(0, Vec::len)
}

fn titled<'a>(actions: &'a [Value], title: &str) -> &'a Value {
    let found = actions.iter().find(|action| action["title"] == title);
    found.unwrap_or_else(|| panic!("no {title:?} among {actions:?}"))
}

#[test]
fn a_skill_is_in_the_prompt_and_text_that_breaks_it_is_repaired() {
    let repository = Repository::new(true);
    let script = repository.home.path().join("answer.jsonl");
    std::fs::write(&script, json!({ "text": BREAKS }).to_string()).expect("written");
    let backend = format!("script:{}", script.display());
    let file = repository.root().join("src/a.rs");
    let place = format!("{}:4:5", file.display());
    let complete =
        |arm: &str| repository.run(&["complete", &place, "--arm", arm, "--explain", "--backend", &backend]);
    let with = complete("skills");
    assert_eq!(with["text"], REPAIRED);
    let did: Vec<(&str, &str)> = with["skills"]
        .as_array()
        .expect("skills")
        .iter()
        .map(|part| (part["name"].as_str().expect("a name"), part["did"].as_str().expect("a word")))
        .collect();
    assert_eq!(did, [("ask-is-empty", "told"), ("ask-is-empty", "repaired")]);
    assert_eq!(with["skills"][0]["digest"].as_str().map(str::len), Some(64));
    let prompt = with["explain"]["prompt"]["text"].as_str().expect("a prompt");
    assert!(prompt.contains("// Write `a.is_empty()`, not `a.len() == 0`.\n\nfn f("), "{prompt}");
    let without = complete("base");
    assert_eq!((&without["text"], &without["skills"]), (&json!(BREAKS), &json!([])));
    assert_eq!(complete("all")["text"], REPAIRED);
    repository.run(&["skill", "set", "ask-is-empty", "shadow"]);
    let shadow = complete("skills");
    assert_eq!(shadow["text"], BREAKS);
    assert_eq!(shadow["skills"][0]["shadow"], true, "{shadow}");
}

#[test]
fn an_editor_shows_hints_and_what_can_be_done_about_them() {
    let repository = Repository::new(true);
    let uri = repository.uri("src/a.rs");
    let mut editor = repository.start(&[(BREAKS, 0)], json!({}));
    let at = editor.open(&uri, "rust", DOCUMENT);
    assert_eq!(hints(&mut editor, |hints| hints.len() == 2), [(1, 13, 25), (2, 6, 18)]);
    let suggested = editor.complete(&uri, at);
    assert_eq!(text(&suggested), REPAIRED);
    let why = editor.why();
    let last = &why["requests"][0];
    assert_eq!(last["skills"], json!(["ask-is-empty: told", "ask-is-empty: repaired"]), "{last}");
    assert_eq!(last["message"], "a suggestion was shown, put right by the team's skill `ask-is-empty`");

    let found = actions(&mut editor, &uri, 1);
    let fix = titled(&found, "Apply house style: ask-is-empty");
    let edits = fix.pointer("/edit/changes").and_then(|changes| changes.get(&uri)).expect("edits");
    let range = json!({ "start": { "line": 1, "character": 13 }, "end": { "line": 1, "character": 25 } });
    assert_eq!(edits, &json!([{ "range": range, "newText": "é.is_empty()" }]));
    let whole = titled(&found, "Apply house style in the whole file: ask-is-empty");
    let edits = whole.pointer("/edit/changes").and_then(|changes| changes.get(&uri)).expect("edits");
    assert_eq!(edits.as_array().map(Vec::len), Some(2));
    editor.edit(&uri, (1, 13), (1, 25), "é.is_empty()");
    assert_eq!(hints(&mut editor, |hints| hints.len() == 1), [(2, 6, 18)]);
    assert_eq!(actions(&mut editor, &uri, 1), Vec::<Value>::new());

    let found = actions(&mut editor, &uri, 2);
    let command = titled(&found, "Not here: ask-is-empty")["command"].clone();
    let asked = json!({ "command": command["command"], "arguments": command["arguments"] });
    assert_eq!(editor.client.ask("workspace/executeCommand", &asked), Value::Null);
    hints(&mut editor, <[Value]>::is_empty);
    // The same line elsewhere has no hint either, and another one has.
    editor.edit(&uri, (3, 0), (3, 0), "    g(a.len() == 0);\n    h(a.len() == 0);\n");
    assert_eq!(hints(&mut editor, |hints| hints.len() == 1), [(4, 6, 18)]);
    editor.client.close_input();
    assert!(editor.client.wait_for_end(PATIENCE).is_some(), "it ends");

    let journal = repository.run(&["audit", "show"]).to_string();
    assert!(journal.contains("not-here") && journal.contains("ask-is-empty"), "{journal}");
    assert!(!journal.contains("a.len()"), "the line is in the journal: {journal}");
    let requests = repository.run(&["why", "-n", "5"]);
    assert_eq!(requests["requests"][0]["request"]["skills"][1], "ask-is-empty: repaired");
    let offered = repository.run(&["journal", "export"]);
    assert_eq!(offered["suggestions"][0]["offered"]["skills"], json!(["ask-is-empty"]), "{offered}");

    // What was said is remembered by the next server.
    let mut editor = repository.start(&[(BREAKS, 0)], json!({}));
    editor.open(&uri, "rust", DOCUMENT);
    assert_eq!(hints(&mut editor, |hints| !hints.is_empty()), [(1, 13, 25)]);
    editor.client.notify("textDocument/didClose", &json!({ "textDocument": { "uri": uri } }));
    hints(&mut editor, <[Value]>::is_empty);
    drop(editor);

    // It is forgotten with the file in which it was said, and with nothing else.
    for (which, forgotten) in [
        (["--file", "other/**"], 0),
        (["--older", "1h"], 0),
        (["--file", "src/*.rs"], 1),
        (["--last", "1h"], 0),
    ] {
        let done = repository.run(&["journal", "forget", which[0], which[1]]);
        assert_eq!(done["exceptions"], forgotten, "{which:?}: {done}");
    }
    let mut editor = repository.start(&[(BREAKS, 0)], json!({}));
    editor.open(&uri, "rust", DOCUMENT);
    assert_eq!(hints(&mut editor, |hints| !hints.is_empty()), [(1, 13, 25), (2, 6, 18)]);
}

#[test]
fn the_user_is_told_why_nothing_is_approved() {
    let repository = Repository::new(true);
    repository.git(&["branch", "side"]);
    let uri = repository.uri("src/a.rs");
    let mut editor = repository.start(&[(BREAKS, 0)], json!({}));
    let at = editor.open(&uri, "rust", DOCUMENT);
    let said = editor.client.notification("window/showMessage", |_| true);
    let message = said.message["params"]["message"].as_str().expect("text");
    assert!(message.ends_with(": run `git config housestyle.branch NAME`"), "{message}");
    assert_eq!(text(&editor.complete(&uri, at)), BREAKS, "no skill takes part");
}

#[test]
fn a_client_that_asks_for_hints_gets_them_when_it_asks() {
    let repository = Repository::new(true);
    let uri = repository.uri("src/a.rs");
    let capabilities = json!({
        "textDocument": { "diagnostic": {} }, "workspace": { "diagnostics": { "refreshSupport": true } },
    });
    let (root, home) = (repository.uri(""), Some(Arc::clone(&repository.home)));
    let mut editor = Start { script: &[(BREAKS, 0)], capabilities, root, home, ..Start::default() }.go();
    let provider = &editor.server["capabilities"]["diagnosticProvider"];
    assert_eq!(
        (&provider["identifier"], &provider["interFileDependencies"]),
        (&json!("housestyle"), &json!(false))
    );
    let document = json!({ "uri": uri });
    let ask = |editor: &mut Editor, known: &Value| {
        let mut asked = json!({ "textDocument": document, "identifier": "housestyle" });
        if known.is_string() {
            asked["previousResultId"] = known.clone();
        }
        let report = editor.client.ask("textDocument/diagnostic", &asked);
        let lines = report["items"].as_array().map(|items| {
            items
                .iter()
                .map(|hint| hint["range"]["start"]["line"].as_u64().expect("a line"))
                .collect::<Vec<_>>()
        });
        (report["kind"].as_str().expect("a kind").to_owned(), lines, report["resultId"].clone())
    };
    editor.open(&uri, "rust", DOCUMENT);
    let (kind, lines, id) = ask(&mut editor, &Value::Null);
    assert_eq!((kind.as_str(), lines), ("full", Some(vec![1, 2])));
    assert_eq!(ask(&mut editor, &id), ("unchanged".to_owned(), None, id.clone()));
    editor.edit(&uri, (1, 13), (1, 25), "é.is_empty()");
    let (kind, lines, id) = ask(&mut editor, &id);
    assert_eq!((kind.as_str(), lines), ("full", Some(vec![2])));

    let found = actions(&mut editor, &uri, 2);
    let command = titled(&found, "Not here: ask-is-empty")["command"].clone();
    let asked = json!({ "command": command["command"], "arguments": command["arguments"] });
    editor.client.ask("workspace/executeCommand", &asked);
    let (began, refresh) = (Instant::now(), "workspace/diagnostic/refresh".to_owned());
    while !editor.client.asked.contains(&refresh) {
        assert!(began.elapsed() < PATIENCE, "the server does not say that the hints have changed");
        editor.why();
    }
    let (kind, lines, _) = ask(&mut editor, &id);
    assert_eq!((kind.as_str(), lines), ("full", Some(vec![])));

    // Nobody waits for what is closed.
    editor.client.notify("textDocument/didClose", &json!({ "textDocument": document }));
    assert_eq!(ask(&mut editor, &Value::Null).1, Some(vec![]));
    assert_eq!(editor.client.notifications("textDocument/publishDiagnostics"), Vec::<Value>::new());
}

#[test]
fn a_merged_skill_takes_part_without_a_restart() {
    let repository = Repository::new(false);
    let uri = repository.uri("src/a.rs");
    let mut editor = repository.start(&[(BREAKS, 0)], json!({}));
    let at = editor.open(&uri, "rust", DOCUMENT);
    assert_eq!(text(&editor.complete(&uri, at)), BREAKS);
    repository.skill();
    // The skills are read again when somebody types, here in another document, once those that were read before are no
    // longer fresh. Every document is checked with the new ones then.
    let other = repository.uri("src/b.rs");
    editor.open(&other, "rust", "fn b() {}\n‸");
    let began = Instant::now();
    let published = loop {
        checked(&mut editor, &other, (1, 0));
        let published = editor.client.notifications("textDocument/publishDiagnostics");
        if !published.is_empty() {
            break published;
        }
        assert!(began.elapsed() < PATIENCE, "the merged skill takes no part");
    };
    let last = published.last().expect("not empty");
    assert_eq!((&last["uri"], last["diagnostics"].as_array().map(Vec::len)), (&json!(uri), Some(2)));
    assert_eq!(
        text(&editor.complete(&uri, at)),
        REPAIRED,
        "a suggestion that was made without the skill is not given again"
    );
}

#[test]
fn a_known_skill_is_served_when_the_budget_is_spent_before_it_is_read() {
    let repository = Repository::new(true);
    let other = "skills/ask-has-one/SKILL.md";
    repository.write(other, &SKILL.replace("is_empty", "has_one").replace("ask-is-empty", "ask-has-one"));
    let rule = RULE.replace("len() == 0", "len() == 1").replace("is_empty", "has_one");
    repository.write("skills/ask-has-one/rule.json", &rule);
    repository.commit("Add another skill");
    let uri = repository.uri("src/a.rs");
    let mut editor = repository.start(&[(BREAKS, 0)], json!({}));
    let document =
        "fn f(a: &[u8]) -> bool {\n    g(a.len() == 1);\n    ‸\n    g(a.len() == 0);\n    true\n}\n";
    let at = editor.open(&uri, "rust", document);
    assert_eq!(checked(&mut editor, &uri, (6, 0)), 2);

    // Between the two skills by its name, and too large for what one refresh reads.
    repository.write("skills/ask-in-vain/SKILL.md", SKILL);
    for number in 0..20_000 {
        let folder = repository.root().join(format!("skills/ask-in-vain/folders/{number}"));
        std::fs::create_dir_all(folder).expect("made");
    }
    // The first skill is read, and shows by its absence that the skills were read again.
    repository.write(other, "changed");
    let began = Instant::now();
    let hints = loop {
        let hints = checked(&mut editor, &uri, (6, 0));
        if hints != 2 {
            break hints;
        }
        assert!(began.elapsed() < PATIENCE, "the skills are not read again");
    };
    assert_eq!((hints, text(&editor.complete(&uri, at))), (1, REPAIRED));
    editor.client.notifications("textDocument/publishDiagnostics");
    let listed = repository.run(&["skill", "list"]).to_string();
    assert!(listed.contains("more than 20000 entries"), "a command knows nothing from before: {listed}");
}

#[test]
fn settings_take_skills_away() {
    for options in [
        json!({ "trusted": false }),
        json!({ "skills": { "enabled": false } }),
        json!({ "skills": { "off": ["ask-is-empty"] } }),
        json!({ "skills": { "shadow": ["ask-is-empty"] } }),
    ] {
        let repository = Repository::new(true);
        let uri = repository.uri("src/a.rs");
        let mut editor = repository.start(&[(BREAKS, 0)], options);
        let at = editor.open(&uri, "rust", DOCUMENT);
        assert_eq!(checked(&mut editor, &uri, END), 0);
        assert_eq!(text(&editor.complete(&uri, at)), BREAKS);
        assert_eq!(editor.client.notifications("textDocument/publishDiagnostics"), Vec::<Value>::new());
    }
}
