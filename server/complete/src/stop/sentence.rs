//! Where a sentence ends; also a list item, a table cell, a comment.
//!
//! Nothing here goes beyond the line. A full stop ends a sentence when white space (or closing quotes and then white
//! space) follows, unless it belongs to an abbreviation, an initial, or a list number, or the next word begins in
//! lower case. The stops in [`STOPS`] need no space.

use housestyle_text::syntax::Scope;

use super::{Cut, Ended};
use crate::cursor_context::CursorContext;

/// Stops that end a sentence whatever follows: Chinese and Japanese ones, dandas, and those of other scripts.
const STOPS: &[char] = &['。', '！', '？', '｡', '।', '॥', '؟', '۔', '։', '።', '။', '។'];
/// Abbreviations whose stop does not end a sentence, in lower case and without their last stop. Their parts may stand apart,
/// as in `z. B.`
const ABBREVIATIONS: &[&str] = &[
    "e.g", "i.e", "cf", "vs", "viz", "resp", "approx", "ca", "esp", "incl", "excl", "dr", "mr", "mrs", "ms",
    "prof", "st", "jr", "sr", "no", "nr", "fig", "figs", "eq", "eqs", "sec", "ch", "p", "pp", "vol", "ed",
    "eds", "al", "op", "bzw", "vgl", "usw", "sog", "abb", "bspw", "mme", "sra", "a.k.a", "w.r.t", "z.b",
    "d.h", "u.a", "i.d.r", "z.t", "z.z", "z.zt", "u.u", "u.ä", "o.ä", "o.g", "s.o", "s.u", "m.e", "i.a",
    "e.v", "v.chr", "n.chr", "i.s.d", "i.s.v", "i.v.m", "a.a.o", "d.w.z", "o.a", "m.a.w", "m.b.t", "t.o.v",
    "i.p.v", "n.a.v", "f.eks", "t.ex", "bl.a", "d.v.s", "s.k", "p.ex", "p.ej", "p.es", "c.à.d", "av.j.-c",
    "apr.j.-c", "ee.uu", "a.c", "d.c", "m.in", "t.j", "т.е", "т.к", "н.э",
];
/// The most parts of an abbreviation.
const PARTS: usize = 3;
/// More characters than the later parts of any abbreviation have, with the space between them.
const LONGEST: usize = 16;

