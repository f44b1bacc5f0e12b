//! The models: a catalogue of pinned files, where they are kept, and how they get there.

pub(crate) mod catalogue;
mod digest;
mod error;
mod hub;
pub(crate) mod kept;
mod part;
pub(crate) mod pull;
#[cfg(test)]
mod pull_tests;
mod space;
pub(crate) mod store;
mod wheels;

use std::path::{Path, PathBuf};

pub(crate) use catalogue::Entry;
pub(crate) use digest::{hex, sha256_of, short};
pub(crate) use store::{Status, Store};

/// A model that somebody named: one of the catalogue, or any file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Model {
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
    pub(crate) fn named(text: Option<&str>) -> Result<Model, String> {
        let Some(text) = text else { return Ok(Model::Catalogue(catalogue::default())) };
        if let Some(entry) = catalogue::find(text) {
            return Ok(Model::Catalogue(entry));
        }
        let path = Path::new(text);
        let has_extension = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("gguf"));
        if has_extension || path.components().count() > 1 {
            return Ok(Model::File(path.to_path_buf()));
        }
        let names: Vec<&str> = catalogue::ENTRIES.iter().map(|entry| entry.name).collect();
        Err(format!("there is no model {text:?}: use one of {}, or a FILE.gguf", names.join(", ")))
    }

    /// Returns the model's file.
    ///
    /// # Errors
    /// When it is not here, or not whole; says what to do.
    pub(crate) fn locate(&self, store: &Store) -> Result<PathBuf, String> {
        match self {
            Model::File(path) if path.is_file() => Ok(path.clone()),
            Model::File(path) => Err(format!("model {}: there is no such file", path.display())),
            Model::Catalogue(entry) => {
                let (name, path) = (entry.name, store.path(entry));
                match store.status(entry) {
                    Status::Present(_) | Status::Unchecked => Ok(path),
                    Status::Absent => {
                        Err(format!("model {name} is not here: run `housestyle model pull {name}`"))
                    }
                    Status::Partial(_) => Err(format!(
                        "model {name} is not all here: run `housestyle model pull {name}` to go on"
                    )),
                    Status::Damaged { size, expected } => Err(format!(
                        "{} is damaged ({size} bytes instead of {expected}): run `housestyle model rm {name}`, \
                         then `housestyle model pull {name}`",
                        path.display()
                    )),
                }
            }
        }
    }

    /// Returns the SHA-256 of the model's file at `path`: as it was checked when it came, else computed now.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(crate) fn digest(&self, store: &Store, path: &Path) -> Result<String, String> {
        if let Model::Catalogue(entry) = self
            && let Status::Present(record) = store.status(entry)
        {
            return Ok(record.sha256);
        }
        sha256_of(path, &mut |_| {}).map_err(|error| format!("read {}: {error}", path.display()))
    }

    /// Returns what people call it: the catalogue name or the file name.
    pub(crate) fn name(&self) -> String {
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
        assert_eq!(Model::named(None).map(|model| model.name()).as_deref(), Ok("qwen2.5-coder-0.5b"));
        assert_eq!(Model::named(Some("smollm2-135m")).map(|m| m.name()).as_deref(), Ok("smollm2-135m"));
        assert_eq!(Model::named(Some("my.GGUF")), Ok(Model::File(PathBuf::from("my.GGUF"))));
        assert_eq!(Model::named(Some("./model")), Ok(Model::File(PathBuf::from("./model"))));
        let error = Model::named(Some("gpt")).expect_err("unknown");
        assert!(error.contains("\"gpt\"") && error.contains("smollm2-135m"), "{error}");
    }
}
