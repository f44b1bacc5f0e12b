//! Where the packed-weight cache of a model is: in the folder of a catalogue model, or in the user's state folder where
//! that one cannot be written to. The folder of a user's own model file is left alone.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use sha2::{Digest, Sha256};

use super::catalogue::Entry;
use super::{Model, Store, space};
use crate::digest;
use crate::home::Home;

/// The ending after the name of the model's file.
pub(super) const SUFFIX: &str = ".packed";
/// Most caches of models outside of the catalogue, the newest; nobody else removes them.
const MOST: usize = 2;
/// Free space that a new cache needs, in sizes of the model's file: no disk is filled for a quicker start.
const ROOM: u64 = 2;

/// Returns the files that may hold the packed-weight cache of a model, the best one first. A file that is not there
/// yet is left out where the disk has little room.
pub fn paths(home: &Home, model: &Model, file: &Path) -> Vec<PathBuf> {
    let folder = home.state.join("packed");
    let paths = match model {
        Model::Catalogue(entry) => of_catalogue(home, entry).to_vec(),
        Model::File(_) => {
            let path = fs::canonicalize(file).unwrap_or_else(|_| file.to_path_buf());
            let digest = digest::hex(&Sha256::digest(path.as_os_str().as_encoded_bytes()));
            let cache = folder.join(format!("{}-{}{SUFFIX}", model.name(), &digest[..16]));
            if !cache.exists() {
                retain_newest(&folder, MOST - 1);
            }
            vec![cache]
        }
    };
    let needed = fs::metadata(file).map_or(0, |about| about.len()).saturating_mul(ROOM);
    let has_room = |path: &PathBuf| {
        let folder = path.ancestors().skip(1).find(|folder| folder.is_dir());
        folder.and_then(space::free).is_none_or(|free| free >= needed)
    };
    paths.into_iter().filter(|path| path.exists() || has_room(path)).collect()
}

/// Removes the packed-weight caches of a catalogue model; returns how many bytes that freed.
pub fn remove(home: &Home, entry: &Entry) -> u64 {
    let remove = |path: &PathBuf| {
        let size = fs::metadata(path).map_or(0, |about| about.len());
        fs::remove_file(path).map_or(0, |()| size)
    };
    of_catalogue(home, entry).iter().map(remove).sum()
}

fn of_catalogue(home: &Home, entry: &Entry) -> [PathBuf; 2] {
    let sibling = Store::at(&home.models).sibling(entry, SUFFIX);
    let in_state = home.state.join("packed").join(format!("{}.gguf{SUFFIX}", entry.name));
    [sibling, in_state]
}

/// Removes all but the newest files of models of the user's own.
fn retain_newest(folder: &Path, most: usize) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut found: Vec<(SystemTime, PathBuf)> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            // Those of the catalogue have no digest of a path in their names.
            name.strip_suffix(SUFFIX).and_then(|name| name.rsplit_once('-')).is_some_and(|(_, digest)| {
                digest.len() == 16 && digest.bytes().all(|byte| byte.is_ascii_hexdigit())
            })
        })
        .filter_map(|path| Some((fs::metadata(&path).ok()?.modified().ok()?, path)))
        .collect();
    found.sort();
    let old = found.len().saturating_sub(most);
    for (_, path) in found.into_iter().take(old) {
        let _ = fs::remove_file(path); // one that is in use stays, where the system says so
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::catalogue;
    use std::time::Duration;

    fn home(folder: &Path) -> Home {
        let at = |name: &str| folder.join(name);
        Home { models: at("models"), state: at("state"), config: at("config") }
    }

    #[test]
    fn a_model_of_the_catalogue_has_two_paths_and_all_is_removed() {
        let folder = tempfile::tempdir().expect("a folder");
        let (home, entry) = (home(folder.path()), catalogue::default());
        let file = Store::at(&home.models).path(entry);
        let found = paths(&home, &Model::Catalogue(entry), &file);
        assert_eq!(found[0], file.with_extension("gguf.packed"));
        for path in &found {
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            fs::write(path, "12345").expect("written");
        }
        assert_eq!((found.len(), remove(&home, entry), remove(&home, entry)), (2, 10, 0));
    }

    #[test]
    fn the_folder_of_a_users_file_is_left_alone_and_few_caches_stay() {
        let folder = tempfile::tempdir().expect("a folder");
        let home = home(folder.path());
        let mut all = Vec::new();
        for (age, name) in [(30, "a.gguf"), (20, "b.gguf"), (10, "c.gguf")] {
            let file = folder.path().join(name);
            fs::write(&file, "model").expect("written");
            let found = paths(&home, &Model::File(file.clone()), &file);
            assert!(found.len() == 1 && found[0].starts_with(&home.state), "{found:?}");
            assert_eq!(found, paths(&home, &Model::File(file.clone()), &file));
            fs::create_dir_all(home.state.join("packed")).expect("made");
            fs::write(&found[0], "packed").expect("written");
            let then = SystemTime::now() - Duration::from_secs(age);
            fs::File::options().write(true).open(&found[0]).and_then(|f| f.set_modified(then)).expect("set");
            all.extend(found);
        }
        assert_eq!(all.iter().map(|path| path.exists()).collect::<Vec<_>>(), [false, true, true]);
    }
}
