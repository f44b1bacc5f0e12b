//! Writes a SKILL.md so that every validator takes it: block style, double-quoted scalars, ASCII names, LF.

use crate::error::SkillError;
use crate::hidden;

use super::{Document, MOST_COMPATIBILITY, MOST_DESCRIPTION, MOST_NAME};

/// Names of devices on Windows, where no folder can have them.
const DEVICES: &[&str] = &["con", "prn", "aux", "nul"];

impl Document {
    /// Writes the document. Puts each text of the frontmatter on one line, replaces characters that the standard's
    /// validators refuse (`---`, `<`, `>`, invisible characters), and cuts a text that is too long at a word.
    ///
    /// # Errors
    /// When name, description or a key cannot be written.
    pub fn emit(&self) -> Result<String, SkillError> {
        if !is_name(&self.name) {
            return Err(SkillError::Name { name: self.name.clone(), most: MOST_NAME });
        }
        let description = one_line(&self.description, MOST_DESCRIPTION);
        if description.is_empty() {
            return Err(SkillError::Undescribed { name: self.name.clone() });
        }
        let mut text = String::from("---\n");
        let mut entry = |key: &str, value: &str| {
            let escaped = value.replace('\\', "\\\\").replace('"', "\\\"");
            text.push_str(&format!("{key}: \"{escaped}\"\n"));
        };
        entry("name", &self.name);
        entry("description", &description);
        let optional = [
            ("license", &self.license, MOST_DESCRIPTION),
            ("compatibility", &self.compatibility, MOST_COMPATIBILITY),
            ("allowed-tools", &self.allowed_tools, MOST_DESCRIPTION),
        ];
        for (key, value, most) in optional {
            let value = value.as_deref().map(|value| one_line(value, most)).unwrap_or_default();
            if !value.is_empty() {
                entry(key, &value);
            }
        }
        if !self.metadata.is_empty() {
            text.push_str("metadata:\n");
        }
        for (key, value) in &self.metadata {
            let fits = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
            let begins = key.starts_with(|c: char| c.is_ascii_alphabetic());
            if !begins || !key.chars().all(fits) || key.contains("---") || key.len() > MOST_NAME {
                return Err(SkillError::Key { name: self.name.clone(), key: key.clone() });
            }
            let value = one_line(value, MOST_DESCRIPTION).replace('\\', "\\\\").replace('"', "\\\"");
            text.push_str(&format!("  {key}: \"{value}\"\n"));
        }
        text.push_str("---\n\n");
        text.push_str(self.body.replace("\r\n", "\n").trim());
        text.push('\n');
        Ok(text)
    }
}

/// Returns whether a text is a skill's name for every validator and file system: kebab-case, ASCII.
pub(crate) fn is_name(name: &str) -> bool {
    let fits = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    let hyphens = name.starts_with('-') || name.ends_with('-') || name.contains("--");
    let port = |prefix: &str| {
        name.strip_prefix(prefix).is_some_and(|rest| rest.len() == 1 && rest.as_bytes()[0].is_ascii_digit())
    };
    let device = DEVICES.contains(&name) || port("com") || port("lpt");
    fits && !hyphens && !device && !name.is_empty() && name.len() <= MOST_NAME
}

/// Returns a skill's name made of a text: its ASCII letters and digits, parted by single hyphens, cut at a word.
/// `None` where it has neither letters nor digits, or is the name of a device.
pub fn kebab(text: &str) -> Option<String> {
    let mut name = String::new();
    let mut was_lower = false;
    for c in text.chars().take(1024) {
        if !c.is_ascii_alphanumeric() {
            was_lower = false;
            if !name.is_empty() && !name.ends_with('-') {
                name.push('-');
            }
            continue;
        }
        if was_lower && c.is_ascii_uppercase() {
            name.push('-');
        }
        was_lower = c.is_ascii_lowercase() || c.is_ascii_digit();
        name.push(c.to_ascii_lowercase());
    }
    if name.len() > MOST_NAME {
        let cut = if name.as_bytes()[MOST_NAME] == b'-' {
            MOST_NAME
        } else {
            name[..MOST_NAME].rfind('-').unwrap_or(MOST_NAME)
        };
        name.truncate(cut);
    }
    let name = name.trim_matches('-').to_owned();
    is_name(&name).then_some(name)
}

/// Returns a text as a single line that every validator takes, of at most `most` characters.
pub(super) fn one_line(text: &str, most: usize) -> String {
    let mut line = String::new();
    let mut space = false;
    for c in text.chars() {
        if c.is_whitespace() {
            space = !line.is_empty();
            continue;
        }
        if c.is_control() || hidden::is_hidden(c) || is_noncharacter(c) {
            continue;
        }
        if std::mem::take(&mut space) {
            line.push(' ');
        }
        match c {
            '<' => line.push('‹'),
            '>' => line.push('›'),
            // The reference parser takes any `---` for the end of the frontmatter.
            '-' if line.ends_with("--") => {}
            c => line.push(c),
        }
    }
    cut(line, most)
}

fn is_noncharacter(c: char) -> bool {
    let code = u32::from(c);
    code & 0xfffe == 0xfffe || (0xfdd0..=0xfdef).contains(&code)
}

/// Cuts a line at a word, and marks the cut with an ellipsis.
fn cut(line: String, most: usize) -> String {
    if line.chars().count() <= most {
        return line;
    }
    let end = line.char_indices().nth(most.saturating_sub(1)).map_or(line.len(), |(at, _)| at);
    let at = line[..end].rfind(' ').filter(|at| *at > end / 2).unwrap_or(end);
    format!("{}…", line[..at].trim_end())
}
