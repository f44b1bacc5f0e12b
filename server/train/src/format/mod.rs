//! Adapters as files: our own layout, which is PEFT's, and llama.cpp's.
//!
//! An adapter in memory has the rows of its matrices in the order of the base model's GGUF file. PEFT
//! wants the order of the weights that were published, which differs for one family (`rows.rs`); this module
//! is the only place that knows.
//!
//! Every byte of a file is distrusted: nothing is allocated that the file's size does not justify, and an
//! error names the field.

mod adapter;
mod check;
mod error;
mod gguf_lora;
mod names;
mod peft;
mod rows;
mod safetensors;
#[cfg(test)]
mod tests;

pub use adapter::{About, Adapter, Header, MOST_BYTES, id_of, lossless, read, read_header, short, write};
pub use check::{MOST_CHANGE, MOST_RANK, check};
pub use error::FormatError;
pub use gguf_lora::{read_gguf, write_gguf};
pub use peft::{PeftFolder, read_peft, write_peft};
pub use safetensors::Precision;
