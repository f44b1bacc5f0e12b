//! The layer of what is remembered: notes that were there already, and what was written lately.

use std::collections::VecDeque;
use std::sync::Arc;

use housestyle_complete::eval::{Case, edits_before};
use housestyle_complete::memory::Note;
use housestyle_complete::{Memory, Settings};
use housestyle_learn::Commit;
use sha2::{Digest, Sha256};

use super::arms::{ArmName, Layer};
use crate::backend::Learned;
use crate::failure::Failure;
use crate::models::hex;

/// Edits that are looked back at.
const LOOKED_AT: usize = 16;

/// Notes, and the latest edits as cases.
pub(crate) struct Remembered {
    notes: Vec<Note>,
    written: VecDeque<Case>,
    has_edits: bool,
}

impl Remembered {
    /// Returns the layer; `None` where there are no notes and the settings allow no edits in a prompt.
    pub(crate) fn of(notes: Vec<Note>, settings: &Settings) -> Option<Remembered> {
        let has_edits = settings.memory_edit_tokens > 0;
        (has_edits || !notes.is_empty()).then(|| Remembered { notes, written: VecDeque::new(), has_edits })
    }
}

impl Layer for Remembered {
    fn name(&self) -> &'static str {
        ArmName::Memory.code()
    }

    fn identity(&self) -> String {
        // Which edits there are follows from the history and the settings, by which results are kept anyway.
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
                    name: None,
                    accept: Vec::new(),
                });
            }
        }
        self.written.drain(..self.written.len().saturating_sub(LOOKED_AT));
    }

    fn remembered(&self, case: &Case) -> Memory {
        let now = case.time.max(0.0) as u64;
        let notes = self.notes.iter().filter(|note| note.created <= now && note.holds_at(now)).cloned();
        let written: Vec<Case> = self.written.iter().cloned().collect();
        Memory { notes: Arc::new(notes.collect()), edits: edits_before(&written, case), ..Memory::default() }
    }

    fn take_part(&mut self, _case: &Case, _model: &mut dyn Learned) -> Result<(), Failure> {
        Ok(())
    }

    fn stand_aside(&mut self, _model: &mut dyn Learned) -> Result<(), Failure> {
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
        Case { path, prefix, suffix, middle, time, name: None, accept: Vec::new() }
    }

    fn commit(time: i64, n: usize) -> Commit {
        let new = format!("fn a() {{}}\nlet x{n} = {n};\n");
        let hunk = Hunk { old: 10..10, new: 10..new.len() };
        let old = "fn a() {}\n".to_owned();
        let file = FileChange { path: "a.rs".to_owned(), blob: None, old, new, hunks: vec![hunk] };
        Commit { id: n.to_string(), author: "a".to_owned(), time, is_first: false, files: vec![file] }
    }

    #[test]
    fn a_note_of_later_is_not_known() {
        let layer =
            Remembered::of(vec![note(10, None), note(30, None), note(5, Some(15))], &Settings::default());
        let layer = layer.expect("notes");
        let known = |time: f64| layer.remembered(&case(time)).notes.len();
        assert_eq!([4.0, 10.0, 20.0, 30.0].map(known), [0, 2, 1, 2]);
    }

    #[test]
    fn the_latest_edits_are_remembered_where_the_settings_allow_it() {
        assert!(Remembered::of(Vec::new(), &Settings::default()).is_none());
        let settings = Settings { memory_edit_tokens: 100, ..Settings::default() };
        let mut layer = Remembered::of(Vec::new(), &settings).expect("a layer");
        (0..20).for_each(|n| layer.learn(&commit(n, n as usize)));
        let added = |time: f64| -> Vec<String> {
            layer.remembered(&case(time)).edits.iter().flat_map(|edit| edit.added.clone()).collect()
        };
        let told = added(19.0);
        assert_eq!((told.len(), told.last().map(String::as_str)), (LOOKED_AT - 1, Some("let x18 = 18;")));
        assert!(!told.contains(&"let x19 = 19;".to_owned()), "a commit of the same time is not the past");
    }
}
