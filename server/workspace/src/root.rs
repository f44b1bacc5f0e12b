//! The workspace: the folder whose rules and history count.

use std::path::{Component, Path, PathBuf};

/// Returns the git root that holds `start`, or `start` itself outside of any repository.
///
/// A root is where `.git` stands: a folder in a clone, a file in a linked work tree or submodule.
pub fn root_of(start: &Path) -> PathBuf {
    start.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(start).to_path_buf()
}

/// Returns an absolute path without `.` and `..`, by its text alone, so that it can be compared. Nothing is above the
/// root.
pub fn normalized(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(normal.pop()),
            part => normal.push(part),
        }
    }
    normal
}

/// Returns an absolute path without links, `.` and `..`, as far as it exists: two ways to one file give one path.
pub fn real(path: &Path) -> PathBuf {
    let path = normalized(path);
    for known in path.ancestors() {
        if let (Ok(real), Ok(rest)) = (known.canonicalize(), path.strip_prefix(known)) {
            return without_prefix(real).components().chain(rest.components()).collect();
        }
    }
    path
}

/// Returns a real path of Windows as people write it: other programs do not know `\\?\C:\`.
fn without_prefix(path: PathBuf) -> PathBuf {
    let drive =
        path.to_str().and_then(|text| text.strip_prefix(r"\\?\")).filter(|rest| rest.get(1..2) == Some(":"));
    drive.map(PathBuf::from).unwrap_or(path)
}

/// Returns `file` relative to `workspace` with `/` between its parts, or its file name when it lies outside.
pub fn relative(workspace: &Path, file: &Path) -> String {
    let file = normalized(file);
    match file.strip_prefix(normalized(workspace)) {
        Ok(inside) => {
            inside.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
        }
        Err(_) => file.file_name().unwrap_or_default().to_string_lossy().into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_git_folder_or_file_is_the_root() {
        let folder = tempfile::tempdir().expect("a folder");
        let deep = folder.path().join("a/b/c");
        std::fs::create_dir_all(&deep).expect("folders");
        std::fs::create_dir(folder.path().join(".git")).expect("a clone");
        assert_eq!(root_of(&deep), folder.path());
        std::fs::write(folder.path().join("a/b/.git"), "gitdir: elsewhere").expect("a work tree");
        assert_eq!(root_of(&deep), folder.path().join("a/b"));
    }

    #[test]
    fn a_path_is_normalized_by_its_text() {
        let check = |path: &str, expected: &str| assert_eq!(normalized(Path::new(path)), Path::new(expected));
        check("/w/./a/../b.rs", "/w/b.rs");
        check("/w/../../b.rs", "/b.rs");
        check("/..", "/");
    }

    #[test]
    fn a_real_path_may_end_in_names_that_do_not_exist() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = real(folder.path());
        assert_eq!(real(&folder.path().join("./new/../other/a.rs")), root.join("other/a.rs"));
        assert_eq!(without_prefix(r"\\?\C:\w".into()), Path::new(r"C:\w"));
        for other in [r"\\?\UNC\host\share", "/w"] {
            assert_eq!(without_prefix(other.into()), Path::new(other));
        }
    }

    #[test]
    fn a_path_inside_is_relative_with_slashes_and_one_outside_is_its_name() {
        let workspace = Path::new("repo");
        assert_eq!(relative(workspace, &workspace.join("src").join("a.rs")), "src/a.rs");
        assert_eq!(relative(workspace, Path::new("elsewhere/b.rs")), "b.rs");
        assert_eq!(relative(workspace, Path::new("repo/../x/b.rs")), "b.rs");
    }
}
