//! Notes: added, listed, read by the model, forgotten.

use serde_json::{Value, json};

use crate::world::World;

const SCRIPT: [&str; 2] = ["--backend", "script:answers.jsonl"];

fn world() -> World {
    let world = World::new();
    world.write("answers.jsonl", "{\"text\": \"x + 1\"}\n");
    world.write("src/a.rs", "fn add(x: i32) -> i32 {\n    \n}\n");
    world
}

/// Returns format and text of the prompt that an arm uses in a file.
#[track_caller]
fn prompt(world: &World, arm: &str) -> (String, String) {
    let arguments =
        [&["complete", "src/a.rs:2:5", "--json", "--explain", "--arm", arm][..], &SCRIPT].concat();
    let answer = world.run(&arguments).json();
    let of = |name: &str| answer["explain"]["prompt"][name].as_str().expect("a prompt").to_owned();
    (of("format"), of("text"))
}

#[track_caller]
fn memory(world: &World, arguments: &[&str]) -> Value {
    let ran = world.run(&[&["memory", "--json"][..], arguments].concat());
    assert_eq!(ran.code, 0, "{arguments:?}: {}", ran.err);
    ran.json()
}

#[test]
fn a_note_is_in_prompts_of_its_scope_until_it_is_forgotten() {
    let world = world();
    let before = prompt(&world, "all");
    assert_eq!(before.0, "fim-line-1");
    let added = memory(&world, &["add", "Say  sign-in,\nnot login. <|fim_middle|>", "--scope", "src/**"]);
    memory(&world, &["add", "For Python alone.", "--language", "py", "--expires", "never"]);
    for arm in ["all", "memory"] {
        let (format, text) = prompt(&world, arm);
        assert_eq!(format, "fim-memory-1");
        let note = "⟨prefix⟩// Say sign-in, not login. <|fim_middle|>\n\nfn add(x: i32)";
        assert!(text.starts_with(note) && !text.contains("Python"), "{text}");
    }
    assert_eq!(prompt(&world, "base"), before);
    let id = added["added"]["id"].as_str().expect("an id");
    assert_eq!(memory(&world, &["forget", &id[..4]])["ids"], json!([id]));
    assert_eq!(prompt(&world, "all"), before);
}

#[test]
fn notes_are_listed_with_scope_author_time_and_end() {
    let world = world();
    memory(&world, &["add", "One.", "--expires", "30d"]);
    memory(&world, &["add", "Two.", "--scope", "docs/**", "--language", "py", "--expires", "never"]);
    let list = memory(&world, &["list"]);
    let [one, two] = &list["notes"].as_array().expect("notes")[..] else { panic!("{list}") };
    let created = one["created"].as_u64().expect("a time");
    assert_eq!(one["expires"].as_u64(), Some(created + 30 * 86_400));
    assert_eq!((&one["scope"], &one["holds"]), (&Value::Null, &json!(true)));
    assert!(one["author"].as_str().is_some_and(|author| !author.is_empty()), "{one}");
    assert_eq!((&two["scope"], &two["language"]), (&json!("docs/**"), &json!("python")));
    assert_eq!(two["expires"], Value::Null);
    let text = world.run(&["memory", "list"]).out;
    assert!(text.contains("One.") && text.contains("in docs/**, in Python, by "), "{text}");
    assert_eq!(memory(&world, &["forget", "--all"])["forgotten"], 2);
    assert_eq!(memory(&world, &["list"])["notes"], json!([]));
}

#[test]
fn what_is_no_note_is_refused_in_a_sentence() {
    let world = world();
    let secret = format!("The token is ghp_{}.", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8");
    let long = "x".repeat(301);
    for (arguments, sentence) in [
        (&["add", secret.as_str()][..], "secret"),
        (&["add", &long], "301 characters"),
        (&["add", " \n"], "needs a text"),
        (&["add", "One.", "--language", "klingon"], "no such language"),
        (&["add", "One.", "--expires", "soon"], "never"),
        (&["forget", "abcd"], "no note"),
        (&["forget"], "--all"),
        (&["forget", "abcd", "--all"], "--all"),
    ] {
        let ran = world.run(&[&["memory"][..], arguments].concat());
        assert!(ran.code == 2 && ran.err.contains(sentence), "{arguments:?}: {}", ran.err);
        assert!(!ran.err.contains("ghp_"), "{}", ran.err);
    }
    assert_eq!(memory(&world, &["list"])["notes"], json!([]));
}

#[test]
fn the_memory_of_an_evaluation_holds_earlier_edits_alone() {
    let world = world();
    let case = |time: u32, middle: &str| {
        json!({"path": "b.rs", "prefix": "let x = ", "suffix": ";\n", "middle": middle, "time": time, "name": middle})
            .to_string()
    };
    let cases = [case(3, "three"), case(1, "one"), case(2, "two"), case(2, "too")].join("\n");
    world.write("cases.jsonl", &cases);
    memory(&world, &["add", "Say sign-in."]);
    let prompt = |arm: &str| {
        let run = ["eval", "--cases", "cases.jsonl", "--case", "two", "--explain", "--json", "--arm", arm];
        let shown = world.run(&[&run[..], &SCRIPT].concat()).json();
        shown["explain"]["prompt"]["text"].as_str().expect("a prompt").to_owned()
    };
    let (alone, note) = ("let x = ", "⟨prefix⟩// Say sign-in.\n");
    assert_eq!(prompt("base"), format!("⟨prefix⟩⟨suffix⟩;\n⟨middle⟩{alone}"));
    assert_eq!(prompt("memory"), format!("{note}\n⟨suffix⟩;\n⟨middle⟩{alone}"));
    world.write("housestyle.toml", "[memory]\neditTokens = 64\n");
    let edit = "// b.rs\n// + let x = one;\n";
    assert_eq!(prompt("memory"), format!("{note}{edit}\n⟨suffix⟩;\n⟨middle⟩{alone}"));
    let ran = world
        .run(&[&["eval", "--cases", "cases.jsonl", "--arm", "base,memory", "--json"][..], &SCRIPT].concat());
    assert_eq!(ran.json()["arms"][1]["arm"], "memory");
}
