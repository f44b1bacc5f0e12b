//! The files whose settings hold in a workspace, as they were found last; only what has changed is read again.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use housestyle_review::{
    ApprovedFile, DefaultBranch, KnownBranch, ReviewError, approved_file, default_branch,
};

use super::parse::Parsed;
use crate::error::ConfigurationProblem;
use crate::home::Home;
use crate::root;
use crate::stamp::FileStamp;
use crate::tree_file::{self, Links, ReadError};

/// The name of the team's file, at the root of a repository.
const NAME: &str = "housestyle.toml";
/// Most bytes of a file: merging takes time on the way of a message.
pub(super) const MOST_BYTES: u64 = 64 << 10;

/// The content of a file; none where there is no file.
pub(super) type Content = Option<Result<Parsed, Arc<ConfigurationProblem>>>;

/// Every file whose settings hold in a workspace.
#[derive(Debug, Clone)]
pub(super) struct PolicyFiles {
    /// The workspace's repository or folder, and the repositories around it, from within outwards.
    pub(super) levels: Vec<Level>,
    /// The user's own file.
    pub(super) user: DiskFile,
}

/// The files of one repository, or of a folder outside of git.
#[derive(Debug, Clone)]
pub(super) struct Level {
    pub(super) root: PathBuf,
    pub(super) team: Team,
    pub(super) work_tree: DiskFile,
}

/// Where a level's policy is approved.
#[derive(Debug, Clone)]
pub(super) enum Team {
    /// Outside of git: the folder's own file is the policy.
    Folder,
    /// The file at the tip of the default branch.
    Tip(Tip),
    /// Nowhere, as nothing says which branch is the default branch.
    Unknown {
        /// A sentence that tells why.
        why: String,
        /// The file of the branch that may be the default branch: what the file forbids stays forbidden.
        doubtful: Option<Tip>,
    },
}

/// The team's file at the tip of the default branch.
#[derive(Debug, Clone)]
pub(super) struct Tip {
    /// The branch, for people.
    pub(super) branch: String,
    commit: String,
    pub(super) content: Arc<Content>,
}

/// A file on disk.
#[derive(Debug, Clone)]
pub(super) struct DiskFile {
    pub(super) path: PathBuf,
    links: Links,
    stamp: FileStamp,
    pub(super) content: Arc<Content>,
}

impl PolicyFiles {
    /// Finds and reads the files of a workspace; without a root, the user's own file alone. What is known and unchanged is
    /// not read again.
    pub(super) fn read(root: Option<&Path>, home: &Home, known: Option<&PolicyFiles>) -> PolicyFiles {
        // Which repositories are around this one is a matter of where the folder really lies.
        let inner = root.map(|root| root::root_of(&root::real(root)));
        let outer = inner.iter().flat_map(|root| root.ancestors().skip(1));
        let outer = outer.filter(|folder| folder.join(".git").exists()).map(Path::to_path_buf);
        let roots: Vec<PathBuf> = inner.iter().cloned().chain(outer).collect();
        let level = |root: PathBuf| {
            let known = known.and_then(|known| known.levels.iter().find(|level| level.root == root));
            let file = known.map(|known| &known.work_tree);
            let work_tree = DiskFile::read(root.join(NAME), Links::Refused, file);
            Level { team: Team::of(&root, known.map(|known| &known.team)), root, work_tree }
        };
        let user = DiskFile::read(home.config_file(), Links::Followed, known.map(|known| &known.user));
        PolicyFiles { levels: roots.into_iter().map(level).collect(), user }
    }

    /// Asks the system whether a file on disk has changed, and reads what has; returns whether one has.
    pub(super) fn follow_disk(&mut self) -> bool {
        let mut changed = false;
        for file in self.levels.iter_mut().map(|level| &mut level.work_tree).chain([&mut self.user]) {
            changed |= file.follow();
        }
        changed
    }
}

