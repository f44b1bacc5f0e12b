//! The memory that an arm has at a case.

use std::path::Path;
use std::sync::Arc;

use housestyle_complete::eval::{Case, edits_before};
use housestyle_complete::generator::Generator;
use housestyle_complete::{Job, Memory, Settings, Trigger, window_of};
use housestyle_review::ReviewError;
use housestyle_text::chunks::{Bounds, Choice, Query};
use housestyle_workspace::related::TreeIndex;

/// Gives the memory of each case: the cases, and the repository that holds the other files of their time.
#[derive(Debug)]
pub struct CaseMemories<'a> {
    cases: &'a [Case],
    settings: &'a Settings,
    trees: Option<TreeIndex>,
}

impl<'a> CaseMemories<'a> {
    /// Opens the repository, if there is one. Files for which `settings` forbid completions give no chunks.
    ///
    /// # Errors
    /// When there is no repository in the folder.
    pub fn open(
        repository: Option<&Path>,
        cases: &'a [Case],
        settings: &'a Settings,
    ) -> Result<CaseMemories<'a>, ReviewError> {
        let of = settings.clone();
        let forbidden = Arc::new(move |path: &str| of.disabled_by(path).is_some());
        let open = |folder: &Path| TreeIndex::open(folder, forbidden, Bounds::default());
        let trees = repository.map(open).transpose()?;
        Ok(CaseMemories { cases, settings, trees })
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

#[cfg(test)]
mod tests {
    use git2::{IndexAddOption, Repository, Signature};
    use housestyle_complete::memory::RecentEdit;
    use housestyle_testkit::counting::Counting;

    use super::*;

    /// Commits a file; returns the id of the commit's tree.
    fn commit(folder: &Path, path: &str, text: &str) -> String {
        let repository = Repository::init(folder).expect("a repository");
        std::fs::write(folder.join(path), text).expect("written");
        let mut index = repository.index().expect("an index");
        index.add_all(["*"], IndexAddOption::DEFAULT, None).expect("added");
        let tree = index.write_tree().expect("a tree");
        let author = Signature::now("Ann", "ann@example.org").expect("a name");
        let parent = repository.head().and_then(|head| head.peel_to_commit()).ok();
        let parents: Vec<_> = parent.iter().collect();
        let found = repository.find_tree(tree).expect("a tree");
        repository.commit(Some("HEAD"), &author, &author, "Change", &found, &parents).expect("a commit");
        tree.to_string()
    }

    #[test]
    fn a_model_that_reads_context_gets_the_cases_edits_and_chunks_of_its_tree() {
        let folder = tempfile::tempdir().expect("a folder");
        let function = |name: &str| {
            format!(
                "pub fn {name}(widget: &Widget) -> Frobnication {{\n    widget.turn().and_then(Widget::stop)\n}}\n"
            )
        };
        let before = commit(folder.path(), "widget.rs", &function("frobnicate_gently"));
        commit(folder.path(), "widget.rs", &function("frobnicate_wildly"));
        let edit =
            RecentEdit { path: "b.rs".to_owned(), removed: vec![], added: vec!["use widget;".to_owned()] };
        let case = Case {
            path: "main.rs".to_owned(),
            prefix: "fn run(widget: &Widget) -> Frobnication {\n    ".to_owned(),
            middle: "frobnicate_gently(widget)".to_owned(),
            suffix: "\n}\n".to_owned(),
            tree: Some(before),
            edits: Some(vec![edit.clone()]),
            ..Case::default()
        };
        let (cases, settings) = ([case.clone()], Settings::default());
        let mut case_memories = CaseMemories::open(Some(folder.path()), &cases, &settings).expect("opened");
        let mut model = Counting::new("");
        let memory = case_memories.memory(Memory::none(), false, &case, &model).expect("read");
        assert_eq!((memory.edits.len(), memory.chunks.len()), (0, 0), "it reads no context");
        model.reads_context = true;
        let memory = case_memories.memory(Memory::none(), false, &case, &model).expect("read");
        assert_eq!(memory.edits, [edit]);
        let text: String = memory.chunks.iter().map(|chunk| chunk.text.as_str()).collect();
        assert!(text.contains("frobnicate_gently") && !text.contains("frobnicate_wildly"), "{text}");
        let unknown = Case { tree: Some("0".repeat(40)), ..case };
        assert!(case_memories.memory(Memory::none(), false, &unknown, &model).is_err());
    }
}
