//! Cuts what the model copies from the lines below the cursor, exactly or nearly.

use super::{Context, Verdict};
use crate::cursor_context::CursorContext;
use crate::lines::{indent_width, is_blank, is_closing};
use crate::reason::Reason;
use crate::similar::nearly_equal;

/// Lines of a copy that must agree with the lines below, when there are as many.
const LINES: usize = 3;

pub(super) fn judge(context: &Context<'_>, text: &str) -> Verdict {
    let cursor = context.cursor;
    if cursor.line_below().is_none() {
        return Verdict::Keep;
    }
    // The first line continues the one of the cursor, and is compared with what is left of it.
    let whole = format!("{}{text}", cursor.head);
    let lines: Vec<&str> = whole.split('\n').collect();
    let first_says_something =
        lines.first().is_some_and(|line| !is_blank(line) && !is_closing(line, cursor.language));
    let Some(at) =
        (0..lines.len()).find(|at| (*at > 0 || first_says_something) && copies(cursor, &lines[*at..]))
    else {
        return Verdict::Keep;
    };
    if at == 0 {
        return Verdict::Drop(Reason::SuffixDuplicate);
    }
    let length: usize = lines[..at].iter().map(|line| line.len() + 1).sum::<usize>() - 1;
    Verdict::left(text.get(..length.saturating_sub(cursor.head.len())).unwrap_or(""), Reason::SuffixDuplicate)
}

/// Returns whether lines are a copy of the next ones below, as far as both go.
fn copies(cursor: &CursorContext, lines: &[&str]) -> bool {
    if lines.first().is_none_or(|line| is_blank(line)) {
        return false;
    }
    let lines = lines.iter().filter(|line| !is_blank(line));
    let below = cursor.below.iter().filter(|line| !is_blank(line));
    let mut pairs = lines.zip(below).take(LINES).peekable();
    pairs.peek().is_some() && pairs.all(|(line, below)| same(cursor, line, below))
}

/// Returns whether two lines are the same. One that only closes must be indented alike, as every block has one.
///
/// Prose may differ by a letter; in code one letter is another statement (`out[1] = …`, `out[2] = …`), so
/// only white space and the separator at the end may differ.
fn same(cursor: &CursorContext, a: &str, b: &str) -> bool {
    let alike = if cursor.language.is_prose() { nearly_equal(a, b) } else { words(a).eq(words(b)) };
    alike && (!is_closing(a, cursor.language) || indent_width(a) == indent_width(b))
}

fn words(line: &str) -> impl Iterator<Item = &str> {
    line.trim_end().trim_end_matches([';', ',']).split_whitespace()
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::judge;

    #[test]
    fn copies_of_the_next_lines_go() {
        check(judge, "a.rs", "fn f() {\n    ‸\n    b();\n    c();\n}", "a();\n    b();\n    c();", "a();");
        check(judge, "a.rs", "fn f() {\n    ‸\n    b();\n}", "b();", "✗suffix-duplicate");
        check(judge, "a.rs", "let ‸\nlet y = 6;", "y = 6;", "✗suffix-duplicate");
        check(
            judge,
            "a.md",
            "‸\n\nThe quick brown fox jumps.",
            "The quick brown fox jumps!",
            "✗suffix-duplicate",
        );
        check(judge, "a.rs", "fn f() {‸\n    a();\n}", "\n    a();\n}", "✗suffix-duplicate");
        check(judge, "a.rs", "fn f() {‸\n}", "\n    a();\n}", "\n    a();");
    }

    #[test]
    fn what_only_resembles_stays() {
        check(judge, "a.rs", "    ‸\n    case2 => 2,", "case1 => 1,", "case1 => 1,");
        check(
            judge,
            "a.rs",
            "fn f() {\n    ‸\n}",
            "if x {\n        y();\n    }",
            "if x {\n        y();\n    }",
        );
        check(judge, "a.rs", "    ‸\n    b();\n    c();", "b();\n    d();", "b();\n    d();");
        check(judge, "a.rs", "let x = ‸", "5;", "5;");
        check(
            judge,
            "a.c",
            "    out[1] = ‸\n    out[2] = (unsigned char)(0x80 | (code & 0x3f));",
            "(unsigned char)(0x80 | (code & 0x3f));",
            "(unsigned char)(0x80 | (code & 0x3f));",
        );
    }
}
