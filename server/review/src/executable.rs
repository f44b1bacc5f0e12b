//! Whether a file is a program, and where on the path a program is.

use std::env;
use std::path::{Path, PathBuf};

/// Returns the program `name` on the path; `None` where there is none. A folder of the path counts only if it is absolute
/// and outside of `work_tree`: a repository must not bring the programs that are asked about it.
pub(crate) fn on_path(name: &str, work_tree: &Path) -> Option<PathBuf> {
    let real = |folder: &Path| folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
    let work_tree = real(work_tree);
    let file = format!("{name}{}", env::consts::EXE_SUFFIX);
    env::split_paths(&env::var_os("PATH")?)
        .filter(|folder| folder.is_absolute() && !real(folder).starts_with(&work_tree))
        .map(|folder| folder.join(&file))
        .find(|program| is_executable(program))
}

/// Returns whether a file can be run.
#[cfg(unix)]
pub(crate) fn is_executable(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    let about = std::fs::metadata(file);
    about.is_ok_and(|about| about.is_file() && about.permissions().mode() & 0o111 != 0)
}

/// Returns whether a file can be run.
#[cfg(not(unix))]
pub(crate) fn is_executable(file: &Path) -> bool {
    file.is_file()
}
