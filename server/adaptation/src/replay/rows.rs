//! The results so far, on disk: one line for each case and arm, written as soon as the result is known.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use housestyle_complete::eval::CaseResult;
use housestyle_workspace::private;
use serde::{Deserialize, Serialize};

/// The result of one case on one arm.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The arm's identity.
    pub arm: String,
    /// The case's name.
    pub name: String,
    /// When the case was written.
    pub time: f64,
    /// The suggestion, if there was one.
    pub text: Option<String>,
    /// The whole middle was right.
    pub exact: bool,
    /// The first line was right.
    pub first_line_exact: bool,
    /// How near the first line was.
    pub edit_similarity: f64,
    /// All names of the first line stood in the prompt.
    pub names_in_prompt: bool,
    /// The first line itself stood in the prompt.
    pub line_in_prompt: bool,
    /// Nats of the middle.
    pub nll: Option<f64>,
    /// Nats of its end.
    pub nll_end: Option<f64>,
    /// Its tokens.
    pub tokens: usize,
    /// How long the suggestion took.
    pub latency_ms: Option<f64>,
}

impl Row {
    /// Returns the row of a result.
    pub fn of(arm: &str, result: &CaseResult) -> Row {
        Row {
            arm: arm.to_owned(),
            name: result.name.clone(),
            time: result.time,
            text: result.text.clone(),
            exact: result.exact,
            first_line_exact: result.first_line_exact,
            edit_similarity: result.edit_similarity,
            names_in_prompt: result.names_in_prompt,
            line_in_prompt: result.line_in_prompt,
            nll: result.nll,
            nll_end: result.nll_end,
            tokens: result.tokens,
            latency_ms: result.latency_ms,
        }
    }

    /// Returns the result, without the reason for a silence.
    pub fn result(&self) -> CaseResult {
        CaseResult {
            name: self.name.clone(),
            time: self.time,
            text: self.text.clone(),
            reason: None,
            exact: self.exact,
            first_line_exact: self.first_line_exact,
            edit_similarity: self.edit_similarity,
            names_in_prompt: self.names_in_prompt,
            line_in_prompt: self.line_in_prompt,
            nll: self.nll,
            nll_end: self.nll_end,
            tokens: self.tokens,
            latency_ms: self.latency_ms,
        }
    }

    /// Returns the nats a token of the middle.
    pub fn nll_per_token(&self) -> Option<f64> {
        self.nll.filter(|_| self.tokens > 0).map(|nll| nll / self.tokens as f64)
    }
}

/// All rows of one replay.
#[derive(Debug)]
pub struct Rows {
    path: PathBuf,
    file: File,
    rows: HashMap<(String, String), Row>,
}

impl Rows {
    /// Opens the rows at a path, or begins them. A line that was cut short is passed over.
    ///
    /// # Errors
    /// When the file cannot be read or written.
    pub fn open(path: &Path) -> io::Result<Rows> {
        if let Some(folder) = path.parent() {
            private::make_folder(folder)?;
        }
        let text = match fs::read(path) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error),
        };
        let known = text.lines().filter_map(|line| serde_json::from_str::<Row>(line).ok());
        let rows = known.map(|row| ((row.arm.clone(), row.name.clone()), row)).collect();
        let mut file = private::open(path, File::options().create(true).append(true))?;
        if !text.is_empty() && !text.ends_with('\n') {
            file.write_all(b"\n")?;
        }
        Ok(Rows { path: path.to_path_buf(), file, rows })
    }

    /// Returns where the rows are.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns what a case gave on an arm, if that is known.
    pub fn get(&self, arm: &str, name: &str) -> Option<&Row> {
        self.rows.get(&(arm.to_owned(), name.to_owned()))
    }

    /// Adds a row, on disk before in memory, with one write.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn add(&mut self, row: Row) -> io::Result<()> {
        let line = format!("{}\n", serde_json::to_string(&row)?);
        self.file.write_all(line.as_bytes())?;
        self.rows.insert((row.arm.clone(), row.name.clone()), row);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str) -> Row {
        Row {
            arm: "base".to_owned(),
            name: name.to_owned(),
            time: 1.0,
            text: Some("a\nb".to_owned()),
            exact: true,
            first_line_exact: true,
            edit_similarity: 1.0,
            names_in_prompt: true,
            line_in_prompt: false,
            nll: Some(0.1 + 0.2),
            nll_end: None,
            tokens: 3,
            latency_ms: None,
        }
    }

    #[test]
    fn rows_are_read_back_and_a_torn_line_is_skipped() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("deep/rows.jsonl");
        let mut rows = Rows::open(&path).expect("begun");
        rows.add(row("one")).expect("written");
        rows.add(row("two")).expect("written");
        let text = fs::read_to_string(&path).expect("read");
        fs::write(&path, &text[..text.len() - 20]).expect("torn");
        let mut rows = Rows::open(&path).expect("opened");
        assert_eq!((rows.get("base", "one"), rows.get("base", "two")), (Some(&row("one")), None));
        rows.add(row("two")).expect("written");
        let rows = Rows::open(&path).expect("opened");
        assert_eq!(rows.get("base", "two"), Some(&row("two")));
        assert_eq!(rows.get("phrases", "two"), None);
    }
}
