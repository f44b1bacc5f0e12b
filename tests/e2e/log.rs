//! The log for debugging: it says in which order things happened, and holds no text of the user's at any level.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::binary::housestyle;
use super::editor::{Editor, NEVER, PLACE, Start, TEXT, URI, script, text};
use super::skills::Repository;

/// A word of the document, a note, a skill and the answer.
const MARKER: &str = "quetzalcoatl";
/// Long enough for any machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Returns the files below a folder whose name holds a text.
fn files(folder: &Path, name: &str) -> Vec<PathBuf> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_path_buf()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder").flatten() {
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                folders.push(entry.path());
            } else if entry.file_name().to_string_lossy().contains(name) {
                found.push(entry.path());
            }
        }
    }
    found
}

/// Returns the text of all logs below a folder.
pub(super) fn logs(folder: &Path) -> String {
    files(folder, ".log").iter().map(|path| fs::read_to_string(path).expect("text")).collect()
}

/// Waits until a running server has logged something.
#[track_caller]
fn wait_until_logged(folder: &Path, text: &str) {
    let begun = Instant::now();
    while !logs(folder).contains(text) {
        assert!(begun.elapsed() < PATIENCE, "{text} is not in {}", logs(folder));
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Ends a server, so that its log is whole.
#[track_caller]
pub(super) fn end(mut editor: Editor) {
    editor.client.close_input();
    editor.client.wait_for_end(PATIENCE).expect("it ended");
}

/// Starts a server that writes a log, in a repository whose document, note and skill hold the marker.
fn start(repository: &Repository, level: &str) -> Editor {
    let skill = format!(
        "---\nname: say-it\ndescription: Say {MARKER}. Use when writing Rust.\n---\n\nWrite `{MARKER}`.\n"
    );
    repository.write("skills/say-it/SKILL.md", &skill);
    repository.commit("Add a skill");
    repository.run(&["memory", "add", &format!("We say {MARKER}.")]);
    let script = [(&*format!("let {MARKER} = a.len() == 0;"), 0), ("let other = 1;", 0)];
    let (root, home) = (repository.uri(""), Some(repository.home()));
    Start { script: &script, root, home, log: Some(level), ..Start::default() }.go()
}

#[test]
fn no_level_holds_text_of_the_user_and_paths_begin_at_debug() {
    for level in ["error", "warn", "info", "debug", "trace"] {
        let repository = Repository::new(true);
        let mut editor = start(&repository, level);
        let uri = repository.uri("src/a.rs");
        let at = editor.open(&uri, "rust", &format!("fn f() {{\n    // {MARKER}\n    ‸\n}}\n"));
        assert!(text(&editor.complete(&uri, at)).contains(MARKER), "the answer holds the marker");
        let after = editor.type_at(&uri, at, &format!("let {MARKER} = a"));
        editor.complete(&uri, after);
        // Another text than the model writes, and a request that nobody waits for.
        let after = editor.type_at(&uri, after, " + zzz");
        let overtaken = editor.request(&uri, after);
        let after = editor.type_at(&uri, after, "y");
        editor.answer(overtaken);
        editor.complete(&uri, after);
        editor.why();
        end(editor);
        let log = logs(repository.home().path()).to_lowercase();
        assert!(!log.contains(MARKER), "{level}: {log}");
        #[cfg(unix)]
        for file in files(repository.home().path(), ".log") {
            let mode = fs::metadata(&file).expect("there").permissions();
            let mode = std::os::unix::fs::PermissionsExt::mode(&mode);
            assert_eq!(mode & 0o077, 0, "{level}: others may read the log");
        }
        let is_detailed = matches!(level, "debug" | "trace");
        assert_eq!(log.contains("src/a.rs"), is_detailed, "{level}: {log}");
        assert_eq!(
            log.contains(&repository.root().to_string_lossy().to_lowercase()),
            is_detailed,
            "{level}: {log}"
        );
        let tells = matches!(level, "info" | "debug" | "trace");
        for event in ["answered", "waits for a new job", "the model ran"] {
            assert_eq!(log.contains(event), tells, "{level}: {event}: {log}");
        }
    }
}

#[test]
fn cancelled_and_skipped_jobs_are_in_the_log_once_with_the_reason() {
    let mut editor = Start { script: &[(TEXT, NEVER)], log: Some("info"), ..Start::default() }.go();
    let home = Arc::clone(&editor.home);
    let at = editor.open(URI, "rust", PLACE);
    let running = editor.request(URI, at);
    editor.wait_until_thinking();
    let other = "file:///work/src/other.rs";
    let at = editor.open(other, "rust", PLACE);
    let waiting = editor.request(other, at);
    editor.client.cancel(waiting);
    assert_eq!(editor.answer(waiting).code(), -32800);
    editor.type_at(URI, (0, 0), "x");
    assert_eq!(editor.answer(running).result(), Value::Null);
    wait_until_logged(home.path(), "skipped");
    end(editor);
    let log = logs(home.path());
    let count = |text: &str| log.matches(text).count();
    let counts = ["NoRequest", "ChangedElsewhere"].map(|reason| count(&format!("reason={reason}")));
    assert_eq!((counts, count("reason="), count("skipped")), ([1, 1], 2, 1), "{log}");
    assert!(!log.contains(URI) && !log.contains(other), "{log}");
}

#[test]
fn a_damaged_file_is_not_quoted() {
    let repository = Repository::new(true);
    repository.run(&["memory", "add", "A note."]);
    repository.write("housestyle.toml", &format!("maxLines = \"{MARKER}\"\n"));
    let home = repository.home();
    let notes = files(home.path(), "notes.json").pop().expect("a file of notes");
    let exceptions = notes.with_file_name("skills").join("exceptions.json");
    fs::create_dir_all(exceptions.parent().expect("a folder")).expect("made");
    fs::write(exceptions, format!("{{\"format\": \"{MARKER}\"}}")).expect("written");
    let backend = script(home.path(), &[("let x = 1;", 0)]);
    let mut complete = Command::new(housestyle());
    complete.args(["complete", "src/a.rs:1:1", "--backend", &*backend]);
    complete
        .current_dir(repository.root())
        .env("HOUSESTYLE_HOME", home.path())
        .env("HOUSESTYLE_LOG", "trace");
    let output = complete.output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains(MARKER), "people are told the value of the setting: {said}");

    fs::write(notes, format!("{{\"version\": 1, \"notes\": \"{MARKER}\"}}")).expect("written");
    let (root, home) = (repository.uri(""), repository.home());
    let mut editor = Start { root, home: Some(home.clone()), log: Some("trace"), ..Start::default() }.go();
    let uri = repository.uri("src/a.rs");
    let at = editor.open(&uri, "rust", "fn f() {\n    ‸\n}\n");
    editor.complete(&uri, at);
    end(editor);
    let log = logs(home.path());
    for place in ["configuration", "notes.rs"] {
        assert!(log.contains(place), "the warning of {place} left no trace: {log}");
    }
    assert!(!log.to_lowercase().contains(MARKER), "{log}");
}

#[test]
fn without_a_level_there_is_no_log() {
    let repository = Repository::new(false);
    let uri = repository.uri("src/a.rs");
    let mut editor = repository.start(&[("let x = 1;", 0)], json!({}));
    let at = editor.open(&uri, "rust", "fn f() {\n    ‸\n}\n");
    editor.complete(&uri, at);
    end(editor);
    assert!(files(repository.home().path(), ".log").is_empty());
}

#[test]
fn forgetting_everything_removes_the_log_and_a_running_server_begins_another() {
    let repository = Repository::new(false);
    let home = repository.home();
    let uri = repository.uri("src/a.rs");
    let mut editor = start(&repository, "info");
    let at = editor.open(&uri, "rust", "fn f() {\n    ‸\n}\n");
    editor.complete(&uri, at);
    wait_until_logged(home.path(), "answered");
    // The server ran in the folder of its home, whose log it is.
    let forget = |arguments: &[&str]| {
        let mut command = Command::new(housestyle());
        command.args(["journal", "forget", "--everything"]).args(arguments).current_dir(home.path());
        // Its own log goes too, whatever it has to say.
        command.env("HOUSESTYLE_HOME", home.path()).env("HOUSESTYLE_LOG", "trace");
        let output = command.output().expect("it runs");
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let (_, removed) = forget(&["--json"]);
    assert!(removed.contains("server.log"), "{removed}");
    let after = editor.type_at(&uri, at, "zzz ");
    editor.complete(&uri, after);
    end(editor);
    let log = logs(home.path());
    assert!(log.contains("answered") && !log.contains("the model is loaded"), "{log}");
    let own = files(home.path(), "server.log").pop().expect("a log");
    let (code, output) = forget(&[]);
    assert!(code == Some(0) && output.contains("server.log was removed"), "{code:?} {output}");
    assert_eq!(logs(home.path()), "");
    // A log that cannot be removed is a failure, after all else is forgotten and told.
    fs::create_dir_all(own.with_file_name("server.log.1").join("in the way")).expect("made");
    let (code, output) = forget(&["--json"]);
    let output: Value = serde_json::from_str(&output).expect("JSON");
    assert!(code == Some(3) && output["suggestions"].is_number(), "{code:?} {output}");
    assert!(!own.exists());
}

#[test]
fn a_level_that_is_none_is_named_and_takes_the_server_from_nobody() {
    let home = tempfile::tempdir().expect("a folder");
    let run = |arguments: &[&str], level: &str| {
        let mut command = Command::new(housestyle());
        command.args(arguments).env("HOUSESTYLE_HOME", home.path()).env("HOUSESTYLE_LOG", level);
        let output = command.current_dir(home.path()).output().expect("it runs");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (code, said) = run(&["model", "list"], "loud");
    assert!(code == Some(2) && said.contains("HOUSESTYLE_LOG=loud"), "{code:?} {said}");
    let (code, said) = run(&["serve", "--backend", "script:none.jsonl"], "loud");
    assert!(code == Some(0) && said.contains("there is no log: HOUSESTYLE_LOG=loud"), "{code:?} {said}");
    assert_eq!(logs(home.path()), "");
    let folder = home.path().to_string_lossy().into_owned();
    let (code, said) = run(&["model", "list", "--log", &folder], "info");
    assert!(code == Some(0) && said.contains("there is no log"), "{code:?} {said}");
    let (code, _) = run(&["complete", "none.rs:1:1", "--log", "own.log"], "debug");
    assert!(code != Some(0) && logs(home.path()).contains("housestyle"), "a failure loses no line");
}
