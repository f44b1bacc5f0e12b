//! How near a suggestion is to the wanted text.

use crate::lines::unix;
use crate::similar::distance;

/// Characters of a line compared at most: the time grows with their square.
const LONGEST: usize = 4096;

/// How near one suggestion is to one text, or to the best of several.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Metrics {
    /// The whole text is equal after trimming white space at its end.
    pub exact: bool,
    /// The first line that is not blank is equal after trimming both its sides.
    pub first_line_exact: bool,
    /// 1 − Levenshtein distance / longer length, over the characters of the first line that is not blank, trimmed.
    pub edit_similarity: f64,
}

/// Returns each metric's best over the wanted texts. No suggestion is compared as the empty text.
pub fn measure<'a>(suggestion: &str, wanted: impl Iterator<Item = &'a str>) -> Metrics {
    let suggestion = unix(suggestion);
    wanted.fold(Metrics::default(), |best, wanted| {
        let one = one(&suggestion, &unix(wanted));
        Metrics {
            exact: best.exact || one.exact,
            first_line_exact: best.first_line_exact || one.first_line_exact,
            edit_similarity: best.edit_similarity.max(one.edit_similarity),
        }
    })
}

fn one(suggestion: &str, wanted: &str) -> Metrics {
    let (a, b) = (first_line(suggestion), first_line(wanted));
    Metrics {
        exact: suggestion.trim_end() == wanted.trim_end(),
        first_line_exact: a == b,
        edit_similarity: similarity(a, b),
    }
}

fn first_line(text: &str) -> &str {
    text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("")
}

fn similarity(a: &str, b: &str) -> f64 {
    let first = |text: &str| text.chars().take(LONGEST).collect::<String>();
    let (a, b) = (first(a), first(b));
    match a.chars().count().max(b.chars().count()) {
        0 => 1.0,
        longer => 1.0 - distance(&a, &b) as f64 / longer as f64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(suggestion: &str, wanted: &[&str], exact: bool, first_line_exact: bool, edit_similarity: f64) {
        let metrics = measure(suggestion, wanted.iter().copied());
        assert_eq!((metrics.exact, metrics.first_line_exact), (exact, first_line_exact), "{suggestion:?}");
        assert!((metrics.edit_similarity - edit_similarity).abs() < 1e-9, "{suggestion:?}: {metrics:?}");
    }

    #[test]
    fn metrics_are_as_documented() {
        check("return x;\n", &["return x;"], true, true, 1.0);
        check("return x;\r\n  y", &["return x;\n  y\n\n"], true, true, 1.0);
        check("return x;", &["return x;\ny"], false, true, 1.0);
        check("\n    return x;", &["\n  return x;"], false, true, 1.0);
        check("abc", &["abd"], false, false, 2.0 / 3.0);
        check("", &["abc"], false, false, 0.0);
        check("", &[""], true, true, 1.0);
        check("日本", &["日木語"], false, false, 1.0 / 3.0);
    }

    #[test]
    fn the_best_of_several() {
        check("b", &["a", "b"], true, true, 1.0);
        check("bx", &["a", "b"], false, false, 0.5);
    }
}
