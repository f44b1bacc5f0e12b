//! Exclusions of changes: what a comparison of a commit's hunks with each other shows.

use std::collections::{HashMap, HashSet};

use super::{Exclusion, ExclusionCounts};
use crate::edit::{FileChange, Hunk};

/// Files in which the same change makes it a mass change.
pub const MANY_FILES: usize = 20;
/// Fewest added lines of a hunk that counts as moved: shorter ones are alike by chance.
const MOVED_LINES: usize = 3;
/// Share of a hunk's lines that stood elsewhere, above which it is moved.
const MOVED_SHARE: f64 = 0.8;

/// Removes from a commit's files the hunks that are no writing: layout, moved lines, mass changes. A commit that is a
/// reformat as a whole loses all its hunks. Returns the counts of the removed hunks by reason; a reformat counts once.
pub fn exclude_changes(files: &mut [FileChange]) -> ExclusionCounts {
    let mut counts = ExclusionCounts::default();
    if is_reformat(files) {
        counts.add(Exclusion::Reformat);
        files.iter_mut().for_each(|file| file.hunks.clear());
        return counts;
    }
    let repeated = repeated(files);
    let removed = removed_lines(files);
    for file in files {
        let hunks = std::mem::take(&mut file.hunks);
        file.hunks = hunks
            .into_iter()
            .filter(|hunk| {
                let reason = if is_layout(file, hunk) {
                    Some(Exclusion::Layout)
                } else if signature(file, hunk).is_some_and(|signature| repeated.contains(&signature)) {
                    Some(Exclusion::Repeated)
                } else {
                    is_moved(file, hunk, &removed).then_some(Exclusion::Moved)
                };
                reason.inspect(|reason| counts.add(*reason)).is_none()
            })
            .collect();
    }
    counts
}

/// Returns a text without all that a formatter may change: white space, the kind of quotation marks, commas and
/// semicolons at ends, brackets around expressions.
fn bones(text: &str) -> impl Iterator<Item = char> {
    text.chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, ',' | ';' | '(' | ')' | '\\'))
        .map(|c| if c == '\'' { '"' } else { c })
}

fn is_layout(file: &FileChange, hunk: &Hunk) -> bool {
    let (removed, added) = (file.removed(hunk), file.added(hunk));
    if removed.trim().is_empty() || added.trim().is_empty() {
        // Blank lines alone are layout; text that came or went is not.
        return removed.trim().is_empty() && added.trim().is_empty();
    }
    bones(removed).eq(bones(added))
}

/// Returns whether many files change, and most hunks of the commit change layout only.
fn is_reformat(files: &[FileChange]) -> bool {
    let touched = files.iter().filter(|file| !file.hunks.is_empty()).count();
    if touched < MANY_FILES {
        return false;
    }
    let all: usize = files.iter().map(|file| file.hunks.len()).sum();
    let layout = |file: &FileChange| file.hunks.iter().filter(|hunk| is_layout(file, hunk)).count();
    files.iter().map(layout).sum::<usize>() * 2 > all
}

/// Returns which words of a hunk became which; nothing where text only came or went.
fn signature(file: &FileChange, hunk: &Hunk) -> Option<(String, String)> {
    let before: Vec<&str> = file.removed(hunk).split_whitespace().collect();
    let after: Vec<&str> = file.added(hunk).split_whitespace().collect();
    if after.is_empty() {
        return None;
    }
    let start = before.iter().zip(&after).take_while(|(a, b)| a == b).count();
    let rest = before.len().min(after.len()) - start;
    let end = before.iter().rev().zip(after.iter().rev()).take(rest).take_while(|(a, b)| a == b).count();
    Some((before[start..before.len() - end].join(" "), after[start..after.len() - end].join(" ")))
}

