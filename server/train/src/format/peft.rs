//! A PEFT folder: `adapter_config.json` and `adapter_model.safetensors`
//! (<https://huggingface.co/docs/peft/developer_guides/checkpoint>).

use std::collections::{BTreeMap, BTreeSet};

use housestyle_engine::{AdapterWeights, Config};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::adapter::{About, Adapter, PROMPT_FORMAT, collect, is_digest, prompt_format, write};
use super::check::check;
use super::error::FormatError;
use super::names::peft_module;
use super::safetensors::{Container, Precision};

/// The files of a PEFT folder.
#[derive(Debug, Clone, PartialEq)]
pub struct PeftFolder {
    /// `adapter_config.json`.
    pub config: String,
    /// `adapter_model.safetensors`.
    pub model: Vec<u8>,
}

/// The settings by which PEFT loads an adapter. Ours always scale by alpha over rank, and train no other module.
#[derive(Debug, Serialize)]
struct Written<'a> {
    peft_type: &'static str,
    task_type: &'static str,
    base_model_name_or_path: &'a str,
    revision: Option<&'a str>,
    r: usize,
    lora_alpha: Value,
    lora_dropout: f32,
    bias: &'static str,
    target_modules: BTreeSet<&'static str>,
    modules_to_save: Option<Vec<String>>,
    layers_to_transform: Option<BTreeSet<usize>>,
    layers_pattern: Option<&'static str>,
    inference_mode: bool,
    fan_in_fan_out: bool,
    init_lora_weights: bool,
    use_rslora: bool,
    use_dora: bool,
    rank_pattern: BTreeMap<String, usize>,
    alpha_pattern: BTreeMap<String, f32>,
}

/// Returns the files by which PEFT loads an adapter onto the published weights `base` (a name on the hub
/// or a folder).
///
/// # Errors
/// [`FormatError::Biases`] when it has biases, which PEFT cannot load; drop them first to export the rest.
pub fn write_peft(
    adapter: &Adapter,
    config: &Config,
    base: &str,
    precision: Precision,
) -> Result<PeftFolder, FormatError> {
    let weights = &adapter.weights;
    if !weights.biases.is_empty() {
        return Err(FormatError::Biases { count: weights.biases.len(), format: "PEFT" });
    }
    let model = write(adapter, config, precision)?;
    Ok(PeftFolder { config: config_of(weights, config, base)?, model })
}

/// Returns `adapter_config.json` for the low-rank part of an adapter.
fn config_of(weights: &AdapterWeights, config: &Config, base: &str) -> Result<String, FormatError> {
    let layers: BTreeSet<usize> = weights.low_rank.keys().map(|(layer, _)| *layer).collect();
    let targets: BTreeSet<_> = weights.low_rank.keys().map(|(_, target)| *target).collect();
    if weights.low_rank.len() != layers.len() * targets.len() {
        let problem = "layers change different matrices, which PEFT's configuration cannot say";
        return Err(FormatError::unsupported("adapter_config.json", problem));
    }
    let some = layers.len() < config.layers;
    let written = Written {
        peft_type: "LORA",
        task_type: "CAUSAL_LM",
        base_model_name_or_path: base,
        revision: None,
        r: weights.rank,
        lora_alpha: alpha(weights.alpha),
        lora_dropout: 0.0,
        bias: "none",
        target_modules: targets.into_iter().map(peft_module).collect(),
        modules_to_save: None,
        layers_to_transform: some.then_some(layers),
        layers_pattern: some.then_some("layers"),
        inference_mode: true,
        fan_in_fan_out: false,
        init_lora_weights: true,
        use_rslora: false,
        use_dora: false,
        rank_pattern: BTreeMap::new(),
        alpha_pattern: BTreeMap::new(),
    };
    let text = serde_json::to_string_pretty(&written);
    text.map(|text| text + "\n")
        .map_err(|error| FormatError::broken("adapter_config.json", error.to_string()))
}

/// PEFT declares alpha as a whole number; a fraction works as well.
fn alpha(alpha: f32) -> Value {
    if alpha.fract() == 0.0 && alpha.abs() < 1e6 { Value::from(alpha as i64) } else { Value::from(alpha) }
}

/// The settings of a configuration that change the use of its tensors; other settings are ignored.
#[derive(Debug, Deserialize)]
struct Read {
    peft_type: String,
    r: usize,
    lora_alpha: f32,
    #[serde(default)]
    bias: Option<String>,
    #[serde(default)]
    use_rslora: bool,
    #[serde(default)]
    use_dora: bool,
    #[serde(default)]
    fan_in_fan_out: bool,
    #[serde(default)]
    modules_to_save: Option<Vec<String>>,
    #[serde(default)]
    rank_pattern: BTreeMap<String, Value>,
    #[serde(default)]
    alpha_pattern: BTreeMap<String, Value>,
}

/// Reads a PEFT folder as an adapter for the base model `about`. Its file need not say what base it was made
/// for; where it does, the base must be the same.
///
/// # Errors
/// When it is broken, does not fit the model, or is more than plain LoRA.
pub fn read_peft(folder: &PeftFolder, config: &Config, about: &About) -> Result<Adapter, FormatError> {
    let settings: Read = serde_json::from_str(&folder.config)
        .map_err(|error| FormatError::broken("adapter_config.json", error.to_string()))?;
    let more = [
        (settings.peft_type != "LORA", "peft_type", "only LORA is supported"),
        (settings.use_dora, "use_dora", "DoRA is not supported, only plain LoRA"),
        (settings.fan_in_fan_out, "fan_in_fan_out", "only linear layers are supported"),
        (settings.bias.is_some_and(|bias| bias != "none"), "bias", "trained biases are not supported"),
        (settings.modules_to_save.is_some_and(|m| !m.is_empty()), "modules_to_save", "none are supported"),
        (!settings.rank_pattern.is_empty(), "rank_pattern", "one rank for all is supported"),
        (!settings.alpha_pattern.is_empty(), "alpha_pattern", "one alpha for all is supported"),
    ];
    if let Some((_, field, problem)) = more.into_iter().find(|(found, ..)| *found) {
        return Err(FormatError::unsupported(format!("adapter_config.json, {field}"), problem));
    }
    let container = Container::read(&folder.model)?;
    let said = container.metadata.get("housestyle.base_sha256").filter(|digest| is_digest(digest));
    if let Some(made_for) = said.filter(|digest| **digest != about.base_sha256) {
        let made_for = format!("with sha256 {made_for}");
        return Err(FormatError::WrongBase { made_for, this: format!("has sha256 {}", about.base_sha256) });
    }
    let mut weights = collect(&container, config)?;
    if weights.rank != settings.r {
        let problem = format!("{} by adapter_config.json, {} by the tensors", settings.r, weights.rank);
        return Err(FormatError::broken("r", problem));
    }
    // rsLoRA scales by alpha over the root of the rank.
    let root = (weights.rank as f32).sqrt();
    weights.alpha = if settings.use_rslora { settings.lora_alpha * root } else { settings.lora_alpha };
    weights.prompt_format = prompt_format(container.metadata.get(PROMPT_FORMAT).map(String::as_str))?;
    check(&weights, config)?;
    let manifest_sha256 =
        container.metadata.get("housestyle.manifest_sha256").filter(|d| is_digest(d)).cloned();
    Ok(Adapter { weights, about: About { manifest_sha256, ..about.clone() } })
}
