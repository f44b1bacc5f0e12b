//! All skills of a workspace with their states: those on the default branch are approved, and no others.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use housestyle_review::{
    DefaultBranch, Folder, FolderError, OnDefault, ProposalState, Proposals, ReviewError, TreeBudget,
    default_branch, merges_of, on_default_branch,
};
use housestyle_skills::lint::{self, Finding, Severity};
use housestyle_skills::{SKILL_FILE, Skill};

use super::entry::{Entry, Mode, State};
use super::read::{Found, LIMITS, ROOTS, name_of, work_tree};
use super::store::{SkillRecords, SkillsError, Store, StoredCandidate};

/// The key in a skill's metadata that names the skills which it replaces.
const SUPERSEDES: &str = "housestyle.supersedes";
/// The key in a skill's metadata that says it is not used any more.
pub const RETIRED: &str = "housestyle.retired";

/// The files of a folder: paths relative to it, and contents.
type Files = Vec<(String, Vec<u8>)>;

/// How much is read: the states alone, or also who approved a skill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// States and contents: milliseconds.
    States,
    /// Also by which merge each skill was approved, which walks through the history.
    Merges,
}

/// All skills of a workspace.
#[derive(Debug, Default)]
pub struct SkillList {
    /// The skills, by name.
    pub entries: Vec<Entry>,
    /// Why no skill is approved: nothing tells the default branch, or the repository cannot be read.
    pub problem: Option<String>,
    /// Git's id of the default branch's newest commit.
    pub commit: Option<String>,
    /// Whether the budget was spent before the default branch's skills were found.
    pub is_unread: bool,
}

/// Returns all skills of a workspace, as far as the budget allows: it holds once for the default branch, and once for all
/// else. Nothing of a workspace that is not trusted is read.
///
/// # Errors
/// When what is noted of skills on this machine cannot be read.
pub fn all(
    root: &Path,
    store: &Store,
    trusted: bool,
    depth: Depth,
    budget: &TreeBudget,
) -> Result<SkillList, SkillsError> {
    if !trusted {
        return Ok(SkillList::default());
    }
    let records = store.records()?;
    let (mut told, mut is_unread, mut commit) = (None, false, None);
    let (default, problem) = match on_default_branch(root, &ROOTS, SKILL_FILE, LIMITS, budget) {
        Ok(default) => {
            commit = Some(default.commit.clone());
            (Some(default), None)
        }
        Err(ReviewError::NoRepository { .. }) => {
            (None, Some("this is no git repository: nothing is approved without one".to_owned()))
        }
        Err(error) => {
            let problem = error.to_string();
            match error {
                ReviewError::NoDefault(_) | ReviewError::Unreadable(_) => told = Some(problem.clone()),
                ReviewError::Budget(_) => {
                    is_unread = true;
                    commit = default_branch(root)
                        .and_then(DefaultBranch::known)
                        .ok()
                        .map(|branch| branch.commit_id());
                }
                _ => {}
            }
            (None, Some(problem))
        }
    };
    budget.renew();
    let mut survey = Survey { records, default, problem, entries: Vec::new(), names: BTreeMap::new() };
    survey.folders(root, budget);
    survey.branches(root, budget);
    survey.candidates(store.candidates()?);
    survey.retired();
    survey.superseded();
    if depth == Depth::Merges {
        survey.merges(root);
    }
    survey.entries.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(SkillList { entries: survey.entries, problem: told, commit, is_unread })
}

struct Survey {
    records: SkillRecords,
    default: Option<OnDefault>,
    /// Why nothing is approved, where there is no default branch.
    problem: Option<String>,
    entries: Vec<Entry>,
    /// The folder that each name was seen in first, by the name in lower case.
    names: BTreeMap<String, String>,
}

