//! Whether a folder is a skill to the standard, and fits every file system.

use crate::document::{Document, MOST_COMPATIBILITY, MOST_DESCRIPTION, is_name};
use crate::hidden;
use crate::insecure::{Danger, danger};
use crate::rule::RuleFile;
use crate::skill::{MOST_RULE_BYTES, MOST_SKILL_BYTES, RULE_FILE, SKILL_FILE, colliding, content};

use super::{Found, INSECURE};

/// Lines of a body from which the standard advises to part it.
const MANY_LINES: usize = 500;

pub(super) fn check(folder: &str, files: &[(String, Vec<u8>)], found: &mut Found) {
    if !is_name(folder) {
        let text = format!("{folder:?} is no name of a skill: use a-z, 0-9 and single hyphens");
        found.warn("name", "", 0, text);
    }
    if let Some((first, second)) = colliding(files) {
        found.refuse("collision", &second, 0, format!("{first} is the same file where case does not count"));
    }
    for (path, _) in files {
        let odd = path.starts_with('/')
            || path.contains(['\\', ':'])
            || path.split('/').any(|part| matches!(part, "" | "." | ".."))
            || path.chars().any(|c| c.is_control() || hidden::is_hidden(c));
        if odd {
            found.refuse(
                "path",
                path,
                0,
                "this path leads out of the folder, or cannot be written everywhere",
            );
        }
    }
    match content(files, SKILL_FILE) {
        Some(bytes) if bytes.len() > MOST_SKILL_BYTES => {
            let text = format!("has {} bytes, more than the {MOST_SKILL_BYTES} that are read", bytes.len());
            found.refuse("size", SKILL_FILE, 0, text);
        }
        Some(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => document(folder, text, found),
            Err(error) => {
                found.refuse(
                    "encoding",
                    SKILL_FILE,
                    0,
                    format!("is no UTF-8 at byte {}", error.valid_up_to()),
                );
            }
        },
        None if files.iter().any(|(path, _)| path.eq_ignore_ascii_case(SKILL_FILE)) => {
            found.warn("file-name", SKILL_FILE, 0, "is to be written SKILL.md");
        }
        None => found.refuse("no-skill", SKILL_FILE, 0, "is missing"),
    }
    match content(files, RULE_FILE) {
        Some(bytes) if bytes.len() > MOST_RULE_BYTES => {
            found.refuse(
                "size",
                RULE_FILE,
                0,
                format!("has {} bytes, more than {MOST_RULE_BYTES}", bytes.len()),
            );
        }
        Some(bytes) => match RuleFile::parse(bytes) {
            Err(error) => found.refuse("rule", RULE_FILE, 0, error.to_string()),
            Ok(file) => match danger(&file) {
                Some(Danger::Certain) => {
                    let text = "prefers code that is less safe than the code it avoids: take the rule out";
                    found.refuse(INSECURE, RULE_FILE, 0, text);
                }
                Some(Danger::Possible) => {
                    let text = "avoids code that names a safeguard, and prefers code without it: \
                        make sure that nothing becomes less safe";
                    found.warn(INSECURE, RULE_FILE, 0, text);
                }
                None => {}
            },
        },
        None => {}
    }
}

fn document(folder: &str, text: &str, found: &mut Found) {
    let parsed = match Document::parse(text) {
        Ok(parsed) => parsed,
        Err(error) => return found.refuse("frontmatter", SKILL_FILE, 1, error.to_string()),
    };
    for warning in &parsed.warnings {
        found.warn("frontmatter", SKILL_FILE, warning.line, warning.message.clone());
    }
    let document = &parsed.document;
    values(document, text, found);
    if let Some(tools) = &document.allowed_tools {
        let text = format!("asks for the tools {tools:?}: this program gives none, others do");
        found.warn("tools", SKILL_FILE, 1, text);
    }
    if document.name != folder {
        let text =
            format!("the name is {:?}, the folder {folder:?}: other programs refuse that", document.name);
        found.warn("name", SKILL_FILE, 1, text);
    }
    let long = [
        ("description", Some(&document.description), MOST_DESCRIPTION),
        ("compatibility", document.compatibility.as_ref(), MOST_COMPATIBILITY),
    ];
    for (key, value, most) in long {
        let length = value.map_or(0, |value| value.chars().count());
        if length > most {
            found.warn(
                "length",
                SKILL_FILE,
                1,
                format!("{key} has {length} characters, the standard allows {most}"),
            );
        }
    }
    if document.description.contains(['<', '>']) {
        found.warn("markup", SKILL_FILE, 1, "the description holds < or >, which other programs refuse");
    }
    let front = text.lines().take(parsed.body_line.saturating_sub(2)).skip(1);
    if let Some(at) = front.into_iter().position(|line| line.contains("---")) {
        found.warn(
            "dashes",
            SKILL_FILE,
            at + 2,
            "`---` within the frontmatter breaks the reference validator",
        );
    }
    let lines = document.body.lines().count();
    if lines > MANY_LINES {
        let text = format!("the body has {lines} lines, the standard advises fewer than {MANY_LINES}");
        found.warn("length", SKILL_FILE, parsed.body_line, text);
    }
}

/// Checks the values that escapes stand for, which nobody sees in the text.
fn values(document: &Document, text: &str, found: &mut Found) {
    let optional = [&document.license, &document.compatibility, &document.allowed_tools];
    let values = [&document.name, &document.description].into_iter();
    let values = values.chain(optional.into_iter().flatten()).chain(document.metadata.values());
    for value in values.chain(document.metadata.keys()).filter(|value| !text.contains(value.as_str())) {
        if let Some(c) = super::text::unseen(value, "\n\t") {
            let text = format!("an escape stands for U+{:04X}, which nobody sees", u32::from(c));
            found.refuse("hidden", SKILL_FILE, 1, text);
        }
        super::orders::check(SKILL_FILE, value, found);
        super::spelled::check(SKILL_FILE, value, &super::text::Lines::of(value), found);
    }
}
