//! The user's latest edits as one section of a prompt.
//!
//! ```text
//! recent edits
//! src/shop.rs
//! -    let price = 3;
//! +    let price = cents(3);
//! +    let tax = cents(1);
//! tests/shop.rs
//! +use shop::cents;
//! ```
//! The newest edit is the last one. A path stands where it differs from that of the edit before.

use crate::lines::first_bytes;
use crate::memory::RecentEdit;

/// The most edits of a section.
const MAX_EDITS: usize = 6;
/// The most lines of a side of an edit.
const MAX_LINES: usize = 8;
/// The most bytes of a line.
const MAX_LINE: usize = 160;
/// The most tokens of a section, whatever room there is.
pub(super) const MAX_TOKENS: usize = 192;

/// Returns the newest edits that fit into `most` tokens, the newest last; `None` where none fits. `edits` come with the
/// oldest first. An edit that does not fit alone loses its last lines.
pub(super) fn section(edits: &[RecentEdit], most: usize, count: &dyn Fn(&str) -> usize) -> Option<String> {
    let most = most.min(MAX_TOKENS);
    let newest = &edits[edits.len().saturating_sub(MAX_EDITS)..];
    let fitting = (0..newest.len()).map(|from| text(&newest[from..])).find(|text| count(text) <= most);
    fitting.or_else(|| beginning(newest.last()?, most, count))
}

fn text(edits: &[RecentEdit]) -> String {
    let (mut text, mut path) = ("recent edits\n".to_owned(), "");
    for edit in edits {
        if edit.path != path {
            push_line(&mut text, "", &edit.path);
            path = &edit.path;
        }
        for (sign, lines) in [("-", &edit.removed), ("+", &edit.added)] {
            lines.iter().take(MAX_LINES).for_each(|line| push_line(&mut text, sign, line));
        }
    }
    text
}

fn push_line(text: &mut String, sign: &str, line: &str) {
    text.push_str(sign);
    text.push_str(first_bytes(line, MAX_LINE));
    text.push('\n');
}

/// Returns as many of an edit's lines as fit, at least one of them.
fn beginning(edit: &RecentEdit, most: usize, count: &dyn Fn(&str) -> usize) -> Option<String> {
    let whole = text(std::slice::from_ref(edit));
    let heading = if edit.path.is_empty() { 1 } else { 2 };
    let lines: Vec<&str> = whole.split_inclusive('\n').collect();
    let shorter = (heading + 1..lines.len()).rev().map(|lines_kept| lines[..lines_kept].concat());
    shorter.into_iter().find(|text| count(text) <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(path: &str, removed: &[&str], added: &[&str]) -> RecentEdit {
        let owned = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect();
        RecentEdit { path: path.to_owned(), removed: owned(removed), added: owned(added) }
    }

    /// Counts words, so that tests can say what fits.
    fn words(text: &str) -> usize {
        text.split_whitespace().count()
    }

    #[test]
    fn the_header_shows_the_section() {
        let edits = [
            edit(
                "src/shop.rs",
                &["    let price = 3;"],
                &["    let price = cents(3);", "    let tax = cents(1);"],
            ),
            edit("tests/shop.rs", &[], &["use shop::cents;"]),
        ];
        let text = section(&edits, 192, &words).expect("a section");
        let header: String = include_str!("edits.rs")
            .lines()
            .skip_while(|line| *line != "//! ```text")
            .skip(1)
            .take_while(|line| *line != "//! ```")
            .map(|line| {
                line.trim_start_matches("//!").strip_prefix(' ').unwrap_or_default().to_owned() + "\n"
            })
            .collect();
        assert_eq!(text, header);
    }

    #[test]
    fn the_oldest_edits_are_dropped_first() {
        let edits: Vec<RecentEdit> = (0..9).map(|n| edit("a", &[], &[&format!("new {n}")])).collect();
        let lines = |most: usize| section(&edits, most, &words).map(|text| text.matches('+').count());
        assert_eq!(lines(1000), Some(MAX_EDITS));
        // Two words of heading, one of the path, two of each edit.
        assert_eq!((lines(2 + 1 + 3 * 2), lines(2 + 1 + 2), lines(4)), (Some(3), Some(1), None));
        let last = section(&edits, 5, &words).expect("fits");
        assert_eq!(last, "recent edits\na\n+new 8\n");
        assert_eq!(section(&[], 1000, &words), None);
    }

    #[test]
    fn a_long_edit_loses_its_last_lines_and_a_long_line_its_end() {
        let added: Vec<String> = (0..12).map(|n| format!("line {n}")).collect();
        let added: Vec<&str> = added.iter().map(String::as_str).collect();
        let long = edit("", &["before"], &added);
        let text = |most: usize| section(std::slice::from_ref(&long), most, &words);
        assert_eq!(text(192).map(|text| text.matches('+').count()), Some(MAX_LINES));
        assert_eq!(text(5).as_deref(), Some("recent edits\n-before\n+line 0\n"));
        assert_eq!(text(2), None);
        let wide = edit("", &[], &[&"é".repeat(200)]);
        let text = section(&[wide], 192, &words).expect("fits");
        assert_eq!(text, format!("recent edits\n+{}\n", "é".repeat(80)));
    }
}
