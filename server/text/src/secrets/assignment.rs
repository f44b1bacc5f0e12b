//! The general rule: a value that looks like a secret, assigned to the name of a secret.
//!
//! The rule knows no languages. It finds the name, then the way from the name to a value as languages, configuration
//! files, markup and command lines write it, and last it looks at the value. A quoted value is a literal. A bare one is a
//! literal where no code stands (`password: x` on a line of its own, `a.password=x`, `--password x`, `;Password=x;`);
//! elsewhere it may be a variable, and must look random.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::Secret;
use super::names::{self, Name};
use super::values::{Look, entropy, is_uuid, look};

/// What the names of secrets contain, in lower case.
const HINTS: &str = "pass|pwd|pw|secret|token|credential|key|auth|kennwort";
/// Longest name.
const MOST_NAME: usize = 120;
/// Most bytes between the name and the end of the value.
const WINDOW: usize = 6 * 1024;
/// Most bytes before a name that tell whether code stands there.
const BEFORE: usize = 240;
/// Most bytes of code in which a literal is looked for.
const MOST_CODE: usize = 240;
/// Fewest bytes and digits of a token that is a word with digits.
const FEWEST_BYTES: usize = 8;
const FEWEST_DIGITS: usize = 3;
/// Fewest bytes, and least entropy in bits a byte, of the value of a vague name.
const VAGUE_LENGTH: usize = 20;
const VAGUE_ENTROPY: f64 = 3.5;

/// The ways from a name to its value, each up to the value's first character.
struct Patterns {
    hints: Regex,
    /// The rest of a tag that encloses a value: `>`.
    element: Regex,
    /// A value of its own, beside the name: `name: X`, then `value: Y`.
    pair: Regex,
    /// A blank, after a flag or before a quote.
    blank: Regex,
    /// An operator, perhaps behind a type.
    operator: Regex,
    /// The beginning of a quoted text, perhaps in a wrapper.
    quote: Regex,
    /// What may stand before a name on a line that is no code.
    lead: Regex,
}

