//! A skill: the content of a folder with SKILL.md, and the digest that identifies it.

use std::collections::BTreeMap;

use housestyle_text::hex;
use sha2::{Digest, Sha256};

use crate::document::Document;
use crate::error::SkillError;
use crate::rule::RuleFile;

/// The file that makes a folder a skill.
pub const SKILL_FILE: &str = "SKILL.md";
/// The file with the rule that a program can check.
pub const RULE_FILE: &str = "rule.json";
/// Bytes of a SKILL.md at most. The standard advises fewer than 5000 tokens.
pub(crate) const MOST_SKILL_BYTES: usize = 256 * 1024;
/// Bytes of a rule.json at most.
pub(crate) const MOST_RULE_BYTES: usize = 64 * 1024;

/// A skill and the content of its folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skill {
    /// Its name: its folder's.
    pub name: String,
    /// Its effect, and when it applies.
    pub description: String,
    /// All other properties, by key; ours begin with `housestyle.`.
    pub metadata: BTreeMap<String, String>,
    /// The Markdown for readers.
    pub body: String,
    /// The rule that a program can check; none in a skill that was written by hand.
    pub rule: Option<RuleFile>,
    /// SHA-256 over path and content of all files of the folder, in hexadecimal digits.
    pub digest: String,
    /// Deviations from the standard that were read nevertheless.
    pub warnings: Vec<String>,
}

impl Skill {
    /// Reads a skill from the files of its folder: paths parted by `/`, relative to the folder, with their contents.
    ///
    /// # Errors
    /// When there is no SKILL.md, or SKILL.md or rule.json cannot be understood.
    pub fn read(folder: &str, files: &[(String, Vec<u8>)]) -> Result<Skill, SkillError> {
        let folder_name = || folder.to_owned();
        if let Some((first, second)) = colliding(files) {
            return Err(SkillError::Colliding { folder: folder_name(), first, second });
        }
        let mut warnings = Vec::new();
        let text = document_of(folder, files, &mut warnings)?;
        let parsed = Document::parse(text).map_err(within(folder))?;
        warnings.extend(parsed.warnings.into_iter().map(|warning| warning.message));
        let document = parsed.document;
        if document.name.is_empty() {
            warnings.push("SKILL.md has no name: its folder's counts".to_owned());
        } else if document.name != folder {
            warnings.push(format!(
                "SKILL.md is named {:?}, its folder {folder:?}: the folder's counts",
                document.name
            ));
        }
        let rule = match content(files, RULE_FILE) {
            Some(bytes) => Some(rule_of(folder, bytes)?),
            None => None,
        };
        Ok(Skill {
            name: folder_name(),
            description: document.description,
            metadata: document.metadata,
            body: document.body.trim().to_owned(),
            rule,
            digest: digest(files),
            warnings,
        })
    }
}

/// Returns the SHA-256 over path and content of files, whatever their order, in hexadecimal digits.
pub fn digest(files: &[(String, Vec<u8>)]) -> String {
    let mut sorted: Vec<&(String, Vec<u8>)> = files.iter().collect();
    sorted.sort();
    let mut hasher = Sha256::new();
    for (path, content) in sorted {
        // Lengths go before texts, so that nothing can move from one to the other.
        hasher.update((path.len() as u64).to_le_bytes());
        hasher.update(path.as_bytes());
        hasher.update((content.len() as u64).to_le_bytes());
        hasher.update(content);
    }
    hex(&hasher.finalize())
}

/// Returns the content of a file.
pub(crate) fn content<'a>(files: &'a [(String, Vec<u8>)], path: &str) -> Option<&'a [u8]> {
    files.iter().find(|(name, _)| name == path).map(|(_, content)| &content[..])
}

/// Returns two paths that are one where case does not count.
pub(crate) fn colliding(files: &[(String, Vec<u8>)]) -> Option<(String, String)> {
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    files.iter().find_map(|(path, _)| {
        let before = seen.insert(path.to_lowercase(), path)?;
        Some((before.to_owned(), path.clone()))
    })
}

