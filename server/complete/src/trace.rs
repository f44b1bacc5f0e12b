//! The trace of a job: everything that happened on the way to its end.

use std::time::Duration;

use housestyle_text::Language;
use housestyle_text::syntax::Scope;

use crate::generator::{Description, Generation, Prompt};
use crate::held::HeldWindow;
use crate::job::Suggestion;
use crate::mode::Plan;
use crate::reason::Reason;
use crate::skills::SkillUse;
use crate::stop::Ended;
use crate::window::WindowSize;

/// How a job ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Completion {
    /// There is something to show.
    Suggestion(Suggestion),
    /// There is nothing to show, for this one reason.
    Nothing(Reason),
}

/// The effect of one filter.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The filter's name.
    pub filter: &'static str,
    /// The text before it.
    pub before: String,
    /// The text after it; empty when it dropped all.
    pub after: String,
    /// Why, if it changed anything.
    pub reason: Option<Reason>,
}

/// Everything that happened on the way to a job's end.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    /// How it ended.
    pub completion: Completion,
    /// How long the suggestion was to be, and why; missing when the job ended before that was asked.
    pub plan: Option<Plan>,
    /// The prompt.
    pub prompt: Option<Prompt>,
    /// The size of the prompt's window.
    pub window_size: Option<WindowSize>,
    /// The prompt's window, where later jobs in the document may use it again (see
    /// [`HeldWindows`](crate::HeldWindows)).
    pub held: Option<HeldWindow>,
    /// The model's text.
    pub raw: Option<Generation>,
    /// Why its text ended where it did.
    pub ended: Option<Ended>,
    /// The effects of the filters, in order, up to a filter that dropped the text.
    pub steps: Vec<Step>,
    /// The uses of skills.
    pub skills: Vec<SkillUse>,
    /// From the model's start to its first text.
    pub first_text: Option<Duration>,
    /// The model and adapter that wrote.
    pub by: Option<Description>,
    /// Language and scope at the cursor once the first character of the suggestion is typed. Finding them out takes a
    /// parse, for which there is no time at a key.
    pub next: Option<(Language, Scope)>,
}

impl Trace {
    /// Returns the trace of a job that ended before a model was asked.
    pub fn nothing(reason: Reason) -> Trace {
        Trace {
            completion: Completion::Nothing(reason),
            plan: None,
            prompt: None,
            window_size: None,
            held: None,
            raw: None,
            ended: None,
            steps: Vec::new(),
            skills: Vec::new(),
            first_text: None,
            by: None,
            next: None,
        }
    }

    /// Returns whether there is a suggestion, and only for want of time no longer one.
    pub fn is_cut_short(&self) -> bool {
        self.suggestion().is_some() && matches!(self.ended, Some(Ended::SoftBudget | Ended::Deadline))
    }

    /// Returns the suggestion, if there is one.
    pub fn suggestion(&self) -> Option<&Suggestion> {
        match &self.completion {
            Completion::Suggestion(suggestion) => Some(suggestion),
            Completion::Nothing(_) => None,
        }
    }

    /// Returns the reason why there is nothing, if there is nothing.
    pub fn reason(&self) -> Option<&Reason> {
        match &self.completion {
            Completion::Suggestion(_) => None,
            Completion::Nothing(reason) => Some(reason),
        }
    }
}
