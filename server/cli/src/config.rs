//! `housestyle.toml`: the team's policy at the repository root, and the user's own, which can only be stricter.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use housestyle_complete::Settings;
use housestyle_complete::settings::Layer;

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
}

impl Configuration {
    /// Reads both files; neither needs to exist.
    pub(crate) fn load(context: &Context) -> Configuration {
        let mut found =
            Configuration { layer: Layer::default(), files: vec![], broken: vec![], warnings: vec![] };
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
            Ok((layer, warnings)) => {
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

/// Reads the text of a file; an editor's byte order mark is no error.
fn parse(text: &str) -> Result<(Layer, Vec<String>), String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let value: serde_json::Value =
        toml::from_str(text).map_err(|error| error.to_string().trim().to_owned())?;
    let (layer, warnings) = Layer::from_json(&value);
    Ok((layer, warnings.iter().map(ToString::to_string).collect()))
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
        let (_, warnings) = parse("colour = 1\nmaxLines = \"many\"\n").expect("read nevertheless");
        assert_eq!(warnings.len(), 2, "{warnings:?}");
        assert!(parse("maxLines = = 2").expect_err("no TOML").contains("line 1"));
    }
}
