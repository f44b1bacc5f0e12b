//! GGUF adapters: round trips, the header, and refusals.

use housestyle_engine::gguf::{Gguf, Value};
use housestyle_engine::{FAMILIES, Target};

use super::super::{FormatError, Precision, read_gguf, write_gguf};
use super::{about, adapter, config};

#[test]
fn an_adapter_is_read_as_written_in_every_family_and_precision() {
    for architecture in FAMILIES.iter().map(|family| family.name) {
        for precision in [Precision::Half, Precision::Full] {
            let config = config(architecture);
            let written = adapter(&config, &Target::ALL, &[]);
            let file = write_gguf(&written, &config, precision).expect("writable");
            assert_eq!(file, write_gguf(&written, &config, precision).expect("writable"));
            assert_eq!(read_gguf(&file, &config, &about(&config)).expect("readable"), written);
        }
    }
}

#[test]
fn the_header_is_what_llama_cpp_asks_for() {
    let config = config("llama");
    let file = write_gguf(&adapter(&config, &Target::ALL, &[]), &config, Precision::Half).expect("writable");
    let gguf = Gguf::parse(&file).expect("a GGUF file");
    for (key, value) in
        [("general.type", "adapter"), ("general.architecture", "llama"), ("adapter.type", "lora")]
    {
        assert_eq!(gguf.get(key), Some(&Value::String(value)));
    }
    assert_eq!(gguf.get("adapter.lora.alpha"), Some(&Value::Float(3.0)));
    let b = gguf.tensor("blk.1.attn_k.weight.lora_b").expect("there");
    assert_eq!(b.dims, [2, 4]); // (rank, out), innermost first
    assert_eq!(gguf.tensors().count(), 28);
    assert_eq!(file.len() % 32, 0);
}

#[test]
fn another_architecture_another_base_and_biases_are_refused() {
    let (llama, qwen2) = (config("llama"), config("qwen2"));
    let file = write_gguf(&adapter(&llama, &Target::MLP, &[]), &llama, Precision::Full).expect("writable");
    let error = read_gguf(&file, &qwen2, &about(&qwen2)).expect_err("another architecture");
    assert!(error.to_string().contains("\"llama\"") && error.to_string().contains("qwen2"), "{error}");
    let mut other = about(&llama);
    other.base_sha256 = "0".repeat(64);
    let error = read_gguf(&file, &llama, &other).expect_err("another base");
    assert!(matches!(error, FormatError::WrongBase { .. }), "{error}");
    let error =
        write_gguf(&adapter(&llama, &[], &[Target::Up]), &llama, Precision::Full).expect_err("biases");
    assert!(matches!(error, FormatError::Biases { count: 2, .. }), "{error}");
}

#[test]
fn an_alpha_of_zero_means_a_scale_of_one_to_others() {
    let config = config("llama");
    let mut written = adapter(&config, &Target::MLP, &[]);
    let mut file = write_gguf(&written, &config, Precision::Full).expect("writable");
    let key = b"adapter.lora.alpha";
    let at = file.windows(key.len()).position(|w| w == key).expect("there") + key.len() + 4;
    file[at..at + 4].copy_from_slice(&0f32.to_le_bytes());
    assert_eq!(read_gguf(&file, &config, &about(&config)).expect("readable").weights.scale(), 1.0);
    written.weights.alpha = 0.0;
    assert!(write_gguf(&written, &config, Precision::Full).is_err());
}
