//! Where what was learned of a workspace lives.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::home::Home;

/// Returns the folder for a workspace, which need not exist. It is named by a hash of the workspace's real path, so
/// that a link to it leads to the same one.
pub(crate) fn folder(home: &Home, workspace: &Path) -> PathBuf {
    let real = workspace.canonicalize().unwrap_or_else(|_| workspace.to_path_buf());
    let digest = Sha256::digest(real.as_os_str().as_encoded_bytes());
    let name: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    home.state.join("workspaces").join(name)
}

/// Returns the journal of a workspace, which need not exist.
pub(crate) fn journal(home: &Home, workspace: &Path) -> PathBuf {
    folder(home, workspace).join("journal.db")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_workspace_has_its_own_whatever_the_way_to_it() {
        let root = tempfile::tempdir().expect("a folder");
        let home = Home { models: PathBuf::new(), state: root.path().join("state"), config: PathBuf::new() };
        let [a, b] = ["a", "b"].map(|name| root.path().join(name));
        for folder in [&a, &b] {
            std::fs::create_dir(folder).expect("a folder");
        }
        assert_eq!(folder(&home, &a), folder(&home, &b.join("../a")));
        assert_ne!(folder(&home, &a), folder(&home, &b));
        assert_eq!(folder(&home, &a).file_name().map(|name| name.len()), Some(16));
    }
}
