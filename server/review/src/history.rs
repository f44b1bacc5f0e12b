//! The history of a repository: the commits that are edits, from the oldest to the newest.

use std::collections::HashSet;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use git2::{ErrorCode, Mailmap, Oid, Repository, Sort, TreeWalkMode, TreeWalkResult};
use housestyle_learn::Commit;
use housestyle_learn::exclusions::{Exclusion, ExclusionCounts, exclude_changes, is_bot, reverted};

use crate::attributes::TreeAttributes;
use crate::error::ReviewError;
use crate::mailmap;
use crate::read::Reader;
use crate::repository::open;

/// Most ancestors of a commit that are looked at for edits before it.
const MOST_ANCESTORS: usize = 64;

/// The part of a history to read.
#[derive(Clone)]
pub struct HistoryOptions {
    /// Only commits after this one, in any of git's spellings.
    pub since: Option<String>,
    /// At most this many commits, the newest.
    pub most: usize,
    /// Says of a path whether it must not be read: it may hold secrets.
    pub forbidden: Arc<dyn Fn(&str) -> bool + Send + Sync>,
}

impl Default for HistoryOptions {
    fn default() -> HistoryOptions {
        HistoryOptions { since: None, most: 20_000, forbidden: Arc::new(|_| false) }
    }
}

impl fmt::Debug for HistoryOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HistoryOptions").field("since", &self.since).field("most", &self.most).finish()
    }
}

/// The commits of a repository that may be learned from. They are read one by one, as they are asked for.
pub struct History {
    repository: Repository,
    commits: Vec<Oid>,
    head: Oid,
    exclusions: ExclusionCounts,
    options: HistoryOptions,
    mailmap: Option<Mailmap>,
    is_partial: bool,
}

impl fmt::Debug for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("History").field("head", &self.head).field("commits", &self.commits.len()).finish()
    }
}

/// One file as it stands at HEAD.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeadFile {
    /// Its path.
    pub path: String,
    /// The id of its text.
    pub blob: String,
    /// Its text.
    pub text: String,
}

/// One commit without its exclusions, which are counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadCommit {
    /// The commit.
    pub commit: Commit,
    /// The excluded files and hunks, by reason.
    pub exclusions: ExclusionCounts,
}

impl History {
    /// Lists the commits that HEAD reaches, from the oldest to the newest, without the excluded ones. Commits of parallel
    /// branches are in the order of their times; merges are excluded, since the commits that they join are in the list.
    ///
    /// The repository may be bare, shallow, or dirty: only commits count.
    ///
    /// # Errors
    /// When there is no repository or no commit, or when its history cannot be walked.
    pub fn open(folder: &Path, options: HistoryOptions) -> Result<History, ReviewError> {
        let repository = discover(folder)?;
        let head = head(&repository, folder)?;
        let mut walk = repository.revwalk().map_err(ReviewError::Walk)?;
        walk.set_sorting(Sort::TOPOLOGICAL | Sort::TIME | Sort::REVERSE).map_err(ReviewError::Walk)?;
        walk.push(head).map_err(ReviewError::Walk)?;
        if let Some(revision) = &options.since {
            let known = repository.revparse_single(revision).and_then(|found| found.peel_to_commit());
            let known = known.map_err(|source| ReviewError::Since { revision: revision.clone(), source })?;
            walk.hide(known.id()).map_err(ReviewError::Walk)?;
        }
        let all: Vec<Oid> = walk.collect::<Result<_, _>>().map_err(ReviewError::Walk)?;
        let all = &all[all.len().saturating_sub(options.most)..];
        let (commits, exclusions) = select(&repository, all)?;
        let (mailmap, is_partial) = (mailmap::of(&repository, head), is_partial(&repository));
        Ok(History { repository, commits, head, exclusions, options, mailmap, is_partial })
    }

    /// Returns how many commits there are.
    pub fn len(&self) -> usize {
        self.commits.len()
    }

    /// Returns whether there is no commit to learn from.
    pub fn is_empty(&self) -> bool {
        self.commits.is_empty()
    }

    /// Returns the id of the newest commit, merge or not, in hexadecimal digits.
    pub fn head(&self) -> String {
        self.head.to_string()
    }

