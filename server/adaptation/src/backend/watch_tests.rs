//! Adapters and phrases that change while the model serves: the text is that of a fresh start, whatever the caches hold.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use housestyle_complete::eval::Arm;
use housestyle_complete::generator::{
    Cancel, Flow, Generator, Limits, Prompt, PromptPart, Request, Sampling,
};
use housestyle_engine::{AdapterWeights, Config, LowRank, Target};
use housestyle_learn::phrases::{Kind, Phrases};
use housestyle_testkit::tiny::Tiny;
use housestyle_train::format::{About, Adapter, Precision, id_of, write};
use housestyle_workspace::Home;
use housestyle_workspace::adapters::record::AdapterRecord;
use housestyle_workspace::adapters::{Approver, How, Incoming, Origin, Store};
use housestyle_workspace::{Workspace, phrases, root};

use super::adapter_cache::AdapterCache;
use super::watch::Watcher;
use super::{Adaptive, Local, Setup, open_local};

struct World {
    folder: tempfile::TempDir,
    setup: Setup,
}

impl World {
    fn new() -> World {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path();
        let model = root.join("tiny.gguf");
        fs::write(&model, Tiny { fim: false, ..Tiny::default() }.gguf()).expect("written");
        let home =
            Home { models: root.join("models"), state: root.join("state"), config: root.to_path_buf() };
        let workspace = Workspace::new(root.to_path_buf(), home);
        let model = model.to_str().expect("UTF-8").to_owned();
        let setup = Setup { workspace, model: Some(model), threads: 1 };
        World { folder, setup }
    }

    /// Goes to another workspace of the same user; returns its root.
    fn go_to(&mut self, name: &str) -> PathBuf {
        let root = self.folder.path().join(name);
        fs::create_dir_all(&root).expect("made");
        let root = root::real(&root);
        self.setup.workspace = Workspace::new(root.clone(), self.setup.workspace.home().clone());
        root
    }

    /// Learns a text, as often as makes it likely; returns the phrases.
    fn learn(&self, local: &Local, text: &str) -> Phrases {
        let mut tokens = Vec::new();
        local.tokenizer().encode(&text.repeat(8), &mut tokens);
        let mut learned = Phrases::new(local.vocabulary());
        learned.insert("a.rs", Kind::File, &tokens).expect("room");
        fs::create_dir_all(self.state()).expect("made");
        fs::write(phrases::file(&self.state(), local.vocabulary()), learned.to_bytes()).expect("written");
        learned
    }

    fn state(&self) -> PathBuf {
        self.setup.workspace.state().to_path_buf()
    }

    fn store(&self) -> Store {
        Store::of(&self.setup.workspace)
    }

    /// Adds an adapter and makes it active; returns its id. Its base is the tiny model, or another.
    fn activate(&self, seed: f32, base: Option<&str>) -> String {
        let id = self.add(seed, base);
        let number = self.store().find(&id).expect("added").number;
        let how = How::Local { ungated: Some("a test".to_owned()) };
        let approver = Approver { name: "Ann".into(), email: "ann@example.com".into(), time: 1, how };
        self.store().approve(number, approver).expect("approved");
        self.store().activate(number).expect("active");
        id
    }

    /// Adds an adapter, merges its record, and makes it active; returns its id.
    fn activate_merged(&self, seed: f32) -> String {
        let id = self.add(seed, None);
        let version = self.store().find(&id).expect("added");
        let record = AdapterRecord::of(&version).expect("an adapter");
        let file = self.setup.workspace.root().join(AdapterRecord::path(&id, "adapter.json"));
        fs::create_dir_all(file.parent().expect("a folder")).expect("made");
        fs::write(file, record.bytes()).expect("written");
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", "Merge an adapter"]);
        let how = How::Merged { commit: "c".to_owned(), branch: "main".to_owned() };
        let approver = Approver { name: "Ann".into(), email: "ann@example.com".into(), time: 1, how };
        self.store().approve(version.number, approver).expect("approved");
        self.store().activate(version.number).expect("active");
        id
    }

