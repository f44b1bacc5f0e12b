//! The brackets, quotes and marks that are open at a place of a line.
//!
//! Inside a quote a bracket may begin an interpolation (`${`, `#{`, `\(`, the `{` of an f-string), which is code and may
//! hold quotes of its own. Any other bracket or quote inside a quote is text, but an editor closes it all the same.
//!
//! [`apostrophe`] and [`languages`] tell what begins a quote in which language.

mod apostrophe;
mod languages;

use housestyle_text::syntax::Scope;

use crate::cursor_context::CursorContext;
use crate::lines::is_word;
use apostrophe::is_apostrophe;
use languages::{escapes_code, has_backticks, has_regexes};

/// Words before a quote that make its braces interpolations, in lower case.
const FORMATTED: &[&str] = &["f", "fr", "rf", "t", "tr", "rt", "fmt", "$", "$@", "@$", "$$", "$$$"];

/// What opens a pair of different characters, besides the brackets of code, and what closes it.
const PAIRS: &[(char, char)] = &[
    ('“', '”'),
    ('„', '“'),
    ('‘', '’'),
    ('‚', '‘'),
    ('«', '»'),
    ('‹', '›'),
    ('「', '」'),
    ('『', '』'),
    ('（', '）'),
    ('【', '】'),
    ('《', '》'),
    ('〈', '〉'),
];

/// The kind of an open delimiter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A bracket of code, also of an interpolation: only its own closer ends it.
    Bracket,
    /// A quotation mark, in which `{` begins an interpolation if it is `formatted`.
    Quote { formatted: bool },
    /// A bracket in text, an angle bracket, a mark: whatever closes an outer delimiter ends it too.
    Loose,
}

/// A delimiter that waits for `count` of the character `close`.
#[derive(Debug, Clone, Copy)]
struct Delimiter {
    close: char,
    count: usize,
    kind: Kind,
}

impl Delimiter {
    /// Returns the text that closes it.
    fn text(self) -> String {
        self.close.to_string().repeat(self.count)
    }
}

/// The open delimiters, outermost first.
#[derive(Debug, Clone)]
pub(super) struct Delimiters<'a> {
    open: Vec<Delimiter>,
    language: &'static str,
    prose: bool,
    /// The line right of the cursor.
    tail: &'a str,
    /// The character before the text that is read next.
    before: char,
    /// The last visible character before that text.
    visible: char,
    /// The word, or the `$` and `@`, right before that text.
    word: String,
    escaped: bool,
}

