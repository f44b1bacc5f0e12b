//! The trained numbers, in one piece of memory.

use std::collections::BTreeMap;
use std::ops::Range;

use housestyle_engine::{AdapterWeights, Config, LowRank, SplitMix64, Target};

use crate::error::TrainError;
use crate::recipe::Recipe;

/// Where the tensors of a change lie among all values.
#[derive(Debug, Clone, Default)]
pub(crate) struct Layout {
    /// Rank of the frozen adapter beneath, whose rows come first.
    pub(crate) beneath: usize,
    /// Rank of both together.
    pub(crate) rank: usize,
    /// (rank, in).
    pub(crate) a: Range<usize>,
    /// (rank, out): B turned.
    pub(crate) b: Range<usize>,
    /// (out); empty without one.
    pub(crate) bias: Range<usize>,
}

/// All trained numbers, and those of a frozen adapter beneath.
#[derive(Debug, Clone)]
pub struct Parameters {
    pub(crate) values: Vec<f32>,
    pub(crate) layouts: BTreeMap<(usize, Target), Layout>,
    /// The parts of `values` that are trained, in order.
    pub(crate) trained: Vec<Range<usize>>,
    pub(crate) scale: f32,
    rank: usize,
    alpha: f32,
    /// The prompt format of the adapter to start from.
    prompt_format: Option<String>,
}

impl Parameters {
    /// Returns the first weights: A random as PEFT has it (Kaiming, uniform), B and biases zero; or, where
    /// there is one, those of `start`. An adapter `beneath` takes part and is not trained.
    ///
    /// # Errors
    /// When the recipe does not fit the model, or an adapter does not fit both.
    pub fn new(
        recipe: &Recipe,
        config: &Config,
        start: Option<&AdapterWeights>,
        beneath: Option<&AdapterWeights>,
    ) -> Result<Parameters, TrainError> {
        let refuse = |problem: String| Err(TrainError::Recipe(problem));
        if recipe.targets.is_empty() || (recipe.rank == 0 && !recipe.bias) {
            return refuse("it trains nothing: give it targets, and a rank or biases".to_owned());
        }
        let family = config.family;
        if let Some(target) = recipe.targets.iter().find(|target| !family.trained.contains(target)) {
            return refuse(format!(
                "adapters of {} cannot be trained for the family {}",
                target.gguf_name(),
                family.name
            ));
        }
        if recipe.first_layer >= config.layers {
            return refuse(format!("first layer {} of {}", recipe.first_layer, config.layers));
        }
        if recipe.rank > config.dim || !recipe.alpha.is_finite() || recipe.alpha <= 0.0 {
            return refuse(format!("rank {} with alpha {}", recipe.rank, recipe.alpha));
        }
        let fits = |adapter: &&AdapterWeights| {
            adapter.low_rank.iter().all(|((layer, target), low_rank)| {
                let (rows, cols) = target.shape(config);
                *layer < config.layers
                    && low_rank.a.len() == adapter.rank * cols
                    && low_rank.b.len() == adapter.rank * rows
            }) && adapter
                .biases
                .iter()
                .all(|((layer, target), bias)| *layer < config.layers && bias.len() == target.shape(config).0)
        };
        if ![start, beneath].iter().flatten().all(fits) {
            return refuse("the adapter to start from was made for another model".to_owned());
        }
        if let Some(start) = start
            && (start.rank != recipe.rank || start.alpha != recipe.alpha)
        {
            return refuse(format!(
                "rank {} and alpha {} cannot start from rank {} and alpha {}",
                recipe.rank, recipe.alpha, start.rank, start.alpha
            ));
        }
        let scale = if recipe.rank == 0 { 1.0 } else { recipe.alpha / recipe.rank as f32 };
        let mut parameters = Parameters {
            values: Vec::new(),
            layouts: BTreeMap::new(),
            trained: Vec::new(),
            scale,
            rank: recipe.rank,
            alpha: recipe.alpha,
            prompt_format: start.and_then(|start| start.prompt_format.clone()),
        };
        for layer in 0..config.layers {
            for target in Target::ALL {
                let own = layer >= recipe.first_layer && recipe.targets.contains(&target);
                let key = (layer, target);
                let below = beneath.and_then(|adapter| Some((adapter.low_rank.get(&key)?, adapter)));
                if own || below.is_some() {
                    let shape = target.shape(config);
                    parameters.add(key, shape, own.then_some(recipe), start, below);
                }
            }
        }
        Ok(parameters)
    }

