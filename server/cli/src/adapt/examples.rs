//! From cases to the examples that an adapter is trained on.

use housestyle_complete::eval::Case;
use housestyle_complete::{Job, Settings, Trigger, lines, prompt_of};
use housestyle_engine::EngineError;
use housestyle_train::Example;

use crate::backend::Local;

/// Most tokens of a hole that are learned from: more are rarely one thought.
const MOST_LEARNED: usize = 96;

/// Returns an example for each case that is not too long, in exactly the format of serving.
///
/// # Errors
/// When the model lacks a marker of the prompt.
pub(crate) fn examples(
    local: &Local,
    cases: &[Case],
    settings: &Settings,
) -> Result<Vec<Example>, EngineError> {
    let mut all = Vec::with_capacity(cases.len());
    for case in cases {
        let (snapshot, cursor) = case.document();
        let job = Job { snapshot: &snapshot, cursor, trigger: Trigger::Invoked, selected: None, settings };
        let prompt = prompt_of(&job, local);
        all.extend(local.example(&prompt, &lines::unix(&case.middle), MOST_LEARNED)?);
    }
    Ok(all)
}
