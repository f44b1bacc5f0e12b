//! The recent edits of a case's user: the case's own edits, or the texts of earlier cases of the same set.

use super::case::Case;
use crate::memory::{RecentEdit, unseen};

/// The most cases that are looked back at.
const MAX_CASES: usize = 16;

/// Returns the edits before a case that are not visible around its hole, oldest first: the case's own ones where it knows
/// them, else the middles of the last cases whose time is earlier. Cases of the same time are of one commit whose order is
/// unknown, so they are left out; so are all where the time is unknown.
pub fn edits_before(cases: &[Case], case: &Case) -> Vec<RecentEdit> {
    let (snapshot, cursor) = case.document();
    unseen(case.edits.clone().unwrap_or_else(|| written_before(cases, case)), &snapshot, cursor)
}

fn written_before(cases: &[Case], case: &Case) -> Vec<RecentEdit> {
    let mut earlier: Vec<&Case> = cases.iter().filter(|other| other.time < case.time).collect();
    earlier.sort_by(|a, b| a.time.total_cmp(&b.time));
    let last = earlier.split_off(earlier.len().saturating_sub(MAX_CASES));
    let edits = last
        .iter()
        .filter_map(|case| RecentEdit::filling(&case.path, &case.prefix, &case.middle, &case.suffix));
    edits.collect()
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
            ..Case::default()
        }
    }

    #[test]
    fn nothing_of_the_future_is_returned() {
        let cases =
            [case(30.0, "third()"), case(10.0, "first()"), case(20.0, "second()"), case(20.0, "too()")];
        let edits = |at: usize| -> Vec<String> {
            edits_before(&cases, &cases[at]).into_iter().flat_map(|edit| edit.added).collect()
        };
        assert_eq!(edits(0), ["let x = first();", "let x = second();", "let x = too();"]);
        assert_eq!((edits(1), edits(2)), (vec![], vec!["let x = first();".to_owned()]));
        let timeless = [case(0.0, "one()"), case(0.0, "two()")];
        assert_eq!(edits_before(&timeless, &timeless[1]), []);
    }

    #[test]
    fn a_case_that_knows_its_edits_has_these_alone() {
        let edit = |line: &str| RecentEdit {
            path: "b.rs".to_owned(),
            removed: vec![],
            added: vec![line.to_owned()],
        };
        let mut session = case(20.0, "second()");
        let cases = [case(10.0, "first()"), session.clone()];
        session.edits = Some(vec![]);
        assert_eq!(edits_before(&cases, &session), []);
        session.edits = Some(vec![edit("let x = ;"), edit("elsewhere();")]);
        assert_eq!(edits_before(&cases, &session), [edit("elsewhere();")], "the other one is visible");
    }

    #[test]
    fn only_the_last_ones_and_nothing_that_is_visible() {
        let mut cases: Vec<Case> = (1..100).map(|n| case(f64::from(n), &format!("number_{n}()"))).collect();
        let mut last = case(100.0, "x");
        last.prefix = "let x = number_99();\nlet y = ".to_owned();
        cases.push(last.clone());
        let edits = edits_before(&cases, &last);
        assert_eq!((edits.len(), edits[0].added[0].as_str()), (MAX_CASES - 1, "let x = number_84();"));
    }
}
