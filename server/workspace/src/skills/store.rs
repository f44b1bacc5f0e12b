//! The state of a workspace's skills on this machine: candidates, rejected rules, switches, counters.
//!
//! Two small JSON files, each replaced as a whole under one lock: a process may be killed at any moment, and readers
//! need no lock.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::entry::Mode;
use crate::private;
use crate::state_file::{self, Format, StateError};
use crate::workspace::Workspace;

/// Both files.
const FORMAT: Format = Format {
    version: 1,
    most_bytes: 32 << 20,
    complaint: "cannot be read",
    advice: "; move it away and mine anew (`housestyle skill mine`)",
};
/// Most measured effects of a skill that are stored, the newest last.
const MOST_EFFECTS: usize = 8;
/// By how much the evidence must grow for a rejected candidate to come back.
const GROWTH: u64 = 2;

/// Why the state of skills could not be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum SkillsError {
    /// A file.
    #[error(transparent)]
    State(#[from] StateError),
    /// Nothing has that name.
    #[error("there is no candidate {name:?} in this workspace: see `housestyle skill list`")]
    Unknown {
        /// The name.
        name: String,
    },
}

/// A skill that was mined and not yet proposed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredCandidate {
    /// Its name.
    pub name: String,
    /// The files of its folder: paths relative to it, and texts.
    pub files: Vec<(String, String)>,
    /// Edits that support it.
    pub evidence: u64,
    /// When it was mined, in seconds since 1970.
    pub mined: u64,
    /// The miner's report; `None` in files of earlier versions.
    #[serde(default)]
    pub report: Option<MinerReport>,
}

/// The miner's report of a candidate. Fields that are not read here stay, for programs.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct MinerReport {
    /// Its support in the mined edits.
    #[serde(default)]
    pub support: Support,
    /// How held-out edits follow it.
    #[serde(default, rename = "later")]
    pub held_out: HeldOutSupport,
    /// All else.
    #[serde(flatten)]
    pub rest: serde_json::Map<String, serde_json::Value>,
}

/// The support of a candidate in the mined edits.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Support {
    /// Edits of a file in which something follows it.
    #[serde(default)]
    pub edits: u64,
    /// Their files.
    #[serde(default)]
    pub files: u64,
    /// Their authors.
    #[serde(default)]
    pub authors: u64,
    /// All else.
    #[serde(flatten)]
    pub rest: serde_json::Map<String, serde_json::Value>,
}

/// How held-out edits follow a candidate.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct HeldOutSupport {
    /// New places where it applies.
    #[serde(default)]
    pub places: u64,
    /// Those that follow it.
    #[serde(default)]
    pub followed: u64,
    /// The 95 % interval of the share that follows it.
    #[serde(default)]
    pub interval: [f64; 2],
    /// All else.
    #[serde(flatten)]
    pub rest: serde_json::Map<String, serde_json::Value>,
}

impl StoredCandidate {
    /// Returns the files as they would be read from a folder.
    pub fn contents(&self) -> Vec<(String, Vec<u8>)> {
        self.files.iter().map(|(path, text)| (path.clone(), text.clone().into_bytes())).collect()
    }
}

/// The rejection of a candidate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rejected {
    /// Edits that supported it then.
    pub evidence: u64,
    /// When, in seconds since 1970.
    pub time: u64,
    /// Its `rule.json`: the same rule under another name is the same rule.
    #[serde(default)]
    pub rule: Option<serde_json::Value>,
}

/// A measured effect of a skill: by how much completions are better with it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Effect {
    /// When it was measured, in seconds since 1970.
    pub time: u64,
    /// The difference that was measured.
    pub diff: f64,
    /// Its 95 % interval.
    pub ci95: [f64; 2],
    /// In how many places.
    pub places: u64,
}

