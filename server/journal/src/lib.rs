//! What was shown and what became of it.
