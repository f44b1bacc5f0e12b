//! The `housestyle` program.
fn main() {}
