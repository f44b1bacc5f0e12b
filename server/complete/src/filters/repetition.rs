//! Cuts what the model repeats: characters at the end of a line, lines, blocks of lines.
//!
//! Small models fall into loops. A line that ends in a loop of characters goes, with all that follows. Of a line that
//! stands three times in a row, and of a block that stands twice, the first round stays. A line that repeats the one above
//! the cursor goes, too, if it stands twice in a row; three times if it holds only values, as the rows of a table do.

use super::{Context, Verdict};
use crate::lines::{is_blank, is_closing, is_word, squeeze};
use crate::reason::Reason;

/// Longest unit looked for within a line, in characters.
const LONGEST: usize = 80;
/// How often a line must stand in a row to count as a loop.
const LINES: usize = 3;
/// Words that are values, as numbers are.
const VALUES: &[&str] =
    &["null", "NULL", "nil", "None", "true", "false", "True", "False", "nullptr", "undefined"];

pub(super) fn judge(context: &Context<'_>, text: &str) -> Verdict {
    let lines: Vec<&str> = text.split('\n').collect();
    let looping = lines.iter().position(|line| ends_in_loop(line));
    let rounds = first_round(context, &lines);
    match (looping, rounds) {
        (None, None) => Verdict::Keep,
        (a, b) => {
            let keep = a.unwrap_or(usize::MAX).min(b.unwrap_or(usize::MAX));
            Verdict::left(&lines[..keep].join("\n"), Reason::Repetition)
        }
    }
}

/// Returns whether a line ends in a loop: 3 to 9 characters six times, 10 or more four times, 1 or 2 over at least
/// 24 characters unless they draw a rule (`-----`) .
fn ends_in_loop(line: &str) -> bool {
    let chars: Vec<char> = line.trim_end().chars().rev().take(LONGEST * 6).collect();
    (1..=LONGEST.min(chars.len() / 2)).any(|unit| {
        let times = 1 + (unit..chars.len()).take_while(|at| chars[*at] == chars[at - unit]).count() / unit;
        match unit {
            1 | 2 => unit * times >= 24 && chars[..unit].iter().any(|c| c.is_alphanumeric()),
            3..=9 => times >= 6 && chars[..unit].iter().any(|c| c.is_alphanumeric()),
            _ => times >= 4,
        }
    })
}

/// Returns how many lines there are before a second round begins: of one line that stands three times in a row, or
/// of a block of lines that stands twice in a row.
fn first_round(context: &Context<'_>, lines: &[&str]) -> Option<usize> {
    let says_something = |lines: &[&str]| {
        let count =
            lines.iter().filter(|line| !is_blank(line) && !is_closing(line, context.cursor.language)).count();
        count >= if lines.len() == 1 { 1 } else { 2 }
    };
    let loops = |start: usize, size: usize, times: usize| {
        let unit = &lines[start..start + size];
        lines
            .get(start..start + size * times)
            .is_some_and(|rounds| says_something(unit) && rounds.chunks(size).all(|round| alike(round, unit)))
    };
    let first = lines.iter().position(|line| !is_blank(line))?;
    let times = if has_word(lines[first]) { LINES - 1 } else { LINES };
    if is_above(context, lines[first]) && loops(first, 1, times) {
        return Some(0);
    }
    for start in 0..lines.len() {
        for size in 1..=(lines.len() - start) / 2 {
            if loops(start, size, if size == 1 { LINES } else { 2 }) {
                return Some(start + size);
            }
        }
    }
    None
}

/// Returns whether a line of the text stands above the cursor's line, which is blank.
fn is_above(context: &Context<'_>, line: &str) -> bool {
    let cursor = context.cursor;
    cursor.is_line_start() && cursor.line_above().is_some_and(|above| squeeze(above) == squeeze(line))
}

/// Returns whether a line holds a word or a name, rather than values alone.
fn has_word(line: &str) -> bool {
    let is_name = |word: &str| word.starts_with(|c: char| !c.is_ascii_digit()) && !VALUES.contains(&word);
    line.split(|c| !is_word(c)).any(is_name)
}

fn alike(a: &[&str], b: &[&str]) -> bool {
    a.iter().zip(b).all(|(a, b)| a.trim() == b.trim())
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::judge;

    #[test]
    fn loops_within_a_line() {
        check(judge, "a.rs", "let x = ‸", &"a+b".repeat(8), "✗repetition");
        check(judge, "a.md", "It was ‸", &"and then it was ".repeat(5), "✗repetition");
        check(judge, "a.rs", "fn f() {‸", &format!("\n    a();\n    {}", "x.y".repeat(9)), "\n    a();");
        check(judge, "a.rs", "let x = ‸", &"0".repeat(40), "✗repetition");
    }

    #[test]
    fn rules_and_tables_are_no_loops() {
        for text in [
            "--------------------------------",
            "|---|---|---|---|---|---|---|---|",
            "0x00, 0x00, 0x00, 0x00",
            "[[[[]]]]",
        ] {
            check(judge, "a.md", "‸", text, text);
        }
    }

    #[test]
    fn lines() {
        check(judge, "a.py", "‸", "a = 1\na = 1\na = 1\na = 1", "a = 1");
        check(judge, "a.py", "‸", "a = 1\na = 1\nb = 2", "a = 1\na = 1\nb = 2");
        check(judge, "a.rs", "fn f() {‸", "\n    }\n    }\n    }", "\n    }\n    }\n    }");
    }

    #[test]
    fn the_line_above_is_a_round() {
        check(judge, "a.py", "a = 1\n‸", "a = 1\na = 1", "✗repetition");
        check(judge, "a.py", "a = 1\n‸", "a = 1\na = 1\nb = 2", "✗repetition");
        check(judge, "a.py", "    a = 1\n    ‸", "\na = 1\na = 1", "✗repetition");
        check(judge, "a.py", "a = 1\n‸", "a = 1\nb = 2", "a = 1\nb = 2");
    }

    #[test]
    fn a_row_of_values_above_is_no_round() {
        for (row, text) in [("0,", "0,\n0,\n1,"), ("0x00, 0xff,", "0x00, 0xff,\n0x00, 0xff,")] {
            check(judge, "a.py", &format!("{row}\n‸"), text, text);
        }
        for value in super::VALUES {
            let row = format!("{value}, 0,");
            check(
                judge,
                "a.js",
                &format!("{row}\n‸"),
                &format!("{row}\n{row}\n1,"),
                &format!("{row}\n{row}\n1,"),
            );
            check(judge, "a.js", &format!("{row}\n‸"), &format!("{row}\n{row}\n{row}"), "✗repetition");
            check(judge, "a.js", &format!("x{row}\n‸"), &format!("x{row}\nx{row}"), "✗repetition");
        }
        check(judge, "a.py", "0,\n‸", "0,\n0,\n0,", "✗repetition");
    }

    #[test]
    fn blocks() {
        check(judge, "a.py", "‸", "a = 1\nb = 2\na = 1\nb = 2", "a = 1\nb = 2");
        check(judge, "a.py", "‸", "z\na = 1\nb = 2\n\na = 1\nb = 2\n\nc", "z\na = 1\nb = 2\n");
        check(judge, "a.rs", "‸", "if a {\n}\nif b {\n}", "if a {\n}\nif b {\n}");
    }
}
