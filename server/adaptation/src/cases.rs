//! Files of cases, as flags and commands name them: one JSON object a line.

use std::fs;
use std::path::Path;

use housestyle_complete::eval::{Case, parse_cases};

use crate::error::{CasesProblem, Error};

/// Reads a file of cases, which may hold none.
///
/// # Errors
/// When the file cannot be read, or a line is no case.
pub fn read(path: &Path) -> Result<Vec<Case>, CasesProblem> {
    Ok(parse_cases(&fs::read_to_string(path)?)?)
}

/// Reads a file of cases that a flag names; the file may hold none.
///
/// # Errors
/// As [`read`], with the flag.
pub fn optional(flag: &'static str, path: &Path) -> Result<Vec<Case>, Error> {
    read(path).map_err(|problem| Error::Flag { flag, path: path.to_path_buf(), problem })
}

/// Reads a file of cases that a flag names, with one case at least.
///
/// # Errors
/// As [`optional`], or when the file holds no case.
pub fn required(flag: &'static str, path: &Path) -> Result<Vec<Case>, Error> {
    let cases = optional(flag, path)?;
    if cases.is_empty() {
        let problem = CasesProblem::NoCase;
        return Err(Error::Flag { flag, path: path.to_path_buf(), problem });
    }
    Ok(cases)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_names_the_flag_and_the_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("cases.jsonl");
        let problem = |text: &str| {
            fs::write(&file, text).expect("written");
            required("--from", &file).expect_err("no cases").to_string()
        };
        assert!(problem("").ends_with("cases.jsonl: there is no case in it"));
        assert!(problem("{}").starts_with("--from ") && problem("{}").contains("line 1"));
        fs::write(&file, "").expect("written");
        assert_eq!(optional("--control", &file).expect("read"), Vec::new());
    }
}
