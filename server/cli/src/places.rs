//! Chooses holes in the files of a folder for `try`, by a fixed rule: the same folder gives the same holes.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use housestyle_complete::Settings;
use housestyle_text::{Language, Offset, Snapshot};
use housestyle_workspace::tree_file::{self, Links};

/// The rule, for people.
pub(crate) const RULE: &str = "\
The language with most text here; of its files, by size, those at a quarter, half and three quarters; in each the \
line nearest to the middle that goes on after `=`, `return` or `(` (in prose: after half of its words). The rest of \
that line is hidden from the model.";

/// Files outside of these bounds, in bytes, show little or take long.
const SIZES: std::ops::Range<u64> = 400..200_000;
/// Most files that are listed: a home folder must not be read through.
const MOST_FILES: usize = 20_000;
/// Languages that hold data, not what a person wrote by hand.
const DATA: [&str; 9] = ["json", "jsonc", "yaml", "toml", "xml", "html", "css", "csv", "ini"];
/// Folders that hold what others wrote.
const FOREIGN: [&str; 7] = ["target", "node_modules", "vendor", "build", "dist", "third_party", "venv"];
/// Characters that the hidden text has.
const HIDDEN: std::ops::RangeInclusive<usize> = 6..=60;

/// A hole in a real file.
#[derive(Debug, Clone)]
pub(crate) struct Hole {
    /// The file, relative to the folder, with `/`.
    pub(crate) path: String,
    /// Line, from 1.
    pub(crate) line: usize,
    /// Column in characters, from 1.
    pub(crate) column: usize,
    /// The text left of the hole on its line.
    pub(crate) left: String,
    /// The text that was cut out of the hole.
    pub(crate) hidden: String,
    /// The document without it.
    pub(crate) snapshot: Snapshot,
    /// Where the hole is.
    pub(crate) cursor: Offset,
}

/// Returns up to `count` holes in files below `folder`; none in a file that the settings disable.
pub(crate) fn choose(folder: &Path, settings: &Settings, count: usize) -> Vec<Hole> {
    let mut languages: BTreeMap<&'static str, Vec<(u64, String)>> = BTreeMap::new();
    for path in files(folder) {
        let language = Language::from_path(&path);
        let size = fs::symlink_metadata(folder.join(&path)).map_or(0, |about| about.len());
        if language == Language::PLAIN || !SIZES.contains(&size) || settings.disabled_by(&path).is_some() {
            continue;
        }
        languages.entry(language.id()).or_default().push((size, path));
    }
    let rank = |id: &str| usize::from(Language::from_id(id).is_prose()) + 2 * usize::from(DATA.contains(&id));
    let total = |files: &[(u64, String)]| files.iter().map(|(size, _)| size).sum::<u64>();
    let best = languages.into_iter().min_by_key(|(id, files)| (rank(id), std::cmp::Reverse(total(files))));
    let Some((_, mut files)) = best else { return Vec::new() };
    files.sort();
    let mut holes: Vec<Hole> = Vec::new();
    for nth in 1..=count {
        let wanted = (files.len() * nth / (count + 1)).min(files.len().saturating_sub(1));
        // Where a file has no such line, or was taken, the next larger one is asked.
        let after = files[wanted..].iter().chain(&files[..wanted]);
        let hole = after
            .filter(|(_, path)| holes.iter().all(|hole| hole.path != *path))
            .find_map(|(_, path)| hole_in_file(folder, path));
        holes.extend(hole);
    }
    holes
}

fn hole_in_file(folder: &Path, path: &str) -> Option<Hole> {
    let text = tree_file::read(&folder.join(path), SIZES.end, Links::Refused).ok()?;
    let text = String::from_utf8(text).ok()?;
    let language = Language::from_path(path);
    let mut starts = Vec::new();
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        starts.push((offset, line.trim_end_matches(['\n', '\r'])));
        offset += line.len();
    }
    let middle = starts.len() / 2;
    let mut order: Vec<usize> = (5.min(starts.len())..starts.len()).collect();
    order.sort_by_key(|line| line.abs_diff(middle));
    let (line, cut) = order.into_iter().find_map(|line| Some((line, cut_of(starts[line].1, language)?)))?;
    let (start, content) = starts[line];
    let (left, hidden) = content.split_at(cut);
    let hole = start + cut;
    let rest = format!("{}{}", &text[..hole], &text[start + content.len()..]);
    Some(Hole {
        path: path.to_owned(),
        line: line + 1,
        column: left.chars().count() + 1,
        left: left.to_owned(),
        hidden: hidden.to_owned(),
        snapshot: Snapshot::new(&rest, 0, language).with_path(path),
        cursor: Offset(hole),
    })
}

