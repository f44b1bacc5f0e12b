//! The arms of a measurement, by the names that people give.

/// What of the team's knowledge takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arm {
    /// The frozen model with the window alone.
    Base,
    /// Notes, and recent edits, in the prompt.
    Memory,
    /// The team's phrases mixed in.
    Phrases,
    /// The team's skills: told to the model, and asked of what it wrote.
    Skills,
    /// The starter adapter beside the model.
    Starter,
    /// The team's adapter beside the model: what `learn` made last, or the one that was named.
    Adapter,
    /// Everything that was learned.
    All,
}

impl Arm {
    /// Returns the arm's name in reports.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Arm::Base => "base",
            Arm::Memory => "memory",
            Arm::Phrases => "phrases",
            Arm::Skills => "skills",
            Arm::Starter => "starter",
            Arm::Adapter => "adapter",
            Arm::All => "all",
        }
    }

    /// Returns whether notes and recent edits belong to it.
    pub(crate) fn has_memory(self) -> bool {
        matches!(self, Arm::Memory | Arm::All)
    }

    /// Returns whether the team's skills belong to it.
    pub(crate) fn has_skills(self) -> bool {
        matches!(self, Arm::Skills | Arm::All)
    }

    pub(super) fn parse(text: &str) -> Result<Arm, String> {
        match text {
            "base" => Ok(Arm::Base),
            "memory" => Ok(Arm::Memory),
            "phrases" => Ok(Arm::Phrases),
            "starter" => Ok(Arm::Starter),
            "adapter" => Ok(Arm::Adapter),
            "all" => Ok(Arm::All),
            "skills" => Ok(Arm::Skills),
            _ => Err(
                "there is no such arm: use `base`, `memory`, `starter`, `phrases`, `skills`, `adapter` or `all`"
                    .to_owned(),
            ),
        }
    }
}
