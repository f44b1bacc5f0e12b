//! Every setting, declared once: type, default, bounds, meaning, and what "stricter" means for it.
//!
//! From the declaration below come the [`Settings`] struct, the lenient reading of JSON ([`SettingsSource`]), the table in
//! `server/SETTINGS.md` and the schema that editors use. Nothing else lists settings.

mod files;
mod kind;
mod merge;
mod source;
mod table;

use std::collections::BTreeMap;

use serde_json::Value;

pub use files::FileSettings;
pub use kind::{Bounds, JournalMode, Mode, ProseMode};
pub use merge::Uncounted;
pub use source::{SettingsSource, Warning};
pub use table::{json_schema, markdown};

use kind::Kind;

/// How two values of a setting are merged when a user's file may only be stricter than the team's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MergeRule {
    /// The smaller one: less is shown, or less is spent.
    Least,
    /// The greater one.
    Most,
    /// The quieter one; `false` is quieter than `true`.
    Quietest,
    /// Both lists together.
    Union,
    /// The team's where it has one: neither value is stricter.
    Team,
}

/// Where a setting may be set: whether `languages.<id>` may override it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettingScope {
    /// For everything, and for single languages.
    Language,
    /// For everything alone.
    Everything,
}

/// One setting, as data.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Name in JSON and TOML; a dot parts a group from its member.
    pub name: &'static str,
    /// The meaning, for people; lines as in the declaration.
    pub doc: &'static str,
    /// Kind of value, for people.
    pub kind: &'static str,
    /// The default, as JSON.
    pub default: fn() -> Value,
    /// Smallest and greatest number allowed; numbers outside are moved to the nearer one.
    pub bounds: Bounds,
    /// How two values merge.
    pub rule: MergeRule,
    /// Where it may be set.
    pub scope: SettingScope,
    /// Reads a value of the right type; returns the value, and a warning where it was changed.
    read: fn(&Value, Bounds) -> kind::Read<Value>,
    /// The type as JSON schema.
    schema: fn() -> Value,
}

