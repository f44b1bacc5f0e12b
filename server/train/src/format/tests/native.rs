//! The native file: round trips, stable bytes, and the same content by the usual crate.

use housestyle_engine::{FAMILIES, Target};
use safetensors::SafeTensors;

use super::super::{
    FormatError, Precision, id_of, lossless, read, read_gguf, read_header, read_peft, short, write,
    write_gguf, write_peft,
};
use super::{BASE, adapter, config};

#[test]
fn an_adapter_is_read_as_written_in_every_family_and_precision() {
    for architecture in FAMILIES.iter().map(|family| family.name) {
        for precision in [Precision::Half, Precision::Full] {
            let config = config(architecture);
            let written = adapter(&config, &Target::ALL, &[Target::Key, Target::Down]);
            let file = write(&written, &config, precision).expect("writable");
            assert_eq!(read(&file, &config, BASE).expect("readable"), written, "{architecture}");
        }
    }
}

#[test]
fn the_same_adapter_has_the_same_bytes_and_a_name_by_them() {
    let config = config("llama");
    let file = || write(&adapter(&config, &Target::MLP, &[]), &config, Precision::Full).expect("writable");
    assert_eq!(file(), file());
    // Whoever changes this changes the name of every adapter, and must raise the format's version.
    assert_eq!(short(&id_of(&file())), "078017d61b1cde89");
}

#[test]
fn the_usual_crate_reads_the_same_tensors() {
    let config = config("qwen2");
    let written = adapter(&config, &[Target::Down], &[Target::Down]);
    let file = write(&written, &config, Precision::Full).expect("writable");
    let theirs = SafeTensors::deserialize(&file).expect("safetensors");
    let mut names = theirs.names();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "base_model.model.model.layers.0.mlp.down_proj.lora_A.weight",
            "base_model.model.model.layers.0.mlp.down_proj.lora_B.weight",
            "base_model.model.model.layers.1.mlp.down_proj.lora_A.weight",
            "base_model.model.model.layers.1.mlp.down_proj.lora_B.weight",
            "housestyle.layers.0.mlp.down_proj.bias",
            "housestyle.layers.1.mlp.down_proj.bias",
        ]
    );
    let a = theirs.tensor(names[0]).expect("there");
    assert_eq!(a.shape(), [2, 20]);
    let bytes: Vec<u8> =
        written.weights.low_rank[&(0, Target::Down)].a.iter().flat_map(|v| v.to_le_bytes()).collect();
    assert_eq!(a.data(), bytes);
    assert_eq!(file.len() % 4, 0);
}

#[test]
fn the_header_tells_what_it_is_without_the_base() {
    let config = config("qwen2");
    let written = adapter(&config, &Target::MLP, &[Target::Up]);
    let header =
        read_header(&write(&written, &config, Precision::Half).expect("writable")).expect("readable");
    assert_eq!(header.about, written.about);
    assert_eq!((header.rank, header.alpha, header.layers, header.biases), (2, 3.0, 2, 2));
    assert_eq!(header.targets, ["down_proj", "gate_proj", "up_proj"]);
    assert_eq!(header.parameters, written.weights.parameters());
}

#[test]
fn another_base_is_refused_by_name() {
    let config = config("qwen2");
    let file = write(&adapter(&config, &Target::MLP, &[]), &config, Precision::Half).expect("writable");
    let error = read(&file, &config, &"0".repeat(64)).expect_err("another base");
    assert!(matches!(error, FormatError::WrongBase { .. }) && error.to_string().contains("tiny"), "{error}");
}

#[test]
fn halves_are_enough_for_what_came_from_halves() {
    let config = config("qwen2");
    let mut written = adapter(&config, &Target::MLP, &[Target::Up]);
    assert_eq!(lossless(&written.weights), Precision::Half);
    written.weights.biases.values_mut().for_each(|bias| bias[0] = 0.1);
    assert_eq!(lossless(&written.weights), Precision::Full);
}

#[test]
fn the_prompt_format_is_kept_and_an_unknown_format_is_refused() {
    let config = config("qwen2");
    let mut adapter = adapter(&config, &Target::MLP, &[]);
    assert_eq!(adapter.weights.prompt_format, None);
    let plain = write(&adapter, &config, Precision::Full).expect("written");
    assert!(!String::from_utf8_lossy(&plain).contains("prompt_format"), "a file of before stays as it was");
    adapter.weights.prompt_format = Some("fim-context-1".to_owned());
    let file = write(&adapter, &config, Precision::Full).expect("written");
    let read_back = read(&file, &config, &adapter.about.base_sha256).expect("read");
    assert_eq!(read_back, adapter);
    let folder = write_peft(&adapter, &config, "base", Precision::Full).expect("written");
    let read_back = read_peft(&folder, &config, &adapter.about).expect("read");
    assert_eq!(read_back.weights.prompt_format, adapter.weights.prompt_format);
    let gguf = write_gguf(&adapter, &config, Precision::Full).expect("written");
    let read_back = read_gguf(&gguf, &config, &adapter.about).expect("read");
    assert_eq!(read_back.weights.prompt_format, adapter.weights.prompt_format);
    adapter.weights.prompt_format = Some("fim-context-9".to_owned());
    let file = write(&adapter, &config, Precision::Full).expect("written");
    let error = read(&file, &config, &adapter.about.base_sha256).expect_err("unknown").to_string();
    assert!(error.contains("\"fim-context-9\"") && error.contains("a newer one may know it"), "{error}");
}
