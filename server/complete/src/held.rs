//! A window that holds while somebody types.
//!
//! A model reads the text above the head, the text below, and the context once; then only the head grows. So where a
//! prompt ends with the head, a [`HeldWindow`] keeps its text above and below for later requests: new lines join the
//! head, up to eight of them. The window holds while
//!
//! - the cursor is in the head, and the text above the head is unchanged. It may have moved: an import that somebody
//!   types at the top of the file changes nothing.
//! - the text behind the cursor is the text below, but for white space and closing brackets and quotes, which editors
//!   put there and take away while somebody types. Stop rules and filters see the document as it is.
//!
//! Any other change cuts a new window.

use std::ops::Range;

use housestyle_text::{Offset, Snapshot};

use crate::lines;
use crate::window::{Budget, Window, WindowSize};

/// The most lines that may join the head.
pub(crate) const MAX_HEAD_LINES: usize = 8;
/// The most bytes of a head.
const MAX_HEAD: usize = 1024;
/// Bytes behind the text below in which white space and closers may have moved.
const SLACK: usize = 64;

/// The text of a window above its head and below its cursor, and the budget that it was cut for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldWindow {
    budget: Budget,
    /// The text above, with the document's own line breaks.
    above: String,
    /// The same of the text below.
    below: String,
    /// Whether the text below goes to the document's end.
    to_end: bool,
}

impl HeldWindow {
    /// Cuts a window around `hole` that can be held; see [`Window::cut`].
    pub fn cut(
        snapshot: &Snapshot,
        hole: Range<Offset>,
        selected_text: &str,
        budget: Budget,
        count: &dyn Fn(&str) -> usize,
    ) -> (HeldWindow, Window) {
        let window = Window::cut(snapshot, hole.clone(), selected_text, budget, count);
        let above = snapshot.slice(window.range.start.0..window.head_start.0);
        let below = snapshot.slice(snapshot.floor(hole.end.0).0..window.range.end.0);
        let to_end = window.range.end.0 == snapshot.len();
        (HeldWindow { budget, above, below, to_end }, window)
    }

    /// Returns the window for another place or version of the document, if this window holds there, and how many lines
    /// joined its head.
    pub fn at(
        &self,
        snapshot: &Snapshot,
        hole: Range<Offset>,
        selected_text: &str,
        budget: Budget,
    ) -> Option<(Window, usize)> {
        let (left, right) = (snapshot.floor(hole.start.0), snapshot.floor(hole.end.0));
        if self.budget != budget || !self.is_below(snapshot, right) {
            return None;
        }
        let line = snapshot.line_of(left);
        let fits = |joined: &usize| {
            let split = snapshot.line_start(line - joined);
            split.0 >= self.above.len() && snapshot.slice(split.0 - self.above.len()..split.0) == self.above
        };
        let joined = (0..=line.min(MAX_HEAD_LINES)).find(fits)?;
        let split = snapshot.line_start(line - joined);
        if left.0.saturating_sub(split.0) > MAX_HEAD {
            return None;
        }
        let window = Window {
            above: lines::unix(&self.above),
            head: lines::unix(&snapshot.slice(split.0..left.0)) + selected_text,
            below: lines::unix(&self.below),
            range: Offset(split.0 - self.above.len())
                ..snapshot.floor(right.0.saturating_add(self.below.len())),
            head_start: split,
        };
        Some((window, joined))
    }

    /// Returns whether the text below stands behind a place.
    fn is_below(&self, snapshot: &Snapshot, from: Offset) -> bool {
        let end = from.0.saturating_add(self.below.len() + SLACK);
        let here = snapshot.slice(from.0..end);
        let whole = end >= snapshot.len();
        let (mut here, mut below) = (solid(&here), solid(&self.below));
        loop {
            match (below.next(), here.next()) {
                (None, None) => return true,
                (None, Some(_)) => return !self.to_end,
                // The slack is used up, though only white space and closers differ so far.
                (Some(_), None) => return !whole,
                (Some(a), Some(b)) if a == b => {}
                _ => return false,
            }
        }
    }
}

/// The windows that hold in a document, from the last jobs there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HeldWindows {
    whole: Option<HeldWindow>,
    near: Option<HeldWindow>,
}

impl HeldWindows {
    /// Returns no windows.
    pub fn none() -> &'static HeldWindows {
        static NONE: HeldWindows = HeldWindows { whole: None, near: None };
        &NONE
    }

    /// Keeps the window that a job used, in the place of the last one of its size.
    pub fn keep(&mut self, size: WindowSize, window: HeldWindow) {
        *match size {
            WindowSize::Whole => &mut self.whole,
            WindowSize::Near => &mut self.near,
        } = Some(window);
    }

    pub(crate) fn of(&self, size: WindowSize) -> Option<&HeldWindow> {
        match size {
            WindowSize::Whole => self.whole.as_ref(),
            WindowSize::Near => self.near.as_ref(),
        }
    }
}

