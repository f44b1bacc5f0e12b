//! Weights as git objects: a blob under `refs/housestyle/adapters/<id>`, so that the team's own remote carries
//! them and no commit holds them.

use std::path::Path;

use git2::{ErrorCode, Repository};

use crate::error::{ReviewError, during};
use crate::repository::open;

/// Where weights are.
pub const WEIGHTS: &str = "refs/housestyle/adapters/";

/// Writes weights under their id.
///
/// # Errors
/// When there is no repository, git fails, or something else is there.
pub fn write_weights(path: &Path, id: &str, weights: &[u8]) -> Result<String, ReviewError> {
    let repository = open(path)?;
    let reference = format!("{WEIGHTS}{id}");
    let blob = repository.blob(weights).map_err(during("write the weights"))?;
    match repository.find_reference(&reference) {
        Ok(there) if there.target() == Some(blob) => Ok(reference),
        Ok(_) => Err(ReviewError::ForeignReference { reference, id: id.to_owned() }),
        Err(error) if error.code() == ErrorCode::NotFound => {
            repository
                .reference(&reference, blob, false, "housestyle: weights")
                .map_err(during("make the weights' reference"))?;
            Ok(reference)
        }
        Err(source) => Err(ReviewError::Git { operation: "look for the weights' reference", source }),
    }
}

/// Returns the ids of all weights in the repository, sorted, without a look at their content.
///
/// # Errors
/// When there is no repository, or its references cannot be read.
pub fn list_weights(path: &Path) -> Result<Vec<String>, ReviewError> {
    let repository = open(path)?;
    let found = repository.references_glob(&format!("{WEIGHTS}*")).map_err(during("list the weights"))?;
    let mut ids: Vec<String> = found
        .flatten()
        .filter_map(|reference| Some(reference.name().ok()?.strip_prefix(WEIGHTS)?.to_owned()))
        .collect();
    ids.sort();
    Ok(ids)
}

/// Returns weights by their id, unless they are more than `most` bytes. The caller must compare the digest: a
/// reference holds whatever was pushed.
///
/// # Errors
/// When there is no repository, no such reference, or it holds no blob of that size.
pub fn read_weights(path: &Path, id: &str, most: u64) -> Result<Vec<u8>, ReviewError> {
    let repository = open(path)?;
    let reference = format!("{WEIGHTS}{id}");
    let foreign = || ReviewError::ForeignReference { reference: reference.clone(), id: id.to_owned() };
    let target = repository
        .find_reference(&reference)
        .map_err(during("look for the weights"))?
        .target()
        .ok_or_else(foreign)?;
    if size_of(&repository, target)? > most {
        return Err(foreign());
    }
    let blob = repository.find_blob(target).map_err(|_| foreign())?;
    Ok(blob.content().to_vec())
}

/// Returns an object's size without reading it.
fn size_of(repository: &Repository, object: git2::Oid) -> Result<u64, ReviewError> {
    let odb = repository.odb().map_err(during("open the objects"))?;
    let (size, _) = odb.read_header(object).map_err(during("look at the weights"))?;
    Ok(size as u64)
}
