//! Cases from whole files: holes at places where people write, for text that has no history.

use std::ops::Range;

use housestyle_complete::eval::Case;
use housestyle_complete::lines::indent_width;

use crate::lines::{byte_in, is_writing, lines, starts_word};
use crate::random::Random;

/// Most bytes of a middle.
const BYTES: usize = 400;
/// Most lines of a block.
const LINES: usize = 8;
/// Tries for each case, since some places give none.
const TRIES: usize = 5;
/// Bytes of text on each side of a hole.
const AROUND: usize = 24 * 1024;

/// Where a hole begins.
#[derive(Clone, Copy)]
enum Start {
    Line,
    Indented,
    Word,
    Letter,
}

/// Where a hole ends.
#[derive(Clone, Copy)]
enum End {
    Line,
    Bracket,
    Block,
}

/// Returns at most `count` cases of a file, apart from each other and from the top. The same seed, path and text give
/// the same cases.
pub fn cases(path: &str, text: &str, time: f64, seed: u64, count: usize) -> Vec<Case> {
    let mut random = Random::at(seed, &[path, text]);
    let lines = lines(text, 0..text.len());
    let open: Vec<usize> = (0..lines.len()).filter(|n| is_writing(&text[lines[*n].clone()])).collect();
    let mut holes: Vec<Range<usize>> = Vec::new();
    for _ in 0..count * TRIES {
        if holes.len() == count || open.is_empty() {
            break;
        }
        let line = open[random.below(open.len())];
        let Some(hole) = hole(text, &lines, line, &mut random) else { continue };
        if holes.iter().all(|other| hole.end <= other.start || other.end <= hole.start) {
            holes.push(hole);
        }
    }
    holes.sort_by_key(|hole| hole.start);
    holes.into_iter().map(|hole| case(path, text, time, hole)).collect()
}

fn case(path: &str, text: &str, time: f64, hole: Range<usize>) -> Case {
    let from = text.floor_char_boundary(hole.start.saturating_sub(AROUND));
    let to = text.floor_char_boundary((hole.end + AROUND).min(text.len()));
    Case {
        path: path.to_owned(),
        prefix: text[from..hole.start].to_owned(),
        suffix: text[hole.end..to].to_owned(),
        middle: text[hole].to_owned(),
        time,
        ..Case::default()
    }
}

fn hole(text: &str, lines: &[Range<usize>], line: usize, random: &mut Random) -> Option<Range<usize>> {
    let content = lines[line].clone();
    let here = &text[content.clone()];
    let indent = here.len() - here.trim_start().len();
    let start =
        random.weighted(&[(Start::Line, 12), (Start::Indented, 38), (Start::Word, 38), (Start::Letter, 12)]);
    let cut = match start {
        Start::Line => 0,
        Start::Indented => indent,
        Start::Word => byte_in(here, indent, random, |at, c| starts_word(&here[..at], c))?,
        Start::Letter => byte_in(here, indent, random, |_, _| true)?,
    };
    let start = content.start + cut;
    let end = match random.weighted(&[(End::Line, 55), (End::Bracket, 20), (End::Block, 25)]) {
        End::Line => content.end,
        End::Bracket => start + closing(&text[start..content.end])?,
        End::Block => block_end(text, lines, line),
    };
    let end = start + text[start..end].trim_end().len();
    (end - start <= BYTES && is_writing(&text[start..end])).then_some(start..end)
}

/// Returns how far it is to the bracket that closes more than is opened, on the same line.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' if depth == 0 => return Some(at),
            ')' | ']' | '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// Returns where a line's block ends: before the next line that is blank or stands further left.
fn block_end(text: &str, lines: &[Range<usize>], first: usize) -> usize {
    let width = |n: usize| indent_width(&text[lines[n].clone()]);
    let goes_on = |n: &usize| !text[lines[*n].clone()].trim().is_empty() && width(*n) >= width(first);
    let last = (first + 1..lines.len().min(first + LINES)).take_while(goes_on).last().unwrap_or(first);
    lines[last].end
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn holes_are_where_people_write() {
        let text = "fn main() {\n    let x = call(one, two);\n    if x {\n        tell(x);\n    }\n}\n\nfn other() {}\n";
        let cases: Vec<Case> = (0..50).flat_map(|seed| cases("a.rs", text, 0.0, seed, 3)).collect();
        assert!(cases.len() > 60);
        let middles: Vec<&str> = cases.iter().map(|case| case.middle.as_str()).collect();
        assert!(middles.contains(&"one, two") && middles.contains(&"let x = call(one, two);"), "{middles:?}");
        assert!(middles.iter().any(|middle| middle.contains('\n')));
    }

    proptest! {
        #[test]
        fn the_pieces_are_the_text(text in "[a-z(){} é日\t\r\n]{0,400}", seed: u64) {
            for case in cases("a.py", &text, 1.0, seed, 4) {
                prop_assert_eq!(format!("{}{}{}", case.prefix, case.middle, case.suffix), text.as_str());
                prop_assert!(!case.middle.trim().is_empty());
            }
        }
    }
}
