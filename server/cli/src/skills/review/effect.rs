//! What a model makes of a skill: the team's newest edits in which its rule applies, completed with it and without it.

use housestyle_complete::Settings;
use housestyle_complete::eval::{Case, Effect, effect};
use housestyle_complete::generator::{Cancel, Generator};
use housestyle_complete::skills::{Mode, Skill as Served};
use housestyle_learn::cases::{CaseOptions, Collector};
use housestyle_review::History;
use housestyle_skills::{RuleFile, Skill, Source};
use housestyle_text::Language;
use serde::Serialize;

use super::followed::{COMMITS, is_skill};
use crate::failure::Failure;
use crate::git;
use crate::progress::Progress;

/// Edits that are completed at most, the newest. Each is four runs of the model.
const EDITS: usize = 16;

/// What a model makes of a skill.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Measured {
    /// The model.
    pub(crate) model: String,
    /// What the skill changes; nothing where its rule applies in none of the edits.
    pub(crate) effect: Option<Effect>,
}

/// Measures a skill with a model; nothing where it has no rule, as then nothing tells where it applies.
///
/// # Errors
/// When the history cannot be read, or the model fails.
pub(crate) fn measured(
    history: &History,
    skill: &Skill,
    settings: &Settings,
    generator: &mut dyn Generator,
    bar: &mut Progress,
) -> Result<Option<Measured>, Failure> {
    let Some(file) = &skill.rule else { return Ok(None) };
    let cases = cases(history, file)?;
    let served = Served::new(&skill.name, &skill.description, &skill.body, skill.rule.clone(), Mode::On);
    bar.begin_items("edits with and without the skill", cases.len());
    let found = effect(&served, &cases, settings, generator, &Cancel::new(), &mut |done| bar.at(done as u64));
    bar.end();
    let effect = found.map_err(|error| Failure::Environment(format!("measuring {}: {error}", skill.name)))?;
    Ok(Some(Measured { model: generator.describe().model, effect }))
}

/// Returns the newest holes at edits in which a rule applies.
fn cases(history: &History, file: &RuleFile) -> Result<Vec<Case>, Failure> {
    let mut collector = Collector::new(CaseOptions::default(), &git::holds_secret);
    let mut found = Vec::new();
    for index in history.len().saturating_sub(COMMITS)..history.len() {
        let commit = history.read(index).map_err(git::failure)?.commit;
        let examples = collector.examples(&commit).into_iter().map(|example| example.case);
        found.extend(examples.filter(|case| !is_skill(&case.path) && applies(file, case)));
    }
    found.drain(..found.len().saturating_sub(EDITS));
    Ok(found)
}

/// Returns whether what the team wrote in a hole has a place of a rule.
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
