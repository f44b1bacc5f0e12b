//! The built server over its pipes, with a script in place of a model, or with a tiny one.

mod alternatives;
pub(crate) mod binary;
mod debounce;
mod documents;
mod editor;
mod ending;
mod handshake;
mod idle;
mod items;
mod journal;
mod log;
mod malformed;
mod memory;
mod no_model;
mod ordering;
mod outcomes;
mod positions;
mod prefill;
mod prompt_context;
mod protocol_page;
mod reuse;
mod settings;
mod skills;
mod status;
mod workspaces;
