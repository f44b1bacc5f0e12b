//! LoRA as GGUF, as llama.cpp (`--lora`) and Ollama (`ADAPTER`) load it
//! (<https://github.com/ggml-org/llama.cpp>, `src/llama-adapter.cpp`).
//!
//! Rows are in the order of the base's GGUF file, as in memory. Biases cannot be said: the loader knows
//! `.lora_a` and `.lora_b` alone.

use std::collections::BTreeMap;

use housestyle_engine::Config;
use housestyle_engine::gguf::{Gguf, Value};

use super::adapter::{About, Adapter, Collector, PROMPT_FORMAT, is_digest, prompt_format};
use super::check::check;
use super::error::FormatError;
use super::names::{gguf_base, of_gguf};
use super::safetensors::{Precision, encode};

/// Alignment of tensors, GGUF's default.
const ALIGNMENT: usize = 32;
/// Key of the base model's SHA-256.
const BASE: &str = "housestyle.base.sha256";
/// Key of the manifest's SHA-256.
const MANIFEST: &str = "housestyle.manifest.sha256";

/// Returns the bytes of a GGUF adapter. The same adapter always gives the same bytes.
///
/// # Errors
/// [`FormatError::Biases`] when it has biases; drop them first to export the rest.
pub fn write_gguf(adapter: &Adapter, config: &Config, precision: Precision) -> Result<Vec<u8>, FormatError> {
    let Adapter { weights, about } = adapter;
    if !weights.biases.is_empty() {
        return Err(FormatError::Biases { count: weights.biases.len(), format: "llama.cpp (GGUF)" });
    }
    check(weights, config)?;
    let mut keys = Vec::new();
    for (key, value) in [
        ("general.type", "adapter"),
        ("general.architecture", &*about.architecture),
        ("general.name", &*format!("housestyle adapter for {}", about.base)),
        ("adapter.type", "lora"),
        (BASE, &*about.base_sha256),
    ] {
        keys.push(string(key, value));
    }
    keys.extend(about.manifest_sha256.as_ref().map(|digest| string(MANIFEST, digest)));
    keys.extend(weights.prompt_format.as_ref().map(|name| string(PROMPT_FORMAT, name)));
    // An alpha of 0 would mean "do not scale at all" to the loader, not "no change".
    if weights.alpha == 0.0 {
        return Err(FormatError::unsupported("alpha", "0, which llama.cpp takes for a scale of 1"));
    }
    keys.push(
        [text("adapter.lora.alpha"), 6u32.to_le_bytes().to_vec(), weights.alpha.to_le_bytes().to_vec()]
            .concat(),
    );
    let mut tensors = BTreeMap::new();
    for (&(layer, target), change) in &weights.low_rank {
        let (rows, columns) = target.shape(config);
        let base = gguf_base(layer, target);
        tensors.insert(format!("{base}.lora_a"), ([columns, weights.rank], &change.a));
        tensors.insert(format!("{base}.lora_b"), ([weights.rank, rows], &change.b));
    }
    let mut infos = Vec::new();
    let mut data = Vec::new();
    for (name, (dims, values)) in &tensors {
        data.resize(data.len().next_multiple_of(ALIGNMENT), 0);
        infos.extend(text(name));
        infos.extend(2u32.to_le_bytes());
        dims.iter().for_each(|size| infos.extend((*size as u64).to_le_bytes()));
        infos.extend(if precision == Precision::Full { 0u32 } else { 1 }.to_le_bytes());
        infos.extend((data.len() as u64).to_le_bytes());
        encode(values, precision, name, &mut data)?;
    }
    data.resize(data.len().next_multiple_of(ALIGNMENT), 0);
    let mut file = b"GGUF".to_vec();
    file.extend(3u32.to_le_bytes());
    file.extend((tensors.len() as u64).to_le_bytes());
    file.extend((keys.len() as u64).to_le_bytes());
    file.extend(keys.concat());
    file.extend(infos);
    file.resize(file.len().next_multiple_of(ALIGNMENT), 0);
    file.extend(data);
    Ok(file)
}

