//! `housestyle.toml`: the team's policy at the repository root, and the user's own, which can only be stricter.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use housestyle_complete::Settings;
use housestyle_complete::settings::SettingsSource;
use housestyle_learn::gate::Bounds;

use crate::error::{BrokenFile, ConfigurationProblem, Error};
use crate::forges::Hosts;
use crate::notice;
use crate::workspace::Workspace;

/// The settings of the files, and the warnings about them.
#[derive(Debug)]
pub struct Configuration {
    /// The merged settings of all files.
    pub source: SettingsSource,
    /// The files that are there.
    pub files: Vec<PathBuf>,
    /// Files that could not be read at all, with the reason; they count for nothing.
    pub broken: Vec<BrokenFile>,
    /// Single settings that were left out.
    pub warnings: Vec<String>,
    /// The bounds of the team's gate.
    pub gate: Bounds,
    /// Which forges run at which hosts, as the user's own file says: where a token goes is not a repository's to say.
    pub forges: Hosts,
}

impl Configuration {
    /// Reads both files; neither needs to exist.
    pub fn load(workspace: &Workspace) -> Configuration {
        let mut found = Configuration {
            source: SettingsSource::default(),
            files: vec![],
            broken: vec![],
            warnings: vec![],
            gate: Bounds::default(),
            forges: Hosts::new(),
        };
        let team = found.read(&workspace.root().join("housestyle.toml"));
        if !std::mem::take(&mut found.forges).is_empty() {
            let warning = "[forge] counts in your own housestyle.toml alone: it says where your token goes";
            found.warnings.push(warning.to_owned());
        }
        let user = found.read(&workspace.home().config_file());
        found.source = SettingsSource::stricter(&team, &user);
        found
    }

    /// Returns the settings for a command that a person waits for; warnings are notices.
    ///
    /// # Errors
    /// When a file is broken: what the team forbids would be allowed silently.
    pub fn checked(self) -> Result<Settings, Error> {
        if !self.broken.is_empty() {
            return Err(Error::Configuration { broken: self.broken });
        }
        for warning in &self.warnings {
            notice::warn(warning);
        }
        Ok(Settings::of(&self.source))
    }

    fn read(&mut self, path: &Path) -> SettingsSource {
        let broken = |problem| BrokenFile { path: path.to_path_buf(), problem };
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return SettingsSource::default(),
            Err(error) => {
                self.broken.push(broken(error.into()));
                return SettingsSource::default();
            }
        };
        self.files.push(path.to_path_buf());
        match parse(&text) {
            Ok(parsed) => {
                // Only the team sets the bounds of the gate.
                self.gate = parsed.gate.unwrap_or(self.gate);
                self.forges = parsed.forges;
                let warnings = parsed.warnings.iter();
                self.warnings.extend(warnings.map(|warning| format!("{}: {warning}", path.display())));
                parsed.source
            }
            Err(problem) => {
                self.broken.push(broken(problem));
                SettingsSource::default()
            }
        }
    }
}

/// The content of a file.
#[derive(Debug)]
struct Parsed {
    source: SettingsSource,
    gate: Option<Bounds>,
    forges: Hosts,
    warnings: Vec<String>,
}

/// Reads the text of a file: settings, `[gate]`, `[forge]`, and warnings. An editor's byte order mark is no error.
fn parse(text: &str) -> Result<Parsed, ConfigurationProblem> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut value: serde_json::Value = toml::from_str(text)?;
    let mut table = |name: &str| value.as_object_mut().and_then(|table| table.remove(name));
    // A bound that is not understood might be the one that matters, and so might a host.
    let wrong =
        |table: &'static str| move |source: serde_json::Error| ConfigurationProblem::Table { table, source };
    let gate = table("gate").map(serde_json::from_value).transpose().map_err(wrong("gate"))?;
    let forges = table("forge").map(serde_json::from_value).transpose().map_err(wrong("forge"))?;
    let (source, warnings) = SettingsSource::from_json(&value);
    let warnings = warnings.iter().map(ToString::to_string).collect();
    Ok(Parsed { source, gate, forges: forges.unwrap_or_default(), warnings })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_user_can_only_be_stricter() {
        let team = parse("maxLines = 4\nmode = \"manual\"\n[languages.rust]\nmaxLines = 2\n")
            .expect("a source")
            .source;
        let user = parse("\u{feff}maxLines = 9\nmode = \"auto\"\n[prose]\nmode = \"off\"\n")
            .expect("a source")
            .source;
        let settings = Settings::of(&SettingsSource::stricter(&team, &user));
        assert_eq!(settings.max_lines, 4);
        assert_eq!(settings.mode.word(), "manual");
        assert_eq!(settings.prose_mode.word(), "off");
        assert_eq!(settings.for_language("rust").max_lines, 2);
    }

    #[test]
    fn what_is_wrong_is_named() {
        let Parsed { warnings, .. } = parse("colour = 1\nmaxLines = \"many\"\n").expect("read nevertheless");
        assert_eq!(warnings.len(), 2, "{warnings:?}");
        let Parsed { gate, warnings, .. } =
            parse("[gate]\nleastCommits = 3\ncore_loss = 0.0\n").expect("bounds");
        assert!(warnings.is_empty());
        assert_eq!(gate, Some(Bounds { least_commits: 3, core_loss: 0.0, ..Bounds::default() }));
        let forges = parse("[forge.\"git.x.org\"]\nkind = \"forgejo\"\n").expect("a host").forges;
        assert_eq!(forges.keys().collect::<Vec<_>>(), ["git.x.org"]);
        assert!(
            parse("[forge.\"x\"]\nkind = \"cvs\"\n").expect_err("unknown").to_string().contains("[forge]")
        );
        assert!(parse("[gate]\ncoreLos = 0.0\n").expect_err("unknown").to_string().contains("[gate]"));
        assert!(parse("maxLines = = 2").expect_err("no TOML").to_string().contains("line 1"));
    }
}
