//! The starter adapter of a model, prepared when it is first asked for.

use std::sync::Arc;

use housestyle_engine::Engine;

use super::adapter_cache::PreparedAdapter;
use crate::error::{Error, StarterProblem};
use crate::starter;

/// The starter of one model.
#[derive(Debug)]
pub(crate) struct Starter {
    /// SHA-256 of the model's file, where it is known without reading the file.
    base_sha256: Option<String>,
    /// Empty before the first use; holds `None` where this model has no starter.
    prepared: Option<Option<PreparedAdapter>>,
}

impl Starter {
    /// Returns the starter of a model whose digest is known, or of one that has none.
    pub(crate) fn of(base_sha256: Option<String>) -> Starter {
        Starter { base_sha256, prepared: None }
    }

    /// Returns the starter adapter; `None` where there is none for this model.
    ///
    /// # Errors
    /// When the program's own copy does not fit the model.
    pub(crate) fn prepared(&mut self, engine: &Engine) -> Result<Option<PreparedAdapter>, Error> {
        if self.prepared.is_none() {
            let base = self.base_sha256.as_deref().unwrap_or_default();
            let weights = starter::starter(base, engine.config())
                .map_err(|error| Error::Starter(StarterProblem::Format(error)))?;
            self.prepared = Some(match weights {
                Some(weights) => {
                    let adapter = engine
                        .prepare(&[&weights])
                        .map_err(|error| Error::Starter(StarterProblem::Engine(error)))?;
                    Some(PreparedAdapter { name: starter::NAME.to_owned(), adapter: Arc::new(adapter) })
                }
                None => None,
            });
        }
        Ok(self.prepared.clone().flatten())
    }
}
