//! `plain-memory-1`: `plain-1` with the rendered memory as the first lines.
//!
//! For the document and cursor
//! ```text
//! fn double(x: i32) -> i32 {
//!     return x‸;
//! }
//! ```
//! and the note "Say sign-in, not login." the prompt is
//! ```text
//! // Say sign-in, not login.
//!
//! fn double(x: i32) -> i32 {
//!     return x
//! ```

use crate::generator::{Prompt, PromptPart};
use crate::prompt::plain_1;
use crate::window::Window;

/// The format's name.
pub const NAME: &str = "plain-memory-1";

/// Returns the rendered memory and the window in this format.
pub fn build(memory: &str, window: &Window) -> Prompt {
    let mut parts = plain_1::build(window).parts;
    parts.insert(0, PromptPart::Text(memory.to_owned()));
    Prompt { format: NAME, parts }
}
