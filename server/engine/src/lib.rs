//! Runs GGUF language models on the CPU: one file, memory-mapped, and a KV cache for each document.
//!
//! The way of a call: [`Engine::generate`] tokenises the prompt, reuses the longest common prefix of
//! a KV cache, evaluates the rest in passes, then samples token by token. Cancel flag and deadline
//! are read before every layer of every pass.
//!
//! This crate knows nothing of documents, editors or prompt formats. It never uses the network, and writes
//! no file but the packed-weight cache that [`Options::packed_cache`] names.

mod adapter;
pub mod atomic;
mod attention;
#[doc(hidden)]
pub mod bench;
mod config;
mod draft;
mod dtype;
mod engine;
mod error;
mod family;
mod forward;
pub mod frozen;
mod gemm;
mod generate;
pub mod gguf;
mod heal;
mod kv_cache;
mod matrix;
mod model;
mod ops;
mod output;
mod packed;
mod packed_cache;
mod pick;
mod pool;
mod prior;
mod product;
mod random;
mod sampler;
mod score;
mod scratch;
mod screening;
mod sequences;
mod simd;
mod special;
mod target;
mod tokenizer;
mod utf8;

pub use adapter::{Adapter, AdapterWeights, LowRank};
pub use config::Config;
pub use draft::{Drafter, Guess, MOST_DRAFTED};
pub use dtype::DType;
pub use engine::{Engine, Input, Options, Prefilled};
pub use error::EngineError;
pub use family::{Activation, FAMILIES, Family, Presence, Rope};
pub use gemm::{Gemm, View};
pub use generate::{GenerateOptions, Output, StopReason};
pub use prior::Prior;
pub use random::SplitMix64;
pub use sampler::Sampling;
pub use score::{Scored, TokenScore};
pub use screening::Screening;
pub use special::Special;
pub use target::Target;
pub use tokenizer::Tokenizer;

/// Returns the name of the instruction set that the kernels use on this machine. All of them compute the
/// same numbers.
pub fn instruction_set() -> &'static str {
    simd::Isa::detect().name()
}
