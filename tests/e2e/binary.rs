//! Where the built program is, and where it finds the tests' models; builds it when it is absent.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// Returns the program of the same profile as this test.
///
/// # Panics
/// When it is absent and cannot be built.
pub(crate) fn housestyle() -> &'static Path {
    static FOUND: OnceLock<PathBuf> = OnceLock::new();
    FOUND.get_or_init(|| {
        let program = place();
        if program.exists() { program } else { build(program) }
    })
}

/// Returns the same, built anew where its sources have changed: for results that are kept.
///
/// # Panics
/// When it cannot be built.
#[cfg(feature = "models")]
pub(crate) fn fresh() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| named().unwrap_or_else(|| build(place())))
}

/// Returns the program that `HOUSESTYLE_BIN` names, without a new build: the script that sets the variable has just
/// built it.
#[cfg(feature = "models")]
fn named() -> Option<PathBuf> {
    std::env::var_os("HOUSESTYLE_BIN").filter(|path| !path.is_empty()).map(PathBuf::from)
}

/// Returns what `HOUSESTYLE_HOME` is where tests need models: a home of their own, so that no user's configuration takes
/// part. It is `HOUSESTYLE_TEST_HOME`, else `test-home` in cargo's target folder.
#[cfg(feature = "models")]
pub(crate) fn home() -> PathBuf {
    let set = std::env::var_os("HOUSESTYLE_TEST_HOME").filter(|home| !home.is_empty());
    set.map_or_else(|| profile().with_file_name("test-home"), PathBuf::from)
}

/// Returns the folder of this build's profile.
fn profile() -> PathBuf {
    // target/<profile>/deps/runner-<hash>, or target/<profile>/examples/case
    let program = std::env::current_exe().expect("this program has a path");
    program.ancestors().nth(2).expect("a profile's folder").to_owned()
}

fn place() -> PathBuf {
    profile().join(format!("housestyle{}", std::env::consts::EXE_SUFFIX))
}

fn build(program: PathBuf) -> PathBuf {
    let mut build = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    build.args(["build", "--quiet", "--package", "housestyle"]).current_dir(env!("CARGO_MANIFEST_DIR"));
    if profile().file_name().is_some_and(|profile| profile == "release") {
        build.arg("--release");
    }
    let built = build.status().expect("cargo runs");
    assert!(built.success() && program.exists(), "{} cannot be built", program.display());
    program
}
