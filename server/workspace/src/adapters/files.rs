//! The files of one adapter: a folder named by the digest, the weights written last.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use housestyle_train::format::{MOST_BYTES, id_of};

use super::error::StoreError;
use super::version::Origin;
use crate::atomic;
use crate::private;

/// The weights; PEFT's name.
pub(super) const WEIGHTS: &str = "adapter_model.safetensors";
/// The configuration that PEFT reads.
const CONFIG: &str = "adapter_config.json";
/// The manifest of the training data.
pub(super) const MANIFEST: &str = "manifest.json";
/// The report of the gate.
pub(super) const REPORT: &str = "report.json";

/// An adapter that is to become a version.
#[derive(Debug, Clone)]
pub struct Incoming {
    /// The bytes of `adapter_model.safetensors`.
    pub weights: Vec<u8>,
    /// `adapter_config.json`, where PEFT can load it.
    pub config: Option<String>,
    /// The manifest that its metadata names.
    pub manifest: Option<Vec<u8>>,
    /// The gate's report, as [`super::record::report`] makes it.
    pub report: Option<Vec<u8>>,
    /// Where it comes from.
    pub origin: Origin,
}

/// Writes the folder of an adapter, unless it is there as it should be.
pub(super) fn write(folder: &Path, id: &str, incoming: &Incoming) -> Result<(), StoreError> {
    let adapter_folder = folder.join(id);
    let whole = read(&adapter_folder.join(WEIGHTS)).is_ok_and(|bytes| id_of(&bytes) == id);
    let files = [
        (WEIGHTS, (!whole).then_some(&incoming.weights[..])),
        (CONFIG, incoming.config.as_ref().map(String::as_bytes)),
        (MANIFEST, incoming.manifest.as_deref()),
        (REPORT, incoming.report.as_deref()),
    ];
    private::make_folder(&adapter_folder).map_err(StoreError::file("make", &adapter_folder))?;
    // The weights last: a folder that has them has all.
    for (name, content) in files.iter().rev() {
        if let Some(content) = content {
            replace(&adapter_folder.join(name), content)?;
        }
    }
    Ok(())
}

/// Replaces a file as a whole.
pub(super) fn replace(path: &Path, content: &[u8]) -> Result<(), StoreError> {
    atomic::replace(path, content).map_err(StoreError::file("write", path))
}

/// Reads a file of at most [`MOST_BYTES`].
pub(super) fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(io::Error::other(format!("it has more than {MOST_BYTES} bytes, as no adapter has")));
    }
    Ok(bytes)
}
