//! Git's configuration as git itself reads it; as libgit2 does, where git is not on the machine.

use std::collections::BTreeMap;
use std::env;
use std::path::PathBuf;

use git2::{Config, Repository};

use crate::ask::{AskError, ask};
use crate::error::{ReviewError, during};
use crate::repository::home;

/// The values that hold, by key; a key without a value has none.
#[derive(Debug, Default)]
pub(crate) struct GitConfig(BTreeMap<String, Option<String>>);

impl GitConfig {
    /// Returns the configuration for a repository.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) fn of(repository: &Repository) -> Result<GitConfig, ReviewError> {
        match ask(home(repository), &["config", "--list", "-z"]) {
            Ok(answer) if answer.code == Some(0) => Ok(GitConfig::parsed(&answer.output)),
            Ok(answer) => Err(ReviewError::Asked(answer.refused("config"))),
            Err(AskError::NotInstalled) => {
                GitConfig::by_libgit2(repository).map_err(during("read git's configuration"))
            }
            Err(error) => Err(ReviewError::Asked(error)),
        }
    }

    /// Reads the answer of `git config --list -z`, where later values hold.
    fn parsed(list: &[u8]) -> GitConfig {
        let text = String::from_utf8_lossy(list);
        let entries = text.split('\0').filter(|entry| !entry.is_empty());
        GitConfig(
            entries
                .map(|entry| match entry.split_once('\n') {
                    Some((key, value)) => (key.to_owned(), Some(value.to_owned())),
                    None => (entry.to_owned(), None),
                })
                .collect(),
        )
    }

    fn by_libgit2(repository: &Repository) -> Result<GitConfig, git2::Error> {
        let config = repository.config()?.snapshot()?;
        let mut values = BTreeMap::new();
        config.entries(None)?.for_each(|entry| {
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            let value = entry.has_value().then(|| text(entry.value_bytes()));
            values.insert(text(entry.name_bytes()), value);
        })?;
        Ok(GitConfig(values))
    }

    /// Returns a text, unless it is empty. Section and name of the key are in lower case.
    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.as_deref().filter(|text| !text.is_empty())
    }

    /// Returns a truth value; `false` where there is none.
    ///
    /// # Errors
    /// When the value is no truth value.
    pub(crate) fn is_set(&self, key: &str) -> Result<bool, ReviewError> {
        match self.0.get(key) {
            None => Ok(false),
            Some(None) => Ok(true),
            Some(Some(value)) => Config::parse_bool(value).map_err(during("read git's configuration")),
        }
    }

    /// Returns a path, with the user's folder for `~/`.
    pub(crate) fn path(&self, key: &str) -> Option<PathBuf> {
        self.text(key).map(expanded)
    }
}

/// Returns a path of git's configuration, with the user's folder for `~/`.
pub(crate) fn expanded(path: &str) -> PathBuf {
    match (path.strip_prefix("~/"), users_folder()) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(path),
    }
}

/// Returns the user's folder, as git finds it.
pub(crate) fn users_folder() -> Option<PathBuf> {
    env::var_os("HOME").filter(|home| !home.is_empty()).map(PathBuf::from).or_else(env::home_dir)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_values_hold_and_values_may_have_lines() {
        let config = GitConfig::parsed(
            b"user.name\nAnn\0commit.gpgsign\0gpg.ssh.program\n~/x\0user.name\nBo\nand Cy\0user.email\n\0\
              branch.A/b.remote\nup\0tag.gpgsign\nno\0core.bare\nperhaps\0",
        );
        assert_eq!(config.text("user.name"), Some("Bo\nand Cy"));
        assert_eq!((config.text("user.email"), config.text("commit.gpgsign")), (None, None));
        assert_eq!(config.text("branch.A/b.remote"), Some("up"));
        let is_set = |key: &str| config.is_set(key).ok();
        let found = ["commit.gpgsign", "tag.gpgsign", "gpg.x", "core.bare"].map(is_set);
        assert_eq!(found, [Some(true), Some(false), Some(false), None]);
        assert!(config.path("gpg.ssh.program").expect("a path").ends_with("x"));
    }
}
