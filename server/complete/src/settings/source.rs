//! Settings as a source wrote them: only the values that it sets, each checked.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value};

use super::{FIELDS, SettingScope};

/// Something in a settings file that was not understood. The rest of the file holds nevertheless.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// Where: `languages.rust.maxLines`.
    pub path: String,
    /// The problem.
    pub problem: String,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "setting `{}`: {}", self.path, self.problem)
    }
}

type Values = BTreeMap<&'static str, Value>;

/// The settings of one source (the team's file, the user's file, the editor): only the values that the source sets.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SettingsSource {
    pub(super) values: Values,
    pub(super) languages: BTreeMap<String, Values>,
}

impl SettingsSource {
    /// Reads a JSON object, nested (`{"prose": {"mode": …}}`) or dotted (`{"prose.mode": …}`). A value that is unknown or
    /// of the wrong type is left out, with a warning. `null` counts as not set.
    pub fn from_json(value: &Value) -> (SettingsSource, Vec<Warning>) {
        let (mut source, mut warnings) = (SettingsSource::default(), Vec::new());
        let mut reader = Reader { path: Vec::new(), warnings: &mut warnings };
        match value {
            Value::Null => {}
            Value::Object(object) => reader.read(object, "", None, &mut source),
            other => reader.warn(format!("expected an object, found {other}")),
        }
        (source, warnings)
    }

    /// Returns the values for all languages, by name.
    pub fn values(&self) -> &BTreeMap<&'static str, Value> {
        &self.values
    }

    /// Returns what is set for single languages, by language identifier and name.
    pub fn languages(&self) -> &BTreeMap<String, BTreeMap<&'static str, Value>> {
        &self.languages
    }

    /// Returns this source over a lower one: where both set a value, this one's holds.
    pub fn over(&self, lower: &SettingsSource) -> SettingsSource {
        let mut merged = lower.clone();
        merged.values.extend(self.values.clone());
        for (id, values) in &self.languages {
            merged.languages.entry(id.clone()).or_default().extend(values.clone());
        }
        merged
    }
}

struct Reader<'a> {
    path: Vec<String>,
    warnings: &'a mut Vec<Warning>,
}

impl Reader<'_> {
    fn warn(&mut self, problem: String) {
        self.warnings.push(Warning { path: self.path.join("."), problem });
    }

    fn read(
        &mut self,
        object: &Map<String, Value>,
        group: &str,
        language: Option<&str>,
        source: &mut SettingsSource,
    ) {
        for (key, value) in object {
            self.path.push(key.clone());
            let name = if group.is_empty() { key.clone() } else { format!("{group}.{key}") };
            self.entry(&name, value, language, source);
            self.path.pop();
        }
    }

    fn entry(&mut self, name: &str, value: &Value, language: Option<&str>, source: &mut SettingsSource) {
        if value.is_null() {
            return;
        }
        if let Some(field) = FIELDS.iter().find(|field| field.name == name) {
            if language.is_some() && field.scope == SettingScope::Everything {
                return self.warn("cannot be set for a single language".to_owned());
            }
            match (field.read)(value, field.bounds) {
                Err(problem) => self.warn(format!("{problem}; it is left out")),
                Ok((value, odd)) => {
                    odd.into_iter().for_each(|odd| self.warn(odd));
                    let values = match language {
                        None => &mut source.values,
                        Some(id) => source.languages.entry(id.to_owned()).or_default(),
                    };
                    values.insert(field.name, value);
                }
            }
            return;
        }
        let is_group = FIELDS.iter().any(|field| field.name.split_once('.').is_some_and(|(g, _)| g == name));
        match value {
            Value::Object(members) if is_group => self.read(members, name, language, source),
            Value::Object(languages) if name == "languages" && language.is_none() => {
                for (id, members) in languages {
                    self.path.push(id.clone());
                    match members {
                        Value::Object(members) => self.read(members, "", Some(id), source),
                        Value::Null => {}
                        other => self.warn(format!("expected an object, found {other}")),
                    }
                    self.path.pop();
                }
            }
            other if is_group || name == "languages" => {
                self.warn(format!("expected an object, found {other}"))
            }
            _ => self.warn("there is no such setting".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{Mode, ProseMode, Settings};
    use serde_json::json;

    #[track_caller]
    fn check(value: Value, expect: &[&str]) -> Settings {
        let (settings, warnings) = Settings::from_json(&value);
        let mut warnings: Vec<String> = warnings.iter().map(Warning::to_string).collect();
        warnings.sort();
        assert_eq!(warnings, expect, "for {value}");
        settings
    }

    #[test]
    fn nothing_is_the_default() {
        assert_eq!(check(json!({}), &[]), Settings::default());
        assert_eq!(check(Value::Null, &[]), Settings::default());
        assert_eq!(check(json!({"mode": null}), &[]), Settings::default());
    }

    #[test]
    fn groups_may_be_nested_or_dotted() {
        assert_eq!(check(json!({"prose": {"mode": "off"}}), &[]).prose_mode, ProseMode::Off);
        assert_eq!(check(json!({"prose.mode": "off"}), &[]).prose_mode, ProseMode::Off);
    }

    #[test]
    fn one_wrong_value_spoils_nothing_else() {
        let settings = check(
            json!({"maxLines": "many", "maxTokens": 12.0, "mode": 3, "prose": 1, "colour": "red",
                   "languages": {"rust": {"seed": 1, "maxLines": 3}, "c": 5}, "disabled": ["a", 2]}),
            &[
                "setting `colour`: there is no such setting",
                "setting `disabled`: expected list of strings, found [\"a\",2]; it is left out",
                "setting `languages.c`: expected an object, found 5",
                "setting `languages.rust.seed`: cannot be set for a single language",
                "setting `maxLines`: expected whole number, found \"many\"; it is left out",
                "setting `mode`: expected `auto`, `manual` or `off`, found 3; it is left out",
                "setting `prose`: expected an object, found 1",
            ],
        );
        assert_eq!((settings.max_lines, settings.max_tokens, settings.mode), (10, 12, Mode::Auto));
        assert_eq!(settings.for_language("rust").max_lines, 3);
    }

    #[test]
    fn numbers_out_of_bounds_are_moved() {
        let settings =
            check(json!({"maxTokens": 0}), &["setting `maxTokens`: 0 is not from 1 to 512; 1 is used"]);
        assert_eq!(settings.max_tokens, 1);
        check(
            json!({"maxTokens": -1e300}),
            &[&format!("setting `maxTokens`: {} is not from 1 to 512; 1 is used", -1e300)],
        );
        check(
            json!({"maxTokens": 1.5}),
            &["setting `maxTokens`: expected whole number, found 1.5; it is left out"],
        );
    }

    #[test]
    fn not_even_an_object() {
        check(json!([1]), &["setting ``: expected an object, found [1]"]);
    }

    #[test]
    fn the_upper_source_holds() {
        let source = |value| SettingsSource::from_json(&value).0;
        let upper = source(json!({"mode": "off", "languages": {"c": {"maxLines": 1}}}));
        let lower = source(
            json!({"mode": "auto", "maxLines": 3, "languages": {"c": {"maxLines": 2, "mode": "auto"}}}),
        );
        let settings = Settings::of(&upper.over(&lower));
        assert_eq!((settings.mode, settings.max_lines), (Mode::Off, 3));
        let c = settings.for_language("c");
        assert_eq!((c.mode, c.max_lines), (Mode::Auto, 1));
    }
}
