//! `learn`, and its effect in `eval`, on a tiny model.

use housestyle_testkit::tiny::Tiny;

use crate::world::World;

/// A world with a model that knows no holes, as a random one fails at them.
fn world() -> World {
    let world = World::new();
    let model = world.write("tiny.gguf", "");
    std::fs::write(model, Tiny { fim: false, ..Tiny::default() }.gguf()).expect("written");
    let text = "let total = total + rows[index].amount;\\n".repeat(3);
    let case = |time: u32| {
        format!(
            "{{\"path\": \"src/a.rs\", \"prefix\": \"{text}let total = \", \"suffix\": \"\\n\", \
             \"middle\": \"total + rows[index].amount;\", \"time\": {time}}}\n"
        )
    };
    world.write("early.jsonl", &case(1));
    world.write("later.jsonl", &case(2));
    world
}

#[test]
fn learned_phrases_make_held_out_edits_likelier() {
    let world = world();
    let eval = ["eval", "--cases", "later.jsonl", "--arm", "base,phrases", "--model", "tiny.gguf", "--json"];
    let ran = world.run(&eval);
    assert!(ran.code == 2 && ran.err.contains("run `housestyle learn`"), "{}", ran.err);
    let made = world.run(&["learn", "--from", "early.jsonl", "--model", "tiny.gguf", "--json"]).json();
    let phrases = &made["phrases"];
    assert_eq!((phrases["files"].as_u64(), phrases["edits"].as_u64()), (Some(1), Some(1)), "{made}");
    let report = world.run(&eval).json();
    let nats = |arm: usize| report["arms"][arm]["nll_per_token"].as_f64().expect("nats");
    assert!(nats(1) < 0.9 * nats(0), "{report}");
    assert_eq!(report["paired"][0]["arm"], "phrases");
    // The arm before it in the list is untouched by it.
    let alone = world.run(&["eval", "--cases", "later.jsonl", "--model", "tiny.gguf", "--json"]).json();
    assert_eq!(alone["arms"][0]["nll_per_token"], report["arms"][0]["nll_per_token"]);
}

#[test]
fn phrase_weights_are_fitted_to_held_out_edits_where_there_are_enough() {
    let world = world();
    let learn = ["learn", "--from", "early.jsonl", "--model", "tiny.gguf", "--only", "phrases", "--json"];
    let few = world.run(&learn).json();
    assert_eq!(few["phrases"]["fit"], serde_json::Value::Null, "one time alone: {few}");
    let case = |n: usize| {
        format!(
            "{{\"path\": \"src/a{n}.rs\", \"prefix\": \"let total = \", \"suffix\": \"\\n\", \
             \"middle\": \"total + rows[index].amount * {n};\", \"time\": {n}}}\n"
        )
    };
    world.write("early.jsonl", &(1..60).map(case).collect::<String>());
    let made = world.run(&learn).json();
    let fit = &made["phrases"]["fit"];
    let nats = |name: &str| fit[name].as_f64().expect("nats");
    assert!(fit["edits"] == 12 && fit["tokens"].as_u64() > Some(150), "{made}");
    assert!(nats("fitted") < nats("before") && nats("before") < nats("alone"), "{made}");
    let output = world.run(&learn[..7]);
    assert!(output.out.contains("their weight is fitted to"), "{}", output.out);
    let eval = ["eval", "--cases", "later.jsonl", "--arm", "base,phrases", "--model", "tiny.gguf", "--json"];
    let report = world.run(&eval).json();
    let measured = |arm: usize| report["arms"][arm]["nll_per_token"].as_f64().expect("nats");
    assert!(measured(1) < measured(0), "{report}");
}

