//! The edits that skills are mined from: the workspace's history, or the accepted suggestions of its journal.

use std::time::SystemTime;

use housestyle_complete::Settings;
use housestyle_journal::{Journal, JournalError, Stamp};
use housestyle_learn::Commit;
use housestyle_learn::mine::FileEdit;
use housestyle_review::{History, ReviewError};

use crate::history::hashed;
use crate::journal_cases::cases;
use crate::progress::Progress;
use crate::workspace::Workspace;

/// Bytes of text that are held at once: the newest commits of a very long history.
const MOST_BYTES: usize = 512 << 20;
/// Bytes of a file that may settle a tool.
const CONFIG_BYTES: usize = 64 * 1024;

/// The share of the commits, the latest, that a rule is measured on and not mined from.
pub const HELD_OUT: f64 = 0.3;

/// Edits as they were read, from the oldest to the newest.
#[derive(Debug, Default)]
pub struct MiningWindow {
    /// Commits; an accepted suggestion is a commit of its own.
    commits: Vec<Commit>,
    /// Bytes of their texts.
    bytes: usize,
    /// Files of the newest commit that may settle a tool: paths and texts.
    configs: Vec<(String, String)>,
    /// Older commits that were not read, as there was too much text.
    pub unread: usize,
}

impl MiningWindow {
    /// Reads the commits of a history.
    ///
    /// # Errors
    /// When a commit or the newest tree cannot be read.
    pub fn of_git(history: &History, bar: &mut dyn Progress) -> Result<MiningWindow, ReviewError> {
        let first = history.ids().next().unwrap_or_default();
        let mut window = MiningWindow::default();
        bar.begin_items("reading the history", history.len());
        for index in (0..history.len()).rev() {
            let mut commit = history.read(index)?.commit;
            commit.author = hashed(&first, &commit.author);
            commit.files.retain(|file| !file.hunks.is_empty());
            window.bytes += bytes(&commit);
            if window.bytes > MOST_BYTES {
                window.unread = index + 1;
                break;
            }
            window.commits.push(commit);
            bar.at((history.len() - index) as u64);
        }
        bar.end();
        window.commits.reverse();
        let settles = |path: &str| {
            let name = path.rsplit('/').next().unwrap_or(path);
            let settings = [".toml", ".json", ".cfg", ".ini", ".yml", ".yaml", ".js", ".mjs", ".cjs", ".ts"];
            name.starts_with('.') || name.starts_with('_') || settings.iter().any(|end| name.ends_with(end))
        };
        history.files(|file| {
            if settles(&file.path) && file.text.len() <= CONFIG_BYTES {
                window.configs.push((file.path, file.text));
            }
        })?;
        Ok(window)
    }

    /// Reads the accepted suggestions of the workspace's journal.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn of_journal(workspace: &Workspace, settings: &Settings) -> Result<MiningWindow, JournalError> {
        let Some(journal) = Journal::open_sound(&workspace.journal(), Stamp::of(SystemTime::now()))? else {
            return Ok(MiningWindow::default());
        };
        let commits = cases(&journal, settings)?.into_iter().map(|found| {
            let case = found.case;
            let (start, end) = (case.prefix.len(), case.prefix.len() + case.middle.len());
            let hunk = housestyle_learn::Hunk { old: start..start, new: start..end };
            let file = housestyle_learn::FileChange {
                old: format!("{}{}", case.prefix, case.suffix),
                new: format!("{}{}{}", case.prefix, case.middle, case.suffix),
                path: case.path,
                origin: None,
                blob: None,
                hunks: vec![hunk],
            };
            Commit {
                id: format!("journal {}", found.entry),
                author: "journal".to_owned(),
                time: case.time as i64,
                is_first: false,
                files: vec![file],
            }
        });
        Ok(MiningWindow { commits: commits.collect(), ..MiningWindow::default() })
    }

    /// Adds a commit; the oldest ones are left out where there is too much text.
    pub fn push(&mut self, commit: &Commit) {
        let mut commit = commit.clone();
        commit.files.retain(|file| !file.hunks.is_empty());
        self.bytes += bytes(&commit);
        self.commits.push(commit);
        let mut surplus = 0;
        while self.bytes > MOST_BYTES && surplus + 1 < self.commits.len() {
            self.bytes -= bytes(&self.commits[surplus]);
            surplus += 1;
        }
        self.commits.drain(..surplus);
        self.unread += surplus;
    }

    /// Returns how many commits there are.
    pub fn len(&self) -> usize {
        self.commits.len()
    }

    /// Returns whether there is no commit.
    pub fn is_empty(&self) -> bool {
        self.commits.is_empty()
    }

    /// Returns the edits of commits by their numbers, from the oldest to the newest.
    pub fn edits(&self, commits: std::ops::Range<usize>) -> Vec<FileEdit<'_>> {
        let commits = self.commits.get(commits).unwrap_or_default();
        let edits = commits.iter().flat_map(|commit| {
            commit.files.iter().map(move |file| FileEdit {
                commit: &commit.id,
                author: &commit.author,
                time: commit.time,
                path: &file.path,
                old: &file.old,
                new: &file.new,
                hunks: file.hunks.iter().map(|hunk| (hunk.old.clone(), hunk.new.clone())).collect(),
            })
        });
        edits.collect()
    }

    /// Returns the files that may settle a tool.
    pub fn configs(&self) -> Vec<(&str, &str)> {
        self.configs.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect()
    }
}

/// Returns the bytes of a commit's texts.
fn bytes(commit: &Commit) -> usize {
    commit.files.iter().map(|file| file.old.len() + file.new.len()).sum()
}
