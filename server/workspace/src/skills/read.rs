//! The skills in a work tree, read within bounds and never through a link.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use housestyle_review::{FolderError, FolderLimits, TreeBudget};
use housestyle_skills::SKILL_FILE;

use crate::tree_file::{self, Links};

/// Where skills are looked for, in the order in which they count.
pub const ROOTS: [&str; 4] = [".agents/skills", "skills", ".claude/skills", ".github/skills"];

/// How much is read.
pub const LIMITS: FolderLimits = FolderLimits { folders: 500, files: 200, bytes: 4 << 20, depth: 4 };

/// Why a skill in the work tree is not read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Its folder is none that skills have.
    #[error(transparent)]
    Limits(#[from] FolderError),
    /// A place of skills is reached by a link.
    #[error("{path} is reached by a symbolic link: skills are read from the tree alone")]
    BehindLink {
        /// The place.
        path: String,
    },
    /// More skills are there than are read.
    #[error("{left} skills in {path} were not looked at, the last ones by name: {most} are read")]
    LeftOut {
        /// The place.
        path: String,
        /// How many.
        left: usize,
        /// The most that are read.
        most: usize,
    },
    /// The folder is a link.
    #[error("{path} is a symbolic link: skills are read from the tree alone")]
    Link {
        /// The folder.
        path: String,
    },
    /// A pipe or a device is among the files.
    #[error("{path} is neither file nor folder")]
    Special {
        /// The pipe or device.
        path: String,
    },
    /// A file cannot be read.
    #[error("{path} cannot be read: {source}")]
    Unread {
        /// The file.
        path: String,
        /// The reason.
        source: tree_file::ReadError,
    },
    /// A folder cannot be read.
    #[error("{path} cannot be read: {source}")]
    Folder {
        /// The folder.
        path: String,
        /// What the system said.
        source: io::Error,
    },
}

impl ReadError {
    /// Returns whether the budget was spent, and nothing is known of the skill.
    pub(super) fn is_over_budget(&self) -> bool {
        matches!(self, ReadError::Limits(FolderError::Budget(_)))
    }
}

/// A folder with a SKILL.md in the work tree.
#[derive(Debug)]
pub struct Found {
    /// Its path, relative to the root with `/`.
    pub folder: String,
    /// Its files, or why they are not read.
    pub files: Result<Vec<(String, Vec<u8>)>, ReadError>,
}

impl Found {
    /// Returns the skill's name: the last part of the path.
    pub fn name(&self) -> &str {
        name_of(&self.folder)
    }
}

/// Returns the last part of a path.
pub fn name_of(folder: &str) -> &str {
    folder.rsplit_once('/').map_or(folder, |(_, name)| name)
}

/// Returns whether a file is a skill's: what a rule says of itself is nobody's use of it.
pub fn is_skill(path: &str) -> bool {
    ROOTS.iter().any(|root| path.strip_prefix(root).is_some_and(|rest| rest.starts_with('/')))
}

/// Returns the folders with a SKILL.md below the places where skills are, sorted by place and name. Those beyond the
/// budget have that reason in the place of files.
pub fn work_tree(root: &Path, budget: &TreeBudget) -> Vec<Found> {
    let mut found = Vec::new();
    for parent in ROOTS {
        let folder = parent.split('/').try_fold(root.to_path_buf(), |folder, part| {
            let folder = folder.join(part);
            is_folder(&folder).then_some(folder)
        });
        match folder {
            Some(folder) => below(&folder, parent, budget, &mut found),
            None => linked(root, parent, &mut found),
        }
    }
    found
}

/// Refuses a place that is a symbolic link, with the reason. A link to another of the places is passed over: its skills
/// are read there.
fn linked(root: &Path, parent: &str, found: &mut Vec<Found>) {
    let Ok(real) = root.join(parent).canonicalize() else { return }; // it is not there
    let same = ROOTS.iter().any(|other| {
        *other != parent
            && is_folder(&root.join(other))
            && root.join(other).canonicalize().is_ok_and(|other| other == real)
    });
    if !same && real.is_dir() {
        let why = ReadError::BehindLink { path: parent.to_owned() };
        found.push(Found { folder: parent.to_owned(), files: Err(why) });
    }
}

