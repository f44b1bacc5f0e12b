//! `adapter export` and `adapter import`: the formats of PEFT and llama.cpp.

use std::fs;
use std::io::Write;
use std::path::Path;

use housestyle_train::format::{lossless, write_gguf, write_peft};
use housestyle_workspace::adapters::{Base, Incoming, Store};
use serde_json::json;

use super::{id, json_of, print_change};
use crate::args::{AdapterExportArgs, AdapterFormat, AdapterImportArgs};
use crate::failure::Failure;
use crate::invocation::Invocation;
use crate::output::{Style, print, print_json};

/// Writes a version for another program.
pub(super) fn export(
    invocation: &Invocation,
    store: &Store,
    args: &AdapterExportArgs,
) -> Result<(), Failure> {
    let version = store.find(&args.which.id)?;
    let id = id(&version, "export")?;
    let base = Base::of(invocation.workspace.home(), &invocation.model()?)?;
    let mut adapter = store.measure(id, &base.config, &base.sha256)?;
    let omitted = if args.without_biases { std::mem::take(&mut adapter.weights.biases).len() } else { 0 };
    let precision = lossless(&adapter.weights);
    let output = &args.output;
    match args.to {
        AdapterFormat::Gguf => create(output, &write_gguf(&adapter, &base.config, precision)?)?,
        AdapterFormat::Peft => {
            let published = args.base.as_deref().unwrap_or(&base.name);
            let folder = write_peft(&adapter, &base.config, published, precision)?;
            fs::create_dir_all(output).map_err(|error| cannot("make", output, &error))?;
            create(&output.join("adapter_model.safetensors"), &folder.model)?;
            create(&output.join("adapter_config.json"), folder.config.as_bytes())?;
        }
    }
    if invocation.flags.json {
        let mut document = json_of(&version);
        document["exported"] = json!({ "path": output, "biases_left_out": omitted });
        return print_json(&document);
    }
    let style = Style::for_stdout();
    if omitted > 0 {
        eprintln!("housestyle: {omitted} biases were left out: this is not the adapter that was measured");
    }
    print(&format!("{} version {} is in {}", style.green("✓"), version.number, output.display()))
}

/// Writes a new file; one that is there stays.
fn create(path: &Path, content: &[u8]) -> Result<(), Failure> {
    let file = fs::OpenOptions::new().write(true).create_new(true).open(path);
    let mut file = file.map_err(|error| cannot("write", path, &error))?;
    file.write_all(content).and_then(|()| file.sync_all()).map_err(|error| {
        let _ = fs::remove_file(path);
        cannot("write", path, &error)
    })
}

/// Reads a file or folder of another program as a version.
pub(super) fn import(
    invocation: &Invocation,
    store: &Store,
    args: &AdapterImportArgs,
) -> Result<(), Failure> {
    let base = Base::of(invocation.workspace.home(), &invocation.model()?)?;
    let version = store.add(&Incoming::read(&args.path, &base)?)?;
    print_change(invocation, &version, &format!("is here and not active; {}", version.gate()))
}

fn cannot(verb: &str, path: &Path, error: &std::io::Error) -> Failure {
    Failure::Usage(format!("{verb} {}: {error}", path.display()))
}
