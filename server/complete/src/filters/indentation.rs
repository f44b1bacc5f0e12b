//! Removes indentation that the model repeats although the line has it already.
//!
//! Nothing is ever "normalised": tabs stay tabs, and only the beginning of the first line is touched.
//! On a line that is blank up to the cursor the text may begin
//! - with blank lines and a line that is indented as the cursor's line, or deeper: the blank lines go, and so does the
//!   doubled indentation;
//! - with blank lines and a shallower line: the text stays as it is, so that this line stands below the cursor's line at
//!   its own indentation. The text is dropped if a block would then be empty, or end before its closer;
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
        return match line.strip_prefix(cursor.head.as_str()) {
            Some(line) => Verdict::left(line, Reason::Indentation),
            None if ends_block(cursor, line) => Verdict::Drop(Reason::Indentation),
            None => Verdict::Keep,
        };
    }
    let lead = indent(text);
    if lead.is_empty() || cursor.head.is_empty() || is_called_for(cursor, &format!("{}{lead}", cursor.head)) {
        return Verdict::Keep;
    }
    Verdict::left(&text[lead.len()..], Reason::Indentation)
}

/// Returns whether a line would stand outside of a block that is still empty, or whose end stands below.
fn ends_block(cursor: &CursorContext, line: &str) -> bool {
    let (width, head) = (indent_width(line), indent_width(&cursor.head));
    let is_empty = cursor.line_above().is_some_and(|above| {
        lines::is_opening(above) && indent_width(above) < head && width <= indent_width(above)
    });
    let ends_below = cursor
        .line_below()
        .is_some_and(|below| lines::is_closing(below, cursor.language) && width <= indent_width(below));
    is_empty || ends_below
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
    fn a_line_break_before_a_shallower_line_stays() {
        let check = |path, fixture, text: &str| check(judge, path, fixture, text, text);
        check("a.py", "def f(x):\n    return x\n    ‸\n", "\ndef g(y):\n    return y");
        check("a.py", "def f(x):\n    return x\n    ‸\n", "\n\n\ndef g(y):\n    return y");
        check("a.py", "class A:\n    def f(self):\n        return 1\n        ‸", "\n    def g(self):");
        check("a.py", "if x:\n    a()\n    ‸", "\nelse:\n    b()");
        check("a.yml", "a:\n  b: 1\n  ‸\n", "\nc:\n  d: 2");
        check("a.rb", "  def f\n    1\n    ‸", "\n  def g");
        // A tab is no beginning of four spaces, although it is as wide.
        check("a.go", "func f() {\n    a()\n    ‸", "\n\tb()");
    }

    #[test]
    fn a_shallower_line_within_a_block_goes() {
        check(judge, "a.py", "def f(x):\n    ‸\n", "\nreturn x", "✗indentation");
        check(judge, "a.js", "if (x) {\n  a();\n  ‸\n}\n", "\n} else {\n  b();", "✗indentation");
        check(judge, "a.py", "x = [\n    1,\n    ‸\n]\n", "\ny = 2", "✗indentation");
        check(judge, "a.js", "{\n  if (x) {\n    a();\n    ‸\n}\n", "\n  }", "\n  }");
    }

    #[test]
    fn inside_a_line_nothing_is_touched() {
        check(judge, "a.py", "x =‸", "  1", "  1");
        check(judge, "a.py", "def f():‸", "\n    return", "\n    return");
    }
}
