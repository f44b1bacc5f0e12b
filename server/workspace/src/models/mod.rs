//! The models on this machine: a catalogue of pinned files, and where their files are.

pub mod catalogue;
mod error;
pub mod packed;
mod space;
pub mod store;

use std::path::{Path, PathBuf};

use crate::digest::sha256_of;
pub use catalogue::Entry;
pub use error::ModelError;
pub use space::free;
pub use store::{Status, Store};

/// A model that somebody named: one of the catalogue, or any file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Model {
    /// One of the catalogue.
    Catalogue(&'static Entry),
    /// A file of the user's own.
    File(PathBuf),
}

impl Model {
    /// Returns the model that `text` names; `None` is the default model.
    ///
    /// # Errors
    /// Lists the names when there is no such model and it does not look like a file.
    pub fn named(text: Option<&str>) -> Result<Model, ModelError> {
        let Some(text) = text else { return Ok(Model::Catalogue(catalogue::default())) };
        if let Some(entry) = catalogue::find(text) {
            return Ok(Model::Catalogue(entry));
        }
        let path = Path::new(text);
        let has_extension = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("gguf"));
        if has_extension || path.components().count() > 1 {
            return Ok(Model::File(path.to_path_buf()));
        }
        let known = catalogue::ENTRIES.iter().map(|entry| entry.name).collect();
        Err(ModelError::UnknownName { name: text.to_owned(), known })
    }

    /// Returns the model's file.
    ///
    /// # Errors
    /// When it is not here, or not whole; says what to do.
    pub fn locate(&self, store: &Store) -> Result<PathBuf, ModelError> {
        match self {
            Model::File(path) if path.is_file() => Ok(path.clone()),
            Model::File(path) => Err(ModelError::NoFile { path: path.clone() }),
            Model::Catalogue(entry) => {
                let (name, path) = (entry.name, store.path(entry));
                match store.status(entry) {
                    Status::Present(_) | Status::Unchecked => Ok(path),
                    Status::Absent => Err(ModelError::Absent { name }),
                    Status::Partial(_) => Err(ModelError::Partial { name }),
                    Status::Damaged { size, expected } => {
                        Err(ModelError::Damaged { name, path, size, expected })
                    }
                }
            }
        }
    }

    /// Returns the SHA-256 of the model's file at `path`: from the check of its download, else computed now.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn digest(&self, store: &Store, path: &Path) -> Result<String, ModelError> {
        if let Model::Catalogue(entry) = self
            && let Status::Present(record) = store.status(entry)
        {
            return Ok(record.sha256);
        }
        sha256_of(path, &mut |_| {}).map_err(|source| ModelError::File {
            operation: "read",
            path: path.to_path_buf(),
            source,
        })
    }

    /// Returns what people call it: the catalogue name or the file name.
    pub fn name(&self) -> String {
        match self {
            Model::Catalogue(entry) => entry.name.to_owned(),
            Model::File(path) => path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_a_file_or_an_error_that_lists_the_names() {
        let named = |text| Model::named(text).expect("a model");
        assert_eq!(named(None).name(), "qwen2.5-coder-0.5b");
        assert_eq!(named(Some("smollm2-135m")).name(), "smollm2-135m");
        assert_eq!(named(Some("my.GGUF")), Model::File(PathBuf::from("my.GGUF")));
        assert_eq!(named(Some("./model")), Model::File(PathBuf::from("./model")));
        let error = Model::named(Some("gpt")).expect_err("unknown").to_string();
        assert!(error.contains("\"gpt\"") && error.contains("smollm2-135m"), "{error}");
    }
}
