//! How sources of settings are merged: the second source can only make the first one stricter.

use std::collections::HashSet;

use housestyle_text::glob;
use serde_json::Value;

use super::{FIELDS, Field, MergeRule, SettingsSource};

/// The name of the setting that holds globs of paths.
const GLOBS: &str = "disabled";

/// A value that does not count.
#[derive(Debug, Clone, PartialEq)]
pub struct Uncounted {
    /// The setting: `languages.rust.maxLines`.
    pub path: String,
    /// The value that does not count.
    pub value: Value,
    /// The value that holds instead.
    pub holds: Value,
}

/// What a second source may say where the first one sets nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Silence {
    /// Any value.
    Free,
    /// Values that are stricter than the default.
    Default,
}

impl SettingsSource {
    /// Returns the team's source merged with the user's, which can only make it stricter. Where the team set nothing the
    /// user is free; where neither value is stricter (such as `temperature`) the team's holds.
    pub fn stricter(team: &SettingsSource, user: &SettingsSource) -> SettingsSource {
        merged(team, user, Silence::Free)
    }

    /// Returns this source made stricter by another one of the team's. Where this source sets nothing, only values count
    /// that are stricter than the defaults; of values without a stricter side (such as `temperature`), those count that
    /// this source does not set.
    pub fn tightened_by(&self, other: &SettingsSource) -> SettingsSource {
        merged(self, other, Silence::Default)
    }

    /// Returns the values of `other` that do not count when it makes this source stricter.
    pub fn uncounted(&self, other: &SettingsSource) -> Vec<Uncounted> {
        let merged = self.tightened_by(other);
        let find = |language: Option<&str>, field: &Field, value: &Value| {
            let general = merged.values.get(field.name);
            let special = language.and_then(|id| merged.languages.get(id)?.get(field.name));
            let holds = special.or(general).cloned().unwrap_or_else(field.default);
            let path = language.map_or(String::new(), |id| format!("languages.{id}.")) + field.name;
            (holds != *value && !is_permutation(&holds, value)).then(|| Uncounted {
                path,
                value: value.clone(),
                holds,
            })
        };
        let mut found = Vec::new();
        for field in FIELDS {
            found.extend(other.values.get(field.name).and_then(|value| find(None, field, value)));
            for (id, values) in &other.languages {
                found.extend(values.get(field.name).and_then(|value| find(Some(id), field, value)));
            }
        }
        found
    }

    /// Returns this source for a folder below the one that it was written for: its globs hold there as they do from above.
    /// The folder's path is relative, with `/` between its parts.
    pub fn seen_below(&self, folder: &str) -> SettingsSource {
        let mut source = self.clone();
        if let Some(Value::Array(globs)) = source.values.get_mut(GLOBS) {
            let below = globs.iter().filter_map(Value::as_str).flat_map(|glob| glob::below(glob, folder));
            *globs = below.map(Value::String).collect();
        }
        source
    }
}

