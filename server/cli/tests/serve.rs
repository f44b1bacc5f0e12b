//! `serve` from outside, and the answers of `why` afterwards.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::world::World;

/// A running server.
pub(crate) struct Server {
    child: Child,
    reader: BufReader<std::process::ChildStdout>,
}

impl Server {
    fn start(world: &World, arguments: &[&str]) -> Server {
        Server::run(world.command(arguments))
    }

    pub(crate) fn run(mut command: Command) -> Server {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("runs");
        let reader = BufReader::new(child.stdout.take().expect("stdout"));
        Server { child, reader }
    }

    pub(crate) fn send(&mut self, mut message: Value) {
        message["jsonrpc"] = json!("2.0");
        let body = message.to_string();
        let stdin = self.child.stdin.as_mut().expect("stdin");
        write!(stdin, "Content-Length: {}\r\n\r\n{body}", body.len()).expect("sent");
        stdin.flush().expect("sent");
    }

    /// Returns the answer to a request, leaving out what the server says by itself.
    fn answer(&mut self, id: u32) -> Value {
        loop {
            let mut length = 0;
            loop {
                let mut line = String::new();
                assert!(self.reader.read_line(&mut line).expect("readable") > 0, "the server has gone");
                match line.trim().strip_prefix("Content-Length: ") {
                    Some(number) => length = number.parse().expect("a length"),
                    None if line.trim().is_empty() => break,
                    None => {}
                }
            }
            let mut body = vec![0; length];
            self.reader.read_exact(&mut body).expect("a body");
            let message: Value = serde_json::from_slice(&body).expect("JSON");
            if message["id"] == id && message.get("method").is_none() {
                return message["result"].clone();
            }
        }
    }

    pub(crate) fn request(&mut self, id: u32, method: &str, params: Value) -> Value {
        self.send(json!({"id": id, "method": method, "params": params}));
        self.answer(id)
    }

    pub(crate) fn stop(mut self) -> Option<i32> {
        self.request(99, "shutdown", Value::Null);
        self.send(json!({"method": "exit"}));
        self.child.wait().expect("ends").code()
    }
}

/// Returns how an editor names a file of the work folder.
pub(crate) fn uri(world: &World, path: &str) -> String {
    let folder = world.work().to_string_lossy().replace('\\', "/");
    format!("file://{}{folder}/{path}", if folder.starts_with('/') { "" } else { "/" })
}

/// Asks for ghost text in a new document.
pub(crate) fn ask(server: &mut Server, world: &World) -> Value {
    let uri = uri(world, "src/a.rs");
    let root = uri.trim_end_matches("/src/a.rs");
    server.request(1, "initialize", json!({"capabilities": {}, "rootUri": root, "processId": null}));
    server.send(json!({"method": "initialized", "params": {}}));
    let document =
        json!({"uri": uri, "languageId": "rust", "version": 1, "text": "fn f() {\n    let x = \n}\n"});
    server.send(json!({"method": "textDocument/didOpen", "params": {"textDocument": document}}));
    let place = json!({"textDocument": {"uri": uri}, "position": {"line": 1, "character": 12},
                       "context": {"triggerKind": 1}});
    server.request(2, "textDocument/inlineCompletion", place)
}

#[test]
fn a_script_is_served_and_why_tells_of_it() {
    let world = World::new();
    world.write("answers.jsonl", "{\"text\": \"five();\\n}\"}\n");
    let mut server = Server::start(&world, &["serve", "--backend", "script:answers.jsonl"]);
    let answer = ask(&mut server, &world);
    assert_eq!(answer["items"][0]["insertText"], "five();", "{answer}");
    assert_eq!(server.stop(), Some(0));
    let report = world.run(&["why", "--json", "src/a.rs"]).json();
    let request = &report["requests"][0]["request"];
    assert_eq!(
        (request["code"].as_str(), request["path"].as_str()),
        (Some("suggestion"), Some("src/a.rs")),
        "{report}"
    );
    assert_eq!((request["line"].as_u64(), request["column"].as_u64()), (Some(2), Some(13)));
    assert!(!report.to_string().contains("five"), "the log holds text of the user");
    assert!(world.run(&["why"]).out.contains("src/a.rs:2:13"));
    assert_eq!(world.run(&["why", "--json", "src/other.rs"]).json()["requests"], json!([]));
}

#[test]
fn whoever_trains_can_see_that_somebody_types() {
    let world = World::new();
    world.write("answers.jsonl", "{\"text\": \"five();\\n}\"}\n");
    let mut server = Server::start(&world, &["serve", "--backend", "script:answers.jsonl"]);
    ask(&mut server, &world);
    // What was shown is in the journal by now or soon, so that the workspace has a folder.
    let folders = || std::fs::read_dir(world.home().join("state/workspaces")).into_iter().flatten().flatten();
    let typed = || folders().any(|folder| folder.path().join("typing").exists());
    let uri = uri(&world, "src/a.rs");
    let begun = std::time::Instant::now();
    for version in 2.. {
        assert!(begun.elapsed().as_secs() < 60, "{:?}", folders().collect::<Vec<_>>());
        let document = json!({"uri": uri, "version": version});
        let changes = json!([{"text": format!("fn f() {{ {version} }}\n")}]);
        let params = json!({"textDocument": document, "contentChanges": changes});
        server.send(json!({"method": "textDocument/didChange", "params": params}));
        if typed() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn a_broken_policy_file_silences_the_server() {
    let world = World::new();
    world.write("answers.jsonl", "{\"text\": \"five();\\n}\"}\n");
    world.write("housestyle.toml", "maxLines = = 1\n");
    let mut server = Server::start(&world, &["serve", "--backend", "script:answers.jsonl"]);
    assert_eq!(ask(&mut server, &world)["items"], json!([]));
    assert_eq!(server.stop(), Some(0));
    assert!(world.run(&["why"]).out.contains("housestyle.toml is broken"));
    assert!(world.run(&["doctor"]).out.contains("until the file is corrected"));
}

#[test]
fn without_a_model_the_server_starts_and_why_names_the_remedy() {
    let world = World::new();
    let mut server = Server::start(&world, &["serve"]);
    let answer = ask(&mut server, &world);
    assert_eq!(answer["items"], json!([]), "{answer}");
    assert_eq!(server.stop(), Some(0));
    assert!(world.run(&["why"]).out.contains("housestyle model pull"));
}

#[test]
fn why_gives_advice_when_no_request_came() {
    let ran = World::new().run(&["why"]);
    assert!(ran.code == 0 && ran.out.contains("housestyle doctor"), "{}", ran.out);
}