fn string(key: &str, value: &str) -> Vec<u8> {
    [text(key), 8u32.to_le_bytes().to_vec(), text(value)].concat()
}

fn text(text: &str) -> Vec<u8> {
    [&(text.len() as u64).to_le_bytes(), text.as_bytes()].concat()
}

/// Reads a GGUF adapter for the base model `about`. The file need not name its base; where it does, the base must be
/// the same.
///
/// # Errors
/// When the file is broken, is no LoRA, or does not fit the model.
pub fn read_gguf(file: &[u8], config: &Config, about: &About) -> Result<Adapter, FormatError> {
    let gguf = Gguf::parse(file).map_err(|error| FormatError::broken("GGUF", error.to_string()))?;
    let is = |key: &str, expected: &str| match gguf.get(key) {
        Some(Value::String(found)) if *found == expected => Ok(()),
        found => {
            let found = match found {
                Some(Value::String(text)) => format!("{text:?}"),
                _ => "missing".to_owned(),
            };
            Err(FormatError::unsupported(key, format!("{found:.80}, expected {expected:?}: no LoRA adapter")))
        }
    };
    is("general.type", "adapter")?;
    is("adapter.type", "lora")?;
    let digest = |key: &str| match gguf.get(key) {
        Some(Value::String(text)) if is_digest(text) => Some((*text).to_owned()),
        _ => None,
    };
    let wrong =
        |made_for: String, this: &str| Err(FormatError::WrongBase { made_for, this: this.to_owned() });
    match gguf.get("general.architecture") {
        Some(Value::String(found)) if *found == config.architecture() => {}
        Some(Value::String(found)) => {
            let found: String = found.chars().take(40).collect();
            return wrong(format!("of architecture {found:?}"), &format!("is {:?}", config.architecture()));
        }
        _ => return Err(FormatError::broken("general.architecture", "missing")),
    }
    if let Some(made_for) = digest(BASE).filter(|digest| *digest != about.base_sha256) {
        return wrong(format!("with sha256 {made_for}"), &format!("has sha256 {}", about.base_sha256));
    }
    let stored: usize = gguf.tensors().map(|(_, info)| info.bytes.len()).sum();
    if stored > file.len() {
        return Err(FormatError::broken("tensors", "they overlap")); // and would take more memory than the file
    }
    let mut collector = Collector::default();
    for (name, info) in gguf.tensors() {
        let Some(key) = of_gguf(name) else {
            let problem = "only LoRA on the linear layers of attention and MLP is known";
            return Err(FormatError::unsupported(format!("tensor {name}"), problem));
        };
        let found: Vec<usize> = info.dims.iter().rev().copied().collect();
        collector.add(name, key, &found, config, || {
            let mut values = vec![0.0; info.dims.iter().product()];
            let row = info.dtype.row_bytes(info.dims[0]);
            let rows = file[info.bytes.clone()].chunks_exact(row);
            values
                .chunks_exact_mut(info.dims[0])
                .zip(rows)
                .for_each(|(out, row)| info.dtype.to_f32(row, out));
            values
        })?;
    }
    let mut weights = collector.finish()?;
    weights.alpha = gguf
        .float("adapter.lora.alpha")
        .map_err(|error| FormatError::broken("adapter.lora.alpha", error.to_string()))?;
    if weights.alpha == 0.0 {
        weights.alpha = weights.rank as f32; // means a scale of 1 to llama.cpp
    }
    weights.prompt_format = match gguf.get(PROMPT_FORMAT) {
        Some(Value::String(name)) => prompt_format(Some(name))?,
        _ => None,
    };
    check(&weights, config)?;
    Ok(Adapter { weights, about: About { manifest_sha256: digest(MANIFEST), ..about.clone() } })
}
