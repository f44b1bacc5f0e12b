//! `replay` and `cases` over a small history.

use git2::{Repository, Signature, Time};
use housestyle_testkit::tiny::Tiny;

use crate::world::World;

const WORDS: [&str; 12] = [
    "none", "alpha", "beta", "gamma", "delta", "harbour", "lantern", "meadow", "orchard", "pebble", "quarry",
    "willow",
];

/// Makes a history of twelve commits in the work folder, and a script that is right now and then.
fn world() -> World {
    world_of(&WORDS)
}

/// Makes a history of a commit for each word.
fn world_of(words: &[&str]) -> World {
    let world = World::new();
    let repository = Repository::init(world.work()).expect("a repository");
    let mut text = String::from("fn start() {\n}\n");
    for (n, word) in words.iter().enumerate() {
        if n > 0 {
            text.push_str(&format!(
                "\nfn {word}_{}(item: &Item) -> Result<(), Error> {{\n    let {word} = item.{word}()?;\n    store({word}, \"<{n}>\");\n    Ok(())\n}}\n",
                word.len()
            ));
        }
        commit(&repository, &format!("Commit {n}"), 1_000_000 + 1000 * n as i64, &text);
    }
    world.write("answers.jsonl", "{\"text\": \"Ok(())\"}\n");
    world
}

fn commit(repository: &Repository, message: &str, time: i64, text: &str) {
    commit_file(repository, message, time, "a.rs", text);
}

fn commit_file(repository: &Repository, message: &str, time: i64, path: &str, text: &str) {
    let parent = repository.head().ok().and_then(|head| head.peel_to_commit().ok());
    let before = parent.as_ref().map(|parent| parent.tree().expect("a tree"));
    let blob = repository.blob(text.as_bytes()).expect("written");
    let mut tree = repository.treebuilder(before.as_ref()).expect("a tree");
    tree.insert(path, blob, 0o100_644).expect("inserted");
    let tree = repository.find_tree(tree.write().expect("written")).expect("there");
    let who = Signature::new("Ann", "ann@x.org", &Time::new(time, 0)).expect("a name");
    let parents: Vec<_> = parent.iter().collect();
    repository.commit(Some("HEAD"), &who, &who, message, &tree, &parents).expect("committed");
}

const REPLAY: [&str; 5] = ["replay", "--backend", "script:answers.jsonl", "--holdout", "0.4"];

/// Returns the arguments of a replay with more of them.
fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    REPLAY.iter().chain(more).copied().collect()
}

/// Returns the file of rows.
fn rows(world: &World) -> std::path::PathBuf {
    let folders = std::fs::read_dir(world.home().join("state/workspaces")).expect("state");
    let files =
        folders.flat_map(|folder| std::fs::read_dir(folder.expect("a folder").path()).expect("files"));
    let mut files = files.map(|file| file.expect("a file").path());
    files.find(|path| path.extension() == Some("jsonl".as_ref())).expect("rows")
}

#[test]
fn a_history_is_predicted_and_reported_in_the_documented_form() {
    let world = world();
    let ran = world.run(&with(&["--json", "--report", "replay.html"]));
    assert_eq!(ran.code, 0, "{}", ran.err);
    let result = ran.json();
    let cases = result["cases"].as_u64().expect("a number");
    assert!(cases >= 4 && result["commits"].as_u64() > Some(1), "{result}");
    assert_eq!((result["arms"][0]["arm"].as_str(), result["complete"].as_bool()), (Some("base"), Some(true)));
    assert!(result["arms"][0]["shown"].as_f64() > Some(0.0), "{result}");
    let absent: Vec<_> =
        result["absent"].as_array().expect("a list").iter().map(|a| a["arm"].clone()).collect();
    assert!(absent.contains(&"adapter".into()) && !absent.contains(&"base".into()), "{absent:?}");
    let html = std::fs::read_to_string(world.work().join("replay.html")).expect("a page");
    assert!(
        html.contains("Replay of work") && html.contains("<table>") && !html.contains("<script"),
        "{html}"
    );
}

