//! Adapters through files: round trips, the order of rows, and every way in which a file can be wrong.

mod gguf;
mod hostile;
mod native;
mod peft;

use std::collections::BTreeMap;

use housestyle_engine::{AdapterWeights, Config, Family, LowRank, Target};

use super::{About, Adapter};

/// SHA-256 of the base that the tests' adapters are for.
const BASE: &str = "1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32";

fn config(architecture: &str) -> Config {
    Config {
        family: Family::named(architecture).expect("a family"),
        layers: 2,
        dim: 12,
        hidden: 20,
        heads: 3,
        kv_heads: 1,
        head_dim: 4,
        rope_dim: 4,
        rope_base: 10_000.0,
        rope_scale: 1.0,
        eps: 1e-6,
        context: 64,
    }
}

fn about(config: &Config) -> About {
    About {
        base_sha256: BASE.to_owned(),
        base: "tiny".to_owned(),
        architecture: config.architecture().to_owned(),
        manifest_sha256: Some("ab".repeat(32)),
    }
}

/// Numbers that halves hold exactly, all different within a tensor of fewer than 2048.
fn numbers(count: usize, from: usize) -> Vec<f32> {
    (0..count).map(|n| ((n + from) % 2048) as f32 / 4096.0 - 0.25).collect()
}

/// An adapter on the given matrices of every layer.
fn adapter(config: &Config, targets: &[Target], biases: &[Target]) -> Adapter {
    let (rank, mut low_rank, mut added) = (2, BTreeMap::new(), BTreeMap::new());
    for layer in 0..config.layers {
        for (at, target) in targets.iter().enumerate() {
            let (rows, columns) = target.shape(config);
            let from = layer * 100 + at * 10;
            let (a, b) = (numbers(rank * columns, from), numbers(rows * rank, from + 5));
            low_rank.insert((layer, *target), LowRank { a, b });
        }
        for target in biases {
            added.insert((layer, *target), numbers(target.shape(config).0, layer));
        }
    }
    let weights = AdapterWeights { rank, alpha: 3.0, prompt_format: None, low_rank, biases: added };
    Adapter { weights, about: about(config) }
}
