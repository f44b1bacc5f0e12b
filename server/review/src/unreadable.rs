//! Repositories that git reads and libgit2 does not: why, and what to do.

use std::fmt;
use std::path::{Path, PathBuf};

use git2::ErrorCode;

/// A repository that cannot be read here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadableRepository {
    folder: PathBuf,
    kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    /// Its references are tables.
    Reftable,
    /// Its objects are named by SHA-256.
    Sha256,
    /// It belongs to another user of the machine.
    OtherOwner,
    /// It uses an extension of git's format.
    Extension(String),
    /// Another reason, in libgit2's words.
    Other(String),
}

impl UnreadableRepository {
    /// Returns why the repository that holds `path` cannot be read, from libgit2's error.
    pub(crate) fn of(path: &Path, error: &git2::Error) -> UnreadableRepository {
        let message = error.message();
        let kind = match message.split_once("unsupported extension name extensions.") {
            Some((_, "refstorage")) => Kind::Reftable,
            Some((_, name)) => Kind::Extension(name.to_owned()),
            None if message.contains("object format 'sha256'") => Kind::Sha256,
            None if error.code() == ErrorCode::Owner => Kind::OtherOwner,
            None => Kind::Other(message.to_owned()),
        };
        let folder = path.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(path);
        UnreadableRepository { folder: folder.to_path_buf(), kind }
    }

    /// Returns what is the case, without the remedy.
    pub fn problem(&self) -> String {
        let folder = self.folder.display();
        match &self.kind {
            Kind::Reftable => {
                format!(
                    "the repository at {folder} stores its references as reftables, which cannot be read yet"
                )
            }
            Kind::Sha256 => {
                format!("the repository at {folder} names its objects by SHA-256, which cannot be read yet")
            }
            Kind::OtherOwner => format!("the repository at {folder} belongs to another user of this machine"),
            Kind::Extension(name) => {
                format!("the repository at {folder} uses git's extension `{name}`, which cannot be read yet")
            }
            Kind::Other(message) => format!("the repository at {folder} cannot be read: {message}"),
        }
    }

    /// Returns what to do.
    pub fn remedy(&self) -> String {
        match &self.kind {
            Kind::Reftable => "`git refs migrate --ref-format=files` (git 2.46 or newer) converts it".to_owned(),
            Kind::Sha256 => "completions and the journal work; for skills and learning use a copy: `git init \
                             --object-format=sha1 COPY`, then `git fast-export --all | git -C COPY fast-import`"
                .to_owned(),
            Kind::OtherOwner => {
                // Of the user's files libgit2 knows this one alone, whatever GIT_CONFIG_GLOBAL says.
                let file = match std::env::var_os("GIT_CONFIG_GLOBAL") {
                    Some(_) => "--file ~/.gitconfig",
                    None => "--global",
                };
                format!(
                    "if you trust its owner, `git config {file} --add safe.directory '{}'`, as patterns in \
                     safe.directory do not count here",
                    self.folder.display()
                )
            }
            Kind::Extension(_) => "`git config --list --show-origin` says where it is set".to_owned(),
            Kind::Other(_) => "see whether `git status` works there".to_owned(),
        }
    }
}

impl fmt::Display for UnreadableRepository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.problem(), self.remedy())
    }
}
