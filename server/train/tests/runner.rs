//! Training on a tiny seeded model.

mod gradients;
mod training;

use housestyle_engine::{Engine, Options};
use housestyle_testkit::tiny::Tiny;

/// Writes a tiny model and opens it.
fn open(tiny: &Tiny, threads: usize) -> Engine {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let path = dir.path().join("tiny.gguf");
    // A normalised state and small output weights bound the logits, and the loss from below: larger ones let
    // it go to nothing.
    let mut weights = tiny.weights();
    let output = weights.iter_mut().filter(|(name, ..)| name == "output.weight");
    output.for_each(|(.., values)| values.iter_mut().for_each(|v| *v *= 4.0));
    std::fs::write(&path, tiny.gguf_with(&weights)).expect("writing the model");
    // On Windows a mapped file cannot be removed: the folder is kept for the system to clean up.
    let _ = if cfg!(windows) { Some(dir.keep()) } else { None };
    Engine::open(&path, Options { threads, context: 256, ..Options::default() }).expect("a valid model")
}
