//! `fim-memory-1`: `fim-line-1` with the rendered memory as the first lines.
//!
//! For the document and cursor
//! ```text
//! fn double(x: i32) -> i32 {
//!     return x‸;
//! }
//! ```
//! and the note "Say sign-in, not login." the prompt is
//! ```text
//! <FimPrefix>// Say sign-in, not login.
//!
//! fn double(x: i32) -> i32 {
//! <FimSuffix>;
//! }
//! <FimMiddle>    return x
//! ```
//! The rendered memory is text like the document's: it cannot forge a marker, and stays the same while one types.

use crate::generator::{Prompt, PromptPart};
use crate::prompt::fim_line_1;
use crate::window::Window;

/// The format's name.
pub const NAME: &str = "fim-memory-1";

/// Returns the rendered memory and the window in this format.
pub fn build(memory: &str, window: &Window) -> Prompt {
    let mut parts = fim_line_1::build(window).parts;
    parts.insert(1, PromptPart::Text(memory.to_owned()));
    Prompt { format: NAME, parts }
}
