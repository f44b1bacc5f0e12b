//! State that the path of a work tree names: of plain folders, and of earlier versions. A clone takes over that of an
//! earlier version where it is plainly that of this repository; else the user is told, and it stays.

use std::fs;
use std::path::{Path, PathBuf};

use housestyle_journal::{Fact, Journal};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::place::{NAME_DIGITS, Place};
use super::record::Record;
use super::{MOST, news};
use crate::digest::hex;

/// A file that says that the user was told.
const TOLD: &str = "left";
/// Most bytes of a file in which commits are looked for.
const MOST_BYTES: u64 = 16 << 20;
/// Most commits that are looked up.
const MOST_COMMITS: usize = 200;

/// State that lies under the path of a work tree, and is not used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// The folder.
    pub folder: PathBuf,
    /// Says whose it is, and why it is not used.
    pub problem: String,
    /// Says what the user can do.
    pub remedy: String,
}

/// Returns the state folder that is named by the real path of a root; `count` others have that name.
pub(super) fn by_path(root: &Path, count: u32, workspaces: &Path) -> PathBuf {
    let real = root.canonicalize().unwrap_or_else(|_| root.to_path_buf());
    let mut digest = Sha256::new().chain_update(real.as_os_str().as_encoded_bytes());
    if count > 0 {
        digest.update(format!("\0{count}"));
    }
    workspaces.join(&hex(&digest.finalize())[..NAME_DIGITS])
}

/// Returns the folders that the paths of a clone's main work tree and of a root name, each with that path, where they
/// are no state of this clone or another.
fn named_by_path(root: &Path, place: &Place, workspaces: &Path, state: &Path) -> Vec<(PathBuf, PathBuf)> {
    let main = place.folder.parent().filter(|_| place.folder.ends_with(".git")).map(Path::to_path_buf);
    let mut paths: Vec<PathBuf> = main.into_iter().chain(root.canonicalize().ok()).collect();
    paths.dedup();
    let folders = paths.into_iter().map(|path| (by_path(&path, 0, workspaces), path));
    let is_left = |(folder, path): &(PathBuf, PathBuf)| {
        let is_of_path = |record: Record| !record.is_in_git && record.place.folder == *path;
        folder != state && folder.is_dir() && Record::read(folder).is_none_or(is_of_path)
    };
    folders.filter(is_left).collect()
}

/// Gives state of an earlier version the name `state`, where it cites a commit of this repository: that of the main work
/// tree, else that of the root.
pub(super) fn take_over(root: &Path, place: &Place, workspaces: &Path, state: &Path) {
    for (folder, _) in named_by_path(root, place, workspaces, state) {
        // A record is that of a folder without git.
        let may_be_ours = !state.exists() && !folder.join(TOLD).exists() && Record::read(&folder).is_none();
        if may_be_ours && cites(root, &folder) && fs::rename(&folder, state).is_ok() {
            return;
        }
    }
}

/// Has the user told once of state that is not used.
pub(super) fn tell_of_left(root: &Path, place: &Place, workspaces: &Path, state: &Path) {
    for (folder, path) in named_by_path(root, place, workspaces, state) {
        let mark = folder.join(TOLD);
        if mark.exists() {
            continue;
        }
        let Left { problem, remedy, .. } = explain(root, place, state, &folder, &path);
        // Another process may have taken the state over meanwhile.
        if folder.is_dir() {
            news::add(format!("{problem}. {remedy}"), Some(mark));
        }
    }
}

/// Returns the state that is not used.
pub(super) fn left(root: &Path, place: &Place, workspaces: &Path, state: &Path) -> Vec<Left> {
    let found = named_by_path(root, place, workspaces, state).into_iter();
    found.map(|(folder, path)| explain(root, place, state, &folder, &path)).collect()
}

fn explain(root: &Path, place: &Place, state: &Path, folder: &Path, path: &Path) -> Left {
    let why = match (cites(root, folder), state.exists()) {
        (false, _) => "Nothing shows that they belong to this repository",
        (true, true) => "They cite commits of this repository, but this clone has other state already",
        (true, false) => "They cite commits of this repository, but the folder could not be renamed",
    };
    let problem = format!(
        "{} holds notes, journal or adapters that an earlier version, or a folder without git, left for {}. {why}, so \
         they are not used",
        folder.display(),
        path.display()
    );
    let workspaces = state.parent().unwrap_or(state);
    let names = (0..MOST).map(|count| workspaces.join(place.name(count)));
    // The first one without another owner, once the present state is away.
    let target = names.into_iter().find(|name| name == state || Record::read(name).is_none());
    let target = target.unwrap_or_else(|| state.to_path_buf());
    let make_room = if state.exists() {
        format!("move {} out of {}, and ", state.display(), workspaces.display())
    } else {
        String::new()
    };
    let remedy = format!(
        "To use them, stop all servers, {make_room}rename that folder to {}; else remove it",
        target.display()
    );
    Left { folder: folder.to_path_buf(), problem, remedy }
}

/// Returns whether earlier state cites a commit of the repository with a root.
fn cites(root: &Path, state: &Path) -> bool {
    cited(state).iter().take(MOST_COMMITS).any(|commit| housestyle_review::has_commit(root, commit))
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
            found.len() < MOST_COMMITS
        });
    }
    found
}

/// Collects the commits that a value names.
fn commits(value: &Value, found: &mut Vec<String>) {
    match value {
        _ if found.len() >= MOST_COMMITS => {}
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
