//! `housestyle.toml`: the team's policy at the repository root, and the user's own, which can only be stricter.

use std::path::{Path, PathBuf};

use housestyle_complete::Settings;
use housestyle_complete::settings::SettingsSource;
use housestyle_learn::gate::Bounds;
use serde_json::json;

use crate::error::{BrokenFile, ConfigurationProblem, Error};
use crate::forges::Hosts;
use crate::notice;
use crate::tree_file::{self, Links};
use crate::workspace::Workspace;

/// Most bytes of a file.
const MOST_BYTES: u64 = 1 << 20;

/// The settings of the files, and the warnings about them.
#[derive(Debug)]
pub struct Configuration {
    /// The merged settings of all files. Where a file is broken they switch everything off: what it forbids would be
    /// allowed silently.
    pub source: SettingsSource,
    /// The files that are there.
    pub files: Vec<PathBuf>,
    /// Files that could not be read at all, with the reason.
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
        let team = found.read(&workspace.root().join("housestyle.toml"), Links::Refused);
        if !std::mem::take(&mut found.forges).is_empty() {
            let warning = "[forge] counts in your own housestyle.toml alone: it says where your token goes";
            found.warnings.push(warning.to_owned());
        }
        let user = found.read(&workspace.home().config_file(), Links::Followed);
        found.source =
            if found.broken.is_empty() { SettingsSource::stricter(&team, &user) } else { everything_off() };
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

    fn read(&mut self, path: &Path, links: Links) -> SettingsSource {
        let content = match tree_file::read(path, MOST_BYTES, links) {
            Err(error) if error.is_absent() => return SettingsSource::default(),
            content => content.map_err(ConfigurationProblem::from),
        };
        self.files.push(path.to_path_buf());
        let text =
            content.and_then(|bytes| String::from_utf8(bytes).map_err(|_| ConfigurationProblem::NoText));
        match text.and_then(|text| parse(&text)) {
            Ok(parsed) => {
                // Only the team sets the bounds of the gate.
                self.gate = parsed.gate.unwrap_or(self.gate);
                self.forges = parsed.forges;
                let warnings = parsed.warnings.iter();
                self.warnings.extend(warnings.map(|warning| format!("{}: {warning}", path.display())));
                parsed.source
            }
            Err(problem) => {
                self.broken.push(BrokenFile { path: path.to_path_buf(), problem });
                SettingsSource::default()
            }
        }
    }
}

/// Returns settings with which Housestyle suggests, records and learns nothing.
fn everything_off() -> SettingsSource {
    SettingsSource::from_json(&json!({ "enabled": false, "journal": "off", "trusted": false })).0
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
    use housestyle_complete::settings::JournalMode;

    use super::*;
    use crate::home::Home;

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
    fn a_broken_file_switches_everything_off() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        let home = Home { models: at("models"), state: at("state"), config: at("config") };
        let workspace = Workspace::new(at("work"), home);
        std::fs::create_dir(at("work")).expect("made");
        std::fs::create_dir(at("config")).expect("made");
        let check = |is_on: bool, what: &str| {
            let found = Configuration::load(&workspace);
            let settings = Settings::of(&found.source);
            let on = (settings.enabled, settings.journal == JournalMode::On, settings.trusted);
            assert_eq!((on, found.broken.is_empty()), ((is_on, is_on, is_on), is_on), "{what}: {found:?}");
        };
        check(true, "no file");
        for file in [at("work/housestyle.toml"), workspace.home().config_file()] {
            std::fs::write(&file, "maxLines = 4\n").expect("written");
            check(true, "a file");
            for (content, what) in [
                (&b"maxLines = = 4\n"[..], "no TOML"),
                (&b"\xff"[..], "no text"),
                (&b"#".repeat(MOST_BYTES as usize + 1)[..], "too large"),
            ] {
                std::fs::write(&file, content).expect("written");
                check(false, what);
            }
            std::fs::remove_file(&file).expect("removed");
            std::fs::create_dir(&file).expect("made");
            check(false, "a folder");
            std::fs::remove_dir(&file).expect("removed");
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::symlink;
            std::fs::write(at("elsewhere.toml"), "maxLines = 4\n").expect("written");
            symlink(at("elsewhere.toml"), workspace.home().config_file()).expect("linked");
            check(true, "the user's own file may be a link");
            for target in ["/dev/zero", "/dev/stdin", "nothing", "../elsewhere.toml"] {
                symlink(target, at("work/housestyle.toml")).expect("linked");
                check(false, target);
                std::fs::remove_file(at("work/housestyle.toml")).expect("removed");
            }
            std::fs::remove_file(workspace.home().config_file()).expect("removed");
            symlink("/dev/zero", workspace.home().config_file()).expect("linked");
            check(false, "the user's own file is a device");
        }
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
