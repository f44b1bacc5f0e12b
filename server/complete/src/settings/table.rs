//! The settings as documentation: a Markdown table, and a JSON schema for editors.

use serde_json::{Map, Value, json};

use super::{FIELDS, Field, Reach, Rule};

/// Returns the page `server/SETTINGS.md`.
pub fn markdown() -> String {
    let mut page = String::from(
        "# Settings\n\n\
         Made from the declaration in `complete/src/settings/mod.rs`; do not edit by hand. To make it anew:\n\
         `HOUSESTYLE_UPDATE=1 cargo test --release -p housestyle-complete settings`.\n\n\
         A team's `housestyle.toml` and a user's own file use these names, and so do the editors. A user's file can\n\
         only be stricter than the team's: the last column says what that means. Settings marked with ◦ can also be\n\
         set for one language: `languages.<id>.<setting>`, where `<id>` is the language's LSP identifier. What is\n\
         unknown or of the wrong type is reported and left out; the rest holds.\n\n\
         | Setting | Value | Default | Meaning | Stricter |\n|---|---|---|---|---|\n",
    );
    for field in FIELDS {
        let mark = if field.reach == Reach::Language { " ◦" } else { "" };
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

/// Returns a JSON schema of every setting by its full dotted name below `prefix`, as an editor's manifest wants it.
pub fn json_schema(prefix: &str) -> Value {
    let mut properties = Map::new();
    for field in FIELDS {
        let mut schema = (field.schema)();
        if let Some(schema) = schema.as_object_mut() {
            schema.insert("default".to_owned(), (field.default)());
            schema.insert("markdownDescription".to_owned(), json!(sentence(field)));
            if let Some((low, high)) = field.bounds {
                schema.insert("minimum".to_owned(), json!(low));
                schema.insert("maximum".to_owned(), json!(high));
            }
        }
        properties.insert(format!("{prefix}{}", field.name), schema);
    }
    let languages = json!({
        "type": "object",
        "default": {},
        "additionalProperties": {"type": "object"},
        "markdownDescription": "What differs for single languages: `{\"markdown\": {\"mode\": \"manual\"}}`.",
    });
    properties.insert(format!("{prefix}languages"), languages);
    Value::Object(properties)
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

fn rule(rule: Rule) -> &'static str {
    match rule {
        Rule::Least => "the smaller",
        Rule::Most => "the greater",
        Rule::Quietest => "the quieter",
        Rule::Union => "both lists",
        Rule::Team => "the team's",
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

    #[test]
    fn the_schema_has_every_setting_with_its_default() {
        let schema = json_schema("housestyle.");
        assert_eq!(schema["housestyle.maxTokens"]["default"], 64);
        assert_eq!(schema["housestyle.mode"]["enum"], json!(["auto", "manual", "off"]));
        assert_eq!(schema.as_object().map(Map::len), Some(FIELDS.len() + 1));
    }
}
