//! Rules with the same occurrences are one rule: the more general one survives.

use std::collections::HashSet;

use housestyle_skills::Rule;

/// The share of the smaller rule's occurrences that must be the other's, too.
const SAME: f64 = 0.8;

/// An occurrence: the edit and where it begins.
pub(super) type Key = (usize, usize);

/// Returns which of the rules survive, given each with its occurrences, in the order of the list.
pub(super) fn survivors(rules: &[(&Rule, HashSet<Key>)]) -> Vec<bool> {
    let mut survive = vec![true; rules.len()];
    // The more general first; of two that are alike the first of the list.
    let mut order: Vec<usize> = (0..rules.len()).collect();
    order.sort_by_key(|n| (std::cmp::Reverse(rules[*n].1.len()), *n));
    for (rank, smaller) in order.iter().enumerate() {
        let (rule, places) = &rules[*smaller];
        survive[*smaller] = order[..rank].iter().filter(|larger| survive[**larger]).all(|larger| {
            let (other, all) = &rules[*larger];
            let shared = places.intersection(all).count();
            !comparable(rule, other) || (shared as f64) < SAME * places.len().max(1) as f64
        });
    }
    survive
}

/// The end of a comment and its first word are different things that stand in one place.
fn comparable(a: &Rule, b: &Rule) -> bool {
    match (a, b) {
        (Rule::Form(a), Rule::Form(b)) => a.of.shares_aspect(b.of),
        (Rule::Form(_), _) | (_, Rule::Form(_)) => false,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use housestyle_skills::{Form, FormKind, Term};

    #[test]
    fn the_more_general_of_two_stays() {
        let term = |word: &str| Rule::Term(Term { avoid: vec![word.to_owned()], prefer: "x".to_owned() });
        let form = Rule::Form(Form { of: FormKind::CommentCapital });
        let keys = |range: std::ops::Range<usize>| range.map(|n| (0, n)).collect::<HashSet<Key>>();
        let (a, b, c) = (term("a"), term("b"), term("c"));
        let rules = [(&a, keys(0..10)), (&b, keys(0..30)), (&c, keys(25..60)), (&form, keys(0..10))];
        assert_eq!(survivors(&rules), [false, true, true, true]);
    }
}