/// Returns the text of a skill's SKILL.md.
fn document_of<'a>(
    folder: &str,
    files: &'a [(String, Vec<u8>)],
    warnings: &mut Vec<String>,
) -> Result<&'a str, SkillError> {
    let bytes = content(files, SKILL_FILE).or_else(|| {
        let other = files.iter().find(|(path, _)| path.eq_ignore_ascii_case(SKILL_FILE))?;
        warnings.push(format!("{} is to be called {SKILL_FILE}", other.0));
        Some(&other.1)
    });
    let bytes = bytes.ok_or_else(|| SkillError::NoFile { folder: folder.to_owned() })?;
    fits(folder, SKILL_FILE, bytes, MOST_SKILL_BYTES)?;
    std::str::from_utf8(bytes)
        .map_err(|error| SkillError::NotText { folder: folder.to_owned(), at: error.valid_up_to() })
}

/// Returns a mapper of errors in a file of a folder.
fn within(folder: &str) -> impl Fn(SkillError) -> SkillError {
    move |source| SkillError::File { folder: folder.to_owned(), source: Box::new(source) }
}

fn rule_of(folder: &str, bytes: &[u8]) -> Result<RuleFile, SkillError> {
    fits(folder, RULE_FILE, bytes, MOST_RULE_BYTES)?;
    RuleFile::parse(bytes).map_err(within(folder))
}

fn fits(folder: &str, file: &'static str, bytes: &[u8], most: usize) -> Result<(), SkillError> {
    if bytes.len() <= most {
        return Ok(());
    }
    Err(SkillError::TooLarge { folder: folder.to_owned(), file, bytes: bytes.len(), most })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(list: &[(&str, &str)]) -> Vec<(String, Vec<u8>)> {
        list.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect()
    }

    const TEXT: &str = "---\nname: a-b\ndescription: Does it.\n---\n\nBody.\n";

    #[test]
    fn a_skill_is_named_by_its_folder() {
        let skill = Skill::read("a-b", &files(&[("SKILL.md", TEXT)])).expect("a skill");
        assert_eq!(
            (skill.name.as_str(), skill.description.as_str(), skill.body.as_str()),
            ("a-b", "Does it.", "Body.")
        );
        assert!(skill.warnings.is_empty() && skill.rule.is_none(), "{:?}", skill.warnings);
        let other = Skill::read("other", &files(&[("skill.md", TEXT)])).expect("a skill");
        assert_eq!((other.name.as_str(), other.warnings.len()), ("other", 2));
    }

    #[test]
    fn the_digest_is_of_all_files_in_any_order() {
        let one = files(&[("SKILL.md", TEXT), ("a/b", "c")]);
        let turned: Vec<_> = one.iter().rev().cloned().collect();
        assert_eq!(digest(&one), digest(&turned));
        for other in [
            &[("SKILL.md", TEXT), ("a/b", "d")],
            &[("SKILL.md", TEXT), ("a/c", "c")],
            &[("SKILL.md", TEXT), ("a/", "bc")],
        ] {
            assert_ne!(digest(&one), digest(&files(other)));
        }
    }

    #[test]
    fn unusable_folders_are_refused() {
        let large = "x".repeat(MOST_SKILL_BYTES + 1);
        for (list, sentence) in [
            (files(&[]), "holds no SKILL.md"),
            (files(&[("SKILL.md", TEXT), ("skill.md", TEXT)]), "ignore case"),
            (files(&[("SKILL.md", &large)]), "more than"),
            (vec![("SKILL.md".to_owned(), vec![b'a', 0xff])], "no UTF-8 (byte 1)"),
            (files(&[("SKILL.md", "text")]), "first line"),
            (files(&[("SKILL.md", TEXT), ("rule.json", "{}")]), "rule.json"),
        ] {
            let error = Skill::read("a-b", &list).expect_err("no skill").to_string();
            assert!(error.starts_with("a-b") && error.contains(sentence), "{error}");
        }
    }
}
