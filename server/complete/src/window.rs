//! The part of the document that the model reads.
//!
//! A window has three parts: the text *above*, the *head* (the cursor's line up to the cursor) and the text *below*
//! (from the cursor on). Above and below do not change while the user types on a line, so that the model's cache of
//! them holds; only the head changes. For the same reason the window's start does not slide: it is the first line
//! that begins at or after a multiple of [`step`](Budget::step) bytes from the document's start, the earliest such
//! line from which the text fits the budget. On a new line the start stays where it is until the budget is full, and
//! then moves by a whole step.
//!
//! The budget bounds the work, not the document: the window cuts text by bytes before anything counts tokens. It cuts
//! a line that is longer than a step inside, at a multiple of the step.

use std::ops::Range;

use housestyle_text::{Offset, Snapshot};

use crate::lines;

/// A longer head is cut, and the part cut off counts as text above.
const HEAD: usize = 512;
/// A long head is cut at multiples of this from the line's start, so that the cut stays put while one types.
const HEAD_STEP: usize = HEAD / 2;
/// Bytes a token has at most, as a guess: more text than this many a token is not even looked at.
const TOKEN_BYTES: usize = 8;

/// The most tokens of a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Tokens above.
    pub prefix_tokens: usize,
    /// Tokens below.
    pub suffix_tokens: usize,
}

impl Budget {
    /// Returns the distance in bytes between two places where a window may start. As a token is at least one byte,
    /// the text of one step always fits the budget; of code, four do.
    pub fn step(&self) -> usize {
        self.prefix_tokens.max(16)
    }

    /// Returns the budget that is left where `taken` tokens go to context: a third of the tokens below and up to half of
    /// those above give way. In steps, so that a word more of context does not move the window's start.
    pub(crate) fn less(self, taken: usize) -> Budget {
        const STEP: usize = 32;
        if taken == 0 {
            return self;
        }
        let suffix_tokens = self.suffix_tokens * 2 / 3;
        let left = (self.prefix_tokens + self.suffix_tokens - suffix_tokens).saturating_sub(taken);
        let least = self.prefix_tokens / 2;
        Budget { prefix_tokens: (left / STEP * STEP).clamp(least, self.prefix_tokens), suffix_tokens }
    }
}

/// The size of the window in a prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WindowSize {
    /// As large as the settings allow.
    Whole,
    /// A quarter of that, because the model has not evaluated the rest yet.
    Near,
}

impl WindowSize {
    /// Returns the code, for programs.
    pub fn code(self) -> &'static str {
        match self {
            WindowSize::Whole => "whole",
            WindowSize::Near => "near",
        }
    }
}

/// The part of a document that a model sees; line breaks are `\n`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// Text before the head.
    pub above: String,
    /// The cursor's line up to the cursor.
    pub head: String,
    /// Text from the cursor on.
    pub below: String,
    /// The bytes of the document from which all this was taken.
    pub range: Range<Offset>,
    /// Where the head begins.
    pub head_start: Offset,
}

impl Window {
    /// Cuts a window around `hole`, the range that a suggestion replaces. `selected_text`, the text of a popup's item with
    /// which the suggestion begins, is added to the head. `count` counts tokens.
    pub fn cut(
        snapshot: &Snapshot,
        hole: Range<Offset>,
        selected_text: &str,
        budget: Budget,
        count: &dyn Fn(&str) -> usize,
    ) -> Window {
        let (left, right) = (snapshot.floor(hole.start.0), snapshot.floor(hole.end.0));
        let line_start = snapshot.line_start(snapshot.line_of(left));
        let length = left.0.saturating_sub(line_start.0);
        let split = match length {
            0..=HEAD => line_start,
            _ => snapshot.floor(line_start.0 + (length - HEAD_STEP) / HEAD_STEP * HEAD_STEP),
        };
        let start = start_of(snapshot, split, budget, count);
        let below = below(snapshot, right, budget.suffix_tokens, count);
        let end = Offset(right.0 + below.len());
        Window {
            above: lines::unix(&snapshot.slice(start.0..split.0)),
            head: lines::unix(&snapshot.slice(split.0..left.0)) + selected_text,
            below: lines::unix(&below),
            range: start..end,
            head_start: split,
        }
    }
}

