//! Notes of a workspace: short sentences that the model reads before each text they are about.

mod store;
mod watch;

pub(crate) use store::{NotesError, Store};
pub(crate) use watch::Watch;
