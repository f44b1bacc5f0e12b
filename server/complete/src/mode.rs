//! The length of a suggestion, by a rule and not by a guess: the same place always gets the same answer.
//!
//! In this order:
//! 1. `maxLines` is 1, or anything stands right of the cursor: the rest of the **line**. Even a lone closer counts
//!    here, as a block cannot be put before it.
//! 2. The first line of a commit message: the **line**. Other prose, comments and docstrings: the **sentence**,
//!    and never beyond the line.
//! 3. Inside a string: the **line**.
//! 4. Nothing left of the cursor, or what is left of it opens a block (it ends with `{`, `(`, `[`, `:`, `=>`, `->`,
//!    `do`, `then`, `else`, `begin`, `try`, …): a **block**.
//! 5. Anything else: the **line**.

use housestyle_text::Language;
use housestyle_text::syntax::Scope;

use crate::cursor_context::CursorContext;
use crate::lines;
use crate::settings::Settings;

/// The extent that a suggestion is to fill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Extent {
    /// The rest of the line.
    Line,
    /// The rest of the sentence, list item or table cell; at most the rest of the line.
    Sentence,
    /// A block of lines.
    Block,
}

/// How long a suggestion is to be, and by which rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// The extent to fill.
    pub extent: Extent,
    /// Most lines it may have.
    pub max_lines: usize,
    /// The rule, for people: "the cursor is on an empty line".
    pub why: &'static str,
}

/// Returns how long a suggestion is to be at a place. `settings` are those of the place's language.
pub fn plan(cursor: &CursorContext, settings: &Settings) -> Plan {
    let line = |why| Plan { extent: Extent::Line, max_lines: 1, why };
    if !lines::is_blank(&cursor.tail) {
        return line("text follows on the line");
    }
    match cursor.scope {
        Scope::Prose if cursor.line == 0 && cursor.language == Language::from_id("git-commit") => {
            line("the subject of a commit message")
        }
        Scope::Prose => Plan { extent: Extent::Sentence, max_lines: 1, why: "prose" },
        Scope::Comment => Plan { extent: Extent::Sentence, max_lines: 1, why: "a comment" },
        Scope::Docstring => Plan { extent: Extent::Sentence, max_lines: 1, why: "a docstring" },
        Scope::String => line("inside a string"),
        Scope::Code if settings.max_lines <= 1 => line("`maxLines` is 1"),
        Scope::Code if cursor.is_line_start() => Plan {
            extent: Extent::Block,
            max_lines: settings.max_lines,
            why: "the cursor is on an empty line",
        },
        Scope::Code if lines::is_opening(&cursor.head) => {
            Plan { extent: Extent::Block, max_lines: settings.max_lines, why: "the line opens a block" }
        }
        Scope::Code => line("the line is under way"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::cursor_context;

    #[track_caller]
    fn check(path: &str, fixture: &str, extent: Extent, why: &str) {
        let plan = plan(&cursor_context(path, fixture), &Settings::default());
        assert_eq!((plan.extent, plan.why), (extent, why), "for {fixture:?}");
    }

    #[test]
    fn code() {
        check("a.rs", "let x = ‸", Extent::Line, "the line is under way");
        check("a.rs", "fn f() {\n    ‸\n}", Extent::Block, "the cursor is on an empty line");
        check("a.rs", "fn f() {‸\n}", Extent::Block, "the line opens a block");
        check("a.py", "if x:‸", Extent::Block, "the line opens a block");
        check("a.sh", "for i in a b; do‸", Extent::Block, "the line opens a block");
        check("a.rs", "foo(‸)", Extent::Line, "text follows on the line");
        check("a.rs", "let ‸ = 5;", Extent::Line, "text follows on the line");
    }

    #[test]
    fn words() {
        check("a.md", "Some text ‸", Extent::Sentence, "prose");
        check("a.txt", "‸", Extent::Sentence, "prose");
        check("COMMIT_EDITMSG", "Add ‸\n", Extent::Line, "the subject of a commit message");
        check("COMMIT_EDITMSG", "Add x\n\nBecause ‸\n", Extent::Sentence, "prose");
        check("a.rs", "// Returns ‸\nfn f() {}", Extent::Sentence, "a comment");
        check("a.rs", "let s = \"Hello ‸\n\";", Extent::Line, "inside a string");
    }

    #[test]
    fn one_line_is_a_line() {
        let settings = Settings { max_lines: 1, ..Settings::default() };
        assert_eq!(plan(&cursor_context("a.rs", "fn f() {‸\n}"), &settings).extent, Extent::Line);
    }
}
