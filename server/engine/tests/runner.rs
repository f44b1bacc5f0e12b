//! The engine from outside, on a tiny seeded model.

mod adapter;
mod drafting;
mod exact;
mod families;
mod generate;
mod hostile;
mod memory;
mod packed_cache;
mod prior;
mod reference;
mod sequences;

use housestyle_engine::{Engine, Options};
use housestyle_testkit::tiny::Tiny;

/// Writes a tiny model and opens it.
fn open(tiny: &Tiny) -> Engine {
    open_with(tiny, Options { threads: 2, context: 256, ..Options::default() })
}

/// Writes a tiny model and opens it in a certain way.
fn open_with(tiny: &Tiny, options: Options) -> Engine {
    open_file(&tiny.gguf(), options)
}

/// Writes a model and opens it.
fn open_file(gguf: &[u8], options: Options) -> Engine {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let path = dir.path().join("tiny.gguf");
    std::fs::write(&path, gguf).expect("writing the model");
    // On Windows a mapped file cannot be removed: the folder is kept for the system to clean up.
    let _ = dir.keep();
    Engine::open(&path, options).expect("a valid model")
}
