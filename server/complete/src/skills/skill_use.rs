//! The use of a skill in a completion.

use std::fmt;

use serde::Serialize;

/// A skill that took part in a completion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SkillUse {
    /// The skill's name.
    pub name: String,
    /// The digest of its content.
    pub digest: String,
    /// The skill's effect.
    #[serde(rename = "did")]
    pub action: SkillAction,
    /// Whether the skill is in the shadow, so that it only would have done this.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub shadow: bool,
}

/// An effect of a skill on a completion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SkillAction {
    /// The prompt held its advice.
    #[serde(rename = "told")]
    Injected,
    /// The model's text broke the skill and was repaired.
    Repaired,
    /// The model's text broke the skill from some line on; that line and all after it were cut off.
    Cut,
    /// The model's text broke the skill and was dropped.
    Dropped,
}

impl SkillAction {
    /// Returns the code in JSON and in traces.
    pub fn code(self) -> &'static str {
        match self {
            SkillAction::Injected => "told",
            SkillAction::Repaired => "repaired",
            SkillAction::Cut => "cut",
            SkillAction::Dropped => "dropped",
        }
    }
}

impl fmt::Display for SkillUse {
    /// Writes `name: repaired`, or `name: would have repaired` in the shadow.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let would = if self.shadow { "would have " } else { "" };
        write!(f, "{}: {would}{}", self.name, self.action.code())
    }
}
