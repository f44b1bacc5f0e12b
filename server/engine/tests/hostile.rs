//! Broken and hostile files: an error that names the field, never a panic.

use housestyle_engine::gguf::Gguf;
use housestyle_engine::{Engine, EngineError, FAMILIES, Options};
use housestyle_testkit::tiny::{Tiny, Weights, Writer};
use proptest::prelude::*;
use std::sync::LazyLock;

fn open(bytes: &[u8]) -> Result<Engine, EngineError> {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let path = dir.path().join("m.gguf");
    std::fs::write(&path, bytes).expect("writing");
    Engine::open(&path, Options { threads: 1, context: 64, ..Options::default() })
}

/// The message names the problem.
#[track_caller]
fn check(bytes: &[u8], expect: &str) {
    let message = open(bytes).expect_err("an error").to_string();
    assert!(message.contains(expect), "{message:?} does not say {expect:?}");
}

fn header(tensors: u64, keys: u64) -> Vec<u8> {
    let mut b = b"GGUF\x03\0\0\0".to_vec();
    b.extend(tensors.to_le_bytes());
    b.extend(keys.to_le_bytes());
    b
}

#[test]
fn headers_that_lie() {
    check(b"", "magic: needs 4 bytes");
    check(b"GGU", "magic");
    check(b"PK\x03\x04 a zip file", "not a GGUF file");
    check(b"GGUF\x09\0\0\0", "version: 9");
    check(b"GGUF\0\0\0\x03\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", "big-endian");
    check(&header(u64::MAX, 0), "tensor count: 18446744073709551615 entries do not fit");
    check(&header(0, 1 << 60), "metadata count");
    let mut long_key = header(0, 1);
    long_key.extend((1u64 << 62).to_le_bytes());
    long_key.extend([0; 40]);
    check(&long_key, "metadata key 0");
    let mut not_text = header(0, 1);
    not_text.extend(2u64.to_le_bytes());
    not_text.extend([0xff, 0xfe]);
    not_text.extend([0; 40]);
    check(&not_text, "metadata key 0: not UTF-8");
    let mut kind = header(0, 1);
    kind.extend(1u64.to_le_bytes());
    kind.extend(b"k\x63\0\0\0");
    kind.extend([0; 40]);
    check(&kind, "k: value type 99 does not exist");
    let mut list = header(0, 1);
    list.extend(1u64.to_le_bytes());
    list.extend(b"k\x09\0\0\0\x04\0\0\0");
    list.extend((1u64 << 40).to_le_bytes());
    list.extend([0; 40]);
    check(&list, "k: 1099511627776 entries do not fit");
    check(&header(0, 0), "general.architecture: missing");
}

#[test]
fn every_cut_of_a_file_is_an_error() {
    let whole = Tiny::default().gguf();
    assert!(open(&whole).is_ok());
    for n in (0..whole.len()).step_by(whole.len() / 300) {
        assert!(open(&whole[..n]).is_err(), "cut to {n} bytes");
    }
    check(&whole[..whole.len() - 1], "is it cut off?");
}

/// A model whose metadata or tensors were changed by `edit` on the text of the file.
fn replaced(from: &str, to: &str) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut bytes = Tiny::default().gguf();
    let at = bytes.windows(from.len()).position(|w| w == from.as_bytes()).expect("found");
    bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
    bytes
}

fn with_number(key: &str, value: u32) -> Vec<u8> {
    let mut bytes = Tiny::default().gguf();
    let at = bytes.windows(key.len()).position(|w| w == key.as_bytes()).expect("found") + key.len() + 4;
    bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
    bytes
}

