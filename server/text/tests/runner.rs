//! Tests of the crate from outside, in one binary.
mod chunks;
mod edits;
mod hostile;
mod oracle;
mod traps;
