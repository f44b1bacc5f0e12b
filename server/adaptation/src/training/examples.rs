//! From cases to the examples that an adapter is trained on.

use housestyle_complete::eval::{Case, prompt_in};
use housestyle_complete::{Memory, Settings, lines};
use housestyle_engine::EngineError;
use housestyle_train::Example;

use crate::backend::Local;

/// Most tokens of a hole that are learned from: more are rarely one thought.
const MOST_LEARNED: usize = 96;

/// Returns the settings that examples are made with: a smaller window than that of serving, as time for learning is
/// better spent on more edits.
pub fn window() -> Settings {
    Settings { prefix_tokens: 192, suffix_tokens: 64, ..Settings::default() }
}

/// Returns the example of a case in exactly the format of serving; `None` where it is too long.
///
/// # Errors
/// When the model lacks a marker of the prompt.
pub(crate) fn example(
    local: &Local,
    case: &Case,
    settings: &Settings,
) -> Result<Option<Example>, EngineError> {
    let prompt = prompt_in(case, Memory::none(), settings, local);
    local.example(&prompt, &lines::unix(&case.middle), MOST_LEARNED)
}

/// Returns an example for each case that is not too long.
///
/// # Errors
/// When the model lacks a marker of the prompt.
pub fn examples<'a>(
    local: &Local,
    cases: impl IntoIterator<Item = &'a Case>,
    settings: &Settings,
) -> Result<Vec<Example>, EngineError> {
    cases.into_iter().filter_map(|case| example(local, case, settings).transpose()).collect()
}