#[test]
fn what_was_measured_is_not_measured_again() {
    let world = world();
    let first = world.run(&with(&["--json"])).json();
    let path = rows(&world);
    let text = std::fs::read_to_string(&path).expect("rows");
    assert_eq!(text.lines().count() as u64, first["cases"].as_u64().expect("a number"));
    // As if it had been killed while it wrote the third row.
    let third: Vec<&str> = text.lines().take(3).collect();
    std::fs::write(&path, &third.join("\n")[..third.join("\n").len() - 10]).expect("torn");
    let again = world.run(&with(&["--json"])).json();
    assert_eq!((&again["cases"], &again["arms"][0]["exact"]), (&first["cases"], &first["arms"][0]["exact"]));
    let after = std::fs::read_to_string(&path).expect("rows");
    assert!(after.starts_with(&third[..2].join("\n")), "the first two are as they were");
    world.run(&with(&["--json"]));
    assert_eq!(std::fs::read_to_string(&path).expect("rows"), after);
    let fewer = world.run(&with(&["--json", "--limit", "2"])).json();
    assert_eq!(fewer["cases"], 2);
}

#[test]
fn without_a_history_an_error_says_so() {
    let world = World::new();
    world.write("answers.jsonl", "{\"text\": \"x\"}\n");
    let repository = Repository::init(world.work()).expect("a repository");
    let ran = world.run(&REPLAY);
    assert!(
        ran.code == 3 && ran.err.contains("no commit on its current branch yet"),
        "{} {}",
        ran.code,
        ran.err
    );
    commit(&repository, "Begin", 1, "fn a() {}\n");
    let ran = world.run(&REPLAY);
    assert!(ran.code == 2 && ran.err.contains("there is nothing to predict"), "{} {}", ran.code, ran.err);
    let ran = world.run(&with(&["--arms", "none"]));
    assert!(ran.code == 2 && ran.err.contains("the arms are base, starter"), "{}", ran.err);
}

/// Puts a tiny model into the work folder.
fn put_model(world: &World) {
    std::fs::write(world.work().join("tiny.gguf"), Tiny { fim: false, ..Tiny::default() }.gguf())
        .expect("written");
}

const ON_TINY: [&str; 8] = ["replay", "--model", "tiny.gguf", "--holdout", "0.4", "--limit", "6", "--json"];

#[test]
fn phrases_gain_and_those_of_other_text_do_not() {
    let world = world();
    put_model(&world);
    let other: String = (0..60)
        .map(|n| {
            format!(
                "{{\"path\": \"b{n}.py\", \"prefix\": \"import os\\nprint(\", \"suffix\": \")\\n\", \"middle\": \"os.sep * {n}\"}}\n"
            )
        })
        .collect();
    world.write("other.jsonl", &other);
    let all: Vec<&str> = ON_TINY.iter().copied().chain(["--control", "other.jsonl"]).collect();
    let ran = world.run(&all);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let result = ran.json();
    let names: Vec<&str> =
        result["arms"].as_array().expect("arms").iter().filter_map(|arm| arm["arm"].as_str()).collect();
    assert_eq!(names, ["base", "phrases", "skills", "all", "foreign"], "{result}");
    let absent: Vec<_> =
        result["absent"].as_array().expect("a list").iter().map(|a| a["arm"].clone()).collect();
    assert_eq!(absent, ["starter", "memory", "adapter"]);
    let nats = |arm: usize| result["arms"][arm]["nll_per_token"].as_f64().expect("nats");
    assert!(nats(1) < 0.8 * nats(0) && nats(3) == nats(1), "{result}");
    // So short a history has no rules.
    assert_eq!(nats(2), nats(0));
    assert!(nats(4) > 0.95 * nats(0), "{result}");
    assert!(result["paired"][0]["nll_per_token"]["ci95"][1].as_f64() < Some(0.0), "{result}");
    let before = std::fs::read_to_string(rows(&world)).expect("rows");
    assert_eq!(world.run(&all).json()["arms"], result["arms"]);
    assert_eq!(std::fs::read_to_string(rows(&world)).expect("rows"), before, "nothing is measured twice");
    let wrong = world.run(&[&ON_TINY[..], &["--control", "none.jsonl"]].concat());
    assert!(wrong.code == 2 && wrong.err.contains("--control none.jsonl"), "{}", wrong.err);
}

