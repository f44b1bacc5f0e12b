//! Context: text outside of the document's window that a prompt holds, which are the user's latest edits and related chunks
//! of other files.
//!
//! Only a model that was trained for prompts with context reads it (see
//! [`fim_context_1`](crate::prompt::fim_context_1)). Context stands behind the text below the cursor, where it stays
//! the same while somebody types: the rest of the prompt in front of it need not be read again when it changes.

mod chunks;
mod edits;

use crate::memory::Memory;
use crate::settings::Settings;

/// The context of one prompt: each section is the text of one file marker.
pub(crate) type Sections = Vec<String>;

/// Returns the sections of a prompt that may take `most` tokens together: related chunks, then edits. Edits come first
/// where not all fits. `count` counts tokens.
pub(crate) fn sections(
    memory: &Memory,
    settings: &Settings,
    most: usize,
    with_chunks: bool,
    count: &dyn Fn(&str) -> usize,
) -> Sections {
    let edits = if settings.context_edits { edits::section(&memory.edits, most, count) } else { None };
    let left = most - edits.as_deref().map_or(0, count);
    let chunks = if with_chunks && settings.context_chunks { memory.chunks.as_slice() } else { &[] };
    let mut sections = chunks::sections(chunks, left, count);
    sections.extend(edits);
    sections
}
