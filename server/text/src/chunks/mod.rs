//! Related chunks: pieces of ten lines of other files, and of the rest of the open file, that share rare words with the text
//! around the cursor.
//!
//! The index holds chunks of text files in memory, with the files' words in posting lists, and changes file by file. A query
//! scores chunks by BM25. All work is bounded: by [`Bounds`] for an index, and by the constants here for a file and a query.

mod choose;
mod family;
mod file;
mod index;
mod lines;
mod own;
mod postings;
mod query;
mod score;
mod words;

use std::ops::Range;

pub use choose::Choice;
pub use file::ChunkedFile;
pub use index::{Bounds, ChunkCounts, ChunkIndex};
pub use query::Query;

/// Lines of a chunk.
pub const CHUNK_LINES: usize = 10;
/// Lines between the first lines of two chunks.
pub const STEP_LINES: usize = 5;
/// Characters of a line that count; the rest of the line is left out.
pub const MOST_CHARACTERS: usize = 160;
/// Lines of a file that are indexed.
pub const MOST_LINES: usize = 20_000;
/// Bytes, without blanks at the ends of lines, that a chunk must have.
const LEAST_BYTES: usize = 30;

/// A piece of a file that is related to a place.
#[derive(Debug, Clone, PartialEq)]
pub struct Chunk {
    /// The path of its file.
    pub path: String,
    /// Its lines, from 0.
    pub lines: Range<usize>,
    /// Its text: each line cut to [`MOST_CHARACTERS`], without blanks at the end, parted by `\n`.
    pub text: String,
    /// How related it is: around 1 where an average chunk holds each word of the query once.
    pub score: f32,
}
