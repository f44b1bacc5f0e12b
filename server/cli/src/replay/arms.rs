//! What takes part in a replay: an arm learns from each commit after it was predicted.

use std::str::FromStr;

use housestyle_complete::eval::Case;
use housestyle_complete::generator::Generator;
use housestyle_learn::Commit;
use serde::Serialize;

use crate::failure::Failure;

/// The arms' names, as the contract has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ArmName {
    /// The frozen model with the window alone.
    Base,
    /// Notes and recent edits in the prompt.
    Memory,
    /// The team's phrases mixed in.
    Phrases,
    /// Rules and examples in the prompt.
    Skills,
    /// The team's adapter.
    Adapter,
    /// Everything together.
    All,
}

impl ArmName {
    const ALL: [ArmName; 6] =
        [ArmName::Base, ArmName::Memory, ArmName::Phrases, ArmName::Skills, ArmName::Adapter, ArmName::All];

    /// Returns the name in reports.
    pub(crate) fn code(self) -> &'static str {
        match self {
            ArmName::Base => "base",
            ArmName::Memory => "memory",
            ArmName::Phrases => "phrases",
            ArmName::Skills => "skills",
            ArmName::Adapter => "adapter",
            ArmName::All => "all",
        }
    }
}

impl FromStr for ArmName {
    type Err = String;

    fn from_str(text: &str) -> Result<ArmName, String> {
        ArmName::ALL.into_iter().find(|arm| arm.code() == text).ok_or_else(|| {
            let names: Vec<&str> = ArmName::ALL.iter().map(|arm| arm.code()).collect();
            format!("there is no such arm: the arms are {}", names.join(", "))
        })
    }
}

/// An arm that was asked for and cannot be run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Absent {
    /// Its name.
    pub(crate) arm: &'static str,
    /// Why.
    pub(crate) why: String,
}

/// Something that takes part in completions and learns from commits.
pub(crate) trait Arm {
    /// Returns its name in reports.
    fn name(&self) -> &'static str;

    /// Returns what tells it from others of its name: results are kept under it.
    fn identity(&self) -> String {
        self.name().to_owned()
    }

    /// Learns a commit. Called for each, in their order, after it was predicted.
    fn learn(&mut self, commit: &Commit, generator: &mut dyn Generator) -> Result<(), Failure>;

    /// Makes the generator answer the next case as this arm does, and as no other.
    fn take_part(&mut self, case: &Case, generator: &mut dyn Generator) -> Result<(), Failure>;
}

/// The frozen model.
pub(crate) struct Base;

impl Arm for Base {
    fn name(&self) -> &'static str {
        "base"
    }

    fn learn(&mut self, _commit: &Commit, _generator: &mut dyn Generator) -> Result<(), Failure> {
        Ok(())
    }

    fn take_part(&mut self, _case: &Case, _generator: &mut dyn Generator) -> Result<(), Failure> {
        Ok(())
    }
}
