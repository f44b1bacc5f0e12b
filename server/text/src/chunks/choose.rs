//! The choice among the chunks that a query found.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

use super::index::ChunkIndex;
use super::query::Query;
use super::score::{Found, Place};
use super::{CHUNK_LINES, Chunk};

/// Chunks that are looked at, the best ones.
const CONSIDERED: usize = 80;

/// Which chunks are wanted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Choice {
    /// Chunks at most.
    pub most: usize,
    /// Chunks of one file at most.
    pub of_file: usize,
    /// The score that a chunk must exceed.
    pub threshold: f32,
}

impl Default for Choice {
    fn default() -> Choice {
        Choice { most: 6, of_file: 3, threshold: 0.12 }
    }
}

/// A chunk that may be chosen.
struct Candidate<'a> {
    score: f32,
    path: &'a str,
    line: usize,
    is_own: bool,
    text: &'a str,
}

impl Candidate<'_> {
    /// Compares by rank: the best first, and always in the same order.
    fn rank(&self, other: &Candidate<'_>) -> Ordering {
        other.score.total_cmp(&self.score).then_with(|| (self.path, self.line).cmp(&(other.path, other.line)))
    }
}

impl ChunkIndex {
    /// Returns the chunks that are most related to a query, the best one last. Chunks that the window shows by half, or
    /// chunks that are already chosen, are left out.
    pub fn best(&self, query: &Query, choice: Choice) -> Vec<Chunk> {
        let found = self.scores(query, choice.threshold);
        let mut candidates: Vec<Candidate<'_>> =
            found.iter().filter_map(|found| self.candidate(query, found)).collect();
        if candidates.len() > CONSIDERED {
            candidates.select_nth_unstable_by(CONSIDERED, Candidate::rank);
            candidates.truncate(CONSIDERED);
        }
        candidates.sort_unstable_by(Candidate::rank);
        let mut shown: HashSet<&str> = query.shown.iter().map(String::as_str).collect();
        let mut of_file: HashMap<&str, Vec<usize>> = HashMap::new();
        let mut chosen = Vec::new();
        for candidate in candidates {
            if chosen.len() >= choice.most {
                break;
            }
            let lines: Vec<&str> = candidate.text.split('\n').take(CHUNK_LINES).collect();
            let Some(last) = lines.iter().rposition(|line| !line.is_empty()) else { continue };
            let lines = &lines[..=last];
            let range = candidate.line..candidate.line + lines.len();
            let window = &query.own.window;
            let in_window = range.end.min(window.end).saturating_sub(range.start.max(window.start));
            let chosen_there = of_file.entry(candidate.path).or_default();
            if candidate.is_own && 2 * in_window >= lines.len()
                || chosen_there.len() >= choice.of_file
                || chosen_there.iter().any(|line| candidate.line.abs_diff(*line) < CHUNK_LINES)
                || is_shown(lines, &shown)
            {
                continue;
            }
            chosen_there.push(candidate.line);
            shown.extend(lines.iter().map(|line| line.trim_start()));
            let (path, text) = (candidate.path.to_owned(), lines.join("\n"));
            chosen.push(Chunk { path, lines: range, text, score: candidate.score });
        }
        chosen.reverse();
        chosen
    }

    fn candidate<'a>(&'a self, query: &'a Query, found: &Found) -> Option<Candidate<'a>> {
        let score = found.score;
        match found.at {
            Place::Index(number) => {
                let entry = self.chunks.get(number)?;
                let file = self.file(entry)?;
                let text = file.text.get(entry.start as usize..)?;
                Some(Candidate { score, path: &file.path, line: entry.line as usize, is_own: false, text })
            }
            Place::Own(number) => {
                let chunk = query.own.chunks.get(number)?;
                let text = query.own.text.get(chunk.start..)?;
                let path = query.path.as_deref().unwrap_or_default();
                Some(Candidate { score, path, line: chunk.line, is_own: true, text })
            }
        }
    }
}

/// Returns whether half of the lines that are not blank are shown already.
fn is_shown(lines: &[&str], shown: &HashSet<&str>) -> bool {
    let lines = lines.iter().map(|line| line.trim_start()).filter(|line| !line.is_empty());
    let (all, known) =
        lines.fold((0, 0), |(all, known), line| (all + 1, known + usize::from(shown.contains(line))));
    2 * known >= all
}
