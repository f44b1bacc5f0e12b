//! The digest of the model's file, for the journal.

use std::sync::{Arc, OnceLock};

use housestyle_workspace::Home;
use housestyle_workspace::digest::sha256_of;
use housestyle_workspace::models::{Model, Status, Store};

/// The digest of the model that a server runs, as soon as it is known.
#[derive(Debug, Clone, Default)]
pub(crate) struct ModelDigest {
    name: Option<String>,
    digest: Arc<OnceLock<String>>,
}

impl ModelDigest {
    /// Returns the digest of a model: as it was recorded when the file was fetched, else read from the whole file, on a
    /// thread of its own.
    pub(crate) fn of(home: &Home, model: &Model) -> ModelDigest {
        let store = Store::at(&home.models);
        let found = ModelDigest { name: Some(model.name()), digest: Arc::default() };
        if let Model::Catalogue(entry) = model
            && let Status::Present(record) = store.status(entry)
        {
            found.digest.set(record.sha256).ok();
            return found;
        }
        let Ok(path) = model.locate(&store) else { return found };
        let digest = Arc::clone(&found.digest);
        let read = move || sha256_of(&path, &mut |_| {}).map(|sum| digest.set(sum)).ok();
        // Without a thread the journal names the model by its name alone.
        drop(std::thread::Builder::new().name("digest".to_owned()).spawn(read));
        found
    }

    /// Returns the digest of the model with this name, if it is this one and known.
    pub(crate) fn get(&self, name: Option<&str>) -> Option<String> {
        let ours = name.is_some() && name == self.name.as_deref();
        ours.then(|| self.digest.get().cloned()).flatten()
    }
}