    /// Returns the ids of the commits, from the oldest to the newest.
    pub fn ids(&self) -> impl Iterator<Item = String> {
        self.commits.iter().map(Oid::to_string)
    }

    /// Returns whether older commits are missing because the clone is shallow.
    pub fn is_shallow(&self) -> bool {
        self.repository.is_shallow()
    }

    /// Returns the commits that are excluded as a whole, counted by reason.
    pub fn exclusions(&self) -> &ExclusionCounts {
        &self.exclusions
    }

    /// Calls `each` with every file at HEAD that is somebody's writing, in the order of the paths. Returns the excluded
    /// files, counted by reason.
    ///
    /// # Errors
    /// When the tree of HEAD is damaged or missing.
    pub fn files(&self, mut each: impl FnMut(HeadFile)) -> Result<ExclusionCounts, ReviewError> {
        let failed = |source| self.unread(self.head, source);
        let tree = self.repository.find_commit(self.head).and_then(|commit| commit.tree()).map_err(failed)?;
        let reader = self.reader();
        let attributes = TreeAttributes::new(&self.repository, &tree);
        let mut counts = ExclusionCounts::default();
        let walked = tree.walk(TreeWalkMode::PreOrder, |folder, entry| {
            if entry.kind() != Some(git2::ObjectType::Tree) {
                let path = [folder.as_bytes(), entry.name_bytes()].concat();
                match reader.writing(&path, entry.filemode(), entry.id(), Some(&attributes)) {
                    Ok((path, text)) => each(HeadFile { path, blob: entry.id().to_string(), text }),
                    Err(reason) => counts.add(reason),
                }
            }
            TreeWalkResult::Ok
        });
        walked.map_err(failed)?;
        Ok(counts)
    }

    /// Returns the id of the tree of the commit before a commit; `None` where nothing came before.
    ///
    /// # Errors
    /// When one of the two commits is damaged or missing.
    pub fn tree_before(&self, index: usize) -> Result<Option<String>, ReviewError> {
        let id = self.commits[index];
        let failed = |source| self.unread(id, source);
        let commit = self.repository.find_commit(id).map_err(failed)?;
        if commit.parent_count() == 0 {
            return Ok(None);
        }
        Ok(Some(commit.parent(0).map_err(failed)?.tree_id().to_string()))
    }

    /// Returns the ids of at most `most` edits among the ancestors of a commit, the latest first, also those before the
    /// part of the history that is read.
    ///
    /// # Errors
    /// When the history cannot be walked, or an ancestor is damaged or missing.
    pub fn edits_before(&self, index: usize, most: usize) -> Result<Vec<String>, ReviewError> {
        let id = self.commits[index];
        let commit = self.repository.find_commit(id).map_err(|source| self.unread(id, source))?;
        let mut walk = self.repository.revwalk().map_err(ReviewError::Walk)?;
        // Not in topological order: for that git would walk the whole history first.
        walk.set_sorting(Sort::TIME).map_err(ReviewError::Walk)?;
        for parent in commit.parent_ids() {
            walk.push(parent).map_err(|source| self.unread(parent, source))?;
        }
        let mut found = Vec::new();
        for ancestor in walk.take(MOST_ANCESTORS) {
            let ancestor = ancestor.map_err(ReviewError::Walk)?;
            let commit =
                self.repository.find_commit(ancestor).map_err(|source| self.unread(ancestor, source))?;
            if exclusion(&commit).is_none() {
                found.push(ancestor.to_string());
            }
            if found.len() >= most {
                break;
            }
        }
        Ok(found)
    }

    /// Reads one commit.
    ///
    /// # Errors
    /// When the commit, or the commit before it, is damaged or missing, or a partial clone lacks texts of them.
    pub fn read(&self, index: usize) -> Result<ReadCommit, ReviewError> {
        self.read_commit(self.commits[index])
    }

    /// Reads a commit by its id.
    ///
    /// # Errors
    /// As [`History::read`], or when that is no id.
    pub fn read_id(&self, id: &str) -> Result<ReadCommit, ReviewError> {
        let found = Oid::from_str(id);
        self.read_commit(found.map_err(|source| ReviewError::Commit { commit: id.to_owned(), source })?)
    }

