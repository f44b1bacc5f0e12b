//! Everything goes by the workspace of the document, wherever the server starts: two repositories that the editor has open,
//! and one that it has not.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use super::binary::housestyle;
use super::editor::{Editor, Start, text};
use super::skills::{BREAKS, DOCUMENT, REPAIRED, Repository};

/// Long enough for any machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Starts a server with the home of a repository; the client asks for hints itself.
#[track_caller]
fn start(home: &Repository, root: String, process: Option<&Path>, script: &[(&str, u64)]) -> Editor {
    let capabilities = json!({
        "textDocument": { "diagnostic": {} }, "workspace": { "diagnostics": { "refreshSupport": true } },
    });
    let home = Some(home.home());
    Start { script, capabilities, root, process, home, ..Start::default() }.go()
}

/// Opens and closes folders while the server runs.
fn change_folders(editor: &mut Editor, added: &[&Repository], removed: &[&Repository]) {
    let folders = |list: &[&Repository]| -> Vec<Value> {
        list.iter().map(|repository| json!({ "uri": repository.uri(""), "name": "a folder" })).collect()
    };
    let event = json!({ "added": folders(added), "removed": folders(removed) });
    editor.client.notify("workspace/didChangeWorkspaceFolders", &json!({ "event": event }));
}

/// Waits until a document was checked, and returns how often it breaks a skill.
#[track_caller]
fn hints(editor: &mut Editor, uri: &str) -> usize {
    let report = editor.client.ask("textDocument/diagnostic", &json!({ "textDocument": { "uri": uri } }));
    report["items"].as_array().map_or(0, Vec::len)
}

