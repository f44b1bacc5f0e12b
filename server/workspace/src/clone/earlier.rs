//! State of earlier versions, which was named by the path of the workspace. A clone takes it over where it is plainly
//! that of this repository; else the user is told, and it stays.

use std::fs;
use std::path::{Path, PathBuf};

use housestyle_journal::{Fact, Journal};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::digest::hex;
use crate::private;

/// A file that says that the user was told.
const TOLD: &str = "left";
/// Most bytes of a file in which commits are looked for.
const MOST_BYTES: u64 = 16 << 20;
/// Most commits that are looked up.
const MOST: usize = 200;

/// Returns the state folder that is named by the real path of a root.
pub(super) fn by_path(root: &Path, workspaces: &Path) -> PathBuf {
    let real = root.canonicalize().unwrap_or_else(|_| root.to_path_buf());
    let digest = Sha256::digest(real.as_os_str().as_encoded_bytes());
    workspaces.join(hex(&digest[..8]))
}

/// Gives earlier state the name `state`, where it cites a commit of this repository. Returns what the user is to be told
/// where it does not.
pub(super) fn take_over(root: &Path, workspaces: &Path, state: &Path) -> Option<String> {
    let earlier = by_path(root, workspaces);
    if !earlier.is_dir() || earlier.join(TOLD).exists() {
        return None;
    }
    let cited = cited(&earlier);
    let is_ours =
        !state.exists() && cited.iter().take(MOST).any(|commit| housestyle_review::has_commit(root, commit));
    if is_ours && fs::rename(&earlier, state).is_ok() {
        return None;
    }
    private::write(&earlier.join(TOLD), b"").ok();
    Some(format!(
        "{} holds notes, journal or adapters of an earlier version for a repository at {}. Nothing shows that it was this \
         one, so they are not used. If it was, rename that folder to {}; if not, remove it",
        earlier.display(),
        root.display(),
        state.display()
    ))
}

/// Returns the commits that earlier state cites: approvals, manifests, mined skills, and checks at a commit.
fn cited(state: &Path) -> Vec<String> {
    let adapters = state.join("adapters");
    let folders = fs::read_dir(&adapters).into_iter().flatten().flatten();
    let manifests = folders.map(|folder| folder.path().join("manifest.json"));
    let files = [adapters.join("versions.jsonl"), state.join("skills/candidates.json")];
    let mut found = Vec::new();
    for file in files.into_iter().chain(manifests) {
        let is_small = fs::metadata(&file).is_ok_and(|about| about.is_file() && about.len() <= MOST_BYTES);
        let Some(text) = is_small.then(|| fs::read_to_string(&file).ok()).flatten() else { continue };
        let values = serde_json::Deserializer::from_str(&text).into_iter::<Value>();
        values.map_while(Result::ok).for_each(|value| commits(&value, &mut found));
    }
    if let Ok(Some(journal)) = Journal::open_existing(&state.join("journal.db")) {
        // What a damaged journal does not tell is no proof.
        let _ = journal.events(0, |event| {
            if let Fact::RetentionChecked(check) = event.fact {
                found.extend(check.commit);
            }
            found.len() < MOST
        });
    }
    found
}

/// Collects the commits that a value names.
fn commits(value: &Value, found: &mut Vec<String>) {
    match value {
        _ if found.len() >= MOST => {}
        Value::Array(values) => values.iter().for_each(|value| commits(value, found)),
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(commit) if name == "commit" || name == "head" => found.push(commit.clone()),
                    value => commits(value, found),
                }
            }
        }
        _ => {}
    }
}
