//! The pieces of `bench`, which can run alone: `prefill_512`, `decode_0`, `typing`.

use std::fmt;
use std::str::FromStr;

/// One figure that can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Reading a prompt of so many tokens from nothing.
    Prefill(usize),
    /// Writing token by token, beginning at this depth of context.
    Decode(usize),
    /// The typing session.
    Typing,
}

impl fmt::Display for Piece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Piece::Prefill(tokens) => write!(f, "prefill_{tokens}"),
            Piece::Decode(depth) => write!(f, "decode_{depth}"),
            Piece::Typing => f.write_str("typing"),
        }
    }
}

impl FromStr for Piece {
    type Err = String;

    fn from_str(text: &str) -> Result<Piece, String> {
        let piece = match text.split_once('_') {
            Some(("prefill", tokens)) => tokens.parse().ok().filter(|n| *n > 0).map(Piece::Prefill),
            Some(("decode", depth)) => depth.parse().ok().map(Piece::Decode),
            None if text == "typing" => Some(Piece::Typing),
            _ => None,
        };
        piece.ok_or_else(|| {
            "expected `prefill_N` (N tokens, at least 1), `decode_N` (at a depth of N), or `typing`"
                .to_owned()
        })
    }
}
