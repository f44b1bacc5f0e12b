//! Tests of the crate from outside, in one binary.
mod edits;
mod hostile;
mod oracle;
mod traps;
