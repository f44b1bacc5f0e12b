//! The editor's settings, from the start of the session and from its configuration, above the settings from files.

use housestyle_complete::settings::{FIELDS, Settings, SettingsSource};
use serde_json::{Map, Value};

/// The section of the editor's configuration that is ours.
pub(crate) const SECTION: &str = "housestyle";

/// The settings of the editor.
#[derive(Debug, Default)]
pub(crate) struct Preferences {
    initial: SettingsSource,
    configuration: SettingsSource,
}

impl Preferences {
    /// Takes `initializationOptions`; returns warnings about unknown or wrong values.
    pub(crate) fn set_initial(&mut self, options: &Value) -> Vec<String> {
        let (source, warnings) = read(options);
        self.initial = source;
        warnings
    }

    /// Takes the editor's whole configuration; returns warnings about unknown or wrong values.
    pub(crate) fn set_configuration(&mut self, configuration: &Value) -> Vec<String> {
        let (source, warnings) = read(configuration);
        self.configuration = source;
        warnings
    }

    /// Returns what holds above settings from files: the editor is the user's, so like the user's file it can only be
    /// stricter than the team.
    pub(crate) fn settings(&self, files: &SettingsSource) -> Settings {
        let editor = without_defaults(&self.configuration.over(&self.initial));
        Settings::of(&SettingsSource::stricter(files, &editor))
    }
}

fn read(value: &Value) -> (SettingsSource, Vec<String>) {
    let ours = value.get(SECTION).unwrap_or(value);
    let (source, warnings) = SettingsSource::from_json(ours);
    let warnings = warnings.iter().map(ToString::to_string).collect();
    (source, warnings)
}

/// Leaves out what equals a default: editors send all settings, also those that nobody touched, and
/// an untouched one must not overrule the team's.
fn without_defaults(source: &SettingsSource) -> SettingsSource {
    let mut changed = Map::new();
    for field in FIELDS {
        if let Some(value) = source.values().get(field.name).filter(|value| **value != (field.default)()) {
            changed.insert(field.name.to_owned(), value.clone());
        }
    }
    let languages = source.languages().iter().map(|(id, values)| {
        let values = values.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        (id.clone(), Value::Object(values))
    });
    changed.insert("languages".to_owned(), Value::Object(languages.collect()));
    SettingsSource::from_json(&Value::Object(changed)).0
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The most lines and whether completions are on, with settings from the three sources.
    #[track_caller]
    fn check(files: Value, initial: Value, configuration: Value, expected: (usize, bool)) {
        let mut preferences = Preferences::default();
        preferences.set_initial(&initial);
        preferences.set_configuration(&configuration);
        let settings = preferences.settings(&SettingsSource::from_json(&files).0);
        assert_eq!((settings.max_lines, settings.enabled), expected, "{files} {initial} {configuration}");
    }

    #[test]
    fn the_editor_is_stricter_or_silent() {
        check(json!({"maxLines": 4}), json!({}), json!({"maxLines": 2}), (2, true));
        check(json!({"maxLines": 4}), json!({}), json!({"maxLines": 8}), (4, true));
        check(json!({"enabled": false}), json!({"enabled": true}), json!({"enabled": true}), (10, false));
        check(json!({}), json!({"enabled": false}), json!({}), (10, false));
    }

    #[test]
    fn an_untouched_setting_has_no_say() {
        check(json!({"maxLines": 20}), json!({}), json!({"maxLines": 10}), (20, true));
    }

    #[test]
    fn the_configuration_is_newer_than_the_start() {
        check(json!({}), json!({"maxLines": 3}), json!({"maxLines": 5}), (5, true));
        check(json!({}), json!({"enabled": false}), json!({"enabled": true}), (10, true));
        check(json!({}), json!({"maxLines": 3}), json!({"enabled": true}), (3, true));
    }

    #[test]
    fn our_section_may_be_wrapped_or_not() {
        check(json!({}), json!({"housestyle": {"maxLines": 3}}), json!({"maxLines": 2}), (2, true));
        check(json!({}), Value::Null, json!([1]), (10, true));
    }
}
