//! `FILE:LINE:COL` on the command line, also when FILE is `C:\a.rs`.

use std::path::PathBuf;

/// A place in a file as people count: line and column from 1, columns in characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    /// The file.
    pub(crate) file: PathBuf,
    /// Line, from 1.
    pub(crate) line: u32,
    /// Column, from 1: 1 is before the first character.
    pub(crate) column: u32,
}

impl Target {
    /// Reads `FILE:LINE:COL`.
    ///
    /// # Errors
    /// Says the form.
    pub(crate) fn parse(text: &str) -> Result<Target, String> {
        let mut parts = text.rsplitn(3, ':'); // from the right: a drive letter has a colon too
        let number = |part: Option<&str>| part?.parse().ok().filter(|number: &u32| *number > 0);
        let (column, line, file) = (number(parts.next()), number(parts.next()), parts.next());
        match (file.filter(|file| !file.is_empty()), line, column) {
            (Some(file), Some(line), Some(column)) => Ok(Target { file: PathBuf::from(file), line, column }),
            _ => Err("expected FILE:LINE:COL, line and column from 1, such as src/main.rs:12:5".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_may_have_colons() {
        let check = |text: &str, file: &str, line, column| {
            assert_eq!(Target::parse(text), Ok(Target { file: PathBuf::from(file), line, column }));
        };
        check("src/a.rs:3:4", "src/a.rs", 3, 4);
        check(r"C:\x:3:4", r"C:\x", 3, 4);
        check("a:1:2:3", "a:1", 2, 3);
        for wrong in ["a.rs", "a.rs:1", ":1:2", "a.rs:0:1", "a.rs:1:0", "a.rs:x:1", r"C:\x:3", ""] {
            assert!(Target::parse(wrong).is_err(), "{wrong}");
        }
    }
}
