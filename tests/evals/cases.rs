//! All cases of the folder `cases`.

use std::fs;
use std::path::{Path, PathBuf};

use super::format::{EvalCase, duplicate_name, parse, to_jsonl};

/// A file of cases: its name without the ending, and its content.
pub(crate) struct Group {
    /// A language, or a kind of text.
    pub(crate) name: String,
    /// Its cases.
    pub(crate) cases: Vec<EvalCase>,
}

/// Reads every file, in the order of names.
///
/// # Errors
/// Names the file, the line, and what to do; also when two cases share a name.
pub(crate) fn read() -> Result<Vec<Group>, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("evals/cases");
    let failed = |path: &Path, why: &dyn std::fmt::Display| format!("{}: {why}", path.display());
    let entries = fs::read_dir(&folder).and_then(|entries| {
        entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<PathBuf>, _>>()
    });
    let mut files = entries.map_err(|error| failed(&folder, &error))?;
    files.sort();
    let mut groups = Vec::new();
    for file in files.iter().filter(|file| file.extension().is_some_and(|ending| ending == "md")) {
        let text = fs::read_to_string(file).map_err(|error| failed(file, &error))?;
        let cases = parse(&text).map_err(|error| failed(file, &error))?;
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        groups.push(Group { name, cases });
    }
    let all: Vec<EvalCase> = groups.iter().flat_map(|group| group.cases.clone()).collect();
    match duplicate_name(&all) {
        Some(name) => Err(failed(&folder, &format!("two cases are named `{name}`; rename one"))),
        None => Ok(groups),
    }
}

/// Returns all cases as JSON Lines.
pub(crate) fn jsonl(groups: &[Group]) -> String {
    groups.iter().map(|group| to_jsonl(&group.cases)).collect()
}
