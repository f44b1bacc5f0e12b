//! The lines of a text, as the index keeps them.

use super::MOST_CHARACTERS;

/// Returns the lines of a text without their breaks, which are those of a document: `\n`, `\r\n` and lone `\r`.
pub(super) fn lines(text: &str) -> impl Iterator<Item = &str> {
    let text = text.strip_suffix('\n').unwrap_or(text);
    text.split('\n').flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r'))
}

/// Returns the part of a line that counts: its first characters.
pub(super) fn short(line: &str) -> &str {
    let end = line.char_indices().nth(MOST_CHARACTERS).map_or(line.len(), |(at, _)| at);
    line[..end].trim_end()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn breaks_are_those_of_a_document() {
        let check = |text: &str, expected: &[&str]| assert_eq!(lines(text).collect::<Vec<_>>(), expected);
        check("", &[""]);
        check("a\nb", &["a", "b"]);
        check("a\r\nb\r\n", &["a", "b"]);
        check("a\rb\r\rc", &["a", "b", "", "c"]);
        check("a\u{2028}b\u{85}c\n\n", &["a\u{2028}b\u{85}c", ""]);
    }

    #[test]
    fn a_line_is_cut_between_characters() {
        assert_eq!(short(&"é".repeat(1000)), "é".repeat(MOST_CHARACTERS));
        assert_eq!(short("  a  "), "  a");
    }
}
