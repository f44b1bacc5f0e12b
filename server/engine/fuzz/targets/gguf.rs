//! Any bytes as a model file: its header, its shape and its vocabulary are read, or an error says what is wrong.

#![no_main]

use std::cell::RefCell;

use housestyle_engine::gguf::Gguf;
use housestyle_engine::{Config, EngineError, Tokenizer};
use libfuzzer_sys::fuzz_target;

/// Room for the weights of the tiny model. They are zeros that no input has to carry: a seed is a header, and
/// mutations fall where there is something to parse.
const WEIGHTS: usize = 512 << 10;
/// Longest message: an error is read by a person.
const MESSAGE: usize = 1000;

thread_local! {
    static FILE: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

fuzz_target!(|header: &[u8]| {
    read(header);
    FILE.with_borrow_mut(|file| {
        file.clear();
        file.extend_from_slice(header);
        file.resize(header.len() + WEIGHTS, 0);
        read(file);
    });
});

fn read(file: &[u8]) {
    let Some(gguf) = legible(Gguf::parse(file)) else { return };
    assert!(gguf.tensors().all(|(_, tensor)| tensor.bytes.start <= tensor.bytes.end && tensor.bytes.end <= file.len()));
    legible(Config::read(&gguf));
    let Some(tokenizer) = legible(Tokenizer::read(&gguf)) else { return };
    let mut ids = Vec::new();
    tokenizer.encode("let x = 12;\n\n    // naïve 日本 🙂 don't <|endoftext|>\r\n", &mut ids);
    assert!(ids.iter().all(|id| (*id as usize) < tokenizer.vocab()), "{ids:?}");
    tokenizer.decode(&ids);
}

/// Returns what was read; an error has to be one that can be shown.
fn legible<T>(result: Result<T, EngineError>) -> Option<T> {
    if let Err(error) = &result {
        let message = error.to_string();
        assert!(message.len() <= MESSAGE, "{} bytes: {message}", message.len());
    }
    result.ok()
}
