//! Selects the skills that go into the prompt for a cursor.
//!
//! A skill is selected where its scope holds for the file and one of its words stands near: in the lines around the
//! cursor, or in the file's head, where imports are. At most [`MOST`] skills are selected: those with the most words near
//! first, then those with a narrow scope.

use std::collections::BTreeSet;

use housestyle_skills::words;
use housestyle_text::{Offset, Snapshot};

use super::{Mode, ServedSkill, Skills};
use crate::settings::Settings;

/// The most skills in a prompt: each takes room from the text, and a model follows few rules at a time.
const MOST: usize = 3;
/// Lines above the cursor that are near.
const ABOVE: usize = 64;
/// Lines below it.
const BELOW: usize = 24;
/// Lines of the file's head.
const HEAD: usize = 40;
/// Most bytes looked at in each of the two.
const BYTES: usize = 8 * 1024;
/// Letters of a word of a description by which a skill without a rule is found, at least.
const LETTERS: usize = 5;
/// How many of these words must stand near.
const WORDS_NEEDED: usize = 3;
/// Words of descriptions that do not say what a skill is about.
const COMMON: [&str; 16] = [
    "about", "after", "before", "change", "changes", "follow", "project", "should", "skill", "their",
    "these", "where", "which", "while", "whenever", "writing",
];

/// Returns the words by which a skill is found near a place.
pub(super) fn triggers(skill: &ServedSkill) -> Vec<String> {
    if let Some(file) = &skill.rule {
        return file.rule.triggers();
    }
    let text = format!("{} {}", skill.name, skill.description);
    let about: BTreeSet<String> = words(&text)
        .filter(|word| word.chars().count() >= LETTERS && !COMMON.contains(&word.as_str()))
        .collect();
    about.into_iter().collect()
}

/// Returns the indexes of the skills that go into the prompt for a cursor, the best first.
pub(crate) fn select(
    skills: &Skills,
    snapshot: &Snapshot,
    cursor: Offset,
    settings: &Settings,
) -> Vec<usize> {
    if skills.is_empty() {
        return Vec::new();
    }
    let (path, language) = (snapshot.path().unwrap_or_default(), snapshot.language());
    let there = words_near(snapshot, cursor);
    let mut found: Vec<((usize, usize), usize)> = Vec::new();
    for (index, skill) in skills.list().iter().enumerate() {
        if skills.mode(index, settings) != Some(Mode::On) {
            continue;
        }
        let triggers = skills.triggers(index);
        let hits = triggers.iter().filter(|word| there.contains(*word)).count();
        let (wanted, narrow) = match &skill.rule {
            Some(file) if !file.scope.holds(path, language) => continue,
            Some(file) => {
                let narrow = 2 * usize::from(!file.scope.paths.is_empty());
                (triggers.is_empty() || hits > 0, narrow + usize::from(!file.scope.languages.is_empty()))
            }
            None => (hits >= WORDS_NEEDED, 0),
        };
        if wanted {
            found.push(((hits, narrow), index));
        }
    }
    found.sort_by_key(|(rank, index)| (std::cmp::Reverse(*rank), *index));
    found.into_iter().take(MOST).map(|(_, index)| index).collect()
}

fn words_near(snapshot: &Snapshot, cursor: Offset) -> BTreeSet<String> {
    let line = snapshot.line_of(cursor);
    let text = |from: usize, to: usize, around: usize| {
        let last = snapshot.line_count().min(to);
        let (start, end) = (snapshot.line_start(from).0, snapshot.line_start(last).0);
        let end = if last == snapshot.line_count() { snapshot.len() } else { end };
        snapshot.slice(start.max(around.saturating_sub(BYTES))..end.min(around.saturating_add(BYTES)))
    };
    let near = text(line.saturating_sub(ABOVE), line + 1 + BELOW, cursor.0);
    let head = text(0, HEAD, 0);
    words(&near).chain(words(&head)).collect()
}

#[cfg(test)]
mod tests {
    use housestyle_skills::{Rewrite, Rule, RuleFile, Scope};

    use super::*;
    use crate::skills::Exceptions;
    use crate::tests::cursor::document;

    fn rewrite(name: &str, prefer: &str, paths: &[&str]) -> ServedSkill {
        let rule = Rule::Rewrite(Rewrite { avoid: vec!["old($A)".to_owned()], prefer: prefer.to_owned() });
        let paths = paths.iter().map(|path| (*path).to_owned()).collect();
        let scope = Scope { languages: vec!["rust".to_owned()], paths };
        ServedSkill::new(name, "A rule.", "", Some(RuleFile { format: 1, scope, rule }), Mode::On)
    }

    #[track_caller]
    fn check(path: &str, fixture: &str, settings: &serde_json::Value, expect: &[&str]) {
        let (snapshot, cursor) = document(path, fixture);
        let written = ServedSkill::new(
            "metrics",
            "How we name the counters and histograms that dashboards read.",
            "Use plain names.",
            None,
            Mode::On,
        );
        let shadow = ServedSkill { mode: Mode::Shadow, ..rewrite("shadow", "bail!($A)", &[]) };
        let many = ["b", "c", "d", "e"].map(|name| rewrite(name, "frob($A)", &[]));
        let list =
            [rewrite("bail", "bail!($A)", &[]), rewrite("narrow", "bail!($A)", &["src/**"]), shadow, written];
        let skills = Skills::new(list.into_iter().chain(many).collect(), Exceptions::default());
        let selected = select(&skills, &snapshot, cursor, &Settings::from_json(settings).0);
        let selected: Vec<&str> = selected.iter().map(|index| skills.list()[*index].name.as_str()).collect();
        assert_eq!(selected, expect);
    }

    #[test]
    fn a_skill_with_a_word_near_is_selected() {
        let none = serde_json::json!({});
        check("a.rs", "fn f() {\n    ‸\n}\n", &none, &[]);
        check("a.rs", "fn f() {\n    bail!(1);\n    ‸\n}\n", &none, &["bail"]);
        check("src/a.rs", "fn f() {\n    bail!(1);\n    ‸\n}\n", &none, &["narrow", "bail"]);
        check("src/a.py", "def f():\n    bail(1)\n    ‸\n", &none, &[]);
        let far = "    let x = 1;\n".repeat(200);
        check("a.rs", &format!("use anyhow::bail;\n{far}‸\n"), &none, &["bail"]);
        check("a.rs", &format!("{far}bail!(1);\n{far}‸\n"), &none, &[]);
        check("a.rs", "frob(1)‸", &none, &["b", "c", "d"]);
        check("a.rs", "counters histograms dashboards ‸", &none, &["metrics"]);
        check("a.rs", "counters ‸", &none, &[]);
        check("a.rs", "bail!(1)‸", &serde_json::json!({ "skills": { "off": ["bail"] } }), &[]);
    }
}
