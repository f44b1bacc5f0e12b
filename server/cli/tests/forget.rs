//! Forgetting, from the journal to the parts that learned from it.

use std::time::{Duration, Instant};

use housestyle_testkit::tiny::Tiny;
use serde_json::{Value, json};

use crate::adapter::Team;
use crate::serve::{Server, ask, uri};

/// Takes a suggestion and waits until it has stood for a while; returns the journal's entry.
fn accepted(team: &Team) -> u64 {
    team.world.write("housestyle.toml", "keptAfterSeconds = 1\n");
    team.world.write("answers.jsonl", "{\"text\": \"five(unheard_of);\"}\n");
    let mut server = Server::run({
        let mut command = team.world.command(&["serve", "--backend", "script:answers.jsonl"]);
        command.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
        command
    });
    let answer = ask(&mut server, &team.world);
    let text = answer["items"][0]["insertText"].as_str().expect("a suggestion").to_owned();
    let place = json!({"line": 1, "character": 12});
    let change = json!({"range": {"start": place, "end": place}, "text": text});
    let document = json!({"uri": uri(&team.world, "src/a.rs"), "version": 2});
    let params = json!({"textDocument": document, "contentChanges": [change]});
    server.send(json!({"method": "textDocument/didChange", "params": params}));
    let begun = Instant::now();
    loop {
        let output = team.world.run(&["journal", "export", "--edits", "--json"]).json();
        let edit = &output["edits"][0];
        if edit["weight"] == 1.0 {
            assert_eq!(server.stop(), Some(0));
            return edit["id"].as_u64().expect("a number");
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "{output}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn what_is_forgotten_goes_from_the_phrase_cache_and_marks_the_adapter() {
    let team = Team::of(Tiny { fim: false, ..Tiny::default() });
    let model = team.model.to_str().expect("UTF-8").to_owned();
    let learn = |from: &str| team.world.run(&["learn", "--from", from, "--model", &model, "--json"]);
    assert_eq!(learn("journal").code, 2, "nothing was taken yet");
    let entry = accepted(&team);
    let count = |made: Value, what: &str| made["phrases"][what].as_u64().expect("a number");
    let files = count(learn("git").json(), "files");
    // It is added to what git taught, once.
    for _ in 0..2 {
        let made = learn("journal").json();
        assert_eq!((count(made.clone(), "files"), count(made, "edits")), (files, 1));
    }
    let span = json!({"path": "src/a.rs", "journal": entry.to_string(), "range": [0, 5], "time": 1});
    let manifest = json!({"format": "housestyle-manifest-1", "seed": 1, "spans": [span]}).to_string();
    let (folder, id) = team.trained_on(&manifest, 1.0, "eligible");
    team.done(&["import", &folder]);
    team.done(&["approve", "1", "--ungated", "a test"]);
    team.done(&["activate", "1"]);
    assert_eq!(team.done(&["show", "1"])["forgotten"], 0);

    let output = team.world.run(&["journal", "forget", "--id", &entry.to_string(), "--json"]).json();
    assert_eq!((&output["suggestions"], &output["phrases"]), (&json!(1), &json!(1)), "{output}");
    let adapter = json!({"version": 1, "id": id, "state": "active", "entries": 1});
    assert_eq!(output["adapters"], json!([adapter]));
    assert_eq!(team.done(&["show", "1"])["forgotten"], 1);
    assert_eq!(team.done(&["list"])["versions"][0]["forgotten"], 1);
    assert_eq!(learn("journal").code, 2, "nothing is left");
    // A second time there is nothing to take out, and the adapter is named still.
    let ran = team.world.run(&["journal", "forget", "--everything"]);
    assert!(ran.code == 0 && !ran.out.contains("phrase cache"), "{}", ran.out);
    assert!(ran.out.contains("version 1") && ran.out.contains("housestyle adapter rollback"), "{}", ran.out);
}

#[test]
fn an_adapter_that_a_merge_approved_is_told_as_active() {
    let team = Team::new();
    let span = json!({"path": "src/a.rs", "journal": "1", "range": [0, 5], "time": 1});
    let manifest = json!({"format": "housestyle-manifest-1", "seed": 1, "spans": [span]}).to_string();
    let (folder, id) = team.trained_on(&manifest, 1.0, "eligible");
    team.done(&["import", &folder]);
    team.merge_record();
    assert_eq!(team.done(&["activate", "1"])["approver"]["how"], "merged");
    let output = team.world.run(&["journal", "forget", "--everything", "--json"]).json();
    let adapter = json!({"version": 1, "id": id, "state": "active", "entries": 1});
    assert_eq!(output["adapters"], json!([adapter]));
    let ran = team.world.run(&["journal", "forget", "--everything"]);
    assert!(ran.out.contains("it is active: until then, `housestyle adapter rollback`"), "{}", ran.out);
}
