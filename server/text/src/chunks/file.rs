//! A file cut into chunks, with the words of each.

use std::sync::Arc;

use super::lines::{lines, short};
use super::words::{Word, each_word};
use super::{CHUNK_LINES, LEAST_BYTES, MOST_LINES, STEP_LINES};

/// How often a word is counted in a chunk at most.
pub(super) const MOST_COUNT: u8 = 4;
/// Words of a chunk that its length tells at most.
pub(super) const MOST_LENGTH: u16 = 1023;

/// A file that is ready for an index. To make one is most of the work, and needs no index.
#[derive(Debug, Clone)]
pub struct ChunkedFile {
    pub(super) path: Arc<str>,
    /// The lines that count, parted by `\n`.
    pub(super) text: Arc<str>,
    pub(super) cuts: Cuts,
}

impl ChunkedFile {
    /// Cuts a file, by its path in the workspace with `/` between its parts. Of a file of more than [`MOST_LINES`] lines
    /// the first ones count.
    pub fn new(path: &str, text: &str) -> ChunkedFile {
        let mut kept = String::new();
        for (n, line) in lines(text).take(MOST_LINES).enumerate() {
            if n > 0 {
                kept.push('\n');
            }
            kept.push_str(short(line));
        }
        let cuts = Cuts::of(&kept);
        ChunkedFile { path: path.into(), text: kept.into(), cuts }
    }
}

/// The chunks of a text.
#[derive(Debug, Clone, Default)]
pub(super) struct Cuts {
    pub(super) chunks: Vec<Cut>,
    /// The words of all chunks, one chunk after the other, with how often a word stands in it.
    words: Vec<(Word, u8)>,
}

/// One chunk of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cut {
    /// Its first line.
    pub(super) line: u32,
    /// Where that begins in the text.
    pub(super) start: u32,
    /// How many words it has.
    pub(super) length: u16,
    /// How many different words it has.
    different: u16,
}

impl Cuts {
    /// Cuts a text with `\n` alone between lines.
    pub(super) fn of(text: &str) -> Cuts {
        let lines: Vec<&str> = text.split('\n').collect();
        let mut words = Vec::new();
        // Per line: where it begins in the text, where its words begin, and the bytes that are no indentation.
        let (mut begins, mut at) = (Vec::with_capacity(lines.len() + 1), 0);
        for line in &lines {
            begins.push((at, words.len(), line.trim().len()));
            each_word(line, |word| words.push(word));
            at += line.len() + 1;
        }
        let mut cuts = Cuts::default();
        let mut of_chunk = Vec::new();
        for first in starts(lines.len()) {
            let last = (first + CHUNK_LINES).min(lines.len());
            let (start, from, _) = begins[first];
            if begins[first..last].iter().map(|(.., bytes)| bytes).sum::<usize>() < LEAST_BYTES {
                continue;
            }
            of_chunk.clear();
            of_chunk.extend_from_slice(&words[from..begins.get(last).map_or(words.len(), |begin| begin.1)]);
            of_chunk.sort_unstable();
            let before = cuts.words.len();
            for same in of_chunk.chunk_by(PartialEq::eq) {
                cuts.words.push((same[0], same.len().min(MOST_COUNT.into()) as u8));
            }
            let narrow = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
            cuts.chunks.push(Cut {
                line: narrow(first),
                start: narrow(start),
                length: of_chunk.len().min(MOST_LENGTH.into()) as u16,
                different: (cuts.words.len() - before).min(u16::MAX.into()) as u16,
            });
        }
        cuts
    }

    /// Returns the chunks with their words.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Cut, &[(Word, u8)])> {
        let mut rest = self.words.as_slice();
        self.chunks.iter().map(move |cut| {
            let (words, after) = rest.split_at(usize::from(cut.different).min(rest.len()));
            rest = after;
            (*cut, words)
        })
    }
}

/// Returns the first lines of the chunks of a text: each line is in one, and none holds only lines of the chunk before.
fn starts(lines: usize) -> impl Iterator<Item = usize> {
    (0..lines.saturating_sub(STEP_LINES).max(1)).step_by(STEP_LINES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_is_in_a_chunk() {
        let check =
            |lines: usize, expected: &[usize]| assert_eq!(starts(lines).collect::<Vec<_>>(), expected);
        check(1, &[0]);
        check(10, &[0]);
        check(11, &[0, 5]);
        check(15, &[0, 5]);
        check(16, &[0, 5, 10]);
    }

    #[test]
    fn a_file_is_bounded_and_poor_chunks_are_left_out() {
        let chunks = |text: &str| ChunkedFile::new("a.rs", text).cuts.chunks.len();
        assert_eq!(chunks(""), 0);
        assert_eq!(chunks(&"\n".repeat(100)), 0);
        assert_eq!(chunks("}\n}\n"), 0);
        assert_eq!(chunks("let number_of_chunks_of_text = 1;"), 1);
        assert_eq!(
            chunks(&"let number_of_chunks_of_text = 1;\n".repeat(MOST_LINES + 50)),
            MOST_LINES / STEP_LINES - 1
        );
        let huge = ChunkedFile::new("a.rs", &"word ".repeat(1 << 20));
        assert_eq!((huge.text.len(), huge.cuts.chunks[0].length), (159, 32));
    }

    #[test]
    fn a_chunk_begins_where_its_line_does() {
        let text: String = (0..30).map(|n| format!("line number {n} of the text\r\n")).collect();
        let file = ChunkedFile::new("a.txt", &text);
        for (cut, words) in file.cuts.iter() {
            let line = file.text[cut.start as usize..].lines().next();
            assert_eq!(line, Some(format!("line number {} of the text", cut.line).as_str()));
            assert_eq!((cut.length, words.len()), (40, 4));
            assert!(words.iter().all(|(_, count)| *count == MOST_COUNT));
        }
    }
}
