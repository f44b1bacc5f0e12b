//! Mining through the program: a history with a habit gives a candidate, which `skill list` shows and `skill reject`
//! sends away.

use std::process::Command;

use crate::world::World;

/// Runs git in the workspace, as one of three people, at a time of its own for each number.
fn git(world: &World, arguments: &[&str], number: usize) {
    let person = ["Ann", "Bob", "Cy"][number % 3];
    let output = Command::new("git")
        .args(["-c", &format!("user.name={person}"), "-c", &format!("user.email={person}@example.com")])
        .args(["-c", "commit.gpgsign=false"])
        .args(arguments)
        .current_dir(world.work())
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_AUTHOR_DATE", format!("{} +0000", 1_600_000_000 + number * 3600))
        .env("GIT_COMMITTER_DATE", format!("{} +0000", 1_600_000_000 + number * 3600))
        .output()
        .expect("git runs");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Makes the workspace a repository of its own.
fn init(world: &World) {
    std::fs::remove_dir(world.work().join(".git")).expect("removed");
    git(world, &["init", "--quiet", "--initial-branch=main"], 0);
}

fn commit(world: &World, number: usize) {
    git(world, &["add", "--all"], number);
    git(world, &["commit", "--quiet", "--message", &format!("Step {number}")], number);
}

/// Commits one file of two that follow the habit, by turns by one of three people.
fn history(world: &World, commits: usize) {
    init(world);
    let mut texts = [String::from("# Guide\n"), String::from("# Usage\n")];
    for number in 0..commits {
        let verb = ["reads", "writes", "keeps", "sorts"][number % 4];
        // Once somebody writes it otherwise, and somebody else puts it right.
        let word = if number == 5 { "behavior" } else { "behaviour" };
        let text = &mut texts[number % 2];
        *text = text.replace("behavior ", "behaviour ");
        text.push_str(&format!(
            "\nStep {number} {verb} the table and shows the {word} of rows that come\nafter it.\n"
        ));
        world.write(["docs/guide.md", "docs/usage.md"][number % 2], text);
        commit(world, number);
    }
}

#[test]
fn a_habit_becomes_a_candidate_until_somebody_does_not_want_it() {
    let world = World::new();
    history(&world, 40);
    let mined = world.run(&["skill", "mine", "--no-model", "--json"]);
    assert_eq!(mined.code, 0, "{}", mined.err);
    let document = mined.json();
    let candidates = document["candidates"].as_array().expect("candidates");
    let found = candidates.iter().find(|candidate| candidate["name"] == "term-behaviour").expect("the habit");
    assert_eq!(found["file"]["rule"]["term"]["avoid"], serde_json::json!(["behavior"]));
    assert!(found["support"]["authors"].as_u64() == Some(3), "{found}");
    assert!(
        found["later"]["places"].as_u64() > Some(5) && found["later"]["interval"][0].as_f64() > Some(0.6)
    );

    let listed = world.run(&["skill", "list", "--json"]).json();
    let skills = listed["skills"].as_array().expect("skills").clone();
    assert!(
        skills.iter().any(|skill| skill["name"] == "term-behaviour" && skill["state"] == "candidate"),
        "{skills:?}"
    );

    assert_eq!(world.run(&["skill", "reject", "term-behaviour"]).code, 0);
    let again = world.run(&["skill", "mine", "--no-model", "--json"]).json();
    let dropped = again["dropped"].as_array().expect("dropped").clone();
    let why = dropped.iter().find(|dropped| dropped["name"] == "term-behaviour").expect("dropped");
    assert!(why["why"].as_str().is_some_and(|why| why.contains("rejected")), "{why}");
}

#[test]
fn the_time_for_the_model_ends_within_an_answer_and_the_candidates_stay() {
    let world = World::new();
    history(&world, 40);
    let script = world.write("slow.jsonl", "{\"text\": \"the behaviour of\", \"delay_ms\": 600000}\n");
    let backend = format!("script:{}", script.display());
    let began = std::time::Instant::now();
    let mined = world.run(&["skill", "mine", "--budget", "1s", "--backend", &backend, "--json", "-v"]);
    assert!(began.elapsed() < std::time::Duration::from_secs(120), "it waited for the model");
    assert_eq!(mined.code, 0, "{}", mined.err);
    assert!(mined.err.contains("were not compared"), "{}", mined.err);
    let names = |value: &serde_json::Value| -> Vec<String> {
        let list = value.as_array().expect("a list");
        list.iter().map(|one| one["name"].as_str().expect("a name").to_owned()).collect()
    };
    let found = names(&mined.json()["candidates"]);
    assert!(found.contains(&"term-behaviour".to_owned()), "{found:?}");
    let listed = names(&world.run(&["skill", "list", "--json"]).json()["skills"]);
    assert!(found.iter().all(|name| listed.contains(name)), "{listed:?}");
}

#[test]
fn text_that_nobody_wrote_is_no_edit() {
    let pointer = |number: usize| {
        format!("version https://git-lfs.github.com/spec/v1\noid sha256:{number:064x}\nsize {number}\n")
    };
    let notebook = |number: usize| {
        let source = ["x = 1\n", "print(x)"];
        let outputs = [serde_json::json!({ "output_type": "stream", "text": [format!("{number}\n")] })];
        let cell = serde_json::json!({ "cell_type": "code", "execution_count": number, "source": source, "outputs": outputs });
        serde_json::to_string_pretty(&serde_json::json!({ "cells": [cell], "nbformat": 4 })).expect("JSON")
    };
    let generated = |number: usize| format!("export const number{number} = {number};\n");
    let check = |path: &str, text: &dyn Fn(usize) -> String, marks: Option<&str>| {
        let world = World::new();
        init(&world);
        marks.inspect(|marks| drop(world.write(".gitattributes", marks)));
        for number in 0..6 {
            world.write(path, &text(number));
            commit(&world, number);
        }
        let mined = world.run(&["skill", "mine", "--no-model", "--json"]);
        // The marks themselves are somebody's edit.
        let edits = [usize::from(marks.is_some()), 0];
        assert_eq!((mined.code, &mined.json()["edits"]), (0, &serde_json::json!(edits)), "{}", mined.out);
        let cases = world.run(&["cases", "--out", "cases"]);
        assert_eq!(cases.code, 0, "{}", cases.err);
        for part in ["train", "tune", "test"] {
            let holes =
                std::fs::read_to_string(world.work().join(format!("cases/{part}.jsonl"))).expect("written");
            assert!(!holes.contains(path), "{holes}");
        }
    };
    check("table.csv", &pointer, None);
    check("study.ipynb", &notebook, None);
    check("client/api.ts", &generated, Some("client/** linguist-generated\n"));
}

#[test]
fn the_funnel_is_printed() {
    let world = World::new();
    history(&world, 40);
    let document = world.run(&["skill", "mine", "--no-model", "--json"]).json();
    let sum = |path: &str| -> u64 {
        let stages = document[path].as_array().expect("stages");
        stages.iter().map(|stage| stage["rules"].as_u64().expect("a number")).sum()
    };
    let proposed = document["candidates"].as_array().expect("candidates").len() as u64;
    assert_eq!(Some(sum("funnel") + proposed), document["considered"].as_u64(), "{document}");
    let mined = world.run(&["skill", "mine", "--no-model", "-v"]);
    assert!(mined.out.contains("rules were looked at:"), "{}", mined.out);
    assert!(mined.out.contains("nothing that was written follows it"), "{}", mined.out);
    let brief = world.run(&["skill", "mine", "--no-model"]);
    assert!(!brief.out.contains("looked at:"), "{}", brief.out);
}

#[test]
fn sources_without_edits_are_errors() {
    let world = World::new();
    let journal = world.run(&["skill", "mine", "--from", "journal"]);
    assert_eq!(journal.code, 2);
    assert!(journal.err.contains("no accepted suggestion of this workspace"), "{}", journal.err);
    history(&world, 3);
    let few = world.run(&["skill", "mine", "--no-model"]);
    assert_eq!(few.code, 0, "{}", few.err);
    assert!(few.out.contains("No rule"), "{}", few.out);
    let unknown = world.run(&["skill", "mine", "--since", "nowhere"]);
    assert_eq!(unknown.code, 2);
}
