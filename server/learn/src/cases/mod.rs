//! From edits to cases: holes where a team wrote something, with the text around them at that time.

mod duplicates;
mod holes;
pub mod leaks;
mod session;
mod split;

use std::collections::HashMap;
use std::ops::Range;

use housestyle_complete::eval::Case;

use crate::edit::{Commit, FileChange};
use crate::random::Random;
use duplicates::Seen;
use holes::Hole;
pub use holes::HoleOptions;
pub use session::{MOST_EDITS, Session, edits_of};
pub use split::{FEWEST_AUTHORS, border_by};

/// How cases are made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CaseOptions {
    /// Seed of all choices.
    pub seed: u64,
    /// The sizes and numbers of holes.
    pub holes: HoleOptions,
    /// Most cases of a file in a commit.
    pub per_change: usize,
    /// Most cases of a commit.
    pub per_commit: usize,
    /// Most cases of a file over all commits.
    pub per_file: usize,
    /// Bytes of text on each side of a hole: more than any prompt holds.
    pub around: usize,
    /// Largest share of the examples to learn from that one author may have.
    pub author_share: f64,
    /// Share of the examples before those for tests, on which settings are chosen.
    pub tune: f64,
    /// Share of the examples that are for tests, the latest.
    pub test: f64,
}

impl Default for CaseOptions {
    fn default() -> CaseOptions {
        CaseOptions {
            seed: 0,
            holes: HoleOptions { per_hunk: 3, lines: 4, bytes: 320 },
            per_change: 8,
            per_commit: 100,
            per_file: 200,
            around: 24 * 1024,
            author_share: 0.25,
            tune: 0.15,
            test: 0.15,
        }
    }
}

impl CaseOptions {
    /// Returns the options of session cases: whole files, and few holes of a commit, whose cases are alike.
    pub fn of_sessions(seed: u64) -> CaseOptions {
        CaseOptions { seed, per_change: 3, per_commit: 6, around: usize::MAX, ..CaseOptions::default() }
    }
}

/// A case, and where it is from.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// The hole.
    pub case: Case,
    /// The commit's id.
    pub commit: String,
    /// Who wrote it.
    pub author: String,
    /// The id of the text that holds the middle.
    pub blob: String,
    /// Where the middle stands in it, in bytes.
    pub range: Range<usize>,
}

/// Numbers of dropped cases, by reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct DroppedCases {
    /// Very much like an earlier one.
    pub duplicates: usize,
    /// A secret stands in the hole or near it.
    pub secrets: usize,
    /// More than the most of a file or a commit.
    pub over_the_most: usize,
    /// Older ones of an author who has too large a share.
    pub author_share: usize,
}

/// Cases, split by time.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Dataset {
    /// Examples to train on.
    pub train: Vec<Example>,
    /// Later examples, to choose settings on.
    pub tune: Vec<Example>,
    /// The latest examples, to measure on once.
    pub test: Vec<Example>,
    /// The cases that were dropped.
    pub dropped: DroppedCases,
}

/// Makes cases of commits, which come from the oldest to the newest.
pub struct Collector<'a> {
    options: CaseOptions,
    /// Returns whether a text holds a secret.
    is_secret: &'a dyn Fn(&str) -> bool,
    seen: Seen,
    of_file: HashMap<String, usize>,
    dropped: DroppedCases,
}