    fn add(
        &mut self,
        key: (usize, Target),
        (rows, cols): (usize, usize),
        recipe: Option<&Recipe>,
        start: Option<&AdapterWeights>,
        below: Option<(&LowRank, &AdapterWeights)>,
    ) {
        let first = start.and_then(|start| start.low_rank.get(&key));
        let own = recipe.map_or(0, |recipe| recipe.rank);
        let beneath = below.map_or(0, |(_, adapter)| adapter.rank);
        let mut layout = Layout { beneath, rank: beneath + own, ..Layout::default() };
        let from = self.values.len();
        if let Some((low_rank, _)) = below {
            self.values.extend(&low_rank.a);
        }
        let own_a = self.values.len();
        match (first, recipe) {
            (Some(first), Some(_)) => self.values.extend(&first.a),
            (None, Some(recipe)) => {
                // Each matrix has random numbers of its own, whichever other matrices are trained.
                let stream = (key.0 as u64) * 16 + key.1 as u64;
                let mut random = SplitMix64::new(recipe.seed ^ stream.wrapping_mul(0xD134_2543_DE82_EF95));
                let bound = (cols as f32).sqrt().recip();
                self.values.extend((0..own * cols).map(|_| random.signed() * bound));
            }
            _ => {}
        }
        layout.a = from..self.values.len();
        self.trained.push(own_a..self.values.len());
        let from = self.values.len();
        if let Some((low_rank, adapter)) = below {
            let factor = adapter.scale() / self.scale;
            let rank = adapter.rank;
            let turned = (0..rank * rows).map(|i| low_rank.b[i % rows * rank + i / rows] * factor);
            self.values.extend(turned);
        }
        let own_b = self.values.len();
        match first {
            Some(first) => {
                self.values.extend((0..own * rows).map(|i| first.b[i % rows * own + i / rows]));
            }
            None => self.values.resize(own_b + own * rows, 0.0),
        }
        layout.b = from..self.values.len();
        self.trained.push(own_b..self.values.len());
        let from = self.values.len();
        if recipe.is_some_and(|recipe| recipe.bias) {
            match start.and_then(|start| start.biases.get(&key)) {
                Some(bias) => self.values.extend(bias),
                None => self.values.resize(from + rows, 0.0),
            }
        }
        layout.bias = from..self.values.len();
        self.trained.push(layout.bias.clone());
        self.trained.retain(|range| !range.is_empty());
        self.layouts.insert(key, layout);
    }

    /// Returns how many numbers are trained.
    pub fn trained(&self) -> usize {
        self.trained.iter().map(Range::len).sum()
    }

    /// Returns the first layer that anything changes.
    pub(crate) fn first_layer(&self) -> usize {
        self.layouts.keys().next().map_or(0, |(layer, _)| *layer)
    }

    /// Returns the first layer of which anything is trained.
    pub(crate) fn first_trained(&self) -> usize {
        let trained = |layout: &Layout| layout.rank > layout.beneath || !layout.bias.is_empty();
        self.layouts.iter().find(|(_, layout)| trained(layout)).map_or(0, |((layer, _), _)| *layer)
    }

    /// Returns as many zeros as there are numbers: room for gradients.
    pub fn zeros(&self) -> Vec<f32> {
        vec![0.0; self.values.len()]
    }

    /// Interpolates between `start` (share 0) and the trained numbers (share 1): half of the learned change is often
    /// worth more on other text than all of it (Wortsman et al., 2022, for whole models).
    ///
    /// # Panics
    /// When `start` is of another recipe.
    pub fn interpolate(&mut self, start: &Parameters, share: f32) {
        assert_eq!(self.values.len(), start.values.len());
        for (value, start) in self.values.iter_mut().zip(&start.values) {
            *value = start + share * (*value - start);
        }
    }

    /// Returns the trained numbers as an adapter, without the adapter beneath.
    pub fn adapter(&self) -> AdapterWeights {
        self.as_adapter(&self.values)
    }

    /// Returns numbers that replace all values, such as gradients, as an adapter.
    pub fn as_adapter(&self, values: &[f32]) -> AdapterWeights {
        let mut weights = AdapterWeights {
            rank: self.rank,
            alpha: self.alpha,
            prompt_format: self.prompt_format.clone(),
            ..AdapterWeights::default()
        };
        for (key, layout) in &self.layouts {
            let own = layout.rank - layout.beneath;
            if own > 0 {
                let cols = layout.a.len() / layout.rank;
                let rows = layout.b.len() / layout.rank;
                let a = values[layout.a.clone()][layout.beneath * cols..].to_vec();
                let turned = &values[layout.b.clone()][layout.beneath * rows..];
                let b = (0..rows * own).map(|i| turned[i % own * rows + i / own]).collect();
                weights.low_rank.insert(*key, LowRank { a, b });
            }
            if !layout.bias.is_empty() {
                weights.biases.insert(*key, values[layout.bias.clone()].to_vec());
            }
        }
        weights
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_the_share_is_the_mean_of_both() {
        let of = |values: &[f32]| Parameters {
            values: values.to_vec(),
            layouts: BTreeMap::new(),
            trained: Vec::new(),
            scale: 1.0,
            rank: 1,
            alpha: 1.0,
            prompt_format: None,
        };
        let start = of(&[1.0, -2.0, 0.5]);
        let mut trained = of(&[2.0, 2.0, 0.5]);
        trained.interpolate(&start, 0.5);
        assert_eq!(trained.values, [1.5, 0.0, 0.5]);
        trained.interpolate(&start, 0.0);
        assert_eq!(trained.values, start.values);
    }
}
