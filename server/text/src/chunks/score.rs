//! BM25: how related each chunk is to a query.

use super::file::{MOST_COUNT, MOST_LENGTH};
use super::index::ChunkIndex;
use super::query::Query;

/// How little a word counts that stands in a chunk again (k1 of BM25).
const AGAIN: f32 = 1.2;
/// How much a long chunk is held back (b of BM25).
const LONG: f32 = 0.5;
/// What the score of a chunk in another language is multiplied by.
const OTHER_LANGUAGE: f32 = 0.3;
/// Bytes of lists that a query reads; the most common words beyond are left out.
const MOST_READ: usize = 2 << 20;

/// A chunk that a query found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Found {
    pub(super) score: f32,
    pub(super) at: Place,
}

/// Where a chunk is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Place {
    /// In the index, by its number.
    Index(usize),
    /// In the open file, by its number there.
    Own(usize),
}

impl ChunkIndex {
    /// Returns the chunks whose score is above a threshold: those of other files in the index, and those of the open file.
    /// A score is the share of the query's words that a chunk holds, each weighted by how rare it is; more for short
    /// chunks and for words that stand there again.
    pub(super) fn scores(&self, query: &Query, threshold: f32) -> Vec<Found> {
        let own = &query.own.chunks;
        let all = self.live + own.len();
        let length = self.length + own.iter().map(|chunk| u64::from(chunk.length)).sum::<u64>();
        let mean = (length as f32 / all.max(1) as f32).max(1.0);
        let weights = self.weights(query, all);
        let sum: f32 = weights.iter().sum();
        if sum <= 0.0 {
            return Vec::new();
        }
        let parts = parts(mean);
        let part =
            |length: u16, count: u8| parts[usize::from(length.min(MOST_LENGTH))][usize::from(count - 1)];
        let mut scores = vec![0.0_f32; self.chunks.len()];
        for ((word, _), weight) in query.words.iter().zip(&weights).filter(|(_, weight)| **weight > 0.0) {
            for (chunk, count) in self.words.get(word).into_iter().flat_map(|postings| postings.iter()) {
                let chunk = chunk as usize;
                scores[chunk] += weight * part(self.chunks[chunk].length, count);
            }
        }
        let mut found = Vec::new();
        for (number, score) in scores.into_iter().enumerate() {
            // Most chunks end here, before their file is looked at.
            if score / sum <= threshold {
                continue;
            }
            let Some(file) = self.file(&self.chunks[number]) else { continue };
            let is_own = query.path.as_deref() == Some(&*file.path);
            let factor = if file.family == query.family { 1.0 } else { OTHER_LANGUAGE };
            let score = score / sum * factor;
            if !is_own && score > threshold {
                found.push(Found { score, at: Place::Index(number) });
            }
        }
        for (number, chunk) in own.iter().enumerate() {
            let score: f32 =
                chunk.words.iter().map(|(word, count)| weights[*word] * part(chunk.length, *count)).sum();
            if score / sum > threshold {
                found.push(Found { score: score / sum, at: Place::Own(number) });
            }
        }
        found
    }

    /// Returns for each word of a query how much it counts; 0 for those that no chunk holds, or that would take too long.
    fn weights(&self, query: &Query, all: usize) -> Vec<f32> {
        let mut bytes: Vec<(usize, usize)> = Vec::with_capacity(query.words.len());
        let mut weights = Vec::with_capacity(query.words.len());
        for (number, (word, weight)) in query.words.iter().enumerate() {
            let postings = self.words.get(word);
            let holding = postings.map_or(0, |postings| postings.chunks as usize) + query.own.holding[number];
            bytes.push((postings.map_or(0, |postings| postings.len()), number));
            let rarity = (all as f32 - holding as f32 + 0.5) / (holding as f32 + 0.5);
            weights.push(if holding == 0 { 0.0 } else { rarity.ln_1p() * weight });
        }
        bytes.sort_unstable();
        let mut read = 0;
        for (length, number) in bytes {
            read += length;
            if read > MOST_READ {
                weights[number] = 0.0;
            }
        }
        weights
    }
}

/// Returns what a word of weight 1 adds to the score of a chunk, by the chunk's length and the word's count less 1.
fn parts(mean: f32) -> Vec<[f32; MOST_COUNT as usize]> {
    let of_length = |length: u16| {
        let hold = AGAIN * (1.0 - LONG + LONG * f32::from(length) / mean);
        std::array::from_fn(|count| {
            let count = count as f32 + 1.0;
            count * (AGAIN + 1.0) / (count + hold)
        })
    };
    (0..=MOST_LENGTH).map(of_length).collect()
}