fn below(folder: &Path, parent: &str, budget: &TreeBudget, found: &mut Vec<Found>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut names: Vec<_> = entries.flatten().map(|entry| entry.file_name()).collect();
    // In the order of names, not of the disk: nobody chooses what is left out by the moment of its making.
    names.sort();
    // Plain files and folders without a SKILL.md are no skills, however many there are.
    let mut skills = names.iter().filter_map(|name| skill_in(folder, name, parent, budget));
    let first = found.len();
    for (path, at, reason) in skills.by_ref().take(LIMITS.folders) {
        let files = reason.map_or_else(|| read_folder(&path, budget), Err);
        found.push(Found { folder: at, files });
    }
    let left = skills.count();
    if left > 0 {
        let why = ReadError::LeftOut { path: parent.to_owned(), left, most: LIMITS.folders };
        found.insert(first, Found { folder: parent.to_owned(), files: Err(why) });
    }
}

/// Returns a skill's folder, its place in the work tree, and the reason where it is not to be read; nothing where the
/// name stands for no skill.
fn skill_in(
    folder: &Path,
    name: &OsStr,
    parent: &str,
    budget: &TreeBudget,
) -> Option<(PathBuf, String, Option<ReadError>)> {
    let path = folder.join(name);
    let kind = fs::symlink_metadata(&path).ok()?.file_type();
    let at = name.to_str().map(|name| format!("{parent}/{name}"));
    let reason = if kind.is_symlink() {
        let linked = at.as_ref().filter(|_| path.join(SKILL_FILE).exists())?;
        Some(ReadError::Link { path: linked.clone() })
    } else if !kind.is_dir() {
        return None;
    } else if let Err(error) = budget.take() {
        Some(FolderError::from(error).into())
    } else if !holds_skill(&path) {
        return None;
    } else if at.is_none() {
        Some(FolderError::Name { folder: parent.to_owned() }.into())
    } else {
        None
    };
    Some((path, at.unwrap_or_else(|| parent.to_owned()), reason))
}

/// Reads the files of a skill's folder.
///
/// # Errors
/// With the reason, where a link is among them, they are too many or too large, or the budget is spent.
pub fn read_folder(folder: &Path, budget: &TreeBudget) -> Result<Vec<(String, Vec<u8>)>, ReadError> {
    let mut reading = Reading { budget, files: Vec::new(), bytes: 0 };
    reading.folder(folder, "", 0).map(|()| reading.files)
}

fn is_folder(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|entry| entry.is_dir())
}

fn holds_skill(folder: &Path) -> bool {
    let Ok(entries) = fs::read_dir(folder) else { return false };
    entries.flatten().take(LIMITS.files).any(|entry| entry.file_name().eq_ignore_ascii_case(SKILL_FILE))
}

/// Reads a folder's files within limits.
struct Reading<'b> {
    budget: &'b TreeBudget,
    files: Vec<(String, Vec<u8>)>,
    bytes: usize,
}

impl Reading<'_> {
    fn folder(&mut self, folder: &Path, before: &str, depth: usize) -> Result<(), ReadError> {
        if depth > LIMITS.depth {
            return Err(FolderError::TooDeep { path: before.to_owned(), most: LIMITS.depth }.into());
        }
        for entry in fs::read_dir(folder).map_err(unread(before))? {
            let entry = entry.map_err(unread(before))?;
            self.budget.take().map_err(FolderError::from)?;
            let name = entry.file_name();
            let name = name.to_str().ok_or_else(|| FolderError::Name { folder: before.to_owned() })?;
            let path = format!("{before}{name}");
            let kind = entry.file_type().map_err(unread(&path))?;
            if kind.is_symlink() {
                return Err(FolderError::Link { path }.into());
            } else if kind.is_dir() {
                self.folder(&entry.path(), &format!("{path}/"), depth + 1)?;
            } else if kind.is_file() {
                self.file(&entry.path(), path)?;
            } else {
                return Err(ReadError::Special { path }); // a pipe would be waited for
            }
        }
        Ok(())
    }

    fn file(&mut self, file: &Path, path: String) -> Result<(), ReadError> {
        if self.files.len() >= LIMITS.files {
            return Err(FolderError::TooMany { most: LIMITS.files }.into());
        }
        let left = LIMITS.bytes - self.bytes;
        let content = match tree_file::read(file, left as u64, Links::Refused) {
            Ok(content) => content,
            Err(tree_file::ReadError::Link) => return Err(FolderError::Link { path }.into()),
            Err(tree_file::ReadError::Special) => return Err(ReadError::Special { path }),
            Err(tree_file::ReadError::TooLarge(_)) => {
                return Err(FolderError::TooLarge { most: LIMITS.bytes }.into());
            }
            Err(source) => return Err(ReadError::Unread { path, source }),
        };
        self.bytes += content.len();
        self.files.push((path, content));
        Ok(())
    }
}

fn unread(path: &str) -> impl Fn(io::Error) -> ReadError {
    move |source| ReadError::Folder { path: path.to_owned(), source }
}
