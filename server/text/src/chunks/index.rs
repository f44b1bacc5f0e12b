//! The index: files cut into chunks, and for each word the chunks that hold it.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use super::family::family;
use super::file::{ChunkedFile, Cuts};
use super::postings::Postings;
use super::words::Word;
use crate::Language;

/// Chunks of removed files that are no waste yet.
const LITTLE_WASTE: usize = 20_000;

/// How much an index holds at most. It takes about twice as many bytes of memory as its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Files.
    pub files: usize,
    /// Chunks.
    pub chunks: usize,
    /// Different words; a word beyond finds nothing.
    pub words: usize,
    /// Bytes of text.
    pub bytes: usize,
}

impl Default for Bounds {
    /// Returns the bounds of a workspace: 50,000 files, 500,000 chunks, 500,000 words, and 64 MiB of text.
    fn default() -> Bounds {
        Bounds { files: 50_000, chunks: 500_000, words: 500_000, bytes: 64 << 20 }
    }
}

/// What an index holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ChunkCounts {
    /// Files.
    pub files: usize,
    /// Chunks.
    pub chunks: usize,
    /// Different words, those of removed files included.
    pub words: usize,
    /// Bytes of text.
    pub bytes: usize,
}

/// An index of chunks of files.
///
/// Queries do not depend on the order in which files came. A removed file leaves waste in the lists, which
/// [`ChunkIndex::compacted`] leaves behind.
#[derive(Debug, Clone, Default)]
pub struct ChunkIndex {
    bounds: Bounds,
    files: Vec<Option<File>>,
    by_path: HashMap<Arc<str>, u32>,
    pub(super) chunks: Vec<Entry>,
    pub(super) words: HashMap<Word, Postings>,
    /// Chunks of files that are there.
    pub(super) live: usize,
    /// The words of these chunks.
    pub(super) length: u64,
    bytes: usize,
}

/// A file of the index.
#[derive(Debug, Clone)]
pub(super) struct File {
    pub(super) path: Arc<str>,
    pub(super) family: &'static str,
    pub(super) text: Arc<str>,
    chunks: Range<u32>,
}

/// A chunk of the index.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub(super) file: u32,
    pub(super) line: u32,
    pub(super) start: u32,
    pub(super) length: u16,
}

impl ChunkIndex {
    /// Returns an empty index.
    pub fn new(bounds: Bounds) -> ChunkIndex {
        ChunkIndex { bounds, ..ChunkIndex::default() }
    }

    /// Adds a file, in the place of one at the same path. Returns whether there was room; else nothing is at the path.
    pub fn insert(&mut self, file: ChunkedFile) -> bool {
        self.remove(&file.path);
        let ChunkedFile { path, text, cuts } = file;
        let beyond = |held: usize, more: usize, most: usize| more > most.saturating_sub(held);
        if beyond(self.by_path.len(), 1, self.bounds.files)
            || beyond(self.live, cuts.chunks.len(), self.bounds.chunks)
            || beyond(self.bytes, text.len(), self.bounds.bytes)
            || beyond(self.chunks.len(), cuts.chunks.len(), u32::MAX as usize)
            || beyond(self.files.len(), 1, u32::MAX as usize)
        {
            return false;
        }
        let family = family(Language::from_path(&path));
        let (number, begin) = (self.files.len() as u32, self.chunks.len() as u32);
        for (cut, words) in cuts.iter() {
            let chunk = self.chunks.len() as u32;
            for (word, count) in words {
                if let Some(postings) = self.words.get_mut(word) {
                    postings.push(chunk, *count);
                } else if self.words.len() < self.bounds.words {
                    self.words.entry(*word).or_default().push(chunk, *count);
                }
            }
            self.length += u64::from(cut.length);
            self.chunks.push(Entry { file: number, line: cut.line, start: cut.start, length: cut.length });
        }
        self.live += cuts.chunks.len();
        self.bytes += text.len();
        self.by_path.insert(Arc::clone(&path), number);
        self.files.push(Some(File { path, family, text, chunks: begin..self.chunks.len() as u32 }));
        true
    }

    /// Removes the file at a path; returns whether there was one.
    pub fn remove(&mut self, path: &str) -> bool {
        let Some(file) = self.by_path.remove(path).and_then(|number| self.files[number as usize].take())
        else {
            return false;
        };
        for (n, (cut, words)) in (file.chunks.start..).zip(Cuts::of(&file.text).iter()) {
            for (word, _) in words {
                if let Some(postings) = self.words.get_mut(word) {
                    postings.forget(n);
                }
            }
            self.length -= u64::from(cut.length);
        }
        self.live -= file.chunks.len();
        self.bytes -= file.text.len();
        true
    }

    /// Returns whether so much is left of removed files that [`ChunkIndex::compacted`] pays.
    pub fn is_wasteful(&self) -> bool {
        self.chunks.len() - self.live > self.live + LITTLE_WASTE
    }

    /// Returns the same index without what removed files left.
    pub fn compacted(&self) -> ChunkIndex {
        let mut new = ChunkIndex { bounds: self.bounds, bytes: self.bytes, ..ChunkIndex::default() };
        let mut numbers = vec![None; self.chunks.len()];
        for file in self.files.iter().flatten() {
            let (number, begin) = (new.files.len() as u32, new.chunks.len() as u32);
            let range = file.chunks.start as usize..file.chunks.end as usize;
            for (entry, kept) in self.chunks[range.clone()].iter().zip(&mut numbers[range]) {
                *kept = Some(new.chunks.len() as u32);
                new.chunks.push(Entry { file: number, ..*entry });
            }
            new.by_path.insert(Arc::clone(&file.path), number);
            new.files.push(Some(File { chunks: begin..new.chunks.len() as u32, ..file.clone() }));
        }
        (new.live, new.length) = (self.live, self.length);
        for (word, postings) in &self.words {
            let mut kept = Postings::default();
            for (chunk, count) in postings.iter() {
                if let Some(chunk) = numbers[chunk as usize] {
                    kept.push(chunk, count);
                }
            }
            if kept.chunks > 0 {
                kept.shrink();
                new.words.insert(*word, kept);
            }
        }
        new
    }

    /// Returns what the index holds.
    pub fn counts(&self) -> ChunkCounts {
        let (files, words) = (self.by_path.len(), self.words.len());
        ChunkCounts { files, chunks: self.live, words, bytes: self.bytes }
    }

    /// Returns the paths and texts of the files, with each line as chunks show it, in no order.
    pub fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().flatten().map(|file| (&*file.path, &*file.text))
    }

    /// Returns the file of a chunk, unless it was removed.
    pub(super) fn file(&self, entry: &Entry) -> Option<&File> {
        self.files.get(entry.file as usize)?.as_ref()
    }
}
