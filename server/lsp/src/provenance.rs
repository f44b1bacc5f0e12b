//! The origin of a suggestion: model, adapter, prompt format and skills.

use housestyle_complete::Trace;
use housestyle_complete::skills::SkillUse;

/// The model, adapter, prompt format and skills that made a suggestion.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Provenance {
    /// Name of the model.
    pub(crate) model: Option<String>,
    /// Identity of the adapter that was active.
    pub(crate) adapter: Option<String>,
    /// Name and version of the prompt format.
    pub(crate) format: Option<&'static str>,
    /// The skills that took part, and what they did.
    pub(crate) skills: Vec<SkillUse>,
}

impl Provenance {
    /// Returns what made the suggestion of a run.
    pub(crate) fn of(trace: &Trace) -> Provenance {
        Provenance {
            model: trace.by.as_ref().map(|by| by.model.clone()),
            adapter: trace.by.as_ref().and_then(|by| by.adapter.clone()),
            format: trace.prompt.as_ref().map(|prompt| prompt.format),
            skills: trace.skills.clone(),
        }
    }
}
