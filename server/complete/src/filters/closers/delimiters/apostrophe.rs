//! Whether an apostrophe in code begins a quotation. It may also belong to a name, a lifetime, a type variable or a
//! transposed matrix.

use super::quote_length;

/// Languages in which an apostrophe quotes one character at most, and has other meanings, too.
const CHARACTERS: &[&str] = &["fsharp", "haskell", "julia", "ocaml", "rust", "scala"];

/// Returns whether the apostrophe with which `rest` begins opens a quotation. `word` and `before` are the word and the
/// character left of it, `follows` is the text behind `rest`.
pub(super) fn opens(language: &str, word: &str, before: char, rest: &str, follows: &str) -> bool {
    // In a shell a quotation may be a part of a word.
    let may_join = || language == "shellscript" || is_prefix(language, word);
    if before.is_alphanumeric() && !may_join() {
        return false;
    }
    match language {
        "clojure" | "lisp" => false,
        _ if CHARACTERS.contains(&language) => {
            let mut after = rest[1..].chars().chain(follows.chars());
            match after.next() {
                Some('\\') => is_ended(rest, follows),
                _ => after.next() == Some('\''),
            }
        }
        _ => !matches!(before, '&' | '<') && is_ended(rest, follows),
    }
}

/// Returns whether a word is the prefix of a string or a character.
fn is_prefix(language: &str, word: &str) -> bool {
    let prefixes: &[&str] = match language {
        "python" | "bazel" => &["r", "b", "u", "f", "t", "br", "rb", "fr", "rf", "tr", "rt"],
        "dart" => &["r"],
        "rust" => &["b"],
        "c" | "cpp" | "objective-c" => &["l", "u", "u8"],
        "sql" => &["b", "e", "n", "x"],
        _ => &[],
    };
    prefixes.iter().any(|prefix| prefix.eq_ignore_ascii_case(word))
}

/// Returns whether another apostrophe ends the quotation that `rest` would begin.
pub(super) fn is_ended(rest: &str, follows: &str) -> bool {
    let ends = |text: &str| text.match_indices('\'').any(|(at, _)| !is_apostrophe(&text[at..]));
    quote_length(rest) > 1 || ends(&rest[1..]) || ends(follows)
}

/// Returns whether a text begins with an apostrophe before a letter, which ends no quotation.
pub(super) fn is_apostrophe(text: &str) -> bool {
    text.strip_prefix('\'').is_some_and(|after| after.starts_with(char::is_alphanumeric))
}
