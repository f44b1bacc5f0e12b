//! Converts an adapter of PEFT and computes logits with that adapter, for comparison with other programs
//! (`tests/formats/README.md`).
//!
//! `adapter_logits BASE.gguf PEFT_FOLDER PROMPTS.json OUT`: reads the folder, writes it to OUT as our file, as
//! GGUF and as PEFT's again, reads all three back, and writes the logits after each prompt (a list of token
//! ids), without and with the adapter, as little-endian f32.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use housestyle_engine::{AdapterWeights, Config, Engine, Options};
use housestyle_train::format::{
    About, PeftFolder, Precision, read, read_gguf, read_peft, write, write_gguf, write_peft,
};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [base, folder, prompts, out] = &arguments[..] else {
        return Err("usage: adapter_logits BASE.gguf PEFT_FOLDER PROMPTS.json OUT".into());
    };
    let (base, folder, out) = (Path::new(base), Path::new(folder), Path::new(out));
    let config = Config::of_file(base)?;
    let about = About {
        base_sha256: "0".repeat(64), // what is compared here are numbers, not names
        base: "base".to_owned(),
        architecture: config.architecture().to_owned(),
        manifest_sha256: None,
    };
    let load = |folder: &Path| -> Result<PeftFolder, Box<dyn Error>> {
        Ok(PeftFolder {
            config: fs::read_to_string(folder.join("adapter_config.json"))?,
            model: fs::read(folder.join("adapter_model.safetensors"))?,
        })
    };
    let adapter = read_peft(&load(folder)?, &config, &about)?;

    fs::create_dir_all(out.join("peft"))?;
    let native = write(&adapter, &config, Precision::Full)?;
    fs::write(out.join("adapter.safetensors"), &native)?;
    let gguf = write_gguf(&adapter, &config, Precision::Full)?;
    fs::write(out.join("adapter.gguf"), &gguf)?;
    let peft = write_peft(&adapter, &config, "base", Precision::Full)?;
    fs::write(out.join("peft/adapter_config.json"), &peft.config)?;
    fs::write(out.join("peft/adapter_model.safetensors"), &peft.model)?;
    let again = [
        read(&native, &config, &about.base_sha256)?,
        read_gguf(&gguf, &config, &about)?,
        read_peft(&load(&out.join("peft"))?, &config, &about)?,
    ];
    if again.iter().any(|again| again.weights != adapter.weights) {
        return Err("what was written is not what is read".into());
    }

    let prompts: Vec<Vec<u32>> = serde_json::from_str(&fs::read_to_string(prompts)?)?;
    let mut engine = Engine::open(base, Options { threads: 2, ..Options::default() })?;
    let zero = zero_b(&adapter.weights);
    let ready = [None, Some(&zero), Some(&adapter.weights)]
        .map(|weights| weights.map(|weights| engine.prepare(&[weights])).transpose());
    let mut files = Vec::new();
    for ready in ready {
        engine.set_adapter(ready?.map(Arc::new))?;
        let mut bytes = Vec::new();
        for prompt in &prompts {
            let logits = engine.logits(prompt, &|| false)?.ok_or("given up")?;
            logits.iter().for_each(|logit| bytes.extend(logit.to_le_bytes()));
        }
        files.push(bytes);
    }
    if files[0] != files[1] {
        return Err("an adapter with zero B changes logits".into());
    }
    fs::write(out.join("base.f32"), &files[0])?;
    fs::write(out.join("adapter.f32"), &files[2])?;
    println!("{} prompts, {} parameters", prompts.len(), adapter.weights.parameters());
    Ok(())
}

fn zero_b(weights: &AdapterWeights) -> AdapterWeights {
    let mut zero = weights.clone();
    zero.low_rank.values_mut().for_each(|change| change.b.fill(0.0));
    zero
}
