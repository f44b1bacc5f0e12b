//! Cuts closing brackets and quotes that the editor has put right of the cursor already.
//!
//! With `foo(‸)` a model writes `x)`, whose acceptance would make `foo(x))`. The filter cuts before the first closer
//! that closes nothing in the suggestion and equals the text right of the cursor. Replacing that text would allow
//! more, but Neovim draws a suggestion with a non-empty range over the text.

use super::{Context, Verdict};
use crate::lines::only_closers;
use crate::reason::Reason;

pub(super) fn judge(context: &Context<'_>, text: &str) -> Verdict {
    let tail = context.cursor.tail.trim();
    let Some(next) = tail.chars().next().filter(|_| only_closers(tail)) else { return Verdict::Keep };
    let cut = match open_quote(&context.cursor.head) {
        Some(quote) => (quote == next).then(|| first_unescaped(text, quote)).flatten(),
        None => unmatched(text, next),
    };
    match cut.or_else(|| shared_end(text, tail)) {
        Some(at) => Verdict::left(&text[..at], Reason::ClosedAlready),
        None => Verdict::Keep,
    }
}

/// Returns the quotation mark which is still open at a line's end.
fn open_quote(line: &str) -> Option<char> {
    let (mut open, mut escaped, mut last) = (None, false, ' ');
    for c in line.chars() {
        match open {
            _ if escaped => escaped = false,
            Some(_) if c == '\\' => escaped = true,
            Some(quote) if c == quote => open = None,
            // An apostrophe inside a word opens nothing, nor does the lifetime in `&'a str`.
            None if matches!(c, '"' | '`')
                || (c == '\'' && !last.is_alphanumeric() && !matches!(last, '&' | '<')) =>
            {
                open = Some(c);
            }
            _ => {}
        }
        last = c;
    }
    open
}

fn first_unescaped(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    text.char_indices()
        .find(|(_, c)| {
            let found = *c == quote && !escaped;
            escaped = *c == '\\' && !escaped;
            found
        })
        .map(|(at, _)| at)
}

/// Returns where the text closes a bracket that it has not opened, if it is the one that stands right of the cursor.
fn unmatched(text: &str, next: char) -> Option<usize> {
    let (mut depth, mut quote, mut escaped) = (0_usize, None, false);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            _ if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '`') => quote = Some(c),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') if depth == 0 => return (c == next).then_some(at),
            (None, ')' | ']' | '}') => depth -= 1,
            _ => {}
        }
    }
    None
}

/// Returns where the text's end begins to equal the tail's beginning, brackets left out: `x;` before `;`.
fn shared_end(text: &str, tail: &str) -> Option<usize> {
    let mark = |c: char| matches!(c, ';' | ',' | ':' | '"' | '\'' | '`');
    let starts = text.char_indices().map(|(at, _)| at);
    starts.into_iter().find(|at| text[*at..].chars().all(mark) && tail.starts_with(&text[*at..]))
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::judge;

    #[test]
    fn brackets() {
        check(judge, "a.rs", "foo(‸)", "x)", "x");
        check(judge, "a.rs", "foo(‸)", "x);", "x");
        check(judge, "a.rs", "foo(‸);", "bar(1), x);", "bar(1), x");
        check(judge, "a.rs", "foo(‸)", "bar(1)", "bar(1)");
        check(judge, "a.rs", "foo([‸])", "1, 2])", "1, 2");
        check(judge, "a.rs", "foo(‸)", "\")\")", "\")\"");
        check(judge, "a.rs", "foo(‸)", ")", "✗closed-already");
        check(judge, "a.rs", "foo(x‸)", ").bar()", "✗closed-already");
        check(judge, "a.rs", "foo(‸)", "a[0]", "a[0]");
    }

    #[test]
    fn quotes() {
        check(judge, "a.js", "x = \"hel‸\"", "lo\";", "lo");
        check(judge, "a.js", "x = \"hel‸\"", "lo \\\" there\"", "lo \\\" there");
        check(judge, "a.py", "f('a‸')", "bc')", "bc");
        check(judge, "a.py", "\"\"\"Return ‸\"\"\"", "the sum.\"\"\"", "the sum.");
        check(judge, "a.md", "don't‸", " 'x'", " 'x'");
    }

    #[test]
    fn semicolons() {
        check(judge, "a.rs", "let x = ‸;", "5;", "5");
        check(judge, "a.rs", "let x = ‸", "5;", "5;");
        check(judge, "a.rs", "[a, ‸,]", "b,", "b");
    }
}
