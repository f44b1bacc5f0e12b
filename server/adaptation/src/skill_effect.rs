//! The effect of a skill on a model: the newest edits to which its rule applies, completed with the skill and without.

use housestyle_complete::Settings;
use housestyle_complete::eval::{Case, Effect, effect};
use housestyle_complete::generator::{Cancel, Generator};
use housestyle_complete::skills::{Mode, ServedSkill};
use housestyle_learn::cases::{CaseOptions, Collector};
use housestyle_review::History;
use housestyle_skills::{RuleFile, Skill, Source};
use housestyle_text::Language;
use housestyle_workspace::Progress;
use housestyle_workspace::history::holds_secret;
use housestyle_workspace::skills::read::is_skill;
use serde::Serialize;

use crate::error::Error;

/// Number of the newest commits that are read.
pub const COMMITS: usize = 200;
/// Most edits that are completed, the newest. Each takes four runs of the model.
const EDITS: usize = 16;

/// The measured effect of a skill.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SkillMeasurement {
    /// The model.
    pub model: String,
    /// The effect; `None` where the rule applies to none of the edits.
    pub effect: Option<Effect>,
}

/// Measures a skill with a model; `None` where the skill has no rule, as nothing else says where it applies.
///
/// # Errors
/// When the history cannot be read, or the model fails.
pub fn measure_skill(
    history: &History,
    skill: &Skill,
    settings: &Settings,
    generator: &mut dyn Generator,
    bar: &mut dyn Progress,
) -> Result<Option<SkillMeasurement>, Error> {
    let Some(file) = &skill.rule else { return Ok(None) };
    let cases = cases(history, file)?;
    let served = ServedSkill::new(&skill.name, &skill.description, &skill.body, skill.rule.clone(), Mode::On);
    bar.begin_items("edits with and without the skill", cases.len());
    let found = effect(&served, &cases, settings, generator, &Cancel::new(), &mut |done| bar.at(done as u64));
    bar.end();
    let effect = found.map_err(|source| Error::Measure { skill: skill.name.clone(), source })?;
    Ok(Some(SkillMeasurement { model: generator.describe().model, effect }))
}

/// Returns the newest holes at edits in which a rule applies.
fn cases(history: &History, file: &RuleFile) -> Result<Vec<Case>, Error> {
    let mut collector = Collector::new(CaseOptions::default(), &holds_secret);
    let mut found = Vec::new();
    for index in history.len().saturating_sub(COMMITS)..history.len() {
        let commit = history.read(index)?.commit;
        let examples = collector.examples(&commit).into_iter().map(|example| example.case);
        found.extend(examples.filter(|case| !is_skill(&case.path) && applies(file, case)));
    }
    found.drain(..found.len().saturating_sub(EDITS));
    Ok(found)
}

/// Returns whether a rule applies to the team's text in a hole.
fn applies(file: &RuleFile, case: &Case) -> bool {
    let language = Language::from_path(&case.path);
    if !file.scope.holds(&case.path, language) {
        return false;
    }
    let text = format!("{}{}{}", case.prefix, case.middle, case.suffix);
    let there = case.prefix.len()..case.prefix.len() + case.middle.len();
    let source = Source::new(&case.path, &text, language);
    let places = file.rule.occurrences(&source, Some(there.clone()));
    places.iter().any(|place| place.range.start < there.end && there.start < place.range.end)
}
