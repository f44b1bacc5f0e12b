//! Repairs the model's text where it breaks one of the team's skills, or else cuts or drops it.
//!
//! Rules read the suggestion in its place in the document, with the text before and after it. A fix applies where it
//! changes the suggestion alone, and neither the typed text on the line nor the text behind the cursor. Where there
//! is no such fix, the suggestion ends with the line before the match; where there is no such line, the suggestion is
//! dropped. A match that begins above the cursor's line is not the model's text and stays.

mod around;

use std::collections::BTreeSet;
use std::ops::Range;

use housestyle_skills::{Occurrence, Source, words};

use crate::cursor_context::CursorContext;
use crate::job::Job;
use crate::lines;
use crate::reason::Reason;
use crate::settings::Settings;
use crate::skills::{Mode, SkillAction, SkillUse, Skills};
use around::Around;

/// The most fixes: skills that undo each other's fixes end here.
const FIXES: usize = 8;

/// The result of a repair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Repaired {
    /// The text to show, or the reason for silence.
    pub(crate) text: Result<String, Reason>,
    /// Which skills did that; empty where the text broke none.
    pub(crate) uses: Vec<SkillUse>,
    /// Why the text was changed, if it was.
    pub(crate) reason: Option<Reason>,
}

/// Repairs the text of a suggestion, which does not hold a popup item's text.
pub(crate) fn repair(
    skills: &Skills,
    job: &Job<'_>,
    cursor: &CursorContext,
    settings: &Settings,
    text: &str,
) -> Repaired {
    let mut repaired = Repaired { text: Ok(text.to_owned()), uses: Vec::new(), reason: None };
    if !may_break(skills, job, cursor, settings, text) {
        return repaired;
    }
    let around = Around::of(job.snapshot, cursor.replace.start.0..cursor.replace.end.0);
    let mut text = text.to_owned();
    for round in 0..=FIXES {
        let whole = format!("{}{}{text}{}", around.before, cursor.selected_text, around.after);
        let start = around.before.len() + cursor.selected_text.len();
        let there = start..start + text.len();
        let mut broken = broken(skills, job, settings, &whole, &there);
        if round == 0 {
            note_shadow(skills, &broken, &whole, &there, &mut repaired.uses);
        }
        broken.retain(|(_, mode, _)| *mode == Mode::On);
        let Some((skill, _, found)) = broken.first() else { break };
        let Some(skill) = skills.list().get(*skill) else { break };
        let fixed = fixed(found, &whole, &there).filter(|_| round < FIXES);
        let (action, left) = match fixed {
            Some(fixed) => (SkillAction::Repaired, Some(fixed)),
            None => match lines_before(found, &whole, &there) {
                Some(left) => (SkillAction::Cut, Some(left)),
                None => (SkillAction::Dropped, None),
            },
        };
        let reason = Reason::BreaksSkill { skill: skill.name.clone() };
        add(&mut repaired.uses, skill.use_as(action, false));
        repaired.reason.get_or_insert(reason.clone());
        match left {
            Some(left) => text = left,
            None => return Repaired { text: Err(reason), ..repaired },
        }
        if action == SkillAction::Cut {
            break;
        }
    }
    Repaired { text: Ok(text), ..repaired }
}

/// Returns whether a text holds a word of a skill with a rule that holds here: most do not, and cost no parse.
fn may_break(
    skills: &Skills,
    job: &Job<'_>,
    cursor: &CursorContext,
    settings: &Settings,
    text: &str,
) -> bool {
    let (path, language) = (job.snapshot.path().unwrap_or_default(), job.snapshot.language());
    let written: BTreeSet<String> = words(&format!("{}{text}", cursor.head)).collect();
    skills.list().iter().enumerate().any(|(index, skill)| {
        let triggers = skills.triggers(index);
        let named = triggers.is_empty() || triggers.iter().any(|word| written.contains(word));
        let holds = skill.rule.as_ref().is_some_and(|file| file.scope.holds(path, language));
        named && holds && skills.mode(index, settings).is_some()
    })
}

