//! An adapter from outside as one of ours: from a file or folder, or from the repository's own references.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use housestyle_review::{ReviewError, published, read_weights};
use housestyle_train::format::{
    About, Adapter, FormatError, MOST_BYTES, PeftFolder, id_of, lossless, read, read_gguf, read_header,
    read_peft, write, write_peft,
};

use super::base::Base;
use super::error::StoreError;
use super::files::{Incoming, MANIFEST, REPORT, WEIGHTS};
use super::record::AdapterRecord;
use super::store::Store;
use super::version::{Origin, Version};

/// Most bytes of a record, manifest or report that was fetched.
const MOST_DOCUMENT: usize = 64 << 20;

/// Why a file or folder is no adapter.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// A file cannot be read.
    #[error("read {}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// A file is too large.
    #[error("{} has {bytes} bytes: no adapter is as large", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its length.
        bytes: u64,
    },
    /// The adapter is broken, or for another base model.
    #[error(transparent)]
    Format(#[from] FormatError),
}

/// Why weights in the repository become no version.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// They cannot be read from the repository.
    #[error(transparent)]
    Repository(#[from] ReviewError),
    /// Their bytes are not those that their name promises.
    #[error("its bytes have sha256 {found}: somebody pushed something else")]
    Exchanged {
        /// The SHA-256 of the bytes.
        found: String,
    },
    /// No version can be made of them.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Incoming {
    /// Reads an adapter in the format of PEFT, llama.cpp or ours. A folder copied from another machine's store brings its
    /// manifest and what the gate said there.
    ///
    /// # Errors
    /// When it cannot be read, is broken, or is for another base model.
    pub fn read(path: &Path, base: &Base) -> Result<Incoming, ImportError> {
        let about = About {
            base_sha256: base.sha256.clone(),
            base: base.name.clone(),
            architecture: base.config.architecture().to_owned(),
            manifest_sha256: None,
        };
        let folder = path.is_dir();
        let file = if folder { path.join(WEIGHTS) } else { path.to_path_buf() };
        let settings = path.join("adapter_config.json");
        let bytes = load(&file)?;
        let adapter = if bytes.starts_with(b"GGUF") {
            read_gguf(&bytes, &base.config, &about)?
        } else if !folder || read_header(&bytes).is_ok() || !settings.is_file() {
            read(&bytes, &base.config, &base.sha256)?
        } else {
            let config = String::from_utf8_lossy(&load(&settings)?).into_owned();
            read_peft(&PeftFolder { config, model: bytes.clone() }, &base.config, &about)?
        };
        let weights = match read_header(&bytes) {
            Ok(_) => bytes, // one of ours keeps its id
            Err(_) => write(&adapter, &base.config, lossless(&adapter.weights))?,
        };
        let sibling = |name: &str| load(&path.join(name)).ok().filter(|_| folder);
        Ok(Incoming {
            weights,
            config: peft_config(&adapter, base),
            manifest: sibling(MANIFEST),
            report: sibling(REPORT),
            origin: Origin::Imported,
        })
    }
}

impl Store {
    /// Makes a version of weights in the repository, with their published record.
    ///
    /// # Errors
    /// When they cannot be read, or are not what their name promises.
    pub fn take_published(&self, root: &Path, id: &str) -> Result<Version, Refusal> {
        let weights = read_weights(root, id, MOST_BYTES)?;
        let found = id_of(&weights);
        if found != id {
            return Err(Refusal::Exchanged { found });
        }
        let document = |name: &str| published(root, &AdapterRecord::path(id, name), MOST_DOCUMENT);
        let record =
            document("adapter.json")?.and_then(|bytes| serde_json::from_slice::<AdapterRecord>(&bytes).ok());
        let named = |name: &str, digest: Option<String>| -> Result<Option<Vec<u8>>, ReviewError> {
            Ok(document(name)?.filter(|content| Some(id_of(content)) == digest))
        };
        let (manifest, report) = match record.filter(|record| record.id == id) {
            Some(record) => (named(MANIFEST, record.manifest_sha256)?, named(REPORT, record.report_sha256)?),
            None => (None, None),
        };
        Ok(self.add(&Incoming { weights, config: None, manifest, report, origin: Origin::Pulled })?)
    }
}

/// Returns PEFT's configuration for the weights; `None` where PEFT cannot load them.
fn peft_config(adapter: &Adapter, base: &Base) -> Option<String> {
    write_peft(adapter, &base.config, &base.name, lossless(&adapter.weights)).ok().map(|folder| folder.config)
}

fn load(path: &Path) -> Result<Vec<u8>, ImportError> {
    let failed = |source| ImportError::File { path: path.to_path_buf(), source };
    let bytes = fs::metadata(path).map_err(failed)?.len();
    if bytes > MOST_BYTES {
        return Err(ImportError::TooLarge { path: path.to_path_buf(), bytes });
    }
    fs::read(path).map_err(failed)
}
