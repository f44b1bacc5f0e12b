//! Places in a document that do not follow a skill, for an editor to show.

use housestyle_skills::Source;
use housestyle_text::Language;
use std::ops::Range;

use super::{Mode, Skills};
use crate::settings::Settings;

/// Hints of one document at most: who has more does not follow the rule at all.
const MOST: usize = 100;
/// Documents that are larger, in bytes, have no hints: reading them would take too long.
pub const MOST_BYTES: usize = 512 * 1024;

/// A place that does not follow a skill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// The skill's name.
    pub skill: String,
    /// The digest of its content.
    pub digest: String,
    /// The skill's description.
    pub message: String,
    /// Where, in bytes of the text.
    pub range: Range<usize>,
    /// A replacement of the range that keeps to the skill; `None` where none is certain.
    pub fix: Option<String>,
}

/// Returns the places of a text that do not follow a skill that is on, in the order of the text.
pub fn hints(skills: &Skills, path: &str, language: Language, text: &str, settings: &Settings) -> Vec<Hint> {
    if skills.is_empty() || text.len() > MOST_BYTES {
        return Vec::new();
    }
    let holds = |index: usize| {
        let rule = skills.list().get(index).and_then(|skill| skill.rule.as_ref());
        rule.is_some_and(|file| file.scope.holds(path, language))
            && skills.mode(index, settings) == Some(Mode::On)
    };
    if !(0..skills.list().len()).any(holds) {
        return Vec::new();
    }
    let source = Source::new(path, text, language);
    let broken = skills.broken(&source, None, settings).into_iter();
    let shown = broken.filter(|(_, mode, _)| *mode == Mode::On).take(MOST);
    shown
        .filter_map(|(owner, _, place)| {
            let skill = skills.list().get(owner)?;
            let (name, digest) = (skill.name.clone(), skill.digest.clone());
            let message = skill.advice.join(" ");
            Some(Hint { skill: name, digest, message, range: place.range, fix: place.fix })
        })
        .collect()
}

/// Returns the line of a text in which a byte lies, without its break.
pub fn line_at(text: &str, at: usize) -> &str {
    let at = (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let (before, after) = text.split_at(at);
    let start = before.rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let end = after.find(['\n', '\r']).map_or(text.len(), |end| at + end);
    &text[start..end]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::skills::{Exceptions, ServedSkill};
    use housestyle_skills::{Rewrite, Rule, RuleFile, Scope};
    use serde_json::json;

    fn skills(exceptions: Exceptions) -> Skills {
        let rewrite = Rewrite { avoid: vec!["$A.len() == 0".to_owned()], prefer: "$A.is_empty()".to_owned() };
        let rule = RuleFile { format: 1, scope: Scope::default(), rule: Rule::Rewrite(rewrite) };
        Skills::new(vec![ServedSkill::new("no-len", "Ask is_empty.", "", Some(rule), Mode::On)], exceptions)
    }

    #[track_caller]
    fn check(skills: &Skills, settings: &serde_json::Value, text: &str, expect: &[(&str, &str)]) {
        let found = hints(skills, "a.rs", Language::from_id("rust"), text, &Settings::from_json(settings).0);
        let found: Vec<(&str, &str)> = found
            .iter()
            .map(|hint| (&text[hint.range.clone()], hint.fix.as_deref().unwrap_or_default()))
            .collect();
        assert_eq!(found, expect);
    }

    #[test]
    fn every_place_that_breaks_a_skill_has_one_hint() {
        let text = "fn f() -> bool {\n    é(b.is_empty());\n    a.len() == 0\n}\n";
        let all = [("a.len() == 0", "a.is_empty()")];
        check(&skills(Exceptions::default()), &json!({}), text, &all);
        for off in [
            json!({ "skills": { "off": ["no-len"] } }),
            json!({ "skills": { "shadow": ["no-len"] } }),
            json!({ "skills": { "enabled": false } }),
            json!({ "trusted": false }),
        ] {
            check(&skills(Exceptions::default()), &off, text, &[]);
        }
        let mut exceptions = Exceptions::default();
        exceptions.add("no-len", "a.len() == 0");
        check(&skills(exceptions), &json!({}), text, &[]);
    }

    #[test]
    fn lines_end_at_all_breaks() {
        assert_eq!([0, 1, 3, 4, 99].map(|at| line_at("ab\r\ncd", at)), ["ab", "ab", "", "cd", "cd"]);
        assert_eq!(line_at("é", 1), "é");
    }
}
