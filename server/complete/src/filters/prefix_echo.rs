//! Drops what the model copies from before the cursor: the line itself, the line above, the lines above.

use super::{Context, Verdict};
use crate::cursor_context::CursorContext;
use crate::lines::{is_blank, is_closing, squeeze};
use crate::reason::Reason;

/// A head shorter than this may well stand twice on a line: `foo(foo(`.
const HEAD: usize = 6;
/// Characters that a line must have before a copy of it counts as one.
const LINE: usize = 4;

pub(super) fn judge(context: &Context<'_>, text: &str) -> Verdict {
    let cursor = context.cursor;
    let head = cursor.head.trim();
    if head.chars().count() >= HEAD
        && head.chars().any(char::is_alphanumeric)
        && let Some(rest) = text.trim_start().strip_prefix(head)
    {
        let rest = if cursor.head.ends_with(' ') { rest.trim_start_matches(' ') } else { rest };
        return Verdict::left(rest, Reason::PrefixEcho);
    }
    if is_line_above(cursor, text) || is_block_above(cursor, text) {
        return Verdict::Drop(Reason::PrefixEcho);
    }
    Verdict::Keep
}

/// Returns whether the cursor's line would be a copy of the nearest one above, and the text has no other line.
/// White space aside the copy has to be exact: lines that differ by a letter or a digit are what code is made of.
fn is_line_above(cursor: &CursorContext, text: &str) -> bool {
    let body = text.trim_end();
    if body.contains('\n') {
        return false;
    }
    let line = squeeze(&format!("{}{body}{}", cursor.head, cursor.tail));
    let says_something = line.chars().filter(|c| c.is_alphanumeric()).count() >= LINE;
    says_something && cursor.line_above().is_some_and(|above| squeeze(above) == line)
}

/// Returns whether all lines of the text stand above one after the other, and at least two of them say something.
fn is_block_above(cursor: &CursorContext, text: &str) -> bool {
    let whole = format!("{}{text}", cursor.head);
    let lines: Vec<String> = whole.lines().filter(|line| !is_blank(line)).map(squeeze).collect();
    if lines.iter().filter(|line| !is_closing(line, cursor.language) && line.chars().count() >= LINE).count()
        < 2
    {
        return false;
    }
    let above: Vec<String> =
        cursor.above.iter().rev().filter(|line| !is_blank(line)).map(|line| squeeze(line)).collect();
    above.windows(lines.len()).any(|window| window == lines)
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::judge;

    #[test]
    fn the_line_itself() {
        check(judge, "a.rs", "let total = ‸", "let total = 5;", "5;");
        check(judge, "a.rs", "let total = ‸", "let total = ", "✗prefix-echo");
        check(judge, "a.rs", "foo(‸", "foo(1))", "foo(1))");
    }

    #[test]
    fn the_line_above() {
        check(judge, "a.rs", "let a = one();\nlet ‸", "a = one();", "✗prefix-echo");
        check(judge, "a.rs", "let a1 = one();\nlet ‸", "a2 = one();", "a2 = one();");
        check(judge, "a.rs", "    }\n    ‸", "}", "}");
        check(judge, "a.md", "Some words here.\n\n‸", "Some words here.", "✗prefix-echo");
    }

    #[test]
    fn the_lines_above() {
        let above = "first();\nsecond();\nthird();\n‸";
        check(judge, "a.rs", above, "first();\nsecond();", "✗prefix-echo");
        check(judge, "a.rs", above, "first();\nfourth();", "first();\nfourth();");
        check(judge, "a.rs", "    f();\n}\nx();\n‸", "f();\n}", "f();\n}");
    }
}