impl<'a> Collector<'a> {
    /// Returns a collector that has seen nothing.
    pub fn new(options: CaseOptions, is_secret: &'a dyn Fn(&str) -> bool) -> Collector<'a> {
        Collector {
            options,
            is_secret,
            seen: Seen::default(),
            of_file: HashMap::new(),
            dropped: DroppedCases::default(),
        }
    }

    /// Returns a commit's cases. A first commit has none: all in it is new, so nothing of it is an edit.
    pub fn examples(&mut self, commit: &Commit) -> Vec<Example> {
        if commit.is_first {
            return Vec::new();
        }
        let files = commit.files.iter().filter_map(|file| Some((file, file.blob.as_ref()?)));
        let mut drawn: Vec<(usize, &FileChange, &String, Hole)> = Vec::new();
        for (file, blob) in files {
            let mut random = Random::at(self.options.seed, &[&commit.id, &file.path]);
            let mut of_file: Vec<(usize, &FileChange, &String, Hole)> = Vec::new();
            for hunk in &file.hunks {
                let holes = holes::holes(file, hunk, &self.options.holes, &mut random);
                of_file.extend(holes.into_iter().map(|hole| (random.below(1 << 32), file, blob, hole)));
            }
            drawn.extend(self.some(of_file, self.options.per_change));
        }
        let drawn = self.some(drawn, self.options.per_commit);
        drawn
            .into_iter()
            .filter_map(|(_, file, blob, hole)| self.example(commit, file, blob, &hole))
            .collect()
    }

    /// Returns at most so many of the holes, chosen by the numbers they drew, in the order in which they came.
    fn some<'b>(
        &mut self,
        mut holes: Vec<(usize, &'b FileChange, &'b String, Hole)>,
        most: usize,
    ) -> Vec<(usize, &'b FileChange, &'b String, Hole)> {
        if holes.len() > most {
            self.dropped.over_the_most += holes.len() - most;
            let mut drawn: Vec<usize> = holes.iter().map(|hole| hole.0).collect();
            drawn.sort_unstable();
            let border = drawn[most];
            holes.retain(|hole| hole.0 < border);
        }
        holes
    }

    fn example(&mut self, commit: &Commit, file: &FileChange, blob: &str, hole: &Hole) -> Option<Example> {
        let (prefix, middle) = (&file.new[..hole.middle.start], &file.new[hole.middle.clone()]);
        let of_file = self.of_file.entry(file.path.clone()).or_default();
        if *of_file >= self.options.per_file {
            self.dropped.over_the_most += 1;
            return None;
        }
        if self.seen.is_duplicate(prefix, middle) {
            self.dropped.duplicates += 1;
            return None;
        }
        let suffix = format!("{}{}", &file.new[hole.tail.clone()], &file.old[hole.old..]);
        let (before, after) = (end_of(prefix, self.options.around), start_of(&suffix, self.options.around));
        // Together: the hole often parts the name of a secret from its value.
        if (self.is_secret)(&format!("{before}{middle}{after}")) {
            self.dropped.secrets += 1;
            return None;
        }
        *of_file += 1;
        let line = prefix.matches('\n').count() + 1;
        let case = Case {
            path: file.path.clone(),
            prefix: before.to_owned(),
            suffix: after.to_owned(),
            middle: middle.to_owned(),
            time: commit.time as f64,
            name: Some(format!("{}:{}:{line}", commit.id.get(..10).unwrap_or(&commit.id), file.path)),
            ..Case::default()
        };
        Some(Example {
            case,
            commit: commit.id.clone(),
            author: commit.author.clone(),
            blob: blob.to_owned(),
            range: hole.middle.clone(),
        })
    }

    /// Returns the numbers of cases that were dropped so far.
    pub fn dropped(&self) -> DroppedCases {
        self.dropped
    }

    /// Splits examples, which are in the order of time, into those to train, tune and test on.
    pub fn split(&self, mut examples: Vec<Example>) -> Dataset {
        let test =
            examples.split_off(border_by(&examples, self.options.test, |example| example.commit.clone()));
        // The share is of all, and the border is looked for in what is left.
        let share = self.options.tune / (1.0 - self.options.test).max(f64::EPSILON);
        let tune = examples.split_off(border_by(&examples, share, |example| example.commit.clone()));
        let mut dropped = self.dropped;
        dropped.author_share = split::cap_authors(&mut examples, self.options.author_share);
        Dataset { train: examples, tune, test, dropped }
    }
}

impl std::fmt::Debug for Collector<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Collector").field("options", &self.options).field("dropped", &self.dropped).finish()
    }
}

/// Returns the last bytes of a text, from the start of a line where there is one.
fn end_of(text: &str, bytes: usize) -> &str {
    let at = text.floor_char_boundary(text.len().saturating_sub(bytes));
    let rest = &text[at..];
    if at == 0 { rest } else { rest.split_once('\n').map_or(rest, |(_, lines)| lines) }
}

/// Returns the first bytes of a text, to the end of a line where there is one.
fn start_of(text: &str, bytes: usize) -> &str {
    let first = &text[..text.floor_char_boundary(bytes)];
    if first.len() == text.len() { first } else { first.rfind('\n').map_or(first, |at| &first[..=at]) }
}

#[cfg(test)]
pub(crate) mod tests;
