//! Cuts what the model copies from right of the cursor.
//!
//! Closers that the editor put there are another filter's matter: here at least one character right of the cursor
//! is something else.

use super::{Context, Verdict};
use crate::lines::only_closers;
use crate::reason::Reason;
use crate::similar::nearly_equal;

/// Characters that a partial copy at the text's end must have to count as one.
const OVERLAP: usize = 4;

pub(super) fn judge(context: &Context<'_>, text: &str) -> Verdict {
    let tail = context.place.tail.trim();
    if tail.is_empty() || only_closers(tail) || text.contains('\n') {
        return Verdict::Keep;
    }
    if nearly_equal(text, tail) {
        return Verdict::Drop(Reason::SuffixDuplicate);
    }
    let Some(at) = copy(text, tail) else { return Verdict::Keep };
    let kept = &text[..at];
    let kept = if context.place.tail.starts_with(' ') { kept.trim_end() } else { kept };
    Verdict::left(kept, Reason::SuffixDuplicate)
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
    }
}
