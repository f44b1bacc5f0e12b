//! The context that a document's prompts hold in addition to its own text: notes, the team's skills, the user's last edits
//! elsewhere, and related chunks of other files.
//!
//! Notes are looked up at each request, so that the next prompt lacks a note that was forgotten. Edits are selected when
//! the user comes to a place, and stay the same while the user works there: every change would make the model read all
//! that stands behind them again. The same holds for skills and chunks.

use std::sync::Arc;

use housestyle_complete::Memory;
use housestyle_complete::memory::{Note, RecentEdit};
use housestyle_complete::settings::Settings;
use housestyle_complete::skills::Skills;
use housestyle_text::chunks::Chunk;
use housestyle_text::{Offset, Snapshot};

/// Lines between two places for which edits and skills are selected anew: most of what is read is new there anyway.
const FAR: usize = 40;

/// Notes, edits and skills for the prompts of one document.
#[derive(Debug, Clone, Default)]
pub(crate) struct PromptContext {
    /// The notes, edits and skills.
    pub(crate) memory: Arc<Memory>,
    /// The line for which the edits were selected.
    edits_line: Option<usize>,
    /// The line for which the chunks were selected.
    chunks_line: Option<usize>,
    /// The line for which the skills were selected.
    skills_line: Option<usize>,
    /// Whether the document's own changes may enter the edit history; `None` before the first lookup.
    tracks_edits: Option<bool>,
}

impl PromptContext {
    /// Returns whether the document's changes may enter the edit history.
    pub(crate) fn tracks_edits(&self) -> bool {
        self.tracks_edits == Some(true)
    }

    /// Returns whether it was decided that the document's changes may, or may not, enter the edit history.
    pub(crate) fn knows_whether_to_track_edits(&self) -> bool {
        self.tracks_edits.is_some()
    }

    /// Decides whether the document's changes may enter the edit history.
    pub(crate) fn track_edits(&mut self, allowed: bool) {
        self.tracks_edits = Some(allowed);
    }

    /// Drops every decision that was made under other settings.
    pub(crate) fn settings_changed(&mut self) {
        (self.edits_line, self.chunks_line, self.skills_line, self.tracks_edits) = (None, None, None, None);
    }

    /// Replaces the notes; returns whether they differ from those before.
    pub(crate) fn set_notes(&mut self, notes: Arc<Vec<Note>>) -> bool {
        let differs = self.memory.notes != notes;
        if differs {
            Arc::make_mut(&mut self.memory).notes = notes;
        }
        differs
    }

    /// Replaces the skills; returns whether they differ from those before.
    pub(crate) fn set_skills(&mut self, skills: Arc<Skills>) -> bool {
        let differs = self.memory.skills != skills;
        if differs {
            let memory = Arc::make_mut(&mut self.memory);
            (memory.skills, memory.selected_skills) = (skills, Vec::new());
            self.skills_line = None;
        }
        differs
    }

    /// Returns whether the edits were selected near this line.
    pub(crate) fn has_edits_near(&self, line: usize) -> bool {
        is_near(self.edits_line, line)
    }

    /// Replaces the edits by those that were selected for a line.
    pub(crate) fn set_edits(&mut self, line: usize, edits: Vec<RecentEdit>) {
        self.edits_line = Some(line);
        if self.memory.edits != edits {
            Arc::make_mut(&mut self.memory).edits = edits;
        }
    }

    /// Returns whether the chunks were selected near this line.
    pub(crate) fn has_chunks_near(&self, line: usize) -> bool {
        is_near(self.chunks_line, line)
    }

    /// Replaces the chunks by those that were selected for a line, or by none.
    pub(crate) fn set_chunks(&mut self, selected: Option<(usize, Vec<Chunk>)>) {
        let (line, chunks) = selected.unzip();
        self.chunks_line = line;
        let chunks = chunks.unwrap_or_default();
        if self.memory.chunks != chunks {
            Arc::make_mut(&mut self.memory).chunks = chunks;
        }
    }

    /// Selects skills for a place, unless those that were selected last are from near there.
    pub(crate) fn select_skills(&mut self, snapshot: &Snapshot, cursor: Offset, settings: &Settings) {
        let line = snapshot.line_of(cursor);
        if self.memory.skills.is_empty() || is_near(self.skills_line, line) {
            return;
        }
        self.skills_line = Some(line);
        let mut memory = Memory::clone(&self.memory);
        memory.select_skills(snapshot, cursor, settings);
        if memory.selected_skills != self.memory.selected_skills {
            self.memory = Arc::new(memory);
        }
    }
}

fn is_near(selected: Option<usize>, line: usize) -> bool {
    selected.is_some_and(|selected| selected.abs_diff(line) < FAR)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_stay_while_the_user_works_near_their_line() {
        let chunk = Chunk { path: "b.rs".to_owned(), lines: 0..1, text: "x".to_owned(), score: 1.0 };
        let mut context = PromptContext::default();
        assert!(!context.has_chunks_near(0));
        context.set_chunks(Some((100, vec![chunk.clone()])));
        assert_eq!(
            [61, 100, 139, 60, 140].map(|line| context.has_chunks_near(line)),
            [true, true, true, false, false]
        );
        assert_eq!(context.memory.chunks, [chunk]);
        context.settings_changed();
        assert!(!context.has_chunks_near(100));
        context.set_chunks(None);
        assert!(context.memory.chunks.is_empty() && !context.has_chunks_near(100));
    }
}