macro_rules! settings {
    ($( $(#[doc = $doc:literal])+ $field:ident: $kind:ty = $default:expr, $name:literal, $bounds:expr, $rule:ident, $scope:ident; )+) => {
        /// Everything that a user or a team can choose. Made from a [`SettingsSource`]; the defaults need no change.
        #[derive(Debug, Clone, PartialEq)]
        pub struct Settings {
            $( $(#[doc = $doc])+ pub $field: $kind, )+
            /// What differs for single languages, by language identifier.
            pub languages: BTreeMap<String, BTreeMap<&'static str, Value>>,
        }

        impl Default for Settings {
            fn default() -> Settings {
                Settings { $( $field: $default, )+ languages: BTreeMap::new() }
            }
        }

        /// Every setting in the order of the documentation, `languages` left out.
        pub const FIELDS: &[Field] = &[ $( Field {
            name: $name,
            doc: concat!($($doc, "\n"),+),
            kind: <$kind as Kind>::NAME,
            default: || <$kind as Kind>::write(&$default),
            bounds: $bounds,
            rule: MergeRule::$rule,
            scope: SettingScope::$scope,
            read: <$kind as Kind>::check,
            schema: <$kind as Kind>::schema,
        }, )+ ];

        impl Settings {
            fn assign(&mut self, name: &str, value: &Value) {
                match name {
                    $( $name => if let Ok((value, _)) = <$kind as Kind>::read(value, $bounds) { self.$field = value }, )+
                    _ => {}
                }
            }
        }
    };
}

settings! {
    /// Whether Housestyle completes at all.
    enabled: bool = true, "enabled", None, Quietest, Language;
    /// When to complete: `auto` while typing, `manual` only when the user asks, `off` never.
    mode: Mode = Mode::Auto, "mode", None, Quietest, Language;
    /// The mode for prose (Markdown, plain text, reStructuredText, commit messages), where stricter than `mode`.
    /// `quiet` completes while typing, but only at the end of a line, once a sentence is under way, and only when the
    /// model is sure.
    prose_mode: ProseMode = ProseMode::Quiet, "prose.mode", None, Quietest, Language;
    /// The mode for comments and docstrings in code, where stricter than `mode`.
    comments_mode: ProseMode = ProseMode::Auto, "comments.mode", None, Quietest, Language;
    /// Most lines of a suggestion. 1 never shows a block.
    max_lines: usize = 10, "maxLines", Some((1.0, 100.0)), Least, Language;
    /// Most tokens that the model writes for a suggestion.
    max_tokens: usize = 64, "maxTokens", Some((1.0, 512.0)), Least, Language;
    /// While typing, stay silent when more than this many characters stand right of the cursor; closing
    /// brackets, quotes and white space do not count.
    max_line_suffix: usize = 8, "maxLineSuffix", Some((0.0, 1000.0)), Least, Language;
    /// Most alternatives for a place, when the user asks again where a suggestion is visible. 0 gives none.
    alternatives: usize = 2, "alternatives", Some((0.0, 5.0)), Least, Language;
    /// Most milliseconds that generation waits after a key, where keys throw away the model's work. The editor's own
    /// wait counts. As long as the typed text follows the model's, generation starts at once. 0 never waits.
    debounce_ms: u64 = 150, "debounceMs", Some((0.0, 2000.0)), Most, Language;
    /// After this many milliseconds a suggestion ends with its current line.
    time_budget_ms: u64 = 700, "timeBudgetMs", Some((50.0, 60_000.0)), Least, Language;
    /// After this many milliseconds a suggestion ends at once, with its last whole line or whole word.
    deadline_ms: u64 = 10_000, "deadlineMs", Some((50.0, 120_000.0)), Least, Language;
    /// Whether the model may work while no request waits: read ahead at the cursor, search the documents used last for
    /// text to copy, and finish a suggestion that time cut short. Any request interrupts this work.
    idle_work: bool = true, "idleWork", None, Quietest, Language;
    /// Tokens of text above the cursor that the model reads.
    prefix_tokens: usize = 512, "prefixTokens", Some((16.0, 16_384.0)), Team, Language;
    /// Tokens of text below the cursor that the model reads.
    suffix_tokens: usize = 96, "suffixTokens", Some((0.0, 4096.0)), Team, Language;
    /// Most tokens of notes (`housestyle memory`) that the model reads before the text. 0 reads none.
    memory_note_tokens: usize = 128, "memory.noteTokens", Some((0.0, 2048.0)), Least, Language;
    /// Most tokens of the user's latest edits elsewhere that the model reads before the text, as short diffs. 0 reads
    /// none. When the user goes to another place, the model reads the edits again.
    memory_edit_tokens: usize = 0, "memory.editTokens", Some((0.0, 2048.0)), Least, Language;
    /// Whether the model reads the user's latest edits, where it was trained for prompts with context.
    context_edits: bool = true, "context.edits", None, Quietest, Language;
    /// Whether the model reads related chunks of other files, where it was trained for prompts with context.
    context_chunks: bool = true, "context.chunks", None, Quietest, Language;
    /// Most tokens of context that the model reads: they count as tokens of the text above and below. 0 reads none.
    context_tokens: usize = 288, "context.tokens", Some((0.0, 2048.0)), Least, Language;
    /// Whether the team's approved skills take part: in the prompt, in the check of each suggestion, and as hints.
    skills_enabled: bool = true, "skills.enabled", None, Quietest, Everything;
    /// Most tokens of skills that the model reads before the text. 0 reads none.
    skill_tokens: usize = 96, "skills.tokens", Some((0.0, 2048.0)), Least, Language;
    /// Whether an editor shows hints where an open document breaks a skill.
    skill_hints: bool = true, "skills.hints", None, Quietest, Everything;
    /// Names of skills to switch off.
    skills_off: Vec<String> = Vec::new(), "skills.off", None, Union, Everything;
    /// Names of skills to measure: Housestyle counts their effects, and applies none.
    skills_shadow: Vec<String> = Vec::new(), "skills.shadow", None, Union, Everything;
    /// How freely the model chooses; 0 always takes the likeliest token.
    temperature: f64 = 0.0, "temperature", Some((0.0, 2.0)), Team, Language;
    /// Choose among the likeliest tokens that together have this probability.
    top_p: f64 = 1.0, "topP", Some((0.01, 1.0)), Team, Language;
    /// Seed of the choice: the same seed gives the same text.
    seed: u64 = 0, "seed", Some((0.0, 9e15)), Team, Everything;
    /// Least mean natural logarithm of the tokens' probabilities: Housestyle shows no suggestion below this value. 0
    /// asks for certainty.
    min_logprob: f64 = -4.0, "minLogprob", Some((-100.0, 0.0)), Most, Language;
    /// The value of `minLogprob` for prose in the mode `quiet`.
    quiet_logprob: f64 = -1.5, "quietLogprob", Some((-100.0, 0.0)), Most, Language;
    /// The journal on this machine: `on` records the outcome of each suggestion, and the text of accepted suggestions, so
    /// that Housestyle can learn; `outcomes` records no text; `off` records nothing. Secrets, files that hold secrets and
    /// files that git ignores never enter.
    journal: JournalMode = JournalMode::On, "journal", None, Quietest, Everything;
    /// After this many seconds the journal records how much of an accepted suggestion survives.
    retention_check_seconds: u64 = 300, "keptAfterSeconds", Some((1.0, 86_400.0)), Team, Everything;
    /// Whether the user trusts the workspace. In an untrusted workspace Housestyle records and learns nothing. An
    /// editor that asks its user for trust reports the answer here.
    trusted: bool = true, "trusted", None, Quietest, Everything;
    /// Folder for proposed skills, such as `.claude/skills`. The empty text means the folder of the team's skills, else
    /// `.agents/skills`.
    skills_folder: String = String::new(), "skills.folder", None, Team, Everything;
    /// Files without completions, as globs. A glob without `/` matches a file's name, a glob with `/` a path in the
    /// workspace; `*` stays within a name, `**` does not. Case does not count.
    disabled: Vec<String> = secret_files(), "disabled", None, Union, Everything;
}

/// Returns globs of files that hold secrets more often than not; none of their text should reach a prompt.
fn secret_files() -> Vec<String> {
    let globs = [
        ".env*",
        "*.env",
        ".dev.vars",
        "*.pem",
        "*.key",
        "*.cert",
        "*.crt",
        "*.p12",
        "*.pfx",
        "*.jks",
        "*.keystore",
        "*.kdbx",
        "id_rsa",
        "id_ecdsa",
        "id_ed25519",
        ".netrc",
        ".npmrc",
        ".pypirc",
        ".htpasswd",
        ".pgpass",
        "credentials",
        "secrets.*",
    ];
    globs.iter().map(|glob| (*glob).to_owned()).collect()
}

impl Settings {
    /// Returns the settings of a source, with defaults for the values that it leaves out.
    pub fn of(source: &SettingsSource) -> Settings {
        let mut settings = Settings::default();
        for (name, value) in source.values() {
            settings.assign(name, value);
        }
        settings.languages = source.languages().clone();
        settings
    }

    /// Returns the settings in a JSON object, and what of it was not understood. Never fails.
    pub fn from_json(value: &Value) -> (Settings, Vec<Warning>) {
        let (source, warnings) = SettingsSource::from_json(value);
        (Settings::of(&source), warnings)
    }

    /// Returns the settings as they hold for a language.
    pub fn for_language(&self, id: &str) -> Settings {
        let mut settings = self.clone();
        for (name, value) in self.languages.get(id).into_iter().flatten() {
            settings.assign(name, value);
        }
        settings
    }

    /// Returns whether the settings leave room for no completion at all, in no language.
    pub fn is_off(&self) -> bool {
        let is_off = |language: &BTreeMap<&'static str, Value>| {
            let enabled = language.get("enabled").and_then(Value::as_bool).unwrap_or(self.enabled);
            let mode = language.get("mode").and_then(Value::as_str).unwrap_or(self.mode.word());
            !enabled || mode == Mode::Off.word()
        };
        is_off(&BTreeMap::new()) && self.languages.values().all(is_off)
    }

    /// Returns the glob that forbids completions in a file, if there is one.
    pub fn disabled_by(&self, path: &str) -> Option<&str> {
        self.disabled.iter().map(String::as_str).find(|pattern| housestyle_text::glob::matches(pattern, path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn fields_are_documented_and_their_defaults_pass_their_own_check() {
        for field in FIELDS {
            assert!(field.doc.trim().ends_with('.'), "{} has no sentence", field.name);
            let default = (field.default)();
            assert_eq!((field.read)(&default, field.bounds), Ok((default.clone(), None)), "{}", field.name);
        }
        let names: std::collections::BTreeSet<_> = FIELDS.iter().map(|field| field.name).collect();
        assert_eq!(names.len(), FIELDS.len(), "a name is used twice");
    }

    #[test]
    fn every_field_reaches_the_struct() {
        let all: serde_json::Map<String, Value> =
            FIELDS.iter().map(|field| (field.name.to_owned(), (field.default)())).collect();
        let (settings, warnings) = Settings::from_json(&Value::Object(all));
        assert_eq!((settings, warnings), (Settings::default(), vec![]));
    }

    #[test]
    fn a_language_overrides() {
        let (settings, warnings) = Settings::from_json(
            &json!({"maxLines": 5, "languages": {"rust": {"maxLines": 2, "mode": "manual"}}}),
        );
        assert_eq!(warnings, []);
        let rust = settings.for_language("rust");
        assert_eq!((rust.max_lines, rust.mode), (2, Mode::Manual));
        let python = settings.for_language("python");
        assert_eq!((python.max_lines, python.mode), (5, Mode::Auto));
    }

    #[test]
    fn settings_are_off_where_no_language_is_on() {
        let is_off = |value: Value| Settings::from_json(&value).0.is_off();
        assert!(!is_off(json!({})) && !is_off(json!({"languages": {"rust": {"mode": "off"}}})));
        for off in [json!({"enabled": false}), json!({"mode": "off"})] {
            let with = |rust: Value| {
                let mut settings = off.clone();
                settings["languages"] = json!({ "rust": rust, "c": {"maxLines": 2} });
                settings
            };
            assert!(is_off(off.clone()) && is_off(with(json!({"mode": "off", "enabled": true}))));
            assert!(!is_off(with(json!({"mode": "manual", "enabled": true}))), "{off}");
        }
    }

    #[test]
    fn secrets_are_left_alone_by_default() {
        let settings = Settings::default();
        for path in [".env", "a/.env.local", "deploy/TLS.PEM", "x.key", "secrets.yaml", "app/secrets.json"] {
            assert!(settings.disabled_by(path).is_some(), "{path}");
        }
        for path in ["src/env.rs", "a/keys.rs", "secretsanta.md", "environment.yml", "a.pem.md"] {
            assert_eq!(settings.disabled_by(path), None, "{path}");
        }
    }
}
