//! Whether the signature of a merge holds, by the user's own git and keys.

use std::path::Path;
use std::process::{Command, Stdio};

use housestyle_review::is_signed;
use serde::Serialize;

/// Git's verdict on a commit's signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum Signature {
    /// There is none.
    Absent,
    /// The signature is good.
    Good {
        /// The signer, by git.
        by: String,
    },
    /// The signature cannot be verified here, or is bad.
    Unverified {
        /// The reason that git gives.
        why: String,
    },
}

impl Signature {
    /// Returns a description for people.
    pub fn describe(&self) -> String {
        match self {
            Signature::Absent => "not signed".to_owned(),
            Signature::Good { by } => format!("signature verified: {by}"),
            Signature::Unverified { why } => format!("signed, but not verified: {why}"),
        }
    }
}

/// Verifies the signature of a commit with `git verify-commit`, if it has one.
pub fn signature(root: &Path, commit: &str) -> Signature {
    match is_signed(root, commit) {
        Ok(false) => return Signature::Absent,
        Ok(true) => {}
        Err(error) => return Signature::Unverified { why: error.to_string() },
    }
    let ran = Command::new("git")
        .args(["verify-commit", commit])
        .current_dir(root)
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .output();
    let output = match ran {
        Ok(output) => output,
        Err(error) => return Signature::Unverified { why: format!("git cannot be run: {error}") },
    };
    let stderr = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    let good_line = stderr
        .lines()
        .find(|line| line.contains("Good \"git\" signature") || line.contains("Good signature"));
    match good_line {
        Some(line) if output.status.success() => {
            Signature::Good { by: line.trim_start_matches("gpg: ").trim().to_owned() }
        }
        _ if output.status.success() => {
            Signature::Good { by: stderr.lines().next().unwrap_or_default().to_owned() }
        }
        _ => Signature::Unverified { why: stderr.lines().next().unwrap_or("git gives no reason").to_owned() },
    }
}
