//! Retention: which tokens of an accepted text still stand in its place later.
//!
//! A *token* is a run of letters, digits and `_`, or any other single character that is no white space. So
//! re-indenting and re-wrapping change nothing, a renamed variable is one token, and a removed bracket is one too.
//!
//! *Retained* is the length of the longest common subsequence of the accepted tokens and the current ones: every accepted
//! token counts at most once, and only in its order. The *retention rate* is retained ÷ accepted. Added tokens take
//! nothing away; they show in the number of current tokens.

/// The tokens of an accepted text, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Retention {
    /// Tokens that were accepted.
    pub accepted: usize,
    /// Of these, how many stand in the current text, in their order.
    pub retained: usize,
    /// Tokens of the current text.
    pub current: usize,
}

impl Retention {
    /// Returns retained ÷ accepted; 1 for a text without tokens, of which nothing can be lost.
    pub fn rate(self) -> f64 {
        if self.accepted == 0 { 1.0 } else { self.retained as f64 / self.accepted as f64 }
    }
}

/// Most tokens of either text that are compared; the work grows with their product.
const MOST: usize = 4096;

/// Counts the tokens of `accepted` that are retained in `current`, the text that stands in its place.
pub fn retention(accepted: &str, current: &str) -> Retention {
    let (mut a, mut b) = (tokens(accepted), tokens(current));
    a.truncate(MOST);
    b.truncate(MOST);
    Retention { accepted: a.len(), retained: common(&a, &b), current: b.len() }
}

/// Returns the tokens of a text.
fn tokens(text: &str) -> Vec<&str> {
    let in_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = match first {
            first if in_word(first) => rest.find(|c| !in_word(c)).unwrap_or(rest.len()),
            first => first.len_utf8(),
        };
        let (token, after) = rest.split_at(end);
        if !first.is_whitespace() {
            found.push(token);
        }
        rest = after;
    }
    found
}

/// Returns the length of the longest common subsequence.
fn common(a: &[&str], b: &[&str]) -> usize {
    // What is common at both ends belongs to some longest one, and is nearly all of it nearly always.
    let start = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[start..], &b[start..]);
    let end = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[..a.len() - end], &b[..b.len() - end]);
    let mut row = vec![0_usize; b.len() + 1];
    for token in a {
        let mut diagonal = 0;
        for (at, other) in b.iter().enumerate() {
            let above = row[at + 1];
            row[at + 1] = if token == other { diagonal + 1 } else { above.max(row[at]) };
            diagonal = above;
        }
    }
    start + row[b.len()] + end
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Compares the retention, as `retained/accepted current`.
    #[track_caller]
    fn check(accepted: &str, current: &str, expected: &str) {
        let found = retention(accepted, current);
        assert_eq!(
            format!("{}/{} {}", found.retained, found.accepted, found.current),
            expected,
            "{accepted} → {current}"
        );
    }

    #[test]
    fn untouched_text_is_retained_and_removed_text_is_not() {
        check("items.iter().sum();", "items.iter().sum();", "10/10 10");
        check("items.iter().sum();", "", "0/10 0");
        check("", "", "0/0 0");
        assert_eq!((retention("", "x").rate(), retention("a b", "b").rate()), (1.0, 0.5));
    }

    #[test]
    fn white_space_is_no_token() {
        check("if a {\n    b();\n}", "if a { b(); }", "8/8 8");
        check("one two\nthree", "one\n  two three", "3/3 3");
    }

    #[test]
    fn a_renamed_name_is_one_token() {
        check("let total = sum(xs);", "let whole = sum(xs);", "7/8 8");
        check("größe_1 + 😀", "größe_2 + 😀", "2/3 3");
    }

    #[test]
    fn what_was_added_takes_nothing_away() {
        check("f(a)", "f(a, b)", "4/4 6");
        check("a b", "x a y b z", "2/2 5");
    }

    #[test]
    fn order_counts_and_a_token_counts_once() {
        check("a b", "b a", "1/2 2");
        check("a a", "a", "1/2 1");
        check("a", "a a", "1/1 2");
    }

    #[test]
    fn is_what_the_definition_says() {
        // The slow way: all subsequences.
        fn slow(a: &[&str], b: &[&str]) -> usize {
            let (Some((x, a_rest)), Some((y, b_rest))) = (a.split_first(), b.split_first()) else { return 0 };
            if x == y { 1 + slow(a_rest, b_rest) } else { slow(a_rest, b).max(slow(a, b_rest)) }
        }
        let mut state = 7_u32;
        let mut random = |most: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) % most
        };
        for _ in 0..300 {
            let mut text = || (0..random(9)).map(|_| ["a", "b", "c"][random(3) as usize]).collect::<Vec<_>>();
            let (a, b) = (text(), text());
            assert_eq!(common(&a, &b), slow(&a, &b), "{a:?} {b:?}");
        }
    }

    #[test]
    fn long_texts_cost_bounded_work() {
        let long = "a b ".repeat(100_000);
        assert_eq!(retention(&long, &long).accepted, MOST);
    }
}
