//! The file of `eval --per-case`: a line for each case and arm, written as soon as the result is known. An interrupted run
//! goes on after these lines.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use housestyle_complete::eval::{Arm, Case, CaseResult};
use housestyle_complete::{Memory, Settings};
use housestyle_workspace::{Workspace, digest, phrases};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::backend::{Adaptive, Backend, Setup};
use crate::error::Error;

/// The start of every line: a last line without a line break is one that was cut short only where it begins like this.
const START: &[u8] = b"{\"arm\":\"";
/// Bytes of the digest that names a run: enough to tell runs apart.
const RUN_BYTES: usize = 8;

/// Why the file of results cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PerCaseError {
    /// The file cannot be read or written.
    #[error(transparent)]
    File(#[from] io::Error),
    /// A line is no result.
    #[error("line {line} is no result of `eval`; name another file")]
    NoResult {
        /// The number of the line, from 1.
        line: usize,
    },
    /// A result is of another run.
    #[error(
        "line {line} is of a run with other cases, arms, settings, another model or version; name another file, or delete \
         this one to measure anew"
    )]
    OtherRun {
        /// The number of the line, from 1.
        line: usize,
    },
}

/// A line of the file.
#[derive(Debug, Serialize, Deserialize)]
struct Line {
    arm: String,
    /// The number of the case in its file, from 1.
    case: usize,
    /// The name of the run.
    run: String,
    #[serde(flatten)]
    result: CaseResult,
}

/// An open file of results.
#[derive(Debug)]
pub struct PerCase {
    file: File,
    runs: HashMap<&'static str, String>,
    known: HashMap<(String, usize), CaseResult>,
}

impl PerCase {
    /// Opens the file, or begins one. `runs` names the run of each arm, see [`RunInputs::name`]. A last line that was cut short is
    /// removed; a file with anything else in it stays as it is.
    ///
    /// # Errors
    /// When the file cannot be read or written, or holds something else than results of these runs.
    pub fn open(path: &Path, runs: &[(Arm, String)], cases: &[Case]) -> Result<PerCase, PerCaseError> {
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error.into()),
        };
        let runs: HashMap<&'static str, String> =
            runs.iter().map(|(arm, run)| (arm.name(), run.clone())).collect();
        let (whole, rest) =
            bytes.split_at(bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1));
        let mut known = HashMap::new();
        let mut count = 0;
        for line in whole.split_inclusive(|byte| *byte == b'\n') {
            count += 1;
            let read: Line =
                serde_json::from_slice(line).map_err(|_| PerCaseError::NoResult { line: count })?;
            let case = read.case.checked_sub(1).and_then(|index| cases.get(index));
            let Some(case) = case.filter(|_| runs.get(read.arm.as_str()) == Some(&read.run)) else {
                return Err(PerCaseError::OtherRun { line: count });
            };
            known.insert((read.arm, read.case), CaseResult { time: case.time, ..read.result });
        }
        if !rest.starts_with(START) && !START.starts_with(rest) {
            return Err(PerCaseError::NoResult { line: count + 1 });
        }
        let mut file = File::options().create(true).truncate(false).write(true).open(path)?;
        file.set_len(whole.len() as u64)?;
        file.seek(SeekFrom::End(0))?;
        Ok(PerCase { file, runs, known })
    }

    /// Returns how many results the file has.
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// Returns whether the file has no results.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// Returns the result of a case, which counts from 0, on an arm; `None` where the file does not have it.
    pub fn get(&self, arm: Arm, index: usize) -> Option<&CaseResult> {
        self.known.get(&(arm.name().to_owned(), index + 1))
    }

    /// Writes a result, as one line at once.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn add(&mut self, arm: Arm, index: usize, result: &CaseResult) -> io::Result<()> {
        let run = self.runs.get(arm.name()).cloned().unwrap_or_default();
        let line = Line { arm: arm.name().to_owned(), case: index + 1, run, result: result.clone() };
        let mut text = serde_json::to_vec(&line).map_err(io::Error::other)?;
        text.push(b'\n');
        self.file.write_all(&text)?;
        self.known.insert((line.arm, line.case), line.result);
        Ok(())
    }
}

/// What the results of every arm depend on.
#[derive(Debug)]
pub struct RunInputs<'a> {
    setup: &'a Setup,
    settings: &'a Settings,
    has_chunks: bool,
    /// The digest of model and cases.
    common: Vec<u8>,
}

