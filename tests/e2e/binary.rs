//! Where the built program is; builds it when it is absent.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// Returns the program of the same profile as this test.
///
/// # Panics
/// When it is absent and cannot be built.
pub(super) fn housestyle() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        // target/<profile>/deps/runner-<hash>
        let test = std::env::current_exe().expect("this test has a path");
        let profile = test.ancestors().nth(2).expect("a profile's folder").to_owned();
        let program = profile.join(format!("housestyle{}", std::env::consts::EXE_SUFFIX));
        if !program.exists() {
            let mut build = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
            build.args(["build", "--package", "housestyle"]).current_dir(env!("CARGO_MANIFEST_DIR"));
            if profile.file_name().is_some_and(|name| name == "release") {
                build.arg("--release");
            }
            let built = build.status().expect("cargo runs");
            assert!(built.success() && program.exists(), "{} cannot be built", program.display());
        }
        program
    })
}
