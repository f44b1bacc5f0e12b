//! The starter adapter beside the model, made ready when it is first asked for.

use std::sync::Arc;

use housestyle_engine::Engine;

use super::resident::Ready;
use crate::adapt;
use crate::failure::Failure;

/// The starter of one model.
#[derive(Debug)]
pub(crate) struct Starter {
    /// SHA-256 of the model's file, where it is known without reading the file.
    base_sha256: Option<String>,
    /// Once it was asked for; `None` inside where there is none for this model.
    ready: Option<Option<Ready>>,
}

impl Starter {
    /// Returns the starter of a model whose digest is known, or of one that has none.
    pub(crate) fn of(base_sha256: Option<String>) -> Starter {
        Starter { base_sha256, ready: None }
    }

    /// Returns the starter adapter; `None` where there is none for this model.
    ///
    /// # Errors
    /// When the program's own copy does not fit the model.
    pub(crate) fn ready(&mut self, engine: &Engine) -> Result<Option<Ready>, Failure> {
        if self.ready.is_none() {
            let failed = |why: String| Failure::Environment(format!("the starter adapter: {why}"));
            let base = self.base_sha256.as_deref().unwrap_or_default();
            let weights = adapt::starter(base, engine.config()).map_err(|error| failed(error.to_string()))?;
            self.ready = Some(match weights {
                Some(weights) => {
                    let adapter = engine.prepare(&[&weights]).map_err(|error| failed(error.to_string()))?;
                    Some(Ready { name: adapt::STARTER.to_owned(), adapter: Arc::new(adapter) })
                }
                None => None,
            });
        }
        Ok(self.ready.clone().flatten())
    }
}
