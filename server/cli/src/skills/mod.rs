//! The skills of a workspace: what is in its folders, what of it is approved, what was mined and noted here.

pub(crate) mod approval;
pub(crate) mod entry;
pub(crate) mod exceptions;
pub(crate) mod history;
pub(crate) mod list;
pub(crate) mod read;
pub(crate) mod review;
pub(crate) mod serving;
pub(crate) mod store;
#[cfg(test)]
mod store_tests;

pub(crate) use entry::{Entry, Mode, State};
pub(crate) use serving::served;
pub(crate) use store::Store;
