//! A note: one sentence that somebody wants in prompts, where it holds, and until when.

use housestyle_text::{Language, glob, secrets};
use serde::{Deserialize, Serialize};

/// Most characters of a note: it is read again with each prompt.
pub const MOST_CHARACTERS: usize = 300;

/// Where a note holds; everywhere unless it says otherwise.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    /// Files, as a glob like those of the setting `disabled`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Identifier of a language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
}

/// A note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// An identifier by which people delete it.
    pub id: String,
    /// The sentence: one line.
    pub text: String,
    /// Where it holds.
    #[serde(default)]
    pub scope: Scope,
    /// Who wrote it.
    pub author: String,
    /// When it was written, in seconds since 1970.
    pub created: u64,
    /// From when on it does not hold any more, in seconds since 1970; never where that is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<u64>,
}

/// A text that is no note.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// It has no text.
    #[error("a note needs a text")]
    Empty,
    /// It is too long to be read with each prompt.
    #[error(
        "the note has {found} characters, {MOST_CHARACTERS} at most: say it shorter, or in several notes"
    )]
    TooLong {
        /// Characters that it has.
        found: usize,
    },
    /// A secret stands in it.
    #[error("the note looks as if a secret were in it ({rule}): leave that out")]
    Secret {
        /// The rule that found it.
        rule: &'static str,
    },
}

impl Note {
    /// Returns the text of a note: one line, single spaces, no control characters, no invisible characters that
    /// reverse text.
    ///
    /// # Errors
    /// When the text is then empty, is too long, or holds a secret.
    pub fn text(text: &str) -> Result<String, NoteError> {
        let plain: String =
            text.chars().filter(|c| !is_hidden(*c)).map(|c| if c.is_control() { ' ' } else { c }).collect();
        let line = plain.split_whitespace().collect::<Vec<_>>().join(" ");
        let found = line.chars().count();
        // Secrets may span the lines that were joined.
        let secret = [text, line.as_str()].into_iter().flat_map(secrets::find).next();
        match (found, secret) {
            (_, Some(finding)) => Err(NoteError::Secret { rule: finding.rule }),
            (0, _) => Err(NoteError::Empty),
            (1..=MOST_CHARACTERS, _) => Ok(line),
            _ => Err(NoteError::TooLong { found }),
        }
    }

    /// Returns whether the note holds at a time, in seconds since 1970.
    pub fn holds_at(&self, now: u64) -> bool {
        self.expires.is_none_or(|expires| now < expires)
    }

    /// Returns whether the note is about a document.
    pub fn is_about(&self, path: Option<&str>, language: Language) -> bool {
        let of_path =
            self.scope.path.as_deref().is_none_or(|glob| path.is_some_and(|p| glob::matches(glob, p)));
        let of_language = self.scope.language.as_deref().is_none_or(|id| Language::from_id(id) == language);
        of_path && of_language
    }

    /// Returns how narrow the scope is: where there is no room for all notes, the narrow ones are the better ones.
    pub(super) fn narrowness(&self) -> usize {
        2 * usize::from(self.scope.path.is_some()) + usize::from(self.scope.language.is_some())
    }
}

/// Returns whether a character is not seen and turns others around, or spells text that nobody sees.
fn is_hidden(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}' | '\u{FEFF}' | '\u{E0000}'..='\u{E007F}')
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Returns a note whose identifier is its text.
    pub(crate) fn note(text: &str, path: Option<&str>, language: Option<&str>) -> Note {
        let scope = Scope { path: path.map(str::to_owned), language: language.map(str::to_owned) };
        let (id, author) = (text.to_owned(), "Ann <ann@example.org>".to_owned());
        Note { id, text: text.to_owned(), scope, author, created: 0, expires: None }
    }

    #[test]
    fn a_note_is_one_clean_line() {
        let check = |text: &str, expect: Result<&str, NoteError>| {
            assert_eq!(Note::text(text), expect.map(str::to_owned), "{text:?}");
        };
        check("  We say sign-in,\r\n\tnot login. ", Ok("We say sign-in, not login."));
        check("a\u{0}b\u{1b}[31m\u{202E}c", Ok("a b [31mc"));
        check("<|fim_middle|> é🦀", Ok("<|fim_middle|> é🦀"));
        check(" \n\u{7}", Err(NoteError::Empty));
        check(&"x".repeat(MOST_CHARACTERS), Ok(&"x".repeat(MOST_CHARACTERS)));
        check(&"é".repeat(301), Err(NoteError::TooLong { found: 301 }));
    }

    #[test]
    fn a_secret_is_no_note() {
        let token = format!("the token is ghp_{}", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8");
        assert!(matches!(Note::text(&token), Err(NoteError::Secret { .. })), "{:?}", Note::text(&token));
    }

    #[test]
    fn scopes() {
        let check = |path: Option<&str>, language: Option<&str>, file: Option<&str>, expect: bool| {
            let of = file.map_or(Language::PLAIN, Language::from_path);
            assert_eq!(
                note("n", path, language).is_about(file, of),
                expect,
                "{path:?} {language:?} {file:?}"
            );
        };
        check(None, None, None, true);
        check(Some("docs/**"), None, Some("docs/a/b.md"), true);
        check(Some("docs/**"), None, Some("src/a.md"), false);
        check(Some("docs/**"), None, None, false);
        check(None, Some("rust"), Some("src/a.rs"), true);
        check(None, Some("rust"), Some("src/a.py"), false);
        check(Some("src/**"), Some("rust"), Some("src/a.py"), false);
        check(Some("src/**"), Some("RUST"), Some("src/a.rs"), true);
    }

    #[test]
    fn a_note_ends() {
        let ends = Note { expires: Some(10), ..note("n", None, None) };
        assert_eq!(
            [ends.holds_at(9), ends.holds_at(10), note("n", None, None).holds_at(u64::MAX)],
            [true, false, true]
        );
    }
}
