//! Which state belongs to a clone: an identity in its git folder names the state folder, so that a moved folder keeps its
//! state, and a re-clone, a fork, a second clone and a copy have their own.
//!
//! The name of the state folder follows from the git folder on its disk, so that all processes know the name before
//! anything is written. The identity is written when the state begins: its first half is that name, the second half is
//! random. The state folder records where the identity was last seen, which tells a moved folder from a copied one.

mod earlier;
mod git_folder;
mod identity;
mod place;
mod record;
#[cfg(test)]
mod tests;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use self::identity::Identity;
use self::place::Place;
use self::record::Record;
use crate::{atomic, notice, private};

/// Folders of state that a git folder may have had before, one after the other.
const MOST: u32 = 16;

/// What the user is to be told.
static NEWS: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns the state folder of the workspace with a root, below the folder of all workspaces. Outside of git, the real
/// path of the root names it.
pub(crate) fn state_of(root: &Path, workspaces: &Path) -> PathBuf {
    let Some(place) = git_folder::common(root).and_then(Place::of) else {
        return earlier::by_path(root, workspaces);
    };
    let mut copy_of = None;
    if let Some(found) = identity::read(&place.folder) {
        let state = workspaces.join(found.name());
        // An identity without its state came from elsewhere: nobody else chooses the name of a state folder.
        if let Some(record) = Record::read(&state).filter(|record| record.identity == found) {
            copy_of = record.place.holder(&found, &place);
            if copy_of.is_none() {
                if record.place != place {
                    // Moved. Where that cannot be recorded, the next call finds the same.
                    Record { place, ..record }.write(&state).ok();
                }
                locked(&NEWS).extend(earlier::take_over(root, workspaces, &state));
                return state;
            }
        }
    }
    let names = (0..MOST).map(|count| workspaces.join(place.name(count)));
    // Where the record says that the identity is in the git folder, that was another git folder in this place.
    let is_free = |record: &Record| !record.is_in_git && record.place == place;
    let free = names.into_iter().find(|state| Record::read(state).is_none_or(|record| is_free(&record)));
    let Some(state) = free else { return earlier::by_path(root, workspaces) };
    if Record::read(&state).is_some() {
        return state;
    }
    if let Some(original) = copy_of {
        // The copy may outlive the original, and would then look like it.
        begin(state.clone(), place);
        private::make_folder(&state).ok();
        let original = original.parent().filter(|_| original.ends_with(".git")).unwrap_or(&original);
        locked(&NEWS).push(format!(
            "{} is a copy of {}: it has notes, journal and adapters of its own, in {}",
            root.display(),
            original.display(),
            state.display()
        ));
        return state;
    }
    locked(&NEWS).extend(earlier::take_over(root, workspaces, &state));
    if state.exists() {
        name(&state, &place);
        return state;
    }
    begin(state, place)
}

/// Returns a state folder whose clone gets its identity when the folder is made.
fn begin(state: PathBuf, place: Place) -> PathBuf {
    private::when_made(state.clone(), Box::new(move |state| name(state, &place)));
    state
}

/// Tells the user of copies and of earlier state that was found since the last call.
pub fn tell() {
    let news = std::mem::take(&mut *locked(&NEWS));
    news.iter().for_each(notice::warn);
}

/// Writes the identity into the git folder, and records its place in the state folder. Where the git folder cannot be
/// written to, the record alone holds the identity.
fn name(state: &Path, place: &Place) {
    if let Err(error) = try_to_name(state, place) {
        tracing::warn!(kind = ?error.kind(), "a clone has no record of its place");
    }
}

fn try_to_name(state: &Path, place: &Place) -> io::Result<()> {
    // Of two processes, the second finds the record of the first.
    let _lock = atomic::lock(&state.join("clone.lock"))?;
    if Record::read(state).is_some() {
        return Ok(());
    }
    let name = state.file_name().unwrap_or_default().to_string_lossy();
    let identity = match identity::read(&place.folder) {
        Some(there) if there.name() == name => there,
        _ => Identity::new(&name),
    };
    let is_in_git = identity::write(&place.folder, &identity).is_ok();
    Record { identity, place: place.clone(), is_in_git }.write(state)
}
