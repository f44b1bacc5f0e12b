//! Where a sentence ends; also a list item, a table cell, a comment.
//!
//! Nothing here goes beyond the line. A full stop ends a sentence when white space (or closing quotes and then white
//! space) follows, unless it belongs to an abbreviation, an initial, or a list number, or the next word begins in
//! lower case. Chinese and Japanese stops need no space.

use housestyle_text::syntax::Scope;

use super::{Cut, Ended};
use crate::cursor_context::CursorContext;

/// Abbreviations whose stop does not end a sentence, in lower case and without their last stop.
const ABBREVIATIONS: &[&str] = &[
    "e.g", "i.e", "cf", "vs", "viz", "resp", "approx", "ca", "esp", "incl", "excl", "dr", "mr", "mrs", "ms",
    "prof", "st", "jr", "sr", "no", "nr", "fig", "figs", "eq", "eqs", "sec", "ch", "p", "pp", "vol", "ed",
    "eds", "al", "op", "z.b", "d.h", "u.a", "bzw", "vgl", "usw", "sog", "abb", "bspw", "p. ex", "mme", "sra",
    "a.k.a", "w.r.t",
];

/// Returns where the sentence ends, if that can be said already.
pub(super) fn end(cursor: &CursorContext, text: &str, more: bool) -> Option<Cut> {
    let newline = text.find('\n').map(|end| (end, Ended::Line));
    let line = &text[..newline.map_or(text.len(), |(end, _)| end)];
    let more = more && newline.is_none();
    let found = [cell(cursor, line, more), comment(cursor, line), stop(cursor, line, more), newline];
    found.into_iter().flatten().min_by_key(|(end, _)| *end)
}

/// In a row of a table, the cell ends before the next bar; the last one takes its bar along.
fn cell(cursor: &CursorContext, line: &str, more: bool) -> Option<Cut> {
    if cursor.scope != Scope::Prose || !cursor.head.trim_start().starts_with('|') {
        return None;
    }
    let bar = line.find('|')?;
    match line[bar + 1..].trim() {
        "" if more => None,
        "" => Some((bar + 1, Ended::Cell)),
        _ => Some((line[..bar].trim_end().len(), Ended::Cell)),
    }
}

/// Returns the cut behind the marker that closes a comment or docstring.
fn comment(cursor: &CursorContext, line: &str) -> Option<Cut> {
    let closers: &[&str] = match cursor.scope {
        Scope::Docstring => &["\"\"\"", "'''", "*/"],
        Scope::Comment => &["*/", "-->", "]]"],
        _ => return None,
    };
    let opened = |closer: &&&str| match cursor.language.block_comment() {
        Some((_, close)) if close == **closer => true,
        _ => closer.starts_with(['"', '\'']),
    };
    let ends = closers.iter().filter(opened).filter_map(|closer| Some(line.find(closer)? + closer.len()));
    ends.min().map(|end| (end, Ended::Comment))
}

/// The first stop that ends a sentence.
fn stop(cursor: &CursorContext, line: &str, more: bool) -> Option<Cut> {
    for (at, c) in line.char_indices() {
        let wide = matches!(c, '。' | '！' | '？' | '｡');
        if !wide && !matches!(c, '.' | '!' | '?' | '…') {
            continue;
        }
        let after = &line[at + c.len_utf8()..];
        // `?!` and `...` end once, at the last of them.
        if after.starts_with(['.', '!', '?', '…', '。', '！', '？']) {
            continue;
        }
        let rest =
            after.trim_start_matches(['"', '\'', ')', ']', '*', '_', '`', '”', '’', '»', '」', '』', '）']);
        let end = line.len() - rest.len();
        if rest.is_empty() {
            // What comes next decides, and the line's end decides by itself.
            if more { return None } else { continue }
        }
        if wide {
            return Some((end, Ended::Sentence));
        }
        let next = rest.trim_start();
        if next.is_empty() && more {
            return None;
        }
        if rest.starts_with(char::is_whitespace)
            && !next.starts_with(char::is_lowercase)
            && !(c == '.' && inner(cursor, &line[..at]))
        {
            return Some((end, Ended::Sentence));
        }
    }
    None
}

