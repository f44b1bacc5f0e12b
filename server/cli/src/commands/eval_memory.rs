//! The memory that an arm of `eval` has at a case.

use std::sync::Arc;

use housestyle_complete::eval::{Case, edits_before};
use housestyle_complete::generator::Generator;
use housestyle_complete::{Job, Memory, Settings, Trigger, window_of};
use housestyle_text::chunks::{Bounds, Choice, Query};
use housestyle_workspace::related::TreeIndex;

use super::complete::{notes, served_skills};
use crate::args::{Arm, EvalArgs};
use crate::failure::Failure;
use crate::invocation::Invocation;

/// The part of an arm's memory that does not depend on the case: notes and skills, and whether the arm has edits.
pub(super) struct ArmMemory {
    pub(super) memory: Memory,
    has_memory: bool,
}

impl ArmMemory {
    pub(super) fn of(invocation: &Invocation, arm: Arm) -> Result<ArmMemory, Failure> {
        let notes = Arc::new(notes(invocation, arm)?);
        let skills = served_skills(invocation, arm)?;
        let memory = Memory { notes, skills, ..Memory::default() };
        Ok(ArmMemory { memory, has_memory: arm.has(Arm::Memory) })
    }
}

/// The cases, and the repository that holds the other files of their time.
pub(super) struct Surroundings<'a> {
    cases: &'a [Case],
    settings: &'a Settings,
    trees: Option<TreeIndex>,
}

impl<'a> Surroundings<'a> {
    /// Opens the repository that the arguments name.
    pub(super) fn open(
        args: &EvalArgs,
        cases: &'a [Case],
        settings: &'a Settings,
    ) -> Result<Surroundings<'a>, Failure> {
        let of = settings.clone();
        let forbidden = Arc::new(move |path: &str| of.disabled_by(path).is_some());
        let open = |folder: &std::path::PathBuf| TreeIndex::open(folder, forbidden, Bounds::default());
        let trees = args.repository.as_ref().map(open).transpose()?;
        Ok(Surroundings { cases, settings, trees })
    }

    /// Returns an arm's memory at a case. A model that reads context gets the case's own edits, and chunks of the files as
    /// they were before the case's commit.
    pub(super) fn memory(
        &mut self,
        arm: &ArmMemory,
        case: &Case,
        generator: &dyn Generator,
    ) -> Result<Memory, Failure> {
        let reads_context = generator.describe().reads_context;
        let has_edits = arm.has_memory || (reads_context && case.edits.is_some());
        let edits = if has_edits { edits_before(self.cases, case) } else { Vec::new() };
        let mut memory = Memory { edits, ..arm.memory.clone() };
        let (snapshot, cursor) = case.document();
        memory.select_skills(&snapshot, cursor, self.settings);
        if let (true, Some(trees), Some(tree)) = (reads_context, &mut self.trees, &case.tree) {
            let trigger = Trigger::Invoked;
            let job = Job { trigger, memory: &memory, ..Job::at(&snapshot, cursor, self.settings) };
            let query = Query::new(&snapshot, cursor, window_of(&job, generator));
            let chunks = trees.of_tree(tree)?.best(&query, Choice::default());
            memory.chunks = chunks;
        }
        Ok(memory)
    }
}
