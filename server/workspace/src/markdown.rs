//! Text from outside within Markdown of ours, as a forge shows it: the text can neither leave its place on the page nor
//! call for people by name.

use std::fmt::Write;

use housestyle_skills::is_hidden;

/// Returns a text as a block that nothing in it can end.
pub fn fenced(language: &str, text: &str) -> String {
    let fence = "`".repeat(longest_run(text).max(2) + 1);
    format!("{fence}{language}\n{}\n{fence}\n", visible(text))
}

/// Returns a text as code within a line.
pub fn code(text: &str) -> String {
    let fence = "`".repeat(longest_run(text) + 1);
    let text = visible(text).replace('\n', " ");
    let space = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// Marks of Markdown, each of which a backslash makes text.
const MARKS: &str = "\\`*_[]<>&|!~$^";
/// Invisible, and no part of a name or an address.
const WORD_JOINER: char = '\u{2060}';

/// Returns a text from outside as words within a line of ours: no mark of Markdown, no HTML, no table's border, no
/// address that becomes a link, nobody called by name.
pub fn safe(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let text = visible(text);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if MARKS.contains(c) {
            out.push('\\');
        }
        out.push(if c == '\n' { ' ' } else { c });
        // Forges look for these in the text that is shown, where a backslash is gone.
        let refers = match c {
            '@' | '#' | '!' | '&' | '~' | '%' | '$' => chars.peek().is_some_and(|next| !next.is_whitespace()),
            ':' => chars.peek() == Some(&'/'),
            '.' => out.len() >= 4 && out.as_bytes()[out.len() - 4..].eq_ignore_ascii_case(b"www."),
            _ => false,
        };
        if refers {
            out.push(WORD_JOINER);
        }
    }
    out
}

/// Returns a text in which what would be hidden is seen.
fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_hidden(c) || (c.is_control() && !matches!(c, '\n' | '\t')) {
            let _ = write!(out, "<U+{:04X}>", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Pieces that mean something on a page.
    const DANGEROUS: &[&str] = &[
        "\\",
        "`",
        "``",
        "&",
        "&lt;",
        "<",
        "<img src=x>",
        "[",
        "](//x)",
        "!",
        "![",
        "@team",
        "@",
        "#1",
        "#",
        "|",
        "\n",
        "https",
        "://",
        "http://x.example",
        "www",
        ".",
        "WWW.x.example",
        "a@b.example",
        "~~~",
        "```",
        "*",
        "_",
        "x",
        " ",
        "-->",
        "\r",
        "\u{200b}",
    ];

    fn dangerous() -> impl Strategy<Value = String> {
        let pieces = proptest::collection::vec(proptest::sample::select(DANGEROUS), 0..30);
        pieces.prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn words_from_outside_stay_words(text in dangerous()) {
            let line = safe(&text);
            let mut escaped = false;
            let mut before = ' ';
            for c in line.chars() {
                prop_assert!(escaped || c == '\\' || !MARKS.contains(c), "{c} is a mark in {line:?}");
                prop_assert!(!(matches!(before, '@' | '#') && c.is_alphanumeric()), "{line:?}");
                escaped = !escaped && c == '\\';
                before = c;
            }
            let shown = line.to_lowercase();
            prop_assert!(!escaped && !shown.contains("://") && !shown.contains('\n'), "{line:?}");
            let mut hosts = shown.match_indices("www.");
            prop_assert!(hosts.all(|(at, _)| shown[at + 4..].starts_with(WORD_JOINER)), "{line:?}");
        }

        #[test]
        fn code_ends_where_it_should(text in dangerous()) {
            let span = code(&text);
            let fence = span.len() - span.trim_start_matches('`').len();
            if !text.is_empty() {
                let inside = &span[fence..span.len() - fence];
                prop_assert!(fence > longest_run(inside) && !inside.contains('\n'), "{span:?}");
                prop_assert!(!inside.starts_with('`') && !inside.ends_with('`'), "{span:?}");
            }
            let block = fenced("text", &text);
            let fence = block.len() - block.trim_start_matches('`').len();
            prop_assert!(fence >= 3 && fence > longest_run(&text), "{block:?}");
        }
    }
}