/// Returns whether a full stop after this text belongs to the word before it.
fn inner(cursor: &CursorContext, text: &str) -> bool {
    let before = format!("{}{text}", cursor.head);
    let word = before
        .rsplit(|c: char| c.is_whitespace() || matches!(c, '(' | '[' | '"' | '“' | '„'))
        .next()
        .unwrap_or("");
    let lower = word.to_lowercase();
    let mut letters = word.chars();
    let initial = matches!((letters.next(), letters.next()), (Some(c), None) if c.is_uppercase() && c != 'I');
    let number = !word.is_empty() && word.chars().all(|c| c.is_ascii_digit());
    // `1.` begins a list item; `in 1984.` ends a sentence.
    let item = number && before.trim_start().len() == word.len();
    initial || item || ABBREVIATIONS.contains(&lower.as_str())
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use crate::stop::Ended;

    #[track_caller]
    fn prose(fixture: &str, model: &str, expect: &str) {
        let ended = if expect == model { Ended::Model } else { Ended::Sentence };
        check("a.md", fixture, model, expect, ended);
    }

    #[test]
    fn sentences() {
        prose("The fox ‸", "jumps. The dog sleeps.", "jumps.");
        prose("The fox ‸", "jumps? The dog sleeps.", "jumps?");
        prose("The fox ‸", "jumps… The dog sleeps.", "jumps…");
        prose("The fox ‸", "jumps?! The dog", "jumps?!");
        prose("He said “The fox ‸", "jumps.” The dog", "jumps.”");
        prose("The fox ‸", "jumps", "jumps");
        prose("The fox ‸", "jumps.", "jumps.");
    }

    #[test]
    fn stops_that_end_nothing() {
        prose("Use it ‸", "e.g. Rust. Then stop.", "e.g. Rust.");
        prose("Pi is ‸", "3.14 or so. Then", "3.14 or so.");
        prose("See ‸", "Dr. Who in main.rs now. Then", "Dr. Who in main.rs now.");
        prose("By ‸", "J. R. Hartley. Then", "J. R. Hartley.");
        prose("Well ‸", "... maybe not. Then", "... maybe not.");
        prose("‸", "1. First thing. Then", "1. First thing.");
        prose("It was in ‸", "1984. Then", "1984.");
        prose("Das gilt ‸", "z.B. Hunden. Dann", "z.B. Hunden.");
        prose("Use it, e.g‸", ". Rust. Then", ". Rust.");
    }

    #[test]
    fn wide_stops_need_no_space() {
        prose("这是‸", "一个句子。这是另一个。", "一个句子。");
        prose("彼は‸", "「はい。」と言った。次", "「はい。」");
    }

    #[test]
    fn lines_items_and_cells() {
        check("a.md", "- One ‸", "thing\n- Another", "thing", Ended::Line);
        check("a.md", "| a | ‸", "thing | other |\n", "thing", Ended::Cell);
        check("a.md", "| a | ‸", "thing |\n| b | other |", "thing |", Ended::Cell);
        check("a.md", "| a | ‸", "thing |", "thing |", Ended::Cell);
        check("COMMIT_EDITMSG", "Fix e.g. ‸", "this. And that\n\nBecause", "this. And that", Ended::Line);
        check("a.rst", "A ‸", "thing\n=====", "thing", Ended::Line);
    }

    #[test]
    fn comments_do_not_run_into_code() {
        check("a.rs", "// Adds ‸\nfn add() {}", "two numbers\nfn sub() {}", "two numbers", Ended::Line);
        check("a.rs", "/// Adds ‸\nfn add() {}", "two. Panics never.", "two.", Ended::Sentence);
        check("a.c", "/* Adds ‸", "two */ int add", "two */", Ended::Comment);
    }
}
