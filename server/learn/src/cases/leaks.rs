//! The checker of leaks: whatever a case shows must have stood somewhere before the hole was filled.
//!
//! The caller reads what stood there by itself, from the repository, and not from the code that made the case.

use std::collections::{BTreeMap, HashSet};

use housestyle_complete::eval::Case;

/// What stood somewhere before a hole was filled.
#[derive(Debug, Clone, Default)]
pub struct Past {
    /// The id of the tree of the commit before.
    pub tree: String,
    /// The files of that tree, by path.
    pub files: BTreeMap<String, String>,
    /// The earlier hunks: those of ancestors, and those of the commit that come before the hole's hunk.
    pub hunks: Vec<PastHunk>,
    /// The lines that the hole's own hunk wrote above the hole.
    pub written: String,
}

/// A hunk that was written before the hole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastHunk {
    /// The file's path before the commit.
    pub path: String,
    /// The text that the hunk removed.
    pub removed: String,
    /// The text that the hunk added.
    pub added: String,
}

/// The part of a case in which a line leaked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The name of the tree.
    Tree,
    /// The text before the hole.
    Prefix,
    /// The text after the hole.
    Suffix,
    /// The lines that an edit removed.
    Removed,
    /// The lines that an edit added.
    Added,
    /// A retrieved text.
    Retrieved,
}

/// A line that stood nowhere in the past.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leak {
    /// The part of the case.
    pub part: Part,
    /// The line.
    pub line: String,
}

/// Returns the lines of a case that stood nowhere before its hole was filled; blank ones do not count.
pub fn leaks(case: &Case, past: &Past) -> Vec<Leak> {
    let mut found = Vec::new();
    if case.tree.as_deref() != Some(past.tree.as_str()) {
        found.push(Leak { part: Part::Tree, line: case.tree.clone().unwrap_or_default() });
    }
    let own = past.files.get(&case.path).map_or("", String::as_str);
    let before: HashSet<&str> = own.lines().collect();
    let mut above = before.clone();
    above.extend(past.of(&case.path).flat_map(|hunk| hunk.added.lines()).chain(past.written.lines()));
    // The cursor's line is under way: the team wrote what stands left of the hole, and what stands right of it was there.
    let (prefix, _) = case.prefix.rsplit_once('\n').unwrap_or_default();
    let (rest, suffix) = case.suffix.split_once('\n').unwrap_or((&case.suffix, ""));
    found.extend(missing(Part::Prefix, prefix, |line| above.contains(line)));
    found.extend(missing(Part::Suffix, rest, |rest| before.iter().any(|line| line.ends_with(rest))));
    found.extend(missing(Part::Suffix, suffix, |line| before.contains(line)));
    for edit in case.edits.iter().flatten() {
        let removed: HashSet<&str> = past.of(&edit.path).flat_map(|hunk| hunk.removed.lines()).collect();
        let added: HashSet<&str> = past.of(&edit.path).flat_map(|hunk| hunk.added.lines()).collect();
        found.extend(missing(Part::Removed, &edit.removed.join("\n"), |line| removed.contains(line)));
        found.extend(missing(Part::Added, &edit.added.join("\n"), |line| added.contains(line)));
    }
    found
}

/// Returns the lines of a text, retrieved for a case from a file, that do not stand in the file of the tree before, or in
/// the case's own prefix or suffix. The text's last line may be cut short.
pub fn retrieval_leaks(case: &Case, past: &Past, path: &str, text: &str) -> Vec<Leak> {
    let source = if path == case.path {
        // A line that the hole parts is none of the file.
        format!("{}\n{}", case.prefix, case.suffix)
    } else {
        past.files.get(path).cloned().unwrap_or_default()
    };
    let lines: HashSet<&str> = source.lines().collect();
    let last = text.lines().last().unwrap_or_default();
    let stood = |line: &str| {
        lines.contains(line) || (line == last && lines.iter().any(|whole| whole.starts_with(line)))
    };
    missing(Part::Retrieved, text, stood).collect()
}

impl Past {
    fn of(&self, path: &str) -> impl Iterator<Item = &PastHunk> {
        self.hunks.iter().filter(move |hunk| hunk.path == path)
    }
}

/// Returns the lines of a text, blank ones aside, for which `stood` is false.
fn missing(part: Part, text: &str, stood: impl Fn(&str) -> bool) -> impl Iterator<Item = Leak> {
    let lines = text.lines().filter(move |line| !line.trim().is_empty() && !stood(line));
    lines.map(move |line| Leak { part, line: line.to_owned() })
}

#[cfg(test)]
mod tests {
    use housestyle_complete::memory::RecentEdit;