impl<'a> Delimiters<'a> {
    /// Returns the delimiters that are open left of the cursor, on its line, if `text` is inserted there.
    pub(super) fn at(cursor: &'a CursorContext, text: &str) -> Delimiters<'a> {
        let mut head = cursor.head.as_str();
        let follows = format!("{text}{}", cursor.tail);
        loop {
            let mut delimiters = Delimiters {
                open: Vec::new(),
                language: cursor.language.id(),
                prose: cursor.is_prose(),
                tail: &cursor.tail,
                before: '\n',
                visible: '\n',
                word: String::new(),
                escaped: false,
            };
            delimiters.read(head, &follows, |_| false);
            // No quote is open in code: the line begins inside a string, and the first quote ends that.
            let quote = delimiters.quote().filter(|quote| cursor.scope == Scope::Code && quote.close != '/');
            let quote = quote.map(Delimiter::text).filter(|quote| !cursor.tail.starts_with(quote));
            match quote.and_then(|quote| head.split_once(&quote)) {
                Some((_, rest)) => head = rest,
                None => return delimiters,
            }
        }
    }

    /// Returns whether nothing is open.
    pub(super) fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// Returns the level of the innermost open delimiter that `tail` closes first.
    pub(super) fn closed_by(&self, tail: &str) -> Option<usize> {
        closed_by(&self.open, tail)
    }

    /// Returns whether `tail` closes all that is open from `level` on.
    pub(super) fn closed_from(&self, level: usize, tail: &str) -> bool {
        self.clone().read(tail, "", |open| open.len() <= level).is_some()
    }

    /// Returns where `text` closes the delimiter at `level`, which `tail` closes.
    pub(super) fn closed_at(&self, level: usize, tail: &str, text: &str) -> Option<usize> {
        let mut level = Some(level);
        self.clone().read(text, tail, |open| {
            let Some(waiting) = level.filter(|level| open.len() <= *level) else { return false };
            if open.len() == waiting || self.closed_from(open.len(), tail) {
                return true;
            }
            // An outer delimiter ended that `tail` does not close, so `tail` closes one farther out.
            level = closed_by(open, tail);
            false
        })
    }

    /// Returns whether the delimiter at `level` is the innermost one, and no bracket.
    pub(super) fn is_innermost_mark(&self, level: usize) -> bool {
        let mark = |delimiter: &Delimiter| !matches!(delimiter.close, ')' | ']' | '}' | '>');
        level + 1 == self.open.len() && self.open.last().is_some_and(mark)
    }

    /// Adds a bracket or quote that was opened on a line above, if `tail` begins by closing one.
    pub(super) fn open_above(&mut self, tail: &str) -> bool {
        let (kind, close) = match tail.chars().next() {
            Some(close @ (')' | ']' | '}')) => (Kind::Bracket, close),
            Some(close @ ('"' | '\'' | '`')) => (Kind::Quote { formatted: false }, close),
            _ => return false,
        };
        self.open.insert(0, Delimiter { close, count: quote_length(tail), kind });
        true
    }

    /// Reads text on, up to the character after which the open delimiters are as `done` says; returns its place.
    /// `follows` stands behind the text.
    fn read(
        &mut self,
        text: &str,
        follows: &str,
        mut done: impl FnMut(&[Delimiter]) -> bool,
    ) -> Option<usize> {
        let mut at = 0;
        while let Some(c) = text[at..].chars().next() {
            let length = self.step(c, &text[at..], follows);
            if done(&self.open) {
                return Some(at);
            }
            self.before = c;
            if !c.is_whitespace() {
                self.visible = c;
            }
            if is_word(c) || matches!(c, '$' | '@') {
                self.word.push(c);
            } else {
                self.word.clear();
            }
            at += length;
        }
        None
    }

    /// Reads the character `c`, with which `rest` begins, or all of a mark; returns how many bytes that were.
    fn step(&mut self, c: char, rest: &str, follows: &str) -> usize {
        let length = c.len_utf8();
        if std::mem::take(&mut self.escaped) {
            return length;
        }
        let quote = self.quote();
        if self.escapes(c, quote) {
            self.escaped = !(self.language == "swift" && rest.starts_with("\\("));
            return length;
        }
        if let Some(quote) = quote {
            if c == quote.close {
                let ends = rest.starts_with(&quote.text()) && !(self.prose && is_apostrophe(rest));
                return if ends && self.close(c, quote.count) { quote.count * length } else { length };
            }
        } else if self.is_mark(c) {
            return self.mark(c, rest);
        } else if self.opens_quote(c, rest, follows) {
            let formatted = FORMATTED.contains(&self.word.to_lowercase().as_str());
            let count = quote_length(rest);
            self.push(c, count, Kind::Quote { formatted });
            return count * length;
        }
        match c {
            '(' | '[' | '{' => {
                let code = quote.is_none_or(|quote| self.interpolates(c, rest, quote.kind));
                let close = match c {
                    '(' => ')',
                    '[' => ']',
                    _ => '}',
                };
                self.push(close, 1, if code { Kind::Bracket } else { Kind::Loose });
            }
            // `a < b`, `a << b`, `a <= b` and `a <- b` open nothing.
            '<' if !rest[1..].starts_with([' ', '\t', '<', '=', '-', '|']) && self.before != '<' => {
                self.push('>', 1, Kind::Loose);
            }
            '>' if matches!(self.before, '-' | '=') => {}
            _ if quote.is_some() && self.opens_quotation(c, rest) => self.push(c, 1, Kind::Loose),
            _ if is_apostrophe(rest) => {}
            _ => {
                if !self.close(c, 1)
                    && let Some((_, close)) = PAIRS.iter().find(|(open, _)| *open == c)
                {
                    self.push(*close, 1, Kind::Loose);
                }
            }
        }
        length
    }

    /// Returns the innermost quote, where no bracket of code is open inside it.
    fn quote(&self) -> Option<Delimiter> {
        let innermost = self.open.iter().rev().find(|delimiter| delimiter.kind != Kind::Loose);
        innermost.filter(|delimiter| delimiter.kind != Kind::Bracket).copied()
    }

    /// Returns whether a bracket inside a quote begins an interpolation.
    fn interpolates(&self, c: char, rest: &str, quote: Kind) -> bool {
        match c {
            '{' => {
                matches!(self.before, '$' | '#' | '@' | '%')
                    || quote == Kind::Quote { formatted: true }
                    || rest.starts_with("{$")
            }
            '(' => matches!(self.before, '$' | '\\'),
            _ => false,
        }
    }

    /// Returns whether `c` takes the next character with it.
    fn escapes(&self, c: char, quote: Option<Delimiter>) -> bool {
        match self.language {
            "powershell" if !self.prose => c == '`' && quote.is_none_or(|quote| quote.close == '"'),
            _ => c == '\\' && (quote.is_some() || self.prose || escapes_code(self.language)),
        }
    }

    fn opens_quote(&self, c: char, rest: &str, follows: &str) -> bool {
        match c {
            '"' => true,
            '`' => self.prose || has_backticks(self.language),
            '\'' if self.prose => self.opens_quotation(c, rest),
            '\'' => apostrophe::opens(self.language, &self.word, self.before, rest, follows),
            // No division, and no tag's end, follows these characters.
            '/' if has_regexes(self.language) && !self.prose => {
                let mut after = rest[1..].chars().chain(follows.chars()).take_while(|c| *c != '\n');
                "(,=:[!&|?;~".contains(self.visible)
                    && !rest[1..].starts_with(['/', '*'])
                    && after.any(|c| c == '/')
            }
            _ => false,
        }
    }

    /// Returns whether `c` begins a quotation in text: the same mark ends it, unlike the apostrophes of `don't` and `'90s`.
    fn opens_quotation(&self, c: char, rest: &str) -> bool {
        match c {
            _ if self.is_loose(c) => false,
            '\'' if self.before.is_alphanumeric() || matches!(self.before, '&' | '<') => false,
            '\'' => apostrophe::is_ended(rest, self.tail),
            '"' | '`' => [&rest[1..], self.tail].iter().any(|after| after.contains(c)),
            _ => false,
        }
    }

    /// Returns whether the same character opens and closes here, without being a quotation mark.
    fn is_mark(&self, c: char) -> bool {
        c == '|' || (self.prose && matches!(c, '*' | '_' | '~' | '$' | '`'))
    }

    /// Reads a mark, which may be several characters; returns how many bytes that were. As in Markdown, no white space
    /// follows a mark that opens, and none stands before one that closes.
    fn mark(&mut self, c: char, rest: &str) -> usize {
        let run = rest.chars().take_while(|other| *other == c).count();
        let after = rest.chars().nth(run);
        let is_letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let (after_letter, before_letter) = (self.before.is_alphanumeric(), is_letter(after));
        if !(self.before.is_whitespace() || c == '_' && before_letter) {
            let loose = self.open.iter().rev().take_while(|delimiter| delimiter.kind == Kind::Loose);
            let mut fitting = loose.filter(|delimiter| delimiter.close == c && delimiter.count <= run);
            if let Some(count) = fitting.next().map(|delimiter| delimiter.count) {
                self.close(c, count);
                return count * c.len_utf8();
            }
        }
        let logical = c == '|' && run > 1 && !self.prose;
        if !(after.is_some_and(char::is_whitespace) || logical || c == '_' && after_letter) {
            self.push(c, run, Kind::Loose);
        }
        run * c.len_utf8()
    }

    /// Returns whether one of the innermost loose delimiters waits for `c`.
    fn is_loose(&self, c: char) -> bool {
        let mut loose = self.open.iter().rev().take_while(|delimiter| delimiter.kind == Kind::Loose);
        loose.any(|delimiter| delimiter.close == c)
    }

    fn push(&mut self, close: char, count: usize, kind: Kind) {
        self.open.push(Delimiter { close, count, kind });
    }

    /// Closes the innermost delimiter that `count` times `c` closes; returns whether there is one.
    fn close(&mut self, c: char, count: usize) -> bool {
        let mut levels = self.open.iter().enumerate().rev();
        let fits = |delimiter: &Delimiter| delimiter.close == c && delimiter.count == count;
        let found = levels.find(|(_, delimiter)| fits(delimiter) || delimiter.kind != Kind::Loose);
        let Some((level, _)) = found.filter(|(_, delimiter)| fits(delimiter)) else { return false };
        self.open.truncate(level);
        true
    }
}

/// Returns the level of the innermost of the `open` delimiters that `tail` closes first.
fn closed_by(open: &[Delimiter], tail: &str) -> Option<usize> {
    open.iter().rposition(|delimiter| tail.starts_with(&delimiter.text()))
}

/// Returns how many characters the quote has that a text begins with: three in `"""` and in `'''`.
fn quote_length(text: &str) -> usize {
    if text.starts_with("\"\"\"") || text.starts_with("'''") { 3 } else { 1 }
}
