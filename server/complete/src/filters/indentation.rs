//! Removes indentation that the model repeats although the line has it already.
//!
//! Nothing is ever "normalised": tabs stay tabs, and only the beginning of the first line is touched.
//! On a line that is blank up to the cursor the text may begin
//! - with blank lines: they go, and so does the line's indentation after them;
//! - with white space: it stays if the indentation then is one that the lines around call for, else it goes.

use super::{Context, Verdict};
use crate::cursor_context::CursorContext;
use crate::lines::{self, indent, indent_width};
use crate::reason::Reason;

pub(super) fn judge(context: &Context<'_>, text: &str) -> Verdict {
    let cursor = context.cursor;
    if !cursor.is_line_start() || lines::is_blank(text) {
        return Verdict::Keep;
    }
    let space = &text[..text.len() - text.trim_start().len()];
    if let Some(newline) = space.rfind('\n') {
        let line = &text[newline + 1..];
        let line = line.strip_prefix(cursor.head.as_str()).unwrap_or(line);
        return Verdict::left(line, Reason::Indentation);
    }
    let lead = indent(text);
    if lead.is_empty() || cursor.head.is_empty() || is_called_for(cursor, &format!("{}{lead}", cursor.head)) {
        return Verdict::Keep;
    }
    Verdict::left(&text[lead.len()..], Reason::Indentation)
}

/// Returns whether the next line may well be indented like this.
fn is_called_for(cursor: &CursorContext, full: &str) -> bool {
    let Some(above) = cursor.line_above() else { return false };
    let (above_width, head) = (indent_width(above), indent_width(&cursor.head));
    let full = indent_width(full);
    if lines::is_opening(above) { head <= above_width && full > above_width } else { full <= above_width }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::judge;

    #[test]
    fn repeated_indentation_goes() {
        check(judge, "a.py", "def f():\n    ‸", "    return 1", "return 1");
        check(judge, "a.py", "def f():\n    ‸", " return 1", "return 1");
        check(judge, "a.go", "func f() {\n\t‸", "\treturn 1", "return 1");
        check(judge, "a.py", "def f():\n    a\n    ‸", "    return 1\n    b", "return 1\n    b");
    }

    #[test]
    fn indentation_that_was_missing_stays() {
        check(judge, "a.py", "def f():\n‸", "    return 1", "    return 1");
        check(judge, "a.py", "class A:\n    def f():\n    ‸", "    return 1", "    return 1");
        check(judge, "a.py", "    if x:\n        a()\n    ‸", "    b()", "    b()");
        check(judge, "a.go", "func f() {\n‸", "\treturn 1", "\treturn 1");
    }

    #[test]
    fn blank_lines_before_the_first_go() {
        check(judge, "a.py", "def f():\n    ‸", "\n    return 1", "return 1");
        check(judge, "a.py", "x = 1\n‸", "\n\ny = 2", "y = 2");
        check(judge, "a.go", "func f() {\n\t‸", "\n\tif x {\n\t\ty()", "if x {\n\t\ty()");
    }

    #[test]
    fn inside_a_line_nothing_is_touched() {
        check(judge, "a.py", "x =‸", "  1", "  1");
        check(judge, "a.py", "def f():‸", "\n    return", "\n    return");
    }
}
