//! Scalars of YAML: plain, quoted, folded, literal.

use super::lines::Line;

/// Most digits of an escape such as `\u00e9`.
const MOST_DIGITS: usize = 8;

/// How a value that stands on several lines is put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Block {
    /// Whether its line ends become spaces.
    folded: bool,
    /// The treatment of the line ends behind it: `+` keeps them, `-` drops the last one too.
    chomp: Option<char>,
    /// Columns of indentation, where the file has them.
    columns: Option<usize>,
}

impl Block {
    /// Reads the head of a block scalar: `|`, `>-`, `|2+`.
    pub(super) fn of(head: &str) -> Option<Block> {
        let head = uncommented(head).trim();
        let folded = match head.chars().next()? {
            '>' => true,
            '|' => false,
            _ => return None,
        };
        let mut block = Block { folded, chomp: None, columns: None };
        for c in head[1..].chars() {
            match c {
                '+' | '-' if block.chomp.is_none() => block.chomp = Some(c),
                '1'..='9' if block.columns.is_none() => block.columns = c.to_digit(10).map(|d| d as usize),
                _ => return None,
            }
        }
        Some(block)
    }

    /// Puts the lines of a block together. `parent` is the indentation of its key.
    pub(super) fn join(self, lines: &[Line<'_>], parent: usize) -> String {
        let first = lines.iter().find(|line| !line.is_blank()).map_or(parent + 1, |line| line.indent);
        let columns = self.columns.map_or(first, |columns| parent + columns);
        let texts: Vec<&str> = lines.iter().map(|line| line.without(columns)).collect();
        let content = texts.len() - texts.iter().rev().take_while(|text| text.trim().is_empty()).count();
        let mut joined = String::new();
        for (at, text) in texts[..content].iter().enumerate() {
            if at > 0 {
                joined.push_str(between(texts[at - 1], text, self.folded));
            }
            joined.push_str(text);
        }
        match self.chomp {
            _ if content == 0 => {}
            Some('-') => {}
            Some(_) => joined.extend(std::iter::repeat_n('\n', 1 + texts.len() - content)),
            None => joined.push('\n'),
        }
        joined
    }
}

/// Returns the separator of two lines of a block.
fn between(before: &str, after: &str, folded: bool) -> &'static str {
    let indented = |text: &str| text.starts_with([' ', '\t']);
    if !folded || indented(before) || indented(after) {
        "\n"
    } else if after.is_empty() {
        "" // the line end comes with what follows the blank line
    } else if before.is_empty() {
        "\n"
    } else {
        " "
    }
}

/// Cuts the comment off a plain value.
pub(super) fn uncommented(text: &str) -> &str {
    if text.starts_with('#') {
        return "";
    }
    text.find(" #").or_else(|| text.find("\t#")).map_or(text, |at| text[..at].trim_end())
}

/// Reads a scalar in quotes from the start of a text; returns it with the text behind it. `None` where the quote
/// is not closed.
pub(super) fn quoted(text: &str) -> Option<(String, &str)> {
    match text.as_bytes().first()? {
        b'"' => double_quoted(&text[1..]),
        b'\'' => single_quoted(&text[1..]),
        _ => None,
    }
}

fn single_quoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut rest = text;
    loop {
        let (part, more) = rest.split_once('\'')?;
        value.push_str(part);
        match more.strip_prefix('\'') {
            Some(more) => {
                value.push('\'');
                rest = more;
            }
            None => return Some((value, more)),
        }
    }
}

fn double_quoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut rest = text;
    loop {
        let at = rest.find(['"', '\\'])?;
        value.push_str(&rest[..at]);
        let (mark, more) = rest[at..].split_at(1);
        if mark == "\"" {
            return Some((value, more));
        }
        rest = escape(more, &mut value)?;
    }
}

/// Reads the escape behind a backslash.
fn escape<'a>(text: &'a str, value: &mut String) -> Option<&'a str> {
    let mark = text.chars().next()?;
    let rest = &text[mark.len_utf8()..];
    let digits = match mark {
        'x' => 2,
        'u' => 4,
        'U' => MOST_DIGITS,
        _ => 0,
    };
    if digits > 0 {
        let code = rest.get(..digits).and_then(|code| u32::from_str_radix(code, 16).ok());
        // Half of a surrogate pair is no character.
        value.push(code.and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER));
        return Some(rest.get(digits..).unwrap_or_default());
    }
    match mark {
        'n' => value.push('\n'),
        't' => value.push('\t'),
        'r' => value.push('\r'),
        '0' => value.push('\0'),
        'a' => value.push('\u{7}'),
        'b' => value.push('\u{8}'),
        'e' => value.push('\u{1b}'),
        'f' => value.push('\u{c}'),
        'v' => value.push('\u{b}'),
        '_' => value.push('\u{a0}'),
        'N' => value.push('\u{85}'),
        'L' => value.push('\u{2028}'),
        'P' => value.push('\u{2029}'),
        other => value.push(other), // `\"`, `\\`, `\/`, and what is none
    }
    Some(rest)
}
