//! Which state belongs to a clone: an identity in its git folder names the state, so that a moved folder keeps its state,
//! and a re-clone, a fork, a second clone and a copy have their own.
//!
//! The name of a new state folder follows from the git folder on its disk, so that all processes know the name before
//! anything is written. The identity is written when the state begins: its first half is that name, the second half is
//! random. The state folder records the identity and where it was last seen, which tells a moved folder from a copied one.
//! An identity that another state home wrote (of a container, of another machine) stays and is recorded here.

mod earlier;
mod git_folder;
mod identity;
mod news;
mod place;
mod record;
#[cfg(test)]
mod tests;

use std::io;
use std::path::{Path, PathBuf};

pub use self::earlier::Left;
use self::identity::Identity;
pub use self::news::tell;
use self::place::Place;
use self::record::Record;
use crate::{atomic, private};

/// Folders of state that one place may have had before, one after the other.
const MOST: u32 = 16;
/// A file of a state folder: the user knows that the git folder cannot be written to.
const TOLD: &str = "not-in-git";

/// Returns the state folder of the workspace with a root, below the folder of all workspaces. Outside of git, the real
/// path of the root names it.
pub(crate) fn state_of(root: &Path, workspaces: &Path) -> PathBuf {
    if let Some(place) = git_folder::common(root).and_then(Place::of) {
        return Owner { place, has_git: true }.state(root, workspaces);
    }
    let Some(place) = root.canonicalize().ok().and_then(Place::of) else {
        return earlier::by_path(root, 0, workspaces);
    };
    if root.join(".git").symlink_metadata().is_ok() {
        return Owner { place, has_git: false }.state(root, workspaces);
    }
    of_plain_folder(place, workspaces)
}

/// Returns the state of an earlier version that lies under the path of a root or of its main work tree, and is not used.
pub(crate) fn left(root: &Path, state: &Path) -> Vec<Left> {
    let Some(workspaces) = state.parent() else { return Vec::new() };
    match git_folder::common(root)
        .and_then(Place::of)
        .or_else(|| root.canonicalize().ok().and_then(Place::of))
    {
        Some(place) => earlier::left(root, &place, workspaces, state),
        None => Vec::new(),
    }
}

/// Returns the state folder of a folder without git, and marks it with that folder: if it becomes a repository, the
/// state stays with it.
fn of_plain_folder(place: Place, workspaces: &Path) -> PathBuf {
    let path = place.folder.clone();
    // The folder that was here may have become a repository, and may have moved with its state.
    let is_ours = |record: &Record| !record.is_in_git && record.place.folder == path;
    let mut names = (0..MOST).map(|count| earlier::by_path(&path, count, workspaces));
    let free = names.find(|state| Record::read(state).is_none_or(|record| is_ours(&record)));
    let state = free.unwrap_or_else(|| earlier::by_path(&path, 0, workspaces));
    let owner = Owner { place, has_git: false };
    match Record::read(&state) {
        Some(record) if is_ours(&record) => owner.keep(&state, record, None),
        Some(_) => {}
        None if state.exists() => owner.name(&state, false),
        None => owner.begin(&state, false),
    }
    state
}

/// Whose state it is.
#[derive(Debug, Clone)]
struct Owner {
    /// The git folder that all work trees of a clone share; else the folder itself.
    place: Place,
    /// Whether the place is a git folder, which holds the identity.
    has_git: bool,
}

impl Owner {
    fn state(self, root: &Path, workspaces: &Path) -> PathBuf {
        let state = self.find(root, workspaces);
        earlier::tell_of_left(root, &self.place, workspaces, &state);
        state
    }