/// Returns where the window starts: the earliest stop from which the text up to `split` fits the budget.
fn start_of(snapshot: &Snapshot, split: Offset, budget: Budget, count: &dyn Fn(&str) -> usize) -> Offset {
    let step = budget.step();
    let farthest = split.0.saturating_sub(budget.prefix_tokens.saturating_mul(TOKEN_BYTES));
    let (mut start, mut tokens) = (split, 0);
    for multiple in (farthest.div_ceil(step)..=split.0 / step).rev() {
        let stop = stop_after(snapshot, multiple * step, step).min(start);
        tokens += count(&snapshot.slice(stop.0..start.0));
        if tokens > budget.prefix_tokens {
            break;
        }
        start = stop;
    }
    start
}

/// Returns the first line start at or after `at`, or `at` itself where that is more than a step away.
pub(crate) fn stop_after(snapshot: &Snapshot, at: usize, step: usize) -> Offset {
    let at = snapshot.floor(at);
    let line = snapshot.line_of(at);
    if snapshot.line_start(line) == at {
        return at;
    }
    let next = snapshot.line_start(line + 1);
    if next.0 - at.0 <= step { next } else { at }
}

/// Returns the text below: whole lines within the budget, and of a first line that is too long its beginning.
pub(crate) fn below(
    snapshot: &Snapshot,
    from: Offset,
    budget: usize,
    count: &dyn Fn(&str) -> usize,
) -> String {
    let limit = from.0.saturating_add(budget.saturating_mul(TOKEN_BYTES));
    let text = snapshot.slice(from.0..limit);
    let cut_off = snapshot.floor(limit).0 < snapshot.len();
    let (mut end, mut tokens) = (0, 0);
    for piece in text.split_inclusive('\n') {
        let whole = piece.ends_with('\n') || !cut_off;
        tokens += count(piece);
        if tokens > budget || !whole {
            break;
        }
        end += piece.len();
    }
    if end > 0 || budget == 0 {
        return text[..end].to_owned();
    }
    // A token is at least one byte, so this ends with something that fits.
    let mut line = text.split_inclusive('\n').next().unwrap_or("");
    while count(line) > budget && !line.is_empty() {
        line = lines::first_bytes(line, (line.len() / 2).max(budget.min(line.len() - 1)));
    }
    line.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::cursor::{document, split};
    use housestyle_text::Language;

    fn count(text: &str) -> usize {
        text.len().div_ceil(4)
    }

    fn cut(snapshot: &Snapshot, cursor: Offset, prefix_tokens: usize, suffix_tokens: usize) -> Window {
        Window::cut(snapshot, cursor..cursor, "", Budget { prefix_tokens, suffix_tokens }, &count)
    }

    #[test]
    fn context_takes_tokens_of_the_window() {
        let less = |budget: (usize, usize), taken: usize| {
            let left = Budget { prefix_tokens: budget.0, suffix_tokens: budget.1 }.less(taken);
            (left.prefix_tokens, left.suffix_tokens)
        };
        assert_eq!(less((512, 96), 0), (512, 96));
        assert_eq!(less((512, 96), 10), (512, 64));
        assert_eq!(less((512, 96), 192), (352, 64));
        assert_eq!(less((512, 96), 282), (256, 64));
        assert_eq!(less((512, 96), 5000), (256, 64));
        assert_eq!(less((128, 24), 72), (64, 16));
        assert_eq!(less((1, 0), 1), (0, 0));
    }

    #[test]
    fn a_small_document_is_seen_whole() {
        let (snapshot, cursor) = document("a.rs", "fn a() {\r\n    let x = ‸;\r\n}\r\n");
        let window = cut(&snapshot, cursor, 512, 96);
        assert_eq!(
            (window.above.as_str(), window.head.as_str(), window.below.as_str()),
            ("fn a() {\n", "    let x = ", ";\n}\n")
        );
        assert_eq!(window.range, Offset(0)..Offset(snapshot.len()));
    }

    #[test]
    fn above_and_below_stay_while_typing_on_a_line() {
        let before: String = (0..400).map(|n| format!("let number_{n} = {n};\n")).collect();
        let after = ";\nreturn 0;\n".repeat(200);
        let windows =
            ["", "l", "let", "let xyz = a_long_name", "let xyz = a_long_name + 1234"].map(|typed| {
                let snapshot = Snapshot::new(&format!("{before}{typed}{after}"), 1, Language::PLAIN);
                cut(&snapshot, Offset(before.len() + typed.len()), 128, 32)
            });
        for window in &windows {
            assert_eq!((&window.above, &window.below), (&windows[0].above, &windows[0].below));
            assert!(window.above.starts_with("let number_") && window.above.ends_with(";\n"));
            assert!(count(&window.above) <= 128 && count(&window.below) <= 32);
            assert!(count(&window.above) > 128 / 2, "{} tokens", count(&window.above));
        }
    }

    #[test]
    fn the_start_moves_seldom_from_line_to_line() {
        let text: String = (0..400).map(|n| format!("let number_{n} = {n};\n")).collect();
        let snapshot = Snapshot::new(&text, 1, Language::PLAIN);
        let starts: Vec<Offset> =
            (200..300).map(|line| cut(&snapshot, snapshot.line_start(line), 512, 96).range.start).collect();
        let moves = starts.windows(2).filter(|pair| pair[0] != pair[1]).count();
        assert!(moves <= 6, "{moves} moves in 100 lines");
        assert!(starts.windows(2).all(|pair| pair[0] <= pair[1]));
    }

    #[test]
    fn a_line_of_a_megabyte_is_cut_where_it_stays_cut() {
        let line = "0123456789abcdé,".repeat(60_000);
        let cursor = line.len() / 2 / 17 * 17;
        let snapshot = Snapshot::new(&line, 1, Language::PLAIN);
        let window = cut(&snapshot, Offset(cursor), 512, 96);
        assert!((HEAD_STEP..=HEAD).contains(&window.head.len()), "{}", window.head.len());
        assert!(window.above.len() > 1000 && count(&window.above) <= 512, "{}", window.above.len());
        assert!(!window.below.is_empty() && count(&window.below) <= 96);
        let typed = format!("{}x{}", &line[..cursor], &line[cursor..]);
        let next = cut(&Snapshot::new(&typed, 2, Language::PLAIN), Offset(cursor + 1), 512, 96);
        assert_eq!(next.below, window.below);
        let whole = |window: &Window| window.above.clone() + &window.head;
        let shared = next.above.len().min(window.above.len());
        assert_eq!(next.above[..shared], window.above[..shared]);
        assert_eq!(whole(&next), whole(&window) + "x");
    }

    #[test]
    fn a_huge_document_is_looked_at_in_part() {
        let text = "fn f() { let x = 1; }\n".repeat(2_000_000);
        let snapshot = Snapshot::new(&text, 1, Language::PLAIN);
        let looked = std::cell::Cell::new(0);
        let count = |text: &str| {
            looked.set(looked.get() + text.len());
            text.len().div_ceil(4)
        };
        let cursor = Offset(text.len() / 2);
        let window = Window::cut(
            &snapshot,
            cursor..cursor,
            "",
            Budget { prefix_tokens: 512, suffix_tokens: 96 },
            &count,
        );
        assert!(!window.above.is_empty() && looked.get() < 10_000, "{} bytes counted", looked.get());
    }

    #[test]
    fn no_budget_is_no_text() {
        let (text, at) = split("abc\ndef‸ghi\njkl");
        let snapshot = Snapshot::new(&text, 1, Language::PLAIN);
        let window = cut(&snapshot, Offset(at), 0, 0);
        assert_eq!((window.head.as_str(), window.below.as_str()), ("def", ""));
    }
}
