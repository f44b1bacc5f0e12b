//! The hyper-parameters of a model, read from its metadata.

use std::path::Path;

use memmap2::Mmap;

use crate::error::EngineError;
use crate::family::{self, Family};
use crate::gguf::Gguf;
use crate::target::Target;

/// Shape of a decoder-only transformer.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// The family that `general.architecture` names.
    pub family: &'static Family,
    /// Number of blocks.
    pub layers: usize,
    /// Width of the residual stream.
    pub dim: usize,
    /// Width of the feed-forward layer.
    pub hidden: usize,
    /// Query heads.
    pub heads: usize,
    /// Key and value heads; each serves `heads / kv_heads` query heads.
    pub kv_heads: usize,
    /// Width of a head.
    pub head_dim: usize,
    /// How many elements of a head are rotated.
    pub rope_dim: usize,
    /// Base of the rotary frequencies.
    pub rope_base: f32,
    /// Positions are divided by this (linear scaling); 1 for none.
    pub rope_scale: f32,
    /// Epsilon of the normalisations.
    pub eps: f32,
    /// Positions the model was trained for.
    pub context: usize,
}

/// The metadata that says in how many files a model is.
const PARTS: &str = "split.count";
/// More than any model has: beyond these a file is broken or hostile.
const MAX_LAYERS: usize = 1024;
const MAX_WIDTH: usize = 1 << 20;

impl Config {
    /// Reads the configuration of a model file, without its weights. The file must not be shortened meanwhile.
    ///
    /// # Errors
    /// When the file cannot be read, is broken, or is of an unsupported kind.
    pub fn of_file(path: &Path) -> Result<Config, EngineError> {
        let open = |source| EngineError::Open { path: path.to_owned(), source };
        let file = std::fs::File::open(path).map_err(open)?;
        // SAFETY: read-only; that nobody shortens the file is asked of the caller, as by `Engine::open`.
        let file = unsafe { Mmap::map(&file) }.map_err(open)?;
        Config::read(&Gguf::parse(&file)?)
    }

    /// Reads the configuration.
    ///
    /// # Errors
    /// When the architecture is not supported, or a value is missing or impossible.
    pub fn read(gguf: &Gguf<'_>) -> Result<Config, EngineError> {
        // Before anything else: only the first part says what the model is.
        if gguf.get(PARTS).is_some() && gguf.size(PARTS)? > 1 {
            let problem = format!(
                "this file is one of {} parts of a model: merge them into one file with `llama-gguf-split --merge \
                 FIRST-PART ONE-FILE`, or choose another file",
                gguf.size(PARTS)?
            );
            return Err(EngineError::unsupported(PARTS, problem));
        }
        let architecture = gguf.string("general.architecture")?;
        let family = Family::named(architecture).ok_or_else(|| {
            EngineError::unsupported(
                "general.architecture",
                format!(
                    "{:?}; supported are {}",
                    architecture.chars().take(40).collect::<String>(),
                    family::names()
                ),
            )
        })?;
        let key = |name: &str| format!("{architecture}.{name}");
        let size = |name: &str, most: usize| -> Result<usize, EngineError> {
            let n = gguf.size(&key(name))?;
            if n == 0 || n > most {
                return Err(EngineError::gguf(key(name), format!("{n} is not within 1 to {most}")));
            }
            Ok(n)
        };
        let optional = |name: &str, default: usize| match gguf.get(&key(name)) {
            None => Ok(default),
            Some(_) => size(name, MAX_WIDTH),
        };
        if gguf.get(&key("expert_count")).is_some() && gguf.size(&key("expert_count"))? > 0 {
            return Err(EngineError::unsupported(
                key("expert_count"),
                "mixtures of experts are not supported",
            ));
        }
        let dim = size("embedding_length", MAX_WIDTH)?;
        let heads = size("attention.head_count", MAX_WIDTH)?;
        let kv_heads = optional("attention.head_count_kv", heads)?;
        if !heads.is_multiple_of(kv_heads) {
            return Err(EngineError::gguf(
                key("attention.head_count_kv"),
                format!("{kv_heads} does not divide {heads} heads"),
            ));
        }
        let head_dim = optional("attention.key_length", dim / heads)?;
        let value_dim = optional("attention.value_length", head_dim)?;
        if head_dim == 0 || head_dim > 4096 || value_dim != head_dim {
            return Err(EngineError::unsupported(
                key("attention.key_length"),
                format!("keys of {head_dim} and values of {value_dim} elements"),
            ));
        }
        let rope_dim = optional("rope.dimension_count", head_dim)?;
        if rope_dim > head_dim || !rope_dim.is_multiple_of(2) {
            return Err(EngineError::gguf(
                key("rope.dimension_count"),
                format!("{rope_dim} is odd or more than the head's {head_dim}"),
            ));
        }
        let float = |name: &str, default: Option<f32>| match (gguf.get(&key(name)), default) {
            (None, Some(d)) => Ok(d),
            _ => gguf.float(&key(name)),
        };
        Ok(Config {
            family,
            layers: size("block_count", MAX_LAYERS)?,
            dim,
            hidden: size("feed_forward_length", MAX_WIDTH)?,
            heads,
            kv_heads,
            head_dim,
            rope_dim,
            rope_base: positive(&key("rope.freq_base"), float("rope.freq_base", Some(10_000.0))?)?,
            rope_scale: rope_scale(gguf, &key)?,
            eps: float("attention.layer_norm_rms_epsilon", None)?.max(0.0),
            context: size("context_length", 1 << 30)?,
        })
    }

    /// Returns `general.architecture`: the name of the family.
    pub fn architecture(&self) -> &'static str {
        self.family.name
    }

    /// Returns the width of all queries of one position.
    pub fn q_dim(&self) -> usize {
        self.heads * self.head_dim
    }

    /// Returns the width of all keys (or values) of one position.
    pub fn kv_dim(&self) -> usize {
        self.kv_heads * self.head_dim
    }
}

impl Target {
    /// Returns the matrix's shape (out, in) in a model.
    pub fn shape(self, config: &Config) -> (usize, usize) {
        let (dim, heads) = (config.dim, config.q_dim());
        match self {
            Target::Query => (heads, dim),
            Target::Key | Target::Value => (config.kv_dim(), dim),
            Target::Output => (dim, heads),
            Target::Gate | Target::Up => (config.hidden, dim),
            Target::Down => (dim, config.hidden),
        }
    }
}

fn positive(key: &str, x: f32) -> Result<f32, EngineError> {
    if x > 0.0 { Ok(x) } else { Err(EngineError::gguf(key, format!("{x} is not above zero"))) }
}

fn rope_scale(gguf: &Gguf<'_>, key: &dyn Fn(&str) -> String) -> Result<f32, EngineError> {
    let kind = match gguf.get(&key("rope.scaling.type")) {
        None => return Ok(1.0),
        Some(_) => gguf.string(&key("rope.scaling.type"))?,
    };
    match kind {
        "none" => Ok(1.0),
        "linear" => positive(&key("rope.scaling.factor"), gguf.float(&key("rope.scaling.factor"))?),
        other => Err(EngineError::unsupported(
            key("rope.scaling.type"),
            format!("{:?}; supported are none and linear", other.chars().take(40).collect::<String>()),
        )),
    }
}
