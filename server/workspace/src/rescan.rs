//! The rescan: text that was stored under earlier rules for secrets is scanned anew, once for each version of the rules.
//!
//! A journal forgets the suggestions that hold a secret, as `housestyle journal forget` makes it forget, and a phrase
//! cache loses the texts that hold one. A file in the state folder lists what was scanned and by which rules.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use housestyle_journal::{Journal, JournalError, Number, Stamp, SuggestionHistory};
use housestyle_learn::phrases::Phrases;
use housestyle_text::secrets::VERSION;
use serde::{Deserialize, Serialize};

use crate::adapters::{Store, StoreError};
use crate::atomic;
use crate::forgetting::{DeletedEntries, ForgetError, Purged, Unreadable, purge, stale};
use crate::history::{holds_secret, holds_secret_around};
use crate::stamp::FileStamp;
use crate::state_file::{self, Format, StateError};
use crate::workspace::Workspace;

const FORMAT: Format = Format {
    version: 1,
    most_bytes: 1 << 20,
    complaint: "is no list of what was scanned for secrets",
    advice: "",
};
/// The mark of a scan that has begun to forget: it has to be done again, even if it finds nothing more.
const BEGUN: u32 = 0;

/// The result of scanning a journal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rescan {
    /// How many suggestions were forgotten.
    pub suggestions: usize,
    /// Whether an earlier scan had begun to forget and did not come to its end.
    pub is_resumed: bool,
    /// The phrase caches that lost texts.
    pub caches: Vec<PathBuf>,
    /// The numbers of the adapter versions that learned from forgotten suggestions.
    pub stale: Vec<u64>,
}

