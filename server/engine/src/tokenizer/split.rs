//! Cuts text into words before merging: the regular expressions of the GPT-2 family, by hand.
//!
//! By hand as they need look-ahead, run on every prompt, and must not give up on a line of a
//! megabyte. The names are those of `tokenizer.ggml.pre`.

use unicode_general_category::{GeneralCategory, get_general_category};

/// Which expression a vocabulary was trained with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Split {
    /// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`
    Gpt2,
    /// Every digit alone, the rest as [`Split::Gpt2`].
    Digits,
    /// `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
    Qwen2,
    /// The same with `\p{N}{1,3}`.
    Llama3,
}

impl Split {
    pub(super) const NAMES: &str = "default, gpt-2, smollm, starcoder, refact, qwen2, llama-bpe";

    pub(super) fn from_name(name: &str) -> Option<Split> {
        Some(match name {
            "default" | "gpt-2" => Split::Gpt2,
            "smollm" | "starcoder" | "refact" => Split::Digits,
            "qwen2" => Split::Qwen2,
            "llama3" | "llama-v3" | "llama-bpe" => Split::Llama3,
            _ => return None,
        })
    }

    /// Calls `found` with each word of `text`, in order; the words together are the text.
    pub(super) fn words(self, text: &str, found: &mut dyn FnMut(&str)) {
        match self {
            Split::Gpt2 => cut(text, gpt2, found),
            Split::Qwen2 => cut(text, |s| qwen2(s, 1), found),
            Split::Llama3 => cut(text, |s| qwen2(s, 3), found),
            Split::Digits => {
                // Two passes: text between digits is cut as if it stood alone.
                let mut rest = text;
                while !rest.is_empty() {
                    let plain = prefix(rest, |c| !is_number(c));
                    cut(&rest[..plain], gpt2, found);
                    rest = &rest[plain..];
                    if let Some(c) = rest.chars().next() {
                        found(&rest[..c.len_utf8()]);
                        rest = &rest[c.len_utf8()..];
                    }
                }
            }
        }
    }
}

/// Cuts `text` by repeatedly asking for the length of its first word.
fn cut(text: &str, first: impl Fn(&str) -> usize, found: &mut dyn FnMut(&str)) {
    let mut rest = text;
    while !rest.is_empty() {
        let (word, tail) = rest.split_at(first(rest));
        found(word);
        rest = tail;
    }
}

fn is_letter(c: char) -> bool {
    use GeneralCategory::{LowercaseLetter, ModifierLetter, OtherLetter, TitlecaseLetter, UppercaseLetter};
    if c.is_ascii() {
        return c.is_ascii_alphabetic();
    }
    matches!(
        get_general_category(c),
        UppercaseLetter | LowercaseLetter | TitlecaseLetter | ModifierLetter | OtherLetter
    )
}

fn is_number(c: char) -> bool {
    use GeneralCategory::{DecimalNumber, LetterNumber, OtherNumber};
    if c.is_ascii() {
        return c.is_ascii_digit();
    }
    matches!(get_general_category(c), DecimalNumber | LetterNumber | OtherNumber)
}

fn is_symbol(c: char) -> bool {
    !c.is_whitespace() && !is_letter(c) && !is_number(c)
}

/// Length in bytes of the longest prefix whose characters all match.
fn prefix(s: &str, matches: impl Fn(char) -> bool) -> usize {
    s.find(|c| !matches(c)).unwrap_or(s.len())
}

fn contraction(s: &str, ignore_case: bool) -> Option<usize> {
    let b = s.as_bytes();
    if b.first() != Some(&b'\'') {
        return None;
    }
    let is =
        |i: usize, c: u8| b.get(i).is_some_and(|x| *x == c || (ignore_case && x.eq_ignore_ascii_case(&c)));
    if [b's', b't', b'm', b'd'].iter().any(|c| is(1, *c)) {
        return Some(2);
    }
    [(b'r', b'e'), (b'v', b'e'), (b'l', b'l')].iter().any(|(x, y)| is(1, *x) && is(2, *y)).then_some(3)
}

/// `\s+(?!\S)|\s+`: all white space, but for the last character before something else.
fn spaces(s: &str) -> usize {
    let all = prefix(s, char::is_whitespace);
    let last = s[..all].chars().next_back().map_or(0, char::len_utf8);
    if all < s.len() && all > last { all - last } else { all }
}

fn gpt2(s: &str) -> usize {
    if let Some(n) = contraction(s, false) {
        return n;
    }
    let space = usize::from(s.starts_with(' '));
    for class in [is_letter, is_number, is_symbol] {
        let n = prefix(&s[space..], class);
        if n > 0 {
            return space + n;
        }
    }
    spaces(s)
}

fn qwen2(s: &str, digits: usize) -> usize {
    if let Some(n) = contraction(s, true) {
        return n;
    }
    let Some(first) = s.chars().next() else { return 0 };
    // [^\r\n\p{L}\p{N}]?\p{L}+
    let lead = if matches!(first, '\r' | '\n') || is_letter(first) || is_number(first) {
        0
    } else {
        first.len_utf8()
    };
    let letters = prefix(&s[lead..], is_letter);
    if letters > 0 {
        return lead + letters;
    }
    // \p{N}{1,digits}
    if is_number(first) {
        return s.chars().take(digits).take_while(|c| is_number(*c)).map(char::len_utf8).sum();
    }
    //  ?[^\s\p{L}\p{N}]+[\r\n]*
    let space = usize::from(first == ' ');
    let symbols = prefix(&s[space..], is_symbol);
    if symbols > 0 {
        let n = space + symbols;
        return n + prefix(&s[n..], |c| matches!(c, '\r' | '\n'));
    }
    // \s*[\r\n]+
    let all = prefix(s, char::is_whitespace);
    if let Some(at) = s[..all].rfind(['\r', '\n']) {
        return at + 1;
    }
    spaces(s)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(split: Split, text: &str, expect: &[&str]) {
        let mut words = Vec::new();
        split.words(text, &mut |w| words.push(w.to_owned()));
        assert_eq!(words, expect, "{split:?} {text:?}");
    }

    #[test]
    fn qwen2_cuts() {
        check(Split::Qwen2, "I'LL go  now", &["I", "'LL", " go", " ", " now"]);
        check(Split::Qwen2, "x = 12;\n\n    y", &["x", " =", " ", "1", "2", ";\n\n", "   ", " y"]);
        check(Split::Qwen2, "a \n\t b", &["a", " \n", "\t", " b"]);
        check(Split::Qwen2, "(foo)\r\n", &["(foo", ")\r\n"]);
        check(Split::Qwen2, "end   ", &["end", "   "]);
        check(Split::Qwen2, "\tx", &["\tx"]);
    }

    #[test]
    fn llama3_groups_digits_by_three() {
        check(Split::Llama3, "12345", &["123", "45"]);
    }

    #[test]
    fn smollm_takes_digits_alone_and_cuts_between_them() {
        check(Split::Digits, "a  12 'S's", &["a", "  ", "1", "2", " '", "S", "'s"]);
        check(Split::Gpt2, "a  12 'S's", &["a", " ", " 12", " '", "S", "'s"]);
    }

    #[test]
    fn a_megabyte_of_one_kind_is_one_word() {
        let text = " ".repeat(1 << 20);
        check(Split::Qwen2, &text, &[&text]);
    }
}
