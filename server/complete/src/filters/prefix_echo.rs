//! Drops what the model copies from before the cursor: the line itself, the line above, the lines above.

use super::{Context, Verdict};
use crate::cursor_context::CursorContext;
use crate::lines::{is_blank, is_closing, squeeze};
use crate::reason::Reason;
use crate::stop::Ended;

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
    if is_line_above(context, text) || is_block_above(cursor, text) {
        return Verdict::Drop(Reason::PrefixEcho);
    }
    Verdict::Keep
}

/// Returns whether the cursor's line would be a copy of the nearest one above, and the text has no other line.
/// White space aside the copy has to be exact: lines that differ by a letter or a digit are what code is made of.
fn is_line_above(context: &Context<'_>, text: &str) -> bool {
    let cursor = context.cursor;
    let body = if cursor.is_line_start() { text.trim() } else { text.trim_end() };
    if body.contains('\n') {
        return false;
    }
    let line = squeeze(&format!("{}{body}{}", cursor.head, cursor.tail));
    // A model that goes on with the line below writes the document again, however short its lines are.
    let least = if context.ended == Ended::Suffix { 1 } else { LINE };
    let says_something = line.chars().filter(|c| c.is_alphanumeric()).count() >= least;
    says_something && cursor.line_above().is_some_and(|above| squeeze(above) == line)
}

/// Returns whether all lines of the text stand above one after the other, and at least two of them say something. The text
/// may go through these lines more than once.
fn is_block_above(cursor: &CursorContext, text: &str) -> bool {
    let whole = format!("{}{text}", cursor.head);
    let lines: Vec<String> = whole.lines().filter(|line| !is_blank(line)).map(squeeze).collect();
    let above: Vec<String> =
        cursor.above.iter().rev().filter(|line| !is_blank(line)).map(|line| squeeze(line)).collect();
    let says_something = |line: &&String| !is_closing(line, cursor.language) && line.chars().count() >= LINE;
    (2..=lines.len()).any(|size| {
        let (round, again) = lines.split_at(size);
        round.iter().filter(says_something).count() >= 2
            && again.iter().zip(round.iter().cycle()).all(|(line, first)| line == first)
            && above.windows(size).any(|window| window == round)
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, check_ended};
    use super::judge;
    use crate::stop::Ended;

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
        check(judge, "a.py", "    a = one()\n    ‸", "\na = one()", "✗prefix-echo");
        check(judge, "a.rs", "    }\n    ‸", "}", "}");
        check(judge, "a.md", "Some words here.\n\n‸", "Some words here.", "✗prefix-echo");
    }

    #[test]
    fn a_short_line_above_before_the_line_below() {
        let check = |ended, expect| check_ended(judge, "a.js", "foo();\n‸\nbar();", "foo();", ended, expect);
        check(Ended::Suffix, "✗prefix-echo");
        check(Ended::Model, "foo();");
    }

    #[test]
    fn the_lines_above() {
        let above = "first();\nsecond();\nthird();\n‸";
        check(judge, "a.rs", above, "first();\nsecond();", "✗prefix-echo");
        check(judge, "a.rs", above, "second();\nthird();\nsecond();", "✗prefix-echo");
        check(judge, "a.rs", above, "first();\nfourth();", "first();\nfourth();");
        check(judge, "a.rs", "    f();\n}\nx();\n‸", "f();\n}", "f();\n}");
    }
}