#[test]
fn a_damaged_cache_is_reported_and_made_anew() {
    let world = world();
    let learn = ["learn", "--from", "early.jsonl", "--model", "tiny.gguf", "--json"];
    let file = world.run(&learn).json()["phrases"]["file"].as_str().expect("a file").to_owned();
    let whole = std::fs::read(&file).expect("written");
    std::fs::write(&file, &whole[..whole.len() / 2]).expect("written");
    let complete = ["complete", "later.jsonl:1:1", "--arm", "phrases", "--model", "tiny.gguf"];
    let ran = world.run(&complete);
    assert!(
        ran.code == 2 && ran.err.contains("damaged") && ran.err.contains("housestyle learn"),
        "{}",
        ran.err
    );
    assert_eq!(world.run(&learn).code, 0);
    assert_eq!(std::fs::read(&file).expect("written"), whole, "the same again");
    assert_eq!(world.run(&complete).code, 0);
}

/// Returns an edit of a team that always writes the same way.
pub(crate) fn edit(n: usize) -> String {
    format!(
        "{{\"path\": \"src/a{n}.rs\", \"prefix\": \"let total = \", \"suffix\": \"\\n\", \
         \"middle\": \"total + rows[index].amount * {n};\", \"time\": {n}}}\n"
    )
}

const ADAPTER: [&str; 9] =
    ["learn", "--from", "edits.jsonl", "--only", "adapter", "--edits", "60", "--model", "tiny.gguf"];

#[test]
fn an_adapter_is_trained_judged_and_measured_and_the_same_edits_give_the_same_bytes() {
    let world = world();
    world.write("edits.jsonl", &(1..80).map(edit).collect::<String>());
    let learn = [&ADAPTER[..], &["--json"]].concat();
    let eval = ["eval", "--cases", "later.jsonl", "--arm", "base,adapter", "--model", "tiny.gguf", "--json"];
    let ran = world.run(&eval);
    assert!(ran.code == 2 && ran.err.contains("housestyle learn"), "{}", ran.err);
    let made = world.run(&learn).json();
    let adapter = &made["adapter"];
    assert_eq!(
        (adapter["edits"].as_u64(), adapter["version"]["number"].as_u64()),
        (Some(60), Some(1)),
        "{made}"
    );
    assert!(
        made["phrases"].is_null() && adapter["control"]["steps"] == adapter["training"]["steps"],
        "{made}"
    );
    let checks = adapter["gate"]["checks"].as_array().expect("checks");
    let names: Vec<&str> = checks.iter().filter_map(|check| check["name"].as_str()).collect();
    assert_eq!(
        names,
        [
            "later edits",
            "foreign control",
            "core suite",
            "planted secrets",
            "insecure continuations",
            "authors"
        ]
    );
    let figures = &adapter["gate"]["figures"];
    assert!(figures["against_reference"]["diff"].as_f64() < Some(0.0), "it learned something: {figures}");
    assert!(figures["edits"].as_u64() >= Some(11) && figures["exposure_bits"].is_number(), "{figures}");
    let report = world.run(&eval).json();
    let nats = |arm: usize| report["arms"][arm]["nll_per_token"].as_f64().expect("nats");
    assert!(nats(1) < nats(0), "{report}");
    // A candidate serves nobody: what `complete` would show is what the model shows without it.
    let shown = world.run(&["complete", "later.jsonl:1:1", "--model", "tiny.gguf", "--json"]).json();
    assert!(shown["adapter"].is_null(), "{shown}");
    let id = adapter["version"]["id"].as_str().expect("an id");
    let show = world.run(&["adapter", "show", "1", "--model", "tiny.gguf", "--json"]).json();
    assert_eq!(show["report"]["adapter"], id, "{show}");
    let spans = show["manifest"]["spans"].as_array().expect("spans");
    assert!(spans.len() == 60 && spans.iter().all(|span| span["case"].is_string()), "{show}");
    let again = world.run(&learn).json();
    assert_eq!(again["adapter"]["version"]["id"], id, "the same bytes");
    world.write("few.jsonl", &(1..8).map(edit).collect::<String>());
    let few = world.run(&["learn", "--from", "few.jsonl", "--only", "adapter", "--model", "tiny.gguf"]);
    assert!(few.code == 1 && few.err.contains("too few"), "{}", few.err);
}

