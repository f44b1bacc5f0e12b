//! The files of a work tree that git does not ignore, by git's own word.

use std::path::Path;

use crate::ask::{AskError, MOST_LIST_BYTES, ask_for_list};

/// The files of a work tree as relative paths with `/`. A path that is no UTF-8 is left out.
#[derive(Debug)]
pub struct ListedFiles {
    /// Those that git tracks; they need not exist, and some may be links, or folders of submodules.
    pub tracked: Vec<String>,
    /// Those that git neither tracks nor ignores, or why git does not tell.
    pub others: Result<Vec<String>, AskError>,
}

/// Asks git for the files of the work tree at `root` that it tracks, and for those that it does not ignore. Of a list
/// that is too long the first part counts.
///
/// # Errors
/// When git is not here, or does not tell what it tracks.
pub fn listed_files(root: &Path) -> Result<ListedFiles, AskError> {
    let tracked = list(root, &["ls-files", "--cached", "-z"])?;
    // This needs a look at all folders, and so more time.
    let others = list(root, &["ls-files", "--others", "--exclude-standard", "-z"]);
    Ok(ListedFiles { tracked, others })
}

fn list(root: &Path, arguments: &[&str]) -> Result<Vec<String>, AskError> {
    let answer = ask_for_list(root, arguments)?;
    let is_cut = answer.output.len() as u64 == MOST_LIST_BYTES;
    if answer.code != Some(0) && !is_cut {
        return Err(answer.refused("ls-files"));
    }
    // Each path ends with a NUL, so what is behind the last one is cut.
    let mut paths: Vec<&[u8]> = answer.output.split(|byte| *byte == 0).collect();
    paths.pop();
    Ok(paths.into_iter().filter_map(|path| Some(str::from_utf8(path).ok()?.to_owned())).collect())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::process::Command;

    use super::*;

    #[test]
    fn tracked_files_and_those_that_are_not_ignored_are_listed() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path();
        assert!(matches!(listed_files(root), Err(AskError::Refused { .. })), "no repository");
        let git = |arguments: &[&str]| {
            let run = Command::new("git").args(arguments).current_dir(root).output().expect("git runs");
            assert!(run.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&run.stderr));
        };
        git(&["init", "--quiet"]);
        fs::create_dir(root.join("src")).expect("made");
        for path in ["kept.log", "a.log", "src/grün ⏎.rs", "new.rs"] {
            fs::write(root.join(path), "").expect("written");
        }
        fs::write(root.join(".gitignore"), "*.log\n").expect("written");
        git(&["add", "--force", "kept.log", "src", ".gitignore"]);
        fs::remove_file(root.join("kept.log")).expect("removed");
        let listed = listed_files(root).expect("listed");
        assert_eq!(listed.tracked, [".gitignore", "kept.log", "src/grün ⏎.rs"]);
        assert_eq!(listed.others.expect("listed"), ["new.rs"]);
    }
}
