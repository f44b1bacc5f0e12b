//! The pipeline's job, and the suggestion that it may return.

use std::ops::Range;

use housestyle_text::{Offset, Snapshot};

use crate::held::HeldWindows;
use crate::memory::Memory;
use crate::settings::Settings;

/// Who or what made the editor ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trigger {
    /// A person asked for a suggestion.
    Invoked,
    /// The editor asked because something was typed.
    Automatic,
}

/// The item that is selected in the editor's popup menu. A suggestion then has to begin with its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selected {
    /// The range that accepting the item would replace.
    pub range: Range<Offset>,
    /// The text that it would put there.
    pub text: String,
}

/// One request for a suggestion.
#[derive(Debug, Clone)]
pub struct Job<'a> {
    /// The document.
    pub snapshot: &'a Snapshot,
    /// The cursor; clamped to the document.
    pub cursor: Offset,
    /// Who asks.
    pub trigger: Trigger,
    /// The popup's selected item, if the popup is open.
    pub selected: Option<Selected>,
    /// The memory for the prompt.
    pub memory: &'a Memory,
    /// The settings for all languages; the pipeline looks up those of the document's language.
    pub settings: &'a Settings,
    /// The windows of the last jobs in this document.
    pub held: &'a HeldWindows,
}

impl<'a> Job<'a> {
    /// Returns the job of an editor that asks while somebody types: no item is selected, and no memory takes part.
    pub fn at(snapshot: &'a Snapshot, cursor: Offset, settings: &'a Settings) -> Job<'a> {
        let (trigger, selected, memory) = (Trigger::Automatic, None, Memory::none());
        Job { snapshot, cursor, trigger, selected, memory, settings, held: HeldWindows::none() }
    }
}

/// Text to show at the cursor.
#[derive(Debug, Clone, PartialEq)]
pub struct Suggestion {
    /// Plain text; lines are parted by `\n` whatever the document uses, as editors convert it.
    pub text: String,
    /// The range that it replaces: on one line, with the cursor in it. Empty at the cursor, except when a popup's item is
    /// selected: then it is that item's range.
    pub replace: Range<Offset>,
}
