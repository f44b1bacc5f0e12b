//! The log for debugging: it says in which order things happened, and holds no text of the user's at any level.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::json;

use super::binary::housestyle;
use super::editor::{Editor, Start, text};
use super::skills::Repository;

/// A word of the document, a note, a skill and the answer.
const MARKER: &str = "quetzalcoatl";

/// Returns the text of all logs below a folder, and whether only their user can read them.
fn logs(folder: &Path) -> (String, bool) {
    let (mut text, mut private) = (String::new(), true);
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder").flatten() {
            let (path, about) = (entry.path(), entry.metadata().expect("there"));
            if about.is_dir() {
                folders.push(path);
            } else if path.file_name().is_some_and(|name| name.to_string_lossy().contains(".log")) {
                text.push_str(&fs::read_to_string(&path).expect("text"));
                #[cfg(unix)]
                {
                    private &= std::os::unix::fs::PermissionsExt::mode(&about.permissions()) & 0o077 == 0;
                }
            }
        }
    }
    (text, private)
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
        let (log, private) = logs(repository.home().path());
        let log = log.to_lowercase();
        assert!(!log.contains(MARKER), "{level}: {log}");
        assert!(private, "{level}: others may read the log");
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
fn without_a_level_there_is_no_log_and_forgetting_everything_removes_it() {
    let repository = Repository::new(false);
    let uri = repository.uri("src/a.rs");
    let mut editor = repository.start(&[("let x = 1;", 0)], json!({}));
    let at = editor.open(&uri, "rust", "fn f() {\n    ‸\n}\n");
    editor.complete(&uri, at);
    assert_eq!(logs(repository.home().path()).0, "");
    drop(editor);
    let mut editor = start(&repository, "info");
    let at = editor.open(&uri, "rust", "fn f() {\n    ‸\n}\n");
    editor.complete(&uri, at);
    assert!(logs(repository.home().path()).0.contains("answered"));
    // The server ran in the folder of its home, whose log it is.
    let mut forget = Command::new(housestyle());
    forget.args(["journal", "forget", "--everything", "--json"]).current_dir(repository.home().path());
    let output = forget.env("HOUSESTYLE_HOME", repository.home().path()).output().expect("it runs");
    let removed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(removed.contains("server.log"), "{removed}");
    assert_eq!(logs(repository.home().path()).0, "");
}

#[test]
fn a_level_that_is_none_is_named_and_a_log_that_cannot_be_written_is_a_warning() {
    let home = tempfile::tempdir().expect("a folder");
    let run = |level: &str, file: Option<&str>| {
        let mut command = Command::new(housestyle());
        command.args(["model", "list"]).env("HOUSESTYLE_HOME", home.path()).env("HOUSESTYLE_LOG", level);
        command.args(file.into_iter().flat_map(|file| ["--log", file]));
        let output = command.output().expect("it runs");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (code, said) = run("loud", None);
    assert!(code == Some(2) && said.contains("HOUSESTYLE_LOG=loud"), "{code:?} {said}");
    let folder = home.path().to_string_lossy().into_owned();
    let (code, said) = run("info", Some(&folder));
    assert!(code == Some(0) && said.contains("there is no log"), "{code:?} {said}");
}
