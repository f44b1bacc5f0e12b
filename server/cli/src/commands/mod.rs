//! The commands, one file each.

pub(crate) mod complete;
pub(crate) mod model;
pub(crate) mod serve;
pub(crate) mod why;