/// Returns where the sentence ends, if that can be said already.
pub(super) fn end(cursor: &CursorContext, text: &str, more: bool) -> Option<Cut> {
    let newline = text.find('\n').map(|end| (end, Ended::Line));
    let line = &text[..newline.map_or(text.len(), |(end, _)| end)];
    let more = more && newline.is_none();
    let found = [cell(cursor, line, more), comment(cursor, line), stop(&cursor.head, line, more), newline];
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

/// Returns what of a line belongs to the sentence that is under way at its end.
pub(crate) fn under_way(line: &str) -> &str {
    // The space decides about a stop at the very end.
    let spaced = format!("{line} ");
    let mut start = 0;
    while let Some((end, _)) = stop(&spaced[..start], &spaced[start..], false) {
        start += end;
    }
    line.get(start..).unwrap_or_default()
}

/// The first stop that ends a sentence in a line that goes on after `head`.
fn stop(head: &str, line: &str, more: bool) -> Option<Cut> {
    for (at, c) in line.char_indices() {
        let needs_space = matches!(c, '.' | '!' | '?' | '…');
        if !needs_space && !STOPS.contains(&c) {
            continue;
        }
        let after = &line[at + c.len_utf8()..];
        // `?!` and `...` end once, at the last of them.
        if after.starts_with(['.', '!', '?', '…']) || after.starts_with(STOPS) {
            continue;
        }
        let rest =
            after.trim_start_matches(['"', '\'', ')', ']', '*', '_', '`', '”', '’', '»', '」', '』', '）']);
        let end = line.len() - rest.len();
        if rest.is_empty() {
            // What comes next decides, and the line's end decides by itself.
            if more { return None } else { continue }
        }
        if !needs_space {
            return Some((end, Ended::Sentence));
        }
        let next = rest.trim_start();
        if next.is_empty() && more {
            return None;
        }
        if !rest.starts_with(char::is_whitespace) || next.starts_with(char::is_lowercase) {
            continue;
        }
        let before = format!("{head}{}", &line[..at]);
        match if c == '.' { inner(&before, next) } else { Some(false) } {
            Some(false) => return Some((end, Ended::Sentence)),
            Some(true) => {}
            None if more => return None,
            None => {}
        }
    }
    None
}

/// Returns whether a full stop between two texts belongs to the word before it; `None` if that depends on how the second text
/// goes on.
fn inner(before: &str, next: &str) -> Option<bool> {
    let opens = |c: char| matches!(c, '(' | '[' | '"' | '“' | '„');
    let word = before.rsplit(|c: char| c.is_whitespace() || opens(c)).next().unwrap_or("");
    let mut letters = word.chars();
    let initial = matches!((letters.next(), letters.next()), (Some(c), None) if c.is_uppercase() && c != 'I');
    let number = !word.is_empty() && word.chars().all(|c| c.is_ascii_digit());
    // `1.` begins a list item; `in 1984.` ends a sentence.
    let item = number && before.trim_start().len() == word.len();
    if initial || item { Some(true) } else { abbreviates(before, next) }
}

/// Returns whether the last words before a full stop are an abbreviation, or with the first words behind this stop; `None` if
/// these are too short to tell.
fn abbreviates(before: &str, next: &str) -> Option<bool> {
    let next: String = next.chars().take(LONGEST).filter(|c| !c.is_whitespace()).collect();
    let (next, mut joined, mut may_be) = (next.to_lowercase(), String::new(), false);
    for (index, word) in before.split_whitespace().rev().enumerate().take(PARTS) {
        if index > 0 && !word.ends_with('.') {
            break;
        }
        let word = word.trim_start_matches(['(', '[', '"', '“', '„']).to_lowercase();
        joined.insert_str(0, &word);
        if joined.is_empty() {
            break;
        }
        for abbreviation in ABBREVIATIONS {
            let Some(left) = abbreviation.strip_prefix(joined.as_str()) else { continue };
            if left.is_empty() {
                return Some(true);
            }
            let Some(left) = left.strip_prefix('.') else { continue };
            let left = format!("{left}.");
            if next.starts_with(&left) {
                return Some(true);
            }
            may_be |= left.starts_with(&next);
        }
    }
    if may_be { None } else { Some(false) }
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
        for abbreviation in
            ["z. B.", "d. h.", "i. d. R.", "u. a.", "z. T.", "p. ex.", "t. ex.", "EE. UU.", "т. е."]
        {
            let text = format!("{abbreviation} Hunden. Dann");
            prose("Das gilt ‸", &text, &format!("{abbreviation} Hunden."));
        }
        prose("Das war ‸", "(z. B. 5 v. Chr. Rom). Dann", "(z. B. 5 v. Chr. Rom).");
        prose("Das gilt z. ‸", "B. Hunden. Dann", "B. Hunden.");
        prose("Das gilt z. B‸", ". Hunden. Dann", ". Hunden.");
        prose("The value of ‸", "z. Then we", "z.");
        prose("The value of ‸", "x. Bob is", "x.");
        prose("Use it, e.g‸", ". Rust. Then", ". Rust.");
    }

    #[test]
    fn wide_stops_need_no_space() {
        prose("这是‸", "一个句子。这是另一个。", "一个句子。");
        prose("彼は‸", "「はい。」と言った。次", "「はい。」");
    }

    #[test]
    fn stops_of_other_scripts() {
        prose("यह ‸", "एक वाक्य है। दूसरा", "एक वाक्य है।");
        prose("यह ‸", "एक वाक्य है।दूसरा", "एक वाक्य है।");
        prose("यह ‸", "श्लोक है॥ दूसरा", "श्लोक है॥");
        prose("یہ ‸", "جملہ ہے۔ دوسرا", "جملہ ہے۔");
        prose("هل ‸", "هذا؟ نعم", "هذا؟");
    }

    #[test]
    fn the_sentence_under_way() {
        let check = |line, expected| assert_eq!(super::under_way(line), expected, "{line:?}");
        check("The fox. The dog", " The dog");
        check("The fox.", "");
        check("The fox. ", " ");
        check("The fox? Yes! And", " And");
        check("Das gilt z. B. für", "Das gilt z. B. für");
        check("Pi is 3.14 and", "Pi is 3.14 and");
        check("एक वाक्य है। दूसरा", " दूसरा");
        check("一个句子。另一", "另一");
        check("", "");
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