#[test]
fn two_do_not_train_in_one_workspace() {
    let world = world();
    let listed = world.run(&["adapter", "list", "--json"]).json();
    let state = std::path::PathBuf::from(listed["folder"].as_str().expect("a folder"));
    let learning = state.parent().expect("the workspace's state").join("learning");
    std::fs::create_dir_all(&learning).expect("made");
    let lock = std::fs::File::create(learning.join("lock")).expect("made");
    lock.lock().expect("locked");
    let learn = ["learn", "--from", "early.jsonl", "--only", "adapter", "--model", "tiny.gguf"];
    let ran = world.run(&learn);
    assert!(ran.code == 3 && ran.err.contains("another `housestyle learn`"), "{} {}", ran.code, ran.err);
    drop(lock);
    let ran = world.run(&learn);
    assert!(ran.code == 1 && ran.err.contains("too few"), "{} {}", ran.code, ran.err);
}

/// Returns the files in which an interrupted training goes on.
fn checkpoints(world: &World) -> Vec<std::path::PathBuf> {
    let Ok(folders) = std::fs::read_dir(world.home().join("state/workspaces")) else { return Vec::new() };
    let learning = folders.flatten().map(|folder| folder.path().join("learning"));
    let files = learning.filter_map(|folder| std::fs::read_dir(folder).ok()).flatten().flatten();
    files.map(|file| file.path()).filter(|path| path.extension() == Some("checkpoint".as_ref())).collect()
}

#[test]
fn a_training_that_is_killed_goes_on_and_comes_to_the_same_bytes() {
    let learn = [&ADAPTER[..], &["--json"]].concat();
    let whole = world();
    whole.write("edits.jsonl", &(1..80).map(edit).collect::<String>());
    let whole = whole.run(&learn).json();
    let world = world();
    world.write("edits.jsonl", &(1..80).map(edit).collect::<String>());
    let mut child = world.command(&learn).stdout(std::process::Stdio::null()).spawn().expect("started");
    while checkpoints(&world).is_empty() && child.try_wait().expect("asked").is_none() {
        std::thread::yield_now();
    }
    child.kill().expect("killed");
    child.wait().expect("ended");
    assert_eq!(checkpoints(&world).len(), 1, "it was killed while it trained");
    let listed = world.run(&["adapter", "list", "--json"]).json();
    assert_eq!(listed["versions"].as_array().map(Vec::len), Some(0), "{listed}");
    let after = world.run(&learn).json();
    let training = |made: &serde_json::Value, key: &str| made["adapter"]["training"][key].clone();
    assert_eq!(after["adapter"]["version"]["id"], whole["adapter"]["version"]["id"]);
    assert!(training(&after, "tokens").as_u64() < training(&whole, "tokens").as_u64(), "it went on: {after}");
    assert!(checkpoints(&world).is_empty(), "nothing is left of it");
}

/// A limit on the size of files stands for a disk that is full: writing fails in the middle of one.
#[cfg(unix)]
#[test]
fn a_full_disk_is_reported_and_existing_files_stay() {
    let world = world();
    world.write("edits.jsonl", &(1..80).map(edit).collect::<String>());
    let command = world.command(&[]);
    let limited = |blocks: usize| {
        let mut shell = std::process::Command::new("sh");
        // The signal is ignored, so that the write fails as it does on a full disk.
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
        shell.arg("-c").arg(script).arg(command.get_program()).args(ADAPTER);
        shell.current_dir(world.work());
        shell.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        shell.output().expect("a shell")
    };
    let ran = limited(8);
    let output = String::from_utf8_lossy(&ran.stderr).into_owned();
    assert_eq!(ran.status.code(), Some(3), "{output}");
    assert!(output.contains("checkpoint"), "{output}");
    let listed = world.run(&["adapter", "list", "--json"]).json();
    assert_eq!(listed["versions"].as_array().map(Vec::len), Some(0), "{listed}");
    let made = world.run(&ADAPTER);
    assert!(made.code == 0 || made.code == 1, "{}", made.err);
    let listed = world.run(&["adapter", "list", "--json"]).json();
    assert_eq!(listed["versions"].as_array().map(Vec::len), Some(1), "{listed}");
}
