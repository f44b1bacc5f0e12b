//! Which text enters a journal: never a secret, and bounded surroundings.

use housestyle_text::secrets;

/// Most recorded bytes of the text before a suggestion.
const BEFORE: usize = 8 * 1024;
/// Most recorded bytes of the text after it.
const AFTER: usize = 4 * 1024;
/// Most recorded bytes of the text that replaced a suggestion, at its later check.
pub(super) const MOST_CURRENT: usize = 8 * 1024;

/// Cuts the surroundings of a text so that they contain no secret.
///
/// # Errors
/// With the rule that found a secret in the text itself.
pub(super) fn clean<'a>(
    before: &'a str,
    text: &str,
    after: &'a str,
) -> Result<(&'a str, &'a str), &'static str> {
    secrets::cut_around(before, text, after)
}

/// Cuts the surroundings to their most recorded bytes.
pub(super) fn bounded<'a>(before: &'a str, after: &'a str) -> (&'a str, &'a str) {
    let start = before.len().saturating_sub(BEFORE);
    let start = (start..=before.len()).find(|at| before.is_char_boundary(*at)).unwrap_or(0);
    let end = after.len().min(AFTER);
    let end = (0..=end).rev().find(|at| after.is_char_boundary(*at)).unwrap_or(0);
    (&before[start..], &after[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_fall_between_characters() {
        let long = "é".repeat(9_000);
        let (before, after) = bounded(&long, &long);
        assert_eq!((before.len(), after.len()), (BEFORE, AFTER));
        let shifted = format!("x{long}");
        let (before, after) = bounded(&shifted, &shifted);
        assert_eq!((before.len(), after.len()), (BEFORE, AFTER - 1));
        assert_eq!(bounded("a", "b"), ("a", "b"));
    }
}
