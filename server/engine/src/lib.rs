//! Runs GGUF language models on the CPU.
