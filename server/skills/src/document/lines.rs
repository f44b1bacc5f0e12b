//! The lines of frontmatter, with their numbers and how far they are indented.

/// Columns of a tab. YAML has none; files in the wild do.
const TAB: usize = 4;

/// A line of frontmatter.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'a> {
    /// Its number in the file, from 1.
    pub(super) number: usize,
    /// Columns before its text.
    pub(super) indent: usize,
    /// Its text without the white space around it.
    pub(super) text: &'a str,
    /// The whole line.
    pub(super) whole: &'a str,
    /// Whether a tab indents it.
    pub(super) tabbed: bool,
}

impl<'a> Line<'a> {
    /// Reads a line without its end.
    pub(super) fn new(number: usize, whole: &'a str) -> Line<'a> {
        let whole = whole.trim_end_matches([' ', '\t', '\r']);
        let text = whole.trim_start_matches([' ', '\t']);
        let before = &whole[..whole.len() - text.len()];
        let indent = before.bytes().map(|byte| if byte == b'\t' { TAB } else { 1 }).sum();
        Line { number, indent, text, whole, tabbed: before.contains('\t') }
    }

    /// Returns whether nothing stands on it.
    pub(super) fn is_blank(&self) -> bool {
        self.text.is_empty()
    }

    /// Returns whether it has no content: it is blank or a comment.
    pub(super) fn says_nothing(&self) -> bool {
        self.is_blank() || self.text.starts_with('#')
    }

    /// Returns the line without its first columns.
    pub(super) fn without(&self, columns: usize) -> &'a str {
        let mut left = columns;
        let mut rest = self.whole;
        while left > 0 {
            let width = match rest.as_bytes().first() {
                Some(b' ') => 1,
                Some(b'\t') => TAB,
                _ => break,
            };
            left = left.saturating_sub(width);
            rest = &rest[1..];
        }
        rest
    }
}
