//! The store: adapters by digest, versions in a log, and one pointer to the active version.
//!
//! `versions.jsonl` only grows, each change replaces `active.json` as a whole, and an adapter's folder is complete
//! once it has its weights. So a process may be killed at any moment, and several processes may read while one
//! changes something under the lock.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use housestyle_engine::Config;
use housestyle_review::{DefaultBranch, default_branch};
use housestyle_train::format::{self, Adapter, Header, id_of, short};
use serde::{Deserialize, Serialize};

use super::error::StoreError;
use super::files::{self, Incoming, MANIFEST, REPORT, WEIGHTS};
use super::judgement::{self, Judgement, Standing, Terms};
use super::log::{Added, Log, LogEvent};
use super::merges;
use super::record::{belongs, claims_eligible};
use super::version::{Approver, How, Origin, Version, fold};
use crate::atomic;
use crate::clock::now;
use crate::private;
use crate::problem::Problem;
use crate::stamp::FileStamp;
use crate::workspace::Workspace;

/// Fewest digits by which an adapter can be named.
const LEAST_DIGITS: usize = 4;

/// The pointer to the active version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Pointer {
    version: u64,
    id: Option<String>,
}

/// How a store was found: the pointer, the list of versions, the weights that the pointer leads to, and where the default
/// branch ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreStamp {
    pointer: Option<Vec<u8>>,
    versions: FileStamp,
    weights: Option<FileStamp>,
    default_branch: Option<DefaultBranch>,
}

/// The adapters of one workspace.
#[derive(Debug, Clone)]
pub struct Store {
    folder: PathBuf,
    /// The workspace's root, whose default branch has the records that were merged.
    root: Option<PathBuf>,
    /// The present terms of the gate.
    terms: Option<Terms>,
}

impl Store {
    /// Returns the adapters of the workspace.
    pub fn of(workspace: &Workspace) -> Store {
        Store { root: Some(workspace.root().to_path_buf()), ..Store::at(workspace.state()) }
    }

    /// Returns the store below the folder of a workspace's state, which need not exist. It knows no repository, so that no
    /// merge approves anything in it.
    pub fn at(state: &Path) -> Store {
        Store { folder: state.join("adapters"), root: None, terms: None }
    }

    /// Returns the store under the present terms of the gate. Without them no judgement holds.
    pub fn under(self, terms: Terms) -> Store {
        Store { terms: Some(terms), ..self }
    }

    /// Returns whether the gate ever judged an adapter here: else its terms need not be known.
    pub fn has_judgements(&self) -> bool {
        judgement::judgements(&self.folder).is_dir()
    }

