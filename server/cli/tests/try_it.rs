//! `try` over a script.

use crate::world::World;

fn world() -> World {
    let world = World::new();
    world.write("answers.jsonl", "{\"text\": \"compute(1, 2);\"}\n");
    for name in ["a", "b", "c"] {
        let filler = "// filler\n".repeat(50);
        world.write(&format!("src/{name}.rs"), &format!("{filler}    let {name} = compute(1, 2);\n{filler}"));
    }
    world
}

#[test]
fn three_places_the_editor_and_what_next() {
    let ran = world().run(&["try", "--backend", "script:answers.jsonl"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    for part in [
        "src/a.rs:51:",
        "src/b.rs:51:",
        "src/c.rs:51:",
        "the same",
        "Nothing was proposed",
        "Neovim",
        "VS Code",
        "housestyle doctor",
    ] {
        assert!(ran.out.contains(part), "{part:?} is not in\n{}", ran.out);
    }
    assert!(!ran.out.contains('\x1b'), "colours without a terminal");
}

#[test]
fn json_holds_the_places_and_the_rule() {
    let report = world().run(&["try", "--backend", "script:answers.jsonl", "--json"]).json();
    assert_eq!(report["places"].as_array().map(Vec::len), Some(3));
    assert!(report["rule"].is_string());
    let place = &report["places"][0];
    assert_eq!(
        (place["stood"].as_str(), place["same"].as_bool()),
        (Some("compute(1, 2);"), Some(true)),
        "{report}"
    );
}

#[test]
fn an_empty_folder_is_no_error() {
    let world = World::new();
    world.write("answers.jsonl", "{\"text\": \"x\"}\n");
    let ran = world.run(&["try", "--backend", "script:answers.jsonl"]);
    assert!(ran.code == 0 && ran.out.contains("housestyle try DIR"), "{}{}", ran.out, ran.err);
}
