//! Whether an adapter fits a base model and can do no harm: shapes, finite numbers, bounded change.

use std::collections::BTreeSet;

use housestyle_engine::{AdapterWeights, Config};

use super::error::FormatError;
use super::names::{Component, peft};

/// Most columns of a low-rank change. Beyond it an adapter is no small module any more.
pub const MOST_RANK: usize = 512;
/// Most that a change may move a matrix's weights, as a bound of its root mean square. Weights of language
/// models are around 0.02; the strongest adapters that trained well move them by some thousandths.
pub const MOST_CHANGE: f64 = 1.0;
/// Most that alpha may be.
const MOST_ALPHA: f32 = 65536.0;

/// Checks that an adapter fits a base model and changes it within reason.
///
/// # Errors
/// The first tensor that has a wrong shape, a number that is not finite, or too large a change.
pub fn check(weights: &AdapterWeights, config: &Config) -> Result<(), FormatError> {
    let AdapterWeights { rank, alpha, low_rank, biases, .. } = weights;
    if low_rank.is_empty() && biases.is_empty() {
        return Err(FormatError::broken("tensors", "there are none"));
    }
    if !low_rank.is_empty() && !(1..=MOST_RANK).contains(rank) {
        return Err(FormatError::unsupported("rank", format!("{rank} is not within 1 to {MOST_RANK}")));
    }
    if !alpha.is_finite() || alpha.abs() > MOST_ALPHA {
        return Err(FormatError::broken("alpha", format!("{alpha} is not within ±{MOST_ALPHA}")));
    }
    let beyond: BTreeSet<usize> = low_rank
        .keys()
        .chain(biases.keys())
        .map(|(layer, _)| *layer)
        .filter(|l| *l >= config.layers)
        .collect();
    if let Some(layer) = beyond.first() {
        return Err(FormatError::Shape {
            name: format!("of layer {layer}"),
            found: format!("layer {layer}"),
            expected: format!("layers below {}", config.layers),
        });
    }
    for (&(layer, target), change) in low_rank {
        let (rows, columns) = target.shape(config);
        sized(&change.a, (*rank, columns), || peft(layer, target, Component::A))?;
        sized(&change.b, (rows, *rank), || peft(layer, target, Component::B))?;
        // |BA| ≤ |B| |A| in Frobenius' norm.
        let bound = f64::from(weights.scale()).abs() * norm(&change.a) * norm(&change.b);
        small(bound, rows * columns, || peft(layer, target, Component::B))?;
    }
    for (&(layer, target), bias) in biases {
        let (rows, _) = target.shape(config);
        let name = || peft(layer, target, Component::Bias);
        sized(bias, (rows, 1), name)?;
        // A product's size is that of a normalised vector's: a bias is held to a hundred times that.
        small(norm(bias) / 100.0, rows, name)?;
    }
    Ok(())
}

fn sized(
    values: &[f32],
    (rows, columns): (usize, usize),
    name: impl Fn() -> String,
) -> Result<(), FormatError> {
    if Some(values.len()) != rows.checked_mul(columns) {
        let (found, expected) = (values.len().to_string(), format!("{rows} × {columns}"));
        return Err(FormatError::Shape { name: name(), found, expected });
    }
    match values.iter().position(|value| !value.is_finite()) {
        Some(index) => Err(FormatError::NotFinite { name: name(), index, value: values[index] }),
        None => Ok(()),
    }
}

fn small(norm: f64, elements: usize, name: impl Fn() -> String) -> Result<(), FormatError> {
    let found = norm / (elements as f64).sqrt();
    if found <= MOST_CHANGE {
        return Ok(());
    }
    Err(FormatError::TooLarge { name: name(), found, most: MOST_CHANGE })
}

fn norm(values: &[f32]) -> f64 {
    values.iter().map(|value| f64::from(*value).powi(2)).sum::<f64>().sqrt()
}
