//! The weight matrices of a layer that an adapter may change.

/// A weight matrix of a layer that an adapter may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// Queries of attention.
    Query,
    /// Keys of attention.
    Key,
    /// Values of attention.
    Value,
    /// Output projection of attention.
    Output,
    /// Gate of the feed-forward network.
    Gate,
    /// Upward projection of the feed-forward network.
    Up,
    /// Downward projection of the feed-forward network.
    Down,
}

impl Target {
    /// All of them, in the order in which a layer uses them.
    pub const ALL: [Target; 7] =
        [Target::Query, Target::Key, Target::Value, Target::Output, Target::Gate, Target::Up, Target::Down];
    /// Those of the feed-forward network.
    pub const MLP: [Target; 3] = [Target::Gate, Target::Up, Target::Down];

    /// Returns the name of the matrix in a GGUF file, after `blk.N.` and before `.weight`.
    pub fn gguf_name(self) -> &'static str {
        match self {
            Target::Query => "attn_q",
            Target::Key => "attn_k",
            Target::Value => "attn_v",
            Target::Output => "attn_output",
            Target::Gate => "ffn_gate",
            Target::Up => "ffn_up",
            Target::Down => "ffn_down",
        }
    }
}