/// The counts of a skill's effects.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Counters {
    /// When the skill was loaded here first, in seconds since 1970.
    #[serde(default)]
    pub since: u64,
    /// How often the skill took part in a completion.
    #[serde(default)]
    pub uses: u64,
    /// How often the skill proved right: somebody kept a completion with it, or took its fix.
    #[serde(default)]
    pub validated: u64,
    /// The last such time, in seconds since 1970.
    #[serde(default)]
    pub last_validated: Option<u64>,
    /// How often somebody said "not here".
    #[serde(default)]
    pub objections: u64,
    /// Effects, the newest last.
    #[serde(default)]
    pub effects: Vec<Effect>,
    /// The digest that was loaded last.
    #[serde(default)]
    pub digest: Option<String>,
}

/// An effect of a skill on a completion.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Use {
    /// The skill.
    pub name: String,
    /// Its digest.
    pub digest: String,
    /// Completions in which the skill took part.
    pub uses: u64,
    /// Such completions that somebody kept, and fixes that somebody took.
    pub validated: u64,
    /// How often somebody said "not here".
    pub objections: u64,
}

/// What is recorded of skills by name.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SkillRecords {
    #[serde(default)]
    version: u32,
    /// Candidates that nobody wanted.
    #[serde(default)]
    pub rejected: BTreeMap<String, Rejected>,
    /// The user's modes, each stricter than the team's.
    #[serde(default)]
    pub modes: BTreeMap<String, Mode>,
    /// The counts of each skill.
    #[serde(default)]
    pub counters: BTreeMap<String, Counters>,
}

impl SkillRecords {
    /// Returns whether a candidate stays rejected: its evidence has not grown enough since.
    pub fn is_rejected(&self, name: &str, rule: Option<&serde_json::Value>, evidence: u64) -> bool {
        self.rejected.iter().any(|(rejected, then)| {
            let same = rejected == name || (rule.is_some() && then.rule.as_ref() == rule);
            same && evidence < then.evidence.saturating_mul(GROWTH)
        })
    }
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Candidates {
    #[serde(default)]
    version: u32,
    candidates: Vec<StoredCandidate>,
}

/// The files about the skills of one workspace.
#[derive(Debug, Clone)]
pub struct Store {
    folder: PathBuf,
}

impl Store {
    /// Returns the store of the workspace.
    pub fn of(workspace: &Workspace) -> Store {
        Store::at(workspace.state())
    }

    /// Returns the store below the folder of a workspace's state, which need not exist.
    pub fn at(state: &Path) -> Store {
        Store { folder: state.join("skills") }
    }

    /// Returns the candidates, best first.
    ///
    /// # Errors
    /// When the file is there and cannot be read.
    pub fn candidates(&self) -> Result<Vec<StoredCandidate>, SkillsError> {
        Ok(FORMAT.read::<Candidates>(&self.candidates_file())?.unwrap_or_default().candidates)
    }

    /// Replaces all candidates, best first, in one step. Those that stay rejected are left out.
    ///
    /// # Errors
    /// When the file cannot be changed; then all is as it was.
    pub fn replace_candidates(&self, candidates: Vec<StoredCandidate>) -> Result<(), SkillsError> {
        self.locked(|store| {
            let records = store.records()?;
            let mut candidates = candidates;
            candidates.retain(|candidate| {
                !records.is_rejected(&candidate.name, rule_of(candidate).as_ref(), candidate.evidence)
            });
            Ok(state_file::write(
                &store.candidates_file(),
                &Candidates { version: FORMAT.version, candidates },
            )?)
        })
    }

    /// Returns rejected rules, switches and counters.
    ///
    /// # Errors
    /// When the file is there and cannot be read.
    pub fn records(&self) -> Result<SkillRecords, SkillsError> {
        Ok(FORMAT.read(&self.records_file())?.unwrap_or_default())
    }

