//! What is activated or learned while the model serves: the text is that of a fresh start, whatever was kept.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use housestyle_complete::generator::{
    Cancel, Flow, Generator, Limits, Prompt, PromptPart, Request, Sampling,
};
use housestyle_engine::{AdapterWeights, Config, LowRank, Target};
use housestyle_learn::phrases::{Kind, Phrases};
use housestyle_testkit::tiny::Tiny;
use housestyle_train::format::{About, Adapter, Precision, id_of, write};

use super::watch::Watch;
use super::{Local, open_local, phrases};
use crate::adapters::{Approver, How, Incoming, Origin, Store};
use crate::args::Global;
use crate::context::Context;
use crate::home::Home;
use crate::workspace_state;

struct World {
    folder: tempfile::TempDir,
    context: Context,
}

impl World {
    fn new() -> World {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path();
        let model = root.join("tiny.gguf");
        fs::write(&model, Tiny { fim: false, ..Tiny::default() }.gguf()).expect("written");
        let home =
            Home { models: root.join("models"), state: root.join("state"), config: root.to_path_buf() };
        let model = Some(model.to_string_lossy().into_owned());
        let global = Global { workspace: None, model, offline: true, json: false, verbose: 0 };
        let context = Context { global, workspace: root.to_path_buf(), home, threads: 1 };
        World { folder, context }
    }

    fn state(&self) -> PathBuf {
        workspace_state::folder(&self.context.home, &self.context.workspace)
    }

    fn store(&self) -> Store {
        Store::of(&self.context)
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

    fn watch(&self, local: &Local) -> Watch {
        Watch::new(&self.context, local.vocabulary())
    }

    /// What a model writes that starts as things stand.
    fn fresh(&self) -> String {
        let mut local = open_local(&self.context).expect("a model");
        look(&mut self.watch(&local), &mut local);
        text(&mut local)
    }
}

/// Looks, and lets what is new take part; returns how much that is.
fn look(watch: &mut Watch, local: &mut Local) -> usize {
    let news = watch.look();
    let count = news.len();
    news.into_iter().for_each(|news| local.hear(news).expect("fits"));
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
fn what_becomes_active_takes_part_with_the_text_of_a_fresh_start() {
    let world = World::new();
    let mut local = open_local(&world.context).expect("a model");
    let mut watch = world.watch(&local);
    assert_eq!(look(&mut watch, &mut local), 0);
    let base = text(&mut local);
    let first = world.activate(1.0, None);
    assert_eq!((look(&mut watch, &mut local), look(&mut watch, &mut local)), (1, 0));
    assert_eq!(local.describe().adapter.as_deref(), Some(&first[..]));
    let of_first = text(&mut local);
    assert_eq!(of_first, world.fresh());
    let second = world.activate(-2.0, None);
    look(&mut watch, &mut local);
    let of_second = text(&mut local);
    assert_eq!(of_second, world.fresh());
    assert!(base != of_first && of_first != of_second && of_second != base, "{base} {of_first} {of_second}");
    // Back: it is still here, and so are its keys and values.
    fs::remove_file(world.weights(&first)).expect("removed");
    let file = fs::read(world.weights(&second)).expect("readable");
    assert!(world.store().roll_back(None).is_err(), "a file that is gone is no place to go back to");
    world.activate(1.0, None);
    fs::remove_file(world.weights(&first)).expect("removed");
    assert_eq!(look(&mut watch, &mut local), 1);
    assert_eq!((text(&mut local), local.describe().adapter), (of_first, Some(first)));
    assert_eq!(fs::read(world.weights(&second)).expect("readable"), file);
    let number = world.store().find(&second).expect("there").number;
    world.store().activate(number).expect("active");
    look(&mut watch, &mut local);
    assert_eq!((text(&mut local), local.describe().adapter), (of_second, Some(second)));
    // Back to before the first.
    fs::remove_file(world.state().join("adapters/active.json")).expect("removed");
    assert_eq!(look(&mut watch, &mut local), 1);
    assert_eq!((text(&mut local), local.describe().adapter), (base, None));
}

#[test]
fn what_cannot_be_used_leaves_what_is_in_use() {
    let world = World::new();
    let first = world.activate(1.0, None);
    let mut local = open_local(&world.context).expect("a model");
    let mut watch = world.watch(&local);
    look(&mut watch, &mut local);
    let before = text(&mut local);
    let check = |watch: &mut Watch, local: &mut Local, why: &str| {
        assert_eq!(look(watch, local), 0, "{why}");
        assert_eq!(
            (text(local), local.describe().adapter.as_deref()),
            (before.clone(), Some(&first[..])),
            "{why}"
        );
    };
    let other = world.activate(2.0, Some(&"0".repeat(64)));
    check(&mut watch, &mut local, "another base");
    let unapproved = world.add(3.0, None);
    let number = world.store().find(&unapproved).expect("there").number;
    let pointer = world.state().join("adapters/active.json");
    fs::write(&pointer, format!("{{\"version\":{number},\"id\":\"{unapproved}\"}}")).expect("written");
    check(&mut watch, &mut local, "not approved");
    fs::write(&pointer, "{\"version\"").expect("written");
    check(&mut watch, &mut local, "half a pointer");
    fs::remove_file(&pointer).expect("removed");
    let third = world.activate(-1.0, None);
    let good = fs::read(world.weights(&third)).expect("readable");
    fs::write(world.weights(&third), &good[1..]).expect("written");
    check(&mut watch, &mut local, "exchanged");
    // Mended, it is noticed.
    fs::write(world.weights(&third), &good).expect("written");
    assert_eq!(look(&mut watch, &mut local), 1);
    assert_eq!(local.describe().adapter, Some(third));
    assert_ne!(other, first);
}

#[test]
fn phrases_that_are_learned_anew_or_removed_take_part_as_they_are() {
    let world = World::new();
    let mut local = open_local(&world.context).expect("a model");
    let mut watch = world.watch(&local);
    look(&mut watch, &mut local);
    let without = text(&mut local);
    let file = phrases::file(&world.state(), local.vocabulary());
    let mut tokens = Vec::new();
    local.tokenizer().encode(&"let total = rows.iter().sum();\n".repeat(8), &mut tokens);
    let mut learned = Phrases::new(local.vocabulary());
    learned.insert("a.rs", Kind::File, &tokens).expect("room");
    fs::create_dir_all(world.state()).expect("made");
    fs::write(&file, learned.to_bytes()).expect("written");
    assert_eq!(look(&mut watch, &mut local), 1);
    let with = text(&mut local);
    assert!(with != without && with == world.fresh(), "{without} {with}");
    fs::write(&file, &learned.to_bytes()[..40]).expect("written");
    assert_eq!((look(&mut watch, &mut local), text(&mut local)), (0, with));
    fs::remove_file(&file).expect("removed");
    assert_eq!((look(&mut watch, &mut local), text(&mut local)), (1, without));
}
