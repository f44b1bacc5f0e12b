//! Folders on the team's default branch, and by which commit they came there as they are.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use git2::{Commit, ObjectType, Oid, Repository, Tree, TreeEntry};

use crate::budget::{OverBudget, TreeBudget};
use crate::default_branch::find;
use crate::error::{ReviewError, during};
use crate::merged::{Merged, merge_of};
use crate::repository::{open, tree_at};

/// Mode of a link in a tree.
const LINK: i32 = 0o120_000;
/// Commits of the default branch that are walked back at most.
const MOST_COMMITS: usize = 100_000;

/// How much of a folder is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FolderLimits {
    /// Folders in one parent at most.
    pub folders: usize,
    /// Files of a folder at most.
    pub files: usize,
    /// Bytes of a folder at most.
    pub bytes: usize,
    /// Folders below folders at most.
    pub depth: usize,
}

/// Why the files of a folder are not read.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum FolderError {
    /// The command has read too much already.
    #[error(transparent)]
    Budget(#[from] OverBudget),
    /// Folders lie too deep in each other.
    #[error("{path} is more than {most} folders deep")]
    TooDeep {
        /// The deepest folder, with `/` at its end.
        path: String,
        /// Most folders below folders.
        most: usize,
    },
    /// There are too many files.
    #[error("it has more than {most} files")]
    TooMany {
        /// Most files.
        most: usize,
    },
    /// The files are too large together.
    #[error("it has more than {most} bytes")]
    TooLarge {
        /// Most bytes.
        most: usize,
    },
    /// A name is no text.
    #[error("a name below {folder:?} is no UTF-8")]
    Name {
        /// The folder that holds it, with `/` at its end.
        folder: String,
    },
    /// A link is among the files.
    #[error("{path} is a symbolic link: a skill's files are to be files")]
    Link {
        /// The link.
        path: String,
    },
    /// A submodule is among the files.
    #[error("{path} is no file, but a submodule")]
    Submodule {
        /// The submodule.
        path: String,
    },
    /// Git cannot read a file or folder.
    #[error("{path} cannot be read from git: {}; `git fsck` tells what is missing", source.message())]
    Git {
        /// The file or folder.
        path: String,
        /// Git's error.
        source: Arc<git2::Error>,
    },
}

/// A folder as the default branch has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Folder {
    /// Its path, parted by `/`, relative to the root.
    pub path: String,
    /// Git's id of its content.
    pub tree: String,
    /// Its files as relative paths and contents; or the reason why they are not read.
    pub files: Result<Vec<(String, Vec<u8>)>, FolderError>,
}

/// The default branch and folders of it.
#[derive(Debug, Clone, PartialEq)]
pub struct OnDefault {
    /// The branch.
    pub branch: String,
    /// Its newest commit.
    pub commit: String,
    /// The work tree; none in a bare repository.
    pub work_tree: Option<PathBuf>,
    /// The folders, by parent in the order asked for, then by name.
    pub folders: Vec<Folder>,
}

/// Returns the folders below `parents` that hold the file `marker` on the default branch. Those beyond the budget have
/// that reason in the place of files.
///
/// # Errors
/// When there is no repository or no default branch, objects cannot be read, or the budget is spent before the parents are
/// found.
pub fn on_default_branch(
    path: &Path,
    parents: &[&str],
    marker: &str,
    limits: FolderLimits,
    budget: &TreeBudget,
) -> Result<OnDefault, ReviewError> {
    let repository = open(path)?;
    let branch = find(&repository)?.known()?;
    let commit = branch.commit(&repository)?;
    let source = Source { repository: &repository, limits, budget };
    let folders = source.folders(&commit, parents, marker)?;
    let work_tree = repository.workdir().map(Path::to_path_buf);
    let commit = commit.id().to_string();
    Ok(OnDefault { branch: branch.reference, commit, work_tree, folders })
}