impl Survey {
    /// Lists the skills in the folders of the work tree and of the default branch.
    fn folders(&mut self, root: &Path, budget: &TreeBudget) {
        // A workspace may be a folder within a repository, whose skills then count.
        let (bare, root) = match &self.default {
            Some(default) => (default.work_tree.is_none(), default.work_tree.as_deref().unwrap_or(root)),
            None => (false, root),
        };
        let found = if bare { Vec::new() } else { work_tree(root, budget) };
        let approved: BTreeMap<String, Folder> = self
            .default
            .as_ref()
            .map(|default| {
                default.folders.iter().map(|folder| (folder.path.clone(), folder.clone())).collect()
            })
            .unwrap_or_default();
        let here: BTreeMap<String, Found> =
            found.into_iter().map(|found| (found.folder.clone(), found)).collect();
        let paths: BTreeSet<&String> = here.keys().chain(approved.keys()).collect();
        let mut paths: Vec<&String> = paths.into_iter().collect();
        // What is approved has its name first: a file that somebody drops here cannot take its place.
        let root_rank = |path: &str| ROOTS.iter().position(|root| path.starts_with(root));
        paths.sort_by_key(|path| (!approved.contains_key(*path), root_rank(path), path.as_str()));
        for path in paths {
            let entry = match (here.get(path), approved.get(path)) {
                (Some(found), Some(folder)) => self.checked_out(found, folder),
                (None, Some(folder)) if bare => self.approved(folder),
                (None, Some(folder)) => {
                    let reason = "it is approved, but not in this checkout".to_owned();
                    let skill =
                        folder.files.as_ref().ok().and_then(|files| Skill::read(name_of(path), files).ok());
                    Entry { skill, tree: Some(folder.tree.clone()), ..refused(path, reason) }
                }
                (Some(found), None) => self.unapproved(found),
                (None, None) => continue,
            };
            self.add(entry);
        }
    }

    /// Adds a skill; the second one of a name is refused.
    fn add(&mut self, mut entry: Entry) {
        let folder = entry.folder.clone().unwrap_or_default();
        if let Some(first) = self.names.get(&entry.name.to_lowercase()) {
            let same = self.entries.iter().find(|other| other.folder.as_ref() == Some(first));
            let digests = [same, Some(&entry)]
                .map(|entry| entry.and_then(|entry| entry.skill.as_ref()).map(|skill| &skill.digest));
            if digests[0].is_some() && digests[0] == digests[1] {
                return; // a copy for other programs
            }
            entry.reason = Some(format!("{first} has that name already: the first one counts"));
            entry.state = State::Refused;
        } else {
            self.names.insert(entry.name.to_lowercase(), folder);
        }
        entry.counters = self.records.counters.get(&entry.name).cloned().unwrap_or_default();
        let user = self.records.modes.get(&entry.name).copied().unwrap_or_default();
        entry.mode = entry.mode.max(user);
        if entry.state == State::Approved && entry.mode == Mode::Shadow {
            entry.state = State::Shadow;
        }
        self.entries.push(entry);
    }

    /// A skill in the work tree and on the default branch: it counts where both are the same.
    fn checked_out(&self, found: &Found, folder: &Folder) -> Entry {
        match (&found.files, &folder.files) {
            (Err(error), _) => {
                Entry { is_unread: error.is_over_budget(), ..refused(&found.folder, error.to_string()) }
            }
            (Ok(here), Ok(approved)) if !same(here, approved) => {
                let branch = self.default.as_ref().map_or("", |default| &default.branch);
                let branch = branch.trim_start_matches("refs/heads/").trim_start_matches("refs/remotes/");
                let reason = format!(
                    "it differs from what was approved on {branch} ({}): merge the change, or take it back",
                    difference(here, approved)
                );
                let skill = Skill::read(found.name(), here).ok();
                Entry {
                    skill,
                    tree: Some(folder.tree.clone()),
                    files: here.clone(),
                    ..refused(&found.folder, reason)
                }
            }
            _ => self.approved(folder),
        }
    }

