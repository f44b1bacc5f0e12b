//! Where a hunk is given as a case: a hole at something that the edit added.
//!
//! A case shows only text that its author could see: the file before the commit, with the commit's earlier hunks. Lines
//! of the same hunk that come after the hole were not written yet, so they stand nowhere.

use std::ops::Range;

use crate::edit::{FileChange, Hunk};
use crate::lines::{byte_in, is_writing, lines, starts_word};
use crate::random::Random;

/// Tries for each hole, since some places give none.
const TRIES: usize = 6;

/// The sizes and numbers of holes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HoleOptions {
    /// Most holes in a hunk.
    pub per_hunk: usize,
    /// Most lines of a middle.
    pub lines: usize,
    /// Most bytes of a middle.
    pub bytes: usize,
}

/// A hole: its text, and the text that follows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hole {
    /// The middle, in the text after the commit. All before it is the case's prefix.
    pub(crate) middle: Range<usize>,
    /// The part of the text after the commit that follows at once: the rest of a line that was there before, or a
    /// line's end.
    pub(crate) tail: Range<usize>,
    /// From where on the text before the commit follows that.
    pub(crate) old: usize,
}

/// How a hole begins.
#[derive(Clone, Copy)]
enum Start {
    Line,
    Indented,
    Word,
    Letter,
}

/// How many lines a middle has.
#[derive(Clone, Copy)]
enum Length {
    One,
    Few,
    Rest,
}

/// Returns some holes in a hunk, from the top and apart from each other.
pub(crate) fn holes(file: &FileChange, hunk: &Hunk, options: &HoleOptions, random: &mut Random) -> Vec<Hole> {
    if let Some(hole) = within_a_line(file, hunk, options) {
        return vec![hole];
    }
    let lines = lines(&file.new, hunk.new.clone());
    let open: Vec<usize> = (0..lines.len()).filter(|n| is_writing(&file.new[lines[*n].clone()])).collect();
    let wanted = options.per_hunk.min(open.len().div_ceil(3));
    let mut found: Vec<Hole> = Vec::new();
    for _ in 0..wanted * TRIES {
        if found.len() == wanted {
            break;
        }
        let line = open[random.below(open.len())];
        let Some(hole) = at_line(file, hunk, &lines, line, options, random) else { continue };
        let apart =
            |other: &Hole| hole.middle.end <= other.middle.start || other.middle.end <= hole.middle.start;
        if found.iter().all(apart) {
            found.push(hole);
        }
    }
    found.sort_by_key(|hole| hole.middle.start);
    found
}

/// Returns the hole of a change inside of one line: the text that was put between two parts that stayed.
fn within_a_line(file: &FileChange, hunk: &Hunk, options: &HoleOptions) -> Option<Hole> {
    let (before, after) = (file.removed(hunk), file.added(hunk));
    if before.lines().count() != 1 || after.lines().count() != 1 {
        return None;
    }
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let same = |(a, b): &(char, char)| a == b;
    let mut start: usize =
        before.chars().zip(after.chars()).take_while(same).map(|(c, _)| c.len_utf8()).sum();
    let room = before.len().min(after.len()) - start;
    let mut end = 0;
    for (c, _) in before.chars().rev().zip(after.chars().rev()).take_while(same) {
        if end + c.len_utf8() > room {
            break;
        }
        end += c.len_utf8();
    }
    // Words are typed whole: a change that begins or ends inside of one takes all of it.
    let first = |text: &str| text.chars().next().is_some_and(is_word);
    let last = |text: &str| text.chars().next_back().filter(|c| is_word(*c));
    if first(&after[start..]) || first(&before[start..]) {
        while let Some(c) = last(&after[..start]) {
            start -= c.len_utf8();
        }
    }
    if last(&after[..after.len() - end]).is_some() || last(&before[..before.len() - end]).is_some() {
        while let Some(c) = after[after.len() - end..].chars().next().filter(|c| is_word(*c)) {
            end -= c.len_utf8();
        }
    }
    let added = &after[start..after.len() - end];
    // Where little of the line stayed, it was written anew.
    let stayed = after[..start].trim().len() + after[after.len() - end..].trim().len();
    if !is_writing(added)
        || added.len() > options.bytes
        || stayed * 2 < after.trim().len()
        || after[after.len() - end..].trim().is_empty()
    {
        return None;
    }
    let middle = hunk.new.start + start..hunk.new.end - end;
    Some(Hole { tail: middle.end..hunk.new.end, middle, old: hunk.old.end })
}

