//! Adapters prepared for a model.

use std::hash::{DefaultHasher, Hasher};

use super::{AdapterWeights, Change};
use crate::config::Config;
use crate::error::EngineError;
use crate::sequences::AdapterId;
use crate::target::Target;

/// One adapter, or the sum of several, laid out for a model's forward pass in halves.
#[derive(Debug)]
pub struct Adapter {
    id: AdapterId,
    /// By layer and [`Target`]; `None` where nothing changes.
    layers: Vec<[Option<Change>; 7]>,
    config: Config,
    prompt_format: Option<String>,
}

impl Adapter {
    /// Adds up adapters for a model of this shape, as `Engine::prepare` does, on whatever thread.
    ///
    /// # Errors
    /// When a tensor has another shape than the model's matrix, or holds a number that is not finite.
    pub fn new(adapters: &[&AdapterWeights], config: &Config) -> Result<Adapter, EngineError> {
        for adapter in adapters {
            check(adapter, config)?;
        }
        let mut layers = Vec::with_capacity(config.layers);
        for layer in 0..config.layers {
            let mut changes = [const { None }; 7];
            for target in Target::ALL {
                changes[target as usize] = change(adapters, layer, target, config)?;
            }
            layers.push(changes);
        }
        let mut hasher = DefaultHasher::new();
        layers.iter().flatten().for_each(|change| match change {
            Some(change) => change.hash(&mut hasher),
            None => hasher.write_u8(0),
        });
        // The last adapter was trained on top of the others.
        let prompt_format = adapters.last().and_then(|adapter| adapter.prompt_format.clone());
        Ok(Adapter { id: hasher.finish(), layers, config: config.clone(), prompt_format })
    }

    /// Returns the bytes of memory that it takes.
    pub fn bytes(&self) -> usize {
        self.layers.iter().flatten().flatten().map(Change::bytes).sum()
    }

    /// Returns the name of the prompt format that it was trained for; `None` for the format without context.
    pub fn prompt_format(&self) -> Option<&str> {
        self.prompt_format.as_deref()
    }

    pub(crate) fn id(&self) -> AdapterId {
        self.id
    }

    pub(crate) fn layer(&self, layer: usize) -> &[Option<Change>; 7] {
        &self.layers[layer]
    }

    /// Checks that it was prepared for a model of this shape.
    pub(crate) fn check(&self, config: &Config) -> Result<(), EngineError> {
        if self.config == *config {
            return Ok(());
        }
        Err(EngineError::Adapter {
            tensor: "all".to_owned(),
            problem: format!(
                "made for {} of {} layers of {}, not for {} of {} layers of {}",
                self.config.architecture(),
                self.config.layers,
                self.config.dim,
                config.architecture(),
                config.layers,
                config.dim
            ),
        })
    }
}

/// Returns the change of a matrix by all adapters together; `None` where there is none.
fn change(
    adapters: &[&AdapterWeights],
    layer: usize,
    target: Target,
    config: &Config,
) -> Result<Option<Change>, EngineError> {
    let (rows, cols) = target.shape(config);
    let key = (layer, target);
    let low_rank: Vec<(&[f32], &[f32], f32)> = adapters
        .iter()
        .filter_map(|adapter| Some((adapter.low_rank.get(&key)?, adapter.scale())))
        .filter(|(low_rank, scale)| *scale != 0.0 && low_rank.b.iter().any(|v| *v != 0.0))
        .map(|(low_rank, scale)| (&low_rank.a[..], &low_rank.b[..], scale))
        .collect();
    let biases: Vec<&Vec<f32>> = adapters
        .iter()
        .filter_map(|adapter| adapter.biases.get(&key))
        .filter(|bias| bias.iter().any(|v| *v != 0.0))
        .collect();
    if low_rank.is_empty() && biases.is_empty() {
        return Ok(None);
    }
    let mut change = Change::none(cols);
    biases.iter().for_each(|bias| change.add_bias(bias));
    change
        .add_low_rank(&low_rank, rows)
        .map_err(|problem| EngineError::Adapter { tensor: tensor(layer, target), problem })?;
    Ok(Some(change))
}

/// Checks an adapter's shapes and numbers against a model.
fn check(adapter: &AdapterWeights, config: &Config) -> Result<(), EngineError> {
    let wrong =
        |(layer, target), problem| Err(EngineError::Adapter { tensor: tensor(layer, target), problem });
    for key in adapter.low_rank.keys().chain(adapter.biases.keys()) {
        if key.0 >= config.layers {
            return wrong(*key, format!("the model has {} layers", config.layers));
        }
    }
    for (key, low_rank) in &adapter.low_rank {
        let (rows, cols) = key.1.shape(config);
        let rank = adapter.rank;
        if rank == 0 || low_rank.a.len() != rank * cols || low_rank.b.len() != rows * rank {
            let (a, b) = (low_rank.a.len(), low_rank.b.len());
            return wrong(*key, format!("{a} and {b} numbers for rank {rank} of ({rows}, {cols})"));
        }
        if !low_rank.a.iter().chain(&low_rank.b).all(|v| v.is_finite()) {
            return wrong(*key, "not all numbers are finite".to_owned());
        }
    }
    for (key, bias) in &adapter.biases {
        let (rows, _) = key.1.shape(config);
        if bias.len() != rows || !bias.iter().all(|v| v.is_finite()) {
            return wrong(
                *key,
                format!("a bias of {} numbers, all to be finite, for {rows} rows", bias.len()),
            );
        }
    }
    if !adapter.alpha.is_finite() {
        let tensor = "alpha".to_owned();
        return Err(EngineError::Adapter { tensor, problem: format!("{} is not finite", adapter.alpha) });
    }
    Ok(())
}

fn tensor(layer: usize, target: Target) -> String {
    format!("blk.{layer}.{}", target.gguf_name())
}
