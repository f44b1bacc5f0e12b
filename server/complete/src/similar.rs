//! How alike two texts are.

/// The most characters to compare; of a longer text the beginning is compared.
const LONGEST: usize = 512;

/// Returns the Levenshtein distance between two texts, in characters.
pub fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let change = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = change.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

/// Returns whether two texts are the same but for white space at both ends and one character in twenty. Short ones
/// must be equal: `case 1:` and `case 2:` are not the same.
pub fn nearly_equal(a: &str, b: &str) -> bool {
    let (a, b) = (a.trim(), b.trim());
    if a == b {
        return true;
    }
    let (long, short) = (a.chars().count().max(b.chars().count()), a.chars().count().min(b.chars().count()));
    let allowed = long.min(LONGEST) / 20;
    if long - short > allowed {
        return false;
    }
    let first = |text: &str| text.chars().take(LONGEST).collect::<String>();
    distance(&first(a), &first(b)) <= allowed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        assert_eq!((distance("", ""), distance("", "ab"), distance("ab", "")), (0, 2, 2));
        assert_eq!((distance("kitten", "sitting"), distance("é", "e"), distance("是是", "是")), (3, 1, 1));
    }

    #[test]
    fn nearly() {
        assert!(nearly_equal(" a ", "a") && nearly_equal("The quick brown fox.", "The quick brown fox!"));
        assert!(!nearly_equal("case 1:", "case 2:") && !nearly_equal("a", ""));
    }
}
