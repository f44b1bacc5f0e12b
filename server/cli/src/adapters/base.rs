//! The base model that an adapter must have been made for.

use std::path::PathBuf;

use housestyle_engine::Config;

use crate::context::Context;
use crate::failure::Failure;
use crate::models::{self, Model};

/// The base model at hand.
#[derive(Debug)]
pub(crate) struct Base {
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    pub(crate) sha256: String,
    pub(crate) config: Config,
}

impl Base {
    /// Finds the model that was asked for, else the default one, and reads its shape.
    pub(crate) fn of(context: &Context) -> Result<Base, Failure> {
        let store = models::Store::at(&context.home.models);
        let model = Model::named(context.global.model.as_deref()).map_err(Failure::Usage)?;
        let path = model.locate(&store).map_err(Failure::Environment)?;
        let sha256 = model.digest(&store, &path).map_err(Failure::Environment)?;
        let config = Config::of_file(&path);
        let config =
            config.map_err(|error| Failure::Environment(format!("model {}: {error}", model.name())))?;
        Ok(Base { name: model.name(), path, sha256, config })
    }
}
