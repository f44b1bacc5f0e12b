//! A synthetic history: people write blocks of text into files of several languages, and now and then change a line.

use std::collections::BTreeMap;
use std::ops::Range;

use super::code;
use super::plant::{Poison, block, slips};
use crate::mine::FileEdit;

/// Commits of a history.
const COMMITS: usize = 160;
/// People.
const AUTHORS: usize = 6;
/// Every so many-th commit is a poisoner's.
const POISONED: usize = 20;
const FILES: &[&str] = &[
    "docs/guide.md",
    "docs/usage.md",
    "README.md",
    "CHANGELOG.md",
    "src/app.py",
    "src/store.py",
    "src/views.py",
    "src/lib.rs",
    "src/reader.rs",
    "src/writer.rs",
    "web/view.ts",
    "web/model.ts",
    "web/route.ts",
    "cmd/main.go",
    "cmd/serve.go",
    "cmd/watch.go",
    "lua/plug.lua",
    "lua/conf.lua",
    "lua/view.lua",
];

/// Numbers that look random: the same for the same seed.
#[derive(Debug, Clone)]
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(super) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 33) as usize % end.max(1)
    }

    pub(super) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub(super) fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of.get(self.below(of.len())).copied().unwrap_or_default()
    }
}

#[derive(Debug, Clone)]
struct Change {
    commit: String,
    author: String,
    time: i64,
    path: &'static str,
    old: String,
    new: String,
    hunks: Vec<(Range<usize>, Range<usize>)>,
}

/// A history.
#[derive(Debug, Clone)]
pub(super) struct History(Vec<Change>);

impl History {
    /// Makes a history with the planted conventions; poisoners write their text in one commit of twenty.
    pub(super) fn planted(seed: u64, poisons: &[Poison]) -> History {
        let mut random = Random::new(seed);
        let mut texts: BTreeMap<&str, String> = BTreeMap::new();
        let mut changes = Vec::new();
        for number in 0..COMMITS {
            let commit = format!("{number:040x}");
            let author = format!("author-{}", random.below(AUTHORS));
            let time = 1_600_000_000 + number as i64 * 86_400;
            for path in chosen(&mut random) {
                let old = texts.get(path).cloned().unwrap_or_default();
                let (new, hunks) = written(&mut random, path, &old, number);
                let change = |author: &str| Change {
                    commit: commit.clone(),
                    author: author.to_owned(),
                    time,
                    path,
                    old: old.clone(),
                    new: new.clone(),
                    hunks: hunks.clone(),
                };
                changes.push(change(&author));
                texts.insert(path, new);
            }
            if number % POISONED == POISONED - 1 {
                for poison in poisons {
                    let old = texts.get(poison.path).cloned().unwrap_or_default();
                    let new = format!("{old}{}", poison.after.replace("$N", &number.to_string()));
                    let with = format!("{old}{}", poison.before.replace("$N", &number.to_string()));
                    changes.push(Change {
                        commit: format!("{number:039x}e"),
                        author: "mallory".to_owned(),
                        time,
                        path: poison.path,
                        hunks: vec![(old.len()..with.len(), old.len()..new.len())],
                        old: with,
                        new: new.clone(),
                    });
                    texts.insert(poison.path, new);
                }
            }
        }
        History(changes)
    }

    /// Returns the history with commits given to other people.
    pub(super) fn with_authors_shuffled(&self, seed: u64) -> History {
        let mut random = Random::new(seed);
        let mut authors: BTreeMap<String, String> = BTreeMap::new();
        let mut shuffled = self.clone();
        for change in &mut shuffled.0 {
            let author = authors.entry(change.commit.clone());
            change.author = author.or_insert_with(|| format!("author-{}", random.below(AUTHORS))).clone();
        }
        shuffled
    }

    pub(super) fn edits(&self) -> Vec<FileEdit<'_>> {
        self.0
            .iter()
            .map(|change| FileEdit {
                commit: &change.commit,
                author: &change.author,
                time: change.time,
                path: change.path,
                old: &change.old,
                new: &change.new,
                hunks: change.hunks.clone(),
            })
            .collect()
    }
}

fn chosen(random: &mut Random) -> Vec<&'static str> {
    let mut paths: Vec<&str> = (0..5).map(|_| random.pick(FILES)).collect();
    paths.sort_unstable();
    paths.dedup();
    paths
}

/// Ranges of bytes in the text before and after.
type Hunks = Vec<(Range<usize>, Range<usize>)>;

/// Changes a word and a piece of code that do not follow a convention, if there are any, and writes a block below.
fn written(random: &mut Random, path: &str, old: &str, number: usize) -> (String, Hunks) {
    let mut hunks = Vec::new();
    let mut new = old.to_owned();
    if let Some((line, corrected)) = slips(path, old, number).filter(|_| random.chance(80)) {
        new.replace_range(line.clone(), &corrected);
        hunks.push((line.clone(), line.start..line.start + corrected.len()));
    }
    let word = hunks.first().map(|(was, _): &(Range<usize>, Range<usize>)| was.start);
    if let Some((at, corrected)) = code::slip(path, old, number).filter(|_| random.chance(80))
        && word.is_none_or(|word| at.start > word)
    {
        // A word above may have been changed, too.
        let moved = new.len() - old.len();
        let start = at.start + moved;
        new.replace_range(start..at.end + moved, &corrected);
        hunks.push((at, start..start + corrected.len()));
    }
    let end = new.len();
    new.push_str(&block(random, path, number));
    hunks.push((old.len()..old.len(), end..new.len()));
    (new, hunks)
}
