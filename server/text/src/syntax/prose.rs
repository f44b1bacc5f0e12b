//! The parts of a prose language that are no prose: blocks of code, and lines of comment.

use crate::{Offset, Snapshot};

use super::{Scope, fence_language_at, window_before};

/// Below this line of a commit message git shows the diff (`git commit --verbose`).
const SCISSORS: &str = "# ------------------------ >8 ------------------------";

pub(super) fn scope_at(snapshot: &Snapshot, offset: Offset) -> Scope {
    let language = snapshot.language();
    if fence_language_at(snapshot, offset).is_some() {
        return Scope::Code;
    }
    let line_start = snapshot.line_start(snapshot.line_of(offset));
    let line = snapshot.slice(line_start.0..offset.0);
    match language.id() {
        "git-commit" if window_before(snapshot, line_start).contains(SCISSORS) => Scope::Code,
        // Here a mark counts only where a line begins; a `#12` in a sentence is none.
        "git-commit" if line.starts_with('#') => Scope::Comment,
        "asciidoc" if line.starts_with("//") => Scope::Comment,
        "latex" if has_unescaped(&line, '%') => Scope::Comment,
        "typst" if line.trim_start().starts_with("//") => Scope::Comment,
        "markdown" if inside_html_comment(&window_before(snapshot, offset)) => Scope::Comment,
        _ => Scope::Prose,
    }
}

fn has_unescaped(line: &str, mark: char) -> bool {
    let mut escaped = false;
    for c in line.chars() {
        if c == mark && !escaped {
            return true;
        }
        escaped = c == '\\' && !escaped;
    }
    false
}

fn inside_html_comment(text: &str) -> bool {
    // One in a code block or span is no comment, but such a one is closed there too, as a rule.
    text.rfind("<!--").is_some_and(|open| !text[open..].contains("-->"))
}
