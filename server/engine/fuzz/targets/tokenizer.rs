//! Any text through every way of cutting words: what comes back is the text, and no special token is in it.

#![no_main]

use std::sync::LazyLock;

use housestyle_engine::Tokenizer;
use housestyle_engine::gguf::Gguf;
use housestyle_testkit::tiny::{Tiny, Writer};
use libfuzzer_sys::fuzz_target;

/// The names of `tokenizer.ggml.pre` that differ.
const CUTS: [&str; 4] = ["gpt-2", "smollm", "qwen2", "llama-bpe"];

static TOKENIZERS: LazyLock<Vec<Tokenizer>> = LazyLock::new(|| CUTS.map(tokenizer).into());

fuzz_target!(|text: &str| {
    for (tokenizer, cut) in TOKENIZERS.iter().zip(CUTS) {
        let mut ids = Vec::new();
        tokenizer.encode(text, &mut ids);
        assert!(!ids.iter().any(|id| tokenizer.is_control(*id)), "{cut}: a special token in {ids:?}");
        assert_eq!(tokenizer.decode(&ids), text, "{cut}");
        assert!(ids.len() <= text.len(), "{cut}: more tokens than bytes");
    }
});

/// Returns a tokenizer with the tiny model's vocabulary.
fn tokenizer(cut: &str) -> Tokenizer {
    let tiny = Tiny::default();
    let whole = tiny.gguf();
    let gguf = Gguf::parse(&whole).expect("the tiny model is valid");
    let merges = gguf.strings("tokenizer.ggml.merges").expect("merges");
    let tokens = tiny.tokens();
    let types: Vec<u32> = tokens.iter().map(|token| if token.starts_with("<|") { 3 } else { 1 }).collect();
    let mut file = Writer::default();
    file.string("tokenizer.ggml.model", "gpt2");
    file.string("tokenizer.ggml.pre", cut);
    file.strings("tokenizer.ggml.tokens", &tokens);
    file.numbers("tokenizer.ggml.token_type", &types);
    file.strings("tokenizer.ggml.merges", &merges.iter().map(|merge| (*merge).to_owned()).collect::<Vec<_>>());
    let file = file.finish();
    Tokenizer::read(&Gguf::parse(&file).expect("a valid file")).expect("a valid vocabulary")
}
