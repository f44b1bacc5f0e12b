//! The base model that an adapter must have been made for.

use std::path::PathBuf;

use housestyle_engine::Config;

use crate::home::Home;
use crate::models::{Model, ModelError, Store};

/// The base model at hand.
#[derive(Debug)]
pub struct Base {
    /// The name of the model.
    pub name: String,
    /// Its file.
    pub path: PathBuf,
    /// SHA-256 of the file, in lower-case hexadecimal.
    pub sha256: String,
    /// The shape of the model.
    pub config: Config,
}

impl Base {
    /// Finds a model's file and reads its digest and shape.
    ///
    /// # Errors
    /// When the file is not here, or none that the engine reads.
    pub fn of(home: &Home, model: &Model) -> Result<Base, ModelError> {
        let store = Store::at(&home.models);
        let path = model.locate(&store)?;
        let sha256 = model.digest(&store, &path)?;
        let config =
            Config::of_file(&path).map_err(|source| ModelError::Header { name: model.name(), source })?;
        Ok(Base { name: model.name(), path, sha256, config })
    }
}
