//! `complete` over a script.

use serde_json::json;

use crate::world::World;

fn world() -> World {
    let world = World::new();
    world.write("answers.jsonl", "{\"text\": \"Some(x + 1)\\n}\\n\"}\n");
    world.write("src/a.rs", "fn add(x: i32) -> Option<i32> {\n    \n}\n");
    world
}

#[test]
fn a_suggestion_is_plain_text_for_scripts() {
    let ran = world().run(&["complete", "src/a.rs:2:5", "--backend", "script:answers.jsonl"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, "Some(x + 1)\n"), "{}", ran.err);
}

#[test]
fn a_script_needs_no_model_and_reads_no_name_of_one() {
    let world = world();
    let complete = ["complete", "src/a.rs:2:5", "--model", "unknown"];
    let ran = world.run(&[&complete[..], &["--backend", "script:answers.jsonl"]].concat());
    assert_eq!((ran.code, ran.out.as_str()), (0, "Some(x + 1)\n"), "{}", ran.err);
    let ran = world.run(&complete);
    assert!(ran.code == 2 && ran.err.contains("there is no model \"unknown\""), "{}", ran.err);
}

#[test]
fn json_has_text_range_end_times_and_components() {
    let ran = world().run(&["complete", "src/a.rs:2:5", "--backend", "script:answers.jsonl", "--json"]);
    let answer = ran.json();
    assert_eq!(answer["text"], "Some(x + 1)");
    let place = json!({"line": 2, "column": 5});
    assert_eq!(answer["range"], json!({"start": place, "end": place}));
    assert_eq!(
        (&answer["arm"], &answer["adapter"], &answer["skills"]),
        (&json!("all"), &json!(null), &json!([]))
    );
    assert!(answer["stop"].is_string() && answer["timings_ms"]["total"].is_number(), "{answer}");
    assert_eq!(answer["model"], "script:answers.jsonl");
}

#[test]
fn columns_count_characters_and_absolute_paths_work() {
    let world = world();
    let file = world.write("b.py", "x = \"é🦀\" + \n");
    let target = format!("{}:1:12", file.display());
    let ran = world.run(&["complete", &target, "--backend", "script:answers.jsonl", "--json", "--explain"]);
    let answer = ran.json();
    assert_eq!(answer["range"]["start"], json!({"line": 1, "column": 12}));
    let prompt = answer["explain"]["prompt"]["text"].as_str().expect("a prompt");
    assert!(prompt.ends_with("x = \"é🦀\" + "), "{prompt}");
}

#[test]
fn no_suggestion_is_reported_with_its_reason() {
    let world = world();
    world.write("housestyle.toml", "enabled = false\n");
    let ran = world.run(&["complete", "src/a.rs:2:5", "--backend", "script:answers.jsonl"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, ""));
    assert!(ran.err.contains("switched off"), "{}", ran.err);
    let ran = world.run(&["complete", "src/a.rs:2:5", "--backend", "script:answers.jsonl", "--json"]);
    assert_eq!(ran.json()["reason"]["code"], "disabled");
}

#[test]
fn explaining_shows_prompt_raw_text_and_filters() {
    let ran = world().run(&["complete", "src/a.rs:2:5", "--backend", "script:answers.jsonl", "--explain"]);
    for part in ["⟨prefix⟩fn add", "⟨middle⟩", "raw text", "Some(x + 1)\n}", "filters", "suggestion"]
    {
        assert!(ran.out.contains(part), "{part:?} is not in\n{}", ran.out);
    }
}
