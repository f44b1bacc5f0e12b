//! The skills of a workspace: those in its folders, their approval, and the state of skills on this machine.

pub mod approval;
pub mod entry;
pub mod exceptions;
pub mod list;
pub mod read;
pub mod serving;
pub mod store;
#[cfg(test)]
mod store_tests;
pub mod window;