    /// Returns the folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn log(&self) -> Result<Log, StoreError> {
        Log::read(self.folder.join("versions.jsonl"))
    }

    fn pointer(&self) -> Result<Option<Pointer>, StoreError> {
        let path = self.folder.join("active.json");
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(StoreError::file("read", &path)(error)),
        };
        let pointer = serde_json::from_slice(&bytes);
        pointer.map(Some).map_err(|error| StoreError::Corrupt { path, line: 1, problem: error.into() })
    }

    /// Returns all versions, oldest first.
    ///
    /// # Errors
    /// When the list of versions or the pointer is damaged.
    pub fn versions(&self) -> Result<Vec<Version>, StoreError> {
        self.versions_of(&self.log()?)
    }

    /// Returns the versions of a log with all that is known of them now.
    pub(super) fn versions_of(&self, log: &Log) -> Result<Vec<Version>, StoreError> {
        let active = self.pointer()?.map_or(0, |pointer| pointer.version);
        let mut versions = fold(&log.entries);
        merges::ask(self.root.as_deref(), &mut versions);
        for version in &mut versions {
            if let Some(id) = &version.id {
                // A damaged judgement is none; whoever shows it reports the damage.
                let judgement = self.judgement(id).ok().flatten();
                version.standing = judgement::standing(judgement.as_ref(), self.terms.as_ref());
                version.rests_on_claim = version.standing != Standing::Unjudged
                    && judgement.is_some_and(|it| it.eligible && it.later_edits.claimed);
            }
            version.eligible = version.standing == Standing::Eligible;
            version.state = version.state(active);
        }
        Ok(versions)
    }

    /// Returns whether the adapter was trained in this workspace, so that its manifest is our own.
    ///
    /// # Errors
    /// When the list of versions is damaged.
    pub fn is_learned_here(&self, id: &str) -> Result<bool, StoreError> {
        let versions = fold(&self.log()?.entries);
        Ok(versions.iter().any(|it| it.id.as_deref() == Some(id) && it.origin == Origin::Learned))
    }

    /// Returns the gate's judgement of an adapter on this machine, whether it still holds or not.
    ///
    /// # Errors
    /// When the judgement is damaged.
    pub fn judgement(&self, id: &str) -> Result<Option<Judgement>, StoreError> {
        Ok(judgement::read(&self.folder, id)?)
    }

    /// Notes the gate's judgement of an adapter, in the place of an earlier one.
    ///
    /// # Errors
    /// When the adapter's file is not what it is named after, or the judgement cannot be written.
    pub fn note_judgement(&self, judgement: &Judgement) -> Result<(), StoreError> {
        let _lock = self.lock()?;
        self.weights(&judgement.adapter)?;
        Ok(judgement::write(&self.folder, judgement)?)
    }

    /// Returns the version that `text` means: a number, or the first digits of an id (the newest version of it).
    ///
    /// # Errors
    /// When there is none, or ids of several adapters begin like that.
    pub fn find(&self, text: &str) -> Result<Version, StoreError> {
        let versions = self.versions()?;
        if let Ok(number) = text.trim_start_matches('v').parse::<u64>()
            && let Some(version) = versions.iter().find(|version| version.number == number)
        {
            return Ok(version.clone());
        }
        let begins = |version: &&Version| version.id.as_ref().is_some_and(|id| id.starts_with(text));
        let found: Vec<&Version> = versions.iter().filter(begins).collect();
        let mut ids: Vec<String> =
            found.iter().filter_map(|v| v.id.as_deref().map(short)).map(str::to_owned).collect();
        ids.sort();
        ids.dedup();
        match (found.last(), ids.len()) {
            (Some(version), 1) if text.len() >= LEAST_DIGITS => Ok((*version).clone()),
            (Some(_), 2..) => Err(StoreError::Ambiguous { text: text.to_owned(), ids }),
            _ => Err(StoreError::Unknown { text: text.to_owned() }),
        }
    }

    /// Returns the active version; `None` when there is none, or it is "no adapter".
    ///
    /// # Errors
    /// When the list of versions or the pointer is damaged.
    pub fn active(&self) -> Result<Option<Version>, StoreError> {
        let Some(pointer) = self.pointer()? else { return Ok(None) };
        let version = self.versions()?.into_iter().find(|version| version.number == pointer.version);
        match version {
            Some(version) if version.id == pointer.id => Ok(Some(version).filter(|v| v.id.is_some())),
            _ => Err(StoreError::Corrupt {
                path: self.folder.join("active.json"),
                line: 1,
                problem: Problem::WrongVersion(pointer.version),
            }),
        }
    }

    /// Returns the id of the adapter to serve: the active one, if it is approved.
    ///
    /// # Errors
    /// When the store is damaged, or the active adapter is not approved.
    pub fn serving(&self) -> Result<Option<String>, StoreError> {
        self.active()?.map(|version| version.approved().map(str::to_owned)).transpose()
    }

    /// Checks that the adapter in use still is approved, whichever version the pointer leads to.
    ///
    /// # Errors
    /// When it is not, or the list of versions is damaged.
    pub fn confirm(&self, id: &str) -> Result<(), StoreError> {
        let mut versions = fold(&self.log()?.entries);
        merges::ask(self.root.as_deref(), &mut versions);
        let newest = versions.iter().rev().find(|version| version.id.as_deref() == Some(id));
        let newest = newest.ok_or_else(|| StoreError::Unknown { text: short(id).to_owned() })?;
        newest.approved().map(drop)
    }

    /// Returns a stamp of the store, cheaply: as long as the stamp is the same, the same adapter is served.
    pub fn stamp(&self) -> StoreStamp {
        let pointer = files::read(&self.folder.join("active.json")).ok();
        let id = pointer.as_deref().and_then(|bytes| serde_json::from_slice::<Pointer>(bytes).ok()?.id);
        // Where no adapter is active, no merge is asked about.
        let root = self.root.as_deref().filter(|_| id.is_some());
        let default_branch = root.and_then(|root| default_branch(root).ok());
        let weights = id.map(|id| FileStamp::of(&self.folder.join(id).join(WEIGHTS)));
        let versions = FileStamp::of(&self.folder.join("versions.jsonl"));
        StoreStamp { pointer, versions, weights, default_branch }
    }

    /// Returns the bytes of an adapter's file, after comparing them with its name.
    ///
    /// # Errors
    /// When the file is not there, or is another one.
    pub fn weights(&self, id: &str) -> Result<Vec<u8>, StoreError> {
        let path = self.folder.join(id).join(WEIGHTS);
        let bytes = files::read(&path).map_err(StoreError::file("read", &path))?;
        match id_of(&bytes) {
            found if found == id => Ok(bytes),
            found => Err(StoreError::Exchanged { id: id.to_owned(), path, found }),
        }
    }

    /// Reads an adapter for a base model, to measure it: it need not be approved.
    ///
    /// # Errors
    /// When its file is not there, exchanged, broken, or for another base.
    pub fn measure(&self, id: &str, config: &Config, base_sha256: &str) -> Result<Adapter, StoreError> {
        format::read(&self.weights(id)?, config, base_sha256)
            .map_err(|source| StoreError::Format { id: id.to_owned(), source })
    }

    /// Reads the active adapter for a base model, to serve it: only an approved digest is loaded.
    ///
    /// # Errors
    /// When the store is damaged, or the adapter is not approved, exchanged, broken, or for another base.
    pub fn load_active(
        &self,
        config: &Config,
        base_sha256: &str,
    ) -> Result<Option<(Version, Adapter)>, StoreError> {
        let Some(version) = self.active()? else { return Ok(None) };
        let adapter = self.measure(version.approved()?, config, base_sha256)?;
        Ok(Some((version, adapter)))
    }

    /// Returns the header of an adapter's file.
    pub fn header(&self, id: &str) -> Result<Header, StoreError> {
        format::read_header(&self.weights(id)?)
            .map_err(|source| StoreError::Format { id: id.to_owned(), source })
    }

    /// Returns the manifest of a version, if it has one whose digest is that of the version's record.
    pub fn manifest(&self, version: &Version) -> Option<Vec<u8>> {
        self.read_document(version, MANIFEST, version.manifest_sha256.as_deref())
    }

    /// Returns the report of a version, if it has one whose digest is that of the version's record.
    pub fn report(&self, version: &Version) -> Option<Vec<u8>> {
        self.read_document(version, REPORT, version.report_sha256.as_deref())
    }

    fn read_document(&self, version: &Version, name: &str, digest: Option<&str>) -> Option<Vec<u8>> {
        let bytes = files::read(&self.folder.join(version.id.as_ref()?).join(name)).ok()?;
        (Some(id_of(&bytes).as_str()) == digest).then_some(bytes)
    }

    /// Adds an adapter as a version, and returns that version. An adapter that the store has already becomes no
    /// second version, unless it now comes with its first report.
    ///
    /// # Errors
    /// When the adapter is broken, or its manifest or report belongs to another adapter.
    pub fn add(&self, incoming: &Incoming) -> Result<Version, StoreError> {
        let id = id_of(&incoming.weights);
        let header = format::read_header(&incoming.weights)
            .map_err(|source| StoreError::Format { id: id.clone(), source })?;
        let foreign = |what, problem| StoreError::Foreign { what, id: id.clone(), problem };
        belongs(incoming.manifest.as_deref(), header.about.manifest_sha256.as_deref())
            .map_err(|problem| foreign("the manifest", problem))?;
        let claims_eligible = match &incoming.report {
            Some(report) => claims_eligible(report, &id).map_err(|problem| foreign("the report", problem))?,
            None => false,
        };
        let report_sha256 = incoming.report.as_deref().map(id_of);
        let _lock = self.lock()?;
        let mut log = self.log()?;
        let active = self.pointer()?.map_or(0, |pointer| pointer.version);
        let known =
            self.versions_of(&log)?.into_iter().rev().find(|version| version.id.as_ref() == Some(&id));
        files::write(&self.folder, &id, incoming)?;
        if let Some(known) =
            known.filter(|known| report_sha256.is_none() || known.report_sha256 == report_sha256)
        {
            return Ok(known);
        }
        let number = log.next_number();
        let added = Added {
            number,
            id: Some(id),
            parent: active,
            base: header.about.base,
            base_sha256: header.about.base_sha256,
            manifest_sha256: header.about.manifest_sha256,
            report_sha256,
            claims_eligible,
            origin: incoming.origin.clone(),
        };
        log.append(now(), LogEvent::Added(added))?;
        self.numbered(&log, number)
    }

    /// Notes that somebody approved an adapter, and returns the version.
    ///
    /// # Errors
    /// When its file is not what it is named after, or a person approves what the gate has not passed without
    /// saying why.
    pub fn approve(&self, number: u64, approver: Approver) -> Result<Version, StoreError> {
        let _lock = self.lock()?;
        let mut log = self.log()?;
        let version = self.numbered(&log, number)?;
        let Some(id) = version.id.clone() else { return Ok(version) };
        self.weights(&id)?;
        if matches!(approver.how, How::Local { ungated: None }) {
            version.require_eligible()?;
        }
        log.append(now(), LogEvent::Approved { id, approver })?;
        self.numbered(&log, number)
    }

    /// Makes an approved version the active one, and returns it.
    ///
    /// # Errors
    /// When the version is not approved, or its file has another digest than its name says; then the active version
    /// stays.
    pub fn activate(&self, number: u64) -> Result<Version, StoreError> {
        let _lock = self.lock()?;
        let mut log = self.log()?;
        let version = self.numbered(&log, number)?;
        if version.id.is_some() {
            self.weights(version.approved()?)?;
        }
        self.write_pointer(&mut log, &version)
    }

    /// Returns the version that the pointer names; `None` where there is no pointer.
    pub(super) fn pointed_at(&self, log: &Log) -> Result<Option<Version>, StoreError> {
        self.pointer()?.map(|pointer| self.numbered(log, pointer.version)).transpose()
    }

    fn write_pointer(&self, log: &mut Log, version: &Version) -> Result<Version, StoreError> {
        let previous = self.pointer()?.map_or(0, |pointer| pointer.version);
        if previous == version.number {
            return Ok(version.clone());
        }
        self.write_pointer_of(log, version, previous)
    }

    /// Writes the log first, then the pointer: what is active is always known to the log. Where the pointer cannot be
    /// written, the next attempt finds its entry at the log's end.
    pub(super) fn write_pointer_of(
        &self,
        log: &mut Log,
        version: &Version,
        previous: u64,
    ) -> Result<Version, StoreError> {
        let event = LogEvent::Activated { number: version.number, previous };
        if log.entries.last().is_none_or(|last| last.what != event) {
            log.append(now(), event)?;
        }
        let pointer = Pointer { version: version.number, id: version.id.clone() };
        let path = self.folder.join("active.json");
        let bytes = serde_json::to_vec(&pointer)
            .map_err(io::Error::other)
            .map_err(StoreError::file("write", &path))?;
        files::replace(&path, &bytes)?;
        self.numbered(log, version.number)
    }

    pub(super) fn numbered(&self, log: &Log, number: u64) -> Result<Version, StoreError> {
        let found = self.versions_of(log)?.into_iter().find(|version| version.number == number);
        found.ok_or_else(|| StoreError::Unknown { text: number.to_string() })
    }

    /// Locks the store against other processes until the file is dropped.
    pub(super) fn lock(&self) -> Result<File, StoreError> {
        private::make_folder(&self.folder).map_err(StoreError::file("make", &self.folder))?;
        let path = self.folder.join("lock");
        match atomic::lock(&path).map_err(StoreError::file("lock", &path))? {
            Some(file) => Ok(file),
            None => Err(StoreError::Busy { path }),
        }
    }
}
