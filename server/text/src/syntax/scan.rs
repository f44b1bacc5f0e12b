//! Reads text from a place known to be code up to the cursor, and finds the string or comment that is open there.
//!
//! One pass, no look-back beyond a word, memory only for what is nested.

use super::rules::{Close, Quote, Rules, Special};
use super::work;

/// Returns the comment or string that is open at the cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Nothing.
    Code,
    /// A comment.
    Comment,
    /// A string that begins at this byte.
    String { start: usize },
}

/// Returns what is open at byte `end` of `text`, if byte `from` is in code.
pub(super) fn scan(text: &str, from: usize, end: usize, rules: &Rules) -> Found {
    let bytes = text.as_bytes().get(..end).unwrap_or(text.as_bytes());
    let mut scanner = Scanner {
        bytes,
        at: from.min(bytes.len()),
        rules,
        holes: Vec::new(),
        heredocs: Vec::new(),
        last: Last::None,
    };
    scanner.run()
}

/// A string that waits for the code in it to end.
struct Hole {
    quote: Quote,
    start: usize,
    /// Brackets of the hole's own kind that are open within it.
    depth: usize,
}

/// A here-document that begins after the line.
struct Heredoc {
    tag: Vec<u8>,
    tabs: bool,
}

/// The kind of the last token before a slash: it decides whether a regular expression or a division follows.
#[derive(Clone, Copy, PartialEq)]
enum Last {
    None,
    /// A name, a number, a string, or a closing bracket: what a division may follow.
    Operand,
    /// A word after which an expression begins, such as `return`.
    Keyword,
    Punctuation(u8),
}

struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
    rules: &'a Rules,
    holes: Vec<Hole>,
    heredocs: Vec<Heredoc>,
    last: Last,
}

/// The result of reading one piece: `None` if it ended, else the string or comment that is still open.
type Open = Option<Found>;