impl Team {
    fn of(root: &Path, known: Option<&Team>) -> Team {
        match default_branch(root) {
            Ok(DefaultBranch::Known(branch)) => Team::Tip(Tip::of(root, &branch, known)),
            Ok(DefaultBranch::Doubtful { branch, reason }) => {
                let doubtful = Some(Tip::of(root, &branch, known));
                Team::Unknown { why: reason.to_string(), doubtful }
            }
            Ok(DefaultBranch::Unknown(reason)) => Team::Unknown { why: reason.to_string(), doubtful: None },
            Err(ReviewError::NoRepository { .. }) if !has_repository(root) => Team::Folder,
            // What cannot be read for a moment, as git is writing it, is not gone.
            Err(error) => match known.filter(|known| known.tip().is_some()) {
                Some(known) => known.clone(),
                None => Team::Unknown { why: error.to_string(), doubtful: None },
            },
        }
    }

    /// Returns the team's file.
    fn tip(&self) -> Option<&Tip> {
        match self {
            Team::Folder => None,
            Team::Tip(tip) => Some(tip),
            Team::Unknown { doubtful, .. } => doubtful.as_ref(),
        }
    }
}

impl Tip {
    fn of(root: &Path, branch: &KnownBranch, known: Option<&Team>) -> Tip {
        let commit = branch.commit_id();
        let name = match &branch.remote {
            Some(remote) => format!("{remote}/{}", branch.name),
            None => branch.name.clone(),
        };
        if let Some(tip) = known.and_then(Team::tip)
            && tip.commit == commit
            // What could not be read may be there by now.
            && !matches!(*tip.content, Some(Err(_)))
        {
            return Tip { branch: name, ..tip.clone() };
        }
        let content = match approved_file(root, branch, NAME, MOST_BYTES as usize) {
            Ok(ApprovedFile::Absent) => None,
            Ok(ApprovedFile::Content(content)) => Some(Parsed::of(content)),
            Ok(ApprovedFile::Link) => Some(Err(ReadError::Link.into())),
            Ok(ApprovedFile::Special) => Some(Err(ReadError::Special.into())),
            Ok(ApprovedFile::TooLarge) => Some(Err(ReadError::TooLarge(MOST_BYTES).into())),
            Ok(ApprovedFile::NotFetched) => {
                let file = format!("{}:{NAME}", branch.reference);
                Some(Err(ConfigurationProblem::NotFetched { file }))
            }
            Err(error) => Some(Err(error.into())),
        };
        Tip { branch: name, commit, content: shared(content) }
    }

    /// Returns the file's name for people.
    pub(super) fn name(&self) -> String {
        format!("{NAME} on the default branch ({})", self.branch)
    }
}

impl DiskFile {
    fn read(path: PathBuf, links: Links, known: Option<&DiskFile>) -> DiskFile {
        // Before reading: a file that changes meanwhile is read again.
        let stamp = stamp(&path, links);
        if let Some(known) = known.filter(|known| known.path == path && known.stamp == stamp)
            && !matches!(*known.content, Some(Err(_)))
        {
            return known.clone();
        }
        let content = match tree_file::read(&path, MOST_BYTES, links) {
            Err(error) if error.is_absent() => None,
            Err(error) => Some(Err(error.into())),
            Ok(content) => Some(Parsed::of(content)),
        };
        DiskFile { path, links, stamp, content: shared(content) }
    }

    fn follow(&mut self) -> bool {
        let changed = stamp(&self.path, self.links) != self.stamp;
        if changed {
            *self = DiskFile::read(self.path.clone(), self.links, None);
        }
        changed
    }
}

/// Returns whether a repository is here, though perhaps one that cannot be read. As git sees it, a folder `.git` without
/// HEAD is none.
fn has_repository(root: &Path) -> bool {
    let git = root.join(".git");
    git.is_file() || git.join("HEAD").exists()
}

fn shared(content: Option<Result<Parsed, ConfigurationProblem>>) -> Arc<Content> {
    Arc::new(content.map(|content| content.map_err(Arc::new)))
}

fn stamp(path: &Path, links: Links) -> FileStamp {
    match links {
        Links::Refused => FileStamp::of_file_itself(path),
        Links::Followed => FileStamp::of(path),
    }
}
