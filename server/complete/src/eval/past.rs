//! What the user of a case would have done lately: what earlier cases of the same set wrote.

use super::case::Case;
use crate::memory::{RecentEdit, unseen};

/// Cases looked back at.
const LOOKED_AT: usize = 16;

/// Returns what was written before a case, oldest first: the middles of the last cases whose time is earlier. Cases of
/// the same time are of one commit, of whose order nothing is known, so nothing of them is told; neither is anything
/// where the time is not known.
pub fn edits_before(cases: &[Case], case: &Case) -> Vec<RecentEdit> {
    let mut earlier: Vec<&Case> = cases.iter().filter(|other| other.time < case.time).collect();
    earlier.sort_by(|a, b| a.time.total_cmp(&b.time));
    let last = earlier.split_off(earlier.len().saturating_sub(LOOKED_AT));
    let edits = last
        .iter()
        .filter_map(|case| RecentEdit::filling(&case.path, &case.prefix, &case.middle, &case.suffix));
    let (snapshot, cursor) = case.document();
    unseen(edits.collect(), &snapshot, cursor)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(time: f64, middle: &str) -> Case {
        Case {
            path: "a.rs".to_owned(),
            prefix: "let x = ".to_owned(),
            suffix: ";\n".to_owned(),
            middle: middle.to_owned(),
            time,
            name: None,
            accept: vec![],
        }
    }

    #[test]
    fn nothing_of_the_future_is_told() {
        let cases =
            [case(30.0, "third()"), case(10.0, "first()"), case(20.0, "second()"), case(20.0, "too()")];
        let told = |at: usize| -> Vec<String> {
            edits_before(&cases, &cases[at]).into_iter().flat_map(|edit| edit.added).collect()
        };
        assert_eq!(told(0), ["let x = first();", "let x = second();", "let x = too();"]);
        assert_eq!((told(1), told(2)), (vec![], vec!["let x = first();".to_owned()]));
        let timeless = [case(0.0, "one()"), case(0.0, "two()")];
        assert_eq!(edits_before(&timeless, &timeless[1]), []);
    }

    #[test]
    fn only_the_last_ones_and_nothing_that_is_seen() {
        let mut cases: Vec<Case> = (1..100).map(|n| case(f64::from(n), &format!("number_{n}()"))).collect();
        let mut last = case(100.0, "x");
        last.prefix = "let x = number_99();\nlet y = ".to_owned();
        cases.push(last.clone());
        let told = edits_before(&cases, &last);
        assert_eq!((told.len(), told[0].added[0].as_str()), (LOOKED_AT - 1, "let x = number_84();"));
    }
}
