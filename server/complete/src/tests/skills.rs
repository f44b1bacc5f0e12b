//! Skills in the whole pipeline: in the prompt, in the suggestion, in the trace.

use std::sync::Arc;

use housestyle_skills::{Rewrite, Rule, RuleFile, Scope};
use serde_json::json;

use super::cursor::document;
use super::scripted::Scripted;
use super::shown;
use crate::generator::Cancel;
use crate::skills::{Exceptions, Mode, ServedSkill, Skills};
use crate::{Completion, Job, Memory, Settings, Trace, suggest};

const PLACE: &str = "fn f(a: &[u8]) -> bool {\n    g(a.len());\n    ‸\n}\n";

fn run(mode: Mode, settings: &serde_json::Value, model: &mut Scripted) -> Trace {
    let rewrite = Rewrite { avoid: vec!["$A.len() == 0".to_owned()], prefer: "$A.is_empty()".to_owned() };
    let rule = RuleFile { format: 1, scope: Scope::default(), rule: Rule::Rewrite(rewrite) };
    let skill = ServedSkill::new("no-len", "Ask is_empty.", "", Some(rule), mode);
    let skills = Arc::new(Skills::new(vec![skill], Exceptions::default()));
    let (snapshot, cursor) = document("a.rs", PLACE);
    let (settings, _) = Settings::from_json(settings);
    let mut memory = Memory { skills, ..Memory::default() };
    memory.select_skills(&snapshot, cursor, &settings);
    let job = Job { memory: &memory, ..Job::at(&snapshot, cursor, &settings) };
    suggest(&job, model, &Cancel::new(), &mut |_| {})
}

/// Checks the suggestion and the effects of skills.
#[track_caller]
fn check(mode: Mode, settings: serde_json::Value, model: &str, expect: &str, uses: &[&str]) -> String {
    let mut model = Scripted::new([model]);
    let trace = run(mode, &settings, &mut model);
    let seen = match &trace.completion {
        Completion::Suggestion(suggestion) => suggestion.text.clone(),
        Completion::Nothing(reason) => format!("✗{}", reason.code()),
    };
    let found: Vec<String> = trace.skills.iter().map(ToString::to_string).collect();
    let found: Vec<&str> = found.iter().map(String::as_str).collect();
    assert_eq!((seen.as_str(), found.as_slice()), (expect, uses));
    shown(&model.asked[0].prompt)
}

#[test]
fn a_skill_is_injected_and_a_text_that_breaks_it_is_repaired() {
    let all = ["no-len: told", "no-len: repaired"];
    let prompt = check(Mode::On, json!({}), "a.len() == 0", "a.is_empty()", &all);
    let beginning = "<FimPrefix>// Write `a.is_empty()`, not `a.len() == 0`.\n\nfn f(";
    assert!(prompt.starts_with(beginning), "{prompt}");
    check(Mode::On, json!({}), "a.is_empty()", "a.is_empty()", &all[..1]);
}

#[test]
fn the_settings_take_away() {
    let model = "a.len() == 0";
    let prompt = check(Mode::On, json!({ "skills": { "off": ["no-len"] } }), model, model, &[]);
    assert!(prompt.starts_with("<FimPrefix>fn f("), "{prompt}");
    let would = ["no-len: would have repaired"];
    let shadow = json!({ "skills": { "shadow": ["no-len"] } });
    let prompt = check(Mode::On, shadow, model, model, &would);
    assert!(prompt.starts_with("<FimPrefix>fn f("), "{prompt}");
    check(Mode::Shadow, json!({}), model, model, &would);
    check(Mode::On, json!({ "trusted": false }), model, model, &[]);
    // Repaired, though there is no room for its advice.
    check(Mode::On, json!({ "skills": { "tokens": 0 } }), model, "a.is_empty()", &["no-len: repaired"]);
}