/// Returns whether the default branch has a folder; with `holding`, one in which another folder has that file.
///
/// # Errors
/// When there is no repository or no default branch, objects cannot be read, or the budget is spent.
pub fn has_folder(
    path: &Path,
    folder: &str,
    holding: Option<&str>,
    budget: &TreeBudget,
) -> Result<bool, ReviewError> {
    let repository = open(path)?;
    let tip = find(&repository)?.known()?.commit(&repository)?;
    let Some(tree) = tree_at(&repository, &tip, folder, budget)? else { return Ok(false) };
    let Some(file) = holding else { return Ok(true) };
    for entry in tree.iter().filter(|entry| entry.kind() == Some(ObjectType::Tree)) {
        budget.take_tree(&repository, entry.id())?;
        if repository.find_tree(entry.id()).is_ok_and(|child| child.get_name(file).is_some()) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A repository, and how much is read of it.
#[derive(Clone, Copy)]
pub(crate) struct Source<'r> {
    pub(crate) repository: &'r Repository,
    pub(crate) limits: FolderLimits,
    pub(crate) budget: &'r TreeBudget,
}

impl<'r> Source<'r> {
    /// Returns the folders below `parents` of a commit that hold the file `marker`.
    pub(crate) fn folders(
        self,
        commit: &Commit<'_>,
        parents: &[&str],
        marker: &str,
    ) -> Result<Vec<Folder>, ReviewError> {
        let mut folders = Vec::new();
        for parent in parents {
            let Some(tree) = tree_at(self.repository, commit, parent, self.budget)? else { continue };
            for entry in tree.iter().take(self.limits.folders) {
                let (Ok(name), Some(ObjectType::Tree)) =
                    (std::str::from_utf8(entry.name_bytes()), entry.kind())
                else {
                    continue;
                };
                let (path, tree) = (format!("{parent}/{name}"), entry.id().to_string());
                if let Err(error) = self.budget.take_tree(self.repository, entry.id()) {
                    folders.push(Folder { path, tree, files: Err(error.into()) });
                    continue;
                }
                let Ok(child) = self.repository.find_tree(entry.id()) else { continue };
                let is_marker =
                    |entry: TreeEntry<'_>| entry.name_bytes().eq_ignore_ascii_case(marker.as_bytes());
                if child.iter().any(is_marker) {
                    folders.push(Folder { path, tree, files: self.files(&child) });
                }
            }
        }
        Ok(folders)
    }

    /// Returns the files of a folder.
    fn files(self, tree: &Tree<'_>) -> Result<Vec<(String, Vec<u8>)>, FolderError> {
        let mut reader = FolderReader { source: self, files: Vec::new(), bytes: 0 };
        reader.folder(tree, "", 0).map(|()| reader.files)
    }

    /// Returns a folder as a commit has it; `None` where it has no such folder.
    pub(crate) fn folder(self, commit: &Commit<'_>, path: &str) -> Result<Option<Folder>, ReviewError> {
        let Some(tree) = tree_at(self.repository, commit, path, self.budget)? else { return Ok(None) };
        Ok(Some(Folder { path: path.to_owned(), tree: tree.id().to_string(), files: self.files(&tree) }))
    }
}

/// Reads a folder's files within limits.
struct FolderReader<'r> {
    source: Source<'r>,
    files: Vec<(String, Vec<u8>)>,
    bytes: usize,
}

