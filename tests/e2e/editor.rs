//! A pretended editor: a server with a script, documents with a visible cursor.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use housestyle_testkit::client::{Client, Received};
use housestyle_testkit::cursor;
use housestyle_testkit::tiny::Tiny;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::binary::housestyle;

/// A place where a line of code is wanted.
pub(super) const PLACE: &str = "fn total(items: &[u32]) -> u32 {\n    let sum = ‸\n    sum\n}\n";
/// The text of the document in the end.
pub(super) const TEXT: &str = "items.iter().sum();";
/// A document.
pub(super) const URI: &str = "file:///work/src/total.rs";

/// A running server, as an editor sees it.
pub(super) struct Editor {
    pub(super) client: Client,
    /// The server's answer to `initialize`.
    pub(super) server: Value,
    pub(super) home: Arc<TempDir>,
    version: i32,
}

/// How an editor starts.
pub(super) struct Start<'a> {
    /// Answers in order: text, and milliseconds before it.
    pub(super) script: &'a [(&'a str, u64)],
    /// Whether a tiny model is to answer, in place of the script.
    pub(super) tiny: bool,
    pub(super) capabilities: Value,
    pub(super) options: Value,
    /// Answer to `workspace/configuration`.
    pub(super) configuration: Value,
    /// The folder that the editor has open; empty where it has none open.
    pub(super) root: String,
    /// The folder in which the process starts; the home where there is none.
    pub(super) process: Option<&'a Path>,
    /// Where the server's state is; a new place where there is none.
    pub(super) home: Option<Arc<TempDir>>,
    /// The level of the server's log, if it is to write one.
    pub(super) log: Option<&'a str>,
}

impl Default for Start<'_> {
    fn default() -> Self {
        Start {
            script: &[(TEXT, 0)],
            tiny: false,
            capabilities: json!({}),
            options: json!({}),
            configuration: Value::Null,
            root: "file:///work".to_owned(),
            process: None,
            home: None,
            log: None,
        }
    }
}

/// Returns the command of a server whose state is in `home`.
pub(super) fn command(home: &Path, backend: &str) -> Command {
    let mut command = Command::new(housestyle());
    command.args(["serve", "--backend", backend]).env("HOUSESTYLE_HOME", home).current_dir(home);
    command.env_remove("HOUSESTYLE_LOG"); // whoever runs the tests may log
    command
}

/// Writes a script into `home` and returns the back end that reads it.
pub(super) fn script(home: &Path, answers: &[(&str, u64)]) -> String {
    let file = home.join("script.jsonl");
    let lines: Vec<String> =
        answers.iter().map(|(text, delay)| json!({ "text": text, "delay_ms": delay }).to_string()).collect();
    std::fs::write(&file, lines.join("\n")).expect("the script is written");
    format!("script:{}", file.display())
}

impl Start<'_> {
    /// Starts the server and initializes it.
    #[track_caller]
    pub(super) fn go(self) -> Editor {
        let home = self.home.unwrap_or_else(|| Arc::new(tempfile::tempdir().expect("a folder")));
        let backend = if self.tiny { "local".to_owned() } else { script(home.path(), self.script) };
        let mut command = command(home.path(), &backend);
        if self.tiny {
            let file = home.path().join("tiny.gguf");
            // With markers for a hole it would be asked to fill one, which it cannot.
            let model = Tiny { fim: false, ..Tiny::default() };
            std::fs::write(&file, model.gguf()).expect("the model is written");
            command.arg("--model").arg(file);
        }
        if let Some(folder) = self.process {
            command.current_dir(folder);
        }
        if let Some(level) = self.log {
            command.env("HOUSESTYLE_LOG", level);
        }
        let root = Some(&*self.root).filter(|root| !root.is_empty());
        let mut client = Client::spawn(&mut command);
        client.configuration = self.configuration;
        let server = client.initialize(&self.capabilities, &self.options, root);
        Editor { client, server, home, version: 1 }
    }
}

impl Editor {
    /// Starts a server with this script.
    #[track_caller]
    pub(super) fn new(script: &[(&str, u64)]) -> Editor {
        Start { script, ..Start::default() }.go()
    }

    /// Opens a document with a visible cursor; returns the cursor's position in UTF-16.
    #[track_caller]
    pub(super) fn open(&mut self, uri: &str, language: &str, fixture: &str) -> (u32, u32) {
        let (text, at) = cursor::split(fixture);
        self.open_text(uri, language, &text);
        let before = &text[..at];
        let line = before.matches('\n').count();
        let column = before.rsplit('\n').next().unwrap_or_default().encode_utf16().count();
        (u32::try_from(line).expect("few lines"), u32::try_from(column).expect("few columns"))
    }

    /// Opens a document.
    pub(super) fn open_text(&mut self, uri: &str, language: &str, text: &str) {
        let document = json!({ "uri": uri, "languageId": language, "version": 1, "text": text });
        self.client.notify("textDocument/didOpen", &json!({ "textDocument": document }));
    }

    /// Replaces what lies between two positions.
    pub(super) fn edit(&mut self, uri: &str, start: (u32, u32), end: (u32, u32), text: &str) {
        self.version += 1;
        let at = |(line, character)| json!({ "line": line, "character": character });
        let change = json!({ "range": { "start": at(start), "end": at(end) }, "text": text });
        self.client.notify(
            "textDocument/didChange",
            &json!({ "textDocument": { "uri": uri, "version": self.version }, "contentChanges": [change] }),
        );
    }

    /// Types at a position; returns the position after it.
    pub(super) fn type_at(&mut self, uri: &str, at: (u32, u32), text: &str) -> (u32, u32) {
        self.edit(uri, at, at, text);
        (at.0, at.1 + u32::try_from(text.encode_utf16().count()).expect("short"))
    }

    /// Asks for ghost text, as if typing; returns the request's identifier.
    pub(super) fn request(&mut self, uri: &str, at: (u32, u32)) -> i64 {
        self.client.request("textDocument/inlineCompletion", &inline(uri, at, &json!({ "triggerKind": 2 })))
    }

    /// Asks for ghost text and returns the answer.
    #[track_caller]
    pub(super) fn complete(&mut self, uri: &str, at: (u32, u32)) -> Value {
        let id = self.request(uri, at);
        self.client.answer(id).result()
    }

    /// Waits for an answer.
    #[track_caller]
    pub(super) fn answer(&mut self, id: i64) -> Received {
        self.client.answer(id)
    }

    /// Asks the server how it is and how the last requests ended.
    #[track_caller]
    pub(super) fn why(&mut self) -> Value {
        self.client.ask("workspace/executeCommand", &json!({ "command": "housestyle.why" }))
    }

    /// Waits until the model works on something.
    #[track_caller]
    pub(super) fn wait_until_thinking(&mut self) {
        self.client.notification("housestyle/status", |params| params["state"] == "thinking");
    }
}

/// Returns the parameters of a request for ghost text.
pub(super) fn inline(uri: &str, (line, character): (u32, u32), context: &Value) -> Value {
    json!({
        "textDocument": { "uri": uri },
        "position": { "line": line, "character": character },
        "context": context,
    })
}

/// Returns the text of the only item of an answer.
#[track_caller]
pub(super) fn text(answer: &Value) -> &str {
    let text = answer.pointer("/items/0/insertText").and_then(Value::as_str);
    text.unwrap_or_else(|| panic!("no item in {answer}"))
}

/// Returns the answer that says nothing.
pub(super) fn nothing() -> Value {
    json!({ "items": [] })
}

/// Milliseconds for an answer of the model that no test waits for: the client gives up long before.
pub(super) const NEVER: u64 = 3_600_000;
