//! The core suite: cases that any team's model must still get right. They are those of `tests/evals`, as one file.

use std::path::{Path, PathBuf};

use housestyle_complete::eval::{Case, parse_cases};
use housestyle_train::format::{id_of, short};
use housestyle_workspace::private;

pub(super) const SUITE: &str = include_str!("../../assets/core.jsonl");

/// Returns the cases of the suite.
pub(crate) fn cases() -> Vec<Case> {
    // The text is part of the program, and a test reads it.
    parse_cases(SUITE).unwrap_or_default()
}

/// The stored results of the suite without a candidate. They are the same for every candidate.
#[derive(Debug)]
pub(crate) struct Baseline<'a> {
    folder: &'a Path,
    /// A digest of the model, its adapter, and the suite.
    key: String,
}

impl<'a> Baseline<'a> {
    /// Returns the baseline of a model and its starter adapter.
    pub(crate) fn of(folder: &'a Path, base_sha256: &str, starter: &str) -> Baseline<'a> {
        let version = env!("CARGO_PKG_VERSION");
        let what = format!("{version}\n{base_sha256}\n{starter}\n{SUITE}");
        Baseline { folder, key: short(&id_of(what.as_bytes())).to_owned() }
    }

    /// Returns whether the results are stored.
    pub(crate) fn is_stored(&self) -> bool {
        self.file().is_file()
    }

    fn file(&self) -> PathBuf {
        self.folder.join(format!("core-{}.txt", self.key))
    }

    /// Returns the stored results, if they are of so many cases.
    pub(crate) fn read(&self, cases: usize) -> Option<Vec<bool>> {
        let text = std::fs::read_to_string(self.file()).ok()?;
        let right: Option<Vec<bool>> =
            text.trim().chars().map(|c| Some(c == '1').filter(|_| "01".contains(c))).collect();
        right.filter(|right| right.len() == cases)
    }

    /// Stores the results. Where that fails, the next run measures again.
    pub(crate) fn write(&self, right: &[bool]) {
        let text: String = right.iter().map(|right| if *right { '1' } else { '0' }).collect();
        let _ = private::make_folder(self.folder);
        // Half a file has another number of cases, and counts for nothing.
        let _ = private::write(&self.file(), text.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_baseline_is_stored_by_model_and_suite() {
        assert!(cases().len() > 100);
        let folder = tempfile::tempdir().expect("a folder");
        let baseline = Baseline::of(folder.path(), "a", "");
        assert_eq!(baseline.read(3), None);
        baseline.write(&[true, false, true]);
        assert_eq!(baseline.read(3), Some(vec![true, false, true]));
        assert_eq!((baseline.read(4), Baseline::of(folder.path(), "b", "").read(3)), (None, None));
        std::fs::write(baseline.file(), "1x1").expect("written");
        assert_eq!(baseline.read(3), None);
    }
}
