//! The settings as documentation: a Markdown table, and a JSON schema for editors.

use serde_json::{Map, Value, json};

use super::{FIELDS, Field, MergeRule, SettingScope};

/// Returns the page `server/SETTINGS.md`.
pub fn markdown() -> String {
    let mut page = String::from(
        "# Settings\n\n\
         A test generates this page, and the settings in `editors/vscode/package.json`, from the declaration in\n\
         `complete/src/settings/mod.rs`; do not edit either by hand. To generate both:\n\
         `HOUSESTYLE_UPDATE=1 cargo test --release -p housestyle-complete settings`.\n\n\
         A team's policy is `housestyle.toml` at the root of its repository, as the default branch has that file. The same\n\
         file of the work tree, the user's own file and the files of repositories around this one can only make the policy\n\
         stricter, value by value: the last column names the stricter of two values. Where the team sets nothing, a value\n\
         of the work tree counts where it is stricter than the default, while the user and the editor are free. \"The\n\
         team's\" means that neither value is stricter: the first one holds that the default branch, the work tree, a\n\
         repository around this one, or the user sets, in this order. The bounds in `[gate]` follow the same rule, but for\n\
         the user's own, which are never free. Outside of git, the folder's own file is the policy. `housestyle doctor`\n\
         lists every file that counts, and each value of the work tree that does not count yet.\n\n\
         Editors use the same names. A setting marked with ◦ can also have a value for one language:\n\
         `languages.<id>.<setting>`, where `<id>` is the language's LSP identifier. Housestyle reports and ignores a\n\
         setting that is unknown or of the wrong type; the rest holds. Where a file cannot be read at all, or has more than\n\
         64 KiB, nothing is suggested or recorded in its workspace until somebody corrects the file. A changed file holds for the next\n\
         suggestion, and a moved default branch within two seconds; no server needs a restart.\n\n\
         | Setting | Value | Default | Meaning | Stricter |\n|---|---|---|---|---|\n",
    );
    for field in FIELDS {
        let mark = if field.scope == SettingScope::Language { " ◦" } else { "" };
        let bounds = field.bounds.map(|(low, high)| format!(", {low} to {high}")).unwrap_or_default();
        page += &format!(
            "| `{}`{mark} | {}{bounds} | {} | {} | {} |\n",
            field.name,
            field.kind,
            default(field),
            sentence(field),
            rule(field.rule)
        );
    }
    page
}

/// Settings that an editor sets by itself, so that no user has to.
const SET_BY_THE_EDITOR: &[&str] = &["trusted"];

/// Returns a JSON schema of the settings by their full dotted names below `prefix`, as VS Code's manifest wants it.
pub fn json_schema(prefix: &str) -> Value {
    let mut properties = Map::new();
    let fields = FIELDS.iter().filter(|field| !SET_BY_THE_EDITOR.contains(&field.name));
    for (order, field) in fields.enumerate() {
        let mut schema = (field.schema)();
        if let Some(schema) = schema.as_object_mut() {
            schema.insert("default".to_owned(), (field.default)());
            schema.insert("markdownDescription".to_owned(), json!(sentence(field)));
            schema.insert("order".to_owned(), json!(order + 1));
            let scope = if field.scope == SettingScope::Language { "language-overridable" } else { "window" };
            schema.insert("scope".to_owned(), json!(scope));
            if let Some((low, high)) = field.bounds {
                schema.insert("minimum".to_owned(), number(low));
                schema.insert("maximum".to_owned(), number(high));
            }
        }
        properties.insert(format!("{prefix}{}", field.name), schema);
    }
    let languages = json!({
        "type": "object",
        "default": {},
        "additionalProperties": {"type": "object"},
        "markdownDescription": "Values for single languages: `{\"markdown\": {\"mode\": \"manual\"}}`.",
        "order": FIELDS.len() + 1,
        "scope": "window",
    });
    properties.insert(format!("{prefix}languages"), languages);
    Value::Object(properties)
}

/// Returns a bound as people would write it.
fn number(value: f64) -> Value {
    if value.fract() == 0.0 { json!(value as i64) } else { json!(value) }
}

fn default(field: &Field) -> String {
    match (field.default)() {
        Value::Array(items) => items
            .iter()
            .filter_map(Value::as_str)
            .map(|item| format!("`{item}`"))
            .collect::<Vec<_>>()
            .join(" "),
        Value::String(word) => format!("`{word}`"),
        other => format!("`{other}`"),
    }
}

fn sentence(field: &Field) -> String {
    field.doc.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn rule(rule: MergeRule) -> &'static str {
    match rule {
        MergeRule::Least => "the smaller",
        MergeRule::Most => "the greater",
        MergeRule::Quietest => "the quieter",
        MergeRule::Union => "both lists",
        MergeRule::Team => "the team's",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[allow(clippy::disallowed_methods)] // A test of a file has to read it.
    fn settings_md_is_up_to_date() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../SETTINGS.md");
        if std::env::var_os("HOUSESTYLE_UPDATE").is_some() {
            std::fs::write(path, markdown()).expect("SETTINGS.md can be written");
        }
        let committed = std::fs::read_to_string(path).unwrap_or_default().replace("\r\n", "\n");
        assert!(
            committed == markdown(),
            "server/SETTINGS.md is out of date; its first lines say how to make it anew"
        );
    }

    /// Returns VS Code's manifest with the declared settings; the rest of the manifest stays.
    fn with_settings(manifest: &str) -> String {
        const BEFORE: &str = "\"title\": \"Completions\",\n        \"order\": 2,\n        \"properties\": ";
        let (head, rest) = manifest.split_once(BEFORE).expect("a group `Completions`");
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
        assert!(values.next().is_some_and(|value| value.is_ok()), "no object of properties");
        let tail = &rest[values.byte_offset()..];
        let settings = serde_json::to_string_pretty(&json_schema("housestyle.")).expect("written");
        format!("{head}{BEFORE}{}{tail}", settings.replace('\n', "\n        "))
    }

    #[test]
    #[allow(clippy::disallowed_methods)] // A test of a file has to read it.
    fn the_manifest_of_vscode_is_up_to_date() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../editors/vscode/package.json");
        let committed = std::fs::read_to_string(path).expect("a manifest").replace("\r\n", "\n");
        let wanted = with_settings(&committed);
        if std::env::var_os("HOUSESTYLE_UPDATE").is_some() {
            std::fs::write(path, &wanted).expect("the manifest can be written");
        } else {
            assert!(
                committed == wanted,
                "editors/vscode/package.json is out of date; the first lines of server/SETTINGS.md say how to make it anew"
            );
        }
    }

    #[test]
    fn the_schema_has_every_setting_with_its_default() {
        let schema = json_schema("housestyle.");
        assert_eq!(schema["housestyle.maxTokens"]["default"], 64);
        assert_eq!(schema["housestyle.maxTokens"]["scope"], "language-overridable");
        assert_eq!(schema["housestyle.journal"]["scope"], "window");
        assert_eq!(schema["housestyle.mode"]["enum"], json!(["auto", "manual", "off"]));
        // `languages` comes in, and what the editor says by itself goes.
        assert_eq!(schema.as_object().map(Map::len), Some(FIELDS.len() + 1 - SET_BY_THE_EDITOR.len()));
        assert!(schema.get("housestyle.trusted").is_none());
    }
}
