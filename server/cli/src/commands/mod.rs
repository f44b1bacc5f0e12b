//! The commands, one file each.

pub(crate) mod adapter;
pub(crate) mod audit;
pub(crate) mod bench;
pub(crate) mod cases;
pub(crate) mod complete;
pub(crate) mod doctor;
pub(crate) mod eval;
pub(crate) mod journal;
pub(crate) mod learn;
pub(crate) mod memory;
pub(crate) mod model;
pub(crate) mod replay;
pub(crate) mod skill;
pub(crate) mod starter;
pub(crate) mod try_it;
pub(crate) mod why;