#[test]
fn an_adapter_is_trained_once_on_earlier_commits_and_edits_are_in_the_memory() {
    let world = World::new();
    let repository = Repository::init(world.work()).expect("a repository");
    let mut texts = ["fn start() {\n}\n".to_owned(), "fn begin() {\n}\n".to_owned()];
    for n in 0..44 {
        let word = WORDS[1 + n % 11];
        // Short: a hole of more than 96 tokens is not learned, and a token of this model is a character. And each another:
        // what was there before is no case.
        let [a, b, c] = [n * 7919 + 13, n * 104_729 + 5, n * 1_299_709 + 7];
        let new = format!("\nfn {word}_{a:x}() {{\n    store_{b:x}({word}, {c:x}_{a});\n}}\n");
        texts[n % 2].push_str(&new);
        commit_file(&repository, "More", 1_000_000 + 1000 * n as i64, ["a.rs", "b.rs"][n % 2], &texts[n % 2]);
    }
    put_model(&world);
    let asked = [&ON_TINY[..], &["--arms", "adapter,memory,all", "--train", "20s"]].concat();
    let report = world.run(&[&asked[..], &["--log", "first.log"]].concat()).json();
    let trainings = |log: &str| -> usize {
        let text = std::fs::read_to_string(world.work().join(log)).unwrap_or_default();
        text.lines().filter(|line| line.contains(" training: ") && line.contains(" trained ")).count()
    };
    assert_eq!(trainings("first.log"), 1);
    let names = |report: &serde_json::Value| -> Vec<String> {
        let arms = report["arms"].as_array().expect("arms");
        arms.iter().filter_map(|arm| arm["arm"].as_str().map(str::to_owned)).collect()
    };
    assert_eq!(
        names(&report),
        ["base", "adapter", "all"],
        "nothing is remembered unless the settings say so"
    );
    assert!(report["absent"].to_string().contains("memory.editTokens"), "{report}");
    let nats = |arm: usize| report["arms"][arm]["nll_per_token"].as_f64().expect("nats");
    assert!(nats(1) < nats(0) && nats(2) < nats(1), "{report}");
    let ran = world.run(&[&asked[..], &["--log", "second.log"]].concat());
    assert_eq!(
        rounded(&ran.json()["arms"]),
        rounded(&report["arms"]),
        "the same adapter, and nothing is measured twice"
    );
    assert!(!ran.err.contains("training") && trainings("second.log") == 0, "{}", ran.err);
    let own = "prefixTokens = 100\nsuffixTokens = 50\n[memory]\neditTokens = 200\n";
    std::fs::write(world.home().join("housestyle.toml"), own).expect("written");
    let report = world.run(&asked).json();
    assert_eq!(names(&report), ["base", "memory", "adapter", "all"]);
    assert_ne!(
        report["arms"][1]["nll_per_token"], report["arms"][0]["nll_per_token"],
        "edits are in the prompt"
    );
}

/// Returns a document with its numbers to nine places: the last bit of a number can change when it is read from a file.
fn rounded(document: &serde_json::Value) -> serde_json::Value {
    match document {
        serde_json::Value::Array(items) => items.iter().map(rounded).collect(),
        serde_json::Value::Object(fields) => {
            fields.iter().map(|(name, field)| (name.clone(), rounded(field))).collect()
        }
        serde_json::Value::Number(number) => {
            number.as_f64().map(|number| (number * 1e9).round() / 1e9).into()
        }
        other => other.clone(),
    }
}