    /// A skill as the default branch has it.
    fn approved(&self, folder: &Folder) -> Entry {
        let files = match &folder.files {
            Ok(files) => files,
            Err(error) => {
                let is_unread = matches!(error, FolderError::Budget(_));
                return Entry { is_unread, ..refused(&folder.path, error.to_string()) };
            }
        };
        let mut entry = read(&folder.path, files);
        entry.tree = Some(folder.tree.clone());
        if entry.state != State::Refused {
            entry.state = State::Approved;
            let metadata = entry.skill.as_ref().map(|skill| &skill.metadata);
            entry.mode = metadata.map(Mode::of_team).unwrap_or_default();
            if let Some(when) = metadata.and_then(|metadata| metadata.get(RETIRED)) {
                entry.reason = Some(format!("its own metadata says so ({RETIRED}: {when})"));
                entry.state = State::Retired;
            }
        }
        entry
    }

    /// A skill in the work tree alone.
    fn unapproved(&self, found: &Found) -> Entry {
        let files = match &found.files {
            Ok(files) => files,
            Err(error) => return refused(&found.folder, error.to_string()),
        };
        let mut entry = read(&found.folder, files);
        if entry.state != State::Refused {
            let reason = "it is not on the default branch: it counts once it is merged";
            entry.reason = Some(self.problem.clone().unwrap_or_else(|| reason.to_owned()));
        }
        entry
    }

    /// Notes which skills are proposed on a branch.
    fn branches(&mut self, root: &Path, budget: &TreeBudget) {
        let Ok(proposals) = Proposals::of(root, budget) else { return };
        for branch in proposals.branches().unwrap_or_default() {
            if budget.take().is_err() {
                break;
            }
            let reference = branch
                .reference
                .trim_start_matches("refs/heads/")
                .trim_start_matches("refs/remotes/")
                .to_owned();
            let reason = format!("branch {reference} waits for review");
            if let Some(entry) = self.entries.iter_mut().find(|entry| entry.name == branch.name) {
                if entry.state == State::Candidate {
                    entry.state = State::Proposed;
                    entry.reason = Some(reason);
                }
                entry.branches.push(reference);
                continue;
            }
            // Adapters are proposed on such branches, too; and one that was merged may have been left.
            let merged = matches!(proposals.state(&branch.name), Ok(ProposalState::Merged));
            let folder = ROOTS.iter().find_map(|parent| {
                let folder = format!("{parent}/{}", branch.name);
                proposals.folder_at(&branch.commit, &folder, LIMITS).ok().flatten()
            });
            let Some(folder) = folder.filter(|_| !merged) else { continue };
            let mut entry = match &folder.files {
                Ok(files) => read(&folder.path, files),
                Err(error) => refused(&folder.path, error.to_string()),
            };
            if entry.state != State::Refused {
                entry.state = State::Proposed;
                entry.reason = Some(reason);
            }
            entry.branches.push(reference);
            self.add(entry);
        }
    }

    /// Lists the mined candidates.
    fn candidates(&mut self, candidates: Vec<StoredCandidate>) {
        for candidate in candidates {
            let files = candidate.contents();
            if let Some(entry) = self.entries.iter_mut().find(|entry| entry.name == candidate.name) {
                entry.report = entry.report.take().or(candidate.report);
                continue;
            }
            let mut entry = read(&candidate.name, &files);
            entry.folder = None;
            entry.report = candidate.report;
            self.add_unplaced(entry);
        }
    }

    fn add_unplaced(&mut self, mut entry: Entry) {
        entry.counters = self.records.counters.get(&entry.name).cloned().unwrap_or_default();
        self.entries.push(entry);
    }

    /// Lists skills that were loaded here once and have left the default branch.
    fn retired(&mut self) {
        let known: BTreeSet<&String> = self.entries.iter().map(|entry| &entry.name).collect();
        let missing: Vec<String> = self
            .records
            .counters
            .iter()
            .filter(|(name, counters)| counters.digest.is_some() && !known.contains(name))
            .map(|(name, _)| name.clone())
            .collect();
        for name in missing {
            let mut entry = Entry::blank(&name, State::Retired);
            entry.reason = Some("it was in use here, and is not on the default branch any more".to_owned());
            self.add_unplaced(entry);
        }
    }