/// Why text could not be scanned for secrets.
#[derive(Debug, thiserror::Error)]
pub enum RescanError {
    /// The list of what was scanned cannot be read or written, or another process is scanning.
    #[error(transparent)]
    State(#[from] StateError),
    /// The journal cannot be read or changed.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// A phrase cache may still hold the texts.
    #[error(transparent)]
    Forget(#[from] ForgetError),
    /// The list of adapters is damaged.
    #[error(transparent)]
    Adapters(#[from] StoreError),
}

impl RescanError {
    /// Returns whether another process uses one of the files just now, so that a later scan may succeed.
    pub fn is_busy(&self) -> bool {
        match self {
            RescanError::State(error) | RescanError::Forget(ForgetError::State(error)) => {
                matches!(error, StateError::Busy { .. })
            }
            RescanError::Journal(error) | RescanError::Forget(ForgetError::Journal(error)) => error.is_busy(),
            RescanError::Forget(ForgetError::File { .. }) | RescanError::Adapters(_) => false,
        }
    }
}

/// What was scanned, by the names of the files in the state folder, and the version of the rules at that time.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Scanned {
    version: u32,
    files: BTreeMap<String, u32>,
}

impl Scanned {
    fn read(state: &Path) -> Result<Scanned, StateError> {
        let empty = Scanned { version: FORMAT.version, files: BTreeMap::new() };
        match FORMAT.read(&list(state)) {
            // To scan once more is all that a damaged list costs.
            Err(StateError::Damaged { .. }) => Ok(empty),
            found => Ok(found?.unwrap_or(empty)),
        }
    }

    /// Returns the version of the rules by which a file was scanned.
    fn of(&self, file: &Path) -> Option<u32> {
        self.files.get(&name(file)).copied()
    }

    fn mark(&mut self, file: &Path, rules: u32) -> Result<(), StateError> {
        self.files.insert(name(file), rules);
        state_file::write(&list(file.parent().unwrap_or(Path::new("."))), self)
    }
}

fn list(state: &Path) -> PathBuf {
    state.join("scanned.json")
}

fn lock(state: &Path) -> Result<fs::File, StateError> {
    state_file::lock(&list(state).with_extension("lock"), "scanned texts")
}

fn name(file: &Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Returns whether a journal or a phrase cache was not yet scanned by the rules of this version. A newer version's scan
/// counts.
fn is_due(file: &Path) -> Result<bool, StateError> {
    let scanned = Scanned::read(file.parent().unwrap_or(Path::new(".")))?;
    Ok(file.exists() && scanned.of(file).is_none_or(|rules| rules < VERSION))
}

/// Marks a file of the state folder as scanned: all its text was scanned before it was stored.
///
/// # Errors
/// When the list cannot be changed.
pub fn mark(file: &Path) -> Result<(), StateError> {
    let state = file.parent().unwrap_or(Path::new("."));
    let _lock = lock(state)?;
    Scanned::read(state)?.mark(file, VERSION)
}

/// Scans the journal of a workspace, unless that was done, and forgets the suggestions that hold a secret; the phrase
/// caches lose them too.
///
/// # Errors
/// When a file cannot be read or changed; the next call scans again.
pub fn journal(workspace: &Workspace, now: Stamp) -> Result<Rescan, RescanError> {
    let (state, path) = (workspace.state(), workspace.journal());
    if !is_due(&path)? {
        return Ok(Rescan::default());
    }
    let _lock = lock(state)?;
    let mut scanned = Scanned::read(state)?;
    let Some(mut journal) = Journal::open_sound(&path, now)? else { return Ok(Rescan::default()) };
    let mut found: BTreeSet<Number> = BTreeSet::new();
    journal.suggestions(|suggestion| {
        if shows_secret(&suggestion) {
            found.insert(suggestion.number);
        }
    })?;
    let is_resumed = scanned.of(&path) == Some(BEGUN);
    let mut rescan = Rescan { suggestions: found.len(), is_resumed, ..Rescan::default() };
    if !found.is_empty() || is_resumed {
        scanned.mark(&path, BEGUN)?;
        if found.is_empty() {
            journal.scrub()?;
        } else {
            journal.forget_numbers(now, "secrets", &found)?;
        }
        let ever = DeletedEntries::of(&journal)?;
        let Purged { changed, .. } = purge(state, &ever, Unreadable::Leave)?;
        rescan.caches = changed;
        // Which suggestions the earlier scan forgot is not known apart from the others.
        let deleted = if is_resumed { ever } else { DeletedEntries::Entries(found) };
        let versions = stale(&Store::of(workspace), &deleted)?;
        rescan.stale = versions.into_iter().map(|(version, _)| version.number).collect();
    }
    scanned.mark(&path, VERSION)?;
    Ok(rescan)
}

/// Returns whether a secret stands in one of a suggestion's texts, or in what is around them.
fn shows_secret(suggestion: &SuggestionHistory) -> bool {
    let around = suggestion.around.as_ref();
    let (before, after) = around.map_or(("", ""), |around| (around.before.as_str(), around.after.as_str()));
    let checks = suggestion.checks.iter().filter_map(|(.., text)| text.as_ref());
    let texts = suggestion.text.iter().chain(around).chain(checks);
    let mut seen = BTreeSet::new();
    texts
        .map(|text| text.text.as_str())
        .filter(|text| seen.insert(*text))
        .any(|text| holds_secret_around(before, text, after))
}

/// Scans a phrase cache, unless that was done, and removes the texts that hold a secret; returns how many. `decode`
/// returns the text of tokens.
///
/// # Errors
/// When a file cannot be read or changed; the next call scans again.
pub fn phrases(file: &Path, decode: impl Fn(&[u32]) -> String) -> Result<usize, RescanError> {
    if !is_due(file)? {
        return Ok(0);
    }
    let state = file.parent().unwrap_or(Path::new("."));
    let _lock = lock(state)?;
    let failed = |source| ForgetError::File { path: file.to_path_buf(), source };
    let stamp = FileStamp::of(file);
    let read = fs::read(file).map_err(failed)?;
    // Nobody can use a damaged cache; whoever tries to tells that.
    let Ok(mut phrases) = Phrases::from_bytes(&read) else { return Ok(0) };
    let removed = phrases.remove_texts(|tokens| holds_secret(&decode(tokens)));
    if removed > 0 {
        let _lock = crate::phrases::lock(state)?;
        if FileStamp::of(file) != stamp {
            // `learn` made another cache meanwhile, perhaps from the texts of this one.
            return Err(StateError::Busy { content: "phrase caches", path: file.to_path_buf() }.into());
        }
        atomic::replace(file, &phrases.to_bytes()).map_err(failed)?;
    }
    Scanned::read(state)?.mark(file, VERSION)?;
    Ok(removed)
}

#[cfg(test)]
mod tests {
    use housestyle_engine::{AdapterWeights, Config, Family, LowRank, Target};
    use housestyle_journal::{Fact, Offered, Taken, Text};
    use housestyle_learn::Manifest;
    use housestyle_learn::phrases::Kind;
    use housestyle_train::format::{About, Adapter, Precision, id_of, write};
    use serde_json::json;

    use super::*;
    use crate::Home;
    use crate::adapters::{Incoming, Origin};
    use crate::phrases;

    /// A password, put together so that none stands in this file.
    fn password() -> String {
        ["q7Rt", "2xWp", "9LmZ"].concat()
    }

    fn accept(journal: &mut Journal, before: &str, text: &str) -> Number {
        let offered = Fact::Offered(Offered::default());
        let named = Text { path: "a.yaml".to_owned(), text: text.to_owned(), ..Text::default() };
        let number = journal.append(Stamp(1), None, &offered, Some(&named)).expect("written");
        let taken = Fact::Accepted(Taken { accepted: text.len(), length: text.len(), ..Taken::default() });
        let around = Text { before: before.to_owned(), text: text.to_owned(), ..Text::default() };
        journal.append(Stamp(2), Some(number), &taken, Some(&around)).expect("written");
        number
    }

    fn workspace(folder: &Path) -> Workspace {
        let [models, state, config] = [folder, folder, folder].map(Path::to_path_buf);
        Workspace::new(folder.to_path_buf(), Home { models, state, config })
    }

    #[test]
    fn stored_secrets_are_forgotten_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let workspace = workspace(folder.path());
        assert_eq!(journal(&workspace, Stamp(3)).expect("nothing is there"), Rescan::default());
        let mut open = Journal::open(&workspace.journal()).expect("a journal");
        let before = format!("user: ann\npassword: {}\n", password());
        let found = [accept(&mut open, &before, "name: x"), accept(&mut open, "password: ", &password())];
        let innocent = accept(&mut open, "password: ", "${PASSWORD}");
        let file = phrases::file(workspace.state(), 7);
        let mut cache = Phrases::new(7);
        cache.insert("a.yaml", Kind::Taken(innocent), &[1, 2]).expect("room");
        let clean = cache.to_bytes();
        cache.insert("a.yaml", Kind::Taken(found[0]), &[3, 4]).expect("room");
        fs::write(&file, cache.to_bytes()).expect("written");

        let rescan = journal(&workspace, Stamp(3)).expect("scanned");
        assert_eq!(rescan, Rescan { suggestions: 2, caches: vec![file.clone()], ..Rescan::default() });
        let left = |open: &Journal| -> Vec<Number> {
            open.accepted_edits().expect("readable").iter().map(|edit| edit.id).collect()
        };
        assert_eq!(left(&open), [innocent]);
        assert!(fs::read(&file).expect("readable") == clean);
        let files = fs::read_dir(workspace.state()).expect("readable").flatten();
        let holds = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).contains(&password());
        assert!(!files.map(|entry| fs::read(entry.path()).unwrap_or_default()).any(holds));

        let later = accept(&mut open, "password: ", &password());
        assert_eq!(journal(&workspace, Stamp(4)).expect("marked"), Rescan::default());
        assert_eq!(left(&open), [innocent, later]);
        mark_as(&workspace, 1);
        assert_eq!(journal(&workspace, Stamp(5)).expect("older rules").suggestions, 1);
        assert_eq!(left(&open), [innocent]);
    }

    /// Adds an adapter whose manifest names a suggestion of the journal.
    fn learn_from(workspace: &Workspace, entry: Number) {
        let span = json!({ "path": "a.yaml", "journal": entry.to_string(), "range": [0, 1], "time": 0 });
        let manifest = json!({ "format": Manifest::FORMAT, "seed": 0, "spans": [span] }).to_string();
        let config = Config {
            family: Family::named("qwen2").expect("a family"),
            layers: 1,
            dim: 8,
            hidden: 8,
            heads: 2,
            kv_heads: 1,
            head_dim: 4,
            rope_dim: 4,
            rope_base: 10_000.0,
            rope_scale: 1.0,
            eps: 1e-6,
            context: 64,
        };
        let (rows, columns) = Target::Up.shape(&config);
        let change = LowRank { a: vec![0.5; columns], b: vec![0.5; rows] };
        let low_rank = [((0, Target::Up), change)].into();
        let weights = AdapterWeights { rank: 1, alpha: 1.0, low_rank, ..AdapterWeights::default() };
        let about = About {
            base_sha256: id_of(b"base"),
            base: "tiny".to_owned(),
            architecture: config.architecture().to_owned(),
            manifest_sha256: Some(id_of(manifest.as_bytes())),
        };
        let weights = write(&Adapter { weights, about }, &config, Precision::Half).expect("writable");
        let (manifest, origin) = (Some(manifest.into_bytes()), Origin::Learned);
        let incoming = Incoming { weights, config: None, manifest, report: None, origin };
        Store::of(workspace).add(&incoming).expect("added");
    }

    #[test]
    fn an_interrupted_scan_still_names_the_adapters() {
        let folder = tempfile::tempdir().expect("a folder");
        let workspace = workspace(folder.path());
        let mut open = Journal::open(&workspace.journal()).expect("a journal");
        let found = accept(&mut open, "password: ", &password());
        learn_from(&workspace, found);
        // The process was killed after the deletion.
        mark_as(&workspace, BEGUN);
        open.forget_numbers(Stamp(3), "secrets", &BTreeSet::from([found])).expect("forgotten");
        let head = open.head().expect("readable");
        let expected = Rescan { is_resumed: true, stale: vec![1], ..Rescan::default() };
        assert_eq!(journal(&workspace, Stamp(4)).expect("scanned"), expected);
        assert_eq!(open.head().expect("readable"), head, "one tombstone");
        assert_eq!(journal(&workspace, Stamp(5)).expect("marked"), Rescan::default());
    }

    fn mark_as(workspace: &Workspace, rules: u32) {
        let content = json!({ "version": 1, "files": { "journal.db": rules } });
        fs::write(list(workspace.state()), content.to_string()).expect("written");
    }

    #[test]
    fn a_phrase_cache_loses_texts_with_secrets_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = phrases::file(folder.path(), 7);
        let decode =
            |tokens: &[u32]| tokens.iter().filter_map(|token| char::from_u32(*token)).collect::<String>();
        let encode = |text: &str| text.chars().map(u32::from).collect::<Vec<u32>>();
        assert_eq!(phrases(&file, decode).expect("nothing is there"), 0);
        let mut cache = Phrases::new(7);
        cache.insert("a.rs", Kind::File, &encode("fn a() {}\n")).expect("room");
        let clean = cache.to_bytes();
        cache.insert("a.yaml", Kind::Edit, &encode(&format!("password: {}\n", password()))).expect("room");
        fs::write(&file, cache.to_bytes()).expect("written");
        assert_eq!(phrases(&file, decode).expect("scanned"), 1);
        assert!(fs::read(&file).expect("readable") == clean);
        fs::write(&file, cache.to_bytes()).expect("written");
        assert_eq!(phrases(&file, decode).expect("marked"), 0);
        fs::remove_file(list(folder.path())).expect("removed");
        mark(&file).expect("marked");
        assert_eq!(phrases(&file, decode).expect("marked"), 0);
        fs::write(list(folder.path()), "damaged").expect("written");
        let learns = crate::phrases::lock(folder.path()).expect("free");
        assert!(phrases(&file, decode).is_err_and(|error| error.is_busy()));
        drop(learns);
        let replaced = |tokens: &[u32]| {
            fs::write(&file, "another cache").expect("written");
            decode(tokens)
        };
        assert!(phrases(&file, replaced).is_err_and(|error| error.is_busy()));
        assert_eq!(fs::read(&file).expect("readable"), b"another cache");
        fs::write(&file, cache.to_bytes()).expect("written");
        assert_eq!(phrases(&file, decode).expect("scanned again"), 1);
    }
}