#[test]
fn later_commits_change_nothing() {
    let report = |words: &[&str]| -> Vec<serde_json::Value> {
        let world = world_of(words);
        put_model(&world);
        let asked = ["replay", "--model", "tiny.gguf", "--holdout", "0.45", "--arms", "phrases"];
        assert_eq!(world.run(&asked).code, 0);
        let text = std::fs::read_to_string(rows(&world)).expect("rows");
        text.lines().map(|line| serde_json::from_str(line).expect("a row")).collect()
    };
    let short = report(&WORDS);
    let longer = report(&[&WORDS[..], &["zenith"]].concat());
    let same = longer.iter().filter_map(|row| {
        let key = |row: &serde_json::Value| (row["arm"].clone(), row["name"].clone());
        let before = short.iter().find(|before| key(before) == key(row))?;
        Some((&before["nll"], &row["nll"], &before["text"], &row["text"]))
    });
    let same: Vec<_> = same.collect();
    assert!(same.len() >= 6, "{short:?} {longer:?}");
    assert!(same.iter().all(|(a, b, c, d)| a == b && c == d), "{same:?}");
}

#[test]
fn session_cases_are_written_and_evaluated() {
    let world = world();
    let ran = world.run(&["cases", "--from", "git", "-o", "cases.jsonl", "--json"]);
    let summary = ran.json();
    let text = std::fs::read_to_string(world.work().join("cases.jsonl")).expect("written");
    assert_eq!(summary["cases"].as_u64(), Some(text.lines().count() as u64), "{summary}");
    let last: serde_json::Value = serde_json::from_str(text.lines().last().expect("a case")).expect("JSON");
    assert!(
        last["commit"].is_string() && last["tree"].is_string() && last["edits"].as_array().is_some(),
        "{last}"
    );
    let printed = world.run(&["cases", "--from", "git", "--repository", ".", "--limit", "3"]);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(printed.out.lines().collect::<Vec<_>>(), lines[lines.len() - 3..]);
    let report =
        world.run(&["eval", "--cases", "cases.jsonl", "--backend", "script:answers.jsonl", "--json"]).json();
    assert_eq!((&report["cases"], report["recent"].is_null()), (&summary["cases"], true));
    for wrong in [
        &["cases"][..],
        &["cases", "--from", "git", "--out", "out"],
        &["cases", "--out", "out", "--limit", "3"],
        &["cases", "--from", "git", "--whole", "3"],
        &["cases", "--from", "git", "--json"],
    ] {
        assert_eq!(world.run(wrong).code, 2, "{wrong:?}");
    }
    let nowhere = world.run(&["cases", "--from", "git", "-o", "none/cases.jsonl"]);
    assert!(nowhere.code == 3 && nowhere.err.contains("writing none/cases.jsonl failed"), "{}", nowhere.err);
}

#[test]
fn cases_are_written_by_time_and_cited() {
    let world = world();
    let ran = world.run(&["cases", "--out", "out", "--holdout", "0.2", "--whole", "3", "--json"]);
    let report = ran.json();
    let read = |name: &str| -> Vec<serde_json::Value> {
        let text = std::fs::read_to_string(world.work().join("out").join(name)).expect(name);
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    };
    let [train, tune, test] = ["train.jsonl", "tune.jsonl", "test.jsonl"].map(read);
    assert_eq!(report["train"].as_u64(), Some(train.len() as u64));
    let last =
        |cases: &[serde_json::Value]| cases.last().and_then(|case| case["time"].as_f64()).expect("a time");
    assert!(
        last(&train) < tune[0]["time"].as_f64().expect("a time")
            && last(&tune) < test[0]["time"].as_f64().expect("a time")
    );
    assert!(!read("whole.jsonl").is_empty());
    let manifest: serde_json::Value =
        serde_json::from_slice(&std::fs::read(world.work().join("out/manifest.json")).expect("a manifest"))
            .expect("JSON");
    let spans = manifest["spans"].as_array().expect("spans");
    assert_eq!(spans.len(), train.len());
    let repository = Repository::open(world.work()).expect("a repository");
    for (span, case) in spans.iter().zip(&train) {
        let blob = git2::Oid::from_str(span["blob"].as_str().expect("an id")).expect("an id");
        let blob = repository.find_blob(blob).expect("there");
        let at = |n: usize| span["range"][n].as_u64().expect("a number") as usize;
        assert_eq!(&blob.content()[at(0)..at(1)], case["middle"].as_str().expect("a text").as_bytes());
        assert!(!span.to_string().contains("ann"), "{span}");
    }
}
