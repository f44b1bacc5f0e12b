//! The settings from files, as they hold for one workspace.

use super::SettingsSource;

/// The settings from files that hold for a workspace, and what a person is to know about them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FileSettings {
    /// The settings of all files.
    pub source: SettingsSource,
    /// Which file is broken and what to do, where one is: then `source` switches everything off.
    pub problem: Option<String>,
    /// Parts of files that do not count, for people.
    pub warnings: Vec<String>,
}