#[test]
fn missing_and_impossible_values_are_named() {
    check(&replaced("block_count", "block_xount"), "qwen2.block_count: missing");
    check(&replaced("blk.1.ffn_up.weight", "blk.1.ffn_xx.weight"), "tensor blk.1.ffn_up.weight: missing");
    check(&with_number("qwen2.attention.head_count", 0), "qwen2.attention.head_count: 0 is not within");
    check(&with_number("qwen2.attention.head_count_kv", 3), "3 does not divide 4 heads");
    check(&with_number("qwen2.embedding_length", 128), "shape [64");
    check(&with_number("qwen2.block_count", 4_000_000_000), "is not within 1 to 1024");
    check(&with_number("qwen2.block_count", 3), "tensor blk.2.attn_norm.weight: missing");
    check(&with_number("tokenizer.ggml.eos_token_id", 99_999), "outside of the vocabulary");
    check(&replaced("gpt2", "bert"), "tokenizer.ggml.model: \"bert\"");
    let mut w = Writer::default();
    w.string("general.architecture", "mamba");
    let message = open(&w.finish()).expect_err("an error").to_string();
    assert!(message.contains("\"mamba\"; supported are "), "{message}");
    assert!(FAMILIES.iter().all(|family| message.contains(family.name)), "{message}");
    let mut w = Writer::default();
    w.number("split.count", 3);
    check(
        &w.finish(),
        "this file is one of 3 parts of a model: merge them into one file with `llama-gguf-split",
    );
    let mut w = Writer::default();
    w.number("general.alignment", 48);
    check(&w.finish(), "general.alignment: expected a power of two from 8 to 2^20, found Unsigned(48)");
}

#[test]
fn tensors_that_a_family_must_or_may_not_have_are_named() {
    let problem = |architecture, change: &dyn Fn(&mut Vec<Weights>)| {
        let tiny = Tiny { architecture, ..Tiny::default() };
        let mut weights = tiny.weights();
        change(&mut weights);
        open(&tiny.gguf_with(&weights)).expect_err("an error").to_string()
    };
    let without =
        problem("qwen3", &|weights| weights.retain(|(name, ..)| name != "blk.1.attn_k_norm.weight"));
    assert!(without.contains("tensor blk.1.attn_k_norm.weight: missing"), "{without}");
    let bias = ("blk.0.attn_q.bias".to_owned(), vec![128], vec![0.5; 128]);
    let with = problem("qwen3", &|weights| weights.push(bias.clone()));
    assert!(with.contains("tensor blk.0.attn_q.bias: models of the family qwen3 have none"), "{with}");
    let norm = ("blk.0.attn_q_norm.weight".to_owned(), vec![16], vec![1.0; 16]);
    let with = problem("llama", &|weights| weights.push(norm.clone()));
    assert!(with.contains("models of the family llama have none"), "{with}");
}

#[test]
fn an_error_is_short_whatever_the_file_holds() {
    let long = "é".repeat(100_000);
    for key in ["general.alignment", "general.architecture"] {
        let mut files = [Writer::default(), Writer::default(), Writer::default()];
        files[0].string(key, &long);
        files[1].numbers(key, &vec![7; 100_000]);
        files[2].strings(key, &vec!["seven".to_owned(); 100_000]);
        for file in files {
            let message = open(&file.finish()).expect_err("an error").to_string();
            assert!(message.contains(key) && message.len() < 400, "{} bytes", message.len());
        }
    }
}

#[test]
fn weights_that_are_not_numbers_are_an_error_when_run() {
    let tiny = Tiny::default();
    let mut bytes = tiny.gguf();
    let n = bytes.len();
    // The vectors stand last; the norms become NaN.
    bytes[n - 4000..].fill(0xff);
    let mut engine = open(&bytes).expect("the header is fine");
    let options = housestyle_engine::GenerateOptions {
        max_tokens: 4,
        deadline: std::time::Duration::from_secs(60),
        sampling: housestyle_engine::Sampling::GREEDY,
        heal: false,
    };
    let out =
        engine.generate(&[housestyle_engine::Input::Text("abc")], &options, &|| false, &mut |_, _| true);
    assert!(matches!(out, Err(EngineError::NotFinite { .. })), "{out:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]
    #[test]
    fn flipped_bytes_never_panic(at in 0usize..9000, to in any::<u8>(), also in 0usize..9000, other in any::<u8>()) {
        static WHOLE: LazyLock<Vec<u8>> = LazyLock::new(|| Tiny::default().gguf());
        let mut bytes = WHOLE.clone();
        bytes[at] = to;
        bytes[also] = other;
        // The parser alone: opening would run into the file system two thousand times.
        if let Ok(gguf) = Gguf::parse(&bytes) {
            prop_assert!(gguf.tensors().all(|(_, t)| t.bytes.end <= bytes.len()));
        }
    }
}
