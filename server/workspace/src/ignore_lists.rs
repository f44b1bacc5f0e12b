//! Whether git's lists of ignored files may be asked about a path: matching a pattern with many `*` could take for ever,
//! and cannot be interrupted.

use std::path::{Path, PathBuf};

use crate::tree_file::{self, Links, ReadError};

/// Most bytes of a list.
const MOST_BYTES: u64 = 1 << 20;
/// Most steps of matching that the lists may need: about a second.
const MOST_STEPS: f64 = 1e8;

/// Why the lists are not asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ListsError {
    /// A list cannot be read.
    #[error("{}: {source}", list.display())]
    Unread {
        /// The list.
        list: PathBuf,
        /// The reason.
        source: ReadError,
    },
    /// The patterns could take long.
    #[error("the patterns of its .gitignore files could take more than a second to match: use fewer `*`")]
    TooSlow,
}

/// Checks that the lists of the repository at `root` can be matched in time against a path, relative with `/`.
///
/// # Errors
/// When a list cannot be read, or matching could take long.
pub(crate) fn check(root: &Path, path: &str) -> Result<(), ListsError> {
    let mut patterns = Vec::new();
    let folders = path.match_indices('/').map(|(at, _)| root.join(&path[..at]));
    for folder in std::iter::once(root.to_path_buf()).chain(folders) {
        add(folder.join(".gitignore"), Links::Refused, &mut patterns)?;
    }
    add(root.join(".git/info/exclude"), Links::Followed, &mut patterns)?;
    if steps(&patterns, path) > MOST_STEPS { Err(ListsError::TooSlow) } else { Ok(()) }
}

/// Adds the patterns of a list, if it is there.
fn add(list: PathBuf, links: Links, patterns: &mut Vec<Pattern>) -> Result<(), ListsError> {
    match tree_file::read(&list, MOST_BYTES, links) {
        Ok(content) => patterns.extend(content.split(|byte| *byte == b'\n').filter_map(Pattern::of)),
        // Where a file stands in the place of a folder there is no list either.
        Err(ReadError::System(_)) if !list.exists() => {}
        Err(source) => return Err(ListsError::Unread { list, source }),
    }
    Ok(())
}

/// The costs of a pattern.
#[derive(Debug)]
struct Pattern {
    /// Runs of `*`.
    stars: usize,
    /// Runs of two and more, each of which may be tried twice.
    double_stars: i32,
    /// The length of a pattern with `!`, which is compared with the patterns before it.
    negated: Option<usize>,
}

impl Pattern {
    fn of(line: &[u8]) -> Option<Pattern> {
        if matches!(line, [] | [b'#', ..]) {
            return None;
        }
        let runs = line.split(|byte| *byte != b'*').filter(|run| !run.is_empty());
        let (mut stars, mut double_stars) = (0, 0);
        for run in runs {
            stars += 1;
            double_stars += i32::from(run.len() > 1);
        }
        Some(Pattern { stars, double_stars, negated: (line[0] == b'!').then_some(line.len()) })
    }

    /// Returns how often matching may go on behind a star in a text: each run may end at each place after the run before.
    fn steps(&self, length: usize) -> f64 {
        let ways: f64 = (1..=self.stars).map(|run| (length + run) as f64 / run as f64).product();
        ways * 2_f64.powi(self.double_stars)
    }
}

/// Returns the steps that matching may need at most: git asks about the path and each folder on the way to it.
fn steps(patterns: &[Pattern], path: &str) -> f64 {
    let of_path = |pattern: &Pattern| -> f64 {
        let folders = path.match_indices('/').map(|(at, _)| at);
        folders.chain([path.len()]).map(|length| pattern.steps(length)).sum()
    };
    let negated: Vec<usize> = patterns.iter().filter_map(|pattern| pattern.negated).collect();
    let longest = negated.iter().copied().max().unwrap_or_default();
    let of_negated = |pattern: &Pattern| negated.len() as f64 * pattern.steps(longest);
    patterns.iter().map(|pattern| of_path(pattern) + of_negated(pattern)).sum()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const PATH: &str = "server/workspace/src/skills/ignore_lists.rs";

    #[track_caller]
    fn check_list(list: &str, allowed: bool) {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir_all(folder.path().join("server")).expect("made");
        fs::write(folder.path().join("server/.gitignore"), list).expect("written");
        let found = check(folder.path(), PATH);
        assert_eq!(found.is_ok(), allowed, "{}: {found:?}", list.lines().next().unwrap_or_default());
    }

    #[test]
    fn usual_lists_are_asked() {
        check_list("", true);
        check_list("# **********\n/target/\n*.log\n!kept.log\n**/node_modules/**\n**/*.generated.*\n", true);
        let large: String = (0..2000).map(|n| format!("/build-{n}/**/*.o\n!/build-{n}/kept.o\n")).collect();
        check_list(&large[..10_000], true);
    }

    #[test]
    fn lists_that_could_take_long_are_not() {
        check_list(&format!("{}x\n", "**/".repeat(40)), false);
        check_list(&format!("{}x\n", "*a".repeat(20)), false);
        check_list(&"**/*a*b*c\n".repeat(10_000), false);
        check_list(&format!("{}{}", "*.o\n".repeat(100_000), "!x\n".repeat(100_000)), false);
        check_list(&"x".repeat(MOST_BYTES as usize + 1), false);
    }

    #[cfg(unix)]
    #[test]
    fn a_list_that_is_a_link_is_not_asked() {
        let folder = tempfile::tempdir().expect("a folder");
        std::os::unix::fs::symlink("/dev/zero", folder.path().join(".gitignore")).expect("linked");
        assert!(matches!(check(folder.path(), PATH), Err(ListsError::Unread { .. })));
    }

    #[test]
    fn the_bound_holds_for_what_git_does() {
        let folder = tempfile::tempdir().expect("a folder");
        let made = std::process::Command::new("git").arg("init").arg(folder.path()).output();
        assert!(made.expect("git runs").status.success());
        let path = format!("{}b", "a/".repeat(40));
        for stars in 1.. {
            let list = format!("{}c\n", "**/a/".repeat(stars));
            fs::write(folder.path().join(".gitignore"), list).expect("written");
            if check(folder.path(), &path).is_err() {
                break;
            }
            assert!(!housestyle_review::is_ignored(folder.path(), Path::new(&path)).expect("asked"));
        }
    }
}
