//! The memory that an arm has at a case.

use std::path::Path;
use std::sync::Arc;

use housestyle_complete::eval::{Case, edits_before};
use housestyle_complete::generator::Generator;
use housestyle_complete::{Job, Memory, Settings, Trigger, window_of};
use housestyle_review::ReviewError;
use housestyle_text::chunks::{Bounds, Choice, Query};
use housestyle_workspace::related::TreeIndex;

/// The cases, and the repository that holds the other files of their time.
#[derive(Debug)]
pub struct Surroundings<'a> {
    cases: &'a [Case],
    settings: &'a Settings,
    trees: Option<TreeIndex>,
}

impl<'a> Surroundings<'a> {
    /// Opens the repository, if there is one. Files for which `settings` forbid completions give no chunks.
    ///
    /// # Errors
    /// When there is no repository in the folder.
    pub fn open(
        repository: Option<&Path>,
        cases: &'a [Case],
        settings: &'a Settings,
    ) -> Result<Surroundings<'a>, ReviewError> {
        let of = settings.clone();
        let forbidden = Arc::new(move |path: &str| of.disabled_by(path).is_some());
        let open = |folder: &Path| TreeIndex::open(folder, forbidden, Bounds::default());
        let trees = repository.map(open).transpose()?;
        Ok(Surroundings { cases, settings, trees })
    }

    /// Returns the memory of an arm at a case: `common` notes and skills, and edits where the arm has them. A model that
    /// reads context gets the case's own edits in any arm, and chunks of the files as they were before the case's commit.
    ///
    /// # Errors
    /// When the repository lacks the case's tree.
    pub fn memory(
        &mut self,
        common: &Memory,
        has_memory: bool,
        case: &Case,
        generator: &dyn Generator,
    ) -> Result<Memory, ReviewError> {
        let reads_context = generator.describe().reads_context;
        let has_edits = has_memory || (reads_context && case.edits.is_some());
        let edits = if has_edits { edits_before(self.cases, case) } else { Vec::new() };
        let mut memory = Memory { edits, ..common.clone() };
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