    fn find(&self, root: &Path, workspaces: &Path) -> PathBuf {
        let place = &self.place;
        let found = self.has_git.then(|| identity::read(&place.folder)).flatten();
        let is_settled = |state: &PathBuf| {
            let is_ours = |record: Record| match &found {
                Some(found) => record.is_in_git && record.identity == *found,
                None => !record.is_in_git && !self.has_git,
            };
            Record::read(state).is_some_and(|record| record.place == *place && is_ours(record))
        };
        let usual = found.iter().map(|found| found.name().to_owned()).chain([place.name(0)]);
        if let Some(state) = usual.map(|name| workspaces.join(name)).find(is_settled) {
            return state;
        }
        let records = record::all(workspaces);
        let holder = records.iter().find(|(_, record)| Some(&record.identity) == found.as_ref());
        let copy_of = holder.and_then(|(_, record)| record.place.holder(&record.identity, place));
        // State whose identity could not be written is found by its place, also in a copy, which holds another's identity.
        let unwritten = records.iter().find(|(_, record)| !record.is_in_git && record.place.is_at(place));
        let moved = || holder.filter(|_| copy_of.is_none());
        let root_place = || root.canonicalize().ok().and_then(Place::of);
        let was_plain = || {
            let plain = root_place().filter(|_| copy_of.is_none())?;
            records.iter().find(|(_, record)| !record.is_in_git && record.place == plain)
        };
        if let Some((state, record)) = unwritten.or_else(moved).or_else(was_plain) {
            self.keep(state, record.clone(), found.filter(|_| holder.is_none_or(|(of, _)| of == state)));
            return state.clone();
        }
        // A record is that of an earlier git folder in this place.
        let mut names = (0..MOST).map(|count| workspaces.join(place.name(count)));
        let Some(state) = names.find(|state| Record::read(state).is_none()) else {
            return earlier::by_path(root, 0, workspaces);
        };
        if let Some(original) = copy_of {
            // The copy may outlive the original, and would then look like it.
            self.begin(&state, true);
            private::make_folder(&state).ok();
            let original = original.parent().filter(|_| original.ends_with(".git")).unwrap_or(&original);
            let text = format!(
                "{} is a copy of {}: it has notes, journal and adapters of its own, in {}",
                root.display(),
                original.display(),
                state.display()
            );
            news::add(text, None);
            return state;
        }
        earlier::take_over(root, place, workspaces, &state);
        if state.exists() {
            self.name(&state, false);
        } else {
            self.begin(&state, false);
        }
        state
    }

    /// Gives a state its identity when its folder is made. The identity of a copy is that of another clone, and goes.
    fn begin(&self, state: &Path, is_copy: bool) {
        let owner = self.clone();
        private::when_made(state.to_path_buf(), Box::new(move |state| owner.name(state, is_copy)));
    }

    /// Brings the record of this owner's state up to date. `found` is the identity in the git folder, if it is no other
    /// clone's. What cannot be recorded, the next call finds again.
    fn keep(&self, state: &Path, record: Record, found: Option<Identity>) {
        let identity = found.unwrap_or_else(|| record.identity.clone());
        let is_in_git = self.write(state, &identity);
        let now = Record { identity, place: self.place.clone(), is_in_git };
        if now != record {
            now.write(state).ok();
        }
    }

    fn name(&self, state: &Path, is_copy: bool) {
        if let Err(error) = self.try_to_name(state, is_copy) {
            tracing::warn!(kind = ?error.kind(), "a clone has no record of its place");
        }
    }

    fn try_to_name(&self, state: &Path, is_copy: bool) -> io::Result<()> {
        // Of two processes, the second finds the record of the first.
        let _lock = atomic::lock(&state.join("clone.lock"))?;
        if Record::read(state).is_some() {
            return Ok(());
        }
        let name = state.file_name().unwrap_or_default().to_string_lossy();
        // Another state home may know the clone by the identity that is there.
        let there = identity::read(&self.place.folder).filter(|_| self.has_git && !is_copy);
        let identity = there.unwrap_or_else(|| Identity::new(&name));
        let is_in_git = self.write(state, &identity);
        Record { identity, place: self.place.clone(), is_in_git }.write(state)
    }

    /// Writes the identity into the git folder; returns whether it is there. Where it cannot be written, the record alone
    /// holds the identity.
    fn write(&self, state: &Path, identity: &Identity) -> bool {
        if !self.has_git {
            return false;
        }
        let written = identity::write(&self.place.folder, identity);
        if let Err(error) = &written {
            let text = format!(
                "{}: {error}. So this clone's notes, journal and adapters ({}) are found by the place of that folder \
                 alone, and are lost sight of once the folder moves to another disk. Make the folder writable",
                self.place.folder.join("housestyle").display(),
                state.display()
            );
            news::add(text, Some(state.join(TOLD)));
        }
        written.is_ok()
    }
}
