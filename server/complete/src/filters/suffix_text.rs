//! Cuts what the model copies from right of the cursor.
//!
//! Closers that the editor put there are another filter's matter: here at least one character right of the cursor
//! is something else.

use super::{Context, Verdict};
use crate::cursor_context::CursorContext;
use crate::lines::{is_blank, only_closers};
use crate::reason::Reason;
use crate::similar::nearly_equal;

/// Characters that a partial copy at the text's end must have to count as one.
const OVERLAP: usize = 4;

pub(super) fn judge(context: &Context<'_>, text: &str) -> Verdict {
    let cursor = context.cursor;
    let tail = cursor.tail.trim();
    if tail.is_empty() || only_closers(tail) || text.contains('\n') {
        return Verdict::Keep;
    }
    if nearly_equal(text, tail) {
        return Verdict::Drop(Reason::SuffixDuplicate);
    }
    let at =
        copy(text, tail).or_else(|| if cursor.language.is_prose() { wrapped(cursor, text) } else { None });
    let Some(at) = at else { return Verdict::Keep };
    let rest = &text[..at];
    let rest = if cursor.tail.starts_with(' ') { rest.trim_end() } else { rest };
    Verdict::left(rest, Reason::SuffixDuplicate)
}

/// Returns where in the text a copy of the tail begins.
fn copy(text: &str, tail: &str) -> Option<usize> {
    let length = tail.chars().count();
    if length >= 3
        && let Some(at) = text.find(tail)
    {
        return Some(at);
    }
    // The tail's beginning at the text's end: the whole of it if it is short.
    let starts = text.char_indices().map(|(at, _)| at);
    starts.into_iter().find(|at| {
        let end = &text[*at..];
        tail.starts_with(end.trim_end())
            && !end.trim().is_empty()
            && end.trim_end().chars().count() >= OVERLAP.min(length)
    })
}

/// Returns where in the text begins what the paragraph goes on with, over its line breaks. The last
/// punctuation may differ: the model ends a sentence that goes on.
fn wrapped(cursor: &CursorContext, text: &str) -> Option<usize> {
    let below = cursor.below.iter().take_while(|line| !is_blank(line));
    let lines: Vec<&str> = std::iter::once(cursor.tail.as_str()).chain(below.map(String::as_str)).collect();
    let paragraph = lines.join(" ");
    let paragraph: Vec<&str> = paragraph.split_whitespace().collect();
    let starts = text.char_indices().filter(|(at, c)| !c.is_whitespace() && text[..*at].ends_with(' '));
    starts.map(|(at, _)| at).find(|at| {
        let words: Vec<&str> = text[*at..].split_whitespace().collect();
        let end = words.len() - 1;
        let bare = |word: &str| word.trim_end_matches(|c: char| c.is_ascii_punctuation()).to_owned();
        text[*at..].trim_end().chars().count() >= OVERLAP
            && paragraph.len() > end
            && words[..end] == paragraph[..end]
            && bare(words[end]) == bare(paragraph[end])
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::judge;

    #[test]
    fn copies_go() {
        check(judge, "a.rs", "let x = ‸ + offset;", "base + offset;", "base");
        check(judge, "a.rs", "foo(‸bar)", "x, bar)", "x, ");
        check(judge, "a.rs", "foo(‸bar, baz)", "x, bar, b", "x, ");
        check(judge, "a.rs", "a ‸b", "+ b", "+ ");
        check(judge, "a.md", "The ‸ jumps over the dog.", "quick fox jumps over the dog.", "quick fox");
        check(judge, "a.rs", "let ‸x = 5;", "x = 5;", "✗suffix-duplicate");
        check(judge, "a.txt", "is a trib‸ of\nthe Rhine, and so on.", "utary of the Rhine.", "utary");
        check(
            judge,
            "a.md",
            "The ‸ jumps over the lazy dog.",
            "jumps over the lazzy dog.",
            "✗suffix-duplicate",
        );
    }

    #[test]
    fn the_rest_stays() {
        check(judge, "a.rs", "let x = ‸ + offset;", "base", "base");
        check(judge, "a.rs", "foo(‸)", "x)", "x)");
        check(judge, "a.rs", "foo(‸bar)", "cab, ", "cab, ");
        check(judge, "a.txt", "is a trib‸ of\n\nthe Rhine.", "utary of the Rhine.", "utary of the Rhine.");
    }
}