fn merged(team: &SettingsSource, user: &SettingsSource, silence: Silence) -> SettingsSource {
    let default = |field: &Field| {
        let has_sides = matches!(field.rule, MergeRule::Least | MergeRule::Most | MergeRule::Quietest);
        (silence == Silence::Default && has_sides).then(field.default)
    };
    let mut merged = SettingsSource::default();
    for field in FIELDS {
        let (of_team, of_user) = (team.values.get(field.name), user.values.get(field.name));
        let value = match default(field).filter(|_| of_team.is_none() && of_user.is_some()) {
            // A default stays unsaid, so that a later source is as free as before.
            Some(default) => strict(field, Some(&default), of_user).filter(|value| *value != default),
            None => strict(field, of_team, of_user),
        };
        merged.values.extend(value.map(|value| (field.name, value)));
    }
    for id in team.languages.keys().chain(user.languages.keys()) {
        // A language's value stands against the other side's general one: `off` for everything is not
        // undone by `auto` for Rust.
        for field in FIELDS {
            let special =
                |source: &SettingsSource| source.languages.get(id).and_then(|l| l.get(field.name)).cloned();
            let (of_team, of_user) = (special(team), special(user));
            if of_team.is_none() && of_user.is_none() {
                continue;
            }
            let of_team = of_team.or_else(|| team.values.get(field.name).cloned()).or_else(|| default(field));
            let of_user = of_user.or_else(|| user.values.get(field.name).cloned());
            let value = strict(field, of_team.as_ref(), of_user.as_ref());
            let values = merged.languages.entry(id.clone()).or_default();
            values.extend(value.map(|value| (field.name, value)));
        }
    }
    merged
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

/// Returns the items of two lists of strings, each once.
fn union(a: &Value, b: &Value) -> Value {
    let mut seen = HashSet::new();
    let all = [a, b].into_iter().filter_map(Value::as_array).flatten();
    Value::Array(all.filter(|item| seen.insert(item.as_str())).cloned().collect())
}

/// Returns whether two values are lists of the same strings.
fn is_permutation(a: &Value, b: &Value) -> bool {
    fn items(value: &Value) -> Option<HashSet<&str>> {
        Some(value.as_array()?.iter().filter_map(Value::as_str).collect())
    }
    items(a).is_some_and(|a| items(b).is_some_and(|b| a == b))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::settings::{JournalMode, Mode, Settings};

    fn source(value: Value) -> SettingsSource {
        SettingsSource::from_json(&value).0
    }

    #[track_caller]
    fn tightened(tip: Value, work_tree: Value) -> Settings {
        Settings::of(&source(tip).tightened_by(&source(work_tree)))
    }

    #[test]
    fn another_source_of_the_team_only_makes_it_stricter_value_by_value() {
        let both = tightened(
            json!({"maxLines": 20, "disabled": ["a"], "temperature": 0.2}),
            json!({"maxLines": 50, "disabled": ["b"], "temperature": 0.9, "enabled": false}),
        );
        assert_eq!((both.max_lines, both.temperature, both.enabled), (20, 0.2, false));
        assert_eq!(both.disabled, ["a", "b"]);
        assert_eq!(tightened(json!({"journal": "off"}), json!({"journal": "on"})).journal, JournalMode::Off);
        assert_eq!(tightened(json!({}), json!({"journal": "outcomes"})).journal, JournalMode::Outcomes);
    }

    #[test]
    fn where_the_team_is_silent_only_what_is_stricter_than_the_default_counts() {
        let looser = json!({"maxLines": 50, "prose": {"mode": "auto"}, "minLogprob": -9, "memory": {"editTokens": 9},
            "disabled": []});
        assert_eq!(tightened(json!({}), looser), Settings::default());
        let user = source(json!({"maxLines": 30}));
        let work_tree = source(json!({"maxLines": 50}));
        let all = SettingsSource::stricter(&SettingsSource::default().tightened_by(&work_tree), &user);
        assert_eq!(Settings::of(&all).max_lines, 30, "a value that does not count binds nobody");
        assert_eq!(tightened(json!({}), json!({"temperature": 0.9, "maxLines": 2})).temperature, 0.9);
    }

    #[test]
    fn a_language_of_another_source_is_no_way_around() {
        let rust = |tip, work_tree| tightened(tip, work_tree).for_language("rust").mode;
        let auto = json!({"languages": {"rust": {"mode": "auto"}}});
        assert_eq!(rust(json!({"mode": "off"}), auto.clone()), Mode::Off);
        assert_eq!(
            rust(json!({}), json!({"mode": "manual", "languages": {"rust": {"mode": "auto"}}})),
            Mode::Auto
        );
        assert_eq!(rust(auto, json!({"mode": "manual"})), Mode::Manual);
        let lines = tightened(json!({}), json!({"languages": {"rust": {"maxLines": 50}}}));
        assert_eq!(lines.for_language("rust").max_lines, 10);
    }

    #[test]
    fn values_that_do_not_count_are_named() {
        let found = |tip: Value, other: Value| -> Vec<String> {
            let found = source(tip).uncounted(&source(other));
            found.iter().map(|it| format!("{} {} {}", it.path, it.value, it.holds)).collect()
        };
        let same = json!({"maxLines": 20, "journal": "off", "disabled": ["a", "b"], "temperature": 0.5});
        assert_eq!(found(same.clone(), same), [""; 0]);
        assert_eq!(found(json!({}), json!({"maxLines": 20, "journal": "off"})), ["maxLines 20 10"]);
        assert_eq!(
            found(json!({"disabled": ["a"]}), json!({"disabled": ["b"]})),
            [r#"disabled ["b"] ["a","b"]"#]
        );
        assert_eq!(
            found(json!({"mode": "off"}), json!({"languages": {"c": {"mode": "auto"}}})),
            [r#"languages.c.mode "auto" "off""#]
        );
    }

    #[test]
    fn globs_hold_below_a_folder_as_they_do_from_above() {
        let outer = source(json!({"disabled": ["*.lock", "vendor/lib/gen/*", "docs/*"]}));
        let settings = Settings::of(&outer.seen_below("vendor/lib"));
        for (path, expected) in [("gen/a.rs", true), ("x.lock", true), ("docs/a.md", false), ("a.rs", false)]
        {
            assert_eq!(settings.disabled_by(path).is_some(), expected, "{path}");
        }
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
}
