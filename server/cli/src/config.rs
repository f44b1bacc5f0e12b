//! `housestyle.toml`: the team's policy at the repository root, and the user's own, which can only be stricter.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use housestyle_complete::Settings;
use housestyle_complete::settings::Layer;
use housestyle_learn::gate::Bounds;

use crate::context::Context;
use crate::failure::Failure;

/// Settings as the files say, and what is odd about the files.
#[derive(Debug)]
pub(crate) struct Configuration {
    /// What the files set, merged.
    pub(crate) layer: Layer,
    /// The files that are there.
    pub(crate) files: Vec<PathBuf>,
    /// Files that could not be read at all; they count for nothing.
    pub(crate) broken: Vec<String>,
    /// Single settings that were left out.
    pub(crate) warnings: Vec<String>,
    /// What the team's gate asks of a candidate.
    pub(crate) gate: Bounds,
}

impl Configuration {
    /// Reads both files; neither needs to exist.
    pub(crate) fn load(context: &Context) -> Configuration {
        let mut found = Configuration {
            layer: Layer::default(),
            files: vec![],
            broken: vec![],
            warnings: vec![],
            gate: Bounds::default(),
        };
        let team = found.layer(&context.workspace.join("housestyle.toml"));
        let user = found.layer(&context.home.config_file());
        found.layer = Layer::stricter(&team, &user);
        found
    }

    /// Returns the settings for a command that a person waits for; warnings go to stderr.
    ///
    /// # Errors
    /// When a file is broken: what the team forbids would be allowed silently.
    pub(crate) fn checked(self) -> Result<Settings, Failure> {
        if !self.broken.is_empty() {
            return Err(Failure::Usage(self.broken.join("\nhousestyle: ")));
        }
        for warning in &self.warnings {
            eprintln!("housestyle: {warning}");
        }
        Ok(Settings::of(&self.layer))
    }

    fn layer(&mut self, path: &Path) -> Layer {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Layer::default(),
            Err(error) => {
                self.broken.push(format!("{}: {error}", path.display()));
                return Layer::default();
            }
        };
        self.files.push(path.to_path_buf());
        match parse(&text) {
            Ok((layer, gate, warnings)) => {
                // What a candidate must do is the team's to say.
                self.gate = gate.unwrap_or(self.gate);
                self.warnings.extend(warnings.iter().map(|warning| format!("{}: {warning}", path.display())));
                layer
            }
            Err(error) => {
                self.broken.push(format!("{}: {error}", path.display()));
                Layer::default()
            }
        }
    }
}

/// Reads the text of a file: settings, what it says in `[gate]`, and what is odd. An editor's byte order mark is no
/// error.
fn parse(text: &str) -> Result<(Layer, Option<Bounds>, Vec<String>), String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut value: serde_json::Value =
        toml::from_str(text).map_err(|error| error.to_string().trim().to_owned())?;
    let gate = value.as_object_mut().and_then(|table| table.remove("gate"));
    // A bound that is not understood might be the one that matters.
    let gate = gate.map(serde_json::from_value).transpose().map_err(|error| format!("[gate]: {error}"))?;
    let (layer, warnings) = Layer::from_json(&value);
    Ok((layer, gate, warnings.iter().map(ToString::to_string).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_user_can_only_be_stricter() {
        let team =
            parse("maxLines = 4\nmode = \"manual\"\n[languages.rust]\nmaxLines = 2\n").expect("a layer").0;
        let user =
            parse("\u{feff}maxLines = 9\nmode = \"auto\"\n[prose]\nmode = \"off\"\n").expect("a layer").0;
        let settings = Settings::of(&Layer::stricter(&team, &user));
        assert_eq!(settings.max_lines, 4);
        assert_eq!(settings.mode.word(), "manual");
        assert_eq!(settings.prose_mode.word(), "off");
        assert_eq!(settings.for_language("rust").max_lines, 2);
    }

    #[test]
    fn what_is_wrong_is_named() {
        let (_, _, warnings) = parse("colour = 1\nmaxLines = \"many\"\n").expect("read nevertheless");
        assert_eq!(warnings.len(), 2, "{warnings:?}");
        let (_, gate, warnings) = parse("[gate]\nleastCommits = 3\ncore_loss = 0.0\n").expect("bounds");
        assert!(warnings.is_empty());
        assert_eq!(gate, Some(Bounds { least_commits: 3, core_loss: 0.0, ..Bounds::default() }));
        assert!(parse("[gate]\ncoreLos = 0.0\n").expect_err("unknown").contains("[gate]"));
        assert!(parse("maxLines = = 2").expect_err("no TOML").contains("line 1"));
    }
}
