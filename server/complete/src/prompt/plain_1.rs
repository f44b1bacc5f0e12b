//! `plain-1`: the text up to the cursor, for models that know no fill-in-the-middle markers.
//!
//! For the document and cursor
//! ```text
//! fn double(x: i32) -> i32 {
//!     return x‸;
//! }
//! ```
//! the prompt is
//! ```text
//! fn double(x: i32) -> i32 {
//!     return x
//! ```
//! The model does not know the text after the cursor; the stop rules and filters do, and prevent copies of it.

use crate::generator::{Prompt, PromptPart};
use crate::window::Window;

/// The format's name.
pub const NAME: &str = "plain-1";

/// Returns the window in this format.
pub fn build(window: &Window) -> Prompt {
    Prompt {
        format: NAME,
        parts: vec![PromptPart::Text(window.above.clone()), PromptPart::Text(window.head.clone())],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::cursor::document;
    use crate::tests::shown;
    use crate::window::Budget;

    #[test]
    fn the_header_shows_the_prompt() {
        let (snapshot, cursor) = document("a.rs", "fn double(x: i32) -> i32 {\n    return x‸;\n}\n");
        let budget = Budget { prefix_tokens: 512, suffix_tokens: 96 };
        let window = Window::cut(&snapshot, cursor..cursor, "", budget, &|text| text.len());
        assert_eq!(shown(&build(&window)), "fn double(x: i32) -> i32 {\n    return x");
    }
}
