//! Code as a title shows it: the tokens of a pattern, with an ellipsis for whatever may stand at a place.

/// Characters of a string that a title shows; a longer one is prose, and says nothing of the rule.
const STRING: usize = 14;

/// Operators of several characters; a longer one stands before those that it begins with.
const OPERATORS: &[&str] = &[
    "===", "!==", "...", "**=", "??=", "..=", "=>", "->", "==", "!=", "<=", ">=", "&&", "||", "??", "?.",
    "++", "--", "+=", "-=", "*=", "/=", "::", ":=", "**", "..", "$(", "${", "[[", "]]",
];

/// A token of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'a> {
    /// As the pattern has it.
    pub(super) text: &'a str,
    /// Whether white space stands before it.
    pub(super) spaced: bool,
}

impl Token<'_> {
    /// Returns whether the token stands for any code.
    pub(super) fn is_metavariable(&self) -> bool {
        self.text.strip_prefix('$').is_some_and(|name| {
            name.starts_with('$') || name.starts_with(|c: char| c.is_ascii_uppercase() || c == '_')
        })
    }

    pub(super) fn is_word(&self) -> bool {
        self.text.starts_with(|c: char| c.is_alphanumeric() || c == '_') && !self.is_string()
    }

    pub(super) fn is_string(&self) -> bool {
        self.text.len() > 1 && self.text.ends_with(['"', '\'', '`'])
    }

    /// Returns whether the token is an operator or another mark.
    pub(super) fn is_mark(&self) -> bool {
        !self.is_metavariable() && !self.is_word() && !self.is_string() && !self.is_regex()
    }

    /// Returns whether the token is a regular expression between slashes.
    pub(super) fn is_regex(&self) -> bool {
        self.text.len() > 2 && self.text.starts_with('/')
    }

    pub(super) fn is_number(&self) -> bool {
        self.text.starts_with(|c: char| c.is_ascii_digit())
    }

    fn shown(&self, letters: bool) -> String {
        if self.is_metavariable() {
            let name = self.text.trim_start_matches('$').to_lowercase();
            return if letters && !name.is_empty() { name } else { "…".to_owned() };
        }
        let is_long = self.text.contains('$')
            || self.text.chars().count() > STRING
            || self.text.contains(char::is_whitespace);
        if self.is_string() && is_long {
            let quote = self.text.len() - 1;
            let start = self.text.find(['"', '\'', '`']).unwrap_or(0);
            return format!("{}…{}", &self.text[..=start], &self.text[quote..]);
        }
        if self.is_regex() && is_long {
            let flags = self.text.rfind('/').unwrap_or(0);
            return format!("/…{}", &self.text[flags..]);
        }
        self.text.to_owned()
    }
}

/// Cuts a pattern into tokens.
pub(super) fn tokens(pattern: &str) -> Vec<Token<'_>> {
    let mut found: Vec<Token<'_>> = Vec::new();
    let (mut at, mut spaced) = (0, false);
    while let Some(rest) = pattern.get(at..).filter(|rest| !rest.is_empty()) {
        if let Some(space) = rest.chars().next().filter(|c| c.is_whitespace()) {
            (at, spaced) = (at + space.len_utf8(), true);
            continue;
        }
        let begins = found.last().is_none_or(|last| "(,=[:{&|?".contains(last.text));
        let length = length(rest, begins);
        found.push(Token { text: &rest[..length], spaced });
        (at, spaced) = (at + length, false);
    }
    found
}

/// Returns the bytes of the first token of a text; `begins` says whether an operand may begin there.
fn length(text: &str, begins: bool) -> usize {
    let word = |text: &str| text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len());
    let first = text.chars().next().map_or(1, char::len_utf8);
    match text.as_bytes() {
        [b'$', ..] => {
            let name = text.trim_start_matches('$');
            let dollars = text.len() - name.len();
            let length = dollars + word(name);
            if length > 1 { length } else { operator(text).unwrap_or(first) }
        }
        [quote @ (b'"' | b'\'' | b'`'), ..] => closed(text, *quote).unwrap_or(first),
        [b'/', next, ..] if begins && !matches!(next, b'/' | b'*' | b' ') => {
            closed(text, b'/').map_or(first, |end| end + word(&text[end..]))
        }
        _ if word(text) > 0 => {
            let end = word(text);
            let rest = &text[end..];
            match rest.as_bytes() {
                // A prefix of a string.
                [quote @ (b'"' | b'\''), ..]
                    if end <= 2 && text[..end].chars().all(|c| "fbruFBRU".contains(c)) =>
                {
                    closed(rest, *quote).map_or(end, |length| end + length)
                }
                // The name of a macro.
                [b'!', b'(' | b'[' | b'{', ..] => end + 1,
                _ => end,
            }
        }
        _ => operator(text).unwrap_or(first),
    }
}

