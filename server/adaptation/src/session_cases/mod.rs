//! Session cases of a history: each commit is a session of work, as JSON Lines for `eval` and for training.

use std::collections::{HashMap, VecDeque};
use std::io::{self, Write};

use housestyle_complete::eval::Case;
use housestyle_complete::memory::RecentEdit;
use housestyle_learn::cases::{CaseOptions, Collector, DroppedCases, MOST_EDITS, Session, edits_of};
use housestyle_learn::{Commit, ExclusionCounts};
use housestyle_review::{History, ReviewError};
use serde::Serialize;

use housestyle_workspace::Progress;
use housestyle_workspace::history::holds_secret;

/// Most commits whose edits stay in memory; ancestors are mostly near.
const MOST_KNOWN: usize = 1024;

/// Why session cases cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// A commit cannot be read.
    #[error(transparent)]
    History(#[from] ReviewError),
    /// A line cannot be written.
    #[error(transparent)]
    Write(#[from] io::Error),
}

/// The written cases in numbers.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct SessionSummary {
    /// Commits of the history.
    pub commits: usize,
    /// Commits that cases are of.
    pub sessions: usize,
    /// Cases.
    pub cases: usize,
    /// Commits, files and hunks that were excluded, by reason.
    pub left_out: ExclusionCounts,
    /// Cases that were dropped, by reason.
    pub dropped: DroppedCases,
}

/// Writes the session cases of a history, a line each, from the oldest commit to the newest; with a limit the latest ones.
///
/// # Errors
/// When a commit cannot be read, or a line cannot be written.
pub fn write_session_cases(
    history: &History,
    seed: u64,
    limit: Option<usize>,
    out: &mut dyn Write,
    progress: &mut dyn Progress,
) -> Result<SessionSummary, SessionError> {
    let mut collector = Collector::new(CaseOptions::of_sessions(seed), &holds_secret);
    let (mut sessions, mut left_out) = (Sessions::new(history), history.exclusions().clone());
    let mut writer = Writer { out, sessions: 0, cases: 0, commit: None };
    let mut latest: VecDeque<Case> = VecDeque::new();
    progress.begin_items("reading the history", history.len());
    for index in 0..history.len() {
        let reading = history.read(index)?;
        left_out.merge(&reading.exclusions);
        if let Some(session) = sessions.of(index, &reading.commit)? {
            let examples = collector.examples(&reading.commit);
            latest.extend(examples.iter().filter_map(|example| session.case(example)));
        }
        match limit {
            None => latest.drain(..).try_for_each(|case| writer.write(&case))?,
            Some(limit) => drop(latest.drain(..latest.len().saturating_sub(limit))),
        }
        progress.at(index as u64 + 1);
    }
    progress.end();
    latest.iter().try_for_each(|case| writer.write(case))?;
    writer.out.flush()?;
    Ok(SessionSummary {
        commits: history.len(),
        sessions: writer.sessions,
        cases: writer.cases,
        left_out,
        dropped: collector.dropped(),
    })
}

/// Writes and counts cases, which come commit by commit.
struct Writer<'a> {
    out: &'a mut dyn Write,
    sessions: usize,
    cases: usize,
    commit: Option<String>,
}

impl Writer<'_> {
    fn write(&mut self, case: &Case) -> io::Result<()> {
        self.cases += 1;
        self.sessions += usize::from(case.commit != self.commit);
        self.commit.clone_from(&case.commit);
        let line = serde_json::to_string(case).map_err(io::Error::other)?;
        writeln!(self.out, "{line}")
    }
}

/// Reads what came before the commits of a history.
#[derive(Debug)]
pub struct Sessions<'a> {
    history: &'a History,
    /// The edits of commits that were read, by the ids of the commits.
    known: HashMap<String, Vec<RecentEdit>>,
}

impl<'a> Sessions<'a> {
    /// Returns a reader that has read nothing.
    pub fn new(history: &'a History) -> Sessions<'a> {
        Sessions { history, known: HashMap::new() }
    }

    /// Returns a commit of the history as a session; `None` where nothing came before it.
    ///
    /// # Errors
    /// When the commit or one of its ancestors cannot be read.
    pub fn of<'c>(&mut self, index: usize, commit: &'c Commit) -> Result<Option<Session<'c>>, ReviewError> {
        self.know(&commit.id, edits_of(commit));
        let Some(tree) = self.history.tree_before(index)? else { return Ok(None) };
        Ok(Some(Session::new(commit, tree, self.edits_before(index)?)))
    }

    /// Returns the last edits of a commit's ancestors, newest last.
    fn edits_before(&mut self, index: usize) -> Result<Vec<RecentEdit>, ReviewError> {
        let mut edits = VecDeque::new();
        for id in self.history.edits_before(index, MOST_EDITS)? {
            if !self.known.contains_key(&id) {
                let commit = self.history.read_id(&id)?.commit;
                self.know(&id, edits_of(&commit));
            }
            for edit in self.known.get(&id).into_iter().flatten().rev() {
                edits.push_front(edit.clone());
            }
            if edits.len() >= MOST_EDITS {
                break;
            }
        }
        Ok(edits.into())
    }

    fn know(&mut self, id: &str, edits: Vec<RecentEdit>) {
        if self.known.len() >= MOST_KNOWN {
            self.known.clear();
        }
        self.known.insert(id.to_owned(), edits);
    }
}

#[cfg(test)]
mod tests;
