//! The edits of another repository, on which the foreign control trains.

use std::io::{Cursor, Read};

use housestyle_complete::eval::{Case, parse_cases};

use crate::error::{ControlProblem, Error};

/// Edits of a package that the starter was not trained on; `assets/control/README.md` says which.
const PACKED: &[u8] = include_bytes!("../../assets/control/structlog.zip");

/// Returns the edits that come with the program.
///
/// # Errors
/// When the program's own copy is damaged.
pub fn cases() -> Result<Vec<Case>, Error> {
    unpacked().map_err(Error::Control)
}

fn unpacked() -> Result<Vec<Case>, ControlProblem> {
    let mut archive = zip::ZipArchive::new(Cursor::new(PACKED))?;
    let mut text = String::new();
    archive.by_index(0)?.read_to_string(&mut text)?;
    Ok(parse_cases(&text)?)
}

#[cfg(test)]
mod tests {
    #[test]
    fn it_comes_with_the_program() {
        assert_eq!(super::cases().expect("cases").len(), 240);
    }
}
