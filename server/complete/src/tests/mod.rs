//! Helpers of all tests of this crate, and tests of the whole pipeline.

mod ideal;
mod invariants;
mod pipeline;
mod session;
mod skills;

/// The test kit's own files: a dependency on the kit would compile this crate twice, with two kinds of `Generator`.
#[allow(unreachable_pub, dead_code)]
#[path = "../../../testkit/src/counting.rs"]
pub(crate) mod counting;
#[allow(unreachable_pub, dead_code)]
#[path = "../../../testkit/src/cursor.rs"]
pub(crate) mod cursor;
#[allow(unreachable_pub, dead_code)]
#[path = "../../../testkit/src/scripted.rs"]
pub(crate) mod scripted;

use crate::cursor_context::CursorContext;
use crate::generator::{Prompt, PromptPart};
use crate::{Job, Settings};

/// Returns the context of the cursor in a fixture.
#[track_caller]
pub(crate) fn cursor_context(path: &str, fixture: &str) -> CursorContext {
    let (snapshot, cursor) = cursor::document(path, fixture);
    let settings = Settings::default();
    CursorContext::of(&Job::at(&snapshot, cursor, &settings))
}

/// Returns a prompt as one text, markers as `<Marker>`.
pub(crate) fn shown(prompt: &Prompt) -> String {
    let part = |part: &PromptPart| match part {
        PromptPart::Marker(marker) => format!("<{marker:?}>"),
        PromptPart::Text(text) => text.clone(),
    };
    prompt.parts.iter().map(part).collect()
}