impl FolderReader<'_> {
    fn folder(&mut self, tree: &Tree<'_>, before: &str, depth: usize) -> Result<(), FolderError> {
        let Source { repository, limits, budget } = self.source;
        if depth > limits.depth {
            return Err(FolderError::TooDeep { path: before.to_owned(), most: limits.depth });
        }
        for entry in tree.iter() {
            let name = std::str::from_utf8(entry.name_bytes())
                .map_err(|_| FolderError::Name { folder: before.to_owned() })?;
            let path = format!("{before}{name}");
            match entry.kind() {
                _ if entry.filemode() == LINK => return Err(FolderError::Link { path }),
                Some(ObjectType::Tree) => {
                    budget.take_tree(repository, entry.id())?;
                    let child = repository.find_tree(entry.id()).map_err(unread(&path))?;
                    self.folder(&child, &format!("{path}/"), depth + 1)?;
                }
                Some(ObjectType::Blob) => self.file(path, entry.id())?,
                _ => return Err(FolderError::Submodule { path }),
            }
        }
        Ok(())
    }

    fn file(&mut self, path: String, id: Oid) -> Result<(), FolderError> {
        let Source { repository, limits, budget } = self.source;
        budget.take()?;
        if self.files.len() >= limits.files {
            return Err(FolderError::TooMany { most: limits.files });
        }
        // The header says the size, so that a large blob is not even unpacked.
        let size = repository.odb().and_then(|odb| odb.read_header(id)).map_err(unread(&path))?.0;
        self.bytes = self.bytes.saturating_add(size);
        if self.bytes > limits.bytes {
            return Err(FolderError::TooLarge { most: limits.bytes });
        }
        let blob = repository.find_blob(id).map_err(unread(&path))?;
        self.files.push((path, blob.content().to_vec()));
        Ok(())
    }
}

fn unread(path: &str) -> impl Fn(git2::Error) -> FolderError {
    move |source| FolderError::Git { path: path.to_owned(), source: Arc::new(source) }
}

/// Returns the merges that brought folders to the default branch as they are, in the order of `folders`, which are pairs
/// of a path and git's id of the content. `None` where the branch has another content, or the commit is not in this
/// clone.
///
/// # Errors
/// When there is no repository, or its objects cannot be read.
pub fn merges_of(path: &Path, folders: &[(&str, &str)]) -> Result<Vec<Option<Merged>>, ReviewError> {
    let repository = open(path)?;
    let mut found = vec![None; folders.len()];
    let Some(branch) = find(&repository)?.ok() else { return Ok(found) };
    let mut commit = branch.commit(&repository)?;
    let wanted: Vec<Option<Oid>> = folders.iter().map(|(_, tree)| Oid::from_str(tree).ok()).collect();
    let holds = |commit: &Commit<'_>, at: usize| {
        let id =
            commit.tree().and_then(|tree| tree.get_path(Path::new(folders[at].0)).map(|entry| entry.id()));
        id.ok().is_some_and(|id| Some(id) == wanted[at])
    };
    let mut open: Vec<usize> = (0..folders.len()).filter(|at| holds(&commit, *at)).collect();
    // Along the first parents: the line of the default branch itself.
    for _ in 0..MOST_COMMITS {
        if open.is_empty() {
            break;
        }
        let before = commit.parent(0).ok();
        let cut = before.is_none() && (commit.parent_count() > 0 || repository.is_shallow());
        let came: Vec<usize> = match &before {
            // Most commits leave all of it alone: one comparison of two numbers.
            Some(before) if before.tree_id() == commit.tree_id() => Vec::new(),
            Some(before) => open.extract_if(.., |at| !holds(before, *at)).collect(),
            None => std::mem::take(&mut open),
        };
        if !cut {
            let by = if commit.parent_count() > 1 { commit.author() } else { commit.committer() };
            for at in came {
                found[at] = Some(merge_of(&commit, branch.reference.clone(), &by));
            }
        }
        match before {
            Some(before) => commit = before,
            None => break,
        }
    }
    Ok(found)
}

/// Returns whether a repository has a commit.
pub fn has_commit(path: &Path, commit: &str) -> bool {
    let id = Oid::from_str(commit).ok();
    let repository = id.and_then(|id| Some((id, open(path).ok()?)));
    repository.is_some_and(|(id, repository)| repository.find_commit(id).is_ok())
}

/// Returns whether a commit carries a signature, good or bad.
///
/// # Errors
/// When there is no repository, or no such commit.
pub fn is_signed(path: &Path, commit: &str) -> Result<bool, ReviewError> {
    let repository = open(path)?;
    let id = Oid::from_str(commit).map_err(during("read the name of a commit"))?;
    let commit = repository.find_commit(id).map_err(during("read a commit"))?;
    Ok(commit.header_field_bytes("gpgsig").is_ok() || commit.header_field_bytes("gpgsig-sha256").is_ok())
}