    /// Goes to a workspace in a repository.
    fn go_to_repository(&mut self) {
        self.go_to("work");
        self.git(&["init", "--quiet", "--initial-branch", "main"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", "Begin"]);
    }

    #[track_caller]
    fn git(&self, arguments: &[&str]) {
        let who = ["-c", "user.name=Ann", "-c", "user.email=ann@example.org", "-c", "commit.gpgsign=false"];
        let root = self.setup.workspace.root();
        let run = Command::new("git").args(who).args(arguments).current_dir(root).output().expect("git runs");
        assert!(run.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&run.stderr));
    }

    fn add(&self, seed: f32, base: Option<&str>) -> String {
        let file = self.folder.path().join("tiny.gguf");
        let config = Config::of_file(&file).expect("a model");
        let (rows, columns) = Target::Down.shape(&config);
        let numbers = |count: usize| (0..count).map(|n| ((n * 7 % 13) as f32 - 6.0) * seed / 16.0).collect();
        let change = || LowRank { a: numbers(columns * 2), b: numbers(rows * 2) };
        let low_rank: BTreeMap<_, _> = (0..config.layers).map(|l| ((l, Target::Down), change())).collect();
        let weights = AdapterWeights { rank: 2, alpha: 2.0, low_rank, ..AdapterWeights::default() };
        let own = id_of(&fs::read(&file).expect("readable"));
        let about = About {
            base_sha256: base.map_or(own, str::to_owned),
            base: "tiny".to_owned(),
            architecture: "qwen2".to_owned(),
            manifest_sha256: None,
        };
        let weights = write(&Adapter { weights, about }, &config, Precision::Full).expect("writable");
        let incoming =
            Incoming { weights, config: None, manifest: None, report: None, origin: Origin::Learned };
        self.store().add(&incoming).expect("added").id.expect("an adapter")
    }

    fn weights(&self, id: &str) -> PathBuf {
        self.store().folder().join(id).join("adapter_model.safetensors")
    }

    fn watcher(&self, local: &Local) -> Watcher {
        let cache = Arc::new(Mutex::new(AdapterCache::of(64 << 20)));
        Watcher::new(&self.setup, local.vocabulary(), Arc::clone(local.tokenizer()), cache)
    }

    /// What a model writes that starts as things stand.
    fn fresh(&self) -> String {
        let mut local = open_local(&self.setup).expect("a model");
        poll(&mut self.watcher(&local), &mut local);
        text(&mut local)
    }
}

/// Looks, and lets what is new take part; returns how much that is.
fn poll(watcher: &mut Watcher, local: &mut Local) -> usize {
    let updates = watcher.poll();
    let count = updates.len();
    let mut parts = local.parts.clone();
    updates.into_iter().for_each(|update| parts.update(update));
    local.set_parts(parts).expect("fits");
    count
}

fn text(local: &mut Local) -> String {
    let part = PromptPart::Text("let total = rows.iter().sum();\nlet total = ".to_owned());
    let request = Request {
        prompt: Prompt { format: "test-1", parts: vec![part] },
        limits: Limits { max_tokens: 24, deadline: std::time::Duration::from_secs(60) },
        sampling: Sampling::GREEDY,
    };
    local.generate(&request, &Cancel::new(), &mut |_| Flow::Continue).expect("text").text
}

#[test]
fn an_activated_adapter_gives_the_text_of_a_fresh_start() {
    let world = World::new();
    let mut local = open_local(&world.setup).expect("a model");
    let mut watcher = world.watcher(&local);
    assert_eq!(poll(&mut watcher, &mut local), 0);
    let base = text(&mut local);
    let first = world.activate(1.0, None);
    assert_eq!((poll(&mut watcher, &mut local), poll(&mut watcher, &mut local)), (1, 0));
    assert_eq!(local.describe().adapter.as_deref(), Some(&first[..]));
    let of_first = text(&mut local);
    assert_eq!(of_first, world.fresh());
    let second = world.activate(-2.0, None);
    poll(&mut watcher, &mut local);
    let of_second = text(&mut local);
    assert_eq!(of_second, world.fresh());
    assert!(base != of_first && of_first != of_second && of_second != base, "{base} {of_first} {of_second}");
    // Back: it is still here, and so are its keys and values.
    fs::remove_file(world.weights(&first)).expect("removed");
    let file = fs::read(world.weights(&second)).expect("readable");
    assert!(world.store().roll_back(None).is_err(), "a file that is gone is no place to go back to");
    world.activate(1.0, None);
    fs::remove_file(world.weights(&first)).expect("removed");
    assert_eq!(poll(&mut watcher, &mut local), 1);
    assert_eq!((text(&mut local), local.describe().adapter), (of_first, Some(first)));
    assert_eq!(fs::read(world.weights(&second)).expect("readable"), file);
    let number = world.store().find(&second).expect("there").number;
    world.store().activate(number).expect("active");
    poll(&mut watcher, &mut local);
    assert_eq!((text(&mut local), local.describe().adapter), (of_second, Some(second)));
    // Back to before the first.
    fs::remove_file(world.state().join("adapters/active.json")).expect("removed");
    assert_eq!(poll(&mut watcher, &mut local), 1);
    assert_eq!((text(&mut local), local.describe().adapter), (base, None));
}

#[test]
fn an_unusable_adapter_does_not_replace_the_one_in_use() {
    let world = World::new();
    let first = world.activate(1.0, None);
    let mut local = open_local(&world.setup).expect("a model");
    let mut watcher = world.watcher(&local);
    poll(&mut watcher, &mut local);
    let before = text(&mut local);
    let check = |watcher: &mut Watcher, local: &mut Local, why: &str| {
        assert_eq!(poll(watcher, local), 0, "{why}");
        assert_eq!(
            (text(local), local.describe().adapter.as_deref()),
            (before.clone(), Some(&first[..])),
            "{why}"
        );
    };
    let other = world.activate(2.0, Some(&"0".repeat(64)));
    check(&mut watcher, &mut local, "another base");
    let unapproved = world.add(3.0, None);
    let number = world.store().find(&unapproved).expect("there").number;
    let pointer = world.state().join("adapters/active.json");
    fs::write(&pointer, format!("{{\"version\":{number},\"id\":\"{unapproved}\"}}")).expect("written");
    check(&mut watcher, &mut local, "not approved");
    fs::write(&pointer, "{\"version\"").expect("written");
    check(&mut watcher, &mut local, "half a pointer");
    fs::remove_file(&pointer).expect("removed");
    let third = world.activate(-1.0, None);
    let good = fs::read(world.weights(&third)).expect("readable");
    fs::write(world.weights(&third), &good[1..]).expect("written");
    check(&mut watcher, &mut local, "exchanged");
    // Mended, it is noticed.
    fs::write(world.weights(&third), &good).expect("written");
    assert_eq!(poll(&mut watcher, &mut local), 1);
    assert_eq!(local.describe().adapter, Some(third));
    assert_ne!(other, first);
}

/// Returns files of the store with content that keeps it from telling what is approved: a broken list of versions, a
/// broken pointer, and a pointer to what nobody approved.
fn damages(world: &World) -> Vec<(PathBuf, String)> {
    let folder = world.state().join("adapters");
    let unapproved = world.add(3.0, None);
    let number = world.store().find(&unapproved).expect("there").number;
    let astray = format!("{{\"version\":{number},\"id\":\"{unapproved}\"}}");
    let pointer = folder.join("active.json");
    vec![
        (folder.join("versions.jsonl"), "{\n".to_owned()),
        (pointer.clone(), "{".to_owned()),
        (pointer, astray),
    ]
}

#[test]
fn a_damaged_store_does_not_keep_what_the_team_reverts() {
    for damage in 0..3 {
        let mut world = World::new();
        world.go_to_repository();
        let mut local = open_local(&world.setup).expect("a model");
        let base = text(&mut local);
        let mut watcher = world.watcher(&local);
        let id = world.activate_merged(1.0);
        let (file, damaged) = damages(&world).swap_remove(damage);
        poll(&mut watcher, &mut local);
        assert_eq!(local.describe().adapter, Some(id));
        let good = fs::read(&file).expect("readable");
        fs::write(&file, damaged).expect("written");
        poll(&mut watcher, &mut local);
        world.git(&["revert", "--no-edit", "HEAD"]);
        poll(&mut watcher, &mut local);
        assert_eq!((local.describe().adapter, text(&mut local)), (None, base), "{}", file.display());
        // Mended, the revert counts, and the version before is active.
        fs::write(&file, good).expect("written");
        poll(&mut watcher, &mut local);
        assert_eq!(local.describe().adapter, None);
        assert!(world.store().active().expect("readable").is_none());
    }
}

#[test]
fn a_damaged_store_keeps_what_a_person_approved_or_the_team_still_has() {
    for (merged, damage) in [(false, 0), (false, 1), (false, 2), (true, 1), (true, 2)] {
        let mut world = World::new();
        world.go_to_repository();
        let mut local = open_local(&world.setup).expect("a model");
        let mut watcher = world.watcher(&local);
        let id = if merged { world.activate_merged(1.0) } else { world.activate(1.0, None) };
        let (file, damaged) = damages(&world).swap_remove(damage);
        poll(&mut watcher, &mut local);
        fs::write(&file, damaged).expect("written");
        poll(&mut watcher, &mut local);
        assert_eq!(local.describe().adapter, Some(id), "{merged} {}", file.display());
    }
}

#[test]
fn a_revert_that_cannot_be_read_yet_counts_as_soon_as_it_can() {
    let mut world = World::new();
    world.go_to_repository();
    let mut local = open_local(&world.setup).expect("a model");
    let mut watcher = world.watcher(&local);
    let id = world.activate_merged(1.0);
    poll(&mut watcher, &mut local);
    world.git(&["revert", "--no-edit", "HEAD"]);
    let objects = world.setup.workspace.root().join(".git/objects");
    let away = world.setup.workspace.root().join(".git/away");
    fs::rename(&objects, &away).expect("renamed");
    fs::create_dir(&objects).expect("made");
    for _ in 0..2 {
        poll(&mut watcher, &mut local);
        assert_eq!(local.describe().adapter, Some(id.clone()));
    }
    fs::remove_dir(&objects).expect("removed");
    fs::rename(&away, &objects).expect("renamed");
    poll(&mut watcher, &mut local);
    assert_eq!(local.describe().adapter, None);
}

#[test]
fn phrases_that_hold_a_secret_by_newer_rules_never_take_part() {
    let world = World::new();
    let mut local = open_local(&world.setup).expect("a model");
    let without = text(&mut local);
    let file = phrases::file(&world.state(), local.vocabulary());
    let mut tokens = Vec::new();
    let password = ["q7Rt", "2xWp", "9LmZ"].concat();
    local.tokenizer().encode(&format!("password: {password}\nlet total = 1;\n"), &mut tokens);
    let mut learned = Phrases::new(local.vocabulary());
    learned.insert("a.yaml", Kind::File, &tokens).expect("room");
    fs::create_dir_all(world.state()).expect("made");
    fs::write(&file, learned.to_bytes()).expect("written");
    let mut watcher = world.watcher(&local);
    poll(&mut watcher, &mut local);
    assert_eq!(text(&mut local), without);
    assert!(phrases::read(&world.state(), local.vocabulary()).expect("readable").is_empty());
    // Nor where nothing watches.
    fs::remove_file(world.state().join("scanned.json")).expect("removed");
    fs::write(&file, learned.to_bytes()).expect("written");
    let mut unwatched = open_local(&world.setup).expect("a model");
    unwatched.apply(Arm::Phrases).expect("scanned");
    assert!(phrases::read(&world.state(), local.vocabulary()).expect("readable").is_empty());
}

#[test]
fn new_and_removed_phrases_take_effect() {
    let world = World::new();
    let mut local = open_local(&world.setup).expect("a model");
    let mut watcher = world.watcher(&local);
    poll(&mut watcher, &mut local);
    let without = text(&mut local);
    let file = phrases::file(&world.state(), local.vocabulary());
    let learned = world.learn(&local, "let total = rows.iter().sum();\n");
    assert_eq!(poll(&mut watcher, &mut local), 1);
    let with = text(&mut local);
    assert!(with != without && with == world.fresh(), "{without} {with}");
    fs::write(&file, &learned.to_bytes()[..40]).expect("written");
    assert_eq!((poll(&mut watcher, &mut local), text(&mut local)), (0, with));
    fs::remove_file(&file).expect("removed");
    assert_eq!((poll(&mut watcher, &mut local), text(&mut local)), (1, without));
}

/// Refreshes for a workspace until its adapter takes part.
#[track_caller]
fn wait_for(local: &mut Local, root: &std::path::Path, adapter: &str) {
    let began = Instant::now();
    while local.describe().adapter.as_deref() != Some(adapter) {
        assert!(began.elapsed() < Duration::from_secs(60), "nothing is prepared");
        std::thread::sleep(Duration::from_millis(10));
        local.refresh(Some(root));
    }
}

#[test]
fn each_workspace_gets_its_own_parts_and_a_document_in_none_gets_none() {
    let mut world = World::new();
    let mut local = open_local(&world.setup).expect("a model");
    let base = text(&mut local);
    let mut expected = Vec::new();
    for (name, seed, line) in
        [("a", 1.0, "let total = rows.iter().sum();\n"), ("b", -2.0, "let total = count(rows);\n")]
    {
        let root = world.go_to(name);
        let id = world.activate(seed, None);
        world.learn(&local, line);
        expected.push((root, id, world.fresh()));
    }
    assert!(expected[0].2 != expected[1].2 && expected.iter().all(|(.., text)| *text != base));
    let nothing = world.go_to("nothing");
    local.watch(&world.setup).expect("it watches");
    let check = |local: &mut Local, root: Option<&PathBuf>, expected: &str, adapter: Option<&String>| {
        local.refresh(root.map(PathBuf::as_path));
        assert_eq!((&*text(local), local.describe().adapter.as_ref()), (expected, adapter), "{root:?}");
        // With phrases a draft source changes the text: this one must not come along.
        local.set_draft_sources(&["let total = elsewhere(rows);\n"], &Cancel::new());
    };
    for (root, ..) in &expected {
        check(&mut local, Some(root), &base, None);
    }
    for (root, id, _) in &expected {
        wait_for(&mut local, root, id);
    }
    check(&mut local, Some(&nothing), &base, None);
    for _ in 0..2 {
        for (root, id, text) in &expected {
            check(&mut local, Some(root), text, Some(id));
            check(&mut local, None, &base, None);
        }
        for (root, id, text) in &expected {
            check(&mut local, Some(root), text, Some(id));
        }
    }
    // What changes in one workspace changes in no other.
    let root = world.go_to("a");
    let newer = world.activate(3.0, None);
    wait_for(&mut local, &root, &newer);
    let (other, id, of_other) = &expected[1];
    check(&mut local, Some(other), of_other, Some(id));
    check(&mut local, Some(&root), &world.fresh(), Some(&newer));
}

#[test]
fn the_parts_of_the_folder_where_the_program_starts_are_there_at_once() {
    let mut world = World::new();
    let root = world.go_to("a");
    let id = world.activate(1.0, None);
    let expected = world.fresh();
    let mut local = open_local(&world.setup).expect("a model");
    let base = text(&mut local);
    local.watch(&world.setup).expect("it watches");
    assert_eq!(text(&mut local), base, "no document asked for it");
    local.refresh(Some(&root));
    assert_eq!((text(&mut local), local.describe().adapter), (expected, Some(id)));
}
