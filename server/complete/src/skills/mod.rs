//! A team's skills in a completion: their advice goes into the prompt, and their rules check the model's text and open
//! documents.
//!
//! [`Skills`] holds the skills of a workspace that may be served, and matches them together. Each skill is `on`, or in the
//! `shadow`, where its actions are counted and not done. Whoever reads the files decides which skills are approved;
//! settings can only switch more of them off.

mod advice;
mod hint;
mod select;
mod skill_use;

pub use housestyle_skills::{Exceptions, RuleFile, Scope, exception_key};
use housestyle_skills::{Occurrence, Rules, Source};
use std::ops::Range;

pub use hint::{Hint, MOST_BYTES, hints, line_at};
pub(crate) use select::select;
pub use skill_use::{SkillAction, SkillUse};

use crate::settings::Settings;

/// How a skill takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// The skill is measured: its actions are counted, and none is done or shown.
    Shadow,
    /// The skill goes into prompts, repairs text and gives hints.
    On,
}

/// A skill that may be served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServedSkill {
    /// Its name.
    pub name: String,
    /// The digest of its content.
    pub digest: String,
    /// The skill's description, in a sentence.
    pub description: String,
    /// How it takes part, before the settings apply.
    pub mode: Mode,
    /// The lines about it that go into a prompt.
    pub advice: Vec<String>,
    /// The rule that a program can check; `None` for a skill of text alone.
    pub rule: Option<RuleFile>,
}

impl ServedSkill {
    /// Returns a skill with its advice: the rule as text where it has one, else its description and the first lines of
    /// its body.
    pub fn new(name: &str, description: &str, body: &str, rule: Option<RuleFile>, mode: Mode) -> ServedSkill {
        let advice = advice::of(description, body, rule.as_ref().map(|file| &file.rule));
        let (name, description) = (name.to_owned(), description.to_owned());
        ServedSkill { name, digest: String::new(), description, mode, advice, rule }
    }

    /// Returns the skill with the digest of its content.
    #[must_use]
    pub fn with_digest(self, digest: &str) -> ServedSkill {
        ServedSkill { digest: digest.to_owned(), ..self }
    }

    /// Returns a use of the skill.
    pub(crate) fn use_as(&self, action: SkillAction, shadow: bool) -> SkillUse {
        SkillUse { name: self.name.clone(), digest: self.digest.clone(), action, shadow }
    }
}

/// The skills of a workspace that may be served.
#[derive(Debug, Default)]
pub struct Skills {
    skills: Vec<ServedSkill>,
    exceptions: Exceptions,
    /// For each skill the words by which it is found near a place.
    triggers: Vec<Vec<String>>,
    rules: Rules,
    /// For each of the rules its skill.
    owners: Vec<usize>,
    problem: Option<String>,
}

impl PartialEq for Skills {
    fn eq(&self, other: &Skills) -> bool {
        // All else is made of these.
        self.skills == other.skills && self.exceptions == other.exceptions && self.problem == other.problem
    }
}

impl Eq for Skills {}

impl Skills {
    /// Takes skills, and the lines that are exceptions to them.
    pub fn new(skills: Vec<ServedSkill>, exceptions: Exceptions) -> Skills {
        let ruled = skills.iter().enumerate().filter_map(|(owner, skill)| Some((owner, skill.rule.clone()?)));
        let (owners, files): (Vec<usize>, Vec<RuleFile>) = ruled.unzip();
        let triggers = skills.iter().map(select::triggers).collect();
        Skills { skills, exceptions, triggers, rules: Rules::new(files), owners, problem: None }
    }

    /// Returns the skills with the reason why others are not approved, a sentence for people.
    #[must_use]
    pub fn with_problem(self, problem: Option<String>) -> Skills {
        Skills { problem, ..self }
    }

    /// Returns why other skills of the workspace are not approved, where somebody can put that right.
    pub fn problem(&self) -> Option<&str> {
        self.problem.as_deref()
    }

    /// Returns whether there is none.
    pub fn is_empty(&self) -> bool {
        self.skills.is_empty()
    }

    /// Returns the skills.
    pub fn list(&self) -> &[ServedSkill] {
        &self.skills
    }

    /// Returns the lines that are exceptions.
    pub fn exceptions(&self) -> &Exceptions {
        &self.exceptions
    }

    /// Returns the words by which a skill is found near a place.
    pub(crate) fn triggers(&self, index: usize) -> &[String] {
        self.triggers.get(index).map(Vec::as_slice).unwrap_or_default()
    }

    /// Returns how a skill takes part, if it does: its own mode, or less where the settings say so.
    pub(crate) fn mode(&self, index: usize, settings: &Settings) -> Option<Mode> {
        let skill = self.skills.get(index)?;
        let named = |list: &[String]| list.contains(&skill.name);
        if !settings.skills_enabled || !settings.trusted || named(&settings.skills_off) {
            return None;
        }
        Some(if named(&settings.skills_shadow) { Mode::Shadow } else { skill.mode })
    }

    /// Returns the places in a text, of which some touch `within`, that do not follow a skill which takes part, with the
    /// skill's index.
    pub(crate) fn broken(
        &self,
        source: &Source<'_>,
        within: Option<Range<usize>>,
        settings: &Settings,
    ) -> Vec<(usize, Mode, Occurrence)> {
        let places = self.rules.all_occurrences(source, within).into_iter();
        let broken = places.filter(|(_, place)| !place.followed).filter_map(|(rule, place)| {
            let owner = *self.owners.get(rule)?;
            let skill = self.skills.get(owner)?;
            let excepted = self.exceptions.holds(&skill.name, line_at(source.text, place.range.start));
            let mode = self.mode(owner, settings).filter(|_| !excepted)?;
            Some((owner, mode, place))
        });
        let mut broken: Vec<(usize, Mode, Occurrence)> = broken.collect();
        broken.sort_by_key(|(owner, _, place)| (place.range.start, place.range.end, *owner));
        broken
    }
}
