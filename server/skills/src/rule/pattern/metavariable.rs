//! Metavariables in the text of a pattern, and the names that stand in for them while it is parsed.

use housestyle_text::Language;

use super::Metavariable;
use crate::error::PatternError;

/// The text of a pattern with an ordinary name in place of each metavariable.
#[derive(Debug)]
pub(super) struct Substituted {
    pub(super) text: String,
    pub(super) names: Vec<Metavariable>,
    /// The stand-ins, in the order of `names`.
    pub(super) idents: Vec<String>,
}

/// The kinds of stand-ins for metavariables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// Names.
    Names,
    /// Names, but statements where a statement stands.
    Statements,
    /// Names, but strings behind `from`, `import` and `#include`.
    Strings,
}

/// A part of a pattern's text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    Text(&'a str),
    /// The name without its dollars, whether it stands for many, and all of it as written.
    Metavariable(&'a str, bool, &'a str),
}

/// Parts the text of a pattern at its metavariables.
///
/// `$NAME` has capital letters, digits and `_`, and does not touch another word. In the shell, where `$HOME` is a
/// variable, a metavariable for one node is a single letter with digits; `$$$NAME` is one everywhere.
pub(super) fn pieces(text: &str, language: Language) -> Vec<Piece<'_>> {
    let bytes = text.as_bytes();
    let (mut pieces, mut from, mut at) = (Vec::new(), 0, 0);
    while at < bytes.len() {
        if bytes[at] != b'$' || at.checked_sub(1).is_some_and(|before| is_word(bytes[before])) {
            at += 1;
            continue;
        }
        let dollars = bytes[at..].iter().take_while(|byte| **byte == b'$').count();
        let name = at + dollars;
        let length = bytes[name..]
            .iter()
            .take_while(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || **byte == b'_')
            .count();
        let end = name + length;
        let digit = bytes.get(name).is_some_and(u8::is_ascii_digit);
        let touches = bytes.get(end).is_some_and(|byte| is_word(*byte));
        let letter = bytes.get(name).is_some_and(u8::is_ascii_uppercase)
            && bytes[name + 1..end].iter().all(u8::is_ascii_digit);
        let shell = language.id() == "shellscript";
        let one = dollars == 1 && length > 0 && (!shell || letter);
        let many = dollars == 3;
        if (one || many) && !digit && !touches {
            pieces.push(Piece::Text(&text[from..at]));
            pieces.push(Piece::Metavariable(&text[name..end], many, &text[at..end]));
            from = end;
        }
        at = end;
    }
    pieces.push(Piece::Text(&text[from..]));
    pieces.retain(|piece| *piece != Piece::Text(""));
    pieces
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$'
}

/// Replaces each metavariable by a stand-in that grammars accept there.
///
/// # Errors
///
/// When a name has two meanings.
pub(super) fn substitute(
    text: &str,
    language: Language,
    reading: Reading,
) -> Result<Substituted, PatternError> {
    let mut stem = "hsv".to_owned();
    while text.contains(&stem) {
        stem.push('q');
    }
    let mut done = Substituted { text: String::new(), names: Vec::new(), idents: Vec::new() };
    let pieces = pieces(text, language);
    for (index, piece) in pieces.iter().enumerate() {
        let &Piece::Metavariable(name, many, _) = piece else {
            if let Piece::Text(text) = piece {
                done.text.push_str(text);
            }
            continue;
        };
        let known = done.names.iter().position(|known| known.name == name && !known.is_anonymous());
        if known.is_some_and(|known| done.names[known].many != many) {
            return Err(PatternError::TwoMeanings { name: name.to_owned() });
        }
        let number = known.unwrap_or(done.names.len());
        if known.is_none() {
            done.names.push(Metavariable { name: name.to_owned(), many });
            done.idents.push(format!("{stem}{number}z"));
        }
        let after = pieces.get(index + 1);
        let ident = done.idents[number].clone();
        let alone = reading == Reading::Statements && stands_alone(&done.text, after, language);
        let imported = reading == Reading::Strings && is_imported(&done.text, after);
        done.text.push_str(&match (alone, imported) {
            (true, _) => statement_of(&ident, language),
            (_, true) => string_of(&ident),
            _ => ident,
        });
    }
    Ok(done)
}

/// Returns the statement that stands in for a metavariable; it has a name of its own, lest `$A()` be taken for one.
pub(super) fn statement_of(ident: &str, language: Language) -> String {
    match language.id() {
        "c" | "java" | "rust" => format!("{ident}s;"),
        "lua" => format!("{ident}s()"),
        _ => ident.to_owned(),
    }
}

/// Returns the string that stands in for a metavariable.
pub(super) fn string_of(ident: &str) -> String {
    format!("\"{ident}t\"")
}

/// Returns whether the next text is the name of a module or a file.
fn is_imported(before: &str, after: Option<&Piece<'_>>) -> bool {
    let ends = |word: &str| before.trim_end().ends_with(word);
    // Where more follows an `import`, a name is imported, not a file.
    ends("from") || ends("#include") || (ends("import") && after.is_none())
}

/// Returns whether the next text stands alone between statements.
fn stands_alone(before: &str, after: Option<&Piece<'_>>, language: Language) -> bool {
    let after = match after {
        Some(Piece::Text(text)) => text,
        Some(Piece::Metavariable(..)) => return false,
        None => "",
    };
    let mut open = Vec::new();
    for byte in before.bytes() {
        match byte {
            b'(' | b'[' | b'{' => open.push(byte),
            b')' | b']' | b'}' => drop(open.pop()),
            _ => {}
        }
    }
    let line_ends = after.trim_start_matches([' ', '\t']).is_empty()
        || after.trim_start_matches([' ', '\t']).starts_with(['\n', '\r']);
    let line_begins = before.trim_end_matches([' ', '\t']).is_empty()
        || before.trim_end_matches([' ', '\t']).ends_with('\n');
    let (head, tail) = (before.trim_end(), after.trim_start());
    if language.id() == "lua" {
        let opens = ["then", "do", "else", "repeat", ")"].iter().any(|word| head.ends_with(word));
        let closes = ["end", "else", "elseif", "until"].iter().any(|word| tail.starts_with(word));
        return open.last().is_none() && (opens || line_begins) && (closes || line_ends);
    }
    let begins = line_begins || head.ends_with(['{', '}', ';']);
    let ends = line_ends || tail.starts_with('}');
    open.last().is_none_or(|open| *open == b'{') && begins && ends
}
