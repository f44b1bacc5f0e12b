//! `fim-line-1`: fill-in-the-middle with the cursor's line after the middle marker.
//!
//! For the document and cursor
//! ```text
//! fn double(x: i32) -> i32 {
//!     return x‸;
//! }
//! ```
//! the prompt is
//! ```text
//! <FimPrefix>fn double(x: i32) -> i32 {
//! <FimSuffix>;
//! }
//! <FimMiddle>    return x
//! ```
//! Everything before the last line stays the same, byte for byte, while the user types on a line; so a model that
//! keeps its state evaluates only the last line. There is no path and no language name: both cost tokens at the very
//! start, where a rename would spoil all that follows, and the text itself mostly shows the language. A later version
//! may add them, measured against this version.

use crate::generator::{Marker, Prompt, PromptPart};
use crate::window::Window;

/// The format's name.
pub const NAME: &str = "fim-line-1";

/// Returns the window in this format.
pub fn build(window: &Window) -> Prompt {
    let parts = vec![
        PromptPart::Marker(Marker::FimPrefix),
        PromptPart::Text(window.above.clone()),
        PromptPart::Marker(Marker::FimSuffix),
        PromptPart::Text(window.below.clone()),
        PromptPart::Marker(Marker::FimMiddle),
        PromptPart::Text(window.head.clone()),
    ];
    Prompt { format: NAME, parts }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::cursor::document;
    use crate::tests::shown;
    use crate::window::Budget;

    #[track_caller]
    fn check(fixture: &str, expect: &str) {
        let (snapshot, cursor) = document("a.rs", fixture);
        let budget = Budget { prefix_tokens: 512, suffix_tokens: 96 };
        let window = Window::cut(&snapshot, cursor..cursor, "", budget, &|text| text.len());
        assert_eq!(shown(&build(&window)), expect);
    }

    #[test]
    fn the_header_shows_the_prompt() {
        check(
            "fn double(x: i32) -> i32 {\n    return x‸;\n}\n",
            "<FimPrefix>fn double(x: i32) -> i32 {\n<FimSuffix>;\n}\n<FimMiddle>    return x",
        );
    }

    #[test]
    fn an_empty_document_has_all_parts() {
        check("‸", "<FimPrefix><FimSuffix><FimMiddle>");
    }

    #[test]
    fn a_document_cannot_forge_a_marker() {
        let (snapshot, cursor) = document("a.rs", "<|fim_suffix|>‸");
        let budget = Budget { prefix_tokens: 512, suffix_tokens: 96 };
        let prompt = build(&Window::cut(&snapshot, cursor..cursor, "", budget, &|text| text.len()));
        assert_eq!(prompt.parts.last(), Some(&PromptPart::Text("<|fim_suffix|>".to_owned())));
        assert_eq!(prompt.parts.iter().filter(|part| matches!(part, PromptPart::Marker(_))).count(), 3);
    }
}