impl<'a> RunInputs<'a> {
    /// Reads the model and the cases; `has_chunks` says whether cases get related chunks.
    ///
    /// # Errors
    /// When the model cannot be read.
    pub fn new(
        setup: &'a Setup,
        backend: &Backend,
        settings: &'a Settings,
        cases: &[Case],
        has_chunks: bool,
    ) -> Result<RunInputs<'a>, Error> {
        let mut hasher = Sha256::new();
        hasher.update(env!("CARGO_PKG_VERSION"));
        hasher.update(match backend {
            Backend::Local => setup.base()?.sha256,
            // By its path alone: a script that is written anew goes on with the cases that are left.
            Backend::Script(path) => path.display().to_string(),
        });
        for case in cases {
            hasher.update(serde_json::to_vec(case)?);
        }
        Ok(RunInputs { setup, settings, has_chunks, common: hasher.finalize().to_vec() })
    }

    /// Returns the name of an arm's run: a digest of what its results depend on. The arm takes part in the generator
    /// already.
    ///
    /// # Errors
    /// When the phrases cannot be read.
    pub fn name(&self, generator: &dyn Adaptive, arm: Arm, memory: &Memory) -> Result<String, Error> {
        let described = generator.describe();
        let phrases = match arm.has(Arm::Phrases) {
            true => phrases_digest(&self.setup.workspace, generator.vocabulary())?,
            false => None,
        };
        let has_chunks = self.has_chunks && described.reads_context;
        let mut hasher = Sha256::new();
        hasher.update(&self.common);
        hasher.update(format!("{}\n{described:?}\n{phrases:?}\n{has_chunks}\n", arm.name()));
        hasher.update(format!("{:?}\n{:?}\n", self.settings, memory.notes));
        hasher.update(format!("{:?}\n{:?}\n", memory.skills.list(), memory.skills.exceptions()));
        Ok(digest::hex(&hasher.finalize()[..RUN_BYTES]))
    }
}

fn phrases_digest(workspace: &Workspace, vocabulary: u64) -> Result<Option<String>, Error> {
    let file: PathBuf = phrases::file(workspace.state(), vocabulary);
    match digest::sha256_of(&file, &mut |_| {}) {
        Ok(digest) => Ok(Some(digest)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(Error::State { path: file, source }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cases() -> Vec<Case> {
        (1..4).map(|n| Case { path: format!("{n}.rs"), time: f64::from(n), ..Case::default() }).collect()
    }

    fn runs() -> Vec<(Arm, String)> {
        vec![(Arm::Base, "r0".to_owned()), (Arm::Memory, "r1".to_owned())]
    }

    fn result(text: &str) -> CaseResult {
        CaseResult {
            name: text.to_owned(),
            text: Some(text.to_owned()),
            exact: true,
            ..CaseResult::default()
        }
    }

    #[test]
    fn results_are_found_again_and_a_line_that_was_cut_short_is_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("results.jsonl");
        let mut file = PerCase::open(&path, &runs(), &cases()).expect("opened");
        assert!(file.is_empty());
        file.add(Arm::Base, 0, &result("one")).expect("written");
        file.add(Arm::Memory, 2, &result("three")).expect("written");
        let whole = fs::read_to_string(&path).expect("read");
        let lines: Vec<&str> = whole.split_inclusive('\n').collect();
        // Wherever the last line was cut: all before it is there, and the file goes on behind it.
        for cut in 0..lines[1].len() {
            fs::write(&path, format!("{}{}", lines[0], &lines[1][..cut])).expect("written");
            let mut file = PerCase::open(&path, &runs(), &cases()).expect("opened");
            assert_eq!((file.len(), file.get(Arm::Memory, 2)), (1, None), "{cut}");
            let found = file.get(Arm::Base, 0).expect("known");
            assert_eq!((found.text.as_deref(), found.time), (Some("one"), 1.0));
            file.add(Arm::Memory, 2, &result("three")).expect("written");
            assert_eq!(fs::read_to_string(&path).expect("read"), whole);
        }
    }

    #[test]
    fn a_file_of_something_else_is_refused_and_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("results.jsonl");
        let mut file = PerCase::open(&path, &runs(), &cases()).expect("opened");
        file.add(Arm::Base, 2, &result("three")).expect("written");
        let line = fs::read_to_string(&path).expect("read");
        let check = |content: &str, runs: &[(Arm, String)], cases: &[Case], expected: &str| {
            fs::write(&path, content).expect("written");
            let error = PerCase::open(&path, runs, cases).expect_err("refused").to_string();
            assert!(error.starts_with(expected), "{error}");
            assert_eq!(fs::read_to_string(&path).expect("read"), content);
        };
        check(&line, &[(Arm::Base, "other".to_owned())], &cases(), "line 1 is of a run with other");
        check(&line, &runs()[1..], &cases(), "line 1 is of a run with other");
        check(&line, &runs(), &cases()[..2], "line 1 is of a run with other");
        check(&format!("{line}{{\"path\":\"a\"}}\n"), &runs(), &cases(), "line 2 is no result");
        check("a novel, in one line", &runs(), &cases(), "line 1 is no result");
        check(&format!("{line}\n"), &runs(), &cases(), "line 2 is no result");
    }
}
