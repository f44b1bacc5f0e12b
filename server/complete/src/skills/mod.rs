//! A team's skills at work: told to the model before it writes, asked of what it wrote, shown where they are broken.
//!
//! [`Skills`] are those of a workspace that may be served, matched together. Each takes part as it is flagged: `on`, or
//! in the `shadow`, where what it would have done is counted and nothing is done. Whoever reads the files says what is
//! approved; settings can only take more away.

mod advice;
mod hint;
mod part;
mod select;

pub use housestyle_skills::{Exceptions, RuleFile, Scope, exception_key};
use housestyle_skills::{Place, Rules, Source};
use std::ops::Range;

pub use hint::{Hint, MOST_BYTES, hints, line_at};
pub use part::{Did, Part};
pub(crate) use select::select;

use crate::settings::Settings;

/// How a skill takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// It is measured: what it would have done is counted, and nothing of it is told, done or shown.
    Shadow,
    /// It is told, done and shown.
    On,
}

/// A skill that may be served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skill {
    /// Its name.
    pub name: String,
    /// The digest of its content.
    pub digest: String,
    /// What it says, in a sentence.
    pub description: String,
    /// How it takes part, before the settings are asked.
    pub mode: Mode,
    /// What the model is told of it: short lines.
    pub advice: Vec<String>,
    /// What can be checked of it; none of a skill that people wrote as text alone.
    pub rule: Option<RuleFile>,
}

impl Skill {
    /// Returns a skill with what the model is told of it: of a rule the rule itself, of a text its description and the
    /// first lines of its body.
    pub fn new(name: &str, description: &str, body: &str, rule: Option<RuleFile>, mode: Mode) -> Skill {
        let advice = advice::of(description, body, rule.as_ref().map(|file| &file.rule));
        let (name, description) = (name.to_owned(), description.to_owned());
        Skill { name, digest: String::new(), description, mode, advice, rule }
    }

    /// Returns the skill with the digest of its content.
    #[must_use]
    pub fn with_digest(self, digest: &str) -> Skill {
        Skill { digest: digest.to_owned(), ..self }
    }

    /// Returns that the skill did something.
    pub(crate) fn part(&self, did: Did, shadow: bool) -> Part {
        Part { name: self.name.clone(), digest: self.digest.clone(), did, shadow }
    }
}

/// The skills of a workspace that may be served.
#[derive(Debug, Default)]
pub struct Skills {
    skills: Vec<Skill>,
    exceptions: Exceptions,
    /// For each skill the words by which it is found near a place.
    triggers: Vec<Vec<String>>,
    rules: Rules,
    /// For each of the rules its skill.
    owners: Vec<usize>,
}

impl PartialEq for Skills {
    fn eq(&self, other: &Skills) -> bool {
        // All else is made of these.
        self.skills == other.skills && self.exceptions == other.exceptions
    }
}

impl Eq for Skills {}

impl Skills {
    /// Takes skills, and the lines that are exceptions to them.
    pub fn new(skills: Vec<Skill>, exceptions: Exceptions) -> Skills {
        let ruled = skills.iter().enumerate().filter_map(|(owner, skill)| Some((owner, skill.rule.clone()?)));
        let (owners, files): (Vec<usize>, Vec<RuleFile>) = ruled.unzip();
        let triggers = skills.iter().map(select::triggers).collect();
        Skills { skills, exceptions, triggers, rules: Rules::new(files), owners }
    }

    /// Returns whether there is none.
    pub fn is_empty(&self) -> bool {
        self.skills.is_empty()
    }

    /// Returns the skills.
    pub fn list(&self) -> &[Skill] {
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

    /// Returns how a skill takes part, if it does: what it is flagged as, or less where the settings say so.
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
    ) -> Vec<(usize, Mode, Place)> {
        let places = self.rules.places_of_all(source, within).into_iter();
        let broken = places.filter(|(_, place)| !place.followed).filter_map(|(rule, place)| {
            let owner = *self.owners.get(rule)?;
            let skill = self.skills.get(owner)?;
            let excepted = self.exceptions.holds(&skill.name, line_at(source.text, place.range.start));
            let mode = self.mode(owner, settings).filter(|_| !excepted)?;
            Some((owner, mode, place))
        });
        let mut broken: Vec<(usize, Mode, Place)> = broken.collect();
        broken.sort_by_key(|(owner, _, place)| (place.range.start, place.range.end, *owner));
        broken
    }
}
