//! Where the user's own state lives: models, logs, configuration.

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;

use crate::private;

/// The folders of one user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    /// Model files; large, can be fetched again.
    pub models: PathBuf,
    /// State of this machine: workspaces, packed weights, the log of requests.
    pub state: PathBuf,
    /// The user's own `housestyle.toml`.
    pub config: PathBuf,
}

impl Home {
    /// Returns the folders of the user who runs this process, or `None` where no home can be found.
    pub fn of_user() -> Option<Home> {
        Home::from(|name| std::env::var_os(name), std::env::home_dir())
    }

    /// Returns the folders that `variable` (the environment) and `home` lead to.
    ///
    /// `HOUSESTYLE_HOME` moves everything. Else the XDG directories hold on Linux and the BSDs, and
    /// on any system where their variables are set; macOS and Windows have places of their own.
    fn from(variable: impl Fn(&str) -> Option<OsString>, home: Option<PathBuf>) -> Option<Home> {
        // The XDG specification says that relative paths are to be ignored; the same is sensible
        // for an empty HOUSESTYLE_HOME, while a relative one was surely meant.
        let set = |name: &str| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        if let Some(root) = set("HOUSESTYLE_HOME") {
            let root = std::path::absolute(&root).unwrap_or(root);
            return Some(Home { models: root.join("models"), state: root.join("state"), config: root });
        }
        let absolute = |name: &str| set(name).filter(|path| path.is_absolute());
        let home = home.filter(|path| !path.as_os_str().is_empty());
        let folder =
            |name: &str, elsewhere: Option<PathBuf>| Some(absolute(name).or(elsewhere)?.join("housestyle"));
        let under = |path: &str| home.as_ref().map(|home| home.join(path));
        let (data, state, config) = if cfg!(windows) {
            let local = absolute("LOCALAPPDATA").or_else(|| under("AppData/Local"));
            (local.clone(), local, absolute("APPDATA").or_else(|| under("AppData/Roaming")))
        } else if cfg!(target_os = "macos") {
            let support = under("Library/Application Support");
            (support.clone(), support, under(".config"))
        } else {
            (under(".local/share"), under(".local/state"), under(".config"))
        };
        Some(Home {
            models: folder("XDG_DATA_HOME", data)?.join("models"),
            state: folder("XDG_STATE_HOME", state)?,
            config: folder("XDG_CONFIG_HOME", config)?,
        })
    }

    /// Makes the state private, where it is there already.
    ///
    /// # Errors
    /// When the folder of the state is a link, or belongs to another user.
    pub fn check_state(&self) -> io::Result<()> {
        private::check_folder(&self.state)
    }

    /// Returns the user's configuration file, which need not exist.
    pub fn config_file(&self) -> PathBuf {
        self.config.join("housestyle.toml")
    }

    /// Returns the log of requests, which need not exist.
    pub fn requests_log(&self) -> PathBuf {
        self.state.join("requests.jsonl")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(variables: &[(&str, &str)], models: &str) {
        let lookup = |name: &str| variables.iter().find(|v| v.0 == name).map(|v| OsString::from(v.1));
        let home = Home::from(lookup, Some(PathBuf::from("/home/ann"))).expect("a home");
        assert_eq!(home.models, PathBuf::from(models));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_variables_decide_in_order() {
        check(&[], "/home/ann/.local/share/housestyle/models");
        check(&[("XDG_DATA_HOME", "/data")], "/data/housestyle/models");
        check(&[("XDG_DATA_HOME", "relative/is/ignored")], "/home/ann/.local/share/housestyle/models");
        check(&[("XDG_DATA_HOME", "/data"), ("HOUSESTYLE_HOME", "/hs")], "/hs/models");
        check(&[("HOUSESTYLE_HOME", "")], "/home/ann/.local/share/housestyle/models");
    }

    #[test]
    fn without_a_home_there_is_no_place() {
        assert_eq!(Home::from(|_| None, None), None);
    }
}
