//! An even choice of a few among many.

/// Returns at most `limit` numbers below `of`, evenly.
pub fn spread(of: usize, limit: usize) -> Vec<usize> {
    let count = of.min(limit);
    // The middle of each of `count` equal parts.
    (0..count).map(|n| (2 * n + 1) * of / (2 * count)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_spread_evenly() {
        assert_eq!(spread(10, 2), [2, 7]);
        assert_eq!(spread(3, 10), [0, 1, 2]);
        assert!(spread(0, 5).is_empty() && spread(5, 0).is_empty());
    }
}
