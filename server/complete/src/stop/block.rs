//! Where a block of code ends.
//!
//! A block is the code that belongs to the line of the cursor: on an empty line, lines indented at least as far as
//! the cursor, or as the first line where that stands below and is indented less; after an opening line, lines
//! indented farther than that line, and the line that closes the block. A block ends before the first line that does
//! not belong to it, before a line that already stands below, at a blank line where the block is at its own outermost
//! level, and after as many lines as allowed.

use super::{Cut, Ended};
use crate::cursor_context::CursorContext;
use crate::lines::{indent_width, is_blank, is_closing, may_close};
use crate::mode::Plan;

/// Returns where the block ends, if that can be said already. `below` is whether the text begins on a line below the
/// cursor's.
pub(super) fn end(cursor: &CursorContext, plan: &Plan, text: &str, below: bool, more: bool) -> Option<Cut> {
    let opened = !cursor.is_line_start();
    let own = if opened { indent_width(&cursor.indent) } else { indent_width(&cursor.head) };
    let own = if below { own.min(indent_width(text)) } else { own };
    // The outermost level of what belongs: known at once on an empty line, by its first line in an opened block.
    let mut outer = (!opened).then_some(own);
    let (mut count, mut start) = (0, 0);
    let (mut last, mut last_end, mut gap) = (own, 0, false);
    for (index, piece) in text.split_inclusive('\n').enumerate() {
        let line = piece.strip_suffix('\n').unwrap_or(piece);
        let whole = piece.len() > line.len() || !more;
        let end = start + line.len();
        start += piece.len();
        if is_blank(line) {
            if !whole {
                break;
            }
            if index == 0 {
                continue;
            }
            if count > 0 && outer.is_some_and(|outer| last <= outer) {
                return Some((last_end, Ended::Paragraph));
            }
            gap = true;
            continue;
        }
        if index > 0 {
            let width = indent_width(line);
            if width < own {
                return Some((last_end, Ended::Dedent));
            }
            // The first characters mostly tell that a line closes nothing: no need to wait for the rest.
            if opened && width == own && !may_close(line, cursor.language) {
                return Some((last_end, Ended::Dedent));
            }
            if whole && stands_below(cursor, line) {
                return Some((last_end, Ended::Suffix));
            }
            if opened && width == own {
                if !whole {
                    break;
                }
                let closes = !gap && is_closing(line, cursor.language);
                return Some((if closes { end } else { last_end }, Ended::Dedent));
            }
            if gap && outer.is_some_and(|outer| width <= outer) {
                return Some((last_end, Ended::Paragraph));
            }
            outer = outer.or(Some(width));
            last = width;
        }
        if !whole {
            break;
        }
        count += 1;
        (last_end, gap) = (end, false);
        if count >= plan.max_lines && piece.len() > line.len() {
            return Some((end, Ended::MaxLines));
        }
    }
    None
}

/// Returns whether the line is the next one below the cursor. A line that only closes must also be indented alike,
/// as every block has one.
fn stands_below(cursor: &CursorContext, line: &str) -> bool {
    let Some(below) = cursor.line_below() else { return false };
    if line.trim() != below.trim() {
        return false;
    }
    !is_closing(line, cursor.language) || indent_width(line) == indent_width(below)
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use crate::stop::Ended;

    #[test]
    fn an_empty_line_takes_what_is_indented_as_far() {
        check("a.rs", "fn f() {\n    ‸", "a();\n    b();\n}\n\nfn g", "a();\n    b();", Ended::Dedent);
        check("a.rs", "fn f() {\n    ‸\n}", "a();\n}\n}\n", "a();", Ended::Dedent);
        check(
            "a.py",
            "def f():\n    ‸",
            "if x:\n        y()\n    z()\nw()",
            "if x:\n        y()\n    z()",
            Ended::Dedent,
        );
        check("a.go", "func f() {\n\t‸", "a()\n\tb()\n}", "a()\n\tb()", Ended::Dedent);
    }

    #[test]
    fn a_shallower_line_below_begins_a_block_of_its_own() {
        let fixture = "def f(x):\n    return x\n    ‸";
        let text = "\nx = 1\ny = 2\n\nz = 3";
        check("a.py", fixture, text, "\nx = 1\ny = 2", Ended::Paragraph);
        let text = "\n\ndef g(y):\n    z = y\n\n    return z\n\ndef h():";
        check("a.py", fixture, text, "\n\ndef g(y):\n    z = y\n\n    return z", Ended::Paragraph);
    }

    #[test]
    fn an_opening_line_takes_what_is_indented_farther_and_its_closer() {
        check("a.rs", "fn f() {‸", "\n    a();\n}\n\nfn g() {", "\n    a();\n}", Ended::Dedent);
        check("a.rs", "fn f() {‸\n}", "\n    a();\n}\n\nfn g() {", "\n    a();", Ended::Suffix);
        check("a.py", "def f():‸", "\n    a()\n    b()\nc()", "\n    a()\n    b()", Ended::Dedent);
        check("a.py", "if a:‸", "\n    b()\nelse:\n    c()", "\n    b()", Ended::Dedent);
        check("a.lua", "if a then‸", "\n  b()\nend\nc()", "\n  b()\nend", Ended::Dedent);
    }

    #[test]
    fn a_blank_line_ends_it_at_its_outer_level_only() {
        check("a.rs", "fn f() {\n    ‸", "a();\n\n    b();", "a();", Ended::Paragraph);
        check(
            "a.py",
            "import a\n\n‸",
            "def f():\n    x = 1\n\n    return x\n\ndef g():",
            "def f():\n    x = 1\n\n    return x",
            Ended::Paragraph,
        );
        check("a.rs", "fn f() {‸", "\n    a();\n\n    b();\n}", "\n    a();", Ended::Paragraph);
    }

    #[test]
    fn the_next_line_below_ends_it() {
        check("a.rs", "    a();\n    ‸\n    c();", "b();\n    c();\n    d();", "b();", Ended::Suffix);
        check(
            "a.rs",
            "    a();\n    ‸\n\n    c();",
            "b();\n    if x {\n        c();",
            "b();\n    if x {",
            Ended::Suffix,
        );
        // The inner brace is not the one below.
        check(
            "a.rs",
            "fn f() {\n    ‸\n}",
            "if x {\n        y();\n    }\n}",
            "if x {\n        y();\n    }",
            Ended::Dedent,
        );
    }

    #[test]
    fn not_more_lines_than_allowed() {
        check("a.py", "‸", "a\nb\nc\nd\ne\nf\ng", "a\nb\nc\nd\ne", Ended::MaxLines);
        check("a.py", "‸", "a\nb", "a\nb", Ended::Model);
    }
}