impl Scanner<'_> {
    fn run(&mut self) -> Found {
        while let Some(&byte) = self.bytes.get(self.at) {
            if let Some(found) = self.piece(byte) {
                return found;
            }
        }
        Found::Code
    }

    fn piece(&mut self, byte: u8) -> Open {
        work::count(1);
        match byte {
            b'\n' | b'\r' => return self.line_break(),
            b' ' | b'\t' => {
                self.at += 1;
                return None;
            }
            _ => {}
        }
        if let Some(open) = self.comment() {
            return open;
        }
        if byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80 {
            return self.word();
        }
        if let Some(open) = self.special(byte) {
            return open;
        }
        let rules = self.rules;
        let quotes = &rules.quotes;
        if let Some(quote) = quotes.iter().find(|quote| self.sees(quote.open) && !self.is_apostrophe(quote)) {
            let start = self.at;
            self.at += quote.open.len();
            return self.string(*quote, start);
        }
        self.punctuation(byte)
    }

    /// Reads one character of punctuation; the one that closes a hole leads back into its string.
    fn punctuation(&mut self, byte: u8) -> Open {
        self.at += 1;
        self.last = if matches!(byte, b')' | b']' | b'}') { Last::Operand } else { Last::Punctuation(byte) };
        let hole = self.holes.last_mut()?;
        let (_, open, close) = hole.quote.hole?;
        if byte == open {
            hole.depth += 1;
        } else if byte == close && hole.depth > 0 {
            hole.depth -= 1;
        } else if byte == close {
            let hole = self.holes.pop()?;
            return self.string(hole.quote, hole.start);
        }
        None
    }

    fn line_break(&mut self) -> Open {
        if self.sees("\r\n") {
            self.at += 1;
        }
        self.at += 1;
        // Strings of one line end with it, whatever was begun inside.
        while self.holes.last().is_some_and(|hole| !hole.quote.multiline) {
            self.holes.pop();
        }
        for heredoc in std::mem::take(&mut self.heredocs) {
            let start = self.at;
            if !self.heredoc_body(&heredoc) {
                return Some(Found::String { start });
            }
        }
        None
    }

    /// Reads a comment if one begins here; outer `None` if none does.
    fn comment(&mut self) -> Option<Open> {
        if self.rules.special == Special::Lua
            && self.sees("--[")
            && let Some(level) = self.long_bracket(self.at + 2)
        {
            self.at += 4 + level;
            return Some((!self.skip_past(Close::Long(level))).then_some(Found::Comment));
        }
        if let Some((open, close)) = self.rules.block_comment
            && self.sees(open)
            && self.rules.special != Special::Lua
        {
            self.at += open.len();
            return Some(self.block_comment(open, close));
        }
        let mark = self.rules.line_comment.filter(|mark| self.sees(mark))?;
        if self.rules.line_comment_at_word && !self.begins_word() {
            return None;
        }
        self.at += mark.len();
        self.skip_line();
        Some((self.at == self.bytes.len()).then_some(Found::Comment))
    }

    fn block_comment(&mut self, open: &str, close: &str) -> Open {
        let mut depth = 1;
        while self.at < self.bytes.len() {
            work::count(1);
            if self.sees(close) {
                self.at += close.len();
                depth -= 1;
                if depth == 0 {
                    return None;
                }
            } else if self.rules.nested && self.sees(open) {
                self.at += open.len();
                depth += 1;
            } else {
                self.at += 1;
            }
        }
        Some(Found::Comment)
    }

    /// Reads a string from behind its opening quote, or from behind a hole in it.
    fn string(&mut self, quote: Quote, start: usize) -> Open {
        while let Some(&byte) = self.bytes.get(self.at) {
            work::count(1);
            if let Some(length) = self.closes(quote.close) {
                self.at += length;
                self.last = Last::Operand;
                return None;
            }
            match byte {
                b'\\' if quote.escape => {
                    self.at += if self.bytes[self.at..].starts_with(b"\\\r\n") { 3 } else { 2 }
                }
                b'\n' | b'\r' if !quote.multiline => return None,
                _ => match quote.hole {
                    // `{{` in a Python f-string is a brace.
                    Some(("{", ..)) if self.sees("{{") => self.at += 2,
                    Some((open, ..)) if self.sees(open) => {
                        self.at += open.len();
                        self.holes.push(Hole { quote, start, depth: 0 });
                        self.last = Last::None;
                        return None;
                    }
                    _ => self.at += 1,
                },
            }
        }
        self.at = self.bytes.len();
        Some(Found::String { start })
    }

    /// Reads a name or a number, and the string of which it is the prefix, if it is one.
    fn word(&mut self) -> Open {
        let start = self.at;
        while self.bytes.get(self.at).is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_' || *b >= 0x80) {
            self.at += 1;
        }
        let word = &self.bytes[start..self.at];
        work::count(word.len());
        self.last = if opens_expression(word) { Last::Keyword } else { Last::Operand };
        match self.rules.special {
            Special::Python if word.len() <= 2 && word.iter().all(|b| b"rRbBuUfFtT".contains(b)) => {
                let quote = *self.rules.quotes.iter().find(|quote| self.sees(quote.open))?;
                let hole = word.iter().any(|b| b"fFtT".contains(b)).then_some(("{", b'{', b'}'));
                self.at += quote.open.len();
                self.string(Quote { hole, ..quote }, start)
            }
            Special::Rust if matches!(word, b"r" | b"br" | b"cr") => {
                let hashes = self.run_of(b'#');
                if self.bytes.get(self.at + hashes) != Some(&b'"') {
                    return None;
                }
                self.at += hashes + 1;
                let raw = Quote {
                    open: "\"",
                    close: Close::Hashes(hashes),
                    multiline: true,
                    escape: false,
                    hole: None,
                };
                self.string(raw, start)
            }
            _ => None,
        }
    }

    /// Reads what only this language has; outer `None` if nothing of the sort begins here.
    fn special(&mut self, byte: u8) -> Option<Open> {
        let start = self.at;
        match (self.rules.special, byte) {
            (Special::Rust, b'\'') => {
                self.at += self.rust_char();
                // Right behind the quote it may be either; behind a backslash it is a character.
                let open = self.at >= self.bytes.len() && self.bytes.get(start + 1) == Some(&b'\\');
                self.at = self.at.min(self.bytes.len());
                self.last = Last::Operand;
                Some(open.then_some(Found::String { start }))
            }
            (Special::Lua, b'[') => {
                let level = self.long_bracket(self.at)?;
                self.at += level + 2;
                Some((!self.skip_past(Close::Long(level))).then_some(Found::String { start }))
            }
            (Special::JavaScript, b'/') if self.expects_expression() => Some(self.regex(start)),
            (Special::Shell, b'\\') => {
                self.at = (self.at + 2).min(self.bytes.len());
                Some(None)
            }
            (Special::Shell, b'<') if self.sees("<<") => {
                if self.sees("<<<") {
                    self.at += 3;
                } else {
                    self.heredoc_head();
                }
                Some(None)
            }
            _ => None,
        }
    }

    /// Returns the length of the character literal here, or 1: then it is a lifetime.
    fn rust_char(&self) -> usize {
        let rest = self.bytes.get(self.at + 1..).unwrap_or_default();
        let Some(&first) = rest.first().filter(|b| !matches!(b, b'\n' | b'\r')) else { return 1 };
        if first == b'\\' {
            let line = rest.iter().take_while(|b| !matches!(b, b'\n' | b'\r'));
            // `'\''` has its second quote escaped, so look behind the two.
            let close = line.clone().skip(2).position(|b| *b == b'\'');
            let length = close.map_or_else(|| line.count() + 1, |close| close + 4);
            work::count(length);
            return length;
        }
        let width = rest.iter().skip(1).take_while(|b| **b & 0b1100_0000 == 0b1000_0000).count() + 1;
        work::count(width);
        if rest.get(width) == Some(&b'\'') { width + 2 } else { 1 }
    }

    fn regex(&mut self, start: usize) -> Open {
        self.at += 1;
        let mut class = false;
        while let Some(&byte) = self.bytes.get(self.at) {
            work::count(1);
            match byte {
                b'\n' | b'\r' => return None,
                b'\\' => self.at += 1,
                b'[' => class = true,
                b']' => class = false,
                b'/' if !class => {
                    self.at += 1;
                    self.last = Last::Operand;
                    return None;
                }
                _ => {}
            }
            self.at += 1;
        }
        self.at = self.bytes.len();
        Some(Found::String { start })
    }

    fn heredoc_head(&mut self) {
        self.at += 2;
        let tabs = self.bytes.get(self.at) == Some(&b'-');
        self.at += usize::from(tabs);
        self.at += self.run_of(b' ');
        let word =
            self.bytes[self.at..].iter().take_while(|b| b.is_ascii_alphanumeric() || b"_'\"\\".contains(b));
        let tag: Vec<u8> = word.copied().collect();
        work::count(tag.len());
        // `1 << 2` is a shift.
        if tag.first().is_some_and(|first| !first.is_ascii_digit()) {
            self.at += tag.len();
            let tag = tag.into_iter().filter(|b| !b"'\"\\".contains(b)).collect();
            self.heredocs.push(Heredoc { tag, tabs });
        }
    }

    /// Reads lines up to the end of the here-document; returns whether there was one.
    fn heredoc_body(&mut self, heredoc: &Heredoc) -> bool {
        while self.at < self.bytes.len() {
            let start = self.at;
            self.skip_line();
            let mut line = &self.bytes[start..self.at];
            if heredoc.tabs {
                line = &line[line.iter().take_while(|b| **b == b'\t').count()..];
            }
            if line == heredoc.tag {
                return true;
            }
            self.at += if self.sees("\r\n") { 2 } else { 1 };
        }
        self.at = self.bytes.len();
        false
    }

    /// Returns how often a byte is repeated from here on.
    fn run_of(&self, byte: u8) -> usize {
        let length = self.bytes[self.at..].iter().take_while(|b| **b == byte).count();
        work::count(length);
        length
    }

    fn sees(&self, text: &str) -> bool {
        self.bytes[self.at..].starts_with(text.as_bytes())
    }

    fn closes(&self, close: Close) -> Option<usize> {
        let rest = &self.bytes[self.at..];
        let (first, fill, count, last) = match close {
            Close::Text(text) => return self.sees(text).then_some(text.len()),
            Close::Hashes(count) => (b'"', b'#', count, None),
            Close::Long(count) => (b']', b'=', count, Some(b']')),
        };
        let (head, tail) = rest.split_first()?;
        let filled = *head == first && tail.len() >= count && tail[..count].iter().all(|b| *b == fill);
        let ended = last.is_none_or(|last| tail.get(count) == Some(&last));
        (filled && ended).then_some(1 + count + usize::from(last.is_some()))
    }

    /// Moves behind the next `close`; returns whether there is one.
    fn skip_past(&mut self, close: Close) -> bool {
        while self.at < self.bytes.len() {
            work::count(1);
            if let Some(length) = self.closes(close) {
                self.at += length;
                self.last = Last::Operand;
                return true;
            }
            self.at += 1;
        }
        false
    }

    /// Returns the level of the long bracket (`[[`, `[=[`) that begins at `at`.
    fn long_bracket(&self, at: usize) -> Option<usize> {
        let rest = self.bytes.get(at..)?.strip_prefix(b"[")?;
        let level = rest.iter().take_while(|b| **b == b'=').count();
        work::count(level);
        (rest.get(level) == Some(&b'[')).then_some(level)
    }

    fn skip_line(&mut self) {
        let rest = &self.bytes[self.at..];
        let length = rest.iter().position(|b| matches!(b, b'\n' | b'\r')).unwrap_or(rest.len());
        work::count(length);
        self.at += length;
    }

    fn begins_word(&self) -> bool {
        let before = self.at.checked_sub(1).and_then(|at| self.bytes.get(at));
        before.is_none_or(|b| b.is_ascii_whitespace() || b";|&()".contains(b))
    }

    /// Returns whether a single quote stands in a word of prose, as in the text of JSX: no code has it there.
    fn is_apostrophe(&self, quote: &Quote) -> bool {
        let in_word = self.at > 0 && self.bytes[self.at - 1].is_ascii_alphanumeric();
        quote.open == "'" && in_word && !matches!(self.rules.special, Special::Shell | Special::Python)
    }

    fn expects_expression(&self) -> bool {
        match self.last {
            Last::None | Last::Keyword => true,
            Last::Operand => false,
            // `</p>` closes a tag.
            Last::Punctuation(byte) => byte != b'<',
        }
    }
}

fn opens_expression(word: &[u8]) -> bool {
    const KEYWORDS: [&[u8]; 13] = [
        b"return", b"typeof", b"case", b"in", b"of", b"delete", b"void", b"throw", b"new", b"else", b"do",
        b"yield", b"await",
    ];
    KEYWORDS.contains(&word)
}