/// Runs a command in a repository, with the home of another one.
#[track_caller]
fn run(home: &Repository, repository: &Repository, arguments: &[&str]) -> Value {
    let mut command = Command::new(housestyle());
    command.args(arguments).args(["--json", "--workspace"]).arg(repository.root());
    let output = command.env("HOUSESTYLE_HOME", home.home().path()).output().expect("it runs");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// Ends the server, so that all is noted.
#[track_caller]
fn end(mut editor: Editor) {
    editor.client.close_input();
    assert!(editor.client.wait_for_end(PATIENCE).is_some(), "it ends");
}

/// Returns the texts and paths of the suggestions in the journal of a repository.
#[track_caller]
fn recorded(home: &Repository, repository: &Repository) -> Vec<(String, String)> {
    let suggestions = run(home, repository, &["journal", "export"]);
    let suggestions = suggestions["suggestions"].as_array().expect("suggestions").clone();
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    suggestions.iter().map(|line| (word(&line["text"]), word(&line["path"]))).collect()
}

#[test]
fn each_document_gets_the_skills_and_the_journal_of_its_own_workspace() {
    let (ours, theirs, dependency) = (Repository::new(true), Repository::new(false), Repository::new(true));
    // The server starts in none of them.
    let mut editor = start(&ours, ours.uri(""), None, &[(BREAKS, 0)]);
    change_folders(&mut editor, &[&theirs], &[]);
    for (repository, written, breaks) in
        [(&ours, REPAIRED, 2), (&theirs, BREAKS, 0), (&dependency, BREAKS, 0)]
    {
        let uri = repository.uri("src/a.rs");
        let at = editor.open(&uri, "rust", DOCUMENT);
        assert_eq!(hints(&mut editor, &uri), breaks, "{uri}");
        assert_eq!(text(&editor.complete(&uri, at)), written, "{uri}");
    }
    end(editor);
    let is = |text: &str| vec![(text.to_owned(), "src/a.rs".to_owned())];
    assert_eq!(recorded(&ours, &ours), is(REPAIRED));
    assert_eq!(recorded(&ours, &theirs), is(BREAKS));
    assert_eq!(recorded(&ours, &dependency), []);
}

#[test]
fn notes_are_those_of_the_documents_workspace() {
    let (ours, theirs, dependency) = (Repository::new(false), Repository::new(false), Repository::new(false));
    // Each run of the model writes another text.
    let script: Vec<String> = (0..8).map(|number| format!("call_{number}();")).collect();
    let script: Vec<(&str, u64)> = script.iter().map(|text| (text.as_str(), 0)).collect();
    let mut editor = start(&ours, ours.uri(""), None, &script);
    change_folders(&mut editor, &[&theirs], &[]);
    let places = [&ours, &theirs, &dependency].map(|repository| {
        let uri = repository.uri("src/a.rs");
        let at = editor.open(&uri, "rust", DOCUMENT);
        (uri, at)
    });
    let mut ask = || {
        let [a, b, c] = &places;
        [a, b, c].map(|(uri, at)| text(&editor.complete(uri, *at)).to_owned())
    };
    let before = ask();
    assert_eq!(ask(), before, "what was suggested is suggested again");
    run(&ours, &theirs, &["memory", "add", "Sums are checked."]);
    let after = ask();
    assert!(after[0] == before[0] && after[1] != before[1] && after[2] == before[2], "{before:?} {after:?}");
    run(&ours, &dependency, &["memory", "add", "Sums are checked."]);
    assert_eq!(ask(), after, "a document in no open folder has no notes");
}

#[test]
fn folders_come_and_go_while_the_server_runs() {
    let (ours, other) = (Repository::new(true), Repository::new(true));
    let mut editor = start(&ours, ours.uri(""), None, &[(BREAKS, 0)]);
    let uri = other.uri("src/a.rs");
    let at = editor.open(&uri, "rust", DOCUMENT);
    let check = |editor: &mut Editor, breaks: usize, written: &str| {
        assert_eq!(hints(editor, &uri), breaks);
        assert_eq!(text(&editor.complete(&uri, at)), written);
    };
    check(&mut editor, 0, BREAKS);
    change_folders(&mut editor, &[&other], &[]);
    check(&mut editor, 2, REPAIRED);
    change_folders(&mut editor, &[], &[&other]);
    check(&mut editor, 0, BREAKS);
    end(editor);
    assert_eq!(recorded(&ours, &other), [(REPAIRED.to_owned(), "src/a.rs".to_owned())]);
    assert_eq!(recorded(&ours, &ours), []);
}

#[test]
fn without_an_open_folder_the_repository_of_the_process_counts() {
    let (ours, other) = (Repository::new(true), Repository::new(true));
    let folder = ours.root().join("src");
    let mut editor = start(&ours, String::new(), Some(&folder), &[(BREAKS, 0)]);
    for (repository, written, breaks) in [(&ours, REPAIRED, 2), (&other, BREAKS, 0)] {
        let uri = repository.uri("src/a.rs");
        let at = editor.open(&uri, "rust", DOCUMENT);
        assert_eq!(hints(&mut editor, &uri), breaks, "{uri}");
        assert_eq!(text(&editor.complete(&uri, at)), written, "{uri}");
    }
    end(editor);
    assert_eq!((recorded(&ours, &ours).len(), recorded(&ours, &other).len()), (1, 0));
}

#[test]
fn what_is_to_be_said_of_a_state_is_said_for_each_workspace() {
    let (ours, theirs) = (Repository::new(false), Repository::new(false));
    // So no identity can be written there, of which the command that begins the state does not speak yet.
    fs::write(theirs.root().join(".git/housestyle"), "").expect("written");
    run(&ours, &theirs, &["memory", "add", "Sums are checked."]);
    let told = || {
        let states = fs::read_dir(ours.home().path().join("state/workspaces")).expect("readable").flatten();
        states.filter(|state| state.path().join("not-in-git").exists()).count()
    };
    assert_eq!(told(), 0);
    let mut editor = start(&ours, ours.uri(""), None, &[(BREAKS, 0)]);
    change_folders(&mut editor, &[&theirs], &[]);
    let uri = theirs.uri("src/a.rs");
    let at = editor.open(&uri, "rust", DOCUMENT);
    editor.complete(&uri, at);
    end(editor);
    assert_eq!(told(), 1);
}

#[cfg(target_os = "linux")]
#[test]
fn many_workspaces_keep_few_journals_open() {
    let (ours, folders) = (Repository::new(false), tempfile::tempdir().expect("a folder"));
    let mut editor = start(&ours, String::new(), None, &[(BREAKS, 0)]);
    let path = |number: usize| folders.path().join(format!("folder{number}"));
    let uri = |number: usize| format!("file://{}", path(number).display());
    for number in 0..40 {
        fs::create_dir(path(number)).expect("made");
        let event = json!({ "added": [{ "uri": uri(number), "name": "a folder" }], "removed": [] });
        editor.client.notify("workspace/didChangeWorkspaceFolders", &json!({ "event": event }));
        let document = format!("{}/a.rs", uri(number));
        let at = editor.open(&document, "rust", DOCUMENT);
        assert_eq!(text(&editor.complete(&document, at)), BREAKS);
    }
    let files = fs::read_dir(format!("/proc/{}/fd", editor.client.pid())).expect("open files");
    let files = files.flatten().filter_map(|file| fs::read_link(file.path()).ok());
    let journals = files.filter(|file| file.ends_with("journal.db")).count();
    assert!(journals <= 16, "{journals} journals are open");
    end(editor);
    let count = |number: usize| {
        let mut command = Command::new(housestyle());
        command.args(["journal", "export", "--json", "--workspace"]).arg(path(number));
        let output = command.env("HOUSESTYLE_HOME", ours.home().path()).output().expect("it runs");
        let found: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        found["suggestions"].as_array().map_or(0, Vec::len)
    };
    assert_eq!([0, 20, 39].map(count), [1; 3]);
}
