//! Small questions about single lines of text, asked all over the pipeline.

use housestyle_text::Language;

/// Returns the text with `\r\n` and lone `\r` as `\n`: what a model sees and what suggestions hold.
pub fn unix(text: &str) -> String {
    if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text.to_owned() }
}

/// Returns the white space that a line begins with.
pub fn indent(line: &str) -> &str {
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

/// Returns how wide a line's indentation is. A tab goes on to the next multiple of 4: documents that mix tabs and
/// spaces are compared by how they look, others are not affected.
pub fn indent_width(line: &str) -> usize {
    indent(line).chars().fold(0, |width, c| if c == '\t' { width / 4 * 4 + 4 } else { width + 1 })
}

/// Returns whether a character belongs to a word or a name.
pub fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Returns the word that a text begins with; empty where it begins with none.
pub fn starting_word(text: &str) -> &str {
    &text[..text.find(|c| !is_word(c)).unwrap_or(text.len())]
}

/// Returns whether there is nothing visible.
pub fn is_blank(text: &str) -> bool {
    text.trim().is_empty()
}

/// Returns whether a character closes a bracket or a quotation.
pub fn is_closer(c: char) -> bool {
    matches!(c, ')' | ']' | '}' | '>' | '"' | '\'' | '`' | '”' | '’' | '»' | '」' | '』' | '）' | '】')
}

/// Returns whether a text holds only closers, `;`, `,`, `:` and white space, such as what editors insert by
/// themselves. The empty text does.
pub fn only_closers(text: &str) -> bool {
    text.chars().all(|c| is_closer(c) || matches!(c, ';' | ',' | ':') || c.is_whitespace())
}

/// Returns whether a line does nothing but close what began above it: `}`, `});`, `end`, `</div>`.
pub fn is_closing(line: &str, language: Language) -> bool {
    !is_blank(line) && after_closers(line, language).is_empty()
}

/// Returns whether a line that is still being written may become one that only closes.
pub fn may_close(line: &str, language: Language) -> bool {
    let rest = after_closers(line, language);
    rest.is_empty()
        || rest.starts_with("</")
        || language.closers().iter().any(|token| token.starts_with(rest))
}

/// Returns what of a line follows its leading closers.
fn after_closers(line: &str, language: Language) -> &str {
    let mut rest = line.trim();
    while let Some(after) = closing_token(rest, language) {
        rest = after.trim_start();
    }
    rest
}

/// Returns what follows one closing token.
fn closing_token(text: &str, language: Language) -> Option<&str> {
    if let Some(tag) = text.strip_prefix("</") {
        return tag.split_once('>').map(|(_, after)| after);
    }
    for token in language.closers() {
        let Some(after) = text.strip_prefix(token) else { continue };
        if !(token.ends_with(is_word) && after.starts_with(is_word)) {
            return Some(after);
        }
    }
    text.strip_prefix(['}', ')', ']', ';', ','])
}

/// Returns whether a line, as far as it goes, asks for a block: it ends with an opening bracket, a colon, or a word
/// such as `do`, `then`, `else`, `begin`.
pub fn is_opening(line: &str) -> bool {
    let line = line.trim_end();
    if line.ends_with(['{', '(', '[', ':']) {
        return true;
    }
    if line.ends_with("=>") || line.ends_with("->") {
        return true;
    }
    let word = line.rsplit(|c| !is_word(c)).next().unwrap_or("");
    matches!(word, "do" | "then" | "else" | "begin" | "try" | "finally" | "repeat")
}

/// Returns the text with every run of white space as one space, both ends trimmed.
pub fn squeeze(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns how many visible characters a text has; a wide one (such as a Chinese character) says as much as two.
pub fn visible(text: &str) -> usize {
    text.chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| if c >= '\u{2E80}' && c.is_alphanumeric() { 2 } else { 1 })
        .sum()
}

/// Returns at most `bytes` bytes of the text's beginning, whole characters only.
pub fn first_bytes(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn breaks_become_newlines() {
        assert_eq!(unix("a\r\nb\rc\n\r\n"), "a\nb\nc\n\n");
    }

    #[test]
    fn indentation_has_a_width() {
        let cases = [("", 0), ("  a", 2), ("\ta", 4), ("  \ta", 4), ("\t\t", 8), ("a b", 0)];
        for (line, width) in cases {
            assert_eq!(indent_width(line), width, "{line:?}");
        }
    }

    #[test]
    fn closing_lines() {
        let closing = |id, line| is_closing(line, Language::from_id(id));
        for line in ["}", "  });", "],", ") }", "))"] {
            assert!(closing("rust", line), "{line:?}");
        }
        for line in ["", "  ", "} else {", "x)", "end"] {
            assert!(!closing("rust", line), "{line:?}");
        }
        assert!(closing("lua", "end"));
        assert!(closing("lua", "end)"));
        assert!(!closing("lua", "endless"));
        assert!(closing("shellscript", "done"));
        assert!(closing("html", "</div>"));
    }

    #[test]
    fn lines_that_may_yet_close() {
        let may = |id, line| may_close(line, Language::from_id(id));
        for line in ["", "}", "  }", "})"] {
            assert!(may("rust", line), "{line:?}");
        }
        assert!(may("lua", "en") && may("html", "</di") && !may("lua", "endl") && !may("rust", "} el"));
    }

    #[test]
    fn opening_lines() {
        for line in ["fn f() {", "if x:", "for i in x; do", "if x then ", "else", "let f = (x) =>", "call("] {
            assert!(is_opening(line), "{line:?}");
        }
        for line in ["", "redo", "x = 1", "todo", "f();"] {
            assert!(!is_opening(line), "{line:?}");
        }
    }

    #[test]
    fn what_editors_insert() {
        assert!(only_closers("") && only_closers(" )\"});"));
        assert!(!only_closers("(") && !only_closers("x)"));
    }

    #[test]
    fn visible_characters() {
        assert_eq!((visible(" a b "), visible("是"), visible("。")), (2, 2, 1));
    }
}
