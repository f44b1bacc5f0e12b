//! Measures the pieces: reading a prompt, writing token by token, the typing session.

use std::time::{Duration, Instant};

use housestyle_adaptation::backend::Local;
use housestyle_engine::{Engine, Input};

use super::{DOCUMENT, Figure, percentile, typing};
use crate::args::Piece;
use crate::failure::Failure;

/// Tokens written for one figure of decoding.
const DECODED: usize = 32;
/// Each figure is the median of so many runs, or of the first one where that took long enough.
const RUNS: usize = 3;
/// A run that takes longer needs no second one against noise.
const LONG: Duration = Duration::from_secs(2);
/// Tokens read before anything is measured, so that nothing is used for the first time while it is.
const WARM_UP: usize = 16;

/// Returns how many tokens of context a piece takes.
fn context_of(piece: Piece) -> usize {
    match piece {
        Piece::Prefill(tokens) => tokens,
        Piece::Decode(depth) => depth.saturating_add(DECODED + 1),
        Piece::Typing => 0,
    }
}

/// A model with the text that is read and written in measuring.
pub(super) struct Bench<'a> {
    local: &'a mut Local,
    tokens: Vec<u32>,
}

impl Bench<'_> {
    /// Prepares to measure `pieces`.
    ///
    /// # Errors
    /// When the model's context is too short for one of them.
    pub(super) fn new<'a>(local: &'a mut Local, pieces: &[Piece]) -> Result<Bench<'a>, Failure> {
        let engine = local.engine();
        let needed = pieces.iter().map(|piece| context_of(*piece)).fold(WARM_UP, usize::max);
        let mut tokens = engine.tokenize(&[Input::Text(DOCUMENT)])?;
        if tokens.is_empty() || engine.context() < needed {
            return Err(Failure::Usage(format!(
                "the model holds {} tokens, {needed} are measured",
                engine.context()
            )));
        }
        while tokens.len() < needed {
            tokens.extend_from_within(..);
        }
        prefill(engine, &tokens[..WARM_UP])?;
        Ok(Bench { local, tokens })
    }

    /// Measures one piece.
    ///
    /// # Errors
    /// When the model fails.
    pub(super) fn measure(&mut self, piece: Piece) -> Result<Figure, Failure> {
        let (engine, tokens) = (self.local.engine(), &self.tokens);
        match piece {
            Piece::Prefill(length) => median(&mut || prefill(engine, &tokens[..length])),
            Piece::Decode(depth) => median(&mut || decode(engine, tokens, depth)),
            Piece::Typing => {
                engine.reset();
                typing::measure(self.local).map(Figure::Typing)
            }
        }
    }
}

/// Returns the median of a few runs.
fn median(measure: &mut dyn FnMut() -> Result<f64, Failure>) -> Result<Figure, Failure> {
    let began = Instant::now();
    let mut runs = vec![measure()?];
    while runs.len() < RUNS && began.elapsed() < LONG {
        runs.push(measure()?);
    }
    Ok(Figure::Speed { tokens_per_second: percentile(runs, 0.5) })
}

/// Returns tokens a second of evaluating `tokens` from nothing.
fn prefill(engine: &mut Engine, tokens: &[u32]) -> Result<f64, Failure> {
    engine.reset();
    let began = Instant::now();
    engine.likeliest(tokens, &|| false)?;
    Ok(tokens.len() as f64 / began.elapsed().as_secs_f64())
}

/// Returns tokens a second of finding the likeliest token after one token after the other, from `depth` on.
/// The tokens are those of a text, so that each run does the same.
fn decode(engine: &mut Engine, tokens: &[u32], depth: usize) -> Result<f64, Failure> {
    let depth = depth.max(1); // something has to stand before the first decoded token
    engine.likeliest(&tokens[..depth], &|| false)?;
    let began = Instant::now();
    for length in depth + 1..=depth + DECODED {
        engine.likeliest(&tokens[..length], &|| false)?;
    }
    Ok(DECODED as f64 / began.elapsed().as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_named() {
        for (name, piece) in
            [("prefill_64", Piece::Prefill(64)), ("decode_0", Piece::Decode(0)), ("typing", Piece::Typing)]
        {
            assert_eq!(name.parse(), Ok(piece));
            assert_eq!(piece.to_string(), name);
        }
        for name in ["", "prefill", "prefill_0", "prefill_-1", "decode_", "decode_x", "typing_3", "load"] {
            assert!(name.parse::<Piece>().is_err(), "{name}");
        }
    }

    #[test]
    fn each_piece_needs_its_context() {
        let deepest = context_of(Piece::Decode(usize::MAX));
        assert_eq!(
            (context_of(Piece::Prefill(64)), context_of(Piece::Decode(0)), deepest),
            (64, 33, usize::MAX)
        );
    }
}
