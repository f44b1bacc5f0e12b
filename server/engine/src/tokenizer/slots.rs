//! A table from hashes to numbers, whose keys stand elsewhere.

use std::hash::{BuildHasher, RandomState};

/// Hashes short byte strings and pairs. The seeds are random, so that no file can be made in which all of
/// them collide.
#[derive(Debug)]
pub(super) struct Hasher {
    seed: u64,
    factor: u64,
}

impl Hasher {
    pub(super) fn new() -> Hasher {
        let random = || RandomState::new().hash_one(0u8);
        Hasher { seed: random(), factor: random() | 1 }
    }

    pub(super) fn bytes(&self, bytes: &[u8]) -> u64 {
        let (words, rest) = bytes.as_chunks::<8>();
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        let start = self.seed ^ bytes.len() as u64;
        let hash = words.iter().fold(start, |hash, word| self.fold(hash ^ u64::from_le_bytes(*word)));
        self.fold(hash ^ u64::from_le_bytes(last))
    }

    pub(super) fn pair(&self, left: u32, right: u32) -> u64 {
        self.fold(self.seed ^ (u64::from(left) << 32 | u64::from(right)))
    }

    /// Multiplies, and adds the upper half of the product to the lower one.
    fn fold(&self, x: u64) -> u64 {
        let product = u128::from(x) * u128::from(self.factor);
        product as u64 ^ (product >> 64) as u64
    }
}

/// Places for numbers, at least twice as many as numbers.
#[derive(Debug)]
pub(super) struct Slots(Vec<u32>);

const FREE: u32 = u32::MAX;

impl Slots {
    pub(super) fn with_capacity(numbers: usize) -> Slots {
        Slots(vec![FREE; (2 * numbers + 2).next_power_of_two()])
    }

    /// Returns the number with this hash that `is` the one, or else the free place for it.
    pub(super) fn find(&self, hash: u64, is: impl Fn(u32) -> bool) -> Result<u32, usize> {
        let last = self.0.len() - 1;
        let mut at = hash as usize & last;
        // There is always a free place: the table is never filled by more than half.
        loop {
            match self.0[at] {
                FREE => return Err(at),
                number if is(number) => return Ok(number),
                _ => at = (at + 1) & last,
            }
        }
    }

    /// Puts a number into a free place that [`Slots::find`] returned.
    pub(super) fn fill(&mut self, free: usize, number: u32) {
        self.0[free] = number;
    }
}
