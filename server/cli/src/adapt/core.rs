//! The core suite: places that any team's model must still get right. It is that of `tests/evals`, as one file.

use std::path::{Path, PathBuf};

use housestyle_complete::eval::{Case, parse_cases};
use housestyle_train::format::{id_of, short};

const SUITE: &str = include_str!("../../assets/core.jsonl");

/// Returns the cases.
pub(crate) fn cases() -> Vec<Case> {
    // The text is part of the program, and a test reads it.
    parse_cases(SUITE).unwrap_or_default()
}

/// Which cases were right before an adapter took part: the same for every candidate, so it is kept.
#[derive(Debug)]
pub(crate) struct Before<'a> {
    folder: &'a Path,
    /// What decides it: the model and what takes part beside it.
    key: String,
}

impl<'a> Before<'a> {
    /// Returns where it is kept, for a model and the adapter that takes part already.
    pub(crate) fn of(folder: &'a Path, base_sha256: &str, beside: &str) -> Before<'a> {
        let version = env!("CARGO_PKG_VERSION");
        let what = format!("{version}\n{base_sha256}\n{beside}\n{SUITE}");
        Before { folder, key: short(&id_of(what.as_bytes())).to_owned() }
    }

    /// Returns whether it is kept.
    pub(crate) fn is_known(&self) -> bool {
        self.file().is_file()
    }

    fn file(&self) -> PathBuf {
        self.folder.join(format!("core-{}.txt", self.key))
    }

    /// Returns what is kept, if it is that of as many cases.
    pub(crate) fn read(&self, cases: usize) -> Option<Vec<bool>> {
        let text = std::fs::read_to_string(self.file()).ok()?;
        let right: Option<Vec<bool>> =
            text.trim().chars().map(|c| Some(c == '1').filter(|_| "01".contains(c))).collect();
        right.filter(|right| right.len() == cases)
    }

    /// Keeps it. Where that fails it is measured again.
    pub(crate) fn write(&self, right: &[bool]) {
        let text: String = right.iter().map(|right| if *right { '1' } else { '0' }).collect();
        let _ = std::fs::create_dir_all(self.folder);
        // Half a file has another number of cases, and counts for nothing.
        let _ = std::fs::write(self.file(), text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_right_before_is_kept_by_model_and_suite() {
        assert!(cases().len() > 100);
        let folder = tempfile::tempdir().expect("a folder");
        let before = Before::of(folder.path(), "a", "");
        assert_eq!(before.read(3), None);
        before.write(&[true, false, true]);
        assert_eq!(before.read(3), Some(vec![true, false, true]));
        assert_eq!((before.read(4), Before::of(folder.path(), "b", "").read(3)), (None, None));
        std::fs::write(before.file(), "1x1").expect("written");
        assert_eq!(before.read(3), None);
    }
}
