//! The prompt context: a note is in the prompt from the next request on, and no longer once it is forgotten; the user's
//! last edits elsewhere are there where the settings say so.

use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::binary::housestyle;
use super::editor::{Editor, PLACE, Start};

/// A text for each call of the model, so that a suggestion tells which call it is of.
const SCRIPT: [(&str, u64); 4] = [("first();", 0), ("second();", 0), ("third();", 0), ("fourth();", 0)];

/// Long enough for any machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A workspace on disk, and the state of the servers in it.
struct Workspace {
    folder: TempDir,
    home: Arc<TempDir>,
}

impl Workspace {
    fn new() -> Workspace {
        let folder = || tempfile::tempdir().expect("a folder");
        Workspace { folder: folder(), home: Arc::new(folder()) }
    }

    fn uri(&self, path: &str) -> String {
        let folder = self.folder.path().to_string_lossy().replace('\\', "/");
        format!("file:///{}/{path}", folder.trim_start_matches('/'))
    }

    fn start(&self, options: Value) -> Editor {
        let (root, home) = (self.uri(""), Some(Arc::clone(&self.home)));
        Start { script: &SCRIPT, options, root, home, ..Start::default() }.go()
    }

    #[track_caller]
    fn run(&self, arguments: &[&str]) -> Value {
        let mut command = Command::new(housestyle());
        command.args(arguments).args(["--json", "--workspace"]).arg(self.folder.path());
        let output = command.env("HOUSESTYLE_HOME", self.home.path()).output().expect("it runs");
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).expect("JSON")
    }

    /// Returns the prompt formats of the suggestions, oldest first, and the tokens of the prompts that were read. Ends
    /// the server, so that all is noted.
    #[track_caller]
    fn recorded(&self, mut editor: Editor) -> (Vec<String>, Vec<u64>) {
        editor.client.close_input();
        assert!(editor.client.wait_for_end(PATIENCE).is_some(), "it ends");
        let suggestions = self.run(&["journal", "export"]);
        let suggestions = suggestions["suggestions"].as_array().expect("suggestions").clone();
        let format = |line: &Value| line["offered"]["format"].as_str().unwrap_or_default().to_owned();
        let requests = self.run(&["why", "-n", "50"])["requests"].as_array().expect("requests").clone();
        let tokens = requests.iter().filter_map(|line| line["request"]["prompt_tokens"].as_u64());
        (suggestions.iter().map(format).collect(), tokens.filter(|tokens| *tokens > 0).collect())
    }
}

/// Returns the text of the one item.
#[track_caller]
fn text(answer: &Value) -> &str {
    answer["items"][0]["insertText"].as_str().unwrap_or_else(|| panic!("no item in {answer}"))
}

#[test]
fn a_note_is_read_without_a_restart_and_no_longer_once_it_is_forgotten() {
    let workspace = Workspace::new();
    let mut editor = workspace.start(json!({}));
    let uri = workspace.uri("src/total.rs");
    let at = editor.open(&uri, "rust", PLACE);
    let mut ask = || text(&editor.complete(&uri, at)).to_owned();
    assert_eq!([ask(), ask()], ["first();", "first();"], "what was suggested is suggested again");
    let added = workspace.run(&["memory", "add", "Sums are checked.", "--scope", "src/**"]);
    assert_eq!([ask(), ask()], ["second();", "second();"], "but not what was made without the note");
    workspace.run(&["memory", "forget", added["added"]["id"].as_str().expect("an id")]);
    assert_eq!([ask(), ask()], ["third();", "third();"]);
    // A note on other files changes nothing that is read here.
    workspace.run(&["memory", "add", "Sums are checked.", "--scope", "docs/**"]);
    assert_eq!(ask(), "fourth();");
    let (formats, tokens) = workspace.recorded(editor);
    assert_eq!(formats, ["fim-line-1", "fim-memory-1", "fim-line-1", "fim-line-1"]);
    let [first, second, third, fourth] = tokens[..] else { panic!("{tokens:?}") };
    assert!(second > first && (third, fourth) == (first, first), "{tokens:?}");
}

#[test]
fn edits_elsewhere_are_read_where_the_settings_say_so() {
    let formats = |options: Value, edited: &str| {
        let workspace = Workspace::new();
        let mut editor = workspace.start(options);
        let (other, uri) = (workspace.uri(edited), workspace.uri("src/total.rs"));
        editor.open(&other, "rust", "fn login() {}\n‸");
        editor.edit(&other, (0, 3), (0, 8), "sign_in");
        let at = editor.open(&uri, "rust", PLACE);
        editor.complete(&uri, at);
        // Typing on there changes nothing of what is remembered: the edit under way is in the text.
        let at = editor.type_at(&uri, at, "x");
        editor.complete(&uri, at);
        let (formats, tokens) = workspace.recorded(editor);
        assert!(tokens.len() == 2 && tokens[1] <= tokens[0] + 1, "{tokens:?}");
        formats
    };
    let on = || json!({ "memory": { "editTokens": 64 } });
    assert_eq!(formats(on(), "src/other.rs"), ["fim-memory-1", "fim-memory-1"]);
    assert_eq!(formats(on(), "conf/secrets.rs"), ["fim-line-1", "fim-line-1"]);
    assert_eq!(formats(json!({}), "src/other.rs"), ["fim-line-1", "fim-line-1"]);
}