/// Returns where a line is cut, in bytes, if it is one of those that the rule means.
fn cut_of(line: &str, language: Language) -> Option<usize> {
    let trimmed = line.trim_start();
    let cut = if language.is_prose() {
        let words: Vec<usize> = line.match_indices(' ').map(|(at, _)| at + 1).collect();
        (words.len() >= 8).then(|| words[words.len() / 2])?
    } else {
        let comment = language.line_comment().is_some_and(|mark| trimmed.starts_with(mark));
        if comment || trimmed.starts_with(['*', '#', '/', '@']) {
            return None;
        }
        ["= ", "return ", "("].iter().find_map(|opening| line.find(opening).map(|at| at + opening.len()))?
    };
    HIDDEN.contains(&line[cut..].trim_end().chars().count()).then_some(cut)
}

/// Returns the files of a folder, sorted, with `/`: those that git knows, else all but hidden ones.
fn files(folder: &Path) -> Vec<String> {
    let git =
        Command::new("git").arg("-C").arg(folder).args(["ls-files", "-z"]).stdin(Stdio::null()).output();
    let mut files: Vec<String> = match git {
        Ok(output) if output.status.success() && !output.stdout.is_empty() => {
            let names =
                output.stdout.split(|byte| *byte == 0).filter_map(|name| std::str::from_utf8(name).ok());
            names.filter(|name| !name.is_empty()).map(str::to_owned).collect()
        }
        _ => {
            let mut found = Vec::new();
            walk(folder, "", &mut found);
            found
        }
    };
    files.retain(|path| !path.split('/').any(|part| FOREIGN.contains(&part)));
    files.sort();
    files.truncate(MOST_FILES);
    files
}

fn walk(folder: &Path, prefix: &str, found: &mut Vec<String>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut entries: Vec<fs::DirEntry> = entries.filter_map(Result::ok).collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let Ok(name) = entry.file_name().into_string() else { continue };
        if name.starts_with('.') || found.len() >= MOST_FILES {
            continue;
        }
        match entry.file_type() {
            Ok(kind) if kind.is_dir() && !FOREIGN.contains(&name.as_str()) => {
                walk(&entry.path(), &format!("{prefix}{name}/"), found);
            }
            Ok(kind) if kind.is_file() => found.push(format!("{prefix}{name}")),
            _ => {} // links are not followed: they may lead in circles
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, line: &str, expect: Option<&str>) {
        let language = Language::from_path(path);
        let shown = cut_of(line, language).map(|cut| format!("{}‸{}", &line[..cut], &line[cut..]));
        assert_eq!(shown.as_deref(), expect);
    }

    #[test]
    fn lines_are_cut_where_something_begins() {
        check("a.rs", "    let total = sum(&values);", Some("    let total = ‸sum(&values);"));
        check("a.rs", "    // not = in a comment", None);
        check("a.py", "    return first + second", Some("    return ‸first + second"));
        check("a.py", "x = 1", None);
        check(
            "a.md",
            "One two three four five six seven eight nine.",
            Some("One two three four five ‸six seven eight nine."),
        );
        check("a.md", "Too short.", None);
    }

    #[test]
    fn the_same_folder_gives_the_same_holes() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("target")).expect("a folder");
        for name in ["b.rs", "a.rs", "c.rs", "target/made.rs", "id_rsa", "data.json"] {
            let body = "// filler\n".repeat(60 + name.len());
            fs::write(folder.path().join(name), format!("{body}let {} = compute(1, 2);\n{body}", &name[..1]))
                .expect("a file");
        }
        let holes = choose(folder.path(), &Settings::default(), 3);
        let seen: Vec<&str> = holes.iter().map(|hole| hole.path.as_str()).collect();
        assert_eq!(seen, ["a.rs", "b.rs", "c.rs"]);
        let hole = &holes[0];
        assert_eq!(
            (hole.line, hole.column, hole.left.as_str(), hole.hidden.as_str()),
            (65, 9, "let a = ", "compute(1, 2);")
        );
        assert!(!hole.snapshot.to_text().contains("compute"));
        assert!(choose(&folder.path().join("nothing"), &Settings::default(), 3).is_empty());
    }
}
