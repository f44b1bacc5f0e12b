//! The repository's promises about its own shape: forbidden arrows, pure crates, pages that name existing files.
//!
//! `server/ARCHITECTURE.md` says why. Each check is a function from text to complaints, tested on made-up text,
//! and then run on what is here.

mod cycles;
mod files;
mod graph;
mod modules;
mod pages;
mod paths;
mod sources;
mod tokens;

use std::path::{Path, PathBuf};

/// Folders of generated files.
const MADE: &[&str] = &["target", ".git", "node_modules", "corpus", "artifacts", "__pycache__", ".venv"];

/// Returns the root of the repository.
fn root() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().expect("tests lies in the repository").to_owned()
}

/// A file of the repository that holds text.
struct Text {
    /// Relative to the root, `/` separates.
    path: String,
    text: String,
}

/// Returns all files that hold text, ordered by path.
fn texts() -> Vec<Text> {
    let root = root();
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder of the repository").flatten() {
            let path = entry.path();
            let made = MADE.iter().any(|name| entry.file_name() == *name);
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && !made => folders.push(path),
                Ok(kind) if kind.is_file() && !made => {
                    let Ok(text) = std::fs::read_to_string(&path) else { continue };
                    let below = path.strip_prefix(&root).expect("below the root");
                    let path = below.to_string_lossy().replace('\\', "/");
                    found.push(Text { path, text: text.replace("\r\n", "\n") });
                }
                _ => {}
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// Returns whether a source is compiled for tests only.
fn is_test(path: &str) -> bool {
    path.ends_with("tests.rs") || path.contains("/tests/")
}

/// Fails with all complaints, one a line.
#[track_caller]
fn none(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
fn the_files_of_the_repository_are_found() {
    let found = texts();
    let has = |path: &str| found.iter().any(|file| file.path == path);
    assert!(has("Cargo.toml") && has("tests/arrows.rs") && has("server/lsp/src/lib.rs"));
    assert!(found.iter().all(|file| !file.path.starts_with("target/")));
}