/// Returns the places where the suggestion breaks a rule: those that overlap it and begin in it, or in the text typed on
/// its line.
fn broken(
    skills: &Skills,
    job: &Job<'_>,
    settings: &Settings,
    whole: &str,
    there: &Range<usize>,
) -> Vec<(usize, Mode, Occurrence)> {
    let source = Source::new(job.snapshot.path().unwrap_or_default(), whole, job.snapshot.language());
    let line = whole.get(..there.start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
    let mut broken = skills.broken(&source, Some(there.clone()), settings);
    broken.retain(|(_, _, found)| {
        line <= found.range.start && found.range.start < there.end && there.start < found.range.end
    });
    broken
}

/// Returns the suggestion with the fix of a place; `None` where the fix would change more than the suggestion.
fn fixed(found: &Occurrence, whole: &str, there: &Range<usize>) -> Option<String> {
    let fix = found.fix.as_deref()?;
    let typed = whole.get(found.range.start.min(there.start)..there.start)?;
    let follows = whole.get(there.end..found.range.end.max(there.end))?;
    let new = fix.strip_prefix(typed)?.strip_suffix(follows)?;
    let before = whole.get(there.start..found.range.start.max(there.start))?;
    let after = whole.get(found.range.end.min(there.end)..there.end)?;
    let fixed = format!("{before}{new}{after}");
    (!lines::is_blank(&fixed)).then_some(fixed)
}

/// Returns the lines of the suggestion before the one in which a place begins, if they say anything.
fn lines_before(found: &Occurrence, whole: &str, there: &Range<usize>) -> Option<String> {
    let before = whole.get(there.start..found.range.start.max(there.start))?;
    let left = before[..before.rfind('\n')?].trim_end();
    (!left.is_empty()).then(|| left.to_owned())
}

/// Adds the uses of skills in the shadow.
fn note_shadow(
    skills: &Skills,
    broken: &[(usize, Mode, Occurrence)],
    whole: &str,
    there: &Range<usize>,
    uses: &mut Vec<SkillUse>,
) {
    for (skill, _, found) in broken.iter().filter(|(_, mode, _)| *mode == Mode::Shadow) {
        let action = match (fixed(found, whole, there), lines_before(found, whole, there)) {
            (Some(_), _) => SkillAction::Repaired,
            (None, Some(_)) => SkillAction::Cut,
            (None, None) => SkillAction::Dropped,
        };
        if let Some(skill) = skills.list().get(*skill) {
            add(uses, skill.use_as(action, true));
        }
    }
}

/// Adds a use, once.
fn add(uses: &mut Vec<SkillUse>, skill_use: SkillUse) {
    if !uses.contains(&skill_use) {
        uses.push(skill_use);
    }
}

#[cfg(test)]
mod tests {
    use housestyle_skills::{Rewrite, Rule, RuleFile, Scope, Term};

    use super::*;
    use crate::skills::{Exceptions, ServedSkill};
    use crate::tests::cursor::document;

    fn skill(name: &str, rule: Rule, mode: Mode) -> ServedSkill {
        let rule = RuleFile { format: 1, scope: Scope::default(), rule };
        ServedSkill::new(name, "A rule.", "", Some(rule), mode)
    }

    fn rewrite(avoid: &str, prefer: &str) -> Rule {
        Rule::Rewrite(Rewrite { avoid: vec![avoid.to_owned()], prefer: prefer.to_owned() })
    }

    fn skills(mode: Mode) -> Skills {
        let empty = skill("no-len", rewrite("$A.len() == 0", "$A.is_empty()"), mode);
        let bail = skill("bail", rewrite("return Err(anyhow!($$$A))", "bail!($$$A)"), mode);
        let term = Term { avoid: vec!["login".to_owned()], prefer: "sign-in".to_owned() };
        Skills::new(vec![empty, bail, skill("sign-in", Rule::Term(term), mode)], Exceptions::default())
    }

    #[track_caller]
    fn asked(skills: &Skills, path: &str, fixture: &str, text: &str) -> (String, Vec<String>) {
        let (snapshot, cursor) = document(path, fixture);
        let settings = Settings::default();
        let job = Job::at(&snapshot, cursor, &settings);
        let repaired = repair(skills, &job, &CursorContext::of(&job), &settings, text);
        let shown = repaired.text.unwrap_or_else(|reason| format!("✗{}", reason.code()));
        (shown, repaired.uses.iter().map(ToString::to_string).collect())
    }

    /// Checks the repaired text at a visible cursor, and the uses of skills.
    #[track_caller]
    fn check(fixture: &str, text: &str, expect: &str, uses: &[&str]) {
        let (shown, found) = asked(&skills(Mode::On), "a.rs", fixture, text);
        assert_eq!(
            (shown.as_str(), found),
            (expect, uses.iter().map(|skill_use| (*skill_use).to_owned()).collect())
        );
    }

    #[test]
    fn breaks_within_the_suggestion_are_repaired() {
        let repaired = ["no-len: repaired"];
        check("fn f() { if ‸ {} }", "a.len() == 0", "a.is_empty()", &repaired);
        check("fn f() {\n    ‸\n}\n", "let x = a.len() == 0;", "let x = a.is_empty();", &repaired);
        check(
            "fn f() {\n    ‸\n}\n",
            "g(a.len() == 0, b.c.len() == 0);\nh();",
            "g(a.is_empty(), b.c.is_empty());\nh();",
            &repaired,
        );
        check("fn f() {\r\n    ‸\r\n}\r\n", "let é = a.len() == 0;", "let é = a.is_empty();", &repaired);
        check("fn f() { ‸ }", "a.is_empty()", "a.is_empty()", &[]);
        check("// The ‸\nfn f() {}\n", "login page", "sign-in page", &["sign-in: repaired"]);
    }

    #[test]
    fn typed_text_stays() {
        check("fn f() { if a.‸ {} }", "len() == 0", "is_empty()", &["no-len: repaired"]);
        check("fn f() { if a.le‸ {} }", "n() == 0", "✗breaks-skill", &["no-len: dropped"]);
        check("fn f() { if a.len() ‸ {} }", "== 0", "✗breaks-skill", &["no-len: dropped"]);
        // What stood there before the model wrote is not its doing.
        check("fn f() { let x = a.len() == 0‸ }", ";", ";", &[]);
        check("fn f() -> bool { g(a.len() == 0, ‸) }", "b", "b", &[]);
    }

    #[test]
    fn text_behind_the_cursor_stays() {
        check("fn f() { g(‸) }", "a.len() == 0", "a.is_empty()", &["no-len: repaired"]);
        check("fn f() { if ‸ == 0 {} }", "a.len()", "✗breaks-skill", &["no-len: dropped"]);
    }

    #[test]
    fn lines_before_the_one_that_cannot_be_repaired_stay() {
        let fixture = "fn f() {\n    ‸ == 0;\n}\n";
        check(fixture, "one();\n    let x = a.len()", "one();", &["no-len: cut"]);
    }

    #[test]
    fn in_the_shadow_it_is_only_noted() {
        let (shown, uses) = asked(&skills(Mode::Shadow), "a.rs", "fn f() { if ‸ {} }", "a.len() == 0");
        assert_eq!((shown.as_str(), uses), ("a.len() == 0", vec!["no-len: would have repaired".to_owned()]));
    }

    #[test]
    fn an_exception_and_another_scope_are_left_alone() {
        let mut exceptions = Exceptions::default();
        exceptions.add("no-len", "let x = a.len() == 0;");
        let excepting = Skills::new(skills(Mode::On).list().to_vec(), exceptions);
        let line = "let x = a.len() == 0;";
        let (shown, uses) = asked(&excepting, "a.rs", "fn f() {\n    ‸\n}\n", line);
        assert_eq!((shown.as_str(), uses), (line, vec![]));
        let mut only = skills(Mode::On).list().to_vec();
        if let Some(file) = &mut only[0].rule {
            file.scope.paths = vec!["src/**".to_owned()];
        }
        let (shown, _) =
            asked(&Skills::new(only, Exceptions::default()), "a.rs", "fn f() {\n    ‸\n}\n", line);
        assert_eq!(shown, line);
    }

    #[test]
    fn skills_that_undo_each_other_come_to_an_end() {
        let list = vec![
            skill("there", rewrite("one($A)", "two($A)"), Mode::On),
            skill("back", rewrite("two($A)", "one($A)"), Mode::On),
        ];
        let (shown, uses) =
            asked(&Skills::new(list, Exceptions::default()), "a.rs", "fn f() {\n    ‸\n}\n", "one(1);");
        assert_eq!(shown, "✗breaks-skill");
        assert!(uses.iter().any(|skill_use| skill_use.ends_with("dropped")), "{uses:?}");
    }

    #[test]
    fn of_a_large_document_the_nearest_text_is_read() {
        let far = "fn g() {\n    let x = b.len() == 0;\n}\n".repeat(4000);
        let fixture = format!("{far}fn f() {{\n    ‸\n}}\n{far}");
        check(&fixture, "let x = a.len() == 0;", "let x = a.is_empty();", &["no-len: repaired"]);
    }
}
