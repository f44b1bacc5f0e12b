//! A server whose adapter is switched from another terminal: no restart, and the journal names the one that took part.

use std::fs::{self, File};
use std::process::Stdio;
use std::time::{Duration, Instant};

use housestyle_testkit::tiny::Tiny;
use serde_json::{Value, json};

use crate::adapter::Team;
use crate::serve::{Server, uri};

/// Long enough for any machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server and its messages.
struct Desk {
    team: Team,
    server: Server,
    requests: u32,
}

impl Desk {
    fn new() -> Desk {
        // With markers for a hole a random model would be asked to fill one, which it cannot.
        let team = Team::of(Tiny { fim: false, ..Tiny::default() });
        std::fs::create_dir_all(team.world.home()).expect("made");
        std::fs::write(team.world.home().join("housestyle.toml"), "minLogprob = -100.0\n").expect("written");
        let model = team.model.to_str().expect("UTF-8");
        let mut command = team.world.command(&["serve", "--model", model]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        command.stderr(File::create(team.world.home().join("told")).expect("a file"));
        let mut server = Server::run(command);
        let root = uri(&team.world, "");
        server.request(1, "initialize", json!({"capabilities": {}, "rootUri": root, "processId": null}));
        server.send(json!({"method": "initialized", "params": {}}));
        Desk { team, server, requests: 1 }
    }

    /// Waits until the server says something on stderr.
    #[track_caller]
    fn wait_for(&self, what: &str) {
        let begun = Instant::now();
        loop {
            let stderr = fs::read_to_string(self.team.world.home().join("told")).expect("readable");
            if stderr.contains(what) {
                return;
            }
            assert!(begun.elapsed() < PATIENCE, "{what}: {stderr}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Asks in new documents until something is suggested; returns the adapter that took part in it, by the journal.
    #[track_caller]
    fn adapter(&mut self) -> Value {
        let begun = Instant::now();
        let before = self.offered().len();
        loop {
            self.requests += 1;
            let uri = uri(&self.team.world, &format!("src/a{}.rs", self.requests));
            let text = format!("fn total{}(rows: &[u32]) {{\n    let sum = ", self.requests);
            let document = json!({"uri": uri, "languageId": "rust", "version": 1, "text": text});
            self.server.send(json!({"method": "textDocument/didOpen", "params": {"textDocument": document}}));
            let place = json!({"textDocument": {"uri": uri}, "position": {"line": 1, "character": 14},
                               "context": {"triggerKind": 1}});
            let answer = self.server.request(self.requests, "textDocument/inlineCompletion", place);
            assert!(begun.elapsed() < PATIENCE, "nothing is suggested: {answer}");
            if answer["items"].as_array().is_some_and(|items| !items.is_empty()) {
                break;
            }
        }
        loop {
            let offered = self.offered();
            if let Some(last) = offered.get(before) {
                return last["offered"]["adapter"].clone();
            }
            assert!(begun.elapsed() < PATIENCE, "nothing is noted");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn offered(&self) -> Vec<Value> {
        let exported = self.team.world.run(&["journal", "export", "--json"]).json();
        exported["suggestions"].as_array().cloned().unwrap_or_default()
    }
}

#[test]
fn an_adapter_activated_elsewhere_is_used_without_a_restart() {
    let mut desk = Desk::new();
    assert_eq!(desk.adapter(), Value::Null);
    let mut ids = Vec::new();
    for number in ["1", "2"] {
        let folder = desk.team.foreign(number.parse().expect("a number"));
        let id = desk.team.done(&["import", &folder])["id"].clone();
        desk.team.done(&["approve", number, "--ungated", "a test"]);
        desk.team.done(&["activate", number]);
        desk.wait_for(&format!("adapter {} takes part", &id.as_str().expect("an id")[..16]));
        assert_eq!(desk.adapter(), id);
        ids.push(id);
    }
    desk.team.done(&["rollback"]);
    desk.team.done(&["rollback"]);
    desk.wait_for("no adapter of the team's takes part");
    assert_eq!(desk.adapter(), Value::Null);
    assert_eq!(desk.server.stop(), Some(0));
}

#[test]
fn doctor_names_the_adapter_in_use_or_why_there_is_none() {
    let team = Team::of(Tiny { fim: false, ..Tiny::default() });
    let check = |verdict: &str, detail: &str| {
        let model = team.model.to_str().expect("UTF-8");
        let report = team.world.run(&["doctor", "--json", "--model", model]).json();
        let checks = report["checks"].as_array().expect("checks");
        let found = checks.iter().find(|check| check["name"] == "adapter").expect("the check");
        assert_eq!(found["verdict"], verdict, "{found}");
        assert!(found["detail"].as_str().is_some_and(|text| text.contains(detail)), "{found}");
    };
    check("ok", "none");
    let id = team.done(&["import", &team.foreign(1.0)])["id"].as_str().expect("an id").to_owned();
    team.done(&["approve", "1", "--ungated", "a test"]);
    team.done(&["activate", "1"]);
    check("ok", &id[..12]);
    let folder = team.done(&["list"])["folder"].as_str().expect("a folder").to_owned();
    let file = std::path::Path::new(&folder).join(&id).join("adapter_model.safetensors");
    fs::write(file, "something else").expect("written");
    check("warn", "takes no part");
}
