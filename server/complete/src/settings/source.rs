//! Settings as a source wrote them: only the values that it sets, each checked; and how sources are merged.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value};

use super::{FIELDS, Field, MergeRule, SettingScope};

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
    values: Values,
    languages: BTreeMap<String, Values>,
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

    /// Returns the team's source merged with the user's, which can only make it stricter. Where the team set nothing the
    /// user is free; where neither value is stricter (such as `temperature`) the team's holds.
    pub fn stricter(team: &SettingsSource, user: &SettingsSource) -> SettingsSource {
        let mut merged = SettingsSource::default();
        for field in FIELDS {
            let value = strict(field, team.values.get(field.name), user.values.get(field.name));
            merged.values.extend(value.map(|value| (field.name, value)));
        }
        for id in team.languages.keys().chain(user.languages.keys()) {
            // A language's value stands against the other side's general one: `off` for everything is not
            // undone by `auto` for Rust.
            for field in FIELDS {
                let special = |source: &SettingsSource| {
                    source.languages.get(id).and_then(|l| l.get(field.name)).cloned()
                };
                let (of_team, of_user) = (special(team), special(user));
                if of_team.is_none() && of_user.is_none() {
                    continue;
                }
                let of_team = of_team.or_else(|| team.values.get(field.name).cloned());
                let of_user = of_user.or_else(|| user.values.get(field.name).cloned());
                let value = strict(field, of_team.as_ref(), of_user.as_ref());
                let values = merged.languages.entry(id.clone()).or_default();
                values.extend(value.map(|value| (field.name, value)));
            }
        }
        merged
    }
}

fn strict(field: &Field, team: Option<&Value>, user: Option<&Value>) -> Option<Value> {
    let (Some(team), Some(user)) = (team, user) else {
        let alone = team.or(user)?;
        // What the program forbids by itself counts as the team's word.
        return Some(match field.rule {
            MergeRule::Union if team.is_none() => union(&(field.default)(), alone),
            _ => alone.clone(),
        });
    };
    let user_wins = match field.rule {
        MergeRule::Least => user.as_f64() < team.as_f64(),
        MergeRule::Most => user.as_f64() > team.as_f64(),
        MergeRule::Quietest => quiet(user) > quiet(team),
        MergeRule::Team => false,
        MergeRule::Union => return Some(union(team, user)),
    };
    Some(if user_wins { user.clone() } else { team.clone() })
}

fn quiet(value: &Value) -> usize {
    match value {
        Value::Bool(on) => usize::from(!on),
        Value::String(word) => {
            ["on", "auto", "quiet", "outcomes", "manual", "off"].iter().position(|w| w == word).unwrap_or(0)
        }
        _ => 0,
    }
}

fn union(a: &Value, b: &Value) -> Value {
    let mut all: Vec<Value> = Vec::new();
    for item in [a, b].into_iter().filter_map(Value::as_array).flatten() {
        if !all.contains(item) {
            all.push(item.clone());
        }
    }
    Value::Array(all)
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

    #[track_caller]
    fn merged(team: Value, user: Value) -> Settings {
        Settings::of(&SettingsSource::stricter(
            &SettingsSource::from_json(&team).0,
            &SettingsSource::from_json(&user).0,
        ))
    }

    #[test]
    fn a_user_may_only_be_stricter() {
        let both = merged(
            json!({"maxLines": 4, "mode": "manual", "temperature": 0.2, "minLogprob": -1, "disabled": ["a"]}),
            json!({"maxLines": 8, "mode": "auto", "temperature": 0.9, "minLogprob": -0.5, "disabled": ["b"], "enabled": false}),
        );
        assert_eq!((both.max_lines, both.mode, both.temperature), (4, Mode::Manual, 0.2));
        assert_eq!((both.min_logprob, both.enabled), (-0.5, false));
        assert_eq!(both.disabled, ["a", "b"]);
        assert!(!merged(json!({"enabled": false}), json!({"enabled": true})).enabled);
    }

    #[test]
    fn where_the_team_is_silent_the_user_is_free_but_secrets_stay_closed() {
        let both = merged(json!({}), json!({"maxLines": 50, "temperature": 0.9, "disabled": ["b"]}));
        assert_eq!((both.max_lines, both.temperature), (50, 0.9));
        assert!(both.disabled_by(".env").is_some() && both.disabled_by("b").is_some());
    }

    #[test]
    fn a_language_is_no_way_around_the_team() {
        let rust = |team, user| merged(team, user).for_language("rust").mode;
        let by_language = json!({"languages": {"rust": {"mode": "auto"}}});
        assert_eq!(rust(json!({"mode": "off"}), by_language.clone()), Mode::Off);
        assert_eq!(rust(json!({"languages": {"rust": {"mode": "off"}}}), json!({"mode": "auto"})), Mode::Off);
        assert_eq!(rust(by_language, json!({"mode": "manual"})), Mode::Manual);
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
