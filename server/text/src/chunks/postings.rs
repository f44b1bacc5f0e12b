//! The chunks that hold one word, in few bytes.

use super::file::MOST_COUNT;

/// Bits of a number that hold a count.
const COUNT_BITS: u32 = 2;

/// A list of chunks in the order of their numbers, with how often the word stands in each.
///
/// An entry is the distance to the chunk before, and the count, as one number of seven bits a byte: most take one byte.
#[derive(Debug, Clone, Default)]
pub(super) struct Postings {
    bytes: Vec<u8>,
    last: u32,
    /// How many chunks that still count hold the word.
    pub(super) chunks: u32,
}

impl Postings {
    /// Adds a chunk, whose number is larger than those before.
    pub(super) fn push(&mut self, chunk: u32, count: u8) {
        let distance = u64::from(chunk.wrapping_sub(self.last));
        let mut rest = distance << COUNT_BITS | u64::from(count.clamp(1, MOST_COUNT) - 1);
        while rest >= 0x80 {
            self.bytes.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        self.bytes.push(rest as u8);
        self.last = chunk;
        self.chunks += 1;
    }

    /// Notes that a chunk no longer counts, if it is in the list: it is not where it was added before there was room for
    /// the word.
    pub(super) fn forget(&mut self, chunk: u32) {
        if self.iter().next().is_some_and(|(first, _)| first <= chunk) {
            self.chunks = self.chunks.saturating_sub(1);
        }
    }

    /// Gives back the memory that is kept for more chunks.
    pub(super) fn shrink(&mut self) {
        self.bytes.shrink_to_fit();
    }

    /// Returns the chunks with their counts, those included that no longer count.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, u8)> {
        let (mut bytes, mut chunk) = (self.bytes.iter(), 0_u32);
        std::iter::from_fn(move || {
            let (mut number, mut shift) = (0_u64, 0);
            loop {
                let byte = *bytes.next()?;
                number |= u64::from(byte & 0x7f) << shift;
                if byte < 0x80 {
                    break;
                }
                shift += 7;
            }
            chunk = chunk.wrapping_add((number >> COUNT_BITS) as u32);
            Some((chunk, (number & ((1 << COUNT_BITS) - 1)) as u8 + 1))
        })
    }

    /// Returns the bytes of the list.
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_added_is_read() {
        let added = [(0, 1), (1, 4), (2, 2), (33, 3), (34, 1), (10_000, 4), (u32::MAX - 1, 2), (u32::MAX, 1)];
        let mut postings = Postings::default();
        added.iter().for_each(|(chunk, count)| postings.push(*chunk, *count));
        assert_eq!(postings.iter().collect::<Vec<_>>(), added);
        assert_eq!((postings.chunks, postings.len()), (8, 1 + 1 + 1 + 1 + 1 + 3 + 5 + 1));
        assert_eq!(Postings::default().iter().next(), None);
    }
}
