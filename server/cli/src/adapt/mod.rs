//! Adapters in the program: what they are trained on, and the one that ships with it.

mod examples;
mod starter;

pub(crate) use examples::examples;
pub(crate) use starter::{NAME as STARTER, starter};