fn operator(text: &str) -> Option<usize> {
    OPERATORS.iter().find(|operator| text.starts_with(**operator)).map(|operator| operator.len())
}

/// Returns where a literal ends that begins with `quote`; `None` where it does not end on its line.
fn closed(text: &str, quote: u8) -> Option<usize> {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            b'\n' => return None,
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            _ if byte == quote => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// Returns tokens as a title shows them: without the receiver of a call, and with an ellipsis for any code.
pub(super) fn shown(tokens: &[Token<'_>]) -> String {
    written(without_receiver(tokens), false)
}

/// Returns tokens with a letter for each metavariable.
pub(super) fn lettered(tokens: &[Token<'_>]) -> String {
    written(tokens, true)
}

/// Returns tokens as the pattern has them.
pub(super) fn raw(tokens: &[Token<'_>]) -> String {
    let space = |token: &Token<'_>| if token.spaced { " " } else { "" };
    let text: String = tokens.iter().map(|token| format!("{}{}", space(token), token.text)).collect();
    text.trim_start().to_owned()
}

fn written(tokens: &[Token<'_>], letters: bool) -> String {
    let tokens = match tokens {
        [rest @ .., end] if end.text == ";" => rest,
        all => all,
    };
    let mut text = String::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        if token.spaced && !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&token.shown(letters));
        // Several arguments that may be anything are one ellipsis.
        while !letters
            && token.is_metavariable()
            && let Some([comma, next]) = tokens.get(at + 1..at + 3)
            && comma.text == ","
            && next.is_metavariable()
        {
            at += 2;
        }
        at += 1;
    }
    text
}

/// Returns tokens without a metavariable before the first dot.
pub(super) fn without_receiver<'t, 'a>(tokens: &'t [Token<'a>]) -> &'t [Token<'a>] {
    match tokens {
        [receiver, dot, name, ..]
            if receiver.is_metavariable() && matches!(dot.text, "." | ":" | "?.") && name.is_word() =>
        {
            &tokens[1..]
        }
        all => all,
    }
}

/// Returns whether two rows of tokens are the same, whatever the white space between them is.
pub(super) fn same(one: &[Token<'_>], other: &[Token<'_>]) -> bool {
    one.iter().map(|token| token.text).eq(other.iter().map(|token| token.text))
}

/// Returns code in a code span of Markdown.
pub(super) fn quoted(code: &str) -> String {
    let longest = code.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let marks = "`".repeat(longest + 1);
    let space = if longest > 0 { " " } else { "" };
    format!("{marks}{space}{code}{space}{marks}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, expected: &str) {
        assert_eq!(shown(&tokens(pattern)), expected);
    }

    #[test]
    fn code_is_shown_with_an_ellipsis_for_what_may_be_anything() {
        check("$A.is_empty()", ".is_empty()");
        check("assert_eq!($A, $B, $$$C)", "assert_eq!(…)");
        check("f\"$$$A\"", "f\"…\"");
        check("\"$A\".format($$$B)", "\"…\".format(…)");
        check("$A.replace(/\\s+/g, $B)", ".replace(/\\s+/g, …)");
        check("$A.replace(/a much longer pattern/g, $B)", ".replace(/…/g, …)");
        check("raise ValueError(\"this is a long message\")", "raise ValueError(\"…\")");
        check("$($$$A)", "$(…)");
        check("`$$$A`", "`…`");
        check("[[ $$$A ]]", "[[ … ]]");
        check("for $A in &$B { $$$C }", "for … in &… { … }");
        check("if ($A) {\n    return $B;\n}", "if (…) { return …; }");
        check("a / b / $C", "a / b / …");
        check("it's $A", "it's …");
        assert_eq!(lettered(&tokens("fmt.Errorf($B, $A)")), "fmt.Errorf(b, a)");
    }
}
