//! Exit codes, help, global flags.

use crate::world::World;

#[test]
fn usage_errors_are_2_and_a_missing_model_is_3() {
    let world = World::new();
    world.write("a.rs", "fn main() {}\n");
    world.write("cases.jsonl", r#"{"path": "a.rs", "prefix": "", "suffix": "", "middle": "fn", "time": 1}"#);
    for arguments in [
        &["frobnicate"][..],
        &[],
        &["complete", "a.rs"],
        &["complete", "nowhere.rs:1:1"],
        &["complete", "a.rs:9:1"],
        &["complete", "a.rs:1:1", "--arm", "adapter"],
        &["complete", "a.rs:1:1", "--backend", "script:nowhere.jsonl"],
        &["--workspace", "nowhere", "why"],
        &["model", "pull", "unknown"],
        &["eval", "--cases", "nowhere.jsonl"],
        &["try", "nowhere"],
        &["learn"], // there is no repository
        &["learn", "--from", "nowhere.jsonl"],
        &["learn", "--budget", "10"],
        &["journal", "forget"],
        &["journal", "forget", "--everything", "--last", "2h"],
        &["journal", "forget", "--last", "soon"],
        &["audit"],
        &["memory"],
        &["memory", "forget"],
        &["skill"],
        &["skill", "show", "nothing"],
        &["skill", "reject", "nothing"],
    ] {
        let ran = world.run(arguments);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{arguments:?}: {}", ran.err);
        assert!(!ran.err.is_empty(), "{arguments:?}");
    }
    for arguments in [
        &["complete", "a.rs:1:1"][..],
        &["bench"],
        &["model", "path"],
        &["model", "verify"],
        &["model", "pull", "--offline"],
        &["try", "--offline"],
        &["learn", "--from", "cases.jsonl"],
        &["complete", "a.rs:1:1", "--model", "nowhere.gguf"],
    ] {
        let ran = world.run(arguments);
        assert_eq!(ran.code, 3, "{arguments:?}: {}", ran.err);
        assert!(!ran.err.is_empty(), "{arguments:?}");
    }
}

#[test]
fn every_command_has_help_with_its_flags() {
    let world = World::new();
    let all = world.run(&["--help"]);
    assert_eq!(all.code, 0);
    for command in [
        "serve", "try", "model", "complete", "eval", "replay", "doctor", "why", "bench", "learn", "adapter",
        "journal", "audit", "memory", "skill",
    ] {
        assert!(all.out.contains(&format!("\n  {command} ")), "{command} is not in the help");
        let help = world.run(&[command, "--help"]);
        assert_eq!(help.code, 0, "{command}");
        for flag in ["--workspace", "--model", "--offline", "--json", "-v"] {
            assert!(help.out.contains(flag), "{flag} is not in the help of {command}");
        }
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let world = World::new();
    let mut child =
        world.command(&["model", "list"]).stdout(std::process::Stdio::piped()).spawn().expect("runs");
    drop(child.stdout.take());
    assert_eq!(child.wait().expect("ends").code(), Some(0));
}

#[test]
fn doctor_names_what_is_missing_and_wrong() {
    let world = World::new();
    world.write("housestyle.toml", "maxLines = \"many\"\n");
    let ran = world.run(&["doctor", "--json"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    let report = ran.json();
    assert_eq!(report["ok"], false);
    let find = |name: &str| {
        let checks = report["checks"].as_array().expect("checks");
        checks.iter().find(|check| check["name"] == name).cloned().expect("the check")
    };
    assert_eq!(find("model")["verdict"], "fail");
    assert!(find("model")["advice"].as_str().is_some_and(|advice| advice.contains("housestyle model pull")));
    assert_eq!(find("threads")["verdict"], "ok");
    assert_eq!(find("configuration")["verdict"], "warn");
    assert!(find("configuration")["detail"].as_str().is_some_and(|detail| detail.contains("maxLines")));
    world.write("housestyle.toml", "maxLines = = 1\n");
    assert!(world.run(&["doctor"]).out.contains("fail  configuration"));
}