    use super::*;

    fn hunk(path: &str, removed: &str, added: &str) -> PastHunk {
        let [path, removed, added] = [path, removed, added].map(str::to_owned);
        PastHunk { path, removed, added }
    }

    fn edit(path: &str, removed: &[&str], added: &[&str]) -> RecentEdit {
        let lines = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect();
        RecentEdit { path: path.to_owned(), removed: lines(removed), added: lines(added) }
    }

    fn past() -> Past {
        let files = [("a.rs", "fn a() {\n    end();\n}\n"), ("b.rs", "fn b() {}\n")];
        Past {
            tree: "before".to_owned(),
            files: files.map(|(path, text)| (path.to_owned(), text.to_owned())).into(),
            hunks: vec![hunk("z.rs", "old_name();\n", "new_name();\n"), hunk("a.rs", "", "//! Head.\n")],
            written: "    first();\n".to_owned(),
        }
    }

    fn case() -> Case {
        Case {
            path: "a.rs".to_owned(),
            prefix: "//! Head.\nfn a() {\n    first();\n    let second = ".to_owned(),
            suffix: "();\n}\n".to_owned(),
            middle: "called".to_owned(),
            tree: Some("before".to_owned()),
            edits: Some(vec![
                edit("z.rs", &["old_name();"], &["new_name();"]),
                edit("a.rs", &[], &["//! Head."]),
            ]),
            ..Case::default()
        }
    }

    #[track_caller]
    fn check(plant: impl FnOnce(&mut Case), expected: &[(Part, &str)]) {
        let mut case = case();
        plant(&mut case);
        let found = leaks(&case, &past());
        let found: Vec<(Part, &str)> = found.iter().map(|leak| (leak.part, leak.line.as_str())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_case_that_shows_the_past_alone_has_no_leak() {
        check(|_| {}, &[]);
        check(|case| case.suffix = "\n    end();\n\n}\n".to_owned(), &[]);
        check(|case| case.edits = Some(vec![]), &[]);
    }

    #[test]
    fn every_planted_leak_is_found() {
        // The commit's own tree.
        check(|case| case.tree = Some("after".to_owned()), &[(Part::Tree, "after")]);
        check(|case| case.tree = None, &[(Part::Tree, "")]);
        // The file after the edit: lines of a later hunk, or of the hole's own hunk below the hole.
        check(|case| case.suffix.push_str("later_hunk();\n"), &[(Part::Suffix, "later_hunk();")]);
        check(|case| case.suffix = "(now);\n}\n".to_owned(), &[(Part::Suffix, "(now);")]);
        check(|case| case.prefix.insert_str(0, "use later;\n"), &[(Part::Prefix, "use later;")]);
        // A later hunk, and a hunk that another branch wrote.
        let plant = |new: RecentEdit| {
            move |case: &mut Case| case.edits.iter_mut().for_each(|edits| edits.push(new.clone()))
        };
        check(
            plant(edit("a.rs", &["    end();"], &["    later();"])),
            &[(Part::Removed, "    end();"), (Part::Added, "    later();")],
        );
        check(plant(edit("side.rs", &[], &["sibling();"])), &[(Part::Added, "sibling();")]);
        // An edit under the name that the commit itself gave the file.
        check(
            plant(edit("renamed.rs", &["old_name();"], &["new_name();"])),
            &[(Part::Removed, "old_name();"), (Part::Added, "new_name();")],
        );
        // Both sides of an edit exchanged: that is the edit of a later commit that takes it back.
        check(
            plant(edit("z.rs", &["new_name();"], &["old_name();"])),
            &[(Part::Removed, "new_name();"), (Part::Added, "old_name();")],
        );
    }

    #[test]
    fn retrieved_lines_stand_in_the_tree_before_or_in_the_case() {
        let check = |path: &str, text: &str, expected: &[&str]| {
            let found = retrieval_leaks(&case(), &past(), path, text);
            assert_eq!(found.iter().map(|leak| leak.line.as_str()).collect::<Vec<_>>(), expected, "{path}");
        };
        check("b.rs", "fn b() {}\n", &[]);
        check("b.rs", "fn b", &[]);
        check("a.rs", "fn a() {\n    first();\n\n}\n", &[]);
        // The commit's own tree, the file after the edit, and a file under its new name.
        check("b.rs", "fn b() {}\nfn added() {}\n", &["fn added() {}"]);
        check("a.rs", "    let second = called();\n}\n", &["    let second = called();"]);
        check("renamed.rs", "fn b() {}\n", &["fn b() {}"]);
        check("b.rs", "fn\nfn b() {}\n", &["fn"]);
    }
}