    /// Removes a candidate, and remembers with how much evidence nobody wanted it.
    ///
    /// # Errors
    /// When there is no such candidate, or the files cannot be changed.
    pub fn reject(&self, name: &str, now: u64) -> Result<Rejected, SkillsError> {
        self.locked(|store| {
            let mut found: Candidates = FORMAT.read(&store.candidates_file())?.unwrap_or_default();
            let at = found.candidates.iter().position(|candidate| candidate.name == name);
            let at = at.ok_or_else(|| SkillsError::Unknown { name: name.to_owned() })?;
            let candidate = found.candidates.remove(at);
            let rejected =
                Rejected { evidence: candidate.evidence.max(1), time: now, rule: rule_of(&candidate) };
            // What is remembered goes first: killed between the two, the candidate is merely listed once more.
            store
                .change_records(|records| drop(records.rejected.insert(name.to_owned(), rejected.clone())))?;
            state_file::write(&store.candidates_file(), &Candidates { version: FORMAT.version, ..found })?;
            Ok(rejected)
        })
    }

    /// Switches a skill for this user.
    ///
    /// # Errors
    /// When the file cannot be changed.
    pub fn set_mode(&self, name: &str, mode: Mode) -> Result<(), SkillsError> {
        self.locked(|store| {
            store.change_records(|records| match mode {
                Mode::On => drop(records.modes.remove(name)),
                mode => drop(records.modes.insert(name.to_owned(), mode)),
            })
        })
    }

    /// Counts what happened with skills. A skill that is named with no use is noted as loaded.
    ///
    /// # Errors
    /// When the file cannot be changed.
    pub fn note_uses(&self, uses: &[Use], now: u64) -> Result<(), SkillsError> {
        if uses.is_empty() {
            return Ok(());
        }
        self.locked(|store| {
            store.change_records(|records| {
                for used in uses {
                    let counters = records.counters.entry(used.name.clone()).or_default();
                    if counters.digest.as_ref() != Some(&used.digest) {
                        // Another content is another skill, which has its time before it.
                        *counters =
                            Counters { since: now, digest: Some(used.digest.clone()), ..Counters::default() };
                    }
                    counters.uses = counters.uses.saturating_add(used.uses);
                    counters.validated = counters.validated.saturating_add(used.validated);
                    counters.objections = counters.objections.saturating_add(used.objections);
                    if used.validated > 0 {
                        counters.last_validated = Some(now);
                    }
                }
            })
        })
    }

    /// Notes a measured effect of a skill.
    ///
    /// # Errors
    /// When the file cannot be changed.
    pub fn note_effect(&self, name: &str, effect: Effect) -> Result<(), SkillsError> {
        self.locked(|store| {
            store.change_records(|records| {
                let counters = records.counters.entry(name.to_owned()).or_default();
                counters.effects.push(effect);
                let surplus = counters.effects.len().saturating_sub(MOST_EFFECTS);
                counters.effects.drain(..surplus);
            })
        })
    }

    fn candidates_file(&self) -> PathBuf {
        self.folder.join("candidates.json")
    }

    fn records_file(&self) -> PathBuf {
        self.folder.join("memory.json")
    }

    /// Changes rejected rules, switches and counters; under the lock.
    fn change_records(&self, change: impl FnOnce(&mut SkillRecords)) -> Result<(), SkillsError> {
        let mut records = self.records()?;
        change(&mut records);
        Ok(state_file::write(&self.records_file(), &SkillRecords { version: FORMAT.version, ..records })?)
    }

    fn locked<T>(&self, change: impl FnOnce(&Store) -> Result<T, SkillsError>) -> Result<T, SkillsError> {
        private::make_folder(&self.folder).map_err(StateError::file("make the folder", &self.folder))?;
        let _lock = state_file::lock(&self.folder.join("lock"), "skills")?;
        change(self)
    }
}

fn rule_of(candidate: &StoredCandidate) -> Option<serde_json::Value> {
    let (_, text) = candidate.files.iter().find(|(path, _)| path == housestyle_skills::RULE_FILE)?;
    serde_json::from_str(text).ok()
}