/// Returns the changes that stand in very many files.
fn repeated(files: &[FileChange]) -> HashSet<(String, String)> {
    if files.len() < MANY_FILES {
        return HashSet::new();
    }
    let mut files_of: HashMap<(String, String), usize> = HashMap::new();
    for file in files {
        let here: HashSet<_> = file.hunks.iter().filter_map(|hunk| signature(file, hunk)).collect();
        for signature in here {
            *files_of.entry(signature).or_default() += 1;
        }
    }
    files_of.into_iter().filter(|(_, count)| *count >= MANY_FILES).map(|(signature, _)| signature).collect()
}

/// Returns the lines worth comparing, without their indentation.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| line.len() > 3)
}

fn removed_lines(files: &[FileChange]) -> HashSet<String> {
    let removed = |file: &FileChange| -> Vec<String> {
        file.hunks.iter().flat_map(|hunk| lines(file.removed(hunk)).map(str::to_owned)).collect()
    };
    files.iter().flat_map(removed).collect()
}

fn is_moved(file: &FileChange, hunk: &Hunk, removed: &HashSet<String>) -> bool {
    let own: HashSet<&str> = lines(file.removed(hunk)).collect();
    let added: Vec<&str> = lines(file.added(hunk)).collect();
    // What a hunk itself replaces is an edit in place.
    let elsewhere = added.iter().filter(|line| !own.contains(*line) && removed.contains(**line)).count();
    added.len() >= MOVED_LINES && elsewhere as f64 >= MOVED_SHARE * added.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns a file in which one text became another, as a single hunk.
    fn file(path: &str, old: &str, new: &str) -> FileChange {
        FileChange {
            path: path.to_owned(),
            origin: None,
            blob: Some(String::new()),
            old: old.to_owned(),
            new: new.to_owned(),
            hunks: vec![Hunk { old: 0..old.len(), new: 0..new.len() }],
        }
    }

    #[track_caller]
    fn check(mut files: Vec<FileChange>, left: usize, reasons: &[(Exclusion, usize)]) {
        let counts = exclude_changes(&mut files);
        assert_eq!(counts.iter().collect::<Vec<_>>(), reasons);
        assert_eq!(files.iter().map(|file| file.hunks.len()).sum::<usize>(), left);
    }

    #[test]
    fn layout_is_no_writing() {
        check(
            vec![file("a.py", "x = ['a','b']\n", "x = [\n    \"a\",\n    \"b\",\n]\n")],
            0,
            &[(Exclusion::Layout, 1)],
        );
        check(vec![file("a.py", "", "\n\n")], 0, &[(Exclusion::Layout, 1)]);
        check(vec![file("a.py", "x = a\n", "x = b\n")], 1, &[]);
        check(vec![file("a.py", "", "x = b\n")], 1, &[]);
        check(vec![file("a.py", "x = b\n", "")], 1, &[]);
    }

    #[test]
    fn what_moved_was_written_before() {
        let body = "fn one() {\n    let value = compute();\n    store(value);\n    report();\n}\n";
        let indented = body.replace('\n', "\n    ");
        check(vec![file("a.rs", body, ""), file("b.rs", "", &indented)], 1, &[(Exclusion::Moved, 1)]);
        let other = "fn two() {\n    let other = fetch();\n    store(value);\n    publish(other);\n}\n";
        check(vec![file("a.rs", body, ""), file("b.rs", "", other)], 2, &[]);
        check(vec![file("a.rs", body, &body.replace("report", "tell"))], 1, &[]);
    }

    #[test]
    fn a_mass_change_is_one_change() {
        let many = |old: &str, new: &str| -> Vec<FileChange> {
            (0..25)
                .map(|n| file(&format!("{n}.rs"), &format!("{old} // {n}\n"), &format!("{new} // {n}\n")))
                .collect()
        };
        check(many("use a::old", "use a::new"), 0, &[(Exclusion::Repeated, 25)]);
        check(many("x=1", "x = 1"), 0, &[(Exclusion::Reformat, 1)]);
        let mut files = many("use a::old", "use a::new");
        files.truncate(MANY_FILES - 1);
        check(files, MANY_FILES - 1, &[]);
    }
}