static PATTERNS: LazyLock<Option<Patterns>> = LazyLock::new(|| {
    let regex = |pattern: &str| Regex::new(pattern).ok();
    Some(Patterns {
        hints: regex(HINTS)?,
        element: regex(r"\A(?:\s[^<>]{0,200})?>\s*(?:<!\[CDATA\[)?")?,
        pair: regex(
            r#"(?x)\A(?:
                \\?["'`]?\s*,?\s*\\?["'`]?(?i:value|defaultValue|default)\\?["'`]?\s*[:=]\s*
                | ["']?[^<>"'\n]{0,40}\s\bvalue\s*=\s*
                | </key>\s*<string>
                | ["']\s*>
                | ["']\s*\{[^{}]{0,300}?\bdefault\s*=\s*
            )"#,
        )?,
        blank: regex(r"\A[ \t]+")?,
        operator: regex(
            r#"(?x)\A
            (?P<close>\\?["'`])?\]?\)?
            (?:\[\s*\w*\s*\])?
            (?:
                [\x20\t]*\??:[\x20\t]*(?P<type>[&*'A-Za-z_\[(][\w&*'<>\[\]().?|:\x20]{0,60}?)[\x20\t]+:?=
                | [\x20\t]+(?i:as[\x20\t]+)?[*\[\]]{0,3}[A-Za-z][\w.\[\]<>]{0,40}[\x20\t]+=
                | [\x20\t]*(?P<op>:=|=>|->|<-|===?|!==?|[?+|]{0,2}=|\|\||\?\?|:|,|\(|\{)
            )
            (?P<space>[\x20\t]*)
            (?P<break>(?P<block>[|>][-+]?[\x20\t]*)?\r?\n[\x20\t]*)?"#,
        )?,
        quote: regex(
            r#"(?x)\A
            (?:(?:new\x20)?[\w:.]{0,40}\b(?:from|new|Some|String|Secret\w{0,12}|of)[({]|\[\]byte\()?
            [&*@$]{0,2}(?:b|r|br|u|f|L|c)?\#{0,2}(\\?["'`])"#,
        )?,
        lead: regex(r#"\A[\s#;/*>+-]*(?:(?:export|set|setx|local|ENV|ARG|env|-e|--env)\s+)?["']?\z"#)?,
    })
});

/// A value, and whether it is certainly no code.
struct Value {
    range: Range<usize>,
    is_literal: bool,
}

/// Adds the secrets that a text assigns to names. `folded` is the text in lower case.
pub(super) fn find(text: &str, folded: &str, found: &mut Vec<Secret>) {
    let Some(patterns) = PATTERNS.as_ref() else { return };
    let mut done = 0;
    for hint in patterns.hints.find_iter(folded) {
        if hint.start() < done {
            continue;
        }
        let name = name_around(text, hint.range(), done);
        done = name.end;
        if name.len() > MOST_NAME {
            continue;
        }
        let Some(kind) = names::kind(&text[name.clone()]) else { continue };
        let Some(Value { range, is_literal }) = patterns.value(text, &name) else { continue };
        if is_secret(kind, &text[range.clone()], is_literal) {
            done = range.end;
            let rule = if kind == Name::Password { "assigned-password" } else { "assigned-secret" };
            found.push(Secret { rule, range: name.start..range.end });
        }
    }
}

/// Returns the name that a hint lies in; it begins at `from` at the earliest.
fn name_around(text: &str, hint: Range<usize>, from: usize) -> Range<usize> {
    let bytes = text.as_bytes();
    let is_name = |byte: &&u8| byte.is_ascii_alphanumeric() || b"_.$-".contains(byte);
    let before = bytes[from..hint.start].iter().rev().take_while(is_name).count();
    let after = bytes[hint.end..].iter().take_while(is_name).count();
    let trimmed = bytes[hint.end..hint.end + after].iter().rev().take_while(|byte| b".-$".contains(byte));
    hint.start - before..hint.end + after - trimmed.count()
}

fn is_secret(kind: Name, value: &str, is_literal: bool) -> bool {
    let look = look(value);
    match (kind, is_literal) {
        (Name::Password, true) => look >= Look::Number,
        (Name::Token, true) if look == Look::Mixed => {
            value.len() >= FEWEST_BYTES && value.bytes().filter(u8::is_ascii_digit).count() >= FEWEST_DIGITS
        }
        (Name::Password | Name::Token, _) => look == Look::Random,
        (Name::Vague, true) => {
            let is_long = value.len() >= VAGUE_LENGTH && entropy(value) >= VAGUE_ENTROPY;
            look == Look::Random && is_long && !is_uuid(value)
        }
        (Name::Vague, false) => false,
    }
}

impl Patterns {
    /// Returns the value that a text assigns to a name.
    fn value(&self, text: &str, name: &Range<usize>) -> Option<Value> {
        let before = &text[text.floor_char_boundary(name.start.saturating_sub(BEFORE))..name.start];
        let before = &before[before.rfind('\n').map_or(0, |at| at + 1)..];
        let rest = window(text, name.end);
        let tag = before.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || "_:.-".contains(c));
        if tag.ends_with('<')
            && let Some(end) = self.element.find(rest)
        {
            return Some(enclosed(text, name.end + end.end()));
        }
        if let Some(end) = self.pair.find(rest) {
            let at = name.end + end.end();
            let is_element = end.as_str().ends_with('>');
            return Some(if is_element { enclosed(text, at) } else { self.literal(text, at) });
        }
        let takes_word = text[name.clone()].starts_with('-') || before.trim_start() == "ENV ";
        if let Some(end) = self.blank.find(rest)
            && let next = rest[end.end()..].chars().next().unwrap_or('-')
            && (takes_word && !"-=:,|".contains(next) || "\"'`".contains(next))
        {
            return Some(self.literal(text, name.end + end.end()));
        }
        self.assigned(text, name, before)
    }

    /// Returns the value behind an operator.
    fn assigned(&self, text: &str, name: &Range<usize>, before: &str) -> Option<Value> {
        let way = self.operator.captures(window(text, name.end))?;
        let at = name.end + way.get(0)?.end();
        let op = way.name("op").map_or("=", |op| op.as_str());
        if let Some(range) = self.quoted(text, at) {
            let is_literal = match op {
                // A list of names looks like arguments, unless it is a flag's or a call's.
                "," => {
                    text[name.clone()].starts_with('-') || way.name("close").is_some() && before.contains('(')
                }
                "(" => ["set", "with"].iter().any(|verb| text[name.clone()].contains(verb)),
                "||" | "??" => false,
                _ => true,
            };
            return Some(Value { range, is_literal });
        }
        let continues = way.name("break").is_some() && way.name("block").is_none();
        if continues || [",", "(", "{", "||", "??"].contains(&op) {
            return None;
        }
        let range = bare(text, at);
        let value = &text[range.clone()];
        let after = window(text, range.end);
        let is_attached = op == "=" && text[..at].ends_with('=') && text[name.end..at].len() <= 2;
        let is_literal = if is_attached {
            !before.trim_end().ends_with(['(', ',', '{'])
        } else {
            let is_header = before.ends_with(['"', '\'']) && after.starts_with(['"', '\'']);
            let after = after.trim_start_matches([' ', '\t']);
            let is_whole = after.is_empty() || after.starts_with(['\n', '\r', '#', '\\']);
            is_header || is_whole && way.name("type").is_none() && self.lead.is_match(before)
        };
        if value.contains(['(', '[', '{']) || (!is_literal && look(value) == Look::Ordinary) {
            return self.in_code(text, at);
        }
        Some(Value { range, is_literal })
    }

    /// Returns the literal at a place, quoted or bare.
    fn literal(&self, text: &str, at: usize) -> Value {
        Value { range: self.quoted(text, at).unwrap_or_else(|| bare(text, at)), is_literal: true }
    }

    /// Returns what the quotes at a place enclose.
    fn quoted(&self, text: &str, at: usize) -> Option<Range<usize>> {
        let rest = window(text, at);
        let found = self.quote.captures(rest)?;
        let (mut start, quote) = (found.get(0)?.end(), found.get(1)?.as_str());
        if rest[start..].starts_with(&quote.repeat(2)) {
            start += 2 * quote.len();
        }
        let mut end = start;
        while end < rest.len() && !rest[end..].starts_with(quote) && !rest[end..].starts_with('\n') {
            let escaped = usize::from(rest[end..].starts_with('\\'));
            end += escaped;
            end += rest[end..].chars().next().map_or(0, char::len_utf8);
        }
        Some(at + start..at + end)
    }

    /// Returns the first text in quotes that looks random in the expression at a place.
    fn in_code(&self, text: &str, from: usize) -> Option<Value> {
        let end = text.floor_char_boundary(from + MOST_CODE);
        let (mut at, mut depth) = (from, 0_i32);
        while at < end {
            let c = text[at..].chars().next()?;
            match c {
                '"' | '\'' | '`' => {
                    let range = self.quoted(text, at)?;
                    if look(&text[range.clone()]) == Look::Random {
                        return Some(Value { range, is_literal: false });
                    }
                    at = range.end;
                    if text[at..].starts_with('\n') {
                        return None;
                    }
                }
                '(' | '[' | '{' => depth += 1,
                ')' | ']' | '}' if depth == 0 => return None,
                ')' | ']' | '}' => depth -= 1,
                ',' | ';' if depth == 0 => return None,
                '\n' => return None,
                _ => {}
            }
            at += text[at..].chars().next().map_or(1, char::len_utf8);
        }
        None
    }
}

/// Returns the text of an element, up to the next tag or line.
fn enclosed(text: &str, at: usize) -> Value {
    let rest = window(text, at);
    let inner = rest[..rest.find(['<', '\n']).unwrap_or(rest.len())].trim_end().trim_end_matches("]]>");
    Value { range: at..at + inner.len(), is_literal: true }
}

/// Returns the bare value at a place: to the next blank, quote or separator.
fn bare(text: &str, at: usize) -> Range<usize> {
    let rest = window(text, at);
    let length = rest.find(|c: char| c.is_whitespace() || "\"'`<>;&|,\\".contains(c)).unwrap_or(rest.len());
    at..at + rest[..length].trim_end_matches([')', ']', '}', '.', ':']).len()
}

/// Returns the text from a place on that counts for one name.
fn window(text: &str, at: usize) -> &str {
    &text[at..text.floor_char_boundary(at + WINDOW)]
}
