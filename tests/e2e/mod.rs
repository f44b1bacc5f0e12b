//! The built server over its pipes, with a script in place of a model, or with a tiny one.

pub(crate) mod binary;
mod documents;
mod editor;
mod ending;
mod fates;
mod handshake;
mod idle;
mod items;
mod journal;
mod malformed;
mod memory;
mod no_model;
mod ordering;
mod others;
mod pace;
mod positions;
mod protocol_page;
mod reading;
mod remember;
mod reuse;
mod settings;
mod skills;
mod status;
