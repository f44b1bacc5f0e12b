//! From edits to what is learned: datasets, the phrase cache, the gate.
