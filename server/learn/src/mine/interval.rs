//! Shares with their uncertainty.

/// The two-sided 95 % quantile of the normal distribution.
const Z: f64 = 1.959_964;

/// Returns Wilson's 95 % interval of a share; `[0, 1]` where nothing was counted.
pub(super) fn wilson(hits: usize, all: usize) -> [f64; 2] {
    if all == 0 {
        return [0.0, 1.0];
    }
    let (n, p) = (all as f64, hits as f64 / all as f64);
    let middle = p + Z * Z / (2.0 * n);
    let half = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + Z * Z / n;
    [((middle - half) / scale).max(0.0), ((middle + half) / scale).min(1.0)]
}

#[cfg(test)]
mod tests {
    use super::wilson;

    #[test]
    fn few_cases_say_little() {
        let [low, high] = wilson(10, 10);
        assert!((0.72..0.73).contains(&low) && high > 0.999, "{low} {high}");
        let [low, high] = wilson(45, 50);
        assert!((0.78..0.80).contains(&low) && (0.95..0.96).contains(&high), "{low} {high}");
        assert_eq!(wilson(0, 0), [0.0, 1.0]);
    }
}
