//! PEFT folders: round trips, the published order of rows, and settings beyond plain LoRA.

use housestyle_engine::{FAMILIES, Target};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::rows::{Order, reorder};
use super::super::{FormatError, PeftFolder, Precision, read_peft, write_peft};
use super::{about, adapter, config};

fn folder(architecture: &str) -> PeftFolder {
    let config = config(architecture);
    let written = adapter(&config, &Target::ALL, &[]);
    write_peft(&written, &config, "org/model", Precision::Full).expect("writable")
}

#[test]
fn a_folder_that_was_written_is_read() {
    for architecture in FAMILIES.iter().map(|family| family.name) {
        let config = config(architecture);
        let read = read_peft(&folder(architecture), &config, &about(&config)).expect("readable");
        assert_eq!(read, adapter(&config, &Target::ALL, &[]));
    }
}

#[test]
fn the_configuration_says_what_peft_needs() {
    let settings: Value = serde_json::from_str(&folder("llama").config).expect("json");
    assert_eq!(settings["peft_type"], "LORA");
    assert_eq!((&settings["r"], &settings["lora_alpha"]), (&json!(2), &json!(3)));
    assert_eq!(settings["base_model_name_or_path"], "org/model");
    assert_eq!(settings["layers_to_transform"], Value::Null);
    let all = ["down_proj", "gate_proj", "k_proj", "o_proj", "q_proj", "up_proj", "v_proj"];
    assert_eq!(settings["target_modules"], json!(all));
}

#[test]
fn some_layers_are_named_and_a_ragged_choice_is_refused() {
    let config = config("qwen2");
    let mut written = adapter(&config, &Target::MLP, &[]);
    written.weights.low_rank.retain(|(layer, _), _| *layer == 1);
    let folder = write_peft(&written, &config, "b", Precision::Full).expect("writable");
    let settings: Value = serde_json::from_str(&folder.config).expect("json");
    assert_eq!(
        (&settings["layers_to_transform"], &settings["layers_pattern"]),
        (&json!([1]), &json!("layers"))
    );
    let mut written = adapter(&config, &Target::MLP, &[]);
    written.weights.low_rank.remove(&(0, Target::Up));
    let error = write_peft(&written, &config, "b", Precision::Full).expect_err("ragged");
    assert!(error.to_string().contains("different matrices"), "{error}");
}

#[test]
fn rows_of_queries_are_those_that_llama_cpp_permutes() {
    // `W.reshape(heads, 2, head_dim / 2, in).swapaxes(1, 2)` on one head of 6 rows: 0 3 1 4 2 5.
    let mut config = config("llama");
    config.head_dim = 6;
    let rows: Vec<f32> = (0..12u8).map(f32::from).collect(); // two heads
    let gguf = reorder(rows.clone(), 1, Target::Query, &config, Order::ToGguf);
    assert_eq!(gguf, [0., 3., 1., 4., 2., 5., 6., 9., 7., 10., 8., 11.]);
    assert_eq!(reorder(gguf, 1, Target::Query, &config, Order::ToPublished), rows);
    assert_eq!(reorder(rows.clone(), 1, Target::Value, &config, Order::ToGguf), rows);
}

proptest! {
    #[test]
    fn reordering_there_and_back_changes_nothing(
        heads in 1usize..5, half in 1usize..9, width in 1usize..4, key in any::<bool>(),
    ) {
        let mut config = config("llama");
        config.head_dim = 2 * half;
        let target = if key { Target::Key } else { Target::Query };
        let rows: Vec<f32> = (0..heads * 2 * half * width).map(|n| n as f32).collect();
        let there = reorder(rows.clone(), width, target, &config, Order::ToGguf);
        prop_assert_eq!(reorder(there, width, target, &config, Order::ToPublished), rows);
    }
}

#[test]
fn biases_cannot_be_exported_silently() {
    let config = config("qwen2");
    let error = write_peft(&adapter(&config, &Target::MLP, &[Target::Up]), &config, "b", Precision::Full);
    assert_eq!(error, Err(FormatError::Biases { count: 2, format: "PEFT" }));
}

#[test]
fn what_is_more_than_plain_lora_is_refused_by_its_name() {
    let config = config("qwen2");
    for (field, value) in [
        ("peft_type", json!("IA3")),
        ("use_dora", json!(true)),
        ("bias", json!("all")),
        ("modules_to_save", json!(["lm_head"])),
        ("rank_pattern", json!({"q_proj": 4})),
        ("alpha_pattern", json!({"q_proj": 4})),
        ("fan_in_fan_out", json!(true)),
        ("r", json!(9)),
        ("r", json!("8")),
        ("lora_alpha", json!(1e30)),
    ] {
        let mut folder = folder("qwen2");
        let mut settings: Value = serde_json::from_str(&folder.config).expect("json");
        settings[field] = value;
        folder.config = settings.to_string();
        assert!(read_peft(&folder, &config, &about(&config)).is_err(), "{field}");
    }
}

#[test]
fn rslora_keeps_its_scale() {
    let config = config("qwen2");
    let mut folder = folder("qwen2");
    folder.config = folder.config.replace("\"use_rslora\": false", "\"use_rslora\": true");
    let scale = read_peft(&folder, &config, &about(&config)).expect("readable").weights.scale();
    assert!((scale - 3.0 / 2f32.sqrt()).abs() < 1e-6, "{scale}");
}
