//! `eval` over a script.

use crate::world::World;

const CASES: &str = "\
{\"path\": \"a.rs\", \"prefix\": \"fn f() {\\n    let x = \", \"suffix\": \"\\n}\\n\", \"middle\": \"five();\", \"time\": 1, \"name\": \"five\"}
{\"path\": \"a.rs\", \"prefix\": \"fn g() {\\n    let y = \", \"suffix\": \"\\n}\\n\", \"middle\": \"six();\", \"time\": 2}
";

fn world() -> World {
    let world = World::new();
    world.write("answers.jsonl", "{\"text\": \"five();\"}\n");
    world.write("cases.jsonl", CASES);
    world
}

#[test]
fn the_figures_are_those_of_the_contract() {
    let world = world();
    let ran = world.run(&[
        "eval",
        "--cases",
        "cases.jsonl",
        "--backend",
        "script:answers.jsonl",
        "--json",
        "--per-case",
        "each.jsonl",
    ]);
    let report = ran.json();
    assert_eq!(report["cases"], 2);
    let arm = &report["arms"][0];
    assert_eq!(
        (arm["arm"].as_str(), arm["exact"].as_f64(), arm["shown"].as_f64()),
        (Some("base"), Some(0.5), Some(1.0))
    );
    for figure in ["first_line_exact", "edit_similarity", "nll_per_token", "nll_per_token_with_end"] {
        assert!(arm.get(figure).is_some(), "{figure}");
    }
    assert!(arm["latency_ms"]["p50"].is_number() && arm["latency_ms"]["p95"].is_number());
    assert_eq!(report["paired"], serde_json::json!([]));
    let each = std::fs::read_to_string(world.work().join("each.jsonl")).expect("written");
    let names: Vec<String> = each
        .lines()
        .map(|line| {
            serde_json::from_str::<serde_json::Value>(line).expect("JSON")["name"]
                .as_str()
                .unwrap_or("")
                .to_owned()
        })
        .collect();
    assert_eq!(names, ["five", "a.rs"]);
}

#[test]
fn an_interrupted_run_goes_on() {
    let world = world();
    let eval = |more: &[&str]| {
        let backend = ["eval", "--cases", "cases.jsonl", "--backend", "script:answers.jsonl", "--json"];
        world.run(&[backend.as_slice(), &["--per-case", "each.jsonl"], more].concat())
    };
    assert_eq!(eval(&[]).json()["arms"][0]["exact"], 0.5);
    let whole = std::fs::read_to_string(world.work().join("each.jsonl")).expect("written");
    world.write("each.jsonl", &whole[..whole.len() - 40]);
    world.write("answers.jsonl", "{\"text\": \"six();\"}\n");
    let again = eval(&["--arm", "base,memory"]);
    assert!(again.err.contains("has 1 results of this run"), "{}", again.err);
    // The first case keeps its result, and all others get the new answer.
    let exact = |arm: usize| again.json()["arms"][arm]["exact"].as_f64();
    assert_eq!((exact(0), exact(1)), (Some(1.0), Some(0.5)));
    let lines = std::fs::read_to_string(world.work().join("each.jsonl")).expect("written");
    assert!(lines.starts_with(whole.lines().next().expect("a line")) && lines.lines().count() == 4);
    let refused = eval(&["--arm", "base"]);
    assert!(
        refused.code == 2 && refused.err.contains("each.jsonl: line 3 is of a run with other"),
        "{}",
        refused.err
    );
    let ran = world.run(&[
        "eval",
        "--cases",
        "cases.jsonl",
        "--backend",
        "script:answers.jsonl",
        "--per-case",
        "cases.jsonl",
    ]);
    assert!(ran.code == 2 && ran.err.contains("line 1 is no result"), "{}", ran.err);
    assert_eq!(std::fs::read_to_string(world.work().join("cases.jsonl")).expect("there"), CASES);
}

#[test]
fn the_edits_of_a_case_are_in_its_prompt_and_not_those_of_earlier_cases() {
    let world = world();
    let edit = "{\"path\": \"b.rs\", \"removed\": [\"old_name();\"], \"added\": [\"new_name();\"]}";
    let last = CASES.lines().nth(1).expect("a case");
    let session = last.replace("\"time\": 2", &format!("\"time\": 1730419200, \"edits\": [{edit}]"));
    world.write("cases.jsonl", &format!("{}\n{session}\n{last}\n", CASES.lines().next().expect("a case")));
    world.write("housestyle.toml", "[memory]\neditTokens = 128\n");
    let prompt = |case: &str| {
        let eval = ["eval", "--cases", "cases.jsonl", "--backend", "script:answers.jsonl", "--arm", "memory"];
        world.run(&[eval.as_slice(), &["--case", case, "--explain"]].concat()).out
    };
    let [own, earlier] = ["2", "3"].map(prompt);
    assert!(own.contains("new_name();") && !own.contains("let x = five();"), "{own}");
    assert!(earlier.contains("let x = five();") && !earlier.contains("new_name();"), "{earlier}");
    let ran = world.run(&["eval", "--cases", "cases.jsonl", "--backend", "script:answers.jsonl"]);
    assert!(ran.out.contains("1 cases, model") && ran.out.contains("after October 2024"), "{}", ran.out);
}

#[test]
fn one_case_is_shown_with_all_that_happened() {
    let world = world();
    for name in ["five", "1"] {
        let ran = world.run(&[
            "eval",
            "--cases",
            "cases.jsonl",
            "--backend",
            "script:answers.jsonl",
            "--case",
            name,
            "--explain",
        ]);
        for part in ["⟨prefix⟩", "raw text", "wanted     \"five();\"", "exact true"] {
            assert!(ran.out.contains(part), "{part:?} is not in\n{}{}", ran.out, ran.err);
        }
    }
    let ran =
        world.run(&["eval", "--cases", "cases.jsonl", "--backend", "script:answers.jsonl", "--case", "none"]);
    assert_eq!(ran.code, 2);
}

#[test]
fn arms_that_nothing_was_learned_for_are_refused_in_a_sentence() {
    let world = world();
    for (arm, why) in [
        ("adapter", "housestyle learn"),
        ("base,skills", "no skill is approved"),
        ("starter", "can be run"),
        ("base,phrases", "can be run"),
    ] {
        let ran =
            world.run(&["eval", "--cases", "cases.jsonl", "--backend", "script:answers.jsonl", "--arm", arm]);
        assert_eq!(ran.code, 2, "{arm}");
        assert!(ran.err.contains(why), "{}", ran.err);
    }
    world.write("cases.jsonl", "{\"path\": 1}\n");
    let ran = world.run(&["eval", "--cases", "cases.jsonl", "--backend", "script:answers.jsonl"]);
    assert!(ran.code == 2 && ran.err.contains("line 1"), "{}", ran.err);
}