fn at_line(
    file: &FileChange,
    hunk: &Hunk,
    lines: &[Range<usize>],
    line: usize,
    options: &HoleOptions,
    random: &mut Random,
) -> Option<Hole> {
    let content = lines[line].clone();
    let text = &file.new[content.clone()];
    let indent = text.len() - text.trim_start().len();
    let start =
        random.weighted(&[(Start::Line, 15), (Start::Indented, 35), (Start::Word, 38), (Start::Letter, 12)]);
    let cut = match start {
        Start::Line => 0,
        Start::Indented => indent,
        Start::Word => {
            byte_in(text, indent, random, |at, c| starts_word(&text[..at], c) && is_writing(&text[at..]))?
        }
        Start::Letter => byte_in(text, indent, random, |at, _| is_writing(&text[at..]))?,
    };
    let length = random.weighted(&[(Length::One, 55), (Length::Few, 20), (Length::Rest, 25)]);
    let more = match length {
        Length::One => 0,
        Length::Few => 1 + random.below(options.lines.saturating_sub(1).max(1)),
        Length::Rest => lines.len() - line - 1,
    };
    let last = if more < options.lines { (line + more).min(lines.len() - 1) } else { line };
    let start = content.start + cut;
    let mut middle = start..lines[last].end;
    if middle.len() > options.bytes {
        middle = start..content.end;
    }
    let whole = middle.end;
    if middle.len() > options.bytes {
        middle.end = start + shortened(&file.new[middle.clone()], options.bytes);
    }
    // A blank line at the end says nothing.
    middle.end = start + file.new[middle.clone()].trim_end().len();
    let after = lines.iter().find(|line| line.end >= whole).map_or(whole, |line| line.end);
    let newline = newline_at(&file.new, after, hunk.new.end);
    is_writing(&file.new[middle.clone()]).then_some(Hole { middle, tail: newline, old: hunk.old.end })
}

/// Returns the line's end that stands at a place, before `end`.
fn newline_at(text: &str, at: usize, end: usize) -> Range<usize> {
    let rest = &text[at..end.max(at)];
    let length = if rest.starts_with("\r\n") { 2 } else { usize::from(rest.starts_with('\n')) };
    at..at + length
}

/// Returns how much of a long text is taken: up to a sentence's end, else up to a word's.
fn shortened(text: &str, bytes: usize) -> usize {
    let most = text.floor_char_boundary(bytes);
    let within = &text[..most];
    within.rfind(". ").map(|at| at + 1).or_else(|| within.rfind(' ')).filter(|at| *at > 0).unwrap_or(most)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const OPTIONS: HoleOptions = HoleOptions { per_hunk: 3, lines: 4, bytes: 200 };

    fn change(old: &str, new: &str, hunk: Hunk) -> FileChange {
        FileChange {
            path: "a.rs".to_owned(),
            origin: None,
            blob: Some("b".to_owned()),
            old: old.to_owned(),
            new: new.to_owned(),
            hunks: vec![hunk],
        }
    }

    /// Shows a hole as prefix‹middle›suffix.
    fn shown(file: &FileChange, hole: &Hole) -> String {
        let new = &file.new;
        format!(
            "{}‹{}›{}{}",
            &new[..hole.middle.start],
            &new[hole.middle.clone()],
            &new[hole.tail.clone()],
            &file.old[hole.old..]
        )
    }

    #[test]
    fn a_change_within_a_line_leaves_the_line_around_it() {
        let check = |old: &str, new: &str, expected: &str| {
            let file = change(old, new, Hunk { old: 0..old.len(), new: 0..new.len() });
            let holes = holes(&file, &file.hunks[0], &OPTIONS, &mut Random::at(1, &[]));
            assert_eq!(holes.iter().map(|hole| shown(&file, hole)).collect::<Vec<_>>(), [expected]);
        };
        check("call(first, last);\n", "call(first, second, last);\n", "call(first, ‹second, ›last);\n");
        check("let total = old_name;\n", "let total = old_kind;\n", "let total = ‹old_kind›;\n");
    }

    #[test]
    fn lines_that_come_later_in_the_hunk_stand_nowhere() {
        let old = "fn a() {\n}\n";
        let new = "fn a() {\n    first_line(1);\n    second_line(2);\n    third_line(3);\n}\n";
        let file = change(old, new, Hunk { old: 9..9, new: 9..new.len() - 2 });
        for seed in 0..200 {
            for hole in holes(&file, &file.hunks[0], &OPTIONS, &mut Random::at(seed, &[])) {
                let suffix = format!("{}{}", &new[hole.tail.clone()], &old[hole.old..]);
                assert_eq!(suffix, "\n}\n", "{}", shown(&file, &hole));
                assert!(hole.middle.start >= 9 && !new[hole.middle.clone()].ends_with('\n'));
            }
        }
    }

    proptest! {
        #[test]
        fn a_hole_is_inside_of_its_hunk_and_between_characters(
            before in "[a-z é\n]{0,40}", added in "[a-zA-Z (){};é日\r\n]{1,300}", after in "[a-z\n]{0,40}", seed: u64,
        ) {
            let old = format!("{before}{after}");
            let new = format!("{before}{added}{after}");
            let hunk = Hunk { old: before.len()..before.len(), new: before.len()..before.len() + added.len() };
            let file = change(&old, &new, hunk.clone());
            let holes = holes(&file, &hunk, &OPTIONS, &mut Random::at(seed, &[]));
            for hole in &holes {
                prop_assert!(hole.middle.start >= hunk.new.start && hole.tail.end <= hunk.new.end);
                prop_assert!(hole.middle.len() <= OPTIONS.bytes && hole.tail.len() <= 2);
                prop_assert!(new[hole.middle.clone()].trim_end().len() == hole.middle.len());
                prop_assert!(new.get(..hole.middle.start).is_some() && old.get(hole.old..).is_some());
            }
            prop_assert!(holes.windows(2).all(|two| two[0].middle.end <= two[1].middle.start));
        }
    }
}
