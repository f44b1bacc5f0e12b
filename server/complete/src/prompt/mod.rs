//! Prompt formats: named, versioned, a module each with a whole example in its header.
//!
//! A format that has been released is not changed: a better one gets a new name, so that results and caches of the
//! old one stay what they were.

pub mod fim_line_1;
pub mod plain_1;

use crate::generator::{Description, Prompt};
use crate::window::Window;

/// Returns the window as a prompt in the best format that the model knows.
pub fn build(window: &Window, model: &Description) -> Prompt {
    if model.fim { fim_line_1::build(window) } else { plain_1::build(window) }
}
