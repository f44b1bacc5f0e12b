//! Chunks of the open file, as it stands in the editor.

use std::collections::HashMap;
use std::ops::Range;

use super::STEP_LINES;
use super::file::Cuts;
use super::lines::{lines, short};
use super::words::Word;
use crate::{Offset, Snapshot};

/// Bytes before and behind the cursor that are cut into chunks.
const NEAR_BYTES: usize = 64 << 10;

/// The part of the open file around the cursor.
#[derive(Debug, Clone)]
pub(super) struct OwnFile {
    /// The lines that count, parted by `\n`.
    pub(super) text: String,
    /// The lines that the model sees anyway.
    pub(super) window: Range<usize>,
    pub(super) chunks: Vec<OwnChunk>,
    /// How many chunks hold each word of the query.
    pub(super) holding: Vec<usize>,
}

/// A chunk of the open file.
#[derive(Debug, Clone)]
pub(super) struct OwnChunk {
    /// Its first line in the document.
    pub(super) line: usize,
    /// Where that begins in the text.
    pub(super) start: usize,
    pub(super) length: u16,
    /// The words of the query that it holds, by their number there, with how often.
    pub(super) words: Vec<(usize, u8)>,
}

impl OwnFile {
    pub(super) fn new(
        snapshot: &Snapshot,
        cursor: Offset,
        window: Range<Offset>,
        words: &[(Word, f32)],
    ) -> OwnFile {
        let from = cursor.0.saturating_sub(NEAR_BYTES);
        let to = cursor.0.saturating_add(NEAR_BYTES);
        // Chunks begin where those of the whole file do, so that they stay the same while the cursor moves.
        let whole = if from == 0 { 0 } else { snapshot.line_of(Offset(from)) + 1 };
        let first = whole.next_multiple_of(STEP_LINES);
        let end = if to >= snapshot.len() { snapshot.line_count() } else { snapshot.line_of(Offset(to)) };
        let text = snapshot.slice(snapshot.line_start(first).0..snapshot.line_start(end).0);
        let text = lines(&text).map(short).collect::<Vec<_>>().join("\n");
        let numbers: HashMap<Word, usize> =
            words.iter().enumerate().map(|(n, (word, _))| (*word, n)).collect();
        let own_words = |words: &[(Word, u8)]| {
            let mut found: Vec<(usize, u8)> =
                words.iter().filter_map(|(word, count)| Some((*numbers.get(word)?, *count))).collect();
            found.sort_unstable();
            found
        };
        let cuts = Cuts::of(&text);
        let chunks = cuts.iter().map(|(cut, words)| OwnChunk {
            line: first + cut.line as usize,
            start: cut.start as usize,
            length: cut.length,
            words: own_words(words),
        });
        let chunks: Vec<OwnChunk> = chunks.collect();
        let mut holding = vec![0; words.len()];
        chunks.iter().flat_map(|chunk| &chunk.words).for_each(|(word, _)| holding[*word] += 1);
        let last = snapshot.line_of(window.end);
        let is_begun = window.end > snapshot.line_start(last);
        let window = snapshot.line_of(window.start)..last + usize::from(is_begun);
        OwnFile { text, window, chunks, holding }
    }
}
