//! The packed-weight cache: the same numbers, and no harm from any file.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use housestyle_engine::{Engine, FAMILIES, Options};
use housestyle_testkit::tiny::Tiny;

/// Names the model for a child process of the tests.
const MODEL: &str = "HOUSESTYLE_TEST_PACKED_MODEL";

/// A folder with a model; it is left to the system, as Windows does not remove mapped files.
fn folder(tiny: &Tiny) -> (PathBuf, PathBuf) {
    let dir = tempfile::tempdir().expect("a temporary folder").keep();
    let model = dir.join("tiny.gguf");
    fs::write(&model, tiny.gguf()).expect("writing the model");
    (model, dir.join("tiny.gguf.packed"))
}

fn tiny(seed: u64) -> Tiny {
    Tiny { quantized: true, seed, ..Tiny::default() }
}

fn logits(engine: &mut Engine) -> Vec<u32> {
    let tokens: Vec<u32> = (0..40).map(|i| i * 37 % 256).collect();
    let logits = engine.logits(&tokens, &|| false).expect("valid").expect("not aborted");
    logits.iter().map(|logit| logit.to_bits()).collect()
}

/// Opens a model, waits for the written file, and returns the model's logits.
fn open(model: &Path, cache: &[PathBuf]) -> (Vec<u32>, std::io::Result<()>) {
    let options = Options { threads: 2, context: 64, packed_cache: cache.to_vec(), ..Options::default() };
    let mut engine = Engine::open(model, options).expect("a valid model");
    let written = engine.wait_for_packed_cache();
    (logits(&mut engine), written)
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder").flatten();
    let mut names: Vec<String> =
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn cached_weights_give_the_same_numbers() {
    for architecture in FAMILIES.iter().map(|family| family.name) {
        for quantized in [true, false] {
            let (model, cache) = folder(&Tiny { quantized, architecture, ..Tiny::default() });
            let (plain, _) = open(&model, &[]);
            assert!(!cache.exists());
            let paths = [cache.clone()];
            let (first, written) = open(&model, &paths);
            written.expect("written");
            // A model of plain numbers has nothing packed.
            assert_eq!(cache.exists(), quantized);
            let (second, _) = open(&model, &paths);
            assert!(first == plain && second == plain, "{architecture} {quantized}");
        }
    }
}

#[test]
fn the_file_is_what_is_read() {
    let (model, cache) = folder(&tiny(1));
    let (plain, _) = open(&model, std::slice::from_ref(&cache));
    let mut bytes = fs::read(&cache).expect("written");
    bytes[4096..20_000].fill(0);
    fs::write(&cache, bytes).expect("writing");
    assert_ne!(open(&model, &[cache]).0, plain);
}

#[test]
fn whatever_lies_at_the_path_does_no_harm_and_is_replaced() {
    let (model, cache) = folder(&tiny(1));
    let (plain, _) = open(&model, std::slice::from_ref(&cache));
    let good = fs::read(&cache).expect("written");
    let (other_model, other_cache) = folder(&tiny(2));
    open(&other_model, std::slice::from_ref(&other_cache)).1.expect("written");
    let flipped = |at: usize| {
        let mut bytes = good.clone();
        bytes[at] ^= 1;
        bytes
    };
    let mut bad = vec![
        Vec::new(),
        b"HSPACKED".to_vec(),
        good[..good.len() - 1].to_vec(),
        good[..4096].to_vec(),
        [&good[..], &[0; 128]].concat(),
        vec![0; good.len()],
        fs::read(&other_cache).expect("written"),
        fs::read(&model).expect("the model"),
    ];
    bad.extend((0..48).map(flipped));
    for (i, bytes) in bad.into_iter().enumerate() {
        fs::write(&cache, bytes).expect("writing");
        let (got, written) = open(&model, std::slice::from_ref(&cache));
        written.expect("written");
        assert_eq!(got, plain, "file {i}");
        assert!(fs::read(&cache).expect("replaced") == good, "file {i}");
    }
    assert_eq!(names(cache.parent().expect("a folder")), ["tiny.gguf", "tiny.gguf.packed"]);
}

#[test]
fn another_model_of_the_same_size_and_time_is_noticed() {
    let (model, cache) = folder(&tiny(1));
    let time = SystemTime::now() - Duration::from_secs(1000);
    let set = |time| fs::File::options().write(true).open(&model).and_then(|file| file.set_modified(time));
    set(time).expect("a time");
    open(&model, std::slice::from_ref(&cache)).1.expect("written");
    let (before, size) = (fs::read(&cache).expect("written"), fs::metadata(&model).expect("a file").len());
    // Written under another name and renamed, as the first one is mapped.
    let other = model.with_extension("other");
    fs::write(&other, tiny(2).gguf()).expect("writing");
    assert_eq!(fs::metadata(&other).expect("a file").len(), size);
    fs::rename(&other, &model).expect("renamed");
    set(time).expect("a time");
    let (plain, _) = open(&model, &[]);
    assert_eq!(open(&model, std::slice::from_ref(&cache)).0, plain);
    assert!(fs::read(&cache).expect("replaced") != before);
    // And the same bytes with another time are packed anew: nothing says that they are the same.
    let before = fs::metadata(&cache).and_then(|about| about.modified()).expect("a time");
    set(time + Duration::from_secs(1)).expect("a time");
    assert_eq!(open(&model, std::slice::from_ref(&cache)).0, plain);
    assert!(fs::metadata(&cache).and_then(|about| about.modified()).expect("a time") >= before);
}

#[test]
fn the_next_path_is_taken_where_one_cannot_be_written_and_none_is_no_failure() {
    let (model, cache) = folder(&tiny(1));
    let folder = cache.parent().expect("a folder");
    let (plain, _) = open(&model, &[]);
    let below_a_file = model.join("x.packed");
    let a_folder = folder.join("in-the-way");
    fs::create_dir(&a_folder).expect("made");
    let deep = folder.join("state").join("packed").join("x.packed");
    let (got, written) = open(&model, &[below_a_file.clone(), a_folder.clone()]);
    assert!(got == plain && written.is_err());
    let paths = [below_a_file, a_folder, deep.clone()];
    let (got, written) = open(&model, &paths);
    assert!(got == plain && written.is_ok() && deep.is_file());
    assert_eq!(open(&model, &paths).0, plain);
    assert_eq!(names(folder), ["in-the-way", "state", "tiny.gguf"]);
}

#[test]
fn files_of_killed_processes_are_removed_and_a_living_one_is_not_disturbed() {
    let (model, cache) = folder(&tiny(1));
    let abandoned = cache.with_file_name("tiny.gguf.packed.new-1");
    fs::write(&abandoned, "half").expect("writing");
    assert!(open(&model, std::slice::from_ref(&cache)).1.is_err() && abandoned.exists() && !cache.exists());
    let hour_ago = SystemTime::now() - Duration::from_secs(3600);
    fs::File::options()
        .write(true)
        .open(&abandoned)
        .and_then(|file| file.set_modified(hour_ago))
        .expect("a time");
    assert!(open(&model, std::slice::from_ref(&cache)).1.is_ok() && !abandoned.exists() && cache.exists());
}

#[test]
fn two_processes_at_once() {
    if let Some(model) = std::env::var_os(MODEL) {
        let model = PathBuf::from(model);
        let (plain, _) = open(&model, &[]);
        for _ in 0..30 {
            // Taken away under the others again and again, so that all of them write and read.
            let cache = model.with_file_name("tiny.gguf.packed");
            assert_eq!(open(&model, std::slice::from_ref(&cache)).0, plain);
            let _ = fs::remove_file(cache);
        }
        return;
    }
    let (model, cache) = folder(&tiny(1));
    let program = std::env::current_exe().expect("this program");
    let children: Vec<_> = (0..3)
        .map(|_| {
            let mut command = Command::new(&program);
            command.args(["packed_cache::two_processes_at_once", "--exact"]).env(MODEL, &model);
            command.stdout(std::process::Stdio::piped()).spawn().expect("started")
        })
        .collect();
    for child in children {
        let done = child.wait_with_output().expect("ended");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stdout));
    }
    let (plain, _) = open(&model, &[]);
    assert_eq!(open(&model, &[cache]).0, plain);
    assert!(names(model.parent().expect("a folder")).iter().all(|name| !name.contains(".new-")));
}