/// Returns the characters that editors do not put in or take away by themselves.
fn solid(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(|c| !c.is_whitespace() && !matches!(c, ')' | ']' | '}' | '>' | '"' | '\'' | '`'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::cursor::split;
    use housestyle_text::Language;

    const BUDGET: Budget = Budget { prefix_tokens: 64, suffix_tokens: 16 };

    fn count(text: &str) -> usize {
        text.len().div_ceil(4)
    }

    fn document(fixture: &str) -> (Snapshot, Offset) {
        let (text, at) = split(fixture);
        (Snapshot::new(&text, 1, Language::PLAIN), Offset(at))
    }

    fn held(fixture: &str) -> HeldWindow {
        let (snapshot, cursor) = document(fixture);
        HeldWindow::cut(&snapshot, cursor..cursor, "", BUDGET, &count).0
    }

    /// Checks a window of one place at another one: its head and the lines that joined it, or `None`.
    #[track_caller]
    fn check(first: &str, then: &str, expect: Option<(&str, usize)>) {
        let held = held(first);
        let (snapshot, cursor) = document(then);
        let found = held.at(&snapshot, cursor..cursor, "", BUDGET);
        if let Some((window, _)) = &found {
            assert_eq!(
                (&window.above, &window.below),
                (&lines::unix(&held.above), &lines::unix(&held.below))
            );
            assert_eq!(snapshot.slice(window.head_start.0..cursor.0).replace("\r\n", "\n"), window.head);
        }
        assert_eq!(found.as_ref().map(|(window, joined)| (window.head.as_str(), *joined)), expect);
    }

    #[test]
    fn it_holds_while_somebody_types_and_starts_lines() {
        check("a\nb\nc‸\nd\ne\n", "a\nb\ncx‸\nd\ne\n", Some(("cx", 0)));
        check("a\nb\nc‸\nd\ne\n", "a\nb\ncx\n  y‸\nd\ne\n", Some(("cx\n  y", 1)));
        check("a\r\nb\r\nc‸\r\nd\r\n", "a\r\nb\r\ncx\r\n  y‸\r\nd\r\n", Some(("cx\n  y", 1)));
        let lines = |n: usize| format!("a\nb\n{}‸\nd\n", "x\n".repeat(n));
        check("a\nb\n‸\nd\n", &lines(8), Some(("x\nx\nx\nx\nx\nx\nx\nx\n", 8)));
        check("a\nb\n‸\nd\n", &lines(9), None);
        check("a\nb\n‸\nd\n", &format!("a\nb\n{}‸\nd\n", "x".repeat(MAX_HEAD + 1)), None);
    }

    #[test]
    fn closers_and_white_space_come_and_go() {
        check("a\nf‸\nd\n", "a\nf(‸)\nd\n", Some(("f(", 0)));
        check("a\nf(‸)\nd\n", "a\nf(x)‸\nd\n", Some(("f(x)", 0)));
        check("a\nif x {‸}\nd\n", "a\nif x {\n    ‸\n}\nd\n", Some(("if x {\n    ", 1)));
        check("a\nf(‸)", "a\nf()‸", Some(("f()", 0)));
        // The end of the text below is the end of the document.
        check("a\nf‸\nd", "a\nf‸\n", None);
        check("a\nf‸\n", "a\nf‸\nd", None);
        check("a\nf\n‸", "a\nf‸\n", None);
    }

    #[test]
    fn text_that_comes_far_above_moves_it() {
        let far = "0123456\n".repeat(100);
        let first = format!("{far}b\nc‸\nd\n");
        check(&first, &format!("use x;\n{far}b\nc‸\nd\n"), Some(("c", 0)));
        check(&first, &format!("{far}B\nc‸\nd\n"), None);
    }

    #[test]
    fn any_other_change_or_move_ends_it() {
        let first = "a\nb\nc‸\nd\ne\n";
        for then in [
            "a\nB\nc‸\nd\ne\n", // above
            "a\nb\nc‸\nD\ne\n", // below
            "a\nb\n‸c\nd\ne\n", // to the left
            "a\nb‸\nc\nd\ne\n", // up
            "a\nb\nc\nd‸\ne\n", // down
            "a\nbc‸\nd\ne\n",   // lines joined
        ] {
            check(first, then, None);
        }
        let (snapshot, cursor) = document(first);
        let other = Budget { prefix_tokens: 32, ..BUDGET };
        assert_eq!(held(first).at(&snapshot, cursor..cursor, "", other), None);
    }
}
