//! The position rules of the LSP, written as plainly as can be: a vector of characters and loops over all of it.

use housestyle_text::{Encoding, Position};

/// A document as its characters.
#[derive(Clone, Debug, Default)]
pub(crate) struct Oracle {
    pub(crate) chars: Vec<char>,
}

/// Where one line's text begins and ends, in characters; its break comes after.
#[derive(Clone, Copy)]
pub(crate) struct Line {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl Oracle {
    pub(crate) fn new(text: &str) -> Oracle {
        Oracle { chars: text.chars().collect() }
    }

    pub(crate) fn text(&self) -> String {
        self.chars.iter().collect()
    }

    pub(crate) fn lines(&self) -> Vec<Line> {
        let mut lines = Vec::new();
        let (mut start, mut i) = (0, 0);
        while i < self.chars.len() {
            let length = match (self.chars[i], self.chars.get(i + 1)) {
                ('\r', Some('\n')) => 2,
                ('\r' | '\n', _) => 1,
                _ => 0,
            };
            if length > 0 {
                lines.push(Line { start, end: i });
                start = i + length;
            }
            i += length.max(1);
        }
        lines.push(Line { start, end: self.chars.len() });
        lines
    }

    /// Returns the index of the character at a position.
    pub(crate) fn index_at(&self, position: Position, encoding: Encoding) -> usize {
        let lines = self.lines();
        let Some(line) = lines.get(position.line as usize) else { return self.chars.len() };
        let mut left = position.column as usize;
        for i in line.start..line.end {
            let units = units(self.chars[i], encoding);
            if left < units {
                return i;
            }
            left -= units;
        }
        line.end
    }

    /// Returns the position of a character; of the `\n` of a `\r\n`, that of the `\r`.
    pub(crate) fn position_of(&self, index: usize, encoding: Encoding) -> Position {
        let lines = self.lines();
        let number = lines.iter().rposition(|line| line.start <= index).unwrap();
        let line = lines[number];
        let before = &self.chars[line.start..index.min(line.end)];
        let column: usize = before.iter().map(|c| units(*c, encoding)).sum();
        Position::new(number as u32, column as u32)
    }

    /// Returns the byte at which a character begins.
    pub(crate) fn byte_of(&self, index: usize) -> usize {
        self.chars[..index].iter().map(|c| c.len_utf8()).sum()
    }

    pub(crate) fn edit(&mut self, range: Option<(Position, Position)>, text: &str, encoding: Encoding) {
        let Some((a, b)) = range else {
            *self = Oracle::new(text);
            return;
        };
        let (a, b) = (self.index_at(a, encoding), self.index_at(b, encoding));
        self.chars.splice(a.min(b)..a.max(b), text.chars());
    }
}

fn units(c: char, encoding: Encoding) -> usize {
    match encoding {
        Encoding::Utf8 => c.len_utf8(),
        Encoding::Utf16 => c.len_utf16(),
        Encoding::Utf32 => 1,
    }
}
