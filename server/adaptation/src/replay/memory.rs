//! The memory as a component: notes that existed at the time, and the user's edits before a case.

use std::sync::Arc;

use housestyle_complete::eval::{Arm, Case, edits_before};
use housestyle_complete::memory::Note;
use housestyle_complete::{Memory, Settings};
use housestyle_workspace::digest::hex;
use sha2::{Digest, Sha256};

use super::arms::Component;
use crate::backend::Adaptive;
use crate::error::Error;

/// Notes, and whether a case's edits take part.
pub struct MemoryComponent {
    notes: Vec<Note>,
    has_edits: bool,
}

impl MemoryComponent {
    /// Returns the component; `None` where there are no notes and the settings allow no edits in a prompt.
    pub fn of(notes: Vec<Note>, settings: &Settings) -> Option<MemoryComponent> {
        let has_edits = settings.memory_edit_tokens > 0;
        (has_edits || !notes.is_empty()).then_some(MemoryComponent { notes, has_edits })
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

    fn memory(&self, case: &Case) -> Memory {
        let now = case.time.max(0.0) as u64;
        let notes = self.notes.iter().filter(|note| note.created <= now && note.holds_at(now)).cloned();
        let edits = if self.has_edits { edits_before(&[], case) } else { Vec::new() };
        Memory { notes: Arc::new(notes.collect()), edits, ..Memory::default() }
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
    use housestyle_complete::memory::{RecentEdit, Scope};

    use super::*;

    fn note(created: u64, expires: Option<u64>) -> Note {
        let [id, text, author] = ["n", "Say sign-in.", "ann"].map(str::to_owned);
        Note { id, text, author, created, expires, scope: Scope::default() }
    }

    fn case(time: f64) -> Case {
        let [path, prefix, suffix, middle] = ["b.rs", "let y = ", ";\n", "2"].map(str::to_owned);
        Case { path, prefix, suffix, middle, time, ..Case::default() }
    }

    #[test]
    fn a_later_note_is_not_in_the_memory() {
        let notes = vec![note(10, None), note(30, None), note(5, Some(15))];
        let component = MemoryComponent::of(notes, &Settings::default()).expect("notes");
        let known = |time: f64| component.memory(&case(time)).notes.len();
        assert_eq!([4.0, 10.0, 20.0, 30.0].map(known), [0, 2, 1, 2]);
    }

    #[test]
    fn the_edits_of_a_case_are_in_the_memory_where_the_settings_allow_it() {
        assert!(MemoryComponent::of(Vec::new(), &Settings::default()).is_none());
        let edit =
            RecentEdit { path: "a.rs".to_owned(), removed: vec![], added: vec!["let x = 1;".to_owned()] };
        let case = Case { edits: Some(vec![edit.clone()]), ..case(9.0) };
        let settings = Settings { memory_edit_tokens: 100, ..Settings::default() };
        let component = MemoryComponent::of(Vec::new(), &settings).expect("a component");
        assert_eq!(component.memory(&case).edits, [edit]);
        let without = MemoryComponent::of(vec![note(1, None)], &Settings::default()).expect("notes");
        assert_eq!(without.memory(&case).edits, []);
    }
}
