//! Rules found in what a team does.

mod edit;

pub use edit::Edit;
