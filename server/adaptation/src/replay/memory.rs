//! The memory as a component: notes that existed at the time, and the latest edits.

use std::collections::VecDeque;
use std::sync::Arc;

use housestyle_complete::eval::{Arm, Case, edits_before};
use housestyle_complete::memory::Note;
use housestyle_complete::{Memory, Settings};
use housestyle_learn::Commit;
use housestyle_workspace::digest::hex;
use sha2::{Digest, Sha256};

use super::arms::Component;
use crate::backend::Adaptive;
use crate::error::Error;

/// Most recent edits in the memory.
const MOST_EDITS: usize = 16;

/// Notes, and the latest edits as cases.
pub struct MemoryComponent {
    notes: Vec<Note>,
    written: VecDeque<Case>,
    has_edits: bool,
}

impl MemoryComponent {
    /// Returns the component; `None` where there are no notes and the settings allow no edits in a prompt.
    pub fn of(notes: Vec<Note>, settings: &Settings) -> Option<MemoryComponent> {
        let has_edits = settings.memory_edit_tokens > 0;
        (has_edits || !notes.is_empty()).then(|| MemoryComponent {
            notes,
            written: VecDeque::new(),
            has_edits,
        })
    }
}

impl Component for MemoryComponent {
    fn name(&self) -> &'static str {
        Arm::Memory.name()
    }

    fn identity(&self) -> String {
        // Which edits there are follows from the history and the settings, by which results are stored anyway.
        let notes: Vec<String> = self.notes.iter().map(|note| format!("{note:?}")).collect();
        format!("{}-{}", self.name(), hex(&Sha256::digest(notes.join("\n").as_bytes())[..8]))
    }

    fn learn(&mut self, commit: &Commit) {
        if !self.has_edits {
            return;
        }
        for file in &commit.files {
            for hunk in file.hunks.iter().filter(|hunk| !file.added(hunk).trim().is_empty()) {
                self.written.push_back(Case {
                    path: file.path.clone(),
                    prefix: file.new.get(..hunk.new.start).unwrap_or_default().to_owned(),
                    suffix: file.new.get(hunk.new.end..).unwrap_or_default().to_owned(),
                    middle: file.added(hunk).to_owned(),
                    time: commit.time as f64,
                    ..Case::default()
                });
            }
        }
        self.written.drain(..self.written.len().saturating_sub(MOST_EDITS));
    }

    fn memory(&self, case: &Case) -> Memory {
        let now = case.time.max(0.0) as u64;
        let notes = self.notes.iter().filter(|note| note.created <= now && note.holds_at(now)).cloned();
        let written: Vec<Case> = self.written.iter().cloned().collect();
        Memory { notes: Arc::new(notes.collect()), edits: edits_before(&written, case), ..Memory::default() }
    }

    fn apply(&mut self, _case: &Case, _model: &mut dyn Adaptive) -> Result<(), Error> {
        Ok(())
    }

    fn withdraw(&mut self, _model: &mut dyn Adaptive) -> Result<(), Error> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use housestyle_complete::memory::Scope;
    use housestyle_learn::{FileChange, Hunk};

    use super::*;

    fn note(created: u64, expires: Option<u64>) -> Note {
        let [id, text, author] = ["n", "Say sign-in.", "ann"].map(str::to_owned);
        Note { id, text, author, created, expires, scope: Scope::default() }
    }

    fn case(time: f64) -> Case {
        let [path, prefix, suffix, middle] = ["b.rs", "let y = ", ";\n", "2"].map(str::to_owned);
        Case { path, prefix, suffix, middle, time, ..Case::default() }
    }

    fn commit(time: i64, n: usize) -> Commit {
        let new = format!("fn a() {{}}\nlet x{n} = {n};\n");
        let hunk = Hunk { old: 10..10, new: 10..new.len() };
        let old = "fn a() {}\n".to_owned();
        let path = "a.rs".to_owned();
        let file = FileChange { path, origin: None, blob: None, old, new, hunks: vec![hunk] };
        Commit { id: n.to_string(), author: "a".to_owned(), time, is_first: false, files: vec![file] }
    }

    #[test]
    fn a_later_note_is_not_in_the_memory() {
        let notes = vec![note(10, None), note(30, None), note(5, Some(15))];
        let component = MemoryComponent::of(notes, &Settings::default()).expect("notes");
        let known = |time: f64| component.memory(&case(time)).notes.len();
        assert_eq!([4.0, 10.0, 20.0, 30.0].map(known), [0, 2, 1, 2]);
    }

    #[test]
    fn the_latest_edits_are_in_the_memory_where_the_settings_allow_it() {
        assert!(MemoryComponent::of(Vec::new(), &Settings::default()).is_none());
        let settings = Settings { memory_edit_tokens: 100, ..Settings::default() };
        let mut component = MemoryComponent::of(Vec::new(), &settings).expect("a component");
        (0..20).for_each(|n| component.learn(&commit(n, n as usize)));
        let added = |time: f64| -> Vec<String> {
            component.memory(&case(time)).edits.iter().flat_map(|edit| edit.added.clone()).collect()
        };
        let edits_at = added(19.0);
        assert_eq!(
            (edits_at.len(), edits_at.last().map(String::as_str)),
            (MOST_EDITS - 1, Some("let x18 = 18;"))
        );
        assert!(!edits_at.contains(&"let x19 = 19;".to_owned()), "a commit of the same time is not the past");
    }
}