    /// Marks skills that another approved one replaces.
    fn superseded(&mut self) {
        let mut replaced: BTreeMap<String, String> = BTreeMap::new();
        for entry in self.entries.iter().filter(|entry| entry.state == State::Approved) {
            let names = entry.skill.as_ref().and_then(|skill| skill.metadata.get(SUPERSEDES));
            for name in names.map_or("", |names| names).split([',', ' ']).filter(|name| !name.is_empty()) {
                if name != entry.name {
                    replaced.insert(name.to_owned(), entry.name.clone());
                }
            }
        }
        for entry in &mut self.entries {
            if let Some(by) =
                replaced.get(&entry.name).filter(|_| matches!(entry.state, State::Approved | State::Shadow))
            {
                entry.state = State::Superseded;
                entry.reason = Some(format!("{by} replaces it"));
            }
        }
    }

    /// Tells by which merge each skill was approved.
    fn merges(&mut self, root: &Path) {
        let asked: Vec<(&str, &str)> = self
            .entries
            .iter()
            .filter_map(|entry| Some((entry.folder.as_deref()?, entry.tree.as_deref()?)))
            .collect();
        let Ok(merges) = merges_of(root, &asked) else { return };
        let mut merges = merges.into_iter();
        for entry in self.entries.iter_mut().filter(|entry| entry.folder.is_some() && entry.tree.is_some()) {
            entry.merge = merges.next().flatten();
        }
    }
}

/// Reads a skill; it is a candidate, or refused.
fn read(folder: &str, files: &Files) -> Entry {
    let name = name_of(folder);
    let findings = lint::lint(name, files);
    let mut entry = match Skill::read(name, files) {
        Ok(skill) => {
            let reason = hard(&findings).map(|finding| finding.to_string());
            let state = if reason.is_some() { State::Refused } else { State::Candidate };
            Entry { skill: Some(skill), state, reason, ..Entry::blank(name, state) }
        }
        Err(error) => Entry { reason: Some(error.to_string()), ..Entry::blank(name, State::Refused) },
    };
    entry.folder = Some(folder.to_owned());
    entry.files = files.clone();
    entry.findings = findings;
    entry
}

/// Returns the first finding that refuses any skill, also one by people.
fn hard(findings: &[Finding]) -> Option<&Finding> {
    findings.iter().find(|finding| finding.severity == Severity::Refused)
}

fn refused(folder: &str, reason: String) -> Entry {
    let mut entry = Entry::blank(name_of(folder), State::Refused);
    entry.folder = Some(folder.to_owned());
    entry.reason = Some(reason);
    entry
}

/// Returns whether two folders hold the same, line ends aside: git may change those on checkout.
fn same(here: &Files, approved: &Files) -> bool {
    let key = |files: &Files| -> BTreeMap<String, Vec<u8>> {
        files.iter().map(|(path, content)| (path.clone(), normalized(content))).collect()
    };
    key(here) == key(approved)
}

fn normalized(content: &[u8]) -> Vec<u8> {
    match std::str::from_utf8(content) {
        Ok(text) if !text.contains('\0') => text.replace("\r\n", "\n").into_bytes(),
        _ => content.to_vec(),
    }
}

/// Returns in which file two folders differ first.
fn difference(here: &Files, approved: &Files) -> String {
    let (here, approved): (BTreeMap<_, _>, BTreeMap<_, _>) =
        (here.iter().cloned().collect(), approved.iter().cloned().collect());
    let paths: BTreeSet<&String> = here.keys().chain(approved.keys()).collect();
    let differs = paths.into_iter().find_map(|path| match (here.get(path), approved.get(path)) {
        (Some(_), None) => Some(format!("{path} is new")),
        (None, Some(_)) => Some(format!("{path} is missing")),
        (Some(a), Some(b)) if normalized(a) != normalized(b) => Some(format!("{path} is changed")),
        _ => None,
    });
    differs.unwrap_or_else(|| "its files".to_owned())
}
