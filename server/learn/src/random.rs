//! Seeded choices: the same seed gives the same choices on every machine.

use housestyle_complete::random::SplitMix64;

/// Seeded choices for one place of a history.
#[derive(Debug, Clone)]
pub(crate) struct Random(SplitMix64);

impl Random {
    /// Returns the generator of a place, from a seed and names. Its numbers depend on nothing else.
    pub(crate) fn at(seed: u64, names: &[&str]) -> Random {
        // FNV-1a, with a byte between names that no UTF-8 text holds.
        let bytes = names.iter().flat_map(|name| name.bytes().chain([0xFF]));
        let hash = bytes.fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
        });
        Random(SplitMix64::new(hash ^ seed.wrapping_mul(0x9E37_79B9_7F4A_7C15)))
    }

    /// Returns a number below `bound`, or 0 where `bound` is 0.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0.below(bound)
    }

    /// Returns one of some things, by their weights; the weights must not all be 0.
    pub(crate) fn weighted<T: Copy>(&mut self, things: &[(T, usize)]) -> T {
        let mut at = self.below(things.iter().map(|(_, weight)| weight).sum());
        for (thing, weight) in things {
            match at.checked_sub(*weight) {
                Some(rest) => at = rest,
                None => return *thing,
            }
        }
        things[0].0
    }
}
