//! The families of models: how the forward passes of architectures differ.
//!
//! A family is one entry of [`FAMILIES`]. Errors and tests read this table, and a test compares the pages with it.

use crate::target::Target;

/// How the rotary embedding pairs the elements of a head. The wrong one gives fluent nonsense.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rope {
    /// Neighbours: (0, 1), (2, 3), … Weights converted from Llama are permuted for this.
    Interleaved,
    /// Halves: (0, n/2), (1, n/2 + 1), …
    Halves,
}

/// The function of the feed-forward network's gate, before the product with `up`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activation {
    /// `x · sigmoid(x)`; with the product it is SwiGLU (Shazeer, 2020).
    Silu,
}

/// Whether the files of a family hold certain tensors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// No file may: the forward pass has no use for them, so its numbers would be wrong.
    Never,
    /// Some files do.
    Optional,
    /// Every file must.
    Always,
}

/// The forward pass of an architecture. Sizes are in `Config`.
#[derive(Debug, PartialEq, Eq)]
pub struct Family {
    /// `general.architecture` in a GGUF file.
    pub name: &'static str,
    /// How queries and keys are rotated by position.
    pub rope: Rope,
    /// Whether each head of queries and of keys is normalised by its root mean square before the rotation, with
    /// weights `attn_q_norm` and `attn_k_norm` (head_dim) of each layer.
    pub head_norms: Presence,
    /// Whether the products of queries, keys and values have biases, found by name.
    pub biases: Presence,
    /// The activation of the feed-forward network.
    pub activation: Activation,
    /// Whether the file has an output matrix of its own; where it has none, the embedding is the output matrix (tied).
    pub output: Presence,
    /// The matrices that an adapter can be trained for.
    pub trained: &'static [Target],
}

/// All families that the engine runs.
pub static FAMILIES: &[Family] = &[
    // Qwen2 and Qwen2.5, Coder too.
    Family {
        name: "qwen2",
        rope: Rope::Halves,
        head_norms: Presence::Never,
        biases: Presence::Optional,
        activation: Activation::Silu,
        output: Presence::Optional,
        trained: &Target::ALL,
    },
    // Llama 1 to 3, Mistral, SmolLM, TinyLlama.
    Family {
        name: "llama",
        rope: Rope::Interleaved,
        head_norms: Presence::Never,
        biases: Presence::Optional,
        activation: Activation::Silu,
        output: Presence::Optional,
        trained: &Target::ALL,
    },
    // Qwen3, the dense models of it.
    Family {
        name: "qwen3",
        rope: Rope::Halves,
        head_norms: Presence::Always,
        biases: Presence::Never,
        activation: Activation::Silu,
        output: Presence::Optional,
        trained: &Target::ALL,
    },
];

impl Family {
    /// Returns the family of a `general.architecture`, if the engine runs it.
    pub fn named(architecture: &str) -> Option<&'static Family> {
        FAMILIES.iter().find(|family| family.name == architecture)
    }
}

/// Returns the names of all families as a sentence has them: `a, b and c`.
pub(crate) fn names() -> String {
    let names: Vec<&str> = FAMILIES.iter().map(|family| family.name).collect();
    match names.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => String::new(),
    }
}
