//! Which string literals document something.

use crate::Language;

/// How far above a string the `def` or `class` that it documents may begin, in lines: a long list of parameters.
const HEADER_LINES: usize = 60;

/// Returns whether the string that begins at byte `start` of `text` is a docstring: the first statement of a
/// module, a class or a function.
pub(super) fn is_docstring(language: Language, text: &str, start: usize) -> bool {
    if language.id() != "python" {
        return false;
    }
    let before = text.get(..start).unwrap_or_default();
    let (above, own) = before.rsplit_once(['\n', '\r']).unwrap_or(("", before));
    let indent = own.len() - own.trim_start().len();
    if !matches!(own.trim_start(), "" | "r" | "R" | "u" | "U") {
        return false;
    }
    let mut lines = above
        .split(['\n', '\r'])
        .rev()
        .filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'))
        .take(HEADER_LINES);
    let Some(last) = lines.next() else { return indent == 0 };
    if !without_comment(last).ends_with(':') {
        return false;
    }
    // The header is the nearest line above that is indented less and does not go on with one that was begun.
    let mut header = std::iter::once(last).chain(lines).filter(|line| {
        let begun = line.trim_start();
        line.len() - begun.len() < indent && !begun.starts_with([')', ']', '}'])
    });
    header.next().is_some_and(|line| {
        let mut words = line.split_whitespace();
        matches!(words.next(), Some("def" | "class" | "async"))
    })
}

fn without_comment(line: &str) -> &str {
    line.split_once(" #").map_or(line, |(code, _)| code).trim_end()
}
