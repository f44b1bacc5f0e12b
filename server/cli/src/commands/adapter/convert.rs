//! `adapter export` and `adapter import`: the formats of PEFT and llama.cpp.

use std::fs;
use std::io::Write;
use std::path::Path;

use housestyle_train::format::{
    About, Adapter, MOST_BYTES, PeftFolder, lossless, read, read_gguf, read_header, read_peft, write,
    write_gguf, write_peft,
};
use housestyle_workspace::adapters::{Base, Incoming, Origin, Store};
use serde_json::json;

use super::{json_of, print_change};
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
    let Some(id) = &version.id else {
        return Err(Failure::Usage(format!(
            "version {} is no adapter: there is nothing to export",
            version.number
        )));
    };
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
    let about = About {
        base_sha256: base.sha256.clone(),
        base: base.name.clone(),
        architecture: base.config.architecture().to_owned(),
        manifest_sha256: None,
    };
    let path = &args.path;
    let folder = path.is_dir();
    let file = if folder { path.join("adapter_model.safetensors") } else { path.clone() };
    let bytes = load(&file)?;
    let adapter = if bytes.starts_with(b"GGUF") {
        read_gguf(&bytes, &base.config, &about)?
    } else if !folder || read_header(&bytes).is_ok() || !path.join("adapter_config.json").is_file() {
        read(&bytes, &base.config, &base.sha256)?
    } else {
        let config = load(&path.join("adapter_config.json"))?;
        let config = String::from_utf8_lossy(&config).into_owned();
        read_peft(&PeftFolder { config, model: bytes.clone() }, &base.config, &about)?
    };
    let weights = match read_header(&bytes) {
        Ok(_) => bytes, // one of ours keeps its id
        Err(_) => write(&adapter, &base.config, lossless(&adapter.weights))?,
    };
    let config = peft_config(&adapter, &base);
    // A folder copied from another machine's store brings its manifest and what the gate said there.
    let sibling = |name: &str| load(&path.join(name)).ok().filter(|_| folder);
    let (manifest, report) = (sibling("manifest.json"), sibling("report.json"));
    let incoming = Incoming { weights, config, manifest, report, origin: Origin::Imported };
    let version = store.add(&incoming)?;
    print_change(invocation, &version, &format!("is here and not active; {}", version.gate()))
}

/// Returns PEFT's configuration for the weights; `None` where PEFT cannot load them.
fn peft_config(adapter: &Adapter, base: &Base) -> Option<String> {
    write_peft(adapter, &base.config, &base.name, lossless(&adapter.weights)).ok().map(|folder| folder.config)
}

fn load(path: &Path) -> Result<Vec<u8>, Failure> {
    let about = fs::metadata(path).map_err(|error| cannot("read", path, &error))?;
    if about.len() > MOST_BYTES {
        return Err(Failure::Usage(format!(
            "{} has {} bytes: no adapter is as large",
            path.display(),
            about.len()
        )));
    }
    fs::read(path).map_err(|error| cannot("read", path, &error))
}

fn cannot(verb: &str, path: &Path, error: &std::io::Error) -> Failure {
    Failure::Usage(format!("{verb} {}: {error}", path.display()))
}
