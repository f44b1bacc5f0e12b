//! `housestyle.toml`: which settings hold in a workspace. Policy is what the default branch holds; the work tree's file, the
//! user's own and those of outer repositories can only make it stricter.

mod files;
mod merge;
mod parse;
#[cfg(test)]
mod tests;
mod watch;

use housestyle_complete::Settings;
use housestyle_complete::settings::{FileSettings, SettingsSource};
use housestyle_learn::gate::Bounds;
use serde_json::json;

use crate::error::{BrokenFile, Error};
use crate::forges::Hosts;
use crate::notice;
use crate::workspace::Workspace;
use files::PolicyFiles;

pub use watch::SettingsWatch;

/// The effect of a broken `housestyle.toml`, and the remedy.
pub const WHILE_BROKEN: &str =
    "nothing is suggested or recorded until the file is corrected, which is enough";

/// The settings of the files, and the warnings about them.
#[derive(Debug, Default)]
pub struct Configuration {
    /// The merged settings of all files. Where a file is broken they switch everything off: what it forbids would be
    /// allowed silently.
    pub source: SettingsSource,
    /// The files that are there, each with its part.
    pub files: Vec<String>,
    /// Files that could not be read at all, with the reason.
    pub broken: Vec<BrokenFile>,
    /// Single settings that were left out.
    pub warnings: Vec<String>,
    /// Values of the work tree that do not count, as they are not on the default branch.
    pub uncounted: Vec<String>,
    /// The bounds of the gate.
    pub gate: Bounds,
    /// Which forges run at which hosts, as the user's own file says: where a token goes is not a repository's to say.
    pub forges: Hosts,
    has_forges: bool,
}

impl Configuration {
    /// Reads every file; none needs to exist.
    pub fn load(workspace: &Workspace) -> Configuration {
        PolicyFiles::read(Some(workspace.root()), workspace.home(), None).configuration()
    }

    /// Returns the settings for a command that a person waits for; warnings are notices.
    ///
    /// # Errors
    /// When a file is broken: what the team forbids would be allowed silently.
    pub fn checked(self) -> Result<Settings, Error> {
        if !self.broken.is_empty() {
            return Err(Error::Configuration { broken: self.broken });
        }
        for warning in self.warnings.iter().chain(&self.uncounted) {
            notice::warn(warning);
        }
        Ok(Settings::of(&self.source))
    }

    /// Returns the settings for a server.
    fn served(self) -> FileSettings {
        let broken: Vec<String> = self.broken.iter().map(ToString::to_string).collect();
        FileSettings {
            source: self.source,
            problem: (!broken.is_empty()).then(|| format!("{}; {WHILE_BROKEN}", broken.join("; "))),
            warnings: self.warnings.into_iter().chain(self.uncounted).collect(),
        }
    }
}

/// Returns settings with which Housestyle suggests, records and learns nothing.
fn everything_off() -> SettingsSource {
    SettingsSource::from_json(&json!({ "enabled": false, "journal": "off", "trusted": false })).0
}
