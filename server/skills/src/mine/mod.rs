//! Rules found in what a team does.

mod code;
mod edit;

pub use code::{Bounds, Finding, Instance, conventions, rewrites};
pub use edit::Edit;
