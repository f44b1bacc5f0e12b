//! Which adapters stand beside the model: the starter that ships with the program, and the team's own.

use std::sync::Arc;

use housestyle_engine::{Adapter, AdapterWeights, Engine};

use crate::adapt;
use crate::failure::Failure;

/// What stands beside the model, by name.
#[derive(Debug, Clone)]
pub(crate) struct Beside {
    pub(crate) name: String,
    pub(crate) adapter: Arc<Adapter>,
}

/// The adapters of one model, made ready as they are asked for.
#[derive(Debug, Default)]
pub(crate) struct Adapters {
    /// SHA-256 of the model's file, where it is known without reading the file.
    base_sha256: Option<String>,
    /// The starter, once it was asked for; `None` inside where there is none for this model.
    starter: Option<Option<Beside>>,
}

impl Adapters {
    /// Returns the adapters of a model whose digest is known, or of one that has none.
    pub(crate) fn of(base_sha256: Option<String>) -> Adapters {
        Adapters { base_sha256, starter: None }
    }

    /// Returns the starter adapter; `None` where there is none for this model.
    ///
    /// # Errors
    /// When the program's own copy does not fit the model.
    pub(crate) fn starter(&mut self, engine: &Engine) -> Result<Option<Beside>, Failure> {
        if self.starter.is_none() {
            let failed = |why: String| Failure::Environment(format!("the starter adapter: {why}"));
            let base = self.base_sha256.as_deref().unwrap_or_default();
            let weights = adapt::starter(base, engine.config()).map_err(|error| failed(error.to_string()))?;
            let ready = |weights: AdapterWeights| -> Result<Beside, Failure> {
                let adapter = engine.prepare(&[&weights]).map_err(|error| failed(error.to_string()))?;
                Ok(Beside { name: adapt::STARTER.to_owned(), adapter: Arc::new(adapter) })
            };
            self.starter = Some(weights.map(ready).transpose()?);
        }
        Ok(self.starter.clone().flatten())
    }
}