    fn read_commit(&self, id: Oid) -> Result<ReadCommit, ReviewError> {
        let (mut commit, mut exclusions) =
            self.reader().read(id).map_err(|source| self.unread(id, source))?;
        if self.is_partial && exclusions.of(Exclusion::Missing) > 0 {
            return Err(ReviewError::NotFetched { commit: id.to_string() });
        }
        exclusions.merge(&exclude_changes(&mut commit.files));
        Ok(ReadCommit { commit, exclusions })
    }

    fn reader(&self) -> Reader<'_> {
        let forbidden = &*self.options.forbidden;
        Reader { repository: &self.repository, forbidden, mailmap: self.mailmap.as_ref() }
    }

    /// Returns the error of a commit that cannot be read.
    fn unread(&self, commit: Oid, source: git2::Error) -> ReviewError {
        let commit = commit.to_string();
        match source.code() {
            ErrorCode::NotFound if self.is_partial => ReviewError::NotFetched { commit },
            _ => ReviewError::Commit { commit, source },
        }
    }
}

/// Opens the repository that holds `folder`, for its history.
pub(crate) fn discover(folder: &Path) -> Result<Repository, ReviewError> {
    open(folder).map_err(|error| match error {
        ReviewError::NoRepository { path, source } => ReviewError::NoHistory { folder: path, source },
        error => error,
    })
}

/// Returns whether a repository lacks texts on purpose, which git fetches when it needs them. A clone without large files
/// alone has all texts that count here.
fn is_partial(repository: &Repository) -> bool {
    let Ok(config) = repository.config().and_then(|mut config| config.snapshot()) else { return false };
    let Ok(remotes) = repository.remotes() else { return false };
    remotes.iter().flatten().flatten().any(|remote| {
        let filter = config.get_str(&format!("remote.{remote}.partialclonefilter")).unwrap_or_default();
        config.get_bool(&format!("remote.{remote}.promisor")).unwrap_or(false)
            && !filter.starts_with("blob:limit=")
    })
}

fn head(repository: &Repository, folder: &Path) -> Result<Oid, ReviewError> {
    let folder = || folder.to_path_buf();
    let reference = repository.head().map_err(|source| match source.code() {
        ErrorCode::UnbornBranch | ErrorCode::NotFound => ReviewError::EmptyHistory { folder: folder() },
        _ => ReviewError::Head { folder: folder(), source },
    })?;
    let commit = reference.peel_to_commit();
    Ok(commit.map_err(|source| ReviewError::Head { folder: folder(), source })?.id())
}

/// Returns the reason why a commit is no edit, with the ids of the commits that it takes back.
fn exclusion(commit: &git2::Commit<'_>) -> Option<(Exclusion, Vec<String>)> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if commit.parent_count() > 1 {
        return Some((Exclusion::Merge, Vec::new()));
    }
    if let Some(named) = reverted(&text(commit.message_bytes())) {
        return Some((Exclusion::Revert, named));
    }
    let author = commit.author();
    let is_bot = is_bot(&text(author.name_bytes()), &text(author.email_bytes()));
    is_bot.then(|| (Exclusion::Bot, Vec::new()))
}

/// Returns the commits that are edits, in the same order.
fn select(repository: &Repository, all: &[Oid]) -> Result<(Vec<Oid>, ExclusionCounts), ReviewError> {
    let mut counts = ExclusionCounts::default();
    let mut reverted_ids: HashSet<String> = HashSet::new();
    let mut kept = Vec::new();
    for id in all {
        let failed = |source| ReviewError::Commit { commit: id.to_string(), source };
        let commit = repository.find_commit(*id).map_err(failed)?;
        match exclusion(&commit) {
            Some((reason, named)) => {
                counts.add(reason);
                reverted_ids.extend(named);
            }
            None => kept.push(*id),
        }
    }
    let is_reverted = |id: &Oid| {
        let id = id.to_string();
        // Messages may name a commit by the first digits of its id.
        (7..=id.len()).any(|digits| reverted_ids.contains(&id[..digits]))
    };
    kept.retain(|id| {
        let was_reverted = !reverted_ids.is_empty() && is_reverted(id);
        if was_reverted {
            counts.add(Exclusion::Reverted);
        }
        !was_reverted
    });
    Ok((kept, counts))
}
