//! The starter adapter, for the default model, which fills holes badly without it.
//!
//! `housestyle starter` trained this adapter on the packages that its manifest lists; `assets/starter/README.md` has
//! the recipe and the figures.

use housestyle_engine::{AdapterWeights, Config};
use housestyle_train::format::{FormatError, id_of, read};

/// The adapter's name for people.
pub(crate) const NAME: &str = "starter";

/// The model that it was made for, and its file.
const BASE_SHA256: &str = "1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32";
const WEIGHTS: &[u8] = include_bytes!("../assets/starter/adapter_model.safetensors");

/// Returns the id of the starter adapter, which is that of its bytes.
pub(crate) fn id() -> String {
    id_of(WEIGHTS)
}

/// Returns the id of the starter adapter of a model; empty for a model without one.
pub(crate) fn id_for(base_sha256: &str) -> String {
    if base_sha256 == BASE_SHA256 { id() } else { String::new() }
}

/// Returns the starter adapter of a model; `None` for other models than the default.
///
/// # Errors
/// When the program's own copy is damaged.
pub(crate) fn starter(base_sha256: &str, config: &Config) -> Result<Option<AdapterWeights>, FormatError> {
    if base_sha256 != BASE_SHA256 {
        return Ok(None);
    }
    Ok(Some(read(WEIGHTS, config, base_sha256)?.weights))
}

#[cfg(test)]
mod tests {
    use housestyle_train::format::read_header;

    use super::*;
    use housestyle_workspace::models::catalogue;

    #[test]
    fn it_is_for_the_default_model_and_cites_its_manifest() {
        let header = read_header(WEIGHTS).expect("a whole file");
        assert_eq!(header.about.base_sha256, BASE_SHA256);
        assert_eq!(catalogue::default().sha256, BASE_SHA256);
        let manifest = include_bytes!("../assets/starter/manifest.json");
        assert_eq!(header.about.manifest_sha256, Some(id_of(manifest)));
        assert!(WEIGHTS.len() < 10 << 20 && header.biases == 0);
    }
}
