//! The question to an index: the words around a cursor, each with a weight.

use std::collections::HashMap;
use std::ops::Range;

use super::lines::short;
use super::own::OwnFile;
use super::words::{Word, each_word};
use super::{MOST_CHARACTERS, family::family};
use crate::{Offset, Snapshot};

/// Lines above the cursor's line whose words count.
const ABOVE: usize = 10;
/// Lines below it.
const BELOW: usize = 3;
/// How often a word of the cursor's line counts.
const CURRENT: usize = 4;
/// How often a word counts at most.
const MOST_WEIGHT: usize = 4;
/// Most lines of the window, around the cursor, with which chunks are compared.
const MOST_WINDOW: usize = 400;

/// What is looked for: the words of ten lines above the cursor and three below, those of its own line four times.
#[derive(Debug, Clone)]
pub struct Query {
    pub(super) path: Option<String>,
    /// The family of the document's language.
    pub(super) family: &'static str,
    /// Different words with their weights, in the order of their first places.
    pub(super) words: Vec<(Word, f32)>,
    /// The lines of the window.
    pub(super) shown: Vec<String>,
    pub(super) own: OwnFile,
}

impl Query {
    /// Returns the query for a cursor in a document, of which the model sees a window anyway.
    pub fn new(snapshot: &Snapshot, cursor: Offset, window: Range<Offset>) -> Query {
        let line = snapshot.line_of(cursor);
        let text = |line: usize| {
            let start = snapshot.line_start(line).0;
            let end = snapshot.line_end(line).0;
            // Four bytes a character: enough to cut the line from.
            snapshot.slice(start..end.min(start.saturating_add(4 * MOST_CHARACTERS)))
        };
        let mut counted: Vec<(Word, usize)> = Vec::new();
        let mut numbers: HashMap<Word, usize> = HashMap::new();
        let mut add = |text: &str, weight: usize| {
            each_word(text, |word| {
                let number = *numbers.entry(word).or_insert(counted.len());
                match counted.get_mut(number) {
                    Some((_, count)) => *count += weight,
                    None => counted.push((word, weight)),
                }
            });
        };
        for above in line.saturating_sub(ABOVE)..line {
            add(short(&text(above)), 1);
        }
        // A line may be long: the part at the cursor counts.
        let start = snapshot.line_start(line).0.max(cursor.0.saturating_sub(MOST_CHARACTERS));
        let end = snapshot.line_end(line).0.min(cursor.0.saturating_add(MOST_CHARACTERS));
        add(&snapshot.slice(start..end), CURRENT);
        for below in line + 1..(line + 1 + BELOW).min(snapshot.line_count()) {
            add(short(&text(below)), 1);
        }
        let words: Vec<(Word, f32)> =
            counted.into_iter().map(|(word, count)| (word, count.min(MOST_WEIGHT) as f32)).collect();
        let own = OwnFile::new(snapshot, cursor, window, &words);
        let near = line.saturating_sub(MOST_WINDOW / 2)..line.saturating_add(MOST_WINDOW / 2);
        let window = own.window.start.max(near.start)..own.window.end.min(near.end);
        let shown = window.map(|line| short(&text(line)).trim_start().to_owned()).collect();
        let path = snapshot.path().map(str::to_owned);
        Query { path, family: family(snapshot.language()), words, shown, own }
    }
}
