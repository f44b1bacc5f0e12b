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

#[test]
#[cfg(unix)]
fn every_program_of_vs_code_on_the_path_is_asked() {
    use std::os::unix::fs::PermissionsExt;

    let world = world();
    for (name, extensions) in [("code", ""), ("codium", "housestyle.housestyle@0.1.0"), ("code-server", "")] {
        let program = world.write(&format!("bin/{name}"), &format!("#!/bin/sh\necho '{extensions}'\n"));
        std::fs::set_permissions(program, std::fs::Permissions::from_mode(0o755)).expect("set");
    }
    let path = format!("{}:/usr/bin:/bin", world.work().join("bin").display());
    let tried = world
        .command(&["try", "--backend", "script:answers.jsonl"])
        .env("PATH", path)
        .output()
        .expect("it runs");
    let out = String::from_utf8(tried.stdout).expect("UTF-8");
    let out = out.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in [
        "The extension 0.1.0 is installed in `codium`",
        "`code` and `code-server` are on the path.",
        "`housestyle.server.path`",
        "code --install-extension",
        "code-server --install-extension",
    ] {
        assert!(out.contains(part), "{part:?} is not in {out}");
    }
    assert!(!out.contains("codium --install-extension"), "{out}");
}
