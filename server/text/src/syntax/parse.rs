//! Parses a text with work that is bounded, whatever the text is.

use std::borrow::Cow;
use std::cell::Cell;
use std::ops::ControlFlow;

use tree_sitter::{ParseOptions, ParseState, Parser, Point, Tree};

use super::work;
use crate::Language;

/// The parser gets the text in pieces of this many bytes, so that the pieces count its reading.
const PIECE: usize = 4096;

/// Parses a text with the grammar of a language. Returns `None` where there is no grammar, and where the parser
/// exceeds a multiple of the work that ordinary code of the text's length takes.
///
/// Two counts stand in for a clock, which this crate does not have: how often the parser asks whether to go on (each
/// hundred operations; ordinary code makes it ask up to once in 110 bytes), and how often it fetches a piece of the
/// text (two or three times each; a lexer that runs to the end of the text again and again, as Lua's does on `[[[[`,
/// does little else). Text of brackets and quotes alone reaches these bounds within a few tenths of a second.
pub fn parse(language: Language, text: &str) -> Option<Tree> {
    let mut parser = Parser::new();
    parser.set_language(&language.grammar()?).ok()?;
    let shell = language.id() == "shellscript";
    let bytes = if shell { braces_masked(text) } else { Cow::Borrowed(text.as_bytes()) };
    let (mut steps, pieces) = (64 + text.len() / 64, Cell::new(64 + text.len() / 512));
    let mut read = |at: usize, _: Point| {
        work::count(1);
        let left = pieces.get().saturating_sub(1);
        pieces.set(left);
        let rest = if left == 0 { &[] } else { bytes.get(at..).unwrap_or_default() };
        &rest[..rest.len().min(PIECE)]
    };
    let mut progress = |_: &ParseState| {
        work::count(1);
        steps = steps.saturating_sub(1);
        if steps == 0 || pieces.get() == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let options = ParseOptions::new().progress_callback(&mut progress);
    let tree = parser.parse_with_options(&mut read, None, Some(options));
    // A text that was cut short may have been parsed to its new end before the parser asked again.
    tree.filter(|_| pieces.get() > 0)
}

/// Returns the bytes of a shell script with letters in place of some characters, of the same length.
///
/// The grammar's scanner calls C's `isdigit` on the character behind `{`, `{1`, `{1..` and `{1..2`. `isdigit` is only
/// defined for a byte: an emoji behind a brace made it read memory out of bounds. To the grammar one letter is as
/// good as another.
fn braces_masked(text: &str) -> Cow<'_, [u8]> {
    let mut bytes = Cow::Borrowed(text.as_bytes());
    let mut behind = false;
    for (at, c) in text.char_indices() {
        if behind && u32::from(c) > 0xff {
            let stand_in = match c.len_utf8() {
                2 => "é",
                3 => "éa",
                _ => "éé",
            };
            if let Some(place) = bytes.to_mut().get_mut(at..at + stand_in.len()) {
                place.copy_from_slice(stand_in.as_bytes());
            }
        }
        behind = c == '{' || (behind && (c == '.' || c.is_ascii_digit()));
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_character_behind_a_brace_stops_the_program() {
        let shell = Language::from_id("sh");
        for braces in ["{", "{1", "{1.", "{1..", "{1..2", "{ {", "${", "x{"] {
            for c in ['\u{1f600}', '\u{10fff0}', '\u{4e2d}', '\u{17f}', '\u{e9}'] {
                let text = format!("echo {braces}{c}{c}\n{braces}{c}\necho a\n");
                let tree = parse(shell, &text).unwrap();
                assert!(tree.root_node().end_byte() <= text.len(), "{text}");
            }
        }
        assert_eq!(braces_masked("a{1..\u{1f600}}").as_ref(), "a{1..éé}".as_bytes());
        assert!(matches!(braces_masked("{a,b} \u{1f600}"), Cow::Borrowed(_)));
    }

    #[test]
    fn work_is_bounded() {
        let lua = Language::from_id("lua");
        assert!(parse(lua, &"[".repeat(200_000)).is_none());
        assert!(parse(Language::PLAIN, "a").is_none());
        assert!(parse(lua, "local a = 1\n").is_some());
    }
}
